#include "why.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/num.h"

enum {
	NAMES_MAX = 12,    /* of packages that need it, before "and 7 more" */
	CVES_MAX = 8,      /* likewise */
	VALUE_COLUMN = 15, /* where the values of rows begin */
	LIST_MAX = 1 << 20,
};

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

static void row(struct buf *b, const struct text_style *style, const char *label, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "  %-12s ", label);
	text_wrap(b, value, VALUE_COLUMN, VALUE_COLUMN, style);
	buf_char(b, '\n');
}

static void needed_by(struct buf *b, const struct text_style *style, const struct outcome *o,
		      str name)
{
	struct buf list;
	ptrdiff_t n = 0;

	buf_init(&list, b->op, LIST_MAX);
	for (ptrdiff_t i = 0; i < o->package_n; i++) {
		if (!depends_on(&o->package[i], name) || n++ >= NAMES_MAX)
			continue;
		buf_add(&list, n == 1 ? S("") : S(", "));
		buf_add(&list, o->package[i].name);
	}
	if (n > NAMES_MAX)
		buf_fmt(&list, " and %td more", n - NAMES_MAX);
	row(b, style, "needed by", buf_view(&list));
}

/* Of the changelog's newest version that fixed any; of all with style->verbose. */
static void cves(struct buf *b, const struct text_style *style, const struct outcome_package *p)
{
	str newest = S("");
	ptrdiff_t shown = 0;
	struct buf list;

	buf_init(&list, b->op, LIST_MAX);
	for (ptrdiff_t i = 0; i < p->cves.n; i++) {
		str id = p->cves.p[i], version = str_cut(&id, ' ');
		bool changed = i == 0 || !str_eq(version, newest);
		if (!style->verbose && (shown >= CVES_MAX || (i && changed)))
			break;
		newest = version;
		if (changed)
			buf_fmt(&list, "%s%.*s:", i ? "; " : "", STR_ARG(version));
		buf_fmt(&list, " %.*s", STR_ARG(id));
		shown++;
	}
	if (shown < p->cves.n)
		buf_fmt(&list, " and %td more in its changelog; -v shows all", p->cves.n - shown);
	row(b, style, "fixes", buf_view(&list));
}

/* What was cut or added at `name`, or for it; the count. */
static ptrdiff_t cuts(struct buf *b, const struct text_style *style, const struct outcome *o,
		      str name)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < o->cut_n; i++) {
		const struct outcome_cut *c = &o->cut[i];
		str rest = c->depends;
		bool named = str_eq(c->package, name);
		while (!named && rest.len) { /* "debconf (>= 0.5) | debconf-2.0" */
			str one = str_cut(&rest, '|');
			named = str_eq(str_word(&one), name);
		}
		if (!named)
			continue;
		struct buf line;
		buf_init(&line, b->op, LIST_MAX);
		buf_fmt(&line, "%.*s -> %.*s: %.*s (%.*s)", STR_ARG(c->package),
			STR_ARG(c->depends), STR_ARG(c->why), STR_ARG(c->by));
		row(b, style, c->added ? "added" : "cut", buf_view(&line));
		n++;
	}
	return n;
}

static void title(struct buf *b, const struct text_style *style, str name, str rest)
{
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, name);
	text_colour(b, style, TEXT_PLAIN);
	if (rest.len)
		buf_char(b, ' ');
	text_safe(b, rest);
	buf_char(b, '\n');
}

static void from(struct buf *b, const struct text_style *style, const struct outcome_package *p)
{
	struct buf line;

	buf_init(&line, b->op, LIST_MAX);
	if (p->local)
		buf_fmt(&line, "the file %.*s", STR_ARG(p->path));
	else if (p->repository.len)
		buf_fmt(&line, "%.*s of the repository %.*s, %.*s", STR_ARG(p->suite),
			STR_ARG(p->repository), STR_ARG(p->address));
	else
		buf_add(&line, p->suite);
	row(b, style, "from", buf_view(&line));
}

static void why_package(struct buf *b, const struct outcome *o, const struct outcome_package *p,
			const struct text_style *style)
{
	char size[NUM_SIZE_TEXT];

	title(b, style, p->name, p->version);
	row(b, style, "what", p->description);
	row(b, style, "because", p->why);
	needed_by(b, style, o, p->name);
	buf_fmt(b, "  %-12s %s in ", "size", num_size_text(p->size, size));
	text_count(b, (uint64_t)p->files, "file", "files");
	buf_char(b, '\n');
	if (p->layer >= 0 && p->layer < o->layer_n)
		row(b, style, "layer", o->layer[p->layer].what);
	from(b, style, p);
	row(b, style, "source", p->source);
	row(b, style, "licence", p->licence);
	row(b, style, "scripts", p->answered);
	cves(b, style, p);
	(void)cuts(b, style, o, p->name);
}

static const char *type_name(enum entry_type type)
{
	static const char *const name[] = { "directory", "file", "symbolic link", "hard link" };

	return name[type];
}

/* Where it is from and what it is, for itself and for its files. */
static void artifact_rows(struct buf *b, const struct text_style *style, const struct outcome *o,
			  const struct outcome_artifact *a)
{
	char digest[DIGEST_TEXT];

	row(b, style, "from", a->from);
	row(b, style, "digest", str_of(digest_text(&a->sha256, digest)));
	if (a->layer >= 0 && a->layer < o->layer_n)
		row(b, style, "layer", o->layer[a->layer].what);
}

static void why_artifact(struct buf *b, const struct outcome *o, const struct outcome_artifact *a,
			 const struct text_style *style)
{
	char size[NUM_SIZE_TEXT];

	title(b, style, a->name, a->version);
	row(b, style, "because", S("an artifact of the recipe"));
	buf_fmt(b, "  %-12s %s in ", "size", num_size_text(a->size, size));
	text_count(b, (uint64_t)a->files, "file", "files");
	buf_fmt(b, " at /%.*s\n", STR_ARG(a->destination));
	artifact_rows(b, style, o, a);
	row(b, style, "licence", a->licence);
}

static const struct outcome_artifact *find_artifact(const struct outcome *o, str name)
{
	for (ptrdiff_t i = 0; i < o->artifact_n; i++)
		if (str_eq(o->artifact[i].name, name))
			return &o->artifact[i];
	return NULL;
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
	row(b, style, "leads to", e->link);
	if (f->package < 0 || f->package >= o->package_n) {
		row(b, style, "because", f->from);
		for (ptrdiff_t i = 0; i < o->artifact_n; i++)
			if (str_eq(o->artifact[i].origin, f->from))
				artifact_rows(b, style, o, &o->artifact[i]);
		return;
	}
	const struct outcome_package *p = &o->package[f->package];
	buf_fmt(b, "  %-12s ", "package");
	text_safe(b, p->name);
	buf_char(b, ' ');
	text_safe(b, p->version);
	buf_char(b, '\n');
	row(b, style, "because", p->why);
	if (p->layer >= 0 && p->layer < o->layer_n)
		row(b, style, "layer", o->layer[p->layer].what);
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
		return op_fail(
			op, ERR_NO,
			"%.*s is neither a path nor a package of the image; did you mean %s?",
			STR_ARG(what), near);
	return op_fail(op, ERR_NO, "%.*s is neither a path nor a package of the image",
		       STR_ARG(what));
}

/* A pattern that ends in "/" and two stars leaves out the directory as well. */
static bool leaves_out(str pattern, str path)
{
	return glob_match(pattern, path) || (str_ends(pattern, S("/**")) &&
					     glob_match(str_head(pattern, pattern.len - 3), path));
}

/* A rule about a package of its own tells more than one about any. */
static const struct outcome_absent *find_absent(const struct outcome *o, str path)
{
	const struct outcome_absent *found = NULL;

	for (ptrdiff_t i = 0; i < o->absent_n; i++)
		if (leaves_out(o->absent[i].path, path) &&
		    (!found || str_eq(found->package, S("*"))))
			found = &o->absent[i];
	return found;
}

/* Was it kept out by a rule that has a name? */
static bool left_out(struct buf *b, const struct outcome *o, str what, str path,
		     const struct text_style *style)
{
	struct buf told;

	buf_init(&told, b->op, LIST_MAX);
	for (ptrdiff_t i = 0; i < o->drop_n; i++) {
		const struct outcome_drop *d = &o->drop[i];
		if (!glob_match(d->pattern, path))
			continue;
		title(b, style, what, S("is not in the image"));
		buf_fmt(&told, "%.*s drops what lies there (%s)", STR_ARG(d->pattern),
			d->by_recipe ? "the recipe" : "effects/drop.yaml");
		row(b, style, "dropped", buf_view(&told));
		return true;
	}
	const struct outcome_absent *a = find_absent(o, path);
	if (a) {
		title(b, style, what, S("is not in the image"));
		buf_fmt(&told, "%.*s%s installation would make it: %.*s (%.*s)",
			STR_ARG(str_eq(a->package, S("*")) ? S("an") : a->package),
			str_eq(a->package, S("*")) ? "" : "'s", STR_ARG(a->why), STR_ARG(a->by));
		row(b, style, "left out", buf_view(&told));
		return true;
	}
	if (cuts(&told, style, o, what) == 0)
		return false;
	title(b, style, what, S("is not in the image"));
	buf_add(b, buf_view(&told));
	return true;
}

int why_write(struct op *op, struct buf *b, const struct outcome *o, str what,
	      const struct text_style *style)
{
	const struct outcome_package *p = find_package(o, what);
	str path = what;

	while (str_starts(path, S("/")) || str_starts(path, S("./")))
		path = str_from(path, str_find(path, '/') + 1);
	while (path.len > 1 && str_ends(path, S("/")))
		path = str_head(path, path.len - 1);
	const struct outcome_artifact *a = p ? NULL : find_artifact(o, what);
	if (a) {
		why_artifact(b, o, a, style);
		return b->bad ? op->code : 0;
	}
	const struct outcome_file *f = p ? NULL : find_file(o, path);
	if (!p && !f && path.len && left_out(b, o, what, path, style))
		return b->bad ? op->code : 1;
	if (!p && !f)
		return unknown(op, o, what);
	if (p)
		why_package(b, o, p, style);
	else
		why_file(b, o, f, style);
	return b->bad ? op->code : 0;
}
