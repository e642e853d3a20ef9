#include "lint_options.h"

enum {
	LINE_SHOWN = 160, /* columns of a line of a file */
	LINES_MAX = 1 << 24,
};

static const enum text_colour colours[SEVERITIES] = { TEXT_DIM,    TEXT_DIM, TEXT_CYAN,
						      TEXT_YELLOW, TEXT_RED, TEXT_RED };

/* Line number n of a text; lines are asked for in rising order. */
struct lines {
	str rest, line;
	int n;
};

static str line_of(struct lines *l, int n)
{
	while (l->n < n && l->rest.p && l->n < LINES_MAX) {
		l->line = str_cut(&l->rest, '\n');
		l->n++;
	}
	return l->n == n ? l->line : S("");
}

/* The line, with a caret under the column. Tabs become blanks, so that it stands under its place. */
static void put_source(struct buf *b, str line, int number, int col, const struct text_style *style)
{
	str shown = str_head(line, LINE_SHOWN);
	int gutter = 5;

	while (shown.len > 0 && shown.p[shown.len - 1] == '\r')
		shown.len--;
	text_colour(b, style, TEXT_DIM);
	buf_fmt(b, "%*d | ", gutter, number);
	text_colour(b, style, TEXT_PLAIN);
	for (ptrdiff_t i = 0; i < shown.len;) {
		ptrdiff_t n = 1;

		while (i + n < shown.len && shown.p[i] != '\t' && shown.p[i + n] != '\t')
			n++;
		if (shown.p[i] == '\t')
			buf_char(b, ' ');
		else
			text_safe(b, (str){ shown.p + i, n });
		i += n;
	}
	buf_add(b, line.len > LINE_SHOWN ? S("...\n") : S("\n"));
	if (col < 1 || col > LINE_SHOWN || col > line.len)
		return;
	int wide = 0;
	for (int i = 0; i < col - 1; i++)
		wide += ((unsigned char)line.p[i] & 0xc0) != 0x80;
	text_colour(b, style, TEXT_DIM);
	buf_fmt(b, "%*s | ", gutter, "");
	text_colour(b, style, TEXT_RED);
	buf_repeat(b, ' ', wide);
	buf_add(b, S("^\n"));
	text_colour(b, style, TEXT_PLAIN);
}

static void put_fault(struct buf *b, const struct fault *f, struct lines *lines,
		      const struct text_style *style)
{
	enum severity severity = fault_severity(f);
	bool waived = f->waived_by.len > 0;

	text_colour(b, style, TEXT_BOLD);
	text_safe(b, f->path);
	buf_fmt(b, ":%d:%d: ", f->line, f->col);
	text_colour(b, style, waived ? TEXT_DIM : colours[severity]);
	buf_fmt(b, "%s ", waived ? "ignored" : severities[severity]);
	text_colour(b, style, TEXT_BOLD);
	buf_fmt(b, "%s: ", f->rule->id);
	text_colour(b, style, TEXT_PLAIN);
	text_safe(b, f->what);
	buf_char(b, '\n');
	if (waived) {
		buf_add(b, S("      = "));
		text_safe(b, f->waived_by);
		buf_add(b, f->reason.len > 0 ? S(": ") : S(""));
		text_safe(b, f->reason);
		buf_char(b, '\n');
		return;
	}
	if (f->line > 0)
		put_source(b, line_of(lines, f->line), f->line, f->col, style);
	text_colour(b, style, TEXT_DIM);
	buf_add(b, S("      = "));
	text_colour(b, style, TEXT_PLAIN);
	text_safe(b, f->remedy.len > 0 ? f->remedy : str_of(f->rule->remedy));
	buf_char(b, '\n');
}

static void put_summary(struct buf *b, const lint_files *files, const ptrdiff_t *counted,
			ptrdiff_t waived)
{
	ptrdiff_t all = 0;
	bool first = true;

	for (int s = 0; s < SEVERITIES; s++)
		all += counted[s];
	text_count(b, (uint64_t)files->n, "file", "files");
	buf_add(b, S(": "));
	if (all == 0)
		buf_add(b, S("no faults"));
	else
		text_count(b, (uint64_t)all, "fault", "faults");
	for (int s = SEVERITIES - 1; s >= 0; s--) {
		if (counted[s] == 0)
			continue;
		buf_fmt(b, "%s%td %s", first ? " (" : ", ", counted[s], severities[s]);
		first = false;
	}
	buf_add(b, first ? S("") : S(")"));
	if (waived > 0)
		buf_fmt(b, ", %td ignored", waived);
	buf_char(b, '\n');
}

int lint_text(struct op *op, const lint_files *files, bool all, bool quiet,
	      const struct text_style *style, struct buf *b)
{
	ptrdiff_t counted[SEVERITIES] = { 0 }, waived = 0;
	bool any = false;

	for (ptrdiff_t i = 0; i < files->n; i++) {
		const struct lint_one *one = &files->p[i];
		struct lines lines = { .rest = one->bytes };

		for (ptrdiff_t k = 0; k < one->found.fault_n; k++) {
			const struct fault *f = &one->found.fault[k];

			if (f->waived_by.len > 0)
				waived++;
			else
				counted[fault_severity(f)]++;
			if (f->waived_by.len > 0 && !all)
				continue;
			put_fault(b, f, &lines, style);
			any = true;
		}
	}
	if (any && !quiet)
		buf_char(b, '\n');
	if (!quiet)
		put_summary(b, files, counted, waived);
	return b->bad ? op->code : 0;
}

int lint_text_rules(struct op *op, const struct text_style *style, struct buf *b)
{
	for (int kind = 0; kind < LINT_KINDS; kind++) {
		size_t n;
		const struct rule *const *all = lint_rules((enum lint_kind)kind, &n);

		buf_fmt(b, "%s%s\n", kind ? "\n" : "", lint_kinds[kind]);
		for (size_t i = 0; i < n; i++) {
			text_colour(b, style, colours[all[i]->severity]);
			buf_fmt(b, "  %-9s %-10s ", all[i]->id, severities[all[i]->severity]);
			text_colour(b, style, TEXT_PLAIN);
			buf_fmt(b, "%s%s%s%s\n", all[i]->title, all[i]->also[0] ? " (" : "",
				all[i]->also, all[i]->also[0] ? ")" : "");
		}
	}
	return b->bad ? op->code : 0;
}
