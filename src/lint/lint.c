#include "lint.h"

#include "base/vec.h"
#include "dockerfile_rules.h"
#include "kubernetes.h"
#include "lint_impl.h"

const char *const lint_kinds[LINT_KINDS] = { "dockerfile", "kubernetes" };

typedef VEC(struct lint_comment) comments;
typedef VEC(struct lint_unit) units;

static int add_comment(struct op *op, comments *c, str text, int line)
{
	struct lint_comment *to = vec_push(op, c);

	if (!to)
		return ERR_MEMORY;
	*to = (struct lint_comment){ text, line };
	return 0;
}

static int lint_docker(struct op *op, str path, str bytes, const struct lint_wish *wish,
		       struct lint_file *ret)
{
	struct dockerfile d;
	comments comment = { 0 };
	units unit = { 0 };
	int rc = dockerfile_parse(op, path, bytes, &d);

	if (rc < 0 || (rc = dockerfile_lint(op, &d, wish, ret)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < d.comment_n && rc == 0; i++)
		rc = add_comment(op, &comment, d.comment[i].text, d.comment[i].line);
	if (rc < 0 || comment.n == 0)
		return rc;
	for (ptrdiff_t i = 0; i < d.step_n; i++) {
		struct lint_unit *u = vec_push(op, &unit);

		if (!u)
			return ERR_MEMORY;
		*u = (struct lint_unit){ d.step[i].line, d.step[i].end_line };
	}
	return lint_ignore(op, wish, comment.p, comment.n, unit.p, unit.n, ret);
}

/* Lines of comments, and documents: from a marker (or the top) to the line before the next. One of
 * comments alone belongs to what follows. */
static int scan_documents(struct op *op, str bytes, comments *comment, units *unit)
{
	int line = 0, from = 1;
	bool any = false;

	while (bytes.p && bytes.len > 0) {
		str text = str_trim(str_cut(&bytes, '\n'));

		line++;
		if (str_starts(text, S("#"))) {
			if (add_comment(op, comment, str_trim(str_from(text, 1)), line) < 0)
				return ERR_MEMORY;
		} else if (str_starts(text, S("---")) && any) {
			struct lint_unit *u = vec_push(op, unit);

			if (!u)
				return ERR_MEMORY;
			*u = (struct lint_unit){ from, line - 1 };
			from = line;
			any = false;
		} else if (text.len > 0 && !str_starts(text, S("---"))) {
			any = true;
		}
	}
	struct lint_unit *u = vec_push(op, unit);
	if (!u)
		return ERR_MEMORY;
	*u = (struct lint_unit){ from, line };
	return 0;
}

static int lint_kubernetes(struct op *op, str path, str bytes, const struct lint_wish *wish,
			   struct lint_file *ret)
{
	comments comment = { 0 };
	units unit = { 0 };
	int rc = kubernetes_lint(op, path, bytes, wish, ret);

	if (rc < 0 || (rc = scan_documents(op, bytes, &comment, &unit)) < 0)
		return rc;
	return lint_ignore(op, wish, comment.p, comment.n, unit.p, unit.n, ret);
}

/* "Dockerfile", "Dockerfile.x", "x.Dockerfile", and the same of "Containerfile". */
static bool is_dockerfile_name(str name)
{
	static const char *const names[] = { "dockerfile", "containerfile" };
	char low[256];

	if (name.len >= (ptrdiff_t)sizeof(low))
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++)
		low[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
	str s = { low, name.len };
	if (str_ends(s, S(".dockerignore")) || str_ends(s, S(".containerignore")))
		return false;
	for (int i = 0; i < 2; i++) {
		str want = str_of(names[i]);

		if (str_eq(s, want) || (str_starts(s, want) && s.p[want.len] == '.') ||
		    (str_ends(s, want) && s.p[s.len - want.len - 1] == '.'))
			return true;
	}
	return false;
}

static bool is_dockerfile(str path, str bytes)
{
	(void)bytes;
	return is_dockerfile_name(str_base_name(path));
}

static bool is_kubernetes(str path, str bytes)
{
	return (str_ends(path, S(".yaml")) || str_ends(path, S(".yml")) ||
		str_ends(path, S(".json"))) &&
	       kubernetes_is(bytes);
}

static const struct {
	bool (*is)(str path, str bytes);
	int (*lint)(struct op *op, str path, str bytes, const struct lint_wish *wish,
		    struct lint_file *ret);
	const struct rule *const *(*rules)(size_t *ret_n);
} kinds[LINT_KINDS] = {
	[LINT_DOCKERFILE] = { is_dockerfile, lint_docker, dockerfile_rules },
	[LINT_KUBERNETES] = { is_kubernetes, lint_kubernetes, kubernetes_rules },
};

int lint_kind_of(str path, str bytes)
{
	for (int i = 0; i < LINT_KINDS; i++)
		if (kinds[i].is(path, bytes))
			return i;
	return -1;
}

int lint_bytes(struct op *op, str path, enum lint_kind kind, str bytes,
	       const struct lint_wish *wish, struct lint_file *ret)
{
	*ret = (struct lint_file){ .path = path, .kind = kind };
	return kinds[kind].lint(op, path, bytes, wish, ret);
}

const struct rule *const *lint_rules(enum lint_kind kind, size_t *ret_n)
{
	return kinds[kind].rules(ret_n);
}

const struct rule *lint_rule_of(str id)
{
	const struct rule *also = NULL;

	for (int k = 0; k < LINT_KINDS; k++) {
		size_t n;
		const struct rule *const *all = kinds[k].rules(&n);

		for (size_t i = 0; i < n; i++) {
			if (str_eq(str_of(all[i]->id), id))
				return all[i];
			if (!also && lint_named(all[i], id))
				also = all[i];
		}
	}
	return also;
}
