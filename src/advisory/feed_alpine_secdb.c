/*
 * feed_alpine_secdb: what versions of Alpine's packages fix, of one repository of one release. Wolfi
 * and Chainguard publish the same. Source: https://secdb.alpinelinux.org (JSON; until 2020 YAML).
 *
 *	{ "distroversion": "v3.16", "reponame": "main", "urlprefix": "https://...", "packages": [
 *		{ "pkg": { "name": "zlib", "secfixes": {
 *			"1.2.12-r0": [ "CVE-2018-25032" ],
 *			"0": [ "CVE-2019-1000 (not in our build)", "CVE-1 CVE-2 XSA-3" ] } } } ] }
 *
 * A package is an aport, what apk calls the origin. "0": never affected. A line is one vulnerability
 * with further names of it, or several CVEs at once. Of several versions that fix the same one the
 * highest counts: an earlier one did not do all of it, or belongs to an older branch.
 */
#include <stdlib.h>

#include "base/vec.h"
#include "bulletin.h"
#include "codec/json.h"
#include "codec/yaml_block.h"
#include "feed_native.h"
#include "feed_values.h"

struct fix { /* one id that a version of the package fixes */
	str id, version;
	struct texts others; /* of the same line */
	bool alias;          /* they are names of the same vulnerability */
};

struct secdb {
	struct op *op;
	const struct feed_sink *sink;
	str key;
	VEC(struct fix) fix; /* of the package at hand */
	uint64_t bad;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_id_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == ':' || c == '.';
}

/* "CVE-2017-17434-1" and "CVE_2017-17434" are CVE-2017-17434; 1: not an id. */
static int id_of(struct op *op, str word, str *ret)
{
	ptrdiff_t i, digits = 0;

	if (!str_starts(word, S("CVE"))) {
		for (i = 0; i < word.len; i++) {
			digits += is_digit(word.p[i]);
			if (!is_id_char(word.p[i]))
				return 1;
		}
		*ret = word;
		/* GitHub's may have letters alone. */
		return (digits || str_starts(word, S("GHSA-"))) && str_find(word, '-') > 0 ? 0 : 1;
	}
	for (i = 4; i < word.len && is_digit(word.p[i]); i++) {
	}
	if (i != 8 || i >= word.len || word.p[i++] != '-')
		return 1;
	for (; i < word.len && is_digit(word.p[i]); i++)
		digits++;
	if (digits < 4 || (i < word.len && word.p[i] != '-' && word.p[i] != ','))
		return 1;
	*ret = str_head(word, i);
	return word.p[3] == '-' ? 0 : op_text(op, ret, "CVE-%.*s", STR_ARG(str_from(*ret, 4)));
}

/* "CVE-2019-5060 TALOS-2019-0844": the CVEs, each with what else stands there; or the first id. */
static int line_of(struct secdb *s, str line, str version)
{
	VEC(str) cve = { 0 }, other = { 0 };
	str id, *p;

	for (str word = str_word(&line); word.len; word = str_word(&line)) {
		int rc = id_of(s->op, word, &id);
		if (rc < 0)
			return rc;
		if (rc)
			continue;
		p = str_starts(id, S("CVE-")) ? vec_push(s->op, &cve) : vec_push(s->op, &other);
		if (!p)
			return s->op->code;
		*p = id;
	}
	bool lone = cve.n == 0;
	for (ptrdiff_t i = 0; i < (lone ? other.n > 0 : cve.n); i++) {
		struct fix *fix = vec_push(s->op, &s->fix);
		if (!fix)
			return s->op->code;
		*fix = (struct fix){ .id = lone ? other.p[0] : cve.p[i],
				     .version = version,
				     .others = { lone ? other.p + 1 : other.p, other.n - lone },
				     .alias = cve.n < 2 };
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct fix *x = a, *y = b;
	int order = str_cmp(x->id, y->id);

	/* "0" stands before every version: the fix that is told counts. */
	return order ? order : version_compare(VERSION_APK, x->version, y->version);
}

static int send_fix(struct secdb *s, str name, const struct fix *fix)
{
	struct bulletin b;

	bulletin_begin(&b, s->op, s->sink, fix->id);
	for (ptrdiff_t i = 0; i < fix->others.n; i++) {
		if (fix->alias)
			bulletin_add(&b, &b.aliases, fix->others.p[i]);
		else
			bulletin_add(&b, &b.related, fix->others.p[i]);
	}
	struct affected *a = bulletin_affected(&b, s->key, name, AFFECTED_SOURCE);
	if (a && str_eq(fix->version, S("0")))
		a->state = FIX_NOT_AFFECTED;
	else
		bulletin_until(&b, a, fix->version);
	return bulletin_send(&b, &s->bad);
}

static int package(struct secdb *s, str name, const struct node *fixes)
{
	struct op_mark mark = op_mark(s->op);

	s->fix.p = NULL;
	s->fix.n = s->fix.cap = 0;
	for (ptrdiff_t i = 0; i < fixes->n; i++) {
		const struct node *list = &fixes->child[i];
		str line;
		for (ptrdiff_t k = 0; k < list->n && list->kind == NODE_LIST; k++)
			if (node_text(&list->child[k], &line) &&
			    line_of(s, line, str_trim(list->key)) < 0)
				return s->op->code;
	}
	if (s->fix.n)
		qsort(s->fix.p, (size_t)s->fix.n, sizeof(struct fix), by_id);
	for (ptrdiff_t i = 0; i < s->fix.n; i++)
		if ((i + 1 == s->fix.n || !str_eq(s->fix.p[i].id, s->fix.p[i + 1].id)) &&
		    send_fix(s, name, &s->fix.p[i]) < 0)
			return s->op->code;
	op_reset(s->op, mark);
	return 0;
}

/* Whose it is: what the configuration says, else the release, else who serves it. */
static int key_of(struct op *op, const struct feed_document *d, const struct node *root, str *ret)
{
	static const struct {
		const char *host, *key;
	} prefixes[] = { { "packages.wolfi.dev", "wolfi" }, { "packages.cgr.dev", "chainguard" } };
	str version = feed_get(root, S("distroversion")), prefix = feed_get(root, S("urlprefix"));

	*ret = d->release;
	if (ret->len)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_find_str(prefix, str_of(prefixes[i].host)) >= 0) {
			*ret = str_of(prefixes[i].key);
			return 0;
		}
	if (version.len == 0)
		return op_fail(
			op, ERR_FORMAT,
			"%.*s: it does not say of which release it is: set the feed's release",
			STR_ARG(d->name));
	if (version.p[0] == 'v')
		version = str_from(version, 1);
	return op_text(op, ret, "alpine:%.*s", STR_ARG(version));
}

static int secdb_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		      uint64_t *ret_bad)
{
	struct secdb s = { .op = op, .sink = sink };
	struct doc doc;
	bool json = str_starts(str_trim(str_head(d->bytes, 64)), S("{"));

	if ((json ? json_parse_lax(op, d->name, d->bytes, &doc)
		  : yaml_quick_parse(op, d->name, d->bytes, &doc)) < 0)
		return op->code;
	const struct node *packages = node_get(&doc.root, S("packages"));
	if (!packages || packages->kind == NODE_MAP)
		return op_fail(op, ERR_FORMAT, "%.*s: not a secdb: it has no list of packages",
			       STR_ARG(d->name));
	if (key_of(op, d, &doc.root, &s.key) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < packages->n; i++) {
		const struct node *pkg = node_get(&packages->child[i], S("pkg"));
		const struct node *fixes = node_get(pkg, S("secfixes"));
		str name = feed_get(pkg, S("name"));
		if (name.len == 0 || (fixes && fixes->kind != NODE_MAP && fixes->n))
			s.bad++;
		else if (fixes && package(&s, name, fixes) < 0)
			return op->code;
	}
	*ret_bad += s.bad;
	return 0;
}

static bool secdb_looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 8192);

	return str_find_str(head, S("apkurl")) >= 0 && str_find_str(head, S("urlprefix")) >= 0 &&
	       str_find_str(head, S("packages")) >= 0;
}

const struct feed feed_alpine_secdb = {
	.name = "alpine-secdb",
	.what = "Alpine's secdb: what versions of packages fix; Wolfi's and Chainguard's too",
	.ends = ".json .yaml",
	.fixed_only = true,
	.whole = true,
	.looks_like = secdb_looks_like,
	.read = secdb_read,
};
