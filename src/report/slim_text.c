#include "slim_text.h"

#include "model/outcome.h"

enum { SHOWN = 4, GAP = 2 }; /* findings and packages named in a row; columns between words */

static void put_list(struct buf *b, const struct texts *list, const struct text_style *style)
{
	ptrdiff_t n = style->verbose || list->n <= SHOWN ? list->n : SHOWN;

	for (ptrdiff_t i = 0; i < n; i++) {
		buf_add(b, i ? S(", ") : S(""));
		text_safe(b, list->p[i]);
	}
	if (n < list->n)
		buf_fmt(b, " and %td more", list->n - n);
}

static void put_size(struct buf *b, uint64_t bytes)
{
	if (bytes >= 1000 * 1000)
		buf_fmt(b, "%llu.%llu MB", (unsigned long long)(bytes / 1000000),
			(unsigned long long)(bytes / 100000 % 10));
	else
		buf_fmt(b, "%llu.%llu kB", (unsigned long long)(bytes / 1000),
			(unsigned long long)(bytes / 100 % 10));
}

static void put_package(struct buf *b, const struct slimmed_package *p, ptrdiff_t width,
			const struct text_style *style)
{
	size_t at;

	buf_add(b, S("  "));
	text_safe(b, p->name);
	buf_repeat(b, ' ', width - p->name.len + GAP);
	at = (size_t)b->len;
	put_size(b, p->bytes);
	if (b->len - at < 10)
		buf_repeat(b, ' ', (ptrdiff_t)(10 - (b->len - at)));
	buf_add(b, S("  "));
	text_wrap(b, p->why, (int)width + 16, (int)width + 16, style);
	buf_char(b, '\n');
	if (p->dependent.n && slim_cuts(p->rule)) {
		buf_add(b, S("    no longer met: dependencies of "));
		put_list(b, &p->dependent, style);
		buf_char(b, '\n');
	}
	if (p->cleared.n) {
		buf_add(b, S("    findings that go: "));
		put_list(b, &p->cleared, style);
		buf_char(b, '\n');
	}
}

static void put_packages(struct buf *b, const struct slimmed *s, bool cut,
			 const struct text_style *style)
{
	ptrdiff_t width = 0;

	for (ptrdiff_t i = 0; i < s->package_n; i++)
		if (slim_cuts(s->package[i].rule) == cut && s->package[i].name.len > width)
			width = s->package[i].name.len;
	for (ptrdiff_t i = 0; i < s->package_n; i++)
		if (slim_cuts(s->package[i].rule) == cut)
			put_package(b, &s->package[i], width, style);
}

static void put_change(struct buf *b, const char *what, uint64_t before, uint64_t after)
{
	buf_add(b, str_of(what));
	buf_add(b, S(" "));
	put_size(b, before);
	buf_add(b, S(" -> "));
	put_size(b, after);
	buf_char(b, '\n');
}

static void put_tests(struct buf *b, const struct slimmed *s)
{
	ptrdiff_t count[3] = { 0 };

	for (ptrdiff_t i = 0; i < s->test_n; i++) {
		str detail = s->test[i].detail;
		count[s->test[i].verdict]++;
		if (s->test[i].verdict == VERDICT_PASSED)
			continue;
		buf_add(b, s->test[i].verdict == VERDICT_FAILED ? S("test failed: ")
								: S("test skipped: "));
		text_safe(b, s->test[i].name);
		buf_char(b, '\n');
		while (detail.len) {
			buf_add(b, S("    "));
			text_safe(b, str_cut(&detail, '\n'));
			buf_char(b, '\n');
		}
	}
	if (s->test_n)
		buf_fmt(b, "tests: %td passed, %td failed, %td skipped\n", count[VERDICT_PASSED],
			count[VERDICT_FAILED], count[VERDICT_SKIPPED]);
}

static void put_end(struct buf *b, const struct slimmed *s, const struct text_style *style)
{
	char text[DIGEST_TEXT];

	if (!s->cut_n) {
		buf_add(b, S("nothing to cut\n"));
		return;
	}
	buf_fmt(b, "packages %td -> %td\n", s->package_n, s->package_n - s->cut_n);
	put_change(b, "files", s->bytes_before, s->bytes_after);
	if (s->size_after)
		put_change(b, "layers", s->size_before, s->size_after);
	if (s->scanned)
		buf_fmt(b, "findings %llu -> %llu\n", (unsigned long long)s->findings_before,
			(unsigned long long)s->findings_after);
	put_tests(b, s);
	if (s->failed.len) {
		text_colour(b, style, TEXT_RED);
		buf_add(b, S("refused: "));
		text_colour(b, style, TEXT_PLAIN);
		text_wrap(b, s->failed, 9, 2, style);
		buf_char(b, '\n');
	} else if (s->changed) {
		buf_fmt(b, "image %s\n", digest_text(&s->image, text));
	}
}

void slim_text_write(struct buf *b, const struct slimmed *s, const struct text_style *style)
{
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, s->name);
	text_colour(b, style, TEXT_PLAIN);
	buf_add(b, S("  "));
	text_safe(b, s->os);
	buf_add(b, s->os.len ? S(", ") : S(""));
	text_safe(b, s->platform);
	buf_add(b, S("\nstarts "));
	put_list(b, &s->entry, style);
	buf_add(b, s->entry.n ? S("\n") : S("nothing that was found\n"));
	if (s->doubt.len) {
		text_colour(b, style, TEXT_YELLOW);
		buf_add(b, S("doubt: "));
		text_colour(b, style, TEXT_PLAIN);
		text_wrap(b, s->doubt, 7, 2, style);
		buf_add(b, S(": what cannot be ruled out stays\n"));
	}
	if (s->cut_n)
		buf_add(b, s->dry_run ? S("could go\n") : S("cut\n"));
	put_packages(b, s, true, style);
	if (style->verbose) {
		buf_add(b, S("stay\n"));
		put_packages(b, s, false, style);
	}
	for (ptrdiff_t i = 0; i < s->note.n; i++) {
		buf_add(b, S("note: "));
		text_wrap(b, s->note.p[i], 6, 2, style);
		buf_char(b, '\n');
	}
	put_end(b, s, style);
}
