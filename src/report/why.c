#include "why.h"

#include <stdlib.h>

#include "base/num.h"

enum { NAMES_MAX = 12 }; /* of packages that need it, before "and 7 more" */

static const struct outcome_package *find_package(const struct outcome *o, str name)
{
	for (ptrdiff_t i = 0; i < o->package_n; i++)
		if (str_eq(o->package[i].name, name))
			return &o->package[i];
	return NULL;
}

static const struct outcome_file *find_file(const struct outcome *o, str path)
{
	for (ptrdiff_t i = 0; i < o->file_n; i++)
		if (str_eq(o->file[i].entry->path, path))
			return &o->file[i];
	return NULL;
}

static bool depends_on(const struct outcome_package *p, str name)
{
	for (ptrdiff_t i = 0; i < p->depends.n; i++)
		if (str_eq(p->depends.p[i], name))
			return true;
	return false;
}

static void row(struct buf *b, const char *label, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "  %-12s ", label);
	text_safe(b, value);
	buf_char(b, '\n');
}

static void needed_by(struct buf *b, const struct outcome *o, str name)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		if (!depends_on(&o->package[i], name))
			continue;
		if (n++ >= NAMES_MAX)
			continue;
		if (n == 1)
			buf_fmt(b, "  %-12s ", "needed by");
		else
			buf_add(b, S(", "));
		text_safe(b, o->package[i].name);
	}
	if (n > NAMES_MAX)
		buf_fmt(b, " and %td more", n - NAMES_MAX);
	if (n)
		buf_char(b, '\n');
}

static void cuts(struct buf *b, const struct outcome *o, str name)
{
	for (ptrdiff_t i = 0; i < o->cut_n; i++) {
		const struct outcome_cut *c = &o->cut[i];
		if (!str_eq(c->package, name) && !str_eq(c->depends, name))
			continue;
		buf_fmt(b, "  %-12s ", c->added ? "added" : "cut");
		text_safe(b, c->package);
		buf_add(b, S(" -> "));
		text_safe(b, c->depends);
		buf_add(b, S(": "));
		text_safe(b, c->why);
		buf_add(b, S(" ("));
		text_safe(b, c->by);
		buf_add(b, S(")\n"));
	}
}

static void title(struct buf *b, const struct text_style *style, str name, str rest)
{
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, name);
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, ' ');
	text_safe(b, rest);
	buf_char(b, '\n');
}

static void why_package(struct buf *b, const struct outcome *o, const struct outcome_package *p,
			const struct text_style *style)
{
	char size[NUM_SIZE_TEXT];

	title(b, style, p->name, p->version);
	row(b, "what", p->description);
	row(b, "because", p->why);
	needed_by(b, o, p->name);
	buf_fmt(b, "  %-12s %s in ", "size", num_size_text(p->size, size));
	text_count(b, (uint64_t)p->files, "file", "files");
	buf_char(b, '\n');
	if (p->layer >= 0 && p->layer < o->layer_n)
		row(b, "layer", o->layer[p->layer].what);
	row(b, "from", p->suite);
	row(b, "source", p->source);
	row(b, "licence", p->licence);
	row(b, "scripts", p->answered);
	cuts(b, o, p->name);
}

static const char *type_name(enum entry_type type)
{
	static const char *const name[] = { "directory", "file", "symbolic link", "hard link" };

	return name[type];
}

static void why_file(struct buf *b, const struct outcome *o, const struct outcome_file *f,
		     const struct text_style *style)
{
	const struct entry *e = f->entry;
	char size[NUM_SIZE_TEXT];

	text_colour(b, style, TEXT_BOLD);
	buf_char(b, '/');
	text_safe(b, e->path);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, " %s, mode %04o, owner %u:%u", type_name(e->type), e->mode, e->uid, e->gid);
	if (e->type == ENTRY_FILE)
		buf_fmt(b, ", %s", num_size_text(e->size, size));
	buf_char(b, '\n');
	row(b, "leads to", e->link);
	if (f->package < 0 || f->package >= o->package_n) {
		row(b, "because", f->from);
		return;
	}
	const struct outcome_package *p = &o->package[f->package];
	buf_fmt(b, "  %-12s ", "package");
	text_safe(b, p->name);
	buf_char(b, ' ');
	text_safe(b, p->version);
	buf_char(b, '\n');
	row(b, "because", p->why);
	if (p->layer >= 0 && p->layer < o->layer_n)
		row(b, "layer", o->layer[p->layer].what);
}

static int unknown(struct op *op, const struct outcome *o, str what)
{
	const char **known = op_new(op, const char *, o->package_n);

	if (!known)
		return op->code;
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		known[i] = op_cstr(op, o->package[i].name);
		if (!known[i])
			return op->code;
	}
	const char *near = nearest_word(what, known, (size_t)o->package_n);
	if (near)
		return op_fail(op, ERR_NO, "%.*s is neither a path nor a package of the image; did you mean %s?",
			       STR_ARG(what), near);
	return op_fail(op, ERR_NO, "%.*s is neither a path nor a package of the image", STR_ARG(what));
}

int why_write(struct op *op, struct buf *b, const struct outcome *o, str what, const struct text_style *style)
{
	const struct outcome_package *p = find_package(o, what);
	str path = what;

	while (str_starts(path, S("/")) || str_starts(path, S("./")))
		path = str_from(path, str_find(path, '/') + 1);
	while (path.len > 1 && str_ends(path, S("/")))
		path = str_head(path, path.len - 1);
	const struct outcome_file *f = p ? NULL : find_file(o, path);
	if (!p && !f)
		return unknown(op, o, what);
	if (p)
		why_package(b, o, p, style);
	else
		why_file(b, o, f, style);
	return b->bad ? op->code : 0;
}
