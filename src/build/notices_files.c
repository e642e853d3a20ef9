#include "notices_files.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"

enum { TEXT_MAX = 4 << 20 }; /* bytes of the texts of one package */

static const char shared[] = "usr/share/licenses/";

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static bool begins(str s, const char *with)
{
	ptrdiff_t i = 0;

	for (; with[i]; i++)
		if (i >= s.len || upper(s.p[i]) != with[i])
			return false;
	return true;
}

/* "LICENSE.js" is a program. */
static bool is_text(str name)
{
	static const char texts[] = "txt md rst markdown adoc html htm TXT MD";
	ptrdiff_t dot = str_rfind(name, '.');
	str rest = str_from(name, dot + 1);
	bool plain = dot < 0;

	/* LICENSE.MIT, LICENSE.Apache-2.0: a name, no kind of a file. */
	for (ptrdiff_t i = 0; !plain && i < rest.len; i++)
		plain = rest.p[i] != '.' && !(rest.p[i] >= 'a' && rest.p[i] <= 'z');
	return plain || str_has_word(str_of(texts), rest);
}

bool notices_file_is(str path)
{
	static const char *const names[] = { "LICENSE",   "LICENCE", "COPYING",
					     "COPYRIGHT", "NOTICE",  "UNLICENSE" };
	str name = str_base_name(path), dir = str_base_name(str_dir_name(path));

	if (str_starts(path, str_of(shared)))
		return true;
	if (str_eq(dir, S("licenses")) && str_find_str(path, S(".dist-info/")) >= 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (begins(name, names[i]))
			return is_text(name);
	return false;
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct notices_file_text *)a)->path,
		       ((const struct notices_file_text *)b)->path);
}

int notices_files_find(struct op *op, const struct side *side, struct notices_files *ret)
{
	VEC(struct notices_file_text) list = { 0 };

	for (ptrdiff_t i = 0; side->has_image && i < side->tree.n; i++) {
		const struct entry *e = &side->tree.entry[i];
		if (!side->tree.content[i].p || !notices_file_is(e->path))
			continue;
		struct notices_file_text *to = vec_push(op, &list);
		if (!to)
			return op->code;
		*to = (struct notices_file_text){ e->path, side->tree.content[i] };
	}
	if (list.n > 1)
		qsort(list.p, (size_t)list.n, sizeof(*list.p), by_path);
	*ret = (struct notices_files){ list.p, list.n };
	return 0;
}

/* The first text whose path is not before. */
static ptrdiff_t lower_bound(const struct notices_files *f, str path)
{
	ptrdiff_t from = 0, to = f->n;

	while (from < to) {
		ptrdiff_t mid = from + (to - from) / 2;
		if (str_cmp(f->p[mid].path, path) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

struct chosen {
	VEC(ptrdiff_t) list;
};

static int choose(struct op *op, struct chosen *c, ptrdiff_t i)
{
	for (ptrdiff_t k = 0; k < c->list.n; k++)
		if (c->list.p[k] == i)
			return 0;
	ptrdiff_t *to = vec_push(op, &c->list);
	if (!to)
		return op->code;
	*to = i;
	return 0;
}

/* Those directly in a folder, or in its folder of licences. */
static int choose_in(struct op *op, const struct notices_files *f, str dir, struct chosen *c)
{
	for (ptrdiff_t i = lower_bound(f, dir); i < f->n && str_starts(f->p[i].path, dir); i++) {
		str rest = str_from(f->p[i].path, dir.len);
		if (dir.len && (rest.len == 0 || rest.p[0] != '/'))
			continue;
		rest = str_from(rest, dir.len > 0);
		str below = str_dir_name(rest);
		if ((below.len == 0 || str_eq(below, S("licenses")) ||
		     str_eq(below, S("LICENSES"))) &&
		    choose(op, c, i) < 0)
			return op->code;
	}
	return 0;
}

/* The folder of what an evidence tells of: a gem's is not that of its specification. */
static int folder_of(struct op *op, const struct package *p, str path, str *ret)
{
	ptrdiff_t colon = str_find(path, ':');
	str dir = str_dir_name(colon < 0 ? path : str_head(path, colon));
	ptrdiff_t at = str_find_str(dir, S("/specifications"));

	*ret = dir;
	if (p->type != PACKAGE_GEM || at < 0)
		return 0;
	return op_text(op, ret, "%.*s/gems/%.*s-%.*s", STR_ARG(str_head(dir, at)), STR_ARG(p->name),
		       STR_ARG(p->version));
}

static int choose_files(struct op *op, const struct notices_files *f, const struct package *p,
			struct chosen *c)
{
	str dir;

	for (ptrdiff_t i = 0; i < p->evidence_n; i++) {
		const struct evidence *e = &p->evidence[i];
		if (package_kinds[p->type].is_system || e->how > EVIDENCE_EMBEDDED)
			continue;
		if (folder_of(op, p, e->path, &dir) < 0 || choose_in(op, f, dir, c) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		if (!notices_file_is(p->file[i].path))
			continue;
		ptrdiff_t at = lower_bound(f, p->file[i].path);
		if (at < f->n && str_eq(f->p[at].path, p->file[i].path) && choose(op, c, at) < 0)
			return op->code;
	}
	if (op_text(op, &dir, "%s%.*s", shared, STR_ARG(p->name)) < 0)
		return op->code;
	return choose_in(op, f, dir, c);
}

int notices_files_of(struct op *op, const struct notices_files *f, const struct package *p,
		     str *ret)
{
	struct chosen c = { 0 };
	struct buf b;

	*ret = S("");
	if (f->n == 0)
		return 0;
	if (choose_files(op, f, p, &c) < 0)
		return op->code;
	if (c.list.n == 1)
		*ret = f->p[c.list.p[0]].text;
	if (c.list.n < 2)
		return 0;
	buf_init(&b, op, TEXT_MAX);
	for (ptrdiff_t i = 0; i < c.list.n; i++) {
		const struct notices_file_text *t = &f->p[c.list.p[i]];
		if (b.len + (size_t)t->text.len + LIMIT_PATH > TEXT_MAX)
			break;
		buf_fmt(&b, "%s%.*s:\n\n", i ? "\n" : "", STR_ARG(t->path));
		buf_add(&b, t->text);
		buf_add(&b, str_ends(t->text, S("\n")) ? S("") : S("\n"));
	}
	return buf_take(&b, ret);
}
