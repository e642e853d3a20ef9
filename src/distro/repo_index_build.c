#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/deb822.h"
#include "codec/stream.h"
#include "model/version.h"
#include "relation.h"
#include "repo_parts.h"

enum {
	FLUSH = 256 << 10,
};

/* One line of the table, before it is sorted. */
struct entry {
	str key;
	uint64_t offset; /* of the record */
	uint32_t len;
	enum repo_index_kind kind;
	str version; /* of real packages, and the two below */
	bool all;
	struct digest sha256;
};

struct builder {
	struct op *op;
	struct op turn; /* what one stanza needs */
	str arch;
	bool mixed; /* the index of a flat repository, of all architectures */
	struct store_writer w;
	struct buf out; /* not yet in w */
	VEC(struct entry) entry;
	uint32_t packages;
};

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

static uint64_t position(const struct builder *b)
{
	return b->w.size + b->out.len;
}

static int flush(struct builder *b, size_t at_least)
{
	if (b->out.bad)
		return b->op->code;
	if (b->out.len < at_least)
		return 0;
	int rc = store_writer_add(b->op, &b->w, buf_view(&b->out));
	b->out.len = 0;
	return rc;
}

static void put_record(struct buf *b, const struct repo_package *p)
{
	for (int i = 0; i < REPO_INDEX_TEXTS; i++) {
		const str *text =
			(const str *)(const void *)((const char *)p + repo_index_texts[i]);
		put(b, (uint64_t)text->len, 4);
		buf_add(b, *text);
	}
	put(b, p->size, 8);
	put(b, p->installed_kib, 8);
	buf_add(b, (str){ (const char *)p->sha256.b, sizeof(p->sha256.b) });
	put(b, p->essential, 1);
}

static struct entry *add_entry(struct builder *b, str key, uint64_t offset,
			       enum repo_index_kind kind)
{
	struct entry *e = vec_push(b->op, &b->entry);

	if (!e || op_copy(b->op, key, &e->key) < 0)
		return NULL;
	e->offset = offset;
	e->len = (uint32_t)(position(b) - offset);
	e->kind = kind;
	return e;
}

static int add_package(struct builder *b, const struct repo_package *p)
{
	struct relations provides;
	uint64_t offset = position(b);

	put_record(&b->out, p);
	struct entry *e = add_entry(b, p->name, offset, REPO_INDEX_REAL);
	if (!e || op_copy(b->op, p->version, &e->version) < 0)
		return b->op->code;
	e->all = str_eq(p->arch, S("all"));
	e->sha256 = p->sha256;
	b->packages++;
	if (p->provides.len && relations_parse(&b->turn, p->provides, &provides) < 0)
		return op_adopt_error(b->op, &b->turn);
	for (ptrdiff_t i = 0; p->provides.len && i < provides.n; i++) {
		str name = provides.group[i].alternative[0].name;
		if (name.len > LIMIT_NAME)
			return op_fail(b->op, ERR_LIMIT,
				       "a name in Provides is longer than %d bytes", LIMIT_NAME);
		if (!add_entry(b, name, offset, REPO_INDEX_PROVIDED))
			return b->op->code;
	}
	return flush(b, FLUSH);
}

static bool is_of_other(const struct builder *b, const struct deb822_stanza *s)
{
	str arch = deb822_get(s, "Architecture");

	return b->mixed && arch.len && !str_eq(arch, b->arch) && !str_eq(arch, S("all"));
}

/* The stanzas of a piece of text that ends where one ends. */
static int add_stanzas(struct op *op, void *arg, str text)
{
	struct builder *b = arg;
	struct op_mark mark = op_mark(&b->turn);

	for (;;) {
		struct deb822_stanza s;
		struct repo_package p;
		int rc = deb822_next(&b->turn, &text, &s);
		if (rc == 0)
			return 0;
		if (rc > 0 && is_of_other(b, &s)) {
			op_reset(&b->turn, mark);
			continue;
		}
		if (rc < 0 || repo_package_read(&b->turn, &s, b->arch, &p) < 0) {
			op_adopt_error(op, &b->turn);
			return rc < 0 ? rc
				      : op_fail_in(
						op, "package '%.*s'",
						STR_ARG(str_head(deb822_get(&s, "Package"), 100)));
		}
		if ((rc = add_package(b, &p)) < 0)
			return op_fail_in(op, "package %.*s", STR_ARG(p.name));
		op_reset(&b->turn, mark);
	}
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int d = str_cmp(x->key, y->key);

	if (d == 0)
		d = (int)x->kind - (int)y->kind;
	if (d == 0 && x->kind == REPO_INDEX_REAL)
		d = version_deb_compare(y->version, x->version);
	if (d == 0)
		d = x->offset < y->offset ? -1 : x->offset > y->offset;
	return d;
}

/* Sort; drop what stands twice; refuse one version of a package with two contents. */
static int order_entries(struct builder *b)
{
	ptrdiff_t kept = 0;
	struct entry *e = b->entry.p;

	if (b->entry.n > 1)
		qsort(e, (size_t)b->entry.n, sizeof(*e), by_key);
	for (ptrdiff_t i = 0; i < b->entry.n; i++) {
		bool again = false;
		for (ptrdiff_t j = kept - 1; j >= 0 && !again; j--) {
			if (!str_eq(e[j].key, e[i].key) || e[j].kind != e[i].kind)
				break;
			if (e[i].kind == REPO_INDEX_PROVIDED) {
				again = e[j].offset == e[i].offset;
				break;
			}
			if (!str_eq(e[j].version, e[i].version))
				break;
			again = e[j].all == e[i].all;
			if (again && !digest_eq(&e[j].sha256, &e[i].sha256))
				return op_fail(b->op, ERR_FORMAT,
					       "package %.*s %.*s is listed twice and differently",
					       STR_ARG(e[i].key), STR_ARG(e[i].version));
		}
		if (!again)
			e[kept++] = e[i];
	}
	b->entry.n = kept;
	return 0;
}

/* Table, samples and footer. */
static int put_table(struct builder *b)
{
	struct buf samples;
	uint64_t table = position(b), begin = table;
	uint32_t blocks = 0;
	int rc;

	buf_init(&samples, b->op, LIMIT_INDEX);
	for (ptrdiff_t i = 0, first = 0; i < b->entry.n; i++) {
		const struct entry *e = &b->entry.p[i];
		put(&b->out, e->kind, 1);
		put(&b->out, e->offset, 8);
		put(&b->out, e->len, 4);
		put(&b->out, (uint64_t)e->key.len, 2);
		buf_add(&b->out, e->key);
		if (position(b) - begin < REPO_INDEX_BLOCK && i + 1 < b->entry.n)
			continue;
		put(&samples, begin, 8);
		put(&samples, position(b) - begin, 4);
		put(&samples, (uint64_t)b->entry.p[first].key.len, 2);
		buf_add(&samples, b->entry.p[first].key);
		if ((rc = flush(b, FLUSH)) < 0)
			return rc;
		begin = position(b);
		first = i + 1;
		blocks++;
	}
	uint64_t at = position(b);
	buf_add(&b->out, buf_view(&samples));
	put(&b->out, table, 8);
	put(&b->out, at, 8);
	put(&b->out, samples.len, 4);
	put(&b->out, blocks, 4);
	put(&b->out, b->packages, 4);
	buf_add(&b->out, S(REPO_INDEX_MAGIC));
	return samples.bad ? b->op->code : flush(b, 1);
}

static int build(struct builder *b, struct stream *in, const struct repo_listed *plain)
{
	int rc = store_writer_open(b->op, b->w.store, &b->w);

	if (rc < 0)
		return rc;
	buf_add(&b->out, S(REPO_INDEX_MAGIC));
	if ((rc = repo_stanzas(b->op, in, plain, add_stanzas, b)) < 0 || (rc = order_entries(b)) < 0)
		return rc;
	return put_table(b);
}

int repo_index_build(struct op *op, const struct store *store, struct stream *in,
		     const struct repo_listed *plain, str arch)
{
	struct builder b = { .op = op,
			     .arch = arch,
			     .mixed = str_find(plain->path, '/') < 0,
			     .w = { .store = store, .file.fd = -1 } };
	struct digest blob, key;
	struct op_mark mark = op_mark(op);
	char text[DIGEST_TEXT + 1];

	op_init(&b.turn, 0);
	b.turn.fault = op->fault;
	buf_init(&b.out, op, LIMIT_INDEX);
	int rc = build(&b, in, plain);
	if (rc == 0)
		rc = store_writer_commit(op, &b.w, NULL, &blob);
	store_writer_discard(&b.w);
	op_done(&b.turn);
	op_reset(op, mark);
	if (rc < 0 || (rc = repo_index_key(op, &plain->sha256, arch, &key)) < 0)
		return rc;
	return store_key_put(op, store, "index", &key, str_of(digest_text(&blob, text)));
}
