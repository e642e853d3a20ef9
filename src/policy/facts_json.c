/*
 * {"schema": {"name": "temper-policy-input", "version": "1"}, "tool": {...}} and then the members of
 * facts_table.
 */
#include "facts_json.h"

#include <math.h>

#include "base/num.h"
#include "facts_table.h"
#include "sys/clock.h"

static void put_table(struct json_out *j, const struct facts_root *root,
		      const struct facts_table *t, const void *at);

static void put_texts(struct json_out *j, const struct texts *t)
{
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

/* Of a key that stands twice the first counts. */
static bool seen(const struct pairs *p, ptrdiff_t at)
{
	for (ptrdiff_t i = 0; i < at; i++)
		if (str_eq(p->p[i].key, p->p[at].key))
			return true;
	return false;
}

static void put_pairs(struct json_out *j, const struct pairs *p)
{
	json_object(j);
	for (ptrdiff_t i = 0; i < p->n; i++) {
		if (seen(p, i))
			continue;
		json_key(j, p->p[i].key);
		json_text(j, p->p[i].value);
	}
	json_object_end(j);
}

/* "@scope/name", "group:artifact", "path/of/module": as people of the ecosystem call it. */
static void put_name(struct json_out *j, const struct package *p)
{
	bool system = package_kinds[p->type].is_system || p->ns.len == 0;
	str name = p->name;

	if (!system && op_text(j->b->op, &name, "%.*s%s%.*s", STR_ARG(p->ns),
			       p->type == PACKAGE_MAVEN ? ":" : "/", STR_ARG(p->name)) < 0)
		name = p->name;
	json_pair(j, "name", name);
}

static void put_package(struct json_out *j, const struct facts_root *root, uint32_t at)
{
	const struct package *p = &root->inventory.package[at];

	json_object(j);
	json_pair(j, "id", p->id);
	put_name(j, p);
	json_pair(j, "version", p->version);
	json_pair(j, "type", str_of(package_kinds[p->type].name));
	json_pair(j, "purl", p->purl);
	json_pair(j, "origin", str_of(origins[p->origin]));
	json_pair(j, "path", p->evidence_n ? p->evidence[0].path : S(""));
	json_object_end(j);
}

static void put_list(struct json_out *j, const struct facts_root *root, const struct fact *f,
		     const void *base)
{
	const char *p = *(const char *const *)base;
	ptrdiff_t n = *(const ptrdiff_t *)((const char *)base + (f->at_n - f->at));

	json_array(j);
	for (ptrdiff_t i = 0; i < n; i++)
		put_table(j, root, f->table, p + (size_t)i * f->table->size);
	json_array_end(j);
}

/* Is there nothing to say of it? */
static bool is_empty(const struct fact *f, const void *at)
{
	switch (f->kind) {
	case FACT_TEXT:
		return ((const str *)at)->len == 0;
	case FACT_TEXTS:
		return ((const struct texts *)at)->n == 0;
	case FACT_PAIRS:
		return ((const struct pairs *)at)->n == 0;
	case FACT_BOOL:
		return !*(const bool *)at;
	case FACT_DIGEST:
		return digest_is_zero(at);
	case FACT_TIME:
		return *(const int64_t *)at == 0;
	case FACT_LAYER:
		return *(const int *)at < 0;
	case FACT_LINE:
	case FACT_WORD:
		return *(const int *)at == 0;
	case FACT_I64:
		return *(const int64_t *)at < 0;
	case FACT_REAL:
		return !(*(const double *)at > 0) || !isfinite(*(const double *)at);
	default:
		return false;
	}
}

static void put_value(struct json_out *j, const struct facts_root *root, const struct fact *f,
		      const void *at)
{
	char text[DIGEST_TEXT];

	switch (f->kind) {
	case FACT_TEXT:
		json_text(j, *(const str *)at);
		break;
	case FACT_WORDS:
		json_text(j, str_of(*(const char *const *)at));
		break;
	case FACT_TEXTS:
		put_texts(j, at);
		break;
	case FACT_PAIRS:
		put_pairs(j, at);
		break;
	case FACT_BOOL:
		json_bool(j, *(const bool *)at);
		break;
	case FACT_DIGEST:
		json_text(j, str_of(digest_text(at, text)));
		break;
	case FACT_TIME:
		json_text(j, str_of(clock_rfc3339(*(const int64_t *)at, text)));
		break;
	case FACT_LAYER:
	case FACT_LINE:
		json_i64(j, *(const int *)at);
		break;
	case FACT_COUNT:
		json_i64(j, *(const ptrdiff_t *)at);
		break;
	case FACT_U64:
		json_u64(j, *(const uint64_t *)at);
		break;
	case FACT_I64:
		json_i64(j, *(const int64_t *)at);
		break;
	case FACT_REAL:
		json_raw(j,
			 str_of(num_real_text(
				 isfinite(*(const double *)at) ? *(const double *)at : 0, text)));
		break;
	case FACT_WORD:
		MUST(*(const unsigned *)at < (unsigned)f->word_n);
		json_text(j, str_of(f->word[*(const unsigned *)at]));
		break;
	case FACT_TYPE:
		json_text(j, str_of(package_kinds[*(const enum package_type *)at].name));
		break;
	case FACT_PACKAGE:
		put_package(j, root, *(const uint32_t *)at);
		break;
	case FACT_OBJECT:
		put_table(j, root, f->table, at);
		break;
	case FACT_LIST:
		put_list(j, root, f, at);
		break;
	case FACT_MADE:
		break;
	}
}

static void put_members(struct json_out *j, const struct facts_root *root,
			const struct facts_table *t, const void *at)
{
	const char *via = t->via_size ? *(const char *const *)((const char *)at + t->via) : NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct fact *f = &t->fact[i];
		const char *base = (f->flags & FACT_VIA ? via : (const char *)at) + f->at;
		if (f->kind == FACT_MADE) {
			f->made(j, root, at, f->key);
			continue;
		}
		if (f->kind == FACT_OBJECT && f->at_n && !*((const bool *)at + f->at_n))
			continue;
		if (!(f->flags & FACT_ALWAYS) && is_empty(f, base))
			continue;
		json_key(j, str_of(f->key));
		put_value(j, root, f, base);
	}
}

static void put_table(struct json_out *j, const struct facts_root *root,
		      const struct facts_table *t, const void *at)
{
	json_object(j);
	put_members(j, root, t, at);
	json_object_end(j);
}

int facts_json_write(struct op *op, const struct facts *f, struct buf *b)
{
	struct facts_root root = { .facts = *f,
				   .report = *f->report,
				   .inventory = *f->report->inventory,
				   .compared = f->hardening != NULL };
	struct json_out j;

	if (f->hardening)
		root.hardening = *f->hardening;
	json_begin(&j, b, 1);
	json_object(&j);
	json_key(&j, S("schema"));
	json_object(&j);
	json_pair(&j, "name", S("temper-policy-input"));
	json_pair(&j, "version", S(FACTS_VERSION));
	json_object_end(&j);
	json_key(&j, S("tool"));
	json_object(&j);
	json_pair(&j, "name", S("temper"));
	json_pair(&j, "version", S(TEMPER_VERSION));
	json_object_end(&j);
	put_members(&j, &root, &facts_table, &root);
	json_object_end(&j);
	buf_char(b, '\n');
	return op->code;
}
