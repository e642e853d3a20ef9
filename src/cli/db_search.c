#include "base/vec.h"
#include "build_report.h"
#include "codec/json.h"
#include "db_options.h"

enum { TEXT_MAX = 256 << 20, NAMES = 20 };

/* A record that was found, and of what of it is told: packages of one name, or all (empty). */
struct hit {
	const struct database_shard *shard;
	const struct shard *map;
	uint32_t record;
};
struct search {
	struct op *op;
	struct database *db;
	str what, ecosystem;
	bool by_name;
	VEC(struct hit) hit;
	VEC(str) near; /* names that hold the word */
};

static int add_hit(struct search *s, ptrdiff_t shard, const struct shard *map, uint32_t record)
{
	if (s->hit.n && s->hit.p[s->hit.n - 1].map == map &&
	    s->hit.p[s->hit.n - 1].record == record)
		return 0;
	struct hit *hit = vec_push(s->op, &s->hit);
	if (!hit)
		return s->op->code;
	*hit = (struct hit){ &s->db->shard[shard], map, record };
	return 0;
}

static int hits_of(struct search *s, ptrdiff_t shard, const struct shard *map)
{
	struct shard_affected *affected;
	uint32_t *record;
	ptrdiff_t n;

	if (!s->by_name) {
		if (shard_by_id(s->op, map, s->what, &record, &n) < 0)
			return s->op->code;
		for (ptrdiff_t i = 0; i < n; i++)
			if (add_hit(s, shard, map, record[i]) < 0)
				return s->op->code;
		return 0;
	}
	if (shard_affected(s->op, map, s->what, &affected, &n) < 0)
		return s->op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		if (add_hit(s, shard, map, affected[i].record) < 0)
			return s->op->code;
	return 0;
}

static bool wanted(const struct search *s, const struct shard_head *head)
{
	return head->kind == SHARD_ADVISORIES &&
	       (s->ecosystem.len == 0 || str_eq(head->ecosystem, s->ecosystem));
}

static int search_all(struct search *s)
{
	for (ptrdiff_t i = 0; i < s->db->shard_n; i++) {
		const struct shard *map;
		if (!wanted(s, &s->db->shard[i].file.head))
			continue;
		if (database_map(s->op, s->db, i, &map) < 0 || hits_of(s, i, map) < 0)
			return s->op->code;
	}
	return 0;
}

static bool note_name(void *arg, str name)
{
	struct search *s = arg;

	if (str_find_str(name, s->what) < 0)
		return true;
	for (ptrdiff_t i = 0; i < s->near.n; i++)
		if (str_eq(s->near.p[i], name))
			return true;
	str *more = vec_push(s->op, &s->near);
	if (more)
		*more = name;
	return more && s->near.n < NAMES;
}

/* Nothing has this id or name: names that hold the word may be what was meant. */
static int nothing(struct search *s)
{
	struct buf b;
	str text;

	for (ptrdiff_t i = 0; i < s->db->shard_n && s->near.n < NAMES; i++) {
		const struct shard *map;
		if (!wanted(s, &s->db->shard[i].file.head))
			continue;
		if (database_map(s->op, s->db, i, &map) < 0 ||
		    shard_names(s->op, map, note_name, s) < 0 || s->op->code)
			return s->op->code;
	}
	if (s->near.n == 0)
		return op_fail(
			s->op, ERR_NO,
			"nothing is known of %.*s%s%.*s: no id, alias or package is called so",
			STR_ARG(s->what), s->ecosystem.len ? " in " : "", STR_ARG(s->ecosystem));
	buf_init(&b, s->op, TEXT_MAX);
	for (ptrdiff_t i = 0; i < s->near.n; i++) {
		buf_add(&b, i ? S(", ") : S(""));
		buf_add(&b, s->near.p[i]);
	}
	if (buf_take(&b, &text) < 0)
		return s->op->code;
	return op_fail(s->op, ERR_NO, "nothing is called %.*s; names with it: %.*s%s",
		       STR_ARG(s->what), STR_ARG(text), s->near.n == NAMES ? " ..." : "");
}

/* ---- for people ---- */

static void put_span(struct buf *b, const struct version_span *v)
{
	if (v->from.len && !str_eq(v->from, S("0"))) {
		buf_add(b, v->after ? S("> ") : S(">= "));
		text_safe(b, v->from);
		buf_add(b, v->until.len || v->last.len ? S(", ") : S(""));
	}
	if (v->until.len || v->last.len) {
		buf_add(b, v->until.len ? S("< ") : S("<= "));
		text_safe(b, v->until.len ? v->until : v->last);
	}
	if ((v->from.len == 0 || str_eq(v->from, S("0"))) && v->until.len == 0 && v->last.len == 0)
		buf_add(b, S("every version"));
}

static void put_affected(struct buf *b, const struct affected *a)
{
	buf_add(b, S("  "));
	text_safe(b, a->name);
	buf_fmt(b, "%s  %s  ",
		a->names == AFFECTED_SOURCE   ? " (source)"
		: a->names == AFFECTED_BINARY ? " (binary)"
					      : "",
		fix_states[a->state]);
	for (ptrdiff_t i = 0; i < a->span_n; i++) {
		buf_add(b, i ? S(" or ") : S(""));
		put_span(b, &a->span[i]);
	}
	if (a->span_n == 0 && a->versions.n == 0)
		buf_add(b, S("every version"));
	if (a->versions.n) {
		buf_add(b, a->span_n ? S(" or ") : S(""));
		text_count(b, (uint64_t)a->versions.n, "version by name", "versions by name");
	}
	for (ptrdiff_t i = 0; i < a->only.n; i++) {
		buf_add(b, S("  "));
		text_safe(b, a->only.p[i].key);
		buf_char(b, '=');
		text_safe(b, a->only.p[i].value);
	}
	if (a->severity)
		buf_fmt(b, "  %s", severities[a->severity]);
	if (a->urgency.len) {
		buf_add(b, S("  "));
		text_safe(b, a->urgency);
	}
	buf_char(b, '\n');
}

static void put_texts(struct buf *b, const char *label, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "  %s:", label);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		buf_char(b, ' ');
		text_safe(b, list->p[i]);
	}
	buf_char(b, '\n');
}

static void put_text(struct buf *b, const char *label, str text)
{
	if (text.len == 0)
		return;
	buf_fmt(b, "  %s: ", label);
	text_safe(b, text_line(text));
	buf_char(b, '\n');
}

static void put_hit(struct buf *b, const struct text_style *style, const struct search *s,
		    const struct hit *hit, const struct advisory *a)
{
	const struct shard_head *head = &hit->shard->file.head;

	text_colour(b, style, TEXT_BOLD);
	text_safe(b, a->id);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, "  %.*s%s%.*s", STR_ARG(head->source), head->ecosystem.len ? " of " : "",
		STR_ARG(head->ecosystem));
	if (a->severity)
		buf_fmt(b, "  %s", severities[a->severity]);
	buf_add(b, a->withdrawn.len ? S("  withdrawn") : S(""));
	buf_add(b, a->malicious ? S("  malicious") : S(""));
	buf_char(b, '\n');
	put_text(b, "summary", a->summary);
	put_texts(b, "aliases", &a->aliases);
	if (!s->by_name) {
		put_texts(b, "related", &a->related);
		put_texts(b, "cvss", &a->cvss);
		put_text(b, "published", a->published);
		put_text(b, "modified", a->modified);
		put_text(b, "withdrawn", a->withdrawn);
	}
	put_text(b, "known to be exploited since", a->kev_added);
	for (ptrdiff_t i = 0; i < a->affected_n; i++)
		if (!s->by_name || str_eq(a->affected[i].name, s->what))
			put_affected(b, &a->affected[i]);
}

static int put_knowledge(struct buf *b, const struct search *s)
{
	struct knowledge k;

	if (s->by_name)
		return 0;
	if (database_knows(s->op, s->db, s->what, false, &k) < 0)
		return s->op->code;
	if (k.scored)
		buf_fmt(b, "EPSS %.5f, more than %.1f %% of all\n", k.epss, k.percentile * 100);
	if (k.exploited)
		buf_fmt(b, "known to be exploited since %.*s%s\n", STR_ARG(k.kev_added),
			k.ransomware ? ", by ransomware" : "");
	return 0;
}

static int put_table(struct buf *b, const struct text_style *style, const struct search *s)
{
	for (ptrdiff_t i = 0; i < s->hit.n; i++) {
		struct advisory a;
		if (shard_record_affected(s->op, s->hit.p[i].map, s->hit.p[i].record, &a) < 0)
			return s->op->code;
		put_hit(b, style, s, &s->hit.p[i], &a);
	}
	return put_knowledge(b, s);
}

/* ---- for programs ---- */

static void json_texts(struct json_out *j, const char *key, const struct texts *list)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

static void json_affected(struct json_out *j, const struct affected *a)
{
	static const char *const names[] = { "any", "source", "binary" };

	json_object(j);
	json_pair_opt(j, "fixed-on", a->fixed_on);
	json_texts(j, "imports", &a->imports);
	json_pair(j, "name", a->name);
	json_pair(j, "names", str_of(names[a->names]));
	json_key(j, S("only"));
	json_object(j);
	for (ptrdiff_t i = 0; i < a->only.n; i++) {
		json_key(j, a->only.p[i].key);
		json_text(j, a->only.p[i].value);
	}
	json_object_end(j);
	json_pair(j, "severity", str_of(severities[a->severity]));
	json_key(j, S("spans"));
	json_array(j);
	for (ptrdiff_t i = 0; i < a->span_n; i++) {
		json_object(j);
		json_pair_opt(j, a->span[i].after ? "after" : "from", a->span[i].from);
		json_pair_opt(j, "last", a->span[i].last);
		json_pair_opt(j, "until", a->span[i].until);
		json_object_end(j);
	}
	json_array_end(j);
	json_pair(j, "state", str_of(fix_states[a->state]));
	json_pair_opt(j, "urgency", a->urgency);
	json_texts(j, "versions", &a->versions);
	json_object_end(j);
}

static void json_hit(struct json_out *j, const struct search *s, const struct hit *hit,
		     const struct advisory *a)
{
	json_object(j);
	json_key(j, S("affected"));
	json_array(j);
	for (ptrdiff_t i = 0; i < a->affected_n; i++)
		if (!s->by_name || str_eq(a->affected[i].name, s->what))
			json_affected(j, &a->affected[i]);
	json_array_end(j);
	json_texts(j, "aliases", &a->aliases);
	json_texts(j, "cvss", &a->cvss);
	json_texts(j, "cwe", &a->cwe);
	json_pair_opt(j, "details", a->details);
	json_pair(j, "ecosystem", hit->shard->file.head.ecosystem);
	json_pair(j, "id", a->id);
	json_pair_opt(j, "kev-added", a->kev_added);
	json_pair_opt(j, "kev-due", a->kev_due);
	json_key(j, S("malicious"));
	json_bool(j, a->malicious);
	json_pair_opt(j, "modified", a->modified);
	json_pair_opt(j, "published", a->published);
	json_texts(j, "references", &a->references);
	json_texts(j, "related", &a->related);
	json_pair(j, "severity", str_of(severities[a->severity]));
	json_pair(j, "source", hit->shard->file.head.source);
	json_pair_opt(j, "summary", a->summary);
	json_pair_opt(j, "withdrawn", a->withdrawn);
	json_object_end(j);
}

static int put_json(struct buf *b, const struct search *s)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_array(&j);
	for (ptrdiff_t i = 0; i < s->hit.n; i++) {
		struct advisory a;
		if (shard_record_affected(s->op, s->hit.p[i].map, s->hit.p[i].record, &a) < 0)
			return s->op->code;
		json_hit(&j, s, &s->hit.p[i], &a);
	}
	json_array_end(&j);
	buf_char(b, '\n');
	return 0;
}

int db_search(struct op *op, const struct cli *cli, const struct db_options *o)
{
	AUTO_DATABASE db = { .dir = -1 };
	struct text_style style = style_of(&cli->out, false);
	struct search s = {
		.op = op, .db = &db, .what = cli->operand.p[1], .ecosystem = o->ecosystem
	};
	struct buf b;
	str text;
	int rc = db_open(op, cli, o->db, &db);

	if (rc != 0 || (rc = search_all(&s)) < 0)
		return rc;
	if (s.hit.n == 0) {
		s.by_name = true;
		if (search_all(&s) < 0)
			return op->code;
	}
	if (s.hit.n == 0)
		return nothing(&s);
	buf_init(&b, op, TEXT_MAX);
	rc = str_eq(o->output, S("json")) ? put_json(&b, &s) : put_table(&b, &style, &s);
	if (rc < 0 || buf_take(&b, &text) < 0)
		return op->code;
	return term_write(op, &cli->out, text);
}
