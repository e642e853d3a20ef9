#include <string.h>

#include "base/limits.h"

#include "proof_impl.h"

/* What is mounted or written there when a container runs. */
static const str runtime_dir[] = {
	S_INIT("proc"), S_INIT("dev"), S_INIT("run"), S_INIT("sys"), S_INIT("tmp"),
};

static const struct entry root = { .type = ENTRY_DIRECTORY };

struct walk {
	char path[LIMIT_PATH]; /* real so far, without a leading slash */
	ptrdiff_t len;
	char todo[2][2 * LIMIT_PATH]; /* what is left: in one of them; a link's text goes into the
					 other */
	int side;
	str rest;
};

static bool is_runtime(str path)
{
	str top = str_cut(&path, '/');

	for (size_t i = 0; i < sizeof(runtime_dir) / sizeof(runtime_dir[0]); i++)
		if (str_eq(top, runtime_dir[i]))
			return true;
	return false;
}

static bool walk_push(struct walk *w, str part)
{
	ptrdiff_t slash = w->len > 0;

	if (part.len > LIMIT_NAME || w->len + slash + part.len >= LIMIT_PATH)
		return false;
	if (slash)
		w->path[w->len++] = '/';
	memcpy(w->path + w->len, part.p, (size_t)part.len);
	w->len += part.len;
	return true;
}

static void walk_pop(struct walk *w)
{
	w->len = str_dir_name((str){ w->path, w->len }).len;
}

/* Go on with link before what is left. */
static bool walk_link(struct walk *w, str link)
{
	char *to = w->todo[!w->side];
	ptrdiff_t rest = w->rest.len;

	if (link.len == 0 || link.len >= LIMIT_PATH || link.len + 1 + rest > 2 * LIMIT_PATH)
		return false;
	memcpy(to, link.p, (size_t)link.len);
	to[link.len] = '/';
	if (rest)
		memcpy(to + link.len + 1, w->rest.p, (size_t)rest);
	w->side = !w->side;
	w->rest = (str){ to, link.len + 1 + rest };
	walk_pop(w);
	if (link.p[0] == '/')
		w->len = 0;
	return true;
}

static enum proof_found walk_on(const struct proof *p, struct walk *w, const struct entry **ret)
{
	const struct entry *at = &root;

	for (int links = 0; w->rest.len;) {
		str part = str_cut(&w->rest, '/');
		if (part.len == 0 || str_eq(part, S(".")))
			continue;
		if (at->type != ENTRY_DIRECTORY)
			return PROOF_ABSENT;
		if (str_eq(part, S(".."))) {
			walk_pop(w);
			continue;
		}
		if (!walk_push(w, part))
			return PROOF_ABSENT;
		const struct entry *e = map_get(&p->entry, (str){ w->path, w->len });
		if (!e)
			return is_runtime((str){ w->path, w->len }) ? PROOF_RUNTIME : PROOF_ABSENT;
		if (e->type == ENTRY_SYMLINK && ++links > PROOF_LINKS_MAX)
			return PROOF_CIRCLE;
		if (e->type == ENTRY_SYMLINK && !walk_link(w, e->link))
			return PROOF_ABSENT;
		if (e->type == ENTRY_HARDLINK)
			e = map_get(&p->entry, e->link);
		if (!e)
			return PROOF_ABSENT;
		at = e->type == ENTRY_SYMLINK ? &root : e;
	}
	if (at->type == ENTRY_DIRECTORY) /* ".." may have left it for one above */
		at = w->len ? map_get(&p->entry, (str){ w->path, w->len }) : &root;
	*ret = at ? at : &root;
	return PROOF_THERE;
}

enum proof_found proof_resolve(const struct proof *p, str dir, str target, const struct entry **ret)
{
	struct walk w;

	if (target.len >= LIMIT_PATH || dir.len >= LIMIT_PATH || target.len == 0)
		return PROOF_ABSENT;
	w.side = 0;
	w.len = target.p[0] == '/' ? 0 : dir.len;
	if (w.len)
		memcpy(w.path, dir.p, (size_t)w.len);
	w.rest = target;
	return walk_on(p, &w, ret);
}
