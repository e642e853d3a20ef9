/*
 * What Red Hat's builds leave in an image of where it is from:
 *
 *	root/buildinfo/content_manifests/NAME.json, usr/share/buildinfo/NAME.json
 *	        { "content_sets": ["rhel-9-for-x86_64-baseos-rpms__9_DOT_4", ...] }, one for each layer;
 *	        what follows "__" is a release that the name does not need
 *	root/buildinfo/Dockerfile-NAME-VERSION-RELEASE
 *	        labels, which may name variables of ENV and ARG
 *	root/buildinfo/labels.json, usr/share/buildinfo/labels.json
 *	        { "name": ..., "cpe": ..., "architecture": ... }, which took the former's place;
 *	        values may have quotes of their own
 *
 * They become facts of the system. Content sets are those of all layers; of labels the topmost
 * layer's count.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "reading.h"

struct redhat {
	VEC(str) set;
	int layer; /* that the labels are from */
	str component, version, name, arch, cpe;
};

/* "rhel-8-for-x86_64-baseos-rpms__8" without what follows "__" and a digit. */
static str set_name(str set)
{
	ptrdiff_t at = str_find_str(set, S("__"));

	return at > 0 && at + 2 < set.len && set.p[at + 2] >= '0' && set.p[at + 2] <= '9'
		       ? str_head(set, at)
		       : set;
}

static int read_sets(struct reading *r, struct redhat *s)
{
	const struct node *sets = node_get(&r->doc.root, S("content_sets"));

	for (ptrdiff_t i = 0; sets && sets->kind == NODE_LIST && i < sets->n; i++) {
		str text;
		if (!node_text(&sets->child[i], &text) || text.len == 0 || str_find(text, ' ') >= 0)
			continue;
		str *set = vec_push(r->op, &s->set);
		if (!set || op_copy(r->op, set_name(text), set) < 0)
			return r->op->code;
	}
	return 0;
}

static str unquoted(str s)
{
	s = str_trim(s);
	char c = s.len > 1 ? s.p[0] : 0;
	return (c == '"' || c == '\'') && s.p[s.len - 1] == c ? str_head(str_from(s, 1), s.len - 2)
							      : s;
}

/* The labels of this file count if it is of a layer as high as those that were seen. */
static bool is_topmost(struct redhat *s, const struct found *f)
{
	if (f->layer < s->layer)
		return false;
	if (f->layer > s->layer)
		s->component = s->version = s->name = s->arch = s->cpe = S("");
	s->layer = f->layer;
	return true;
}

static int keep(struct reading *r, str value, str *to)
{
	value = unquoted(value);
	return value.len ? op_copy(r->op, value, to) : 0;
}

static int read_labels(struct reading *r, struct redhat *s)
{
	const struct {
		const char *key;
		str *to;
	} label[] = { { "com.redhat.component", &s->component },
		      { "name", &s->name },
		      { "architecture", &s->arch },
		      { "cpe", &s->cpe } };
	int rc = 0;

	if (!is_topmost(s, r->f))
		return 0;
	for (size_t i = 0; rc == 0 && i < sizeof(label) / sizeof(label[0]); i++)
		rc = keep(r, reading_get(&r->doc.root, label[i].key), label[i].to);
	return rc;
}

static int read_json(struct reading *r)
{
	struct redhat *s = *catalog_state(r->c);

	return str_eq(str_base_name(r->f->path), S("labels.json")) ? read_labels(r, s)
								   : read_sets(r, s);
}

/* --- Dockerfile-NAME-VERSION-RELEASE ------------------------------------------------------------
 */

/* The next line with those that a backslash joins to it, in tmp. */
static int next_line(struct reading *r, str *text, str *ret)
{
	struct buf b;

	buf_init(&b, &r->tmp, LIMIT_CAPTURE);
	for (bool more = true; more && text->len;) {
		str line = str_cut(text, '\n');
		str end = str_trim(line);
		more = str_ends(end, S("\\"));
		buf_add(&b, more ? str_head(end, end.len - 1) : line);
		buf_char(&b, ' ');
	}
	return buf_take(&b, ret);
}

/* The next word off the front of *in, with what its quotes hold. */
static str next_word(str *in)
{
	char quote = 0;
	ptrdiff_t n = 0;

	*in = str_trim(*in);
	for (; n < in->len; n++) {
		char c = in->p[n];
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (!quote && (c == ' ' || c == '\t'))
			break;
	}
	str word = str_head(*in, n);
	*in = str_from(*in, n);
	return word;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* $NAME and ${NAME} become what the map says; what it does not know becomes nothing. */
static int expand(struct reading *r, const struct map *known, str in, str *ret)
{
	struct buf b;

	buf_init(&b, &r->tmp, LIMIT_DOCUMENT);
	while (in.len) {
		ptrdiff_t at = str_find(in, '$');
		buf_add(&b, str_head(in, at < 0 ? in.len : at));
		in = str_from(in, at < 0 ? in.len : at + 1);
		if (at < 0)
			break;
		bool braces = in.len && in.p[0] == '{';
		in = str_from(in, braces);
		ptrdiff_t n = 0;
		while (n < in.len && is_name(in.p[n]))
			n++;
		const str *value = map_get(known, str_head(in, n));
		buf_add(&b, value ? *value : S(""));
		in = str_from(in, n);
		if (braces)
			str_cut(&in, '}');
	}
	return buf_take(&b, ret);
}

/* "KEY=VALUE KEY=VALUE" or "KEY VALUE" of an instruction; variables are known. */
static int note_pairs(struct reading *r, const struct map *known, str rest, struct map *to)
{
	for (bool first = true; str_trim(rest).len; first = false) {
		str word = next_word(&rest), key = word, value;
		if (str_find(word, '=') >= 0) {
			key = str_cut(&word, '=');
			value = word;
		} else if (first) {
			value = str_trim(rest);
			rest = S("");
		} else {
			continue;
		}
		str *kept = op_new(&r->tmp, str, 1), name;
		if (!kept || expand(r, known, unquoted(value), kept) < 0 ||
		    op_copy(&r->tmp, unquoted(key), &name) < 0 || map_put(to, name, kept) < 0)
			return r->tmp.code;
	}
	return 0;
}

static bool same_word(str word, const char *upper)
{
	ptrdiff_t i = 0;

	for (; i < word.len && upper[i]; i++) {
		if ((word.p[i] & ~32) != upper[i])
			return false;
	}
	return i == word.len && !upper[i];
}

static int keep_label(struct reading *r, const struct map *known, const char *key, str *to)
{
	const str *value = map_get(known, str_of(key));

	return value ? keep(r, *value, to) : 0;
}

static int read_dockerfile(struct reading *r)
{
	struct redhat *s = *catalog_state(r->c);
	str text = r->text, line, version = str_base_name(r->f->path);
	struct map variable, label;
	int rc = 0;

	if (!is_topmost(s, r->f))
		return 0;
	map_init(&variable, &r->tmp);
	map_init(&label, &r->tmp);
	while (rc == 0 && text.len) {
		if ((rc = next_line(r, &text, &line)) < 0)
			break;
		str word = str_word(&line);
		if (same_word(word, "LABEL"))
			rc = note_pairs(r, &variable, line, &label);
		else if (same_word(word, "ENV") || same_word(word, "ARG"))
			rc = note_pairs(r, &variable, line, &variable);
	}
	if (rc < 0 || (rc = keep_label(r, &label, "com.redhat.component", &s->component)) < 0 ||
	    (rc = keep_label(r, &label, "name", &s->name)) < 0 ||
	    (rc = keep_label(r, &label, "architecture", &s->arch)) < 0)
		return rc;
	ptrdiff_t release = str_rfind(version, '-');
	ptrdiff_t at = release < 0 ? -1 : str_rfind(str_head(version, release), '-');
	return at < 0 ? 0 : keep(r, str_from(version, at + 1), &s->version);
}

static int begin_redhat(struct op *op, struct catalog *c)
{
	struct redhat *s = op_new(op, struct redhat, 1);

	if (!s)
		return op->code;
	s->layer = INT32_MIN;
	*catalog_state(c) = s;
	return 0;
}

static int read_redhat(struct op *op, struct catalog *c, const struct found *f)
{
	return str_ends(f->path, S(".json")) ? reading_json(op, c, f, read_json)
					     : reading_text(op, c, f, read_dockerfile);
}

/* All sets, each once. */
static int tell_sets(struct op *op, struct catalog *c, struct redhat *s)
{
	struct buf b;
	str all;

	buf_init(&b, op, LIMIT_CAPTURE);
	if (s->set.n)
		qsort(s->set.p, (size_t)s->set.n, sizeof(str), str_qsort);
	for (ptrdiff_t i = 0; i < s->set.n; i++) {
		if (i && str_eq(s->set.p[i], s->set.p[i - 1]))
			continue;
		if (i)
			buf_char(&b, ' ');
		buf_add(&b, s->set.p[i]);
	}
	int rc = buf_take(&b, &all);
	return rc < 0 ? rc : catalog_os_fact(op, c, S("redhat:content-sets"), all);
}

static int end_redhat(struct op *op, struct catalog *c)
{
	struct redhat *s = *catalog_state(c);
	str build = S("");
	int rc = tell_sets(op, c, s);

	if (rc == 0 && s->component.len && s->version.len)
		rc = op_text(op, &build, "%.*s-%.*s", STR_ARG(s->component), STR_ARG(s->version));
	if (rc < 0 || (rc = catalog_os_fact(op, c, S("redhat:arch"), s->arch)) < 0 ||
	    (rc = catalog_os_fact(op, c, S("redhat:build"), build)) < 0 ||
	    (rc = catalog_os_fact(op, c, S("redhat:component"), s->component)) < 0 ||
	    (rc = catalog_os_fact(op, c, S("redhat:cpe"), s->cpe)) < 0)
		return rc;
	return catalog_os_fact(op, c, S("redhat:name"), s->name);
}

const struct cataloger cataloger_redhat = {
	.name = "redhat",
	.what = "content sets and labels of Red Hat's builds, as facts of the system",
	.wants = { { .glob = "**/root/buildinfo/content_manifests/*.json" },
		   { .glob = "**/root/buildinfo/Dockerfile-*" },
		   { .glob = "**/root/buildinfo/labels.json" },
		   { .glob = "**/usr/share/buildinfo/*.json" } },
	.read = read_redhat,
	.begin = begin_redhat,
	.end = end_redhat,
};
