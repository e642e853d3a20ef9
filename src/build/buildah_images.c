/* The images that a Dockerfile names: found, brought into the store, and called what buildah is to call them. */
#include "buildah.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "oci/source.h"

struct collecting {
	struct op *op;
	const struct store *store;
	const struct buildah_wish *wish;
	const struct dockerfile *d;
	VEC(struct buildah_image) image;
};

/* A number of the base's stage chain that is built on an image, or below zero: scratch. */
static int bottom_stage(const struct dockerfile *d)
{
	int at = d->target;

	for (ptrdiff_t i = 0; i < d->stage_n && at >= 0 && d->stage[at].base_stage >= 0; i++)
		at = d->stage[at].base_stage;
	return at >= 0 && d->stage[at].base_stage == DOCKERFILE_IMAGE ? at : -1;
}

/* What --source says that a name is, as SCHEME:PLACE; Docker's own spellings too. */
static int given_source(struct collecting *c, str name, str *ret)
{
	*ret = S("");
	for (ptrdiff_t i = 0; i < c->wish->sources.n; i++) {
		str place = c->wish->sources.p[i], key = str_cut(&place, '=');
		if (!str_eq(key, name))
			continue;
		if (str_starts(place, S("docker-image://")))
			return op_text(c->op, ret, "registry:%.*s", STR_ARG(str_from(place, 15)));
		if (str_starts(place, S("oci-layout://")))
			return op_text(c->op, ret, "oci-dir:%.*s", STR_ARG(str_from(place, 13)));
		*ret = place;
	}
	return 0;
}

/* The store's own by its name; of a name with a digest that very image. */
static int find_root(struct collecting *c, str name, struct image_descriptor *ret)
{
	static str store_only[] = { S_INIT("store") };
	struct source_wish wish = { .platform = c->wish->platform,
				    .insecure = c->wish->insecure,
				    .offline = c->wish->offline };
	str from, ignored;
	int rc = given_source(c, name, &from);

	if (rc == 0 && from.len)
		return source_import(c->op, c->store, from, &wish, ret, &ignored);
	if (rc == 0 && !c->wish->pull) {
		wish.from = (struct texts){ store_only, 1 };
		rc = source_import(c->op, c->store, name, &wish, ret, &ignored);
		if (rc == 0 || rc != ERR_USAGE)
			return rc;
		op_forgive(c->op);
		wish.from = (struct texts){ 0 };
		rc = 0;
	}
	if (rc == 0 && c->wish->offline)
		return op_fail(c->op, ERR_USAGE,
			       "'%.*s' is not in the store, and --offline asks no registry",
			       STR_ARG(name));
	if (rc == 0)
		rc = op_text(c->op, &from, "registry:%.*s", STR_ARG(name));
	return rc < 0 ? rc : source_import(c->op, c->store, from, &wish, ret, &ignored);
}

static int add_image(struct collecting *c, str name, int line)
{
	struct buildah_image image = { .name = name };

	for (ptrdiff_t i = 0; i < c->image.n; i++)
		if (str_eq(c->image.p[i].name, name))
			return 0;
	if (name.len == 0)
		return op_fail(
			c->op, ERR_USAGE,
			"%.*s:%d: the image's name has a variable without a value: give it by "
			"--build-arg",
			STR_ARG(c->d->path), line);
	int rc = find_root(c, name, &image.root);
	if (rc == 0)
		rc = image_get(c->op, c->store, &image.root.digest, c->wish->platform,
			       &image.image);
	if (rc)
		return rc < 0 ? op_fail_in(c->op, "%.*s:%d: FROM %.*s", STR_ARG(c->d->path), line,
					   STR_ARG(name))
			      : op_fail(c->op, ERR_IO, "the image %.*s vanished from the store",
					STR_ARG(name));
	struct buildah_image *to = vec_push(c->op, &c->image);
	if (!to)
		return c->op->code;
	*to = image;
	return 0;
}

/* COPY --from=IMAGE, and RUN --mount=from=IMAGE. */
static str image_of_flag(const struct dockerfile *d, const struct dockerfile_step *s,
			 const struct dockerfile_flag *f)
{
	bool copies = s->kind == DOCKERFILE_COPY || s->kind == DOCKERFILE_ADD;
	str name = copies && str_eq(f->name, S("from")) ? f->value
		   : s->kind == DOCKERFILE_RUN && str_eq(f->name, S("mount"))
			   ? dockerfile_mount(f->value, "from")
			   : S("");

	if (name.len == 0 || str_eq(name, S("scratch")) ||
	    dockerfile_stage_of(d, name, s->stage, copies) >= 0)
		return S("");
	return name;
}

int buildah_images(struct op *op, const struct store *store, const struct buildah_wish *wish,
		   struct buildah_built *ret)
{
	const struct dockerfile *d = &ret->dockerfile;
	struct collecting c = { .op = op, .store = store, .wish = wish, .d = d };
	int bottom = bottom_stage(d);

	for (ptrdiff_t i = 0; i < d->stage_n; i++) {
		const struct dockerfile_stage *s = &d->stage[i];
		if (s->used && s->base_stage == DOCKERFILE_IMAGE &&
		    add_image(&c, s->image, s->line) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; i < d->step_n; i++) {
		const struct dockerfile_step *s = &d->step[i];
		if (s->stage < 0 || !d->stage[s->stage].used)
			continue;
		for (ptrdiff_t k = 0; k < s->flag_n; k++) {
			str name = image_of_flag(d, s, &s->flag[k]);
			if (name.len && add_image(&c, name, s->line) < 0)
				return op->code;
		}
	}
	ret->used = c.image.p;
	ret->used_n = c.image.n;
	ret->base = NULL;
	for (ptrdiff_t i = 0; bottom >= 0 && i < c.image.n; i++)
		if (str_eq(c.image.p[i].name, d->stage[bottom].image))
			ret->base = &c.image.p[i];
	return 0;
}

int buildah_name(struct op *op, const struct buildah_image *image, str *ret)
{
	char text[DIGEST_TEXT];
	str hex = str_of(digest_text(&image->image.manifest.digest, text));

	return op_text(op, ret, "temper-%.*s", STR_ARG(str_head(str_from(hex, 7), 16)));
}

/* Names replaced */

struct replacement {
	ptrdiff_t at, len; /* in the Dockerfile's bytes */
	str by;
};

struct renaming {
	struct op *op;
	const struct buildah_built *b;
	str bytes;
	VEC(ptrdiff_t) line; /* where each begins */
	VEC(struct replacement) r;
};

static int find_lines(struct renaming *n)
{
	ptrdiff_t at = 0;

	while (at <= n->bytes.len) {
		ptrdiff_t *p = vec_push(n->op, &n->line);
		if (!p)
			return n->op->code;
		*p = at;
		ptrdiff_t end = str_find(str_from(n->bytes, at), '\n');
		at = end < 0 ? n->bytes.len + 1 : at + end + 1;
	}
	return 0;
}

/* `text` stands at or behind that place in its line: have it replaced by the image's name. */
static int replace(struct renaming *n, int line, int col, str text, str name)
{
	const struct buildah_image *image = NULL;
	str rest, local;

	for (ptrdiff_t i = 0; i < n->b->used_n; i++)
		if (str_eq(n->b->used[i].name, name))
			image = &n->b->used[i];
	if (!image || line < 1 || line > n->line.n || col < 1)
		return 0;
	ptrdiff_t begin = n->line.p[line - 1] + col - 1;
	rest = str_from(n->bytes, begin);
	rest = str_cut(&rest, '\n');
	ptrdiff_t at = str_find_str(rest, text);
	if (at < 0)
		return op_fail(n->op, ERR_USAGE,
			       "%.*s:%d: the image's name '%.*s' is not written in one piece",
			       STR_ARG(n->b->dockerfile.path), line, STR_ARG(text));
	struct replacement *r = vec_push(n->op, &n->r);
	if (!r || buildah_name(n->op, image, &local) < 0)
		return n->op->code;
	*r = (struct replacement){ .at = begin + at, .len = text.len };
	return op_text(n->op, &r->by, "localhost/%.*s", STR_ARG(local));
}

static int rename_step(struct renaming *n, const struct dockerfile_step *s)
{
	const struct dockerfile *d = &n->b->dockerfile;

	if (s->kind == DOCKERFILE_FROM && s->word_n > 0) {
		const struct dockerfile_stage *stage = &d->stage[s->stage];
		return stage->base_stage != DOCKERFILE_IMAGE
			       ? 0
			       : replace(n, s->word[0].line, s->word[0].col, s->word[0].text,
					 stage->image);
	}
	for (ptrdiff_t k = 0; k < s->flag_n; k++) {
		str name = image_of_flag(d, s, &s->flag[k]);
		if (name.len && replace(n, s->flag[k].line, s->flag[k].col, name, name) < 0)
			return n->op->code;
	}
	return 0;
}

int buildah_renamed(struct op *op, const struct buildah_built *b, str bytes, str *ret)
{
	struct renaming n = { .op = op, .b = b, .bytes = bytes };
	ptrdiff_t at = 0;
	struct buf out;

	if (find_lines(&n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < b->dockerfile.step_n; i++) {
		const struct dockerfile_step *s = &b->dockerfile.step[i];
		if (s->stage >= 0 && b->dockerfile.stage[s->stage].used && rename_step(&n, s) < 0)
			return op->code;
	}
	buf_init(&out, op, LIMIT_DOCUMENT * 2);
	for (ptrdiff_t i = 0; i < n.r.n; i++) {
		buf_add(&out, str_head(str_from(bytes, at), n.r.p[i].at - at));
		buf_add(&out, n.r.p[i].by);
		at = n.r.p[i].at + n.r.p[i].len;
	}
	buf_add(&out, str_from(bytes, at));
	return buf_take(&out, ret);
}
