/*
 * dockerfile_rules: what rules of Dockerfiles are asked with. A row has the rule, the scope in which it is
 * asked (a step of some kinds, a command of RUN, a stage, the file), and a function that adds faults;
 * `with` is its data where several rules are one function.
 * Source of the meanings: hadolint's and Trivy's tables of rules; the words are temper's own.
 */
#ifndef LINT_DOCKERFILE_RULES_H
#define LINT_DOCKERFILE_RULES_H

#include "base/vec.h"
#include "dockerfile.h"
#include "lint.h"
#include "shell.h"

enum dockerfile_scope { ASK_STEP, ASK_COMMAND, ASK_STAGE, ASK_FILE };

struct dockerfile_ask { /* one file being looked at */
	struct op *op;
	const struct dockerfile *d;
	const struct lint_wish *wish;
	struct shell_script
		*script; /* [d->step_n] what RUN runs; empty where no POSIX shell does */
	str *shell;      /* [d->step_n] the program of the SHELL in force; "": the default */
	bool *pipefail;  /* [d->step_n] that SHELL has the option */
	const struct dockerfile_rule *row;
	/* What is asked about, as far as the scope has it. */
	const struct dockerfile_step *step;
	const struct dockerfile_stage *stage;
	const struct shell_command *command;
	VEC(struct fault) fault;
	struct { /* where the last fault in a heredoc stood: the next one is behind it, mostly */
		const struct dockerfile_heredoc *in;
		const char *line_start;
		int line;
	} last;
};

typedef int dockerfile_asked(struct dockerfile_ask *a);

#define STEP(kind) (1u << DOCKERFILE_##kind)

struct dockerfile_rule {
	struct rule rule;
	enum dockerfile_scope scope;
	unsigned steps; /* ASK_STEP: which kinds */
	dockerfile_asked *ask;
	const void *with;
	bool off; /* unless it is asked for by name */
};

/* Tables, each ending with an id that is NULL. */
extern const struct dockerfile_rule dockerfile_command_rules[];
extern const struct dockerfile_rule dockerfile_copy_rules[];
extern const struct dockerfile_rule dockerfile_from_rules[];
extern const struct dockerfile_rule dockerfile_label_rules[];
extern const struct dockerfile_rule dockerfile_package_rules[];
extern const struct dockerfile_rule dockerfile_shell_rules[];
extern const struct dockerfile_rule dockerfile_stage_rules[];
extern const struct dockerfile_rule dockerfile_step_rules[];

/* A fault of a->row at a byte of the step's source or heredocs (NULL: at its keyword). key is what stays
 * the same of it; "": the step. */
int dockerfile_fault(struct dockerfile_ask *a, const struct dockerfile_step *s, const char *at,
		     str key, const char *fmt, ...) PRINTF_LIKE(5, 6) MUST_USE;
/* At a word, which may be JSON. */
int dockerfile_fault_word(struct dockerfile_ask *a, const struct dockerfile_step *s,
			  const struct dockerfile_word *w, const char *fmt, ...)
	PRINTF_LIKE(4, 5) MUST_USE;

static inline ptrdiff_t dockerfile_index(const struct dockerfile_ask *a,
					 const struct dockerfile_step *s)
{
	return s - a->d->step;
}

/* A word without its quotes, variables as they are; as written where a quote is open. */
str dockerfile_bare(struct dockerfile_ask *a, str word);

/* Is the stage what ships: the target, or what it is built on? */
bool dockerfile_ships(const struct dockerfile *d, const struct dockerfile_stage *stage);

/* Where a rule that looks at what stands before a command begins: no script of people's is longer. */
enum { SHELL_BACK = 1000 };
static inline const struct shell_command *shell_back(const struct shell_script *s,
						     const struct shell_command *c)
{
	return c - s->command > SHELL_BACK ? c - SHELL_BACK : s->command;
}

/* Is the program one of these words, parted by blanks? */
bool shell_is_one(const struct shell_command *c, const char *programs);
bool word_in(str word, const char *words);

/* The first argument that is no flag ("install"), or ""; flags that take a word are in `taking`. */
str shell_verb(const struct shell_command *c, const char *taking);

/* The next argument that is no flag from position *i of the words on, or NULL. "--" ends flags. */
const struct shell_word *shell_operand(const struct shell_command *c, const char *taking,
				       ptrdiff_t *i);

/* Has it a flag: a long one of these words (before '='), or one of these letters in a short group? */
bool shell_flag(const struct shell_command *c, const char *words, const char *letters);

/* Has the RUN a cache or tmpfs mount at this path, above or below it? */
bool dockerfile_mounted(const struct dockerfile_step *s, const char *path);

/* All rules; what lint_bytes() does for LINT_DOCKERFILE, without inline ignores. units: the lines of each
 * step, for them. */
const struct rule *const *dockerfile_rules(size_t *ret_n);
int dockerfile_lint(struct op *op, const struct dockerfile *d, const struct lint_wish *wish,
		    struct lint_file *ret) MUST_USE;

#endif
