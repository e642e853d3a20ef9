#include "advice_text.h"

#include <string.h>

#include "base/num.h"
#include "codec/json.h"
#include "words.h"

/* ---- what the forms share ---- */

/* How many rows are told. */
static ptrdiff_t told(const struct advices *a, ptrdiff_t most)
{
	ptrdiff_t n = a->fits_n ? a->fits_n : a->n;

	return most > 0 && most < n ? most : n;
}

static void join(struct buf *b, const struct texts *t, const char *before)
{
	for (ptrdiff_t i = 0; i < t->n; i++) {
		buf_add(b, i ? S(", ") : str_of(before));
		text_safe(b, t->p[i]);
	}
}

/* "2 critical, 5 high", "none". */
static void put_findings(struct buf *b, const struct advices *a, const uint64_t n[SEVERITIES])
{
	uint64_t all = 0;

	for (int s = 0; s < SEVERITIES; s++)
		all += n[s];
	if (a->no_database)
		buf_add(b, S("?"));
	else if (all == 0)
		buf_add(b, S("none"));
	else
		words_severities(b, n);
}

static void put_size(struct buf *b, uint64_t size)
{
	char text[NUM_SIZE_TEXT];

	buf_add(b, size ? str_of(num_size_text(size, text)) : S("?"));
}

static void put_costs(struct buf *b, const struct advice *p)
{
	join(b, &p->missing, "lacks ");
	join(b, &p->costs, p->missing.n ? "; " : "");
}

/* ---- for people ---- */

enum {
	COLUMNS = 4,
	CELL = 1 << 20, /* bytes */
	NARROW = 30,    /* columns that costs have, else they get lines of their own */
};
struct row {
	str cell[COLUMNS]; /* name, findings, size, packages */
	const struct advice *of;
};

/* What a buf of its own holds; nothing where memory failed, which the op knows. */
static str taken(struct buf *own)
{
	str s;

	return buf_take(own, &s) < 0 ? S("") : s;
}

static void fill(struct op *op, struct row *r, const struct advices *a, str name, uint64_t size,
		 ptrdiff_t packages, const uint64_t by_severity[SEVERITIES])
{
	struct buf own[COLUMNS];

	for (int c = 0; c < COLUMNS; c++)
		buf_init(&own[c], op, CELL);
	text_safe(&own[0], name);
	put_findings(&own[1], a, by_severity);
	put_size(&own[2], size);
	buf_fmt(&own[3], "%td", packages);
	for (int c = 0; c < COLUMNS; c++)
		r->cell[c] = taken(&own[c]);
}

static void pad(struct buf *b, str s, int width)
{
	buf_add(b, s);
	buf_repeat(b, ' ', width - s.len + 2);
}

static void put_row(struct buf *b, const struct row *r, const int width[COLUMNS],
		    const struct text_style *style)
{
	int indent = 2;
	struct buf own;

	buf_add(b, S("  "));
	for (int c = 0; c < COLUMNS; c++) {
		pad(b, r->cell[c], width[c]);
		indent += width[c] + 2;
	}
	buf_init(&own, b->op, CELL);
	if (r->of)
		put_costs(&own, r->of);
	str costs = taken(&own);
	if (indent + NARROW > style->width && costs.len) {
		indent = 6;
		buf_char(b, '\n');
		buf_repeat(b, ' ', indent);
	}
	text_wrap(b, costs, indent, indent, style);
	buf_char(b, '\n');
}

static void put_table(struct buf *b, const struct advices *a, ptrdiff_t n,
		      const struct text_style *style)
{
	static const char *const heads[COLUMNS] = { "BASE", "FINDINGS", "SIZE", "PACKAGES" };
	struct row *row = op_new(b->op, struct row, n + 1);
	int width[COLUMNS] = { 0 };
	ptrdiff_t rows = 0;

	if (!row)
		return;
	if (a->known)
		fill(b->op, &row[rows++], a, a->base.len ? a->base : S("now"), a->size, a->packages,
		     a->by_severity);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct advice *p = &a->p[i];
		row[rows].of = p;
		fill(b->op, &row[rows++], a, p->base.name, p->base.size,
		     p->base.report->inventory->package_n, p->by_severity);
	}
	for (int c = 0; c < COLUMNS; c++) {
		width[c] = (int)strlen(heads[c]);
		for (ptrdiff_t i = 0; i < rows; i++)
			if (row[i].cell[c].len > width[c])
				width[c] = (int)row[i].cell[c].len;
	}
	text_colour(b, style, TEXT_BOLD);
	buf_add(b, S("  "));
	for (int c = 0; c < COLUMNS; c++)
		pad(b, str_of(heads[c]), width[c]);
	buf_add(b, S("COSTS"));
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
	for (ptrdiff_t i = 0; i < rows; i++)
		put_row(b, &row[i], width, style);
}

static void put_needs(struct buf *b, const struct advices *a)
{
	buf_add(b, S("It needs "));
	for (ptrdiff_t i = 0; i < a->need_n; i++) {
		buf_fmt(b, "%s%s", i ? ", " : "", a->need[i].what);
		if (a->need[i].version.len) {
			buf_char(b, ' ');
			text_safe(b, a->need[i].version);
		}
		buf_add(b, S(" ("));
		text_safe(b, a->need[i].why);
		buf_char(b, ')');
	}
	buf_add(b, a->need_n ? S("\n\n")
			     : S("no runtime: nothing that it starts loads a library\n\n"));
}

/* The first of them, to try. */
static void put_next(struct buf *b, const struct advices *a, const struct text_style *style)
{
	if (a->fits_n == 0) {
		buf_add(b,
			S("\nNone brings all that is needed: temper init PACKAGE writes a recipe "
			  "for any package of Debian.\n"));
		return;
	}
	const struct advice *best = &a->p[0];
	buf_add(b, S("\nTo try the first:\n"));
	text_colour(b, style, TEXT_CYAN);
	if (strcmp(best->base.from, "catalogue") == 0) {
		buf_add(b, S("  temper init "));
		text_safe(b, best->base.name);
		buf_add(b, S(" && temper build "));
		text_safe(b, best->base.name);
		buf_add(b, S(".yaml\n"));
	}
	buf_add(b, S("  FROM "));
	text_safe(b, best->base.name);
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
}

void advice_text_write(struct buf *b, const struct advices *a, ptrdiff_t most,
		       const struct text_style *style)
{
	put_needs(b, a);
	put_table(b, a, told(a, most), style);
	if (a->application)
		buf_fmt(b,
			"\n%llu finding%s of the application itself stay%s: a base does not change "
			"them.\n",
			(unsigned long long)a->application, a->application == 1 ? "" : "s",
			a->application == 1 ? "s" : "");
	if (a->no_database)
		buf_add(b, S("\nWhat is known of any is not told: temper db update fetches "
			     "advisories.\n"));
	put_next(b, a, style);
}

/* ---- for pull requests ---- */

static void put_cell(struct buf *b, const struct advice *p)
{
	struct buf own;

	buf_init(&own, b->op, CELL);
	put_costs(&own, p);
	text_markdown(b, taken(&own));
}

void advice_markdown_write(struct buf *b, const struct advices *a, ptrdiff_t most)
{
	buf_add(b, S("| base | findings | size | packages | costs |\n| --- | --- | --- | --- | --- "
		     "|\n"));
	if (a->known) {
		buf_add(b, S("| "));
		text_markdown(b, a->base.len ? a->base : a->subject);
		buf_add(b, S(" (now) | "));
		put_findings(b, a, a->by_severity);
		buf_add(b, S(" | "));
		put_size(b, a->size);
		buf_fmt(b, " | %td | |\n", a->packages);
	}
	for (ptrdiff_t i = 0; i < told(a, most); i++) {
		const struct advice *p = &a->p[i];
		buf_add(b, S("| "));
		text_markdown(b, p->base.name);
		buf_add(b, S(" | "));
		put_findings(b, a, p->by_severity);
		buf_add(b, S(" | "));
		put_size(b, p->base.size);
		buf_fmt(b, " | %td | ", p->base.report->inventory->package_n);
		put_cell(b, p);
		buf_add(b, S(" |\n"));
	}
}

/* ---- for programs ---- */

static void json_findings(struct json_out *j, const struct advices *a, const uint64_t n[SEVERITIES])
{
	if (a->no_database)
		return;
	json_key(j, S("findings"));
	json_object(j);
	for (int s = SEVERITY_CRITICAL; s >= 0; s--)
		json_pair_u64(j, severities[s], n[s]);
	json_object_end(j);
}

static void json_needs(struct json_out *j, const struct advices *a)
{
	json_key(j, S("needs"));
	json_array(j);
	for (ptrdiff_t i = 0; i < a->need_n; i++) {
		json_object(j);
		json_pair(j, "what", str_of(a->need[i].what));
		json_pair_opt(j, "version", a->need[i].version);
		json_pair(j, "why", a->need[i].why);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_base(struct json_out *j, const struct advices *a, ptrdiff_t i)
{
	const struct advice *p = &a->p[i];

	json_object(j);
	json_pair_u64(j, "rank", (uint64_t)i + 1);
	json_pair(j, "name", p->base.name);
	json_pair(j, "from", str_of(p->base.from));
	json_pair_opt(j, "what", p->base.what);
	json_key(j, S("fits"));
	json_bool(j, p->fits);
	words_json_texts(j, "missing", &p->missing);
	words_json_texts(j, "costs", &p->costs);
	json_findings(j, a, p->by_severity);
	json_pair_u64(j, "packages", (uint64_t)p->base.report->inventory->package_n);
	if (p->base.size)
		json_pair_u64(j, "size", p->base.size);
	json_object_end(j);
}

void advice_json_write(struct buf *b, const struct advices *a)
{
	struct json_out j;

	json_begin(&j, b, 2);
	json_object(&j);
	json_pair(&j, "schema", S("temper-advice/1"));
	json_pair(&j, "subject", a->subject);
	json_pair_opt(&j, "base", a->base);
	json_needs(&j, a);
	if (a->known) {
		json_key(&j, S("now"));
		json_object(&j);
		json_findings(&j, a, a->by_severity);
		json_pair_u64(&j, "application-findings", a->application);
		json_pair_u64(&j, "packages", (uint64_t)a->packages);
		if (a->size)
			json_pair_u64(&j, "size", a->size);
		json_object_end(&j);
	}
	json_key(&j, S("bases"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < a->n; i++)
		json_base(&j, a, i);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}
