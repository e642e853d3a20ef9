#include "record.h"

#include <stdio.h>

#include "base/limits.h"
#include "record_members.h"
#include "sys/clock.h"

enum { TEXT_MAX = 16 << 20 }; /* bytes of one object */

int relations_make(struct op *op, const struct inventory *inv, struct relations *ret)
{
	uint32_t *end = op_new(op, uint32_t, inv->package_n + 1);

	*ret = (struct relations){ inv, op_new(op, uint32_t, inv->package_n + 1),
				   op_new(op, uint32_t, inv->relation_n) };
	if (!end || !ret->first || !ret->item)
		return op->code;
	for (ptrdiff_t i = 0; i < inv->relation_n; i++)
		ret->first[inv->relation[i].from + 1]++;
	for (ptrdiff_t i = 0; i < inv->package_n; i++) {
		ret->first[i + 1] += ret->first[i];
		end[i] = ret->first[i];
	}
	for (ptrdiff_t i = 0; i < inv->relation_n; i++)
		ret->item[end[inv->relation[i].from]++] = (uint32_t)i;
	return 0;
}

void record_to_json(struct record *r, struct op *op, struct json_out *json, struct sink *sink)
{
	*r = (struct record){ .op = op, .json = json, .sink = sink };
}

void record_to_properties(struct record *r, struct op *op, const char *prefix,
			  record_property *property, void *arg)
{
	*r = (struct record){ .op = op, .prefix = prefix, .property = property, .arg = arg };
	buf_init(&r->name, op, TEXT_MAX);
	buf_init(&r->text, op, TEXT_MAX);
}

/* Between the items of a long list. What fails stays in the sink's buf. */
static void flush(struct record *r)
{
	if (r->sink && sink_flush(r->sink) < 0)
		r->sink->b.bad = true;
}

/* ---- both forms ---- */

/* "temper:KEY" or "temper:KEY:SUB". */
static void property(struct record *r, const char *key, str sub, str value)
{
	r->name.len = 0;
	buf_fmt(&r->name, "%s%s", r->prefix, key);
	if (sub.len) {
		buf_char(&r->name, ':');
		buf_add(&r->name, sub);
	}
	r->property(r->arg, buf_view(&r->name), value);
}

static void put_text(struct record *r, const char *key, str value)
{
	if (r->json)
		json_pair(r->json, key, value);
	else
		property(r, key, S(""), value);
}

static void put_u64(struct record *r, const char *key, uint64_t value)
{
	char text[24];

	if (r->json) {
		json_pair_u64(r->json, key, value);
		return;
	}
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	property(r, key, S(""), str_of(text));
}

static void put_bool(struct record *r, const char *key, bool value)
{
	if (r->json) {
		json_key(r->json, str_of(key));
		json_bool(r->json, value);
	} else {
		property(r, key, S(""), value ? S("true") : S("false"));
	}
}

static void put_texts(struct record *r, const char *key, const struct texts *t)
{
	if (r->json) {
		json_key(r->json, str_of(key));
		json_array(r->json);
	}
	for (ptrdiff_t i = 0; i < t->n; i++) {
		if (r->json)
			json_text(r->json, t->p[i]);
		else
			property(r, key, S(""), t->p[i]);
	}
	if (r->json)
		json_array_end(r->json);
}

static void put_pairs(struct record *r, const char *key, const struct pairs *p)
{
	if (r->json) {
		json_key(r->json, str_of(key));
		json_object(r->json);
	}
	for (ptrdiff_t i = 0; i < p->n; i++) {
		if (i && str_eq(p->p[i].key, p->p[i - 1].key))
			continue;
		if (!r->json) {
			property(r, key, p->p[i].key, p->p[i].value);
			continue;
		}
		json_key(r->json, p->p[i].key);
		json_text(r->json, p->p[i].value);
	}
	if (r->json)
		json_object_end(r->json);
}

static void list_begin(struct record *r, const char *key)
{
	if (r->json) {
		json_key(r->json, str_of(key));
		json_array(r->json);
	}
}

static void list_end(struct record *r)
{
	if (r->json)
		json_array_end(r->json);
}

/* An object of a list: written to what is returned. */
static struct json_out *item_begin(struct record *r)
{
	struct json_out *j = r->json;

	if (!j) {
		r->text.len = 0;
		json_begin(&r->inner, &r->text, 0);
		j = &r->inner;
	}
	json_object(j);
	return j;
}

static void item_end(struct record *r, const char *key)
{
	if (r->json) {
		json_object_end(r->json);
		flush(r);
		return;
	}
	json_object_end(&r->inner);
	property(r, key, S(""), buf_view(&r->text));
}

static void pair_layer(struct json_out *j, int layer)
{
	if (layer >= 0)
		json_pair_u64(j, "layer", (uint64_t)layer);
}

static void pair_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	if (!digest_is_zero(d))
		json_pair(j, key, str_of(digest_text(d, text)));
}

/* ---- the tables ---- */

static bool same_texts(const struct texts *a, const struct texts *b)
{
	if (a->n != b->n)
		return false;
	for (ptrdiff_t i = 0; i < a->n; i++) {
		if (!str_eq(a->p[i], b->p[i]))
			return false;
	}
	return true;
}

static bool same_pairs(const struct pairs *a, const struct pairs *b)
{
	if (a->n != b->n)
		return false;
	for (ptrdiff_t i = 0; i < a->n; i++) {
		if (!str_eq(a->p[i].key, b->p[i].key) || !str_eq(a->p[i].value, b->p[i].value))
			return false;
	}
	return true;
}

static void put_member(struct record *r, const struct member *m, const void *p, const void *held)
{
	char text[DIGEST_TEXT];

	switch (m->kind) {
	case MEMBER_TEXT:
		if (!str_eq(*(const str *)p, *(const str *)held))
			put_text(r, m->key, *(const str *)p);
		break;
	case MEMBER_TEXTS:
		if (!same_texts(p, held))
			put_texts(r, m->key, p);
		break;
	case MEMBER_PAIRS:
		if (!same_pairs(p, held))
			put_pairs(r, m->key, p);
		break;
	case MEMBER_BOOL:
		if (*(const bool *)p != *(const bool *)held)
			put_bool(r, m->key, *(const bool *)p);
		break;
	case MEMBER_DIGEST:
		if (!digest_is_zero(p))
			put_text(r, m->key, str_of(digest_text(p, text)));
		break;
	}
}

static void put_members(struct record *r, const struct members *m, const void *p, const void *held)
{
	for (size_t i = 0; i < m->n; i++)
		put_member(r, &m->member[i], (const char *)p + m->member[i].offset,
			   (const char *)held + m->member[i].offset);
}

/* ---- packages ---- */

static void put_evidence(struct record *r, const struct package *p)
{
	if (p->evidence_n == 0)
		return;
	list_begin(r, "evidence");
	for (ptrdiff_t i = 0; i < p->evidence_n; i++) {
		const struct evidence *e = &p->evidence[i];
		struct json_out *j = item_begin(r);
		json_pair(j, "how", str_of(evidence_hows[e->how]));
		json_pair_opt(j, "by", e->by);
		json_pair(j, "path", e->path);
		pair_layer(j, e->layer);
		item_end(r, "evidence");
	}
	list_end(r);
}

static void pair_hash(struct json_out *j, unsigned kind, const uint8_t *digest)
{
	static const struct {
		unsigned kind;
		const char *name;
		size_t n;
	} known[] = { { HASH_SHA256, "sha256", 32 },
		      { HASH_SHA1, "sha1", 20 },
		      { HASH_MD5, "md5", 16 } };
	char hex[DIGEST_HEX];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (kind == known[i].kind)
			json_pair(j, known[i].name, str_of(hex_text(digest, known[i].n, hex)));
	}
}

static void put_package_files(struct record *r, const struct package *p)
{
	static const char *const flags[] = { "config", "ghost", "documentation" };

	list_begin(r, "files");
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		const struct package_file *f = &p->file[i];
		struct json_out *j = item_begin(r);
		json_pair(j, "path", f->path);
		pair_hash(j, f->hash, f->digest);
		for (unsigned k = 0; k < 3; k++) {
			if (f->flags & 1U << k) {
				json_key(j, str_of(flags[k]));
				json_bool(j, true);
			}
		}
		item_end(r, "files");
	}
	list_end(r);
}

static void put_relations(struct record *r, const struct relations *rel, ptrdiff_t at, int kind)
{
	bool open = false;

	for (uint32_t i = rel->first[at]; i < rel->first[at + 1]; i++) {
		const struct relation *one = &rel->inv->relation[rel->item[i]];
		if ((int)one->kind != kind)
			continue;
		if (!open)
			list_begin(r, relation_kinds[kind]);
		open = true;
		str to = rel->inv->package[one->to].id;
		if (r->json)
			json_text(r->json, to);
		else
			property(r, relation_kinds[kind], S(""), to);
	}
	if (open)
		list_end(r);
}

void record_package(struct record *r, const struct relations *rel, ptrdiff_t at,
		    const struct package *held, unsigned parts)
{
	const struct package *p = &rel->inv->package[at];

	if (p->type != held->type)
		put_text(r, "type", str_of(package_kinds[p->type].name));
	put_members(r, &package_members, p, held);
	if (p->layer >= 0)
		put_u64(r, "layer", (uint64_t)p->layer);
	if (p->origin != ORIGIN_UNKNOWN)
		put_text(r, "origin", str_of(origins[p->origin]));
	put_evidence(r, p);
	if ((parts & RECORD_FILES) && p->file_n)
		put_package_files(r, p);
	for (int kind = 0; (parts & RECORD_RELATIONS) && kind < RELATION_KINDS; kind++) {
		if (kind != RELATION_DEPENDS || !(parts & RECORD_NO_DEPENDS))
			put_relations(r, rel, at, kind);
	}
}

/* ---- the rest ---- */

static void put_layers(struct record *r, const struct subject *s)
{
	if (s->layer_n == 0)
		return;
	list_begin(r, "layers");
	for (ptrdiff_t i = 0; i < s->layer_n; i++) {
		const struct inventory_layer *l = &s->layer[i];
		struct json_out *j = item_begin(r);
		pair_digest(j, "digest", &l->digest);
		pair_digest(j, "diff-id", &l->diff_id);
		json_pair_u64(j, "size", l->size);
		json_pair_opt(j, "media-type", l->media_type);
		json_pair_opt(j, "created-by", l->created_by);
		if (l->is_base) {
			json_key(j, S("base"));
			json_bool(j, true);
		}
		item_end(r, "layers");
	}
	list_end(r);
}

void record_subject(struct record *r, const struct inventory *inv)
{
	static const char *const kinds[] = { "image", "directory", "file" };
	static const struct subject none;
	const struct subject *s = &inv->subject;
	char date[CLOCK_TEXT];

	put_text(r, "kind", str_of(kinds[s->kind]));
	put_members(r, &subject_members, s, &none);
	if (s->created)
		put_text(r, "created", str_of(clock_rfc3339(s->created, date)));
	if (s->size)
		put_u64(r, "size", s->size);
	put_layers(r, s);
}

void record_os(struct record *r, const struct inventory *inv)
{
	static const struct os_identity none;

	put_members(r, &os_members, &inv->os, &none);
}

static void put_unknown(struct record *r, const struct inventory *inv)
{
	if (inv->executables) {
		put_u64(r, "executables", inv->executables);
		put_u64(r, "owned", inv->owned);
		put_u64(r, "recognised", inv->recognised);
	}
	if (inv->unknown_n == 0)
		return;
	list_begin(r, "unknown");
	for (ptrdiff_t i = 0; i < inv->unknown_n; i++) {
		const struct ledger_line *l = &inv->unknown[i];
		struct json_out *j = item_begin(r);
		json_pair(j, "path", l->path);
		json_pair(j, "kind", str_of(l->kind));
		json_pair_u64(j, "size", l->size);
		pair_layer(j, l->layer);
		item_end(r, "unknown");
	}
	list_end(r);
}

static void put_changed(struct record *r, const struct inventory *inv)
{
	if (inv->compared)
		put_u64(r, "compared", inv->compared);
	if (inv->changed_n == 0)
		return;
	list_begin(r, "changed");
	for (ptrdiff_t i = 0; i < inv->changed_n; i++) {
		const struct changed_file *f = &inv->changed[i];
		struct json_out *j = item_begin(r);
		json_pair(j, "path", f->path);
		json_pair(j, "how", str_of(changed_hows[f->how]));
		json_pair(j, "package", inv->package[f->package].id);
		if (f->config) {
			json_key(j, S("config"));
			json_bool(j, true);
		}
		pair_layer(j, f->layer);
		item_end(r, "changed");
	}
	list_end(r);
}

static void put_file(struct json_out *j, const struct inventory *inv,
		     const struct inventory_file *f)
{
	char mode[12];

	json_pair(j, "path", f->path);
	(void)snprintf(mode, sizeof(mode), "%04o", f->mode);
	json_pair(j, "mode", str_of(mode));
	json_pair_u64(j, "uid", f->uid);
	json_pair_u64(j, "gid", f->gid);
	json_pair_u64(j, "size", f->size);
	pair_layer(j, f->layer);
	if (f->owner != UINT32_MAX)
		json_pair(j, "package", inv->package[f->owner].id);
	pair_hash(j, f->hashes & HASH_SHA256, f->sha256);
	pair_hash(j, f->hashes & HASH_SHA1, f->sha1);
	pair_hash(j, f->hashes & HASH_MD5, f->md5);
}

void record_file(struct record *r, const struct inventory *inv, ptrdiff_t at, const char *key)
{
	put_file(item_begin(r), inv, &inv->file[at]);
	item_end(r, key);
}

static void put_files(struct record *r, const struct inventory *inv, unsigned parts)
{
	if (inv->file_n == 0)
		return;
	list_begin(r, "files");
	for (ptrdiff_t i = 0; i < inv->file_n; i++) {
		if ((parts & RECORD_NO_SHA1) && (inv->file[i].hashes & HASH_SHA1))
			continue;
		put_file(item_begin(r), inv, &inv->file[i]);
		item_end(r, "files");
	}
	list_end(r);
}

static void put_warnings(struct record *r, const struct inventory *inv)
{
	if (inv->warning_n == 0)
		return;
	list_begin(r, "warnings");
	for (ptrdiff_t i = 0; i < inv->warning_n; i++) {
		struct json_out *j = item_begin(r);
		json_pair(j, "path", inv->warning[i].path);
		json_pair(j, "message", inv->warning[i].message);
		pair_layer(j, inv->warning[i].layer);
		item_end(r, "warnings");
	}
	list_end(r);
}

static void put_all_relations(struct record *r, const struct inventory *inv)
{
	if (inv->relation_n == 0)
		return;
	list_begin(r, "relations");
	for (ptrdiff_t i = 0; i < inv->relation_n; i++) {
		const struct relation *rel = &inv->relation[i];
		struct json_out *j = item_begin(r);
		json_pair(j, "kind", str_of(relation_kinds[rel->kind]));
		json_pair(j, "from", inv->package[rel->from].id);
		json_pair(j, "to", inv->package[rel->to].id);
		item_end(r, "relations");
	}
	list_end(r);
}

void record_rest(struct record *r, const struct inventory *inv, unsigned parts)
{
	if (parts & RECORD_RELATIONS)
		put_all_relations(r, inv);
	put_unknown(r, inv);
	put_changed(r, inv);
	if (parts & RECORD_FILES)
		put_files(r, inv, parts);
	put_warnings(r, inv);
}
