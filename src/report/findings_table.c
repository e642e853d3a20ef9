/*
 * The table for people: Grype's columns, and below it in labelled lines what must be known to
 * believe it: what upgrades clear, what was not covered, how old the sources are, what is suppressed.
 */
#include "findings_impl.h"
#include "words.h"

enum {
	COLUMNS = 8,
	GAP = 2,
	NARROW = 12, /* columns are not made narrower than that */
	LABEL = 12,
	GROUPS = 10, /* upgrades that are listed without -v */
};

enum { NAME, INSTALLED, FIXED, TYPE, VULNERABILITY, SEVERITY, EPSS, RISK };
static const char *const heading[COLUMNS] = { "NAME",          "INSTALLED", "FIXED IN", "TYPE",
					      "VULNERABILITY", "SEVERITY",  "EPSS",     "RISK" };

struct row {
	str cell[COLUMNS];
	str note;
	enum severity severity;
	bool suppressed;
};

struct table {
	const struct report *r;
	const struct findings_choice *c;
	struct buf *b;
	struct row *row;
	ptrdiff_t n;
	int width[COLUMNS];
};

static int columns_of(str s)
{
	int n = 0;

	for (ptrdiff_t i = 0; i < s.len && n < INT16_MAX; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static enum text_colour colour_of(enum severity s)
{
	static const enum text_colour colour[SEVERITIES] = { TEXT_DIM,    TEXT_DIM, TEXT_CYAN,
							     TEXT_YELLOW, TEXT_RED, TEXT_RED };

	return colour[s];
}

/* What stands in the bracket behind a line: "kev, ransomware, suppressed by VEX". */
static void note(struct buf *b, const struct finding *f)
{
	const char *by = f->suppressed == SUPPRESSED_VEX ? "VEX" : suppressed_bys[f->suppressed];
	bool any = false;

	if (f->exploited || f->kev_added.len) {
		buf_add(b, S("kev"));
		any = true;
	}
	if (f->ransomware) {
		buf_add(b, any ? S(", ransomware") : S("ransomware"));
		any = true;
	}
	if (f->malicious) {
		buf_add(b, any ? S(", malicious") : S("malicious"));
		any = true;
	}
	if (f->suppressed)
		buf_fmt(b, "%ssuppressed by %s", any ? ", " : "", by);
}

typedef void writes(struct buf *b, const struct finding *f);

static int cell_of(struct op *op, writes *write, const struct finding *f, str *ret)
{
	struct buf b;

	buf_init(&b, op, INT16_MAX);
	write(&b, f);
	return buf_take(&b, ret);
}

static int fill(struct op *op, struct table *t, const struct finding *f, struct row *ret)
{
	const struct package *p = words_package(t->r, f);

	ret->cell[NAME] = words_name(op, p);
	ret->cell[INSTALLED] = p->version;
	ret->cell[TYPE] = str_of(package_kinds[p->type].name);
	ret->cell[VULNERABILITY] = f->id;
	ret->cell[SEVERITY] = str_of(severity_titles[f->severity]);
	ret->severity = f->severity;
	ret->suppressed = f->suppressed != NOT_SUPPRESSED;
	if (cell_of(op, words_fixed, f, &ret->cell[FIXED]) < 0 ||
	    cell_of(op, words_epss, f, &ret->cell[EPSS]) < 0 ||
	    cell_of(op, words_risk, f, &ret->cell[RISK]) < 0 ||
	    cell_of(op, note, f, &ret->note) < 0)
		return op->code;
	for (int i = 0; i < COLUMNS; i++) {
		int columns = columns_of(ret->cell[i]);
		t->width[i] = columns > t->width[i] ? columns : t->width[i];
	}
	return 0;
}

/* Take from the widest of the columns that may be cut until the line fits. */
static void narrow(struct table *t)
{
	static const int may[] = { NAME, INSTALLED, FIXED };
	int total = -GAP;

	for (int i = 0; i < COLUMNS; i++)
		total += t->width[i] + GAP;
	while (t->c->width > 0 && total > t->c->width) {
		int widest = may[0];
		for (size_t k = 1; k < sizeof(may) / sizeof(may[0]); k++)
			widest = t->width[may[k]] > t->width[widest] ? may[k] : widest;
		if (t->width[widest] <= NARROW)
			return;
		t->width[widest]--;
		total--;
	}
}

static void put_row(struct table *t, const struct row *row)
{
	const struct text_style *style = &t->c->style;
	int gap = 0;

	if (row->suppressed)
		text_colour(t->b, style, TEXT_DIM);
	for (int i = 0; i < COLUMNS; i++) {
		bool last = i == COLUMNS - 1 && row->note.len == 0;
		buf_repeat(t->b, ' ', gap);
		if (i == SEVERITY && !row->suppressed) {
			if (row->severity == SEVERITY_CRITICAL)
				text_colour(t->b, style, TEXT_BOLD);
			text_colour(t->b, style, colour_of(row->severity));
		}
		int used = text_clip(t->b, row->cell[i], t->width[i], style);
		if (i == SEVERITY && !row->suppressed)
			text_colour(t->b, style, TEXT_PLAIN);
		gap = last ? 0 : t->width[i] + GAP - used;
	}
	if (row->note.len) {
		buf_repeat(t->b, ' ', gap);
		buf_char(t->b, '(');
		text_safe(t->b, row->note);
		buf_char(t->b, ')');
	}
	if (row->suppressed)
		text_colour(t->b, style, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

static int put_table(struct op *op, struct table *t)
{
	struct row head = { .note = S("") };

	t->n = t->c->suppressed ? t->r->finding_n : t->r->shown_n;
	t->row = op_new(op, struct row, t->n);
	if (!t->row)
		return op->code;
	for (int i = 0; i < COLUMNS; i++) {
		head.cell[i] = str_of(heading[i]);
		t->width[i] = (int)head.cell[i].len;
	}
	for (ptrdiff_t i = 0; i < t->n; i++)
		if (fill(op, t, &t->r->finding[i], &t->row[i]) < 0)
			return op->code;
	if (t->n == 0)
		return 0;
	narrow(t);
	text_colour(t->b, &t->c->style, TEXT_BOLD);
	head.suppressed = false;
	int gap = 0;
	for (int i = 0; i < COLUMNS; i++) {
		buf_repeat(t->b, ' ', gap);
		buf_add(t->b, head.cell[i]);
		gap = t->width[i] + GAP - (int)head.cell[i].len;
	}
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
	buf_char(t->b, '\n');
	for (ptrdiff_t i = 0; i < t->n; i++)
		put_row(t, &t->row[i]);
	return 0;
}

/* ---- below it ---- */

static void label(struct table *t, const char *word, enum text_colour colour)
{
	text_colour(t->b, &t->c->style, colour);
	buf_fmt(t->b, "%-*s", LABEL, word);
	text_colour(t->b, &t->c->style, TEXT_PLAIN);
	buf_char(t->b, ' ');
}

/* The text behind a label: on a terminal broken at blanks, and below itself. */
static void told(struct table *t, str text)
{
	struct text_style style = t->c->style;

	style.width = t->c->width;
	if (style.width > NARROW + LABEL)
		text_wrap(t->b, text, LABEL + 1, LABEL + 1, &style);
	else
		text_safe(t->b, text);
	buf_char(t->b, '\n');
}

/* The words that `write` says of the report, as a line of its own; nothing where it says nothing. */
static void said(struct table *t, const char *word, enum text_colour colour,
		 void (*write)(struct buf *b, const struct report *r), const char *end)
{
	struct buf b;

	buf_init(&b, t->b->op, INT32_MAX);
	write(&b, t->r);
	if (b.bad || b.len == 0)
		return;
	label(t, word, colour);
	text_safe(t->b, buf_view(&b));
	buf_fmt(t->b, "%s\n", end);
}

static void put_groups(struct table *t)
{
	ptrdiff_t max = t->c->style.verbose ? t->r->group_n : GROUPS, cleared = 0;
	struct buf b;

	for (ptrdiff_t i = 0; i < t->r->group_n; i++) {
		const struct fix_group *g = &t->r->group[i];
		if (i >= max) {
			cleared += g->finding_n;
			continue;
		}
		buf_init(&b, t->b->op, INT32_MAX);
		words_group(&b, t->r, g);
		if (b.bad)
			return;
		label(t, "fix", colour_of(g->worst));
		told(t, buf_view(&b));
	}
	if (t->r->group_n > max)
		buf_fmt(t->b, "%*s and %td more upgrades, which clear %td: -v\n", LABEL, "",
			t->r->group_n - max, cleared);
}

static void put_coverage(struct table *t)
{
	static const char *const word[COVERAGES] = {
		"covered",     "fixed only", "not covered", "not covered",
		"not covered", "unreadable", "declared",
	};

	for (ptrdiff_t i = 0; i < t->r->coverage_n; i++) {
		const struct coverage *c = &t->r->coverage[i];
		if (!words_uncovered(c) && !t->c->style.verbose)
			continue;
		if (t->r->no_database && c->kind == NOT_COVERED_NO_SHARD)
			continue; /* the first line says it of all */
		struct buf b;
		buf_init(&b, t->b->op, INT32_MAX);
		words_coverage(&b, c);
		for (ptrdiff_t k = 0; t->c->style.verbose && k < c->examples.n; k++) {
			buf_add(&b, k ? S(", ") : S(": "));
			buf_add(&b, c->examples.p[k]);
		}
		if (b.bad)
			return;
		label(t, word[c->kind], c->kind == COVERED ? TEXT_GREEN : TEXT_YELLOW);
		told(t, buf_view(&b));
	}
}

static void put_sources(struct table *t)
{
	for (ptrdiff_t i = 0; i < t->r->source_n; i++) {
		const struct report_source *s = &t->r->source[i];
		label(t, "source", TEXT_DIM);
		text_safe(t->b, s->source);
		if (s->ecosystem.len) {
			buf_char(t->b, ' ');
			text_safe(t->b, s->ecosystem);
		}
		buf_fmt(t->b, ": %llu record%s, ", (unsigned long long)s->records,
			s->records == 1 ? "" : "s");
		words_age(t->b, s->age_s);
		buf_add(t->b, s->age_s < 0 ? S("\n") : S(" old\n"));
	}
}

static void put_waivers(struct table *t)
{
	for (ptrdiff_t i = 0; i < t->r->waiver_n; i++) {
		const struct waiver *w = &t->r->waiver[i];
		if (!w->expired && !w->expiring && w->matched)
			continue;
		label(t, "waiver", TEXT_YELLOW);
		text_safe(t->b, w->where);
		buf_char(t->b, ' ');
		text_safe(t->b, w->id.len ? w->id : w->name);
		if (w->expired || w->expiring) {
			buf_add(t->b, w->expired ? S(" expired: it held until ")
						 : S(" expires: it holds until "));
			text_safe(t->b, w->until);
			if (w->owner.len) {
				buf_add(t->b, S(" ("));
				text_safe(t->b, w->owner);
				buf_char(t->b, ')');
			}
		}
		if (!w->matched)
			buf_add(t->b, w->expired || w->expiring ? S("; it matched nothing")
								: S(" matched nothing"));
		buf_char(t->b, '\n');
	}
}

static void put_statements(struct table *t)
{
	ptrdiff_t unmatched = 0;

	for (ptrdiff_t i = 0; i < t->r->statement_n; i++) {
		const struct statement *s = &t->r->statement[i];
		if (s->matched)
			continue;
		unmatched++;
		if (!t->c->style.verbose)
			continue;
		label(t, "vex", TEXT_YELLOW);
		text_safe(t->b, s->document);
		buf_char(t->b, ' ');
		text_safe(t->b, s->vulnerability.n ? s->vulnerability.p[0] : s->id);
		buf_add(t->b, S(": "));
		text_safe(t->b, s->unmatched);
		buf_char(t->b, '\n');
	}
	if (unmatched && !t->c->style.verbose) {
		label(t, "vex", TEXT_YELLOW);
		buf_fmt(t->b, "%td of %td statement%s matched nothing: -v tells why\n", unmatched,
			t->r->statement_n, t->r->statement_n == 1 ? "" : "s");
	}
}

static void put_summary(struct table *t)
{
	struct report_counts n;

	report_count(t->r, &n);
	if (t->r->shown_n == 0) {
		buf_add(t->b, t->n ? S("\n") : S(""));
		words_none(t->b, t->r);
		buf_char(t->b, '\n');
	} else {
		buf_char(t->b, '\n');
		label(t, "found", TEXT_BOLD);
		buf_fmt(t->b, "%td: ", t->r->shown_n);
		words_severities(t->b, n.by_severity);
		buf_fmt(t->b, "; %llu fixed, %llu not fixed", (unsigned long long)n.fixed,
			(unsigned long long)n.not_fixed);
		if (n.exploited)
			buf_fmt(t->b, "; %llu known to be exploited",
				(unsigned long long)n.exploited);
		buf_char(t->b, '\n');
	}
}

int findings_table(struct op *op, const struct report *r, const struct findings_choice *c,
		   struct buf *b)
{
	struct table t = { .r = r, .c = c, .b = b };
	int rc = put_table(op, &t);

	if (rc < 0)
		return rc;
	put_summary(&t);
	put_groups(&t);
	said(&t, "suppressed", TEXT_DIM, words_suppressed,
	     c->suppressed ? "" : " (--show-suppressed lists them)");
	put_coverage(&t);
	said(&t, "end of life", TEXT_YELLOW, words_life, "");
	put_waivers(&t);
	put_statements(&t);
	put_sources(&t);
	return op->code;
}
