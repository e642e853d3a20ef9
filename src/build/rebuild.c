/* An image made again from the recipe and the lock that it carries, and held against itself. */
#include "build.h"

#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "codec/tar.h"

struct carried { /* what the top layer tells */
	str lock, recipe;
};

/* The two records out of the image's top layer; 1: they are not there. */
static int read_carried(struct op *op, const struct store *store, const struct image *image,
			struct carried *ret)
{
	const struct image_layer *top = &image->config.layer[image->config.layer_n - 1];
	AUTO_STREAM *in = NULL;
	AUTO_FD fd = -1;
	struct tar_entry e;
	struct tar *tar;
	uint64_t size;
	int rc = store_blob_verify(op, store, &top->digest);

	if (rc == 0)
		rc = store_blob_open(op, store, &top->digest, &fd, &size);
	if (rc)
		return rc < 0 ? rc
			      : op_fail(op, ERR_IO, "the image's top layer is not in the store");
	if ((rc = stream_open_fd(op, fd, S("top layer"), 0, size, LIMIT_LOCK * 2, &in)) < 0 ||
	    (rc = tar_open(op, in, S("top layer"), true, &tar)) < 0)
		return rc;
	while ((rc = tar_next(op, tar, &e)) == 1) {
		if (str_eq(e.path, S("usr/share/temper/lock.json")))
			rc = tar_read_all(op, tar, LIMIT_LOCK, &ret->lock);
		else if (str_eq(e.path, S("usr/share/temper/recipe.json")))
			rc = tar_read_all(op, tar, LIMIT_DOCUMENT, &ret->recipe);
		if (rc < 0)
			return rc;
	}
	return rc == 0 && (!ret->lock.len || !ret->recipe.len) ? 1 : rc;
}

int rebuild_recipe(struct op *op, const struct store *store, const struct image *image,
		   struct recipe *ret)
{
	struct carried carried = { .lock = S("") };
	int rc = image->config.layer_n ? read_carried(op, store, image, &carried) : 1;

	return rc ? rc : recipe_read_canonical(op, S("the image's recipe"), carried.recipe, ret);
}

static int note(struct op *op, struct texts *list, str line)
{
	str *p = op_new(op, str, list->n + 1);

	if (!p)
		return op->code;
	if (list->n)
		memcpy(p, list->p, (size_t)list->n * sizeof(*p));
	p[list->n++] = line;
	list->p = p;
	return 0;
}

static int compare_layer(struct op *op, const struct store *store, const struct image_layer *was,
			 const struct image_layer *is, struct rebuilt *r)
{
	bool unpacks;
	str line;
	int rc;

	if (digest_eq(&was->diff_id, &is->diff_id))
		r->same_diff_ids++;
	if (digest_eq(&was->digest, &is->digest)) {
		r->same_digests++;
		return 0;
	}
	if (!digest_eq(&was->diff_id, &is->diff_id)) {
		rc = op_text(op, &line, "layer '%.*s' differs in content", STR_ARG(is->created_by));
		return rc < 0 ? rc : note(op, &r->detail, line);
	}
	if ((rc = layer_unpacks_to(op, store, &was->digest, &was->diff_id, &unpacks)) < 0)
		return rc;
	r->kept_blobs += unpacks;
	rc = op_text(op, &line, "layer '%.*s' has the same content under another compression%s",
		     STR_ARG(is->created_by), unpacks ? "; the stored blob unpacks to it" : "");
	return rc < 0 ? rc : note(op, &r->detail, line);
}

static int compare_images(struct op *op, const struct store *store, const struct image *was,
			  const struct image *is, struct rebuilt *r)
{
	ptrdiff_t n =
		was->config.layer_n < is->config.layer_n ? was->config.layer_n : is->config.layer_n;
	int rc = 0;

	r->layers = was->config.layer_n;
	r->same_config = digest_eq(&was->config_digest, &is->config_digest);
	r->same = digest_eq(&was->manifest.digest, &is->manifest.digest);
	r->bare = was->annotations.n == 0;
	if (was->config.layer_n != is->config.layer_n)
		rc = note(op, &r->detail, S("the number of layers differs"));
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = compare_layer(op, store, &was->config.layer[i], &is->config.layer[i], r);
	if (rc == 0 && !r->same_config && r->same_diff_ids == r->layers)
		rc = note(op, &r->detail, S("the configuration differs"));
	return rc;
}

/* Where packages come from when the store lacks them: the user's word, the recipe's, the host's. */
static void find_mirror(struct op *op, const struct build_source *source,
			const struct recipe *recipe, struct parts_input *in,
			struct repo_mirror *mirror)
{
	str word = source->mirror.len ? source->mirror : recipe->mirror;
	str security = source->mirror.len ? S("") : recipe->security_mirror;

	if (source->offline)
		return;
	if (repo_mirror_find(op, word, security, mirror) < 0)
		op_forgive(op); /* a full store needs none */
	else
		in->mirror = mirror;
}

/* Other rules than then make other layers: that is to be told before they are found to differ. */
static int note_rules(struct op *op, const struct lock *lock, const struct effects *effects,
		      struct rebuilt *r)
{
	str now, line;
	int rc = parts_rules(op, effects, &now);

	if (rc < 0 || str_eq(now, lock->rules))
		return rc;
	rc = op_text(op, &line, "the image was made by the rules %.*s, this temper has %.*s",
		     STR_ARG(lock->rules), STR_ARG(now));
	return rc < 0 ? rc : note(op, &r->detail, line);
}

static int rebuild_one(struct op *op, const struct store *store, const struct build_source *source,
		       const struct image_descriptor *d, const struct build_voice *voice,
		       struct rebuilt *r)
{
	struct parts_input in = { .store = store, .offline = source->offline };
	struct carried carried = { .lock = S("") };
	struct repo_mirror mirror;
	struct recipe recipe;
	struct composed made;
	struct image was, is;
	struct lock lock;
	int rc = image_get(op, store, &d->digest, d->platform, &was);

	if (rc)
		return rc < 0 ? rc
			      : op_fail(op, ERR_IO, "the image's manifest is not in the store");
	if (was.config.layer_n == 0)
		return op_fail(op, ERR_USAGE, "this image has no layers");
	if ((rc = read_carried(op, store, &was, &carried)) > 0)
		return op_fail(op, ERR_USAGE,
			       "this image carries no lock: temper did not build it, or its top "
			       "layer was replaced");
	if (rc < 0 || (rc = recipe_read_canonical(op, S("the image's recipe"), carried.recipe, &recipe)) <
		    0 ||
	    (rc = lock_read(op, S("the image's lock"), carried.lock, &lock)) < 0)
		return rc;
	if (lock.platform_n != 1)
		return op_fail(op, ERR_FORMAT,
			       "the image's lock does not have exactly one platform");
	in.recipe = &recipe;
	if (was.config.created >= 0)
		in.created = &was.config.created; /* SOURCE_DATE_EPOCH stands nowhere else */
	in.compression = str_starts(lock.compressor, S("zstd")) ? COMPRESS_ZSTD : COMPRESS_GZIP;
	if (voice) {
		in.progress = voice->bytes;
		in.progress_arg = voice->arg;
	}
	find_mirror(op, source, &recipe, &in, &mirror);
	if (source->vendor.len && (rc = vendor_load(op, store, source->vendor, &lock)) < 0)
		return rc;
	if ((rc = effects_open(op, source->effects, &in.effects)) < 0 ||
	    (rc = compose(op, &in, &lock, &lock.platform[0], &made)) < 0)
		return rc;
	if (rc > 0)
		return op_fail(op, ERR_NO,
			       "the scripts of %.*s are answered otherwise now than when the image "
			       "was made; "
			       "rebuild it with the temper and the effects of then",
			       STR_ARG(made.stale));
	if ((rc = image_get(op, store, &made.manifest.digest, S(""), &is)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_IO, "the rebuilt manifest vanished from the store");
	*r = (struct rebuilt){ .platform = lock.platform[0].platform,
			       .was = was.manifest,
			       .name = recipe.name,
			       .encoder_was = lock.compressor,
			       .encoder_is = str_of(compress_id(in.compression)) };
	rc = note_rules(op, &lock, in.effects, r);
	if (rc == 0 && made.dated)
		rc = note(op, &r->detail,
			  S("its time is not that of its packages: SOURCE_DATE_EPOCH was set"));
	return rc < 0 ? rc : compare_images(op, store, &was, &is, r);
}

static bool is_asked_for(const struct build_source *source, const struct image_descriptor *d)
{
	const struct platform *is = platform_find(d->platform);

	for (ptrdiff_t i = 0; i < source->platforms.n; i++)
		if (is && is == platform_find(source->platforms.p[i]))
			return true;
	return source->platforms.n == 0;
}

int build_rebuild(struct op *op, const struct store *store, const struct build_source *source,
		  str image, const struct build_voice *voice, struct rebuilt **ret,
		  ptrdiff_t *ret_n)
{
	struct image_descriptor from, *manifest;
	ptrdiff_t n;
	str name;
	int rc = image_import(op, store, image, &from, &name);

	if (rc < 0)
		return rc;
	if ((rc = image_manifests(op, store, &from.digest, &manifest, &n)) != 0)
		return rc < 0 ? rc : op_fail(op, ERR_IO, "the image is not in the store");
	struct rebuilt *r = op_new(op, struct rebuilt, n);
	if (!r)
		return op->code;
	ptrdiff_t made = 0;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (n > 1 && !is_asked_for(source, &manifest[i]))
			continue;
		if ((rc = rebuild_one(op, store, source, &manifest[i], voice, &r[made++])) < 0)
			return rc;
	}
	if (made == 0)
		return op_fail(op, ERR_USAGE, "the image is not for %.*s",
			       STR_ARG(source->platforms.p[0]));
	*ret = r;
	*ret_n = made;
	return 0;
}
