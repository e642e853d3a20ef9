#include "policies.h"

#include <fcntl.h>

#include "base/limits.h"
#include "sys/file.h"

#define POLICY_FILE ".temper/policy.yaml"
#define WAIVERS_FILE ".temper/waivers.yaml"

/* 1: there is none. One that is too large is a wrong document of the user's. */
static int open_file(void *arg, struct op *op, str path, str *ret)
{
	int rc = file_read(op, AT_FDCWD, path, LIMIT_DOCUMENT, ret);

	(void)arg;
	if (rc == ERR_LIMIT)
		rc = op->code = ERR_USAGE;
	return rc;
}

static const struct policy_shipped *shipped_of(str name)
{
	for (size_t i = 0; i < policies_shipped_n; i++)
		if (str_eq(name, str_of(policies_shipped[i].name)))
			return &policies_shipped[i];
	return NULL;
}

static int unknown(struct op *op, str name)
{
	const char *names[64];
	size_t n = 0;

	while (n < policies_shipped_n && n < 64) {
		names[n] = policies_shipped[n].name;
		n++;
	}
	const char *near = nearest_word(name, names, n);
	return op_fail(op, ERR_USAGE, "there is no policy or file '%.*s'%s%s%s", STR_ARG(name),
		       near ? "; did you mean '" : ": see temper policy list", near ? near : "",
		       near ? "'?" : "");
}

static int read_one(struct op *op, str name, struct policy **ret)
{
	const struct policy_shipped *s = shipped_of(name);
	str bytes;

	if (s)
		return policy_read(op, name, str_of(s->text), open_file, NULL, ret);
	int rc = open_file(NULL, op, name, &bytes);
	if (rc > 0)
		return unknown(op, name);
	return rc < 0 ? rc : policy_read(op, name, bytes, open_file, NULL, ret);
}

int policies_read(struct op *op, const struct texts *names, struct policy ***ret, ptrdiff_t *ret_n,
		  str *ret_told)
{
	struct policy **p = op_new(op, struct policy *, names->n + 1);
	str bytes;

	*ret_told = S("");
	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < names->n; i++)
		if (read_one(op, names->p[i], &p[i]) < 0)
			return op->code;
	*ret = p;
	*ret_n = names->n ? names->n : 1;
	if (names->n)
		return 0;
	int rc = open_file(NULL, op, S(POLICY_FILE), &bytes);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return policy_read(op, S(POLICY_FILE), bytes, open_file, NULL, &p[0]);
	*ret_told = S("no --policy and no " POLICY_FILE " here: judged by the shipped baseline");
	return read_one(op, S("baseline"), &p[0]);
}

int policies_waivers(struct op *op, const struct texts *files, struct waivers *ret)
{
	str bytes;
	int rc;

	for (ptrdiff_t i = 0; i < files->n; i++) {
		if (file_read_user(op, files->p[i], LIMIT_DOCUMENT, &bytes) < 0 ||
		    waivers_read(op, files->p[i], bytes, ret) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; i < ret->n; i++)
		if (waiver_is_foreign(&ret->p[i]))
			return op_fail(
				op, ERR_USAGE,
				"%.*s is a rule of another tool: a policy must name its file "
				"(waivers: {foreign: [...]})",
				STR_ARG(ret->p[i].where));
	if (files->n)
		return 0;
	if ((rc = file_read(op, AT_FDCWD, S(WAIVERS_FILE), LIMIT_DOCUMENT, &bytes)) != 0)
		return rc < 0 ? rc : 0;
	return waivers_read(op, S(WAIVERS_FILE), bytes, ret);
}
