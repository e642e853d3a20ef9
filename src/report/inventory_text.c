#include "inventory_text.h"

#include "words.h"

enum { GAP = 2, NAME_MAX_WIDTH = 60, VERSION_MAX_WIDTH = 40 };

static int columns_of(str s, int max)
{
	int n = 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n > max ? max : n;
}

static void cell(struct buf *b, str s, int width, const struct text_style *style)
{
	int used = text_clip(b, s, width, style);

	buf_repeat(b, ' ', width + GAP - used);
}

static void verbose_cells(struct buf *b, const struct package *p, const struct text_style *style)
{
	const struct evidence *e = p->evidence_n ? &p->evidence[0] : NULL;

	if (e && e->layer >= 0)
		buf_fmt(b, "%5d  ", e->layer);
	else
		buf_add(b, S("       "));
	text_safe(b, p->licence.len ? p->licence : S("-"));
	buf_add(b, S("  "));
	text_colour(b, style, TEXT_DIM);
	text_safe(b, e ? e->path : S(""));
	text_colour(b, style, TEXT_PLAIN);
}

void inventory_table_write(struct buf *b, const struct inventory *v, const struct text_style *style)
{
	int name_width = 4, version_width = 7, type_width = 4;

	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		int name = columns_of(words_name(b->op, &v->package[i]), NAME_MAX_WIDTH);
		int version = columns_of(v->package[i].version, VERSION_MAX_WIDTH);
		int type = columns_of(str_of(package_kinds[v->package[i].type].name), 40);
		name_width = name > name_width ? name : name_width;
		version_width = version > version_width ? version : version_width;
		type_width = type > type_width ? type : type_width;
	}
	if (v->package_n == 0) {
		buf_add(b, S("No packages discovered\n"));
		return;
	}
	text_colour(b, style, TEXT_BOLD);
	cell(b, S("NAME"), name_width, style);
	cell(b, S("VERSION"), version_width, style);
	buf_add(b, S("TYPE"));
	if (style->verbose) {
		buf_repeat(b, ' ', type_width + GAP - 4);
		buf_add(b, S("LAYER  LICENCE  PATH"));
	}
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		const struct package *p = &v->package[i];
		str type = str_of(package_kinds[p->type].name);
		cell(b, words_name(b->op, p), name_width, style);
		cell(b, p->version, version_width, style);
		buf_add(b, type);
		if (style->verbose) {
			buf_repeat(b, ' ', type_width + GAP - (int)type.len);
			verbose_cells(b, p, style);
		}
		buf_char(b, '\n');
	}
}

static void ledger_line(struct buf *b, const char *kind, str path, str what,
			const struct text_style *style)
{
	text_colour(b, style, TEXT_YELLOW);
	buf_fmt(b, "%-10s", kind);
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, ' ');
	text_safe(b, path);
	if (what.len) {
		text_colour(b, style, TEXT_DIM);
		buf_add(b, S("  "));
		text_safe(b, what);
		text_colour(b, style, TEXT_PLAIN);
	}
	buf_char(b, '\n');
}

static void more(struct buf *b, ptrdiff_t n, int max)
{
	if (max && n > max)
		buf_fmt(b, "%-10s %td more\n", "", n - max);
}

/* Most messages begin with the path, which stands before them here. */
static str without_path(const struct warning *w)
{
	str rest = str_from(w->message, w->path.len);

	return str_starts(w->message, w->path) && str_starts(rest, S(": ")) ? str_from(rest, 2)
									    : w->message;
}

void inventory_ledger_write(struct buf *b, const struct inventory *v, int max,
			    const struct text_style *style)
{
	for (ptrdiff_t i = 0; i < v->warning_n && (!max || i < max); i++) {
		ledger_line(b, "unreadable", v->warning[i].path, without_path(&v->warning[i]),
			    style);
	}
	more(b, v->warning_n, max);
	for (ptrdiff_t i = 0; i < v->unknown_n && (!max || i < max); i++)
		ledger_line(b, "unknown", v->unknown[i].path, str_of(v->unknown[i].kind), style);
	more(b, v->unknown_n, max);
	for (ptrdiff_t i = 0; i < v->changed_n && (!max || i < max); i++) {
		const struct changed_file *c = &v->changed[i];
		const struct package *p =
			c->package < (uint32_t)v->package_n ? &v->package[c->package] : NULL;
		ledger_line(b, c->how == CHANGED_MISSING ? "missing" : "changed", c->path,
			    p ? p->name : S(""), style);
	}
	more(b, v->changed_n, max);
}
