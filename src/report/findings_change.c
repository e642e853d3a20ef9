#include "findings_change.h"

enum {
	SHOWN_MAX = 12, /* of those that went, and of those that came, without -v */
	ID_WIDTH = 20,
	SEVERITY_WIDTH = 11,
};

static const enum text_colour colours[SEVERITIES] = {
	TEXT_DIM, TEXT_DIM, TEXT_PLAIN, TEXT_YELLOW, TEXT_RED, TEXT_RED,
};

/* s and blanks up to `width`, at least one. */
static void column(struct buf *b, str s, ptrdiff_t width)
{
	size_t before = b->len;

	text_safe(b, s);
	ptrdiff_t got = (ptrdiff_t)(b->len - before);
	buf_repeat(b, ' ', got < width ? width - got : 1);
}

static void line(struct buf *b, const struct difference_finding *f, const struct text_style *style)
{
	buf_add(b, S("  "));
	text_colour(b, style, f->came ? TEXT_RED : TEXT_GREEN);
	buf_char(b, f->came ? '+' : '-');
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, ' ');
	column(b, f->id, ID_WIDTH);
	text_colour(b, style, colours[f->severity]);
	column(b, str_of(severity_titles[f->severity]), SEVERITY_WIDTH);
	text_colour(b, style, TEXT_PLAIN);
	text_safe(b, f->package);
	buf_char(b, ' ');
	text_safe(b, f->version);
	text_colour(b, style, TEXT_DIM);
	if (f->came && f->fixed.len) {
		buf_add(b, S("  fixed in "));
		text_safe(b, f->fixed);
	}
	if (f->exploited)
		buf_add(b, S("  known to be exploited"));
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
}

static void lines(struct buf *b, const struct difference_finding *p, ptrdiff_t n,
		  const struct text_style *style)
{
	ptrdiff_t shown = style->verbose || n <= SHOWN_MAX ? n : SHOWN_MAX - 1;

	for (ptrdiff_t i = 0; i < shown; i++)
		line(b, &p[i], style);
	if (shown < n)
		buf_fmt(b, "  %c and %td more; -v lists them\n", p[0].came ? '+' : '-', n - shown);
}

void findings_change_text(struct buf *b, const struct difference_findings *f,
			  const struct text_style *style)
{
	if (!f->compared)
		return;
	buf_char(b, '\n');
	text_colour(b, style, TEXT_BOLD);
	buf_add(b, S("findings"));
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, "  %td went, %td came, %td stayed", f->gone_n, f->come_n, f->same_n);
	if (f->fixed_only)
		buf_add(b, S("; unfixed ones are not covered by these advisories"));
	buf_char(b, '\n');
	if (f->n == 0) /* there may be no list then */
		return;
	lines(b, f->p, f->gone_n, style);
	lines(b, f->p + f->gone_n, f->come_n, style);
}

static void side(struct json_out *j, const char *key, const struct difference_finding *p,
		 ptrdiff_t n)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < n; i++) {
		json_object(j);
		json_pair(j, "id", p[i].id);
		json_pair(j, "severity", str_of(severities[p[i].severity]));
		json_pair(j, "package", p[i].package);
		json_pair(j, "version", p[i].version);
		json_pair_opt(j, "fixed", p[i].fixed);
		json_key(j, S("exploited"));
		json_bool(j, p[i].exploited);
		json_object_end(j);
	}
	json_array_end(j);
}

void findings_change_json(struct json_out *j, const struct difference_findings *f)
{
	if (!f->compared)
		return;
	json_key(j, S("findings"));
	json_object(j);
	side(j, "gone", f->p, f->gone_n);
	side(j, "come", f->n ? f->p + f->gone_n : NULL, f->come_n);
	json_pair_u64(j, "stayed", (uint64_t)f->same_n);
	json_key(j, S("fixedOnly"));
	json_bool(j, f->fixed_only);
	json_object_end(j);
}
