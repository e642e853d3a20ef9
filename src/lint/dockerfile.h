/*
 * dockerfile: a Dockerfile by its real grammar, as BuildKit's parser reads it: parser directives,
 * continuations with either escape, comments and blank lines within them, heredocs, JSON and shell
 * forms, flags, ONBUILD; and the graph of its stages. Every node has its place.
 * Source: Docker's "Dockerfile reference"; what it leaves open, as moby/buildkit (frontend/dockerfile)
 * does it.
 *
 * What a rule of lint judges is read though BuildKit refuses it: ONBUILD of ONBUILD, FROM and
 * MAINTAINER (DL3043), an instruction before the first FROM (DL3061), stages of one name (DL3024),
 * ports out of range (DL3011), a file as the destination of several sources (DL3021).
 */
#ifndef LINT_DOCKERFILE_H
#define LINT_DOCKERFILE_H

#include "base/map.h"
#include "codec/node.h"

enum dockerfile_kind {
	DOCKERFILE_ADD,
	DOCKERFILE_ARG,
	DOCKERFILE_CMD,
	DOCKERFILE_COPY,
	DOCKERFILE_ENTRYPOINT,
	DOCKERFILE_ENV,
	DOCKERFILE_EXPOSE,
	DOCKERFILE_FROM,
	DOCKERFILE_HEALTHCHECK,
	DOCKERFILE_LABEL,
	DOCKERFILE_MAINTAINER,
	DOCKERFILE_ONBUILD, /* of ONBUILD only; else the step is what is triggered, with onbuild set */
	DOCKERFILE_RUN,
	DOCKERFILE_SHELL,
	DOCKERFILE_STOPSIGNAL,
	DOCKERFILE_USER,
	DOCKERFILE_VOLUME,
	DOCKERFILE_WORKDIR,
	DOCKERFILE_KINDS
};
extern const char *const dockerfile_kinds[DOCKERFILE_KINDS]; /* "ADD", ... */

/* An argument. ENV, LABEL and ARG: text is the name, value what stands behind its '='. As written,
 * with quotes and variables, but for the JSON form, which is unescaped. */
struct dockerfile_word {
	str text, value;
	bool assigned; /* a '=' (of ENV and LABEL a blank) stands behind the name */
	int line, col;
};

struct dockerfile_flag { /* "--from=base": from, base; quotes are gone */
	str name, value;
	int line, col;
};

struct dockerfile_heredoc {
	str name, body;     /* body as written, with its tabs */
	bool expand, strip; /* <<EOF, not <<'EOF'; <<-EOF */
	int line;           /* of the body's first line */
};

/* A line of the file that is a part of an instruction. */
struct dockerfile_piece {
	ptrdiff_t at; /* where it begins in the instruction's text */
	int line, col;
};

struct dockerfile_step { /* an instruction */
	enum dockerfile_kind kind;
	int line, end_line, col;
	int stage; /* -1: before the first FROM */
	bool onbuild, json;
	str source; /* the instruction in one line: continuations joined, comments gone */
	str text;   /* of it, all behind the keyword and the flags. HEALTHCHECK: behind its CMD */
	/* FROM: image [AS name]. COPY, ADD: sources, destination. HEALTHCHECK: "CMD" or "NONE", then
	 * the JSON form's words. RUN, CMD, ENTRYPOINT, SHELL: the JSON form's; of the shell form text
	 * is all. WORKDIR, USER, STOPSIGNAL, MAINTAINER: text as one. */
	struct dockerfile_word *word; /* [word_n] */
	ptrdiff_t word_n;
	struct dockerfile_flag *flag; /* [flag_n] */
	ptrdiff_t flag_n;
	struct dockerfile_heredoc *heredoc; /* [heredoc_n] */
	ptrdiff_t heredoc_n;
	struct dockerfile_piece *piece; /* [piece_n], at least one */
	ptrdiff_t piece_n;
};

struct dockerfile_comment {
	str text; /* behind its '#', trimmed */
	int line;
};

enum { DOCKERFILE_SCRATCH = -2, DOCKERFILE_IMAGE = -1 };

struct dockerfile_stage {
	str name;       /* as written; or empty. Stages are found in any case */
	str base;       /* as written */
	str image;      /* with the variables of ARGs put in; "" where one of them has no value */
	str platform;   /* likewise; or empty */
	int base_stage; /* that it is built on; DOCKERFILE_IMAGE, DOCKERFILE_SCRATCH */
	bool used;      /* the target is it, or needs it */
	int line;
	ptrdiff_t step, step_n; /* d->step[step .. step + step_n), its FROM first */
};

struct dockerfile {
	str path;
	char escape;                  /* '\\' or '`' */
	str syntax, check;            /* directives; or empty */
	struct dockerfile_step *step; /* [step_n] in the file's order */
	ptrdiff_t step_n;
	struct dockerfile_stage *stage; /* [stage_n] */
	ptrdiff_t stage_n;
	int target;                         /* the stage that is built; -1: there is none */
	struct dockerfile_comment *comment; /* [comment_n], those within instructions too */
	ptrdiff_t comment_n;
};

/*
 * dockerfile_parse(op, path, bytes, ret): ERR_FORMAT "PATH:LINE: ..." for what BuildKit refuses, but
 * for what is said above. The stages are resolved with the defaults of ARGs, for the last one. ret
 * lives in op and aliases bytes. O(bytes).
 */
int dockerfile_parse(struct op *op, str path, str bytes, struct dockerfile *ret) MUST_USE;

/*
 * dockerfile_resolve(op, d, args, target): the stages again, with values of build arguments and for a
 * target by name or number ("": the last stage). ERR_USAGE for a target that there is not.
 */
int dockerfile_resolve(struct op *op, struct dockerfile *d, const struct pairs *args,
		       str target) MUST_USE;

/* The stage that a FROM, --from or from= of a stage before number `before` means, or -1: an image. By
 * name in any case, the last of that name; --from takes numbers too. */
int dockerfile_stage_of(const struct dockerfile *d, str name, ptrdiff_t before, bool numbers);

/* The step whose lines hold this one, or NULL. */
const struct dockerfile_step *dockerfile_step_at(const struct dockerfile *d, int line);

/* The value of a flag, or "" with p == NULL. */
str dockerfile_flag(const struct dockerfile_step *s, const char *name);

/* Where a byte of s->source, or of a heredoc's body, stands in the file. */
void dockerfile_place(const struct dockerfile_step *s, const char *p, int *ret_line, int *ret_col);

/* A value of the comma-parted list of a --mount ("type", "from", "target"), or "". */
str dockerfile_mount(str mount, const char *key);

/*
 * dockerfile_expand(op, escape, word, vars, ret): quotes taken off, and variables put in as BuildKit
 * does: $x ${x} ${x:-y} ${x-y} ${x:+y} ${x+y} ${x:?y} ${x?y} ${x#p} ${x##p} ${x%p} ${x%%p} ${x/p/r} ${x//p/r}.
 * vars: name to a str of its own (NULL: none is known). 0; 1 where a variable without a value was put in
 * as nothing; ERR_FORMAT for what is no substitution, or an open quote.
 */
int dockerfile_expand(struct op *op, char escape, str word, const struct map *vars,
		      str *ret) MUST_USE;

#endif
