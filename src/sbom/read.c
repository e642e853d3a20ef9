#include "read.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "model/licence.h"
#include "read_impl.h"

/* ---- gathering ---- */

int bom_name(struct bom *b, str ref, ptrdiff_t at)
{
	if (ref.len == 0 || map_find(&b->place, ref) >= 0)
		return 0;
	return map_put(&b->place, ref, (void *)(uintptr_t)(at + 1));
}

int bom_add(struct bom *b, str ref, const struct package *p, ptrdiff_t *ret)
{
	if (b->package.n == LIMIT_SBOM_PACKAGES)
		return op_fail(b->op, ERR_LIMIT, "%.*s: more than %d packages", STR_ARG(b->what),
			       (int)LIMIT_SBOM_PACKAGES);
	struct package *place = vec_push(b->op, &b->package);
	if (!place)
		return b->op->code;
	*place = *p;
	if (ret)
		*ret = b->package.n - 1;
	return bom_name(b, ref, b->package.n - 1);
}

int bom_relate(struct bom *b, enum relation_kind kind, str from, str to)
{
	if (from.len == 0 || to.len == 0)
		return 0;
	struct bom_relation *r = vec_push(b->op, &b->relation);
	if (!r)
		return b->op->code;
	*r = (struct bom_relation){ kind, from, to };
	return 0;
}

struct package_file *bom_file(struct bom *b, ptrdiff_t at, str path)
{
	struct package *p = &b->package.p[at];
	ptrdiff_t n = p->file_n, cap = 4;

	if (str_starts(path, S("./")))
		path = str_from(path, 2);
	while (path.len && path.p[0] == '/')
		path = str_from(path, 1);
	/* Full at every power of two. */
	while (cap < n)
		cap *= 2;
	if (n == 0)
		p->file = op_new(b->op, struct package_file, cap);
	else if (n == cap)
		p->file = op_extend(b->op, p->file, (size_t)n * sizeof(*p->file),
				    (size_t)n * 2 * sizeof(*p->file));
	if (!p->file)
		return NULL;
	struct package_file *f = &p->file[p->file_n++];
	f->path = path;
	return f;
}

int bom_purl(struct bom *b, str purl, struct package *p)
{
	int rc = package_of_purl(b->op, purl, p);

	if (rc != ERR_FORMAT && rc != ERR_LIMIT)
		return rc;
	op_forgive(b->op);
	p->purl = purl;
	return 0;
}

void bom_source(struct package *p, str name, str version)
{
	bool same = str_eq(version, p->version);

	if (!str_eq(name, p->name) || (version.len && !same))
		p->source = name;
	if (p->source.len && !same)
		p->source_version = version;
}

bool bom_hex(str s, uint8_t *to, size_t n)
{
	if (s.len != (ptrdiff_t)n * 2)
		return false;
	for (size_t i = 0; i < n * 2; i++) {
		char c = s.p[i];
		int v = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;
		if (v < 0)
			return false;
		to[i / 2] = (uint8_t)(i % 2 ? to[i / 2] | v : v << 4);
	}
	return true;
}

/* "SHA-256" as "sha256" in out. */
static str plain_algorithm(str name, char out[16])
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < name.len && n < 15; i++) {
		char c = name.p[i];
		if (c == '-' && n == 3)
			continue;
		out[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	return (str){ out, n };
}

unsigned bom_hash_kind(str name, size_t *ret_n)
{
	char text[16];
	str s = plain_algorithm(name, text);

	*ret_n = str_eq(s, S("sha256")) ? 32
		 : str_eq(s, S("sha1")) ? 20
		 : str_eq(s, S("md5"))  ? 16
					: 0;
	return *ret_n == 32 ? HASH_SHA256 : *ret_n == 20 ? HASH_SHA1 : *ret_n == 16 ? HASH_MD5 : 0;
}

int bom_checksum(struct bom *b, struct package *p, str algorithm, str value)
{
	char text[16];
	struct pair *pair = op_new(b->op, struct pair, p->checksum.n + 1);
	ptrdiff_t at = 0;

	if (!pair)
		return b->op->code;
	int rc = op_copy(b->op, plain_algorithm(algorithm, text), &pair[p->checksum.n].key);
	if (rc < 0 || p->checksum.n > 16)
		return rc;
	struct pair added = { pair[p->checksum.n].key, value };
	while (at < p->checksum.n && str_cmp(p->checksum.p[at].key, added.key) < 0)
		at++;
	for (ptrdiff_t i = 0; i < p->checksum.n; i++)
		pair[i + (i >= at)] = p->checksum.p[i];
	pair[at] = added;
	p->checksum = (struct pairs){ pair, p->checksum.n + 1 };
	return 0;
}

int bom_append(struct op *op, struct texts *t, str s)
{
	str *p = op_new(op, str, t->n + 1);

	if (!p)
		return op->code;
	if (t->n)
		memcpy(p, t->p, (size_t)t->n * sizeof(*p));
	p[t->n] = s;
	*t = (struct texts){ p, t->n + 1 };
	return 0;
}

int bom_licence(struct bom *b, const struct texts *licences, str *ret)
{
	struct texts t = { op_new(b->op, str, licences->n), 0 };

	if (!t.p)
		return b->op->code;
	if (b->ours && licences->n == 1) {
		*ret = licences->p[0];
		return 0;
	}
	for (ptrdiff_t i = 0; i < licences->n; i++) {
		str s = str_trim(licences->p[i]);
		/* Old documents have expressions cut at their blanks. */
		if (str_eq(s, S("AND")) || str_eq(s, S("OR")) || str_eq(s, S("NONE")) ||
		    str_eq(s, S("NOASSERTION")))
			continue;
		int rc = licence_expression(b->op, s, &t.p[t.n]);
		if (rc < 0)
			return rc;
		t.n += t.p[t.n].len > 0;
	}
	if (t.n == 1)
		*ret = t.p[0];
	return t.n > 1 ? licence_join(b->op, &t, ret) : 0;
}

/* Of a document that names no system: the one that all its distributions' packages are of. */
static void system_of_packages(struct bom *b)
{
	struct os_identity *os = &b->inv.os;
	str distro = S("");

	for (ptrdiff_t i = 0; i < b->package.n; i++) {
		const struct package *p = &b->package.p[i];
		if (p->distro.len == 0 || !package_kinds[p->type].is_system)
			continue;
		if (distro.len && !str_eq(distro, p->distro))
			return;
		distro = p->distro;
	}
	ptrdiff_t dash = str_rfind(distro, '-');
	if (dash <= 0)
		return;
	os->id = str_head(distro, dash);
	os->version_id = str_from(distro, dash + 1);
}

int bom_distro(struct bom *b)
{
	struct os_identity *os = &b->inv.os;

	if (os->id.len == 0 && !b->recorded)
		system_of_packages(b);
	if (os->distro.len || os->id.len == 0)
		return 0;
	if (os->version_id.len == 0) {
		os->distro = os->id;
		return 0;
	}
	return op_text(b->op, &os->distro, "%.*s-%.*s", STR_ARG(os->id), STR_ARG(os->version_id));
}

str bom_text(const struct node *map, const char *key)
{
	str ret = S("");

	(void)node_text(node_get(map, str_of(key)), &ret);
	return ret;
}

const struct node *bom_list(const struct node *map, const char *key, ptrdiff_t *ret_n)
{
	const struct node *n = node_get(map, str_of(key));

	*ret_n = n && n->kind == NODE_LIST ? n->n : 0;
	return *ret_n ? n->child : NULL;
}

/* ---- the end: ids, order, references ---- */

static int base_id(struct bom *b, const struct package *p, str *ret)
{
	*ret = p->id.len ? p->id : p->purl;
	if (ret->len)
		return 0;
	return op_text(b->op, ret, "%.*s@%.*s", STR_ARG(p->name), STR_ARG(p->version));
}

static int give_ids(struct bom *b)
{
	struct map seen;

	map_init(&seen, b->op);
	for (ptrdiff_t i = 0; i < b->package.n; i++) {
		struct package *p = &b->package.p[i];
		str base, id;
		int rc = base_id(b, p, &base);
		if (rc < 0)
			return rc;
		uintptr_t count = (uintptr_t)map_get(&seen, base);
		id = base;
		/* Ends: each turn finds another text, and there are i of them. */
		while (rc == 0 && map_find(&seen, id) >= 0)
			rc = op_text(b->op, &id, "%.*s#%llu", STR_ARG(base),
				     (unsigned long long)++count);
		if (rc < 0 || (rc = map_put(&seen, base, (void *)(count ? count : 1))) < 0 ||
		    (!str_eq(base, id) && (rc = map_put(&seen, id, (void *)1)) < 0))
			return rc;
		p->id = id;
		if ((rc = bom_name(b, id, i)) < 0)
			return rc;
	}
	return 0;
}

static int by_order(const void *a, const void *b)
{
	return package_compare(*(const struct package *const *)a,
			       *(const struct package *const *)b);
}

/* Sorted into inv->package; *ret: where each has gone. */
static int sort_packages(struct bom *b, uint32_t **ret)
{
	ptrdiff_t n = b->package.n;
	const struct package **order = op_new(b->op, const struct package *, n);

	*ret = op_new(b->op, uint32_t, n);
	b->inv.package = op_new(b->op, struct package, n);
	if (!order || !*ret || !b->inv.package)
		return b->op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		order[i] = &b->package.p[i];
	qsort(order, (size_t)n, sizeof(const struct package *), by_order);
	for (ptrdiff_t i = 0; i < n; i++) {
		b->inv.package[i] = *order[i];
		(*ret)[order[i] - b->package.p] = (uint32_t)i;
	}
	b->inv.package_n = n;
	return 0;
}

static bool find(const struct bom *b, const uint32_t *to, str ref, uint32_t *ret)
{
	uintptr_t at = ref.len ? (uintptr_t)map_get(&b->place, ref) : 0;

	if (at)
		*ret = to[at - 1];
	return at != 0;
}

static int resolve_relations(struct bom *b, const uint32_t *to)
{
	struct relation *r = op_new(b->op, struct relation, b->relation.n);
	ptrdiff_t n = 0, kept = 0;

	if (!r)
		return b->op->code;
	for (ptrdiff_t i = 0; i < b->relation.n; i++) {
		const struct bom_relation *one = &b->relation.p[i];
		r[n].kind = one->kind;
		if (find(b, to, one->from, &r[n].from) && find(b, to, one->to, &r[n].to) &&
		    r[n].from != r[n].to)
			n++;
	}
	qsort(r, (size_t)n, sizeof(*r), relation_compare);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (kept == 0 || relation_compare(&r[kept - 1], &r[i]) != 0)
			r[kept++] = r[i];
	}
	b->inv.relation = r;
	b->inv.relation_n = kept;
	return 0;
}

static void resolve_files(struct bom *b, const uint32_t *to)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < b->changed.n; i++) {
		struct changed_file f = b->changed.p[i];
		if (find(b, to, b->changed_of.p[i], &f.package))
			b->changed.p[n++] = f;
	}
	b->inv.changed = b->changed.p;
	b->inv.changed_n = n;
	for (ptrdiff_t i = 0; i < b->file.n; i++) {
		b->file.p[i].owner = UINT32_MAX;
		(void)find(b, to, b->file_of.p[i], &b->file.p[i].owner);
	}
	b->inv.file = b->file.p;
	b->inv.file_n = b->file.n;
}

static int file_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct package_file *)a)->path,
		       ((const struct package_file *)b)->path);
}

static int finish(struct bom *b, struct inventory *ret)
{
	uint32_t *to;
	int rc = give_ids(b);

	rc = rc < 0 ? rc : sort_packages(b, &to);
	rc = rc < 0 ? rc : resolve_relations(b, to);
	rc = rc < 0 ? rc : bom_distro(b);
	if (rc < 0)
		return rc;
	resolve_files(b, to);
	for (ptrdiff_t i = 0; i < b->inv.package_n; i++) {
		struct package *p = &b->inv.package[i];
		if (p->file_n)
			qsort(p->file, (size_t)p->file_n, sizeof(*p->file), file_cmp);
	}
	*ret = b->inv;
	return 0;
}

/* ---- which it is ---- */

enum { LOOK = 8192 }; /* bytes */

enum form {
	FORM_NONE,
	FORM_SPDX_JSON,
	FORM_CYCLONEDX_JSON,
	FORM_SYFT,
	FORM_TEMPER,
	FORM_SPDX_TAG,
	FORM_CYCLONEDX_XML
};

static const struct {
	const char *name;
	bom_read_json *read;
} forms[] = {
	[FORM_NONE] = { NULL, NULL },
	[FORM_CYCLONEDX_JSON] = { "cyclonedx-json", read_cyclonedx_json },
	[FORM_CYCLONEDX_XML] = { "cyclonedx-xml", NULL },
	[FORM_SPDX_JSON] = { "spdx-json", read_spdx_json },
	[FORM_SPDX_TAG] = { "spdx-tag-value", NULL },
	[FORM_SYFT] = { "syft-json", read_syft },
	[FORM_TEMPER] = { "json", read_temper },
};

/* JSON by its members, since their order is free. */
static enum form json_form(const struct node *root)
{
	const struct node *schema = node_get(root, S("schema"));

	if (bom_text(root, "spdxVersion").len)
		return FORM_SPDX_JSON;
	if (str_eq(bom_text(root, "bomFormat"), S("CycloneDX")))
		return FORM_CYCLONEDX_JSON;
	if (str_eq(bom_text(schema, "name"), S("temper-sbom")))
		return FORM_TEMPER;
	if (node_get(root, S("artifacts")) && node_get(root, S("source")) &&
	    node_get(root, S("descriptor")))
		return FORM_SYFT;
	return FORM_NONE;
}

static enum form marked(str s)
{
	static const struct {
		str mark;
		enum form form;
	} mark[] = {
		{ S_INIT("\"spdxVersion\""), FORM_SPDX_JSON },
		{ S_INIT("\"SPDXRef-"), FORM_SPDX_JSON },
		{ S_INIT("\"CycloneDX\""), FORM_CYCLONEDX_JSON },
		{ S_INIT("\"temper-sbom\""), FORM_TEMPER },
		{ S_INIT("\"artifacts\""), FORM_SYFT },
		{ S_INIT("SPDXVersion:"), FORM_SPDX_TAG },
		{ S_INIT("http://cyclonedx.org/schema/bom"), FORM_CYCLONEDX_XML },
	};

	for (size_t i = 0; i < sizeof(mark) / sizeof(mark[0]); i++) {
		if (str_find_str(s, mark[i].mark) >= 0)
			return mark[i].form;
	}
	return FORM_NONE;
}

/* By the first kilobytes, or the last: some write their members in alphabetical order. */
static enum form first_look(str s)
{
	enum form form = marked(str_head(s, LOOK));

	return form == FORM_NONE && s.len > LOOK ? marked(str_from(s, s.len - LOOK)) : form;
}

static str skip_mark(str s)
{
	if (str_starts(s, S("\xef\xbb\xbf")))
		s = str_from(s, 3);
	while (s.len && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n'))
		s = str_from(s, 1);
	return s;
}

const char *sbom_form(str bytes)
{
	return forms[first_look(bytes)].name;
}

static int read_json(struct bom *b, str bytes)
{
	struct doc doc;
	/* What is JSON but broken is only broken if it looks like a bill of materials. */
	int rc = json_parse(b->op, b->what, bytes, &doc);

	if (rc == ERR_FORMAT && first_look(bytes) == FORM_NONE) {
		op_forgive(b->op);
		return 1;
	}
	if (rc < 0)
		return rc;
	enum form form = json_form(&doc.root);
	return forms[form].read ? forms[form].read(b, &doc.root) : 1;
}

/* A package URL a line; '#' begins a comment. */
static int read_purls(struct bom *b, str s)
{
	while (s.len) {
		str line = str_trim(str_cut(&s, '\n'));
		struct package p = { .layer = -1 };
		if (line.len == 0 || line.p[0] == '#')
			continue;
		int rc = package_of_purl(b->op, line, &p);
		rc = rc < 0 ? rc : bom_add(b, S(""), &p, NULL);
		if (rc < 0)
			return op_fail_in(b->op, "%.*s", STR_ARG(b->what));
	}
	return 0;
}

static int read_xml(struct bom *b, str bytes)
{
	struct xml_node root;

	if (first_look(bytes) != FORM_CYCLONEDX_XML)
		return 1;
	int rc = xml_parse(b->op, b->what, bytes, &root);
	if (rc < 0)
		return rc;
	return str_eq(root.local, S("bom")) ? read_cyclonedx_xml(b, &root) : 1;
}

static int read_any(struct bom *b, str s)
{
	map_init(&b->place, b->op);
	if (str_starts(s, S("{")))
		return read_json(b, s);
	if (str_starts(s, S("<")))
		return read_xml(b, s);
	if (str_starts(s, S("pkg:")))
		return read_purls(b, s);
	return first_look(s) == FORM_SPDX_TAG ? read_spdx_tag(b, s) : 1;
}

int sbom_read(struct op *op, str what, str bytes, struct inventory *ret)
{
	struct bom b = { .op = op, .what = what };

	if (bytes.len > LIMIT_SBOM)
		return op_fail(op, ERR_LIMIT, "%.*s: a bill of materials of more than %d MiB",
			       STR_ARG(what), (int)(LIMIT_SBOM >> 20));
	size_t ceiling = op->ceiling;
	if (ceiling == 0 || ceiling > op->held + LIMIT_SBOM_MEMORY)
		op->ceiling = op->held + LIMIT_SBOM_MEMORY;
	int rc = read_any(&b, skip_mark(bytes));
	rc = rc ? rc : finish(&b, ret);
	op->ceiling = ceiling;
	return rc;
}
