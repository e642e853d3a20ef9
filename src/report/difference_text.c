#include "difference_text.h"

#include "base/num.h"
#include "sys/clock.h"

#include "findings_change.h"

enum {
	NAME_WIDTH = 28,
	LOG_LINES = 8, /* of one entry */
	LOG_ENTRIES = 3,
	FILES_MAX = 60,
	VALUE_COLUMN = 15,
	VERSION_WIDTH = 24, /* of a digest, this much is told */
};

static void put_sign(struct buf *b, const struct text_style *style, bool was, bool is)
{
	buf_add(b, S("  "));
	text_colour(b, style, was && is ? TEXT_YELLOW : is ? TEXT_GREEN : TEXT_RED);
	buf_char(b, was && is ? '~' : is ? '+' : '-');
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, ' ');
}

/* s and blanks up to `width`, at least one. */
static void put_column(struct buf *b, str s, ptrdiff_t width)
{
	size_t before = b->len;

	text_safe(b, s);
	ptrdiff_t got = (ptrdiff_t)(b->len - before);
	buf_repeat(b, ' ', got < width ? width - got : 1);
}

static void put_title(struct buf *b, const struct text_style *style, const char *title)
{
	buf_char(b, '\n');
	text_colour(b, style, TEXT_BOLD);
	buf_add(b, str_of(title));
	text_colour(b, style, TEXT_PLAIN);
}

static void put_arrow(struct buf *b, const struct text_style *style)
{
	buf_add(b, style->utf8 ? S(" → ") : S(" -> "));
}

static void put_package(struct buf *b, const struct difference_package *p,
			const struct text_style *style)
{
	bool was = p->before.len > 0, is = p->after.len > 0;
	str suite = is ? p->suite_after : p->suite_before;

	put_sign(b, style, was, is);
	put_column(b, p->name, NAME_WIDTH);
	text_safe(b, was ? p->before : p->after);
	if (was && is) {
		put_arrow(b, style);
		text_safe(b, p->after);
	}
	text_colour(b, style, TEXT_DIM);
	if (!str_eq(str_of(p->type), S("deb")))
		buf_fmt(b, "  %s", p->type);
	if (suite.len) {
		buf_add(b, S("  "));
		if (was && is && !str_eq(p->suite_before, suite) && str_eq(p->before, p->after)) {
			text_safe(b, p->suite_before);
			put_arrow(b, style);
		}
		text_safe(b, suite);
	}
	if (p->files) {
		buf_add(b, S("  "));
		text_count(b, (uint64_t)p->files, "file", "files");
	}
	if (was && is && p->licence_before.len && p->licence_after.len &&
	    !str_eq(p->licence_before, p->licence_after)) {
		buf_add(b, S("  licence "));
		text_safe(b, p->licence_before);
		put_arrow(b, style);
		text_safe(b, p->licence_after);
	}
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
}

static void put_packages(struct buf *b, const struct difference *d, const struct text_style *style)
{
	put_title(b, style, "packages");
	if (d->package_n == 0) {
		buf_fmt(b, "  the same %td\n", d->after.packages);
		return;
	}
	buf_fmt(b, "  %td differ, of %td before and %td after\n", d->package_n, d->before.packages,
		d->after.packages);
	for (ptrdiff_t i = 0; i < d->package_n; i++)
		put_package(b, &d->package[i], style);
}

static void put_own(struct buf *b, const struct difference *d, const struct text_style *style)
{
	if (d->own_n == 0)
		return;
	put_title(b, style, "artifacts and certificates");
	buf_fmt(b, "  %td differ\n", d->own_n);
	for (ptrdiff_t i = 0; i < d->own_n; i++) {
		const struct difference_own *o = &d->own[i];
		put_sign(b, style, o->before.len > 0, o->after.len > 0);
		put_column(b, str_of(o->kind), 12);
		text_safe(b, o->name);
		buf_char(b, ' ');
		text_clip(b, o->before.len ? o->before : o->after, VERSION_WIDTH, style);
		if (o->before.len && o->after.len) {
			put_arrow(b, style);
			text_clip(b, o->after, VERSION_WIDTH, style);
		}
		buf_char(b, '\n');
	}
}

static void put_entry(struct buf *b, const struct difference_entry *e,
		      const struct text_style *style)
{
	char date[CLOCK_TEXT];
	str text = e->text;
	int lines = 0;

	buf_add(b, S("  "));
	text_colour(b, style, TEXT_CYAN);
	text_safe(b, e->version);
	text_colour(b, style, TEXT_PLAIN);
	if (e->date)
		buf_fmt(b, "  %.10s", clock_rfc3339(e->date, date));
	if (e->cves.n) {
		buf_add(b, S("  names "));
		text_count(b, (uint64_t)e->cves.n, "CVE", "CVEs");
	}
	buf_char(b, '\n');
	while (text.len) {
		str line = str_cut(&text, '\n');
		if (str_trim(line).len == 0)
			continue;
		if (!style->verbose && lines++ == LOG_LINES) {
			buf_add(b, style->utf8 ? S("    …\n") : S("    ...\n"));
			return;
		}
		buf_add(b, S("  "));
		text_safe(b, line);
		buf_char(b, '\n');
	}
}

static void put_log(struct buf *b, const struct difference_log *log, const struct text_style *style)
{
	ptrdiff_t shown = style->verbose || log->n <= LOG_ENTRIES ? log->n : LOG_ENTRIES;

	put_title(b, style, log->back ? "lost from " : "changes in ");
	text_safe(b, log->source);
	buf_char(b, ' ');
	text_safe(b, log->before);
	put_arrow(b, style);
	text_safe(b, log->after);
	buf_char(b, '\n');
	if (log->missing.len)
		buf_fmt(b, "  %.*s\n", STR_ARG(log->missing));
	for (ptrdiff_t i = 0; i < shown; i++)
		put_entry(b, &log->entry[i], style);
	if (shown < log->n) {
		buf_add(b, S("  and "));
		text_count(b, (uint64_t)(log->n - shown), "entry more", "entries more");
		buf_add(b, S("; -v shows all\n"));
	}
}

static const char *type_word(const struct entry *e)
{
	static const char *const word[] = { "directory", "file", "symlink", "file" };

	return word[e->type];
}

static void put_only(struct buf *b, const struct entry *e)
{
	char size[NUM_SIZE_TEXT];

	buf_add(b, str_of(type_word(e)));
	if (e->type == ENTRY_SYMLINK) {
		buf_add(b, S(" to "));
		text_safe(b, e->link);
		return;
	}
	buf_fmt(b, " %04o", e->mode);
	if (e->type != ENTRY_DIRECTORY)
		buf_fmt(b, ", %s", num_size_text(e->size, size));
	if (e->uid || e->gid)
		buf_fmt(b, ", owner %u:%u", e->uid, e->gid);
}

static void put_both(struct buf *b, const struct difference_file *f, const struct text_style *style)
{
	const struct entry *x = f->before, *y = f->after;
	char was[NUM_SIZE_TEXT], is[NUM_SIZE_TEXT];
	const char *arrow = style->utf8 ? "→" : "->";
	const char *comma = "";

	if (f->how & DIFFERS_TYPE)
		buf_fmt(b, "%s %s %s", type_word(x), arrow, type_word(y));
	if (f->how & DIFFERS_CONTENT) {
		buf_add(b, S("content"));
		if (x->size != y->size)
			buf_fmt(b, " %s %s %s", num_size_text(x->size, was), arrow,
				num_size_text(y->size, is));
		comma = ", ";
	}
	if (f->how & DIFFERS_TARGET) {
		buf_add(b, S("to "));
		text_safe(b, x->link);
		buf_fmt(b, " %s ", arrow);
		text_safe(b, y->link);
		comma = ", ";
	}
	if (f->how & DIFFERS_MODE) {
		buf_fmt(b, "%smode %04o %s %04o", comma, x->mode, arrow, y->mode);
		comma = ", ";
	}
	if (f->how & DIFFERS_OWNER)
		buf_fmt(b, "%sowner %u:%u %s %u:%u", comma, x->uid, x->gid, arrow, y->uid, y->gid);
}

static void put_file(struct buf *b, const struct difference_file *f, const struct text_style *style)
{
	put_sign(b, style, f->before, f->after);
	buf_char(b, '/');
	put_column(b, f->path, NAME_WIDTH + 16);
	buf_char(b, ' ');
	if (f->before && f->after)
		put_both(b, f, style);
	else
		put_only(b, f->after ? f->after : f->before);
	if (f->package.len) {
		text_colour(b, style, TEXT_DIM);
		buf_add(b, S("  "));
		text_safe(b, f->package);
		text_colour(b, style, TEXT_PLAIN);
	}
	buf_char(b, '\n');
}

static void put_files(struct buf *b, const struct difference *d, const struct text_style *style)
{
	uint64_t explained = 0;

	put_title(b, style, "files");
	if (!d->before.has_files || !d->after.has_files) {
		const struct difference_side *s = d->before.has_files ? &d->after : &d->before;
		buf_add(b, S("  not compared: "));
		if (s->is_bill) {
			text_safe(b, s->name);
			buf_add(b, S(" is a bill of materials"));
		} else {
			buf_add(b, S("the store does not have the image of "));
			text_safe(b, s->name);
		}
		buf_char(b, '\n');
		return;
	}
	for (ptrdiff_t i = 0; i < d->file_n; i++)
		explained += d->file[i].explained;
	if (d->file_n == 0)
		buf_add(b, S("  no difference"));
	else
		buf_fmt(b, "  %llu differ", (unsigned long long)d->file_n - explained);
	if (explained)
		buf_fmt(b, ", beside %llu of packages with another version%s",
			(unsigned long long)explained, style->verbose ? "" : " (-v lists them)");
	buf_char(b, '\n');
	for (ptrdiff_t i = 0, shown = 0; i < d->file_n; i++) {
		if (!style->verbose && (d->file[i].explained || shown++ >= FILES_MAX))
			continue;
		put_file(b, &d->file[i], style);
	}
	if (!style->verbose && (uint64_t)d->file_n - explained > FILES_MAX)
		buf_fmt(b, "  and %llu more; -v lists them\n",
			(unsigned long long)d->file_n - explained - FILES_MAX);
}

static void put_settings(struct buf *b, const struct difference *d, const struct text_style *style)
{
	if (!d->before.has_files || !d->after.has_files)
		return;
	put_title(b, style, "configuration");
	if (d->setting_n == 0)
		buf_add(b, S("  no difference"));
	buf_char(b, '\n');
	for (ptrdiff_t i = 0; i < d->setting_n; i++) {
		const struct difference_setting *s = &d->setting[i];
		put_sign(b, style, s->before.len > 0, s->after.len > 0);
		put_column(b, s->name, VALUE_COLUMN);
		text_safe(b, s->before.len ? s->before : s->after);
		if (s->before.len && s->after.len) {
			put_arrow(b, style);
			text_safe(b, s->after);
		}
		buf_char(b, '\n');
	}
}

static void put_size(struct buf *b, const char *name, uint64_t was, uint64_t is,
		     const struct text_style *style)
{
	char text[NUM_SIZE_TEXT];

	buf_fmt(b, "  %-10s %s", name, num_size_text(was, text));
	if (was != is) {
		put_arrow(b, style);
		buf_fmt(b, "%s", num_size_text(is, text));
		buf_fmt(b, " (%c%s)", is > was ? '+' : '-',
			num_size_text(is > was ? is - was : was - is, text));
	}
	buf_char(b, '\n');
}

static void put_sizes(struct buf *b, const struct difference *d, const struct text_style *style)
{
	char text[NUM_SIZE_TEXT];

	if (!d->before.has_files || !d->after.has_files)
		return;
	put_title(b, style, "size");
	buf_char(b, '\n');
	put_size(b, "download", d->before.size, d->after.size, style);
	put_size(b, "unpacked", d->before.unpacked, d->after.unpacked, style);
	buf_fmt(b, "  %-10s %td of %td are the same; %s are new\n", "layers", d->layers_shared,
		d->after.layers, num_size_text(d->after.size - d->shared, text));
}

void difference_text_write(struct buf *b, const struct difference *d,
			   const struct text_style *style)
{
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, d->before.name);
	put_arrow(b, style);
	text_safe(b, d->after.name);
	text_colour(b, style, TEXT_PLAIN);
	buf_add(b, S("  "));
	text_safe(b, d->after.platform);
	buf_char(b, '\n');
	if (difference_is_empty(d) && d->before.has_files && d->after.has_files) {
		buf_add(b, S("no difference\n"));
		return;
	}
	put_packages(b, d, style);
	put_own(b, d, style);
	findings_change_text(b, &d->findings, style);
	for (ptrdiff_t i = 0; i < d->log_n; i++)
		put_log(b, &d->log[i], style);
	put_files(b, d, style);
	put_settings(b, d, style);
	put_sizes(b, d, style);
}
