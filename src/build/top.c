#include "top_impl.h"

#include <stdlib.h>

#include "base/buf.h"

/* Accounts */

int top_accounts(struct op *op, const struct top_input *in, struct accounts *ret)
{
	str passwd = S(""), group = S("");
	VEC(struct effect) all = { 0 };

	for (ptrdiff_t p = 0; p < in->package_n; p++) {
		const struct top_package *t = &in->package[p];
		(void)contents_file(t->select.contents, S("usr/share/base-passwd/passwd.master"),
				    &passwd);
		(void)contents_file(t->select.contents, S("usr/share/base-passwd/group.master"),
				    &group);
		for (ptrdiff_t i = 0; i < t->answer.n; i++) {
			struct effect *e = vec_push(op, &all);
			if (!e)
				return op->code;
			*e = t->answer.effect[i];
		}
	}
	return accounts_make(op, in->recipe, all.p, all.n, passwd, group, ret);
}

static int make_accounts(struct top_work *w)
{
	int rc = top_accounts(w->op, w->in, &w->accounts);

	for (ptrdiff_t i = 0; rc == 0 && i < w->path.n; i++) {
		rc = accounts_need_uid(w->op, &w->accounts, w->path.p[i].entry->uid);
		if (rc == 0)
			rc = accounts_need_gid(w->op, &w->accounts, w->path.p[i].entry->gid);
	}
	return rc;
}

static int put_homes(struct top_work *w)
{
	str from = S("home of its user"), home;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->accounts.user_n; i++) {
		const struct account *u = &w->accounts.user[i];
		if (!str_starts(u->home, S("/home/")))
			continue;
		rc = top_clean(w, u->home, true, u->from,
			       &home); /* a package's sysusers.d may say it */
		if (rc == 0)
			rc = top_put_directory(w, home, 0700, u->uid, u->gid, from);
	}
	return rc;
}

/* Generated files */

static int put_os_release(struct top_work *w)
{
	str shipped = S(""), text;
	const struct lock_platform *l = w->in->platform;
	struct buf b;

	for (ptrdiff_t p = 0; p < w->in->package_n && !shipped.len; p++)
		(void)contents_file(w->in->package[p].select.contents, S("usr/lib/os-release"),
				    &shipped);
	buf_init(&b, w->op, 1 << 20);
	buf_add(&b, shipped);
	if (!shipped.len && l->state.n > 0) {
		str version = l->state.pocket[0].version;
		buf_fmt(&b, "PRETTY_NAME=\"Debian GNU/Linux (%.*s)\"\nNAME=\"Debian GNU/Linux\"\n",
			STR_ARG(l->state.pocket[0].codename));
		if (version.len)
			buf_fmt(&b, "VERSION_ID=\"%.*s\"\n", STR_ARG(str_cut(&version, '.')));
		buf_fmt(&b, "VERSION_CODENAME=%.*s\nID=debian\n",
			STR_ARG(l->state.pocket[0].codename));
	}
	buf_fmt(&b, "IMAGE_ID=\"%.*s\"\n", STR_ARG(w->in->recipe->name));
	int rc = buf_take(&b, &text);
	if (rc == 0)
		rc = top_put_file(w, S("etc/os-release"), text, 0644,
				  S("generated: os-release(5)"));
	if (rc == 0 && top_find(w, S("usr/lib/os-release")) < 0)
		rc = top_put_file(w, S("usr/lib/os-release"), text, 0644,
				  S("generated: os-release(5)"));
	return rc;
}

static int put_usr_links(struct top_work *w)
{
	static const char *const top[] = { "bin",   "sbin",   "lib",   "lib32",
					   "lib64", "libo32", "libx32" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(top) / sizeof(top[0]); i++) {
		str to;
		rc = op_text(w->op, &to, "usr/%s", top[i]);
		if (rc == 0 && top_find(w, to) >= 0 && top_find(w, str_of(top[i])) < 0)
			rc = top_put_link(w, str_of(top[i]), to, S("generated: the /usr merge"));
	}
	return rc;
}

static int put_nsswitch(struct top_work *w)
{
	if (top_find(w, S("etc/nsswitch.conf")) >= 0)
		return 0;
	return top_put_file(
		w, S("etc/nsswitch.conf"),
		S("passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n"
		  "protocols: files\nservices: files\nethers: files\nrpc: files\n"),
		0644, S("generated: nsswitch.conf(5)"));
}

static int put_records(struct top_work *w)
{
	str lock, from = S("generated: what this image was made from");
	int rc = lock_write(w->op, w->in->lock, w->in->platform->platform, false, &lock);

	if (rc == 0)
		rc = top_put_file(w, S("usr/share/temper/lock.json"), lock, 0644, from);
	return rc < 0 ? rc
		      : top_put_file(w, S("usr/share/temper/recipe.json"), w->in->recipe->canonical,
				     0644, from);
}

/* The recipe's own paths */

static int put_recipe_path(struct top_work *w, const struct recipe_path *p)
{
	uint32_t uid = 0, gid = 0, mode = p->mode;
	str path, from;
	int rc = op_text(w->op, &from, "%.*s:%d", STR_ARG(p->file), p->line);

	if (rc < 0 || (rc = top_clean(w, p->path, p->type == PATH_DIRECTORY, from, &path)) < 0)
		return rc;
	if (p->type == PATH_MODE)
		return top_mode(w, path, mode, p->owner, p->group, from);
	if (p->type == PATH_SYMLINK)
		return top_put_link(w, path, p->to, from);
	if ((rc = top_owner_ids(w, p->owner, p->group, from, &uid, &gid)) < 0)
		return rc;
	if (p->type == PATH_DIRECTORY)
		return top_put_directory(w, path, mode == UINT32_MAX ? 0755 : mode, uid, gid, from);
	return top_put(w,
		       (struct layer_file){ .entry = { .path = path,
						       .type = ENTRY_FILE,
						       .uid = uid,
						       .gid = gid,
						       .mode = mode == UINT32_MAX ? 0644 : mode },
					    .bytes = p->text,
					    .from = from });
}

static int put_generated(struct top_work *w, struct top *ret)
{
	str from = S("generated: accounts");
	int rc = put_homes(w);

	if (rc == 0)
		rc = top_effects(w);
	if (rc == 0)
		rc = put_os_release(w);
	if (rc == 0)
		rc = put_nsswitch(w);
	for (ptrdiff_t i = 0; rc == 0 && i < w->in->recipe->path_n; i++)
		rc = put_recipe_path(w, &w->in->recipe->path[i]);
	if (rc == 0)
		rc = put_usr_links(w);
	if (rc == 0)
		rc = put_records(w);
	if (rc == 0 && recipe_full_database(w->in->recipe))
		rc = top_database(w);
	if (rc == 0)
		rc = accounts_passwd(w->op, &w->accounts, &ret->passwd);
	if (rc == 0)
		rc = accounts_group(w->op, &w->accounts, &ret->group);
	if (rc == 0)
		rc = top_put_file(w, S("etc/passwd"), ret->passwd, 0644, from);
	return rc < 0 ? rc : top_put_file(w, S("etc/group"), ret->group, 0644, from);
}

static int put_loader_cache(struct top_work *w, struct top *ret)
{
	str cache;
	int rc = top_library_dirs(w, &ret->library_dirs);

	if (rc == 0)
		rc = top_loader_cache(w->op, w->in->platform->platform, w->path.p, w->path.n,
				      &ret->library_dirs, &cache);
	if (rc < 0 || cache.len == 0)
		return rc;
	return top_put_file(w, S("etc/ld.so.cache"), cache, 0644, S("generated: loader cache"));
}

/* Mark the directories above path. */
static void mark_above(const struct top_work *w, str path, bool *marked)
{
	for (str dir = str_dir_name(path); dir.len > 0; dir = str_dir_name(dir)) {
		ptrdiff_t i = top_find(w, dir);
		if (i >= 0)
			marked[i] = true;
	}
}

/*
 * Each package's layer has its record in status.d. Beside a full database scanners would count the
 * package twice; a layer without its record would be shared with no image that has records. So the
 * top layer hides the directory. Source: OCI image-spec, layer.md, "Whiteouts".
 */
static const struct layer_file hidden_records = {
	.entry = { .path = S_INIT("var/lib/dpkg/.wh.status.d"), .type = ENTRY_FILE, .mode = 0644 },
	.bytes = S_INIT(""),
	.from = S_INIT("generated: dpkg's database"),
};

/*
 * What the top layer holds: what was put, the directories above it, and those that are not plain:
 * several layers below may write one, and the last of them must not have the last word.
 */
static int gather(struct top_work *w, struct top *ret)
{
	bool *marked = op_new(w->op, bool, w->path.n);

	if (!marked)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->path.n; i++) {
		const struct entry *e = w->path.p[i].entry;
		marked[i] |= w->generated.p[i] ||
			     (e->type == ENTRY_DIRECTORY && !top_plain_directory(e));
		if (marked[i])
			mark_above(w, e->path, marked);
	}
	for (ptrdiff_t i = 0; i < w->path.n; i++) {
		struct layer_file *f = marked[i] ? vec_push(w->op, &ret->file) : NULL;
		if (marked[i] && !f)
			return w->op->code;
		if (!f)
			continue;
		*f = w->generated.p[i] ? *w->generated.p[i]
				       : (struct layer_file){ .entry = *w->path.p[i].entry };
		f->entry.mtime = w->in->created;
	}
	if (recipe_full_database(w->in->recipe)) {
		struct layer_file *f = vec_push(w->op, &ret->file);
		if (!f)
			return w->op->code;
		*f = hidden_records;
		f->entry.mtime = w->in->created;
	}
	ret->path = w->path.p;
	ret->path_n = w->path.n;
	ret->accounts = w->accounts;
	return 0;
}

static int by_entry(const void *a, const void *b)
{
	return entry_cmp(&((const struct layer_file *)a)->entry,
			 &((const struct layer_file *)b)->entry);
}

static int by_path(const void *a, const void *b)
{
	return entry_cmp(((const struct outcome_file *)a)->entry,
			 ((const struct outcome_file *)b)->entry);
}

int top_make(struct op *op, const struct top_input *in, struct top *ret)
{
	struct top_work w = { .op = op, .in = in };
	int rc = 0;

	*ret = (struct top){ .path_n = 0 };
	map_init(&w.at, op);
	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++)
		rc = top_add_package(&w, p);
	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++)
		rc = in->package[p].artifact
			     ? 0
			     : top_add_records(&w, p, !recipe_full_database(in->recipe));
	if (rc == 0)
		rc = make_accounts(&w);
	if (rc == 0)
		rc = put_generated(&w, ret);
	if (rc == 0)
		rc = put_loader_cache(&w, ret);
	if (rc == 0)
		rc = gather(&w, ret);
	if (rc < 0)
		return rc;
	qsort(ret->file.p, (size_t)ret->file.n, sizeof(*ret->file.p), by_entry);
	qsort(ret->path, (size_t)ret->path_n, sizeof(*ret->path), by_path);
	return 0;
}
