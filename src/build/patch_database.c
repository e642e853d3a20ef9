/*
 * dpkg's database as it is when the updates are installed: status and info, or the records of status.d.
 * Source: dpkg 1.21's lib/dpkg/parse.c (order of the fields), src/main/unpack.c (configuration files that
 * a new version ships no longer are kept and called obsolete); deb-triggers(5).
 */
#include "patch_impl.h"

#include <stdlib.h>

#include "base/limits.h"
#include "codec/tar.h"

static const char *const order[] = {
	"Package",      "Essential",      "Protected",   "Status",     "Priority",
	"Section",      "Installed-Size", "Origin",      "Maintainer", "Bugs",
	"Architecture", "Multi-Arch",     "Source",      "Version",    "Replaces",
	"Provides",     "Depends",        "Pre-Depends", "Recommends", "Suggests",
	"Breaks",       "Conflicts",      "Enhances",    "Conffiles",  "Description",
};
enum { ORDER_N = sizeof(order) / sizeof(order[0]) };

static bool in_order(str name)
{
	for (int i = 0; i < ORDER_N; i++)
		if (str_eq(name, str_of(order[i])))
			return true;
	return false;
}

static void put_field(struct buf *b, str name, str value)
{
	buf_fmt(b, "%.*s:%s%.*s\n", STR_ARG(name), str_starts(value, S("\n")) ? "" : " ",
		STR_ARG(value));
}

static str info_file(const struct contents *c, str name)
{
	for (ptrdiff_t i = 0; i < c->info.file_n; i++)
		if (str_eq(c->info.file[i].path, name))
			return c->info.file[i].bytes;
	return S("");
}

static bool lists(str conffiles, str path)
{
	while (conffiles.len)
		if (str_eq(str_trim(str_cut(&conffiles, '\n')), path))
			return true;
	return false;
}

/* What the new version ships, then what only the old one did and is still there. */
static int put_conffiles(struct buf *b, const struct patch_layer *l, const struct patch_work *w)
{
	str text = info_file(&w->contents, S("conffiles")), shipped = text, old = S("");
	ptrdiff_t n = 0;
	bool begun = false;

	while (text.len) {
		str line = str_trim(str_cut(&text, '\n'));
		if (!line.len || str_starts(line, S("remove-on-upgrade ")))
			continue;
		MUST(n < w->contents.info.conffile_md5.n);
		str md5 = w->contents.info.conffile_md5.p[n++];
		if (!md5.len)
			continue;
		if (!begun)
			buf_add(b, S("Conffiles:\n"));
		begun = true;
		buf_fmt(b, " %.*s %.*s\n", STR_ARG(line), STR_ARG(md5));
	}
	if (w->change->was >= 0)
		old = deb822_get(&l->m->record[w->change->was].stanza, "Conffiles");
	while (old.len) {
		str line = str_trim(str_cut(&old, '\n')), rest = line, path = str_word(&rest),
		    place;
		if (!path.len || path.p[0] != '/' || lists(shipped, path))
			continue;
		int rc = patch_shipped(b->op, l->m, w->contents.name, str_from(path, 1), &place);
		if (rc < 0)
			return rc;
		if (!patch_find(l, place))
			continue;
		if (!begun)
			buf_add(b, S("Conffiles:\n"));
		begun = true;
		buf_fmt(b, " %.*s%s\n", STR_ARG(line),
			str_ends(line, S(" obsolete")) ? "" : " obsolete");
	}
	return 0;
}

static int put_stanza(struct buf *b, const struct patch_layer *l, const struct patch_work *w,
		      bool status)
{
	struct deb822_stanza s;
	str in = w->contents.control;
	int rc = deb822_next(b->op, &in, &s);

	if (rc <= 0)
		return rc < 0 ? rc : op_fail(b->op, ERR_FORMAT, "a package without control data");
	for (int i = 0; i < ORDER_N; i++) {
		str name = str_of(order[i]), value = deb822_get(&s, order[i]);
		if (status && str_eq(name, S("Status"))) {
			put_field(b, name, S("install ok installed"));
		} else if (status && str_eq(name, S("Conffiles"))) {
			if ((rc = put_conffiles(b, l, w)) < 0)
				return rc;
		} else if (value.len) {
			put_field(b, name, value);
		}
	}
	for (ptrdiff_t i = 0; i < s.n; i++)
		if (!in_order(s.field[i].name))
			put_field(b, s.field[i].name, s.field[i].value);
	return b->bad ? b->op->code : 0;
}

/* The update of an installed package, or NULL. */
static const struct patch_work *work_of(const struct patch_layer *l, const char *raw)
{
	for (ptrdiff_t i = 0; i < l->n; i++)
		if (l->work[i].change->was >= 0 &&
		    l->m->record[l->work[i].change->was].stanza.raw.p == raw)
			return &l->work[i];
	return NULL;
}

/* New packages go in before the first of a later name. */
static int put_new(struct buf *b, const struct patch_layer *l, str before, ptrdiff_t *at)
{
	for (; *at < l->n; ++*at) {
		const struct patch_work *w = &l->work[*at];
		if (w->change->was >= 0)
			continue;
		if (before.len && str_cmp(w->contents.name, before) > 0)
			return 0;
		int rc = put_stanza(b, l, w, true);
		if (rc < 0)
			return rc;
		buf_char(b, '\n');
	}
	return 0;
}

static int put_status(struct patch_layer *l)
{
	struct deb822_stanza s;
	str text = l->m->status, bytes;
	ptrdiff_t next = 0;
	struct buf b;
	int rc;

	buf_init(&b, l->op, LIMIT_INDEX);
	while ((rc = deb822_next(l->op, &text, &s)) == 1) {
		const struct patch_work *w = work_of(l, s.raw.p);
		if ((rc = put_new(&b, l, deb822_get(&s, "Package"), &next)) < 0)
			return rc;
		if (w)
			rc = put_stanza(&b, l, w, true);
		else
			buf_add(&b, s.raw);
		if (rc < 0)
			return rc;
		buf_char(&b, '\n');
	}
	if (rc == 0)
		rc = put_new(&b, l, S(""), &next);
	if (rc == 0)
		rc = buf_take(&b, &bytes);
	return rc < 0 ? rc : patch_put_file(l, S("var/lib/dpkg/status"), bytes, 0644);
}

/* Files below info. */

static int info_name(struct op *op, const struct contents *c, str *ret)
{
	struct deb822_stanza s;
	str in = c->control;
	int rc = deb822_next(op, &in, &s);

	if (rc <= 0)
		return rc;
	if (!str_eq(deb822_get(&s, "Multi-Arch"), S("same")))
		return op_copy(op, c->name, ret);
	return op_text(op, ret, "%.*s:%.*s", STR_ARG(c->name), STR_ARG(c->arch));
}

static int put_info_file(struct patch_layer *l, str name, str kind, str bytes, uint32_t mode,
			 struct map *has)
{
	str path;
	int rc = op_text(l->op, &path, "var/lib/dpkg/info/%.*s.%.*s", STR_ARG(name), STR_ARG(kind));

	if (rc < 0 || (rc = map_put(has, path, l)) < 0)
		return rc;
	return patch_put_file(l, path, bytes, mode);
}

/* With the configuration files that are obsolete now: dpkg goes on to list them. */
static int put_list(struct patch_layer *l, const struct patch_work *w, str name, struct map *has)
{
	str shipped = info_file(&w->contents, S("conffiles")), old = S(""), bytes;
	struct buf b;

	buf_init(&b, l->op, LIMIT_INDEX);
	buf_add(&b, w->contents.info.list);
	if (w->change->was >= 0)
		old = deb822_get(&l->m->record[w->change->was].stanza, "Conffiles");
	while (old.len) {
		str line = str_trim(str_cut(&old, '\n')), path = str_word(&line);
		if (path.len && !lists(shipped, path) && patch_find(l, str_from(path, 1)))
			buf_fmt(&b, "%.*s\n", STR_ARG(path));
	}
	int rc = buf_take(&b, &bytes);
	return rc < 0 ? rc : put_info_file(l, name, S("list"), bytes, 0644, has);
}

/* What the old version had there, and the new one has not. */
static int remove_info(struct patch_layer *l, const struct patch_work *w, const struct map *has)
{
	str prefix;
	int rc = op_text(l->op, &prefix, "var/lib/dpkg/info/%.*s.",
			 STR_ARG(l->m->record[w->change->was].info));

	for (ptrdiff_t i = 0; rc == 0 && i < l->m->tree.n; i++) {
		str path = l->m->tree.entry[i].path;
		if (str_starts(path, prefix) && str_find(str_from(path, prefix.len), '.') < 0 &&
		    !map_get(has, path))
			rc = patch_remove(l, path);
	}
	return rc;
}

static int put_info(struct patch_layer *l, const struct patch_work *w)
{
	const struct contents *c = &w->contents;
	struct map has;
	str name;
	int rc = info_name(l->op, c, &name);

	map_init(&has, l->op);
	if (rc == 0)
		rc = put_list(l, w, name, &has);
	if (rc == 0 && c->md5sums.len)
		rc = put_info_file(l, name, S("md5sums"), c->md5sums, 0644, &has);
	if (rc == 0 && c->triggers.len)
		rc = put_info_file(l, name, S("triggers"), c->triggers, 0644, &has);
	for (int k = 0; rc == 0 && k < SCRIPT_KINDS; k++)
		if (c->script[k].text.len)
			rc = put_info_file(l, name, str_of(script_name[k]), c->script[k].text, 0755,
					   &has);
	for (ptrdiff_t i = 0; rc == 0 && i < c->info.file_n; i++)
		rc = put_info_file(l, name, c->info.file[i].path, c->info.file[i].bytes, 0644,
				   &has);
	return rc < 0 || w->change->was < 0 ? rc : remove_info(l, w, &has);
}

/* Who wants to hear of what: the lines of one package in a file of them. */
static int put_interests(struct patch_layer *l, str path, str package, str lines, bool paths)
{
	str text = S(""), bytes;
	struct buf b;

	buf_init(&b, l->op, LIMIT_CAPTURE);
	if (patch_content(l->m, path, &text))
		while (text.len) {
			str line = str_cut(&text, '\n'), who = line;
			if (paths)
				(void)str_word(&who);
			who = str_trim(who);
			if (!str_eq(str_cut(&who, '/'), package))
				buf_fmt(&b, "%.*s\n", STR_ARG(line));
		}
	buf_add(&b, lines);
	int rc = buf_take(&b, &bytes);
	return rc < 0 ? rc : patch_put_file(l, path, bytes, 0644);
}

static int put_triggers(struct patch_layer *l, const struct patch_work *w)
{
	str text = w->contents.triggers, was = S(""), name, path, lines;
	struct buf files;
	int rc = info_name(l->op, &w->contents, &name);

	if (rc == 0 && w->change->was >= 0) {
		rc = op_text(l->op, &path, "var/lib/dpkg/info/%.*s.triggers",
			     STR_ARG(l->m->record[w->change->was].info));
		if (rc == 0 && !patch_content(l->m, path, &was))
			was = S("");
	}
	if (rc < 0 || str_eq(was, text))
		return rc;
	buf_init(&files, l->op, LIMIT_CAPTURE);
	while (rc == 0 && text.len) {
		str line = str_cut(&text, '\n'), word;
		line = str_cut(&line, '#');
		word = str_word(&line);
		const char *how = str_eq(word, S("interest-noawait")) ? "/noawait" : "";
		if (!*how && !str_eq(word, S("interest")) && !str_eq(word, S("interest-await")))
			continue;
		str what = str_word(&line);
		if (str_starts(what, S("/"))) {
			buf_fmt(&files, "%.*s %.*s%s\n", STR_ARG(what), STR_ARG(name), how);
			continue;
		}
		if (!what.len || what.p[0] == '.' || str_find(what, '/') >= 0)
			return op_fail(l->op, ERR_FORMAT, "%.*s: bad trigger", STR_ARG(name));
		rc = op_text(l->op, &path, "var/lib/dpkg/triggers/%.*s", STR_ARG(what));
		if (rc == 0)
			rc = op_text(l->op, &lines, "%.*s%s\n", STR_ARG(name), how);
		if (rc == 0)
			rc = put_interests(l, path, name, lines, false);
	}
	if (rc == 0)
		rc = buf_take(&files, &lines);
	return rc < 0 ? rc : put_interests(l, S("var/lib/dpkg/triggers/File"), name, lines, true);
}

/* New packages are there for others' sake. */
static int put_states(struct patch_layer *l)
{
	str path = S("var/lib/apt/extended_states"), text = S(""), bytes;
	bool any = false;
	struct buf b;

	if (!patch_content(l->m, path, &text))
		return 0;
	buf_init(&b, l->op, LIMIT_CAPTURE);
	buf_add(&b, text);
	for (ptrdiff_t i = 0; i < l->n; i++) {
		if (l->work[i].change->was >= 0)
			continue;
		any = true;
		buf_fmt(&b, "Package: %.*s\nArchitecture: %s\nAuto-Installed: 1\n\n",
			STR_ARG(l->work[i].contents.name), l->m->platform->deb_arch);
	}
	int rc = any ? buf_take(&b, &bytes) : 0;
	return rc < 0 || !any ? rc : patch_put_file(l, path, bytes, 0644);
}

/* status.d, as distroless images have it. */

static int put_sums(struct patch_layer *l, const struct patch_work *w, str file)
{
	str text = w->contents.md5sums, path, bytes;
	struct buf b;
	int rc = op_text(l->op, &path, "%.*s.md5sums", STR_ARG(file));

	buf_init(&b, l->op, LIMIT_CAPTURE);
	while (rc == 0 && text.len) {
		str line = str_cut(&text, '\n'), clean, place;
		char out[LIMIT_PATH];
		if (line.len < 35 || !tar_clean(str_from(line, 34), out, &clean))
			continue;
		rc = patch_shipped(l->op, l->m, w->contents.name, clean, &place);
		if (rc == 0 && patch_find(l, place))
			buf_fmt(&b, "%.*s\n", STR_ARG(line));
	}
	if (rc == 0)
		rc = buf_take(&b, &bytes);
	return rc < 0 ? rc : patch_put_file(l, path, bytes, 0644);
}

static int put_single(struct patch_layer *l, const struct patch_work *w)
{
	bool status = false;
	str file, bytes;
	struct buf b;
	int rc = 0;

	if (w->change->was >= 0) {
		file = l->m->record[w->change->was].file;
		status = deb822_get(&l->m->record[w->change->was].stanza, "Status").len > 0;
	} else {
		rc = op_text(l->op, &file, "var/lib/dpkg/status.d/%.*s", STR_ARG(w->contents.name));
	}
	buf_init(&b, l->op, LIMIT_STANZA);
	if (rc == 0)
		rc = put_stanza(&b, l, w, status);
	if (rc == 0)
		rc = buf_take(&b, &bytes);
	if (rc == 0)
		rc = patch_put_file(l, file, bytes, 0644);
	return rc < 0 ? rc : put_sums(l, w, file);
}

int patch_database(struct patch_layer *l)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->n; i++) {
		const struct patch_work *w = &l->work[i];
		rc = l->m->single ? put_single(l, w) : put_info(l, w);
		if (rc == 0 && !l->m->single)
			rc = put_triggers(l, w);
	}
	if (rc < 0 || l->m->single)
		return rc;
	rc = put_states(l);
	return rc < 0 ? rc : put_status(l);
}
