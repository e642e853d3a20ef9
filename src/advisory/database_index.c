/*
 * index.json: {"shards":[{...}, ...],"version":1}, each object's keys sorted, no blanks:
 * docs/database.md has the list of keys.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "codec/json.h"
#include "database_impl.h"

const char *const shard_kinds[3] = { "advisories", "scores", "lives" };

static int compare(const void *a, const void *b)
{
	const struct database_shard *x = a, *y = b;
	int order = str_cmp(x->file.head.ecosystem, y->file.head.ecosystem);

	order = order ? order : str_cmp(x->file.head.source, y->file.head.source);
	order = order ? order : str_cmp(x->feed, y->feed);
	order = order ? order : (int)x->file.head.kind - (int)y->file.head.kind;
	return order ? order : memcmp(x->file.digest.b, y->file.digest.b, 32);
}

bool database_same_place(const struct database_shard *a, const struct database_shard *b)
{
	return a->file.head.kind == b->file.head.kind && str_eq(a->feed, b->feed) &&
	       str_eq(a->file.head.source, b->file.head.source) &&
	       str_eq(a->file.head.ecosystem, b->file.head.ecosystem);
}

static void write_shard(struct json_out *j, const struct database_shard *s)
{
	char digest[DIGEST_TEXT];

	json_object(j);
	json_pair(j, "digest", str_of(digest_text(&s->file.digest, digest)));
	json_pair(j, "ecosystem", s->file.head.ecosystem);
	json_pair(j, "feed", s->feed);
	json_key(j, S("fixed-only"));
	json_bool(j, s->file.head.fixed_only);
	json_pair(j, "kind", str_of(shard_kinds[s->file.head.kind]));
	json_pair(j, "licence", s->licence);
	json_pair(j, "newest", s->file.head.newest);
	json_pair_u64(j, "records", s->file.head.records);
	json_pair_u64(j, "size", s->file.size);
	json_pair(j, "source", s->file.head.source);
	json_pair(j, "updated", s->updated);
	json_pair(j, "upstream", s->upstream);
	json_pair(j, "url", s->url);
	json_object_end(j);
}

int database_index_write(struct op *op, struct database_shard *shard, ptrdiff_t n, str *ret)
{
	struct json_out j;
	struct buf b;

	if (n)
		qsort(shard, (size_t)n, sizeof(*shard), compare);
	buf_init(&b, op, LIMIT_DATABASE_INDEX);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_key(&j, S("shards"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++)
		write_shard(&j, &shard[i]);
	json_array_end(&j);
	json_pair_u64(&j, "version", 1);
	json_object_end(&j);
	buf_char(&b, '\n');
	return buf_take(&b, ret);
}

/* Texts of a shard's line, by key. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{ "ecosystem", offsetof(struct database_shard, file.head.ecosystem) },
	{ "feed", offsetof(struct database_shard, feed) },
	{ "licence", offsetof(struct database_shard, licence) },
	{ "newest", offsetof(struct database_shard, file.head.newest) },
	{ "source", offsetof(struct database_shard, file.head.source) },
	{ "updated", offsetof(struct database_shard, updated) },
	{ "upstream", offsetof(struct database_shard, upstream) },
	{ "url", offsetof(struct database_shard, url) },
};

static bool read_shard(const struct node *node, struct database_shard *s)
{
	str digest, kind;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!node_text(node_get(node, str_of(texts[i].key)),
			       (str *)((char *)s + texts[i].offset)))
			return false;
	if (!node_text(node_get(node, S("digest")), &digest) ||
	    !digest_parse(digest, &s->file.digest) ||
	    !node_text(node_get(node, S("kind")), &kind) ||
	    !node_u64(node_get(node, S("records")), &s->file.head.records) ||
	    !node_u64(node_get(node, S("size")), &s->file.size) ||
	    !node_bool(node_get(node, S("fixed-only")), &s->file.head.fixed_only))
		return false;
	for (int i = 0; i < 3; i++)
		if (str_eq(kind, str_of(shard_kinds[i]))) {
			s->file.head.kind = (enum shard_kind)i;
			return true;
		}
	return false;
}

int database_index_read(struct op *op, str what, str text, struct database_shard **ret,
			ptrdiff_t *ret_n)
{
	struct doc doc;
	uint64_t version;

	if (json_parse(op, what, text, &doc) < 0)
		return op->code;
	if (!node_u64(node_get(&doc.root, S("version")), &version) || version != 1)
		return op_fail(
			op, ERR_FORMAT,
			"%.*s is of another version of temper: 'temper db update' makes it anew",
			STR_ARG(what));
	const struct node *list = node_get(&doc.root, S("shards"));
	if (!list || list->kind != NODE_LIST)
		return op_fail(op, ERR_FORMAT, "%.*s is damaged: it lists no shards",
			       STR_ARG(what));
	struct database_shard *got = op_new(op, struct database_shard, list->n);
	if (!got)
		return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (!read_shard(&list->child[i], &got[i]))
			return op_fail(op, ERR_FORMAT,
				       "%.*s:%d: damaged: what stands there tells of no shard",
				       STR_ARG(what), list->child[i].line);
	*ret = got;
	*ret_n = list->n;
	return 0;
}
