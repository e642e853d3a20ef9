/*
 * Names of images in one spelling, so that what is meant by one cannot be got around by another:
 * "nginx", "index.docker.io/library/nginx" and "docker.io:443/library/nginx" are one image.
 */
#include "base/glob.h"
#include "base/limits.h"
#include "model/reference.h"
#include "policy_impl.h"

struct names {
	struct op *op;
	VEC(str) out;
};

static char lower_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int lower(struct op *op, str s, str *ret)
{
	char *p = op_new(op, char, s.len + 1);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++)
		p[i] = lower_char(s.p[i]);
	*ret = (str){ p, s.len };
	return 0;
}

static int add(struct names *n, str s)
{
	for (ptrdiff_t i = 0; i < n->out.n; i++)
		if (str_eq(n->out.p[i], s))
			return 0;
	str *to = vec_push(n->op, &n->out);
	if (!to)
		return n->op->code;
	*to = s;
	return 0;
}

/* A name by itself, with its tag, with its digest. */
static int add_name(struct names *n, str name, const struct reference *r, bool tag)
{
	char digest[DIGEST_TEXT];
	str s;

	if (add(n, name) < 0)
		return n->op->code;
	if (tag && r->tag.len &&
	    (op_text(n->op, &s, "%.*s:%.*s", STR_ARG(name), STR_ARG(r->tag)) < 0 || add(n, s) < 0))
		return n->op->code;
	if (!digest_is_zero(&r->digest) &&
	    (op_text(n->op, &s, "%.*s@%s", STR_ARG(name), digest_text(&r->digest, digest)) < 0 ||
	     add(n, s) < 0))
		return n->op->code;
	return 0;
}

static int add_reference(struct names *n, str text, bool claims)
{
	struct reference r;
	str host, name;

	if (text.len == 0)
		return 0;
	if (reference_parse(n->op, text, &r) < 0) {
		if (n->op->code == ERR_MEMORY)
			return ERR_MEMORY;
		op_forgive(n->op);
		return add(n, text); /* a directory, a file */
	}
	if (lower(n->op, r.host, &host) < 0)
		return n->op->code;
	if (str_ends(host, S(":443")))
		host = str_head(host, host.len - 4);
	/* What a tag beside a digest says is nobody's word. */
	bool tag = claims || digest_is_zero(&r.digest);
	if (op_text(n->op, &name, "%.*s/%.*s", STR_ARG(host), STR_ARG(r.path)) < 0 ||
	    add_name(n, name, &r, tag) < 0)
		return n->op->code;
	if (!str_eq(host, S("docker.io")))
		return 0;
	if (add_name(n, r.path, &r, tag) < 0)
		return n->op->code;
	if (!str_starts(r.path, S("library/")))
		return 0;
	return add_name(n, str_from(r.path, 8), &r, tag);
}

int image_names(struct op *op, const struct subject *s, bool claims, struct texts *ret)
{
	struct names n = { .op = op };
	int rc = add_reference(&n, s->name, claims);

	if (rc == 0 && s->name.len && s->version.len && str_find(s->name, ':') < 0 &&
	    str_find(s->name, '@') < 0) {
		str tagged;
		rc = op_text(op, &tagged, "%.*s:%.*s", STR_ARG(s->name), STR_ARG(s->version));
		rc = rc < 0 ? rc : add_reference(&n, tagged, claims);
	}
	rc = rc < 0 ? rc : add_reference(&n, s->reference, claims);
	for (ptrdiff_t i = 0; claims && rc == 0 && i < s->tags.n; i++)
		rc = add_reference(&n, s->tags.p[i], claims);
	for (ptrdiff_t i = 0; claims && rc == 0 && i < s->repo_digests.n; i++)
		rc = add_reference(&n, s->repo_digests.p[i], claims);
	*ret = (struct texts){ n.out.p, n.out.n };
	return rc;
}

/* A glob's host as names have it; all of it but a tag in lower case. */
static int spell(struct op *op, str glob, str *ret)
{
	static const char *const docker[] = { "index.docker.io/", "registry-1.docker.io/",
					      "registry.hub.docker.com/" };
	ptrdiff_t slash = str_rfind(glob, '/'), colon = str_rfind(glob, ':');
	str name = colon > slash ? str_head(glob, colon) : glob, tag = str_from(glob, name.len);

	if (str_starts(glob, S("/")))
		glob = str_from(glob, 1);
	if (lower(op, name, &name) < 0)
		return op->code;
	for (size_t i = 0; i < sizeof(docker) / sizeof(docker[0]); i++)
		if (str_starts(name, str_of(docker[i])))
			return op_text(op, ret, "docker.io/%.*s%.*s",
				       STR_ARG(str_from(name, str_of(docker[i]).len)),
				       STR_ARG(tag));
	ptrdiff_t first = str_find(name, '/');
	if (first > 4 && str_ends(str_head(name, first), S(":443")))
		return op_text(op, ret, "%.*s%.*s%.*s", STR_ARG(str_head(name, first - 4)),
			       STR_ARG(str_from(name, first)), STR_ARG(tag));
	return op_text(op, ret, "%.*s%.*s", STR_ARG(name), STR_ARG(tag));
}

int image_fits(struct op *op, const struct texts *names, str glob, bool *ret)
{
	struct op_mark mark = op_mark(op);
	str spelt;

	*ret = false;
	if (spell(op, glob, &spelt) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < names->n && !*ret; i++)
		*ret = glob_match(spelt, names->p[i]);
	op_reset(op, mark);
	return 0;
}

bool glob_is_wide(str glob)
{
	int said = 0;
	bool in_set = false;

	for (ptrdiff_t i = 0; i < glob.len; i++) {
		char c = lower_char(glob.p[i]);
		if (c == '[' && str_find(str_from(glob, i), ']') > 0)
			in_set = true;
		said += !in_set && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
		in_set = in_set && c != ']';
	}
	return said < 3;
}
