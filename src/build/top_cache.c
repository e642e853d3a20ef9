/* The dynamic loader's directories and its cache. Source: ld.so(8), ldconfig(8). */
#include "top_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codec/ldcache.h"
#include "codec/tar.h"
#include "distro/deb.h"

typedef VEC(str) directories;

static int add_dir(struct op *op, directories *d, str path)
{
	for (ptrdiff_t i = 0; i < d->n; i++)
		if (str_eq(d->p[i], path))
			return 0;
	str *slot = vec_push(op, d);
	if (!slot)
		return op->code;
	*slot = path;
	return 0;
}

/* "/lib/x" and "/usr/lib/x" are one after the /usr merge. */
static int add_line(struct op *op, directories *d, str line)
{
	ptrdiff_t comment = str_find(line, '#');
	str path;

	line = str_trim(comment < 0 ? line : str_head(line, comment));
	if (line.len == 0 || line.p[0] != '/')
		return 0;
	int rc = op_text(op, &path, "%s%.*s", deb_top(str_from(line, 1)) >= 0 ? "/usr" : "",
			 STR_ARG(line));
	return rc < 0 ? rc : add_dir(op, d, path);
}

struct conf {
	str path, bytes;
};

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct conf *)a)->path, ((const struct conf *)b)->path);
}

/* Packages', effects' and the recipe's, as far as they are in the image. */
static int list_confs(struct top_work *w, struct conf **ret, ptrdiff_t *ret_n)
{
	VEC(struct conf) found = { 0 };

	for (ptrdiff_t i = 0; i < w->path.n; i++) {
		const struct entry *e = w->path.p[i].entry;
		if (e->type != ENTRY_FILE || !str_starts(e->path, S("etc/ld.so.conf.d/")) ||
		    !str_ends(e->path, S(".conf")))
			continue;
		struct conf *slot = vec_push(w->op, &found);
		int rc = slot ? top_bytes(w, i, &slot->bytes) : w->op->code;
		if (rc != 0)
			return rc < 0 ? rc
				      : op_fail(w->op, ERR_FORMAT, "%.*s has no content",
						STR_ARG(e->path));
		slot->path = e->path;
	}
	if (found.n > 1)
		qsort(found.p, (size_t)found.n, sizeof(*found.p), by_path);
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}

int top_library_dirs(struct top_work *w, struct texts *ret)
{
	struct conf *conf = NULL;
	ptrdiff_t n = 0;
	directories d = { 0 };
	str triplet;
	int rc = list_confs(w, &conf, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		for (str text = conf[i].bytes; rc == 0 && text.len > 0;)
			rc = add_line(w->op, &d, str_cut(&text, '\n'));
	if (rc == 0)
		rc = op_text(w->op, &triplet, "/usr/lib/%s", w->in->platform->platform->triplet);
	if (rc == 0)
		rc = add_dir(w->op, &d, triplet);
	if (rc == 0)
		rc = add_dir(w->op, &d, S("/usr/lib"));
	if (rc == 0)
		*ret = (struct texts){ d.p, d.n };
	return rc;
}

static int by_entry(const void *a, const void *b)
{
	return entry_cmp(((const struct outcome_file *)a)->entry,
			 ((const struct outcome_file *)b)->entry);
}

/* Paths by binary search. */
static const struct entry *find_path(const struct outcome_file *path, ptrdiff_t n, str want)
{
	ptrdiff_t lo = 0, hi = n;

	while (lo < hi) {
		ptrdiff_t mid = lo + (hi - lo) / 2;
		int order = entry_path_cmp(path[mid].entry->path, want);
		if (order == 0)
			return path[mid].entry;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The file behind a name in a library directory: itself, or where its links lead; NULL if nowhere.
 */
static const struct entry *behind(struct op *op, const struct outcome_file *path, ptrdiff_t n,
				  const struct entry *e)
{
	char out[LIMIT_PATH];
	str to, clean;

	for (int links = 0; e && e->type != ENTRY_FILE; links++) {
		if (links == 8 || e->type == ENTRY_DIRECTORY)
			return NULL;
		if (e->type == ENTRY_HARDLINK || str_starts(e->link, S("/"))) {
			to = e->link;
		} else {
			str dir = str_dir_name(e->path), rest = e->link;
			while (str_starts(rest, S("../"))) {
				rest = str_from(rest, 3);
				dir = str_dir_name(dir);
			}
			if (op_text(op, &to, "%.*s/%.*s", STR_ARG(dir), STR_ARG(rest)) < 0)
				return NULL;
		}
		if (!tar_clean(to, out, &clean))
			return NULL;
		if (deb_top(clean) >= 0) {
			if (op_text(op, &clean, "usr/%.*s", STR_ARG(clean)) < 0)
				return NULL;
		}
		e = find_path(path, n, clean);
	}
	return e;
}

static bool library_name(str name)
{
	return (str_starts(name, S("lib")) || str_starts(name, S("ld-"))) &&
	       str_find_str(name, S(".so")) > 0;
}

static ptrdiff_t dir_index(const struct texts *dirs, str dir)
{
	for (ptrdiff_t i = 0; i < dirs->n; i++)
		if (str_eq(str_from(dirs->p[i], 1), dir))
			return i;
	return -1;
}

typedef VEC(struct ldcache_lib) libraries;

/* The library that name stands for, if the loader's cache should list it. */
static int add_library(struct op *op, const struct entry *e, const struct entry *file,
		       libraries *libs)
{
	str name = str_base_name(e->path);

	if (!file || !file->elf || file->elf->type != 3)
		return 0;
	if (file->elf->soname.len ? !str_eq(file->elf->soname, name) : e->type != ENTRY_FILE)
		return 0;
	struct ldcache_lib *lib = vec_push(op, libs);
	if (!lib)
		return op->code;
	*lib = (struct ldcache_lib){ .soname = name,
				     .machine = file->elf->machine,
				     .bits = file->elf->bits };
	return op_text(op, &lib->path, "/%.*s", STR_ARG(e->path));
}

int top_loader_cache(struct op *op, const struct platform *platform,
		     const struct outcome_file *path, ptrdiff_t n, const struct texts *dirs,
		     str *ret)
{
	libraries libs = { 0 };
	struct outcome_file *sorted = op_new(op, struct outcome_file, n);
	int rc = 0;

	if (!sorted)
		return op->code;
	if (n)
		memcpy(sorted, path, (size_t)n * sizeof(*path));
	qsort(sorted, (size_t)n, sizeof(*sorted), by_entry);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		const struct entry *e = path[i].entry;
		if (e->type == ENTRY_DIRECTORY || !library_name(str_base_name(e->path)) ||
		    dir_index(dirs, str_dir_name(e->path)) < 0)
			continue;
		rc = add_library(op, e, behind(op, sorted, n, e), &libs);
	}
	*ret = S("");
	if (rc < 0 || op->code < 0 || libs.n == 0)
		return op->code;
	return ldcache_write(op, libs.p, libs.n, platform->big, ret);
}
