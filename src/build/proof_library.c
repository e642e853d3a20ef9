/*
 * How glibc's loader finds a library that an object needs. Source: ld.so(8), glibc 2.36
 * elf/dl-load.c. RPATH counts only without a RUNPATH, and also for what the object's libraries
 * need; RUNPATH for the object's own needs; then the cache (ld.so.conf's directories) and the
 * default directories. A file for another machine is passed over. glibc-hwcaps/ directories hold
 * faster variants of libraries that must be there anyway, and are not looked into.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

#include "proof_impl.h"

/* Where a Debian loader looks by itself. Source: Debian glibc, debian/rules.d and slibdir. */
static const char *const default_dir[] = { "/lib/%s", "/usr/lib/%s", "/lib", "/usr/lib" };

enum {
	WALKS_MAX =
		1000, /* libraries found by an inherited RPATH only: rare, and each costs a walk */
};

static const struct entry no_library;

bool proof_fits(const struct proof *p, const struct elf *e)
{
	const struct platform *want = p->in->platform;

	return e->machine == want->elf_machine && e->bits == want->bits && e->big == want->big;
}

static int common_dirs(struct proof *p)
{
	size_t defaults = sizeof(default_dir) / sizeof(default_dir[0]);
	ptrdiff_t n = p->in->library_dirs.n;
	str *dir = op_new(p->op, str, n + (ptrdiff_t)defaults);

	if (!dir)
		return p->op->code;
	if (n)
		memcpy(dir, p->in->library_dirs.p, (size_t)n * sizeof(*dir));
	for (size_t i = 0; i < defaults; i++) {
		str form = str_of(default_dir[i]);
		bool triplet = str_ends(form, S("%s"));
		if (triplet)
			form.len -= 2;
		int rc = op_text(p->op, &dir[n++], "%.*s%s", STR_ARG(form),
				 triplet ? p->in->platform->triplet : "");
		if (rc < 0)
			return rc;
	}
	p->dirs = (struct texts){ dir, n };
	return 0;
}

/* The real path of a library directory; empty when there is none. Kept: many objects name it. */
static int real_dir(struct proof *p, str dir, str *ret)
{
	const struct entry *e;
	str *kept = map_get(&p->directory, dir);

	if (!kept) {
		str key;
		int rc = op_copy(p->op, dir, &key);
		kept = rc < 0 ? NULL : op_new(p->op, str, 1);
		if (!kept)
			return p->op->code;
		if (proof_resolve(p, S(""), dir, &e) == PROOF_THERE && e->type == ENTRY_DIRECTORY)
			*kept = e->path;
		if ((rc = map_put(&p->directory, key, kept)) < 0)
			return rc;
	}
	*ret = *kept;
	return 0;
}

static const struct entry *usable(const struct proof *p, str dir, str name)
{
	const struct entry *e;

	if (proof_resolve(p, dir, name, &e) != PROOF_THERE || e->type != ENTRY_FILE || !e->elf)
		return NULL;
	return e->elf->type == 3 && proof_fits(p, e->elf) ? e : NULL;
}

/* The library `name` in the directory written as dir, or NULL. */
static int look_in(struct proof *p, str dir, str name, const struct entry **ret)
{
	str real;
	int rc = real_dir(p, dir, &real);

	*ret = rc < 0 || real.len == 0 ? NULL : usable(p, real, name);
	return rc;
}

/* The text of a token at the front of in ("$ORIGIN", "${LIB}"), and its width; 0 for none. */
static ptrdiff_t token(const struct proof *p, const struct entry *e, str in, str *ret)
{
	str triplet = str_of(p->in->platform->triplet);
	str machine = str_head(triplet, str_find(triplet, '-'));
	const struct {
		str name, pre, text;
	} row[] = {
		{ S("ORIGIN"), S("/"), str_dir_name(e->path) },
		{ S("LIB"), S("lib/"), triplet },
		{ S("PLATFORM"), S(""), machine },
	};
	bool braces = in.len > 1 && in.p[1] == '{';
	str at = str_from(in, braces ? 2 : 1);

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (!str_starts(at, row[i].name))
			continue;
		str after = str_from(at, row[i].name.len);
		if (braces && (after.len == 0 || after.p[0] != '}'))
			continue;
		ret[0] = row[i].pre;
		ret[1] = row[i].text;
		return (braces ? 3 : 1) + row[i].name.len;
	}
	return 0;
}

static int expand(const struct proof *p, const struct entry *e, str in, str *ret)
{
	struct buf b;

	buf_init(&b, p->op, LIMIT_PATH);
	while (in.len) {
		str text[2];
		ptrdiff_t n = in.p[0] == '$' ? token(p, e, in, text) : 0;
		if (n) {
			buf_add(&b, text[0]);
			buf_add(&b, text[1]);
		} else {
			buf_char(&b, in.p[0]);
			n = 1;
		}
		in = str_from(in, n);
	}
	return buf_take(&b, ret);
}

/* Look through a list of directories as RPATH and RUNPATH hold it, for the object e. */
static int look_in_path(struct proof *p, const struct entry *e, str path, str name,
			const struct entry **ret)
{
	*ret = NULL;
	for (str rest = path; rest.len && !*ret;) {
		str dir = str_cut(&rest, ':');
		if (dir.len >= LIMIT_PATH / 2)
			continue;
		int rc = expand(p, e, dir, &dir);
		/* What is relative depends on the caller's directory: nothing to rely on. */
		if (rc == 0 && str_starts(dir, S("/")))
			rc = look_in(p, dir, name, ret);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int look_in_common(struct proof *p, str name, const struct entry **ret)
{
	const struct entry *e = map_get(&p->common, name);

	for (ptrdiff_t i = 0; !e && i < p->dirs.n; i++) {
		int rc = look_in(p, p->dirs.p[i], name, &e);
		if (rc < 0)
			return rc;
	}
	if (!e)
		e = &no_library;
	*ret = e == &no_library ? NULL : e;
	return map_put(&p->common, name, (void *)(uintptr_t)e);
}

static int look_up(struct proof *p, const struct entry *e, str name, const struct entry **ret)
{
	str path = e->elf->runpath.len ? e->elf->runpath : e->elf->rpath;

	if (str_find(name, '/') >= 0) {
		*ret = name.p[0] == '/' ? usable(p, S(""), name) : NULL;
		return 0;
	}
	int rc = look_in_path(p, e, path, name, ret);
	return rc < 0 || *ret ? rc : look_in_common(p, name, ret);
}

int proof_library_each(struct proof *p, struct proof_tally *t, const struct entry *e)
{
	const struct entry *found;

	if (!e->elf || !e->elf->dynamic || e->type != ENTRY_FILE || !proof_fits(p, e->elf))
		return 0;
	int rc = p->dirs.p ? 0 : common_dirs(p);
	t->seen++;
	t->also += e->elf->needed_n;
	for (ptrdiff_t i = 0; rc == 0 && i < e->elf->needed_n; i++) {
		str name = e->elf->needed[i];
		if ((rc = look_up(p, e, name, &found)) < 0)
			return rc;
		if (found) {
			struct proof_edge *edge = vec_push(p->op, &p->edge);
			if (!edge)
				return p->op->code;
			*edge = (struct proof_edge){ e, found };
			continue;
		}
		struct proof_missing *m = vec_push(p->op, &p->missing);
		if (!m)
			return p->op->code;
		*m = (struct proof_missing){ e, name };
	}
	return rc;
}

/* Edges ordered by what is used, so that the users of a library stand together. */
static int edge_cmp(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct proof_edge *)a)->used;
	uintptr_t y = (uintptr_t)((const struct proof_edge *)b)->used;

	return (x > y) - (x < y);
}

static ptrdiff_t first_user(const struct proof *p, const struct entry *used)
{
	ptrdiff_t low = 0, high = p->edge.n;

	while (low < high) {
		ptrdiff_t mid = low + (high - low) / 2;
		if ((uintptr_t)p->edge.p[mid].used < (uintptr_t)used)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The objects that load one, then those that load these, and so on, each once. */
struct users {
	struct proof *p;
	VEC(const struct entry *) queue;
	struct map seen;
	ptrdiff_t next;
};

static int users_of(struct users *u, const struct entry *at)
{
	const struct proof *p = u->p;

	for (ptrdiff_t i = first_user(p, at); i < p->edge.n && p->edge.p[i].used == at; i++) {
		const struct entry *user = p->edge.p[i].user;
		if (map_get(&u->seen, user->path))
			continue;
		const struct entry **slot = vec_push(p->op, &u->queue);
		if (!slot || map_put(&u->seen, user->path, (void *)(uintptr_t)user) < 0)
			return p->op->code;
		*slot = user;
	}
	return 0;
}

/*
 * Does an object that loads m's object, at whatever distance, find the library for it: by an
 * RPATH, which its libraries inherit? (A RUNPATH is not inherited.) *ret_program: is one of them a
 * program, which has the object loaded when it starts?
 */
static int inherited(struct proof *p, const struct proof_missing *m, const struct entry **ret,
		     bool *ret_program)
{
	struct users u = { .p = p };

	map_init(&u.seen, p->op);
	*ret = NULL;
	*ret_program = m->object->elf->interpreter.len > 0;
	int rc = users_of(&u, m->object);
	while (rc == 0 && !*ret && u.next < u.queue.n) {
		const struct entry *at = u.queue.p[u.next++];
		*ret_program |= at->elf->interpreter.len > 0;
		if (!at->elf->runpath.len)
			rc = look_in_path(p, at, at->elf->rpath, m->name, ret);
		if (rc == 0)
			rc = users_of(&u, at);
	}
	return rc;
}

/*
 * The library in a directory below the object's own. Where no program is linked with an object, it
 * is opened (dlopen) by one that opened that library before, and the loader takes what is loaded
 * already: Java's lib/server/libjvm.so, which all in lib/ need and none would find.
 */
static const struct entry *below(const struct proof *p, const struct proof_missing *m)
{
	str dir = str_dir_name(m->object->path);

	for (ptrdiff_t i = 0; i < p->in->file_n; i++) {
		const struct entry *e = p->in->file[i].entry;
		if (e->type == ENTRY_FILE && e->elf && e->elf->type == 3 &&
		    proof_fits(p, e->elf) && str_eq(str_base_name(e->path), m->name) &&
		    str_starts(e->path, dir) && e->path.p[dir.len] == '/' &&
		    str_find(str_from(e->path, dir.len + 1), '/') >= 0)
			return e;
	}
	return NULL;
}

/* 1 if m is found after all: by its users, or by what is loaded before it. */
static int found_after_all(struct proof *p, struct proof_tally *t, const struct proof_missing *m,
			   struct map *noted)
{
	const struct entry *found;
	bool program;
	int rc = inherited(p, m, &found, &program);

	if (rc < 0 || found)
		return rc < 0 ? rc : 1;
	if (program || !(found = below(p, m)))
		return 0;
	if (map_get(noted, m->name))
		return 1;
	if ((rc = map_put(noted, m->name, (void *)(uintptr_t)found)) < 0)
		return rc;
	rc = proof_note(p, t, "%.*s needs %.*s: loaded before it, from %.*s",
			STR_ARG(m->object->path), STR_ARG(m->name), STR_ARG(found->path));
	return rc < 0 ? rc : 1;
}

int proof_library_end(struct proof *p, struct proof_tally *t)
{
	struct map noted; /* libraries that are loaded before those that need them */

	map_init(&noted, p->op);
	if (p->missing.n && p->edge.n)
		qsort(p->edge.p, (size_t)p->edge.n, sizeof(p->edge.p[0]), edge_cmp);
	for (ptrdiff_t i = 0; i < p->missing.n; i++) {
		const struct proof_missing *m = &p->missing.p[i];
		/* Past what is told, they are only counted: each walk costs. */
		bool walk = t->bad_n < PROOF_DETAILS_MAX && i < WALKS_MAX;
		int rc = walk ? found_after_all(p, t, m, &noted) : 0;
		if (rc == 0)
			rc = proof_bad(p, t, "%.*s needs %.*s, which is not in the image",
				       STR_ARG(m->object->path), STR_ARG(m->name));
		if (rc < 0)
			return rc;
	}
	return 0;
}
