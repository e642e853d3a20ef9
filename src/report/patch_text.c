#include "patch_text.h"

enum { SHOWN = 4, GAP = 2 }; /* findings named in a row; columns between words */

static void put_findings(struct buf *b, const struct texts *list, const struct text_style *style)
{
	ptrdiff_t n = style->verbose || list->n <= SHOWN ? list->n : SHOWN;

	for (ptrdiff_t i = 0; i < n; i++) {
		buf_add(b, i ? S(", ") : S(""));
		text_safe(b, list->p[i]);
	}
	if (n < list->n)
		buf_fmt(b, " and %td more", list->n - n);
}

static ptrdiff_t widest(ptrdiff_t at, str s)
{
	return s.len > at ? s.len : at;
}

static void put_cell(struct buf *b, str s, ptrdiff_t width)
{
	text_safe(b, s);
	if (s.len < width)
		buf_repeat(b, ' ', width - s.len);
	buf_repeat(b, ' ', GAP);
}

static void put_details(struct buf *b, const struct patched_package *p,
			const struct text_style *style)
{
	for (ptrdiff_t i = 0; i < p->kept.n; i++) {
		buf_add(b, S("    keeps the image's own /"));
		text_safe(b, p->kept.p[i]);
		buf_char(b, '\n');
	}
	if (p->away) {
		buf_add(b, S("    "));
		text_count(b, p->away, "path", "paths");
		buf_add(b, S(" that the image had been rid of not put back\n"));
	}
	if (style->verbose) {
		buf_add(b, S("    scripts: "));
		text_safe(b, p->answered);
		buf_char(b, '\n');
	}
}

static void put_packages(struct buf *b, const struct patched *p, const struct text_style *style)
{
	ptrdiff_t name = 0, before = 3, after = 0, suite = 0;

	for (ptrdiff_t i = 0; i < p->package_n; i++) {
		name = widest(name, p->package[i].name);
		before = widest(before, p->package[i].before);
		after = widest(after, p->package[i].after);
		suite = widest(suite, p->package[i].suite);
	}
	for (ptrdiff_t i = 0; i < p->package_n; i++) {
		const struct patched_package *package = &p->package[i];
		buf_add(b, S("  "));
		put_cell(b, package->name, name);
		put_cell(b, package->before.len ? package->before : S("new"), before);
		put_cell(b, package->after, after);
		if (package->cleared.n) {
			put_cell(b, package->suite, suite);
			put_findings(b, &package->cleared, style);
		} else {
			text_safe(b, package->suite);
		}
		buf_char(b, '\n');
		put_details(b, package, style);
	}
}

static void put_left(struct buf *b, const struct patched *p, const struct text_style *style)
{
	if (!p->left_n)
		return;
	text_colour(b, style, TEXT_YELLOW);
	buf_add(b, S("not patched"));
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
	for (ptrdiff_t i = 0; i < p->left_n; i++) {
		const struct patched_left *left = &p->left[i];
		buf_add(b, S("  "));
		text_safe(b, left->name);
		buf_char(b, ' ');
		text_safe(b, left->before);
		buf_add(b, S(", "));
		text_safe(b, left->available);
		buf_add(b, S(" is there"));
		if (left->findings.n) {
			buf_add(b, S(" and would clear "));
			put_findings(b, &left->findings, style);
		}
		buf_add(b, S("\n    "));
		text_wrap(b, left->why, 4, 4, style);
		buf_char(b, '\n');
	}
}

static void put_end(struct buf *b, const struct patched *p)
{
	char text[DIGEST_TEXT];

	if (p->package_n) {
		text_count(b, (uint64_t)p->package_n, "package", "packages");
		buf_add(b, S(", "));
		text_count(b, p->files, "path", "paths");
		buf_fmt(b, " put in, %llu removed", (unsigned long long)p->removed);
		if (p->changed)
			buf_fmt(b, "; the layer has %llu bytes", (unsigned long long)p->layer_size);
		buf_char(b, '\n');
	} else {
		buf_add(b, p->left_n ? S("nothing could be patched\n") : S("nothing to patch\n"));
	}
	if (p->scanned)
		buf_fmt(b, "findings: %llu before, %llu after\n",
			(unsigned long long)p->findings_before,
			(unsigned long long)p->findings_after);
	if (p->layer_size && !p->changed)
		buf_add(b, S("the image has these updates already\n"));
	if (p->layer_size)
		buf_fmt(b, "image %s\n", digest_text(&p->image, text));
}

void patch_text_write(struct buf *b, const struct patched *p, const struct text_style *style)
{
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, p->name);
	text_colour(b, style, TEXT_PLAIN);
	buf_add(b, S("  "));
	text_safe(b, p->os.len ? p->os : p->suite);
	buf_add(b, S(", "));
	text_safe(b, p->platform);
	buf_add(b, p->rebased ? S(", patched before: from the original\n") : S("\n"));
	if (p->ended.len) {
		text_colour(b, style, TEXT_YELLOW);
		buf_add(b, S("support of "));
		text_safe(b, p->suite);
		buf_add(b, S(" ended on "));
		text_safe(b, p->ended);
		text_colour(b, style, TEXT_PLAIN);
		buf_add(b, S(": what is found from then on is not fixed there\n"));
	}
	put_packages(b, p, style);
	put_left(b, p, style);
	for (ptrdiff_t i = 0; i < p->note.n; i++) {
		buf_add(b, S("note: "));
		text_wrap(b, p->note.p[i], 6, 2, style);
		buf_char(b, '\n');
	}
	put_end(b, p);
}
