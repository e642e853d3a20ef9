/* What maintainer scripts would have done, put into the top layer. */
#include "top_impl.h"

#include "base/glob.h"

int top_mode(struct top_work *w, str path, uint32_t mode, str owner, str group, str from)
{
	ptrdiff_t i = top_find(w, path);

	if (i < 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is not in the image", STR_ARG(from),
			       STR_ARG(path));
	struct layer_file file = { .entry = *w->path.p[i].entry, .from = from };
	if (mode != UINT32_MAX)
		file.entry.mode = mode;
	int rc = top_owner_ids(w, owner, group, from, &file.entry.uid, &file.entry.gid);
	if (rc < 0)
		return rc;
	if (file.entry.type == ENTRY_HARDLINK)
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is a hard link; name %.*s",
			       STR_ARG(from), STR_ARG(path), STR_ARG(file.entry.link));
	if (file.entry.type == ENTRY_FILE && (rc = top_bytes(w, i, &file.bytes)) != 0)
		return rc < 0 ? rc
			      : op_fail(w->op, ERR_USAGE, "%.*s: %.*s has no content",
					STR_ARG(from), STR_ARG(path));
	return top_put(w, file);
}

static int effect_copy(struct top_work *w, const struct effect *e, str path)
{
	str from, bytes;
	ptrdiff_t package;
	int rc = top_clean(w, e->from, false, e->origin, &from);

	if (rc < 0)
		return rc;
	ptrdiff_t at = top_find(w, from);
	const struct entry *shipped = at < 0 ? top_shipped(w, from, &package) : NULL;
	const struct entry *source = at < 0 ? shipped : w->path.p[at].entry;
	if (!source || source->type == ENTRY_DIRECTORY || source->type == ENTRY_SYMLINK)
		return op_fail(w->op, ERR_USAGE, "%.*s: no package ships the file %.*s",
			       STR_ARG(e->origin), STR_ARG(from));
	rc = at < 0 ? top_shipped_bytes(w, package, from, &bytes) : top_bytes(w, at, &bytes);
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s has no content", STR_ARG(e->origin),
			       STR_ARG(from));
	if (rc == 0)
		rc = top_put_file(w, path, bytes, 0644, e->origin);
	return rc < 0 ? rc : top_mode(w, path, e->mode, e->owner, e->group, e->origin);
}

/* Is it a package's path that was dropped? What would change it has nothing to do. */
static bool is_left_out(const struct top_work *w, str path)
{
	ptrdiff_t package;

	return top_find(w, path) < 0 && top_shipped(w, path, &package);
}

/* Does another package's effect say that the path is not to be made? */
static bool is_removed(const struct top_work *w, const struct effect *e)
{
	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct effects_answer *a = &w->in->package[p].answer;
		for (ptrdiff_t i = 0; i < a->n; i++)
			if (a->effect[i].kind == EFFECT_REMOVE &&
			    str_eq(a->effect[i].path, e->path) &&
			    !str_eq(a->effect[i].package, e->package))
				return true;
	}
	return false;
}

/* A link in each directory that the path's own matches: one that no package ships gets none. */
static int effect_links(struct top_work *w, const struct effect *e)
{
	str dir = str_dir_name(e->path), base = str_base_name(e->path);
	ptrdiff_t n = w->path.n;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		const struct entry *at = w->path.p[i].entry;
		str path;
		if (at->type != ENTRY_DIRECTORY || !glob_match(dir, at->path))
			continue;
		rc = op_text(w->op, &path, "%.*s/%.*s", STR_ARG(at->path), STR_ARG(base));
		if (rc == 0 && !top_dropped(w, path))
			rc = top_put_link(w, path, e->to, e->origin);
	}
	return rc;
}

static int effect_apply(struct top_work *w, const struct effect *e)
{
	uint32_t uid = 0, gid = 0;
	str path;
	int rc;

	switch (e->kind) {
	case EFFECT_DIRECTORY:
	case EFFECT_FILE:
	case EFFECT_COPY:
	case EFFECT_LINK:
	case EFFECT_MODE:
		break;
	default:
		return 0; /* accounts, alternatives, diversions and the CA bundle have their own
			     turn */
	}
	if ((rc = top_clean(w, e->path, e->kind == EFFECT_DIRECTORY, e->origin, &path)) < 0)
		return rc;
	if (top_dropped(w, path) || is_removed(w, e))
		return 0;
	if (e->kind == EFFECT_LINK && str_find(path, '*') >= 0)
		return effect_links(w, e);
	if (e->kind == EFFECT_COPY)
		return effect_copy(w, e, path);
	if (e->kind == EFFECT_LINK)
		return top_put_link(w, path, e->to, e->origin);
	if (e->kind == EFFECT_MODE && is_left_out(w, path))
		return 0;
	if (e->kind == EFFECT_MODE)
		return top_mode(w, path, e->mode, e->owner, e->group, e->origin);
	if ((rc = top_owner_ids(w, e->owner, e->group, e->origin, &uid, &gid)) < 0)
		return rc;
	uint32_t mode = e->mode != UINT32_MAX ? e->mode : e->kind == EFFECT_DIRECTORY ? 0755 : 0644;
	return top_put(w, (struct layer_file){ .entry = { .path = path,
							  .mode = mode,
							  .uid = uid,
							  .gid = gid,
							  .type = e->kind == EFFECT_DIRECTORY
									  ? ENTRY_DIRECTORY
									  : ENTRY_FILE },
					       .bytes = e->text,
					       .from = e->origin });
}

/* Alternatives: of each name the highest priority wins, the first package on a tie. */

static const struct effect *alternative_winner(const struct top_input *in,
					       const struct effect *like)
{
	const struct effect *best = like;

	for (ptrdiff_t p = 0; p < in->package_n; p++) {
		for (ptrdiff_t i = 0; i < in->package[p].answer.n; i++) {
			const struct effect *e = &in->package[p].answer.effect[i];
			if (e->kind == EFFECT_ALTERNATIVE && e->master.len == 0 &&
			    str_eq(e->name, like->name) && e->priority > best->priority)
				best = e;
		}
	}
	return best;
}

static int put_alternative(struct top_work *w, const struct effect *e)
{
	str link, target, middle, to;
	int rc = top_clean(w, e->path, false, e->origin, &link);

	if (rc < 0 || (rc = top_clean(w, e->to, false, e->origin, &target)) < 0)
		return rc;
	if (top_find(w, target) < 0 || top_dropped(w, link))
		return 0; /* what it points at was dropped: a man page */
	if ((rc = op_text(w->op, &middle, "etc/alternatives/%.*s", STR_ARG(e->name))) < 0 ||
	    (rc = top_clean(w, middle, false, e->origin, &middle)) < 0 ||
	    (rc = op_text(w->op, &to, "/%.*s", STR_ARG(middle))) < 0)
		return rc;
	if ((rc = top_put_link(w, middle, e->to, e->origin)) < 0)
		return rc;
	return top_put_link(w, link, to, e->origin);
}

static int put_alternatives(struct top_work *w, const struct effects_answer *a)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < a->n; i++) {
		const struct effect *e = &a->effect[i];
		if (e->kind != EFFECT_ALTERNATIVE || e->master.len ||
		    alternative_winner(w->in, e) != e)
			continue;
		rc = put_alternative(w, e);
		for (ptrdiff_t k = 0; rc == 0 && k < a->n; k++)
			if (a->effect[k].kind == EFFECT_ALTERNATIVE &&
			    str_eq(a->effect[k].master, e->name) &&
			    a->effect[k].priority == e->priority)
				rc = put_alternative(w, &a->effect[k]);
	}
	return rc;
}

int top_effects(struct top_work *w)
{
	const struct top_input *in = w->in;
	struct top_trust trust = { .bundle = S("") };
	int rc = 0;

	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++) {
		const struct effects_answer *a = &in->package[p].answer;
		for (ptrdiff_t i = 0; rc == 0 && i < a->n; i++) {
			if (a->effect[i].kind == EFFECT_CA_BUNDLE)
				trust.bundle = a->effect[i].origin;
			if (a->effect[i].kind == EFFECT_JAVA_TRUSTSTORE)
				trust.java = a->effect[i].origin;
			rc = effect_apply(w, &a->effect[i]);
		}
	}
	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++)
		rc = put_alternatives(w, &in->package[p].answer);
	return rc < 0 ? rc : top_trusted(w, &trust);
}
