#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/json.h"
#include "gate.h"
#include "policies.h"
#include "report/text.h"

enum { DAY = 86400 };

struct run {
	const struct cli *cli;
	const struct gate_options *o;
	int64_t now;
	struct waiver *w; /* [n] the first to end first */
	ptrdiff_t n;
	bool against;
	struct verdict v; /* where they were held against something */
};

/* ---- words ---- */

static bool days_left(const struct run *r, const struct waiver *w, int64_t *ret)
{
	int64_t end;

	if (!waiver_end(w, &end))
		return false;
	*ret = end < r->now ? -1 : (end - r->now) / DAY;
	return true;
}

static const char *state_of(const struct run *r, const struct waiver *w)
{
	if (w->refused.len)
		return "refused";
	if (w->expired)
		return "ended";
	if (r->against && w->other_image)
		return "other image";
	if (r->against && w->matched == 0)
		return "unmatched";
	return w->expiring ? "ends soon" : "holds";
}

static bool is_bad(const struct run *r, const struct waiver *w)
{
	return w->refused.len || w->expired || (r->against && w->matched == 0 && !w->other_image);
}

static void join(struct buf *b, const struct texts *list, const char *between)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		buf_fmt(b, "%s", i ? between : "");
		text_safe(b, list->p[i]);
	}
}

/* "CVE-2024-1 pkg:deb/debian/openssl", "fs.no_setuid usr/bin/ping" */
static void what(struct buf *b, const struct waiver *w)
{
	text_safe(b, w->rule.len ? w->rule : w->id.len ? w->id : S("any vulnerability"));
	const struct texts *parts[] = { &w->purls, &w->keys, &w->paths };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i]->n)
			buf_char(b, ' ');
		join(b, parts[i], " or ");
	}
	if (w->name.len)
		buf_fmt(b, " %.*s", STR_ARG(w->name));
}

/* ---- list ---- */

static void list_line(struct buf *b, const struct run *r, const struct waiver *w)
{
	char days[24] = "-";
	int64_t left;

	if (days_left(r, w, &left) && left >= 0)
		(void)snprintf(days, sizeof(days), "%lld", (long long)left);
	buf_fmt(b, "%-11s %5s  %-10.*s  ", state_of(r, w), days,
		STR_ARG(str_head(w->until.len ? w->until : S("-"), 10)));
	size_t at = b->len;
	text_safe(b, w->owner.len ? w->owner : S("-"));
	buf_repeat(b, ' ', at + 12 > b->len ? (ptrdiff_t)(at + 12 - b->len) : 1);
	what(b, w);
	buf_add(b, S("  ("));
	text_safe(b, w->where);
	buf_add(b, S(")\n"));
}

static void list(struct buf *b, const struct run *r)
{
	if (r->n == 0)
		buf_add(b, S("no waivers\n"));
	else
		buf_add(b, S("STATE        DAYS  UNTIL       OWNER       WHAT\n"));
	for (ptrdiff_t i = 0; i < r->n; i++)
		list_line(b, r, &r->w[i]);
}

/* ---- check ---- */

static void check(struct buf *b, const struct run *r)
{
	ptrdiff_t bad = 0, others = 0;

	for (ptrdiff_t i = 0; i < r->n; i++) {
		const struct waiver *w = &r->w[i];
		if (!is_bad(r, w))
			continue;
		bad++;
		text_safe(b, w->where);
		buf_add(b, S(": "));
		what(b, w);
		buf_add(b, S(": "));
		if (w->refused.len)
			text_safe(b, w->refused);
		else if (w->expired)
			buf_fmt(b, "ended on %.*s", STR_ARG(w->until));
		else
			buf_add(b, S("matches nothing"));
		buf_char(b, '\n');
	}
	text_count(b, (uint64_t)r->n, "waiver", "waivers");
	buf_fmt(b, ", %td wrong", bad);
	for (ptrdiff_t i = 0; r->against && i < r->n; i++)
		others += r->w[i].other_image;
	if (others) {
		buf_fmt(b, ", %td for other images than ", others);
		text_safe(b, r->v.facts->report->inventory->subject.name);
		buf_add(b, others == r->n ? S(": none was held against it") : S(""));
	}
	buf_char(b, '\n');
}

/* ---- explain ---- */

static void held_for(struct buf *b, const struct run *r, const struct waiver *w)
{
	for (ptrdiff_t i = 0; i < r->v.rule_n; i++)
		for (ptrdiff_t k = 0; k < r->v.rule[i].fault_n; k++) {
			const struct fault *f = &r->v.rule[i].fault[k];
			if (!str_eq(f->waived_by, w->where))
				continue;
			buf_fmt(b, "  holds for  %.*s: ", STR_ARG(r->v.rule[i].id));
			text_safe(b, f->what);
			buf_char(b, '\n');
		}
}

static void line(struct buf *b, const char *label, str text)
{
	if (text.len == 0)
		return;
	buf_fmt(b, "  %-10s ", label);
	text_safe(b, text);
	buf_char(b, '\n');
}

static void lines(struct buf *b, const char *label, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "  %-10s ", label);
	join(b, list, ", ");
	buf_char(b, '\n');
}

static void explain_one(struct buf *b, const struct run *r, const struct waiver *w)
{
	const struct waiver_assessment *a = waiver_assessment_of(w->assessment);
	int64_t left;

	text_safe(b, w->where);
	buf_add(b, S(": "));
	what(b, w);
	buf_fmt(b, "\n  state      %s%s", state_of(r, w), w->refused.len ? ": " : "");
	text_safe(b, w->refused);
	if (days_left(r, w, &left) && left >= 0)
		buf_fmt(b, ", %lld days left", (long long)left);
	buf_char(b, '\n');
	lines(b, "images", &w->images);
	line(b, "reason", w->reason);
	line(b, "owner", w->owner);
	lines(b, "approved", &w->approved_by);
	line(b, "created", w->created);
	line(b, "until", w->until);
	line(b, "link", w->link);
	if (w->rule.len == 0 && !waiver_is_foreign(w))
		buf_fmt(b, "  states     %s%s%.*s (%s)\n",
			vex_statuses[w->has_status ? w->status : VEX_AFFECTED],
			w->justification.len ? ", " : "", STR_ARG(w->justification),
			a               ? a->title
			: w->has_status ? "as it says"
					: "an accepted risk");
	held_for(b, r, w);
}

static void explain(struct buf *b, const struct run *r)
{
	if (r->n == 0)
		buf_add(b, S("no waivers\n"));
	for (ptrdiff_t i = 0; i < r->n; i++)
		explain_one(b, r, &r->w[i]);
}

/* ---- json ---- */

static void json_list(struct json_out *j, const char *key, const struct texts *list)
{
	if (list->n == 0)
		return;
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

static void json_one(struct json_out *j, const struct run *r, const struct waiver *w)
{
	int64_t left;

	json_object(j);
	json_pair(j, "where", w->where);
	json_pair(j, "form", str_of(w->form));
	json_pair(j, "state", str_of(state_of(r, w)));
	json_pair_opt(j, "refused", w->refused);
	json_pair_opt(j, "id", w->id);
	json_pair_opt(j, "rule", w->rule);
	json_list(j, "packages", &w->purls);
	json_list(j, "keys", &w->keys);
	json_list(j, "paths", &w->paths);
	json_list(j, "images", &w->images);
	json_pair_opt(j, "reason", w->reason);
	json_pair_opt(j, "justification", w->assessment.len ? w->assessment : w->justification);
	json_pair_opt(j, "owner", w->owner);
	json_list(j, "approved_by", &w->approved_by);
	json_pair_opt(j, "created", w->created);
	json_pair_opt(j, "until", w->until);
	json_pair_opt(j, "link", w->link);
	if (days_left(r, w, &left)) {
		json_key(j, S("days_left"));
		json_i64(j, left);
	}
	if (r->against)
		json_pair_u64(j, "matched", w->matched);
	json_object_end(j);
}

static void write_json(struct buf *b, const struct run *r)
{
	struct json_out j;

	json_begin(&j, b, 2);
	json_object(&j);
	json_key(&j, S("waivers"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < r->n; i++)
		json_one(&j, r, &r->w[i]);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}

/* ---- the whole ---- */

static int by_end(const void *x, const void *y)
{
	const struct waiver *a = x, *b = y;
	int64_t p = INT64_MAX, q = INT64_MAX;

	(void)waiver_end(a, &p);
	(void)waiver_end(b, &q);
	return p < q ? -1 : p > q ? 1 : str_cmp(a->where, b->where);
}

/* Held against an image or its facts, as temper gate would. */
static int hold(struct op *op, struct run *r, struct policy **p, ptrdiff_t n, struct waivers *w)
{
	struct gate_facts *g = op_new(op, struct gate_facts, 1);
	struct policy_wish wish = { .now = r->now, .waivers = *w };
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };

	if (!g || gate_facts_make(op, r->cli, r->o, r->o->against, r->now, &look, &db, g) < 0 ||
	    policy_judge(op, p, n, &g->facts, &g->report, &wish, &r->v) < 0)
		return op->code;
	r->against = true;
	r->w = r->v.waiver;
	r->n = r->v.waiver_n;
	return 0;
}

static int prepare(struct op *op, struct run *r)
{
	const struct texts files = { r->cli->operand.p + 1, r->cli->operand.n - 1 };
	struct waivers w = { 0 };
	struct policy **p = NULL;
	ptrdiff_t n = 0;
	str told;

	if (gate_now(op, &r->now) < 0 || policies_read(op, &r->o->policy, &p, &n, &told) < 0 ||
	    policies_waivers(op, &files, &w) < 0)
		return op->code;
	if (n > 1)
		return op_fail(op, ERR_USAGE, "one --policy: each has its own terms");
	if (r->o->against.len) {
		if (hold(op, r, p, n, &w) < 0)
			return op->code;
	} else {
		if (policy_waivers(op, p[0], r->now, &w) < 0)
			return op->code;
		r->w = w.p;
		r->n = w.n;
	}
	if (r->n > 1)
		qsort(r->w, (size_t)r->n, sizeof(*r->w), by_end);
	return 0;
}

static const struct {
	const char *word;
	void (*write)(struct buf *b, const struct run *r);
} words[] = { { "list", list }, { "check", check }, { "explain", explain } };

int verb_waivers_run(struct op *op, const struct cli *cli, const void *options)
{
	struct run r = { .cli = cli, .o = options };
	struct buf b;
	str text;
	size_t at = 0;
	bool bad = false;

	while (at < 3 && !str_eq(cli->operand.p[0], str_of(words[at].word)))
		at++;
	if (at == 3)
		return op_fail(op, ERR_USAGE, "waivers %.*s: list, check or explain",
			       STR_ARG(cli->operand.p[0]));
	if (prepare(op, &r) < 0)
		return op->code;
	buf_init(&b, op, LIMIT_SBOM);
	if (r.o->json)
		write_json(&b, &r);
	else
		words[at].write(&b, &r);
	if (buf_take(&b, &text) < 0 || term_write(op, &cli->out, text) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < r.n; i++)
		bad |= is_bad(&r, &r.w[i]);
	return words[at].write == check && bad ? 1 : 0;
}
