#include "diff.h"

#include <stdlib.h>

#include "base/vec.h"
#include "distro/changelog.h"
#include "distro/contents.h"
#include "model/version.h"

enum { ENTRIES_MAX = 2000 }; /* of a changelog that are looked at */

struct work {
	struct op *op;
	const struct store *store;
	const struct side *before, *after;
	VEC(struct difference_package) package;
	VEC(struct difference_log) log;
	VEC(struct difference_file) file;
	struct map changed; /* name of a package to its index + 1 in `package` */
};

/* --- packages ---------------------------------------------------------------------------------
 */

/* The same version may be another package: of another repository, or a file built again. */
static bool same_package(const struct side_package *was, const struct side_package *is)
{
	bool known = !digest_is_zero(&was->deb) && !digest_is_zero(&is->deb);

	/* A lock tells no licences. */
	bool licensed = was->licence.len && is->licence.len;

	return str_eq(was->version, is->version) && (!known || digest_eq(&was->deb, &is->deb)) &&
	       (!licensed || str_eq(was->licence, is->licence));
}

static int add_package(struct work *w, const struct side_package *was,
		       const struct side_package *is)
{
	const struct side_package *any = is ? is : was;

	if (!any || (was && is && same_package(was, is)))
		return 0;
	struct difference_package *p = vec_push(w->op, &w->package);
	if (!p)
		return w->op->code;
	*p = (struct difference_package){ .type = any->type,
					  .name = any->name,
					  .source = any->source };
	if (was) {
		p->before = was->version;
		p->suite_before = was->suite;
		p->licence_before = was->licence;
	}
	if (is) {
		p->after = is->version;
		p->suite_after = is->suite;
		p->licence_after = is->licence;
	}
	/* NOLINTNEXTLINE: an index travels as a pointer */
	return map_put(&w->changed, any->name, (void *)(uintptr_t)w->package.n);
}

static int package_order(const struct side_package *was, const struct side_package *is)
{
	int order = str_cmp(was->name, is->name);

	return order ? order : str_cmp(str_of(was->type), str_of(is->type));
}

static int compare_packages(struct work *w)
{
	const struct side *x = w->before, *y = w->after;
	int rc = 0;

	for (ptrdiff_t i = 0, k = 0; rc == 0 && (i < x->package_n || k < y->package_n);) {
		const struct side_package *was = i < x->package_n ? &x->package[i] : NULL;
		const struct side_package *is = k < y->package_n ? &y->package[k] : NULL;
		int order = !was ? 1 : !is ? -1 : package_order(was, is);
		rc = add_package(w, order <= 0 ? was : NULL, order >= 0 ? is : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static int compare_own(struct work *w, struct difference *d)
{
	const struct side *x = w->before, *y = w->after;
	VEC(struct difference_own) found = { 0 };

	for (ptrdiff_t i = 0, k = 0; i < x->own_n || k < y->own_n;) {
		const struct side_own *was = i < x->own_n ? &x->own[i] : NULL;
		const struct side_own *is = k < y->own_n ? &y->own[k] : NULL;
		int order = !was ? 1 : !is ? -1 : side_own_cmp(was, is);
		i += order <= 0;
		k += order >= 0;
		if (order == 0 && str_eq(was->version, is->version))
			continue;
		struct difference_own *o = vec_push(w->op, &found);
		if (!o)
			return w->op->code;
		o->kind = order <= 0 ? was->kind : is->kind;
		o->name = order <= 0 ? was->name : is->name;
		o->before = order <= 0 ? was->version : S("");
		o->after = order >= 0 ? is->version : S("");
	}
	d->own = found.p;
	d->own_n = found.n;
	return 0;
}

/* --- changelogs -------------------------------------------------------------------------------
 */

/* The entries above `low`, up to `high`. */
static int take_entries(struct work *w, str text, str low, str high, struct difference_log *log)
{
	VEC(struct difference_entry) found = { 0 };
	struct changelog_entry *entry;
	ptrdiff_t n;
	int rc = changelog_read(w->op, text, ENTRIES_MAX, &entry, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (version_deb_compare(entry[i].version, low) <= 0 ||
		    version_deb_compare(entry[i].version, high) > 0)
			continue;
		struct difference_entry *e = vec_push(w->op, &found);
		if (!e)
			return w->op->code;
		*e = (struct difference_entry){ .version = entry[i].version,
						.date = entry[i].date,
						.text = entry[i].text,
						.cves = entry[i].cves };
	}
	log->entry = found.p;
	log->n = found.n;
	if (rc == 0 && found.n == 0)
		log->missing = S("its changelog has no entry between the two");
	return rc;
}

/* The newer package's own word, out of its .deb. 1 if it cannot be had; bad ones stop nobody. */
static int read_changelog(struct work *w, const struct side_package *newer, str *ret)
{
	if (digest_is_zero(&newer->deb))
		return 1;
	int rc = contents_changelog(w->op, w->store, &newer->deb, newer->name, ret);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		op_forgive(w->op);
		return 1;
	}
	return rc;
}

static struct difference_log *find_log(struct work *w, str source)
{
	for (ptrdiff_t i = 0; i < w->log.n; i++)
		if (str_eq(w->log.p[i].source, source))
			return &w->log.p[i];
	return NULL;
}

static int add_log(struct work *w, const struct side_package *was, const struct side_package *is)
{
	int order = version_deb_compare(was->source_version, is->source_version);
	const struct side_package *newer = order > 0 ? was : is, *older = order > 0 ? is : was;
	struct difference_log *log = find_log(w, is->source);
	str text;

	if (order == 0 || (log && log->missing.len == 0))
		return 0;
	if (!log && !(log = vec_push(w->op, &w->log)))
		return w->op->code;
	*log = (struct difference_log){ .source = is->source,
					.before = was->source_version,
					.after = is->source_version,
					.back = order > 0 };
	int rc = read_changelog(w, newer, &text);
	if (rc > 0)
		log->missing = store_blob_has(w->store, &newer->deb)
				       ? S("its package ships no changelog")
				       : S("its package is not in the store");
	return rc ? (rc < 0 ? rc : 0)
		  : take_entries(w, text, older->source_version, newer->source_version, log);
}

/* Changelogs are Debian's packages'. */
static const struct side_package *package_of(const struct side *s, str name)
{
	for (ptrdiff_t i = 0; i < s->package_n; i++)
		if (str_eq(s->package[i].name, name) &&
		    str_eq(str_of(s->package[i].type), S("deb")))
			return &s->package[i];
	return NULL;
}

static int log_cmp(const void *a, const void *b)
{
	const struct difference_log *x = a, *y = b;

	return str_cmp(x->source, y->source);
}

static int read_logs(struct work *w)
{
	for (ptrdiff_t i = 0; i < w->package.n; i++) {
		const struct difference_package *p = &w->package.p[i];
		const struct side_package *was = package_of(w->before, p->name);
		const struct side_package *is = package_of(w->after, p->name);
		bool moved = str_eq(str_of(p->type), S("deb")) && !str_eq(p->before, p->after);
		int rc = was && is && moved ? add_log(w, was, is) : 0;
		if (rc < 0)
			return rc;
	}
	if (w->log.n > 1)
		qsort(w->log.p, (size_t)w->log.n, sizeof(*w->log.p), log_cmp);
	return 0;
}

/* --- files ------------------------------------------------------------------------------------
 */

static bool is_file(const struct entry *e)
{
	return e->type == ENTRY_FILE || e->type == ENTRY_HARDLINK;
}

static unsigned how(const struct entry *x, const struct entry *y)
{
	unsigned differs = 0;

	if (x->type != y->type && !(is_file(x) && is_file(y)))
		return DIFFERS_TYPE;
	if (x->mode != y->mode && x->type != ENTRY_SYMLINK)
		differs |= DIFFERS_MODE;
	if (x->uid != y->uid || x->gid != y->gid)
		differs |= DIFFERS_OWNER;
	if (is_file(x) && (x->size != y->size || !digest_eq(&x->sha256, &y->sha256)))
		differs |= DIFFERS_CONTENT;
	if (x->type == ENTRY_SYMLINK && !str_eq(x->link, y->link))
		differs |= DIFFERS_TARGET;
	return differs;
}

/* Whose it is: a symlink's is who has the file behind it; a directory has no one. */
static str owner_of(const struct side *s, const struct entry *e)
{
	const struct side_package *p = map_get(&s->owner, e->path);

	if (!p && e->type == ENTRY_SYMLINK) {
		const struct entry *to = image_tree_find(&s->tree, e->path);
		p = to && to != &s->tree.root ? map_get(&s->owner, to->path) : NULL;
	}
	return p ? p->name : S("");
}

/* Rights that a new version of a package does not simply bring along. */
static bool needs_a_look(const struct difference_file *f)
{
	const struct entry *e = f->after ? f->after : f->before;
	bool set_id = f->after && is_file(f->after) && (f->after->mode & 06000);

	return str_starts(e->path, S("etc/")) || set_id ||
	       (f->how & (DIFFERS_TYPE | DIFFERS_MODE | DIFFERS_OWNER));
}

/* A directory that comes or goes does so for what is in it. */
static bool is_counted(const struct entry *was, const struct entry *is)
{
	const struct entry *any = is ? is : was;

	return was && is ? how(was, is) != 0 : any && any->type != ENTRY_DIRECTORY;
}

static int add_file(struct work *w, const struct entry *was, const struct entry *is)
{
	const struct entry *any = is ? is : was;

	if (!any || !is_counted(was, is))
		return 0;
	struct difference_file *f = vec_push(w->op, &w->file);
	if (!f)
		return w->op->code;
	*f = (struct difference_file){
		.path = any->path, .before = was, .after = is, .how = was && is ? how(was, is) : 0
	};
	f->package = is ? owner_of(w->after, is) : owner_of(w->before, was);
	uintptr_t at = (uintptr_t)map_get(&w->changed, f->package);
	if (at && !needs_a_look(f)) {
		f->explained = true;
		w->package.p[at - 1].files++;
	}
	return 0;
}

static int compare_files(struct work *w)
{
	const struct image_tree *x = &w->before->tree, *y = &w->after->tree;
	int rc = 0;

	for (ptrdiff_t i = 0, k = 0; rc == 0 && (i < x->n || k < y->n);) {
		const struct entry *was = i < x->n ? &x->entry[i] : NULL;
		const struct entry *is = k < y->n ? &y->entry[k] : NULL;
		int order = !was ? 1 : !is ? -1 : entry_path_cmp(was->path, is->path);
		rc = add_file(w, order <= 0 ? was : NULL, order >= 0 ? is : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

/* --- both sides -------------------------------------------------------------------------------
 */

static void tell_side(const struct side *s, struct difference_side *ret)
{
	*ret = (struct difference_side){ .name = s->name,
					 .platform = s->platform,
					 .manifest = s->manifest,
					 .has_files = s->has_image,
					 .is_bill = s->is_bill,
					 .packages = s->package_n };
	if (!s->has_image)
		return;
	ret->layers = s->image.config.layer_n;
	for (ptrdiff_t i = 0; i < ret->layers; i++)
		ret->size += s->image.config.layer[i].size;
	for (ptrdiff_t i = 0; i < s->tree.n; i++) {
		ret->files += s->tree.entry[i].type != ENTRY_DIRECTORY;
		ret->unpacked += s->tree.entry[i].type == ENTRY_FILE ? s->tree.entry[i].size : 0;
	}
}

static void count_shared(const struct image_config *x, const struct image_config *y,
			 struct difference *d)
{
	for (ptrdiff_t i = 0; i < y->layer_n; i++)
		for (ptrdiff_t k = 0; k < x->layer_n; k++)
			if (digest_eq(&y->layer[i].digest, &x->layer[k].digest)) {
				d->layers_shared++;
				d->shared += y->layer[i].size;
				break;
			}
}

int diff_make(struct op *op, const struct store *store, const struct side *before,
	      const struct side *after, struct difference *ret)
{
	struct work w = { .op = op, .store = store, .before = before, .after = after };
	struct difference d = { 0 };
	int rc;

	map_init(&w.changed, op);
	tell_side(before, &d.before);
	tell_side(after, &d.after);
	if ((rc = compare_packages(&w)) < 0 || (rc = compare_own(&w, &d)) < 0 ||
	    (rc = read_logs(&w)) < 0)
		return rc;
	if (before->has_image && after->has_image) {
		count_shared(&before->image.config, &after->image.config, &d);
		if ((rc = compare_files(&w)) < 0 ||
		    (rc = diff_settings(op, &before->image, &after->image, &d.setting,
					&d.setting_n)) < 0)
			return rc;
	}
	d.package = w.package.p;
	d.package_n = w.package.n;
	d.log = w.log.p;
	d.log_n = w.log.n;
	d.file = w.file.p;
	d.file_n = w.file.n;
	*ret = d;
	return 0;
}
