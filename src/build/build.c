#include "build.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/json.h"
#include "model/version.h"
#include "local.h"

/* Everything that a build holds on its way. */
struct work {
	struct op *op;
	const struct store *store;
	const struct build_source *source;
	const struct build_voice *voice;
	struct recipe recipe;
	struct session *session;
	struct effects *effects;
	struct repo_mirror mirror;
	bool has_mirror;
	struct parts_input parts;
	struct texts selected; /* platforms to compose; the lock may have more */
	bool locked;
};

static void begun(const struct work *w, const char *step)
{
	if (w->voice && w->voice->begin)
		w->voice->begin(w->voice->arg, step);
}

static void done(const struct work *w, const char *step, str detail)
{
	if (w->voice && w->voice->done)
		w->voice->done(w->voice->arg, step, detail);
}

static bool compression_kind(str name, enum compress_kind *ret)
{
	*ret = str_eq(name, S("zstd")) ? COMPRESS_ZSTD : COMPRESS_GZIP;
	return str_eq(name, S("zstd")) || str_eq(name, S("gzip"));
}

/* A mirror is found when it is first needed: a build from a full store needs none. */
static int need_mirror(struct work *w)
{
	str word = w->source->mirror.len ? w->source->mirror : w->recipe.mirror;

	if (w->has_mirror)
		return 0;
	int rc = session_mirror(w->op, w->session, word,
				w->source->mirror.len ? S("") : w->recipe.security_mirror,
				&w->mirror);
	if (rc < 0)
		return rc;
	w->has_mirror = true;
	w->parts.mirror = &w->mirror;
	return 0;
}

/* The mirror if one can be found; a build whose packages are all in the store does without. */
static void want_mirror(struct work *w)
{
	if (!w->source->offline && need_mirror(w) < 0)
		op_forgive(w->op);
}

static bool lists(const struct texts *platforms, const struct platform *p)
{
	for (ptrdiff_t i = 0; i < platforms->n; i++)
		if (platform_find(platforms->p[i]) == p)
			return true;
	return false;
}

/* What to build for; a platform that the user asks for and the recipe does not list is locked too.
 */
static int select_platforms(struct work *w)
{
	struct texts *all = &w->recipe.platforms;
	const struct texts *asked = &w->source->platforms;
	str *p = op_new(w->op, str, all->n + asked->n + 1);

	if (!p)
		return w->op->code;
	for (ptrdiff_t i = 0; i < all->n; i++)
		p[i] = all->p[i];
	all->p = p;
	for (ptrdiff_t i = 0; i < asked->n; i++) {
		const struct platform *want = platform_find(asked->p[i]);
		if (!want)
			return op_fail(w->op, ERR_USAGE, "unknown platform %.*s; known: %s",
				       STR_ARG(asked->p[i]), platform_names());
		if (!lists(all, want))
			all->p[all->n++] = str_of(want->name);
	}
	w->selected = *all;
	if (asked->n) {
		w->selected = *asked;
	} else if (!w->source->all_platforms && platform_host() && lists(all, platform_host())) {
		str *own = op_new(w->op, str, 1);
		if (!own)
			return w->op->code;
		own[0] = str_of(platform_host()->name);
		w->selected = (struct texts){ own, 1 };
	}
	return 0;
}

static int begin(struct work *w)
{
	str compression = w->source->compression;
	int rc = 0;

	w->effects = session_effects(w->session);
	w->parts = (struct parts_input){ .store = w->store,
					 .recipe = &w->recipe,
					 .effects = w->effects,
					 .offline = w->source->offline,
					 .session = w->session };
	if (w->voice) {
		w->parts.progress = w->voice->bytes;
		w->parts.unanswered = w->voice->unanswered;
		w->parts.progress_arg = w->voice->arg;
	}
	if (!compression_kind(compression.len ? compression : w->recipe.compression,
			      &w->parts.compression))
		return op_fail(w->op, ERR_USAGE, "unknown compression %.*s; known: gzip, zstd",
			       STR_ARG(compression));
	if ((rc = parts_rules(w->op, w->effects, &w->parts.rules)) < 0)
		return rc;
	return select_platforms(w);
}

/* The lock */

static int find_lock_path(struct work *w, str *ret)
{
	if (w->source->lock.len) {
		*ret = w->source->lock;
		return 0;
	}
	return lock_path(w->op, w->source->recipe, ret);
}

/* 1: there is none. */
static int load_lock(struct work *w, str path, struct lock *ret, str *ret_text)
{
	int rc = file_read(w->op, AT_FDCWD, path, LIMIT_LOCK, ret_text);

	return rc ? rc : lock_read(w->op, path, *ret_text, ret);
}

/* A file among the packages that is not what was locked; one that is not there may be in the store.
 */
static int changed_file(const struct work *w, const struct lock *lock, const char **ret)
{
	for (ptrdiff_t i = 0; i < w->recipe.deb_n; i++) {
		const struct recipe_deb *deb = &w->recipe.deb[i];
		struct digest is;
		int rc = local_digest(w->op, deb, &is);
		if (rc < 0)
			return rc;
		for (ptrdiff_t p = 0; rc == 0 && p < lock->platform_n; p++) {
			const struct lock_platform *l = &lock->platform[p];
			for (ptrdiff_t k = 0; k < l->package_n; k++)
				if (l->package[k].local && str_eq(l->package[k].path, deb->line) &&
				    !digest_eq(&l->package[k].sha256, &is))
					*ret = deb->line.p;
		}
	}
	return 0;
}

/* Why the lock does not hold for the recipe; NULL if it does. */
static const char *stale(const struct work *w, const struct lock *lock)
{
	if (!digest_eq(&lock->recipe, &w->recipe.digest))
		return "the recipe has changed since";
	if (!str_eq(lock->rules, w->parts.rules))
		return "layers are made by other rules now";
	for (ptrdiff_t i = 0; i < w->recipe.platforms.n; i++)
		if (!lock_platform_find(lock, platform_find(w->recipe.platforms.p[i])))
			return "it does not have every platform";
	if (str_starts(lock->compressor, S("zstd")) != (w->parts.compression == COMPRESS_ZSTD))
		return "it is for another compression";
	return NULL;
}

static void resolve_begun(void *arg, const char *step)
{
	begun(arg, step);
}

static void resolve_done(void *arg, const char *step, str detail)
{
	done(arg, step, detail);
}

static void resolve_warn(void *arg, str text)
{
	const struct work *w = arg;

	if (w->voice && w->voice->warn)
		w->voice->warn(w->voice->arg, text);
}

/* Offline, the state in the store does without a mirror. */
static int resolve_input_of(struct work *w, struct resolve_input *ret)
{
	int rc = need_mirror(w);

	if (rc < 0 && !w->source->offline)
		return rc;
	if (rc < 0)
		op_forgive(w->op);
	*ret = (struct resolve_input){ .parts = &w->parts,
				       .session = w->session,
				       .mirror = w->mirror,
				       .keyring = w->recipe.keyring,
				       .begin = resolve_begun,
				       .done = resolve_done,
				       .warn = resolve_warn,
				       .arg = w };
	return 0;
}

static int make_lock(struct work *w, struct lock *ret)
{
	struct resolve_input in;
	int rc = resolve_input_of(w, &in);

	return rc < 0 ? rc : resolve(w->op, &in, ret);
}

static int write_lock(struct work *w, const struct lock *lock, str path, str before)
{
	str text;
	int rc = lock_write(w->op, lock, NULL, true, &text);

	if (rc < 0 || str_eq(text, before))
		return rc;
	return file_replace(w->op, AT_FDCWD, path, text, 0644);
}

/* Is the artifact still what the lock says? 1 if it is not, and *ret is what it is now. */
static int look_again(struct work *w, const struct recipe_artifact *a,
		      const struct lock_artifact *locked, struct lock_artifact *ret)
{
	if (a->url.len)
		return 0; /* the recipe names its bytes */
	int rc = artifact_look(w->op, w->store, a, w->source->offline, ret);
	if (rc < 0)
		return rc;
	if (rc > 0 && (w->locked || w->source->vendor.len))
		return 0; /* the store or the vendor directory has it, or the build fails later */
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE,
			       "%.*s:%d: the artifact %.*s is to come from %.*s%.*s, and there is "
			       "nothing",
			       STR_ARG(a->file), a->line, STR_ARG(a->name), STR_ARG(a->dir),
			       STR_ARG(a->path));
	return !digest_eq(&ret->sha256, &locked->sha256);
}

/*
 * A team's software changes more often than its packages should: a path with other bytes than the
 * lock says takes its new place there, and the rest of the lock stays.
 */
static int settle_artifacts(struct work *w, bool locked, struct built *b)
{
	const struct recipe *r = &w->recipe;

	for (ptrdiff_t p = 0; p < b->lock.platform_n; p++) {
		struct lock_platform *l = &b->lock.platform[p];
		for (ptrdiff_t i = 0; i < r->artifact_n; i++) {
			const struct recipe_artifact *a = &r->artifact[i];
			struct lock_artifact is, *was;
			if (!artifact_is_for(a, l->platform))
				continue;
			was = (struct lock_artifact *)(uintptr_t)lock_artifact_find(l, a->name);
			if (!was)
				return op_fail(w->op, ERR_USAGE, "%.*s lacks the artifact %.*s",
					       STR_ARG(b->lock_path), STR_ARG(a->name));
			int rc = look_again(w, a, was, &is);
			if (rc <= 0) {
				if (rc < 0)
					return rc;
				continue;
			}
			if (locked)
				return op_fail(w->op, ERR_NO,
					       "%.*s is stale: the artifact %.*s has changed "
					       "since; run: temper lock %.*s",
					       STR_ARG(b->lock_path), STR_ARG(a->name),
					       STR_ARG(w->source->recipe));
			*was = is;
			b->lock_state = BUILD_LOCK_REFRESHED;
		}
	}
	return 0;
}

static int settle_lock(struct work *w, bool locked, struct built *b, str *ret_before)
{
	int rc = load_lock(w, b->lock_path, &b->lock, ret_before);
	const char *why = rc == 0 ? stale(w, &b->lock) : NULL, *file = NULL;

	if (rc == 0 && !why && (rc = changed_file(w, &b->lock, &file)) == 0 && file) {
		str text;
		rc = op_text(w->op, &text, "%s has changed since", file);
		why = rc == 0 ? text.p : NULL;
	}
	if (rc == 0 && !why) {
		b->lock_state = BUILD_LOCK_FOUND;
		return settle_artifacts(w, locked, b);
	}
	if (rc < 0)
		return rc;
	if (locked)
		return op_fail(w->op, ERR_NO, "%.*s %s%s; run: temper lock %.*s",
			       STR_ARG(b->lock_path),
			       rc ? "is missing" : "is stale: ", rc ? "" : why,
			       STR_ARG(w->source->recipe));
	b->lock_state = rc ? BUILD_LOCK_MADE : BUILD_LOCK_REFRESHED;
	if (rc)
		*ret_before = S("");
	return make_lock(w, &b->lock);
}

/* The record of a finished build: what was made, from exactly what, and by which tests it was
 * judged. */

static int add_test_files(struct op *op, const struct recipe *recipe, struct buf *b)
{
	for (ptrdiff_t i = 0; i < recipe->test_files.n; i++) {
		char hex[DIGEST_HEX];
		struct digest d;
		str text, path;
		int rc = recipe_test_file(op, recipe, i, &path, &text);
		if (rc < 0)
			return rc;
		d = digest_of(text);
		buf_fmt(b, "%s\n", digest_hex(&d, hex));
	}
	return 0;
}

static int record_key(struct op *op, const struct lock *lock, const struct texts *selected,
		      const struct recipe *recipe, struct digest *ret)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	struct buf b;
	str text;
	int rc = lock_write(op, lock, NULL, false, &text);

	if (rc < 0)
		return rc;
	buf_init(&b, op, LIMIT_LOCK + 4096);
	buf_fmt(&b, "%s %s\n", TEMPER_VERSION, epoch ? epoch : "");
	for (ptrdiff_t i = 0; i < selected->n; i++)
		buf_fmt(&b, "%s\n", platform_find(selected->p[i])->name);
	buf_add(&b, text);
	if ((rc = add_test_files(op, recipe, &b)) == 0 && (rc = buf_take(&b, &text)) == 0)
		*ret = digest_of(text);
	return rc;
}

int build_remember(struct op *op, const struct store *store, const struct built *b, bool tested)
{
	char text[DIGEST_TEXT];
	struct json_out j;
	struct digest key;
	struct buf out;
	str record;

	buf_init(&out, op, 4096);
	json_begin(&j, &out, 0);
	json_object(&j);
	json_pair(&j, "mediaType", b->image.media_type);
	json_pair(&j, "digest", str_of(digest_text(&b->image.digest, text)));
	json_pair_u64(&j, "size", b->image.size);
	json_key(&j, S("tested"));
	json_bool(&j, tested);
	json_object_end(&j);
	int rc = buf_take(&out, &record);
	if (rc == 0)
		rc = record_key(op, &b->lock, &b->platforms, &b->recipe, &key);
	return rc < 0 ? rc : store_key_put(op, store, "build", &key, record);
}

/* Are all layers of the lock's images in the store? */
static bool layers_there(const struct work *w, const struct lock *lock)
{
	for (ptrdiff_t i = 0; i < w->selected.n; i++) {
		const struct lock_platform *p =
			lock_platform_find(lock, platform_find(w->selected.p[i]));
		if (!p || p->layer_n == 0)
			return false;
		for (ptrdiff_t l = 0; l < p->layer_n; l++)
			if (!store_blob_has(w->store, &p->layer[l].digest))
				return false;
	}
	return true;
}

static bool manifests_there(const struct work *w, const struct lock *lock)
{
	for (ptrdiff_t i = 0; i < w->selected.n; i++)
		if (!store_blob_has(
			    w->store,
			    &lock_platform_find(lock, platform_find(w->selected.p[i]))->manifest))
			return false;
	return true;
}

/* 0: the record of exactly this build was found and b filled; 1: not. */
static int recall(struct work *w, const struct build_wish *wish, struct built *b)
{
	struct digest key;
	struct doc doc;
	str record, digest;
	int rc = record_key(w->op, &b->lock, &w->selected, &w->recipe, &key);

	if (rc < 0 || w->source->effects.len || !layers_there(w, &b->lock) ||
	    !manifests_there(w, &b->lock))
		return rc < 0 ? rc : 1;
	if ((rc = store_key_get(w->op, w->store, "build", &key, 4096, &record)) != 0)
		return rc;
	if (json_parse(w->op, S("build record"), record, &doc) < 0) {
		op_forgive(w->op);
		return 1;
	}
	const struct node *n = &doc.root;
	bool ok = node_text(node_get(n, S("mediaType")), &b->image.media_type) &&
		  node_text(node_get(n, S("digest")), &digest) &&
		  digest_parse(digest, &b->image.digest) &&
		  node_u64(node_get(n, S("size")), &b->image.size) &&
		  node_bool(node_get(n, S("tested")), &b->tested);
	if (!ok || (wish->tested && !b->tested) || !store_blob_has(w->store, &b->image.digest))
		return 1;
	b->unchanged = true;
	b->n = w->selected.n;
	b->platforms = w->selected;
	return 0;
}

/* 1: the lock may be made anew. */
static int stale_answers(struct work *w, const struct built *b, const struct composed *c)
{
	if (w->locked)
		return op_fail(
			w->op, ERR_NO,
			"%.*s is stale: the scripts of %.*s are answered otherwise now; run: "
			"temper lock %.*s",
			STR_ARG(b->lock_path), STR_ARG(c->stale), STR_ARG(w->source->recipe));
	return 1;
}

/* --locked is exactly what the lock says, in and out. */
static int check_outcome(struct work *w, const struct built *b, const struct digest *says,
			 const struct digest *is)
{
	char was_text[DIGEST_TEXT], is_text[DIGEST_TEXT];

	if (digest_is_zero(says) || digest_eq(says, is))
		return 0;
	return op_fail(w->op, ERR_NO,
		       "%.*s says that the image is %s, and this temper makes %s of it%s; run: "
		       "temper lock %.*s",
		       STR_ARG(b->lock_path), digest_text(says, was_text), digest_text(is, is_text),
		       getenv("SOURCE_DATE_EPOCH") ? " (SOURCE_DATE_EPOCH is set)" : "",
		       STR_ARG(w->source->recipe));
}

/* 1 if the lock's answers are stale. */
static int compose_all(struct work *w, struct built *b)
{
	b->n = w->selected.n;
	b->platforms = w->selected;
	b->manifest = op_new(w->op, struct image_descriptor, b->n);
	b->outcome = op_new(w->op, struct outcome, b->n);
	if (!b->manifest || !b->outcome)
		return w->op->code;
	for (ptrdiff_t i = 0; i < b->n; i++) {
		struct composed c;
		str text;
		begun(w, "compose");
		const struct lock_platform *p =
			lock_platform_find(&b->lock, platform_find(w->selected.p[i]));
		MUST(p); /* the lock would be stale */
		struct digest was = p->manifest;
		int rc = compose(w->op, &w->parts, &b->lock,
				 &b->lock.platform[p - b->lock.platform], &c);
		if (rc != 0)
			return rc < 0 ? rc : stale_answers(w, b, &c);
		if (w->locked && (rc = check_outcome(w, b, &was, &c.manifest.digest)) < 0)
			return rc;
		b->manifest[i] = c.manifest;
		b->outcome[i] = c.outcome;
		if ((rc = op_text(w->op, &text, "%td layers for %s", c.outcome.layer_n,
				  c.outcome.platform->name)) < 0)
			return rc;
		done(w, "compose", text);
	}
	if (b->n == 1) {
		b->image = b->manifest[0];
		return 0;
	}
	return image_index_put(w->op, w->store, b->manifest, b->n, &(struct pairs){ NULL, 0 },
			       &b->image);
}

/*
 * The lock may have been made with another encoder. Its own blobs serve if they are here; else it
 * is refused, or, where it may change, it is from now on the lock of this encoder: the packages
 * stay.
 */
static int settle_encoder(struct work *w, struct built *b)
{
	str is = str_of(compress_id(w->parts.compression));

	if (str_eq(b->lock.compressor, is) || layers_there(w, &b->lock))
		return 0;
	if (w->locked)
		return op_fail(w->op, ERR_IO,
			       "%.*s names layers made by %.*s, which is not here (%.*s is), and "
			       "neither store "
			       "nor --vendor has them; run: temper lock %.*s",
			       STR_ARG(b->lock_path), STR_ARG(b->lock.compressor), STR_ARG(is),
			       STR_ARG(w->source->recipe));
	b->lock.compressor = is;
	b->lock_state = BUILD_LOCK_REFRESHED;
	return 0;
}

static int vendored(struct work *w, const struct lock *lock)
{
	return w->source->vendor.len ? vendor_load(w->op, w->store, w->source->vendor, lock) : 0;
}

static int image_in(struct op *op, const struct store *store, const struct build_source *source,
		    const struct build_wish *wish, const struct build_voice *voice,
		    struct session *session, struct built *ret)
{
	struct work w = { .op = op,
			  .store = store,
			  .source = source,
			  .voice = voice,
			  .session = session,
			  .locked = wish->locked };
	struct built b = { .n = 0 };
	str before = S("");
	int rc = recipe_read(op, source->recipe, &w.recipe);

	if (rc == 0) /* before anything that takes time: a word that is wrong in a test */
		rc = recipe_tests(op, &w.recipe, &b.tests, &b.tests_n);
	if (rc == 0)
		rc = begin(&w);
	if (rc == 0)
		rc = find_lock_path(&w, &b.lock_path);
	if (rc < 0 || (rc = settle_lock(&w, wish->locked, &b, &before)) < 0)
		return rc;
	b.recipe = w.recipe;
	if (!wish->whole && b.lock_state == BUILD_LOCK_FOUND && (rc = recall(&w, wish, &b)) <= 0) {
		*ret = b;
		return rc;
	}
	if ((rc = vendored(&w, &b.lock)) < 0 || (rc = settle_encoder(&w, &b)) < 0)
		return rc;
	want_mirror(&w);
	if ((rc = compose_all(&w, &b)) == 1) {
		b.lock_state = BUILD_LOCK_REFRESHED;
		if ((rc = make_lock(&w, &b.lock)) == 0)
			rc = compose_all(&w, &b);
	}
	MUST(rc <= 0); /* answers of a fresh lock are not stale */
	if (rc < 0)
		return rc;
	if (!wish->locked && (rc = write_lock(&w, &b.lock, b.lock_path, before)) < 0)
		return rc;
	*ret = b;
	return 0;
}

int build_image(struct op *op, const struct store *store, const struct build_source *source,
		const struct build_wish *wish, const struct build_voice *voice, struct built *ret)
{
	AUTO_SESSION *own = NULL;

	if (!source->session) {
		int rc = session_open(op, store, source->effects, &own);
		if (rc < 0)
			return rc;
	}
	return image_in(op, store, source, wish, voice, own ? own : source->session, ret);
}

int build_prepare(struct op *op, const struct store *store, const struct build_source *source,
		  bool anew, const struct build_voice *voice, str *ret_name)
{
	struct work w = { .op = op,
			  .store = store,
			  .source = source,
			  .voice = voice,
			  .session = source->session };
	struct resolve_input in;
	struct lock lock;
	str path, text;
	int rc = recipe_read(op, source->recipe, &w.recipe);

	if (rc < 0)
		return rc;
	*ret_name = w.recipe.name;
	if ((rc = begin(&w)) < 0 || (rc = find_lock_path(&w, &path)) < 0)
		return rc;
	if (!anew && (rc = load_lock(&w, path, &lock, &text)) == 0 && !stale(&w, &lock))
		return 0;
	if (rc < 0 || (rc = resolve_input_of(&w, &in)) < 0)
		return rc;
	return resolve_prepare(op, &in);
}

/* temper lock */

/* 1: both locks ask for the same. */
static int same_input(struct op *op, const struct lock *a, const struct lock *b)
{
	str x, y;
	int rc = lock_write(op, a, NULL, false, &x);

	if (rc == 0)
		rc = lock_write(op, b, NULL, false, &y);
	return rc < 0 ? rc : str_eq(x, y);
}

static int lock_in(struct op *op, const struct store *store, const struct build_source *source,
		   bool check, const struct build_voice *voice, struct session *session,
		   struct relocked *ret)
{
	struct build_source every = *source; /* a lock is of all platforms */
	struct work w = {
		.op = op, .store = store, .source = &every, .voice = voice, .session = session
	};
	struct relocked r = { .differs = true };
	struct lock was = { .platform_n = 0 };
	str before = S(""), after;
	int rc = recipe_read(op, source->recipe, &w.recipe);

	every.all_platforms = source->platforms.n == 0;
	if (rc == 0)
		rc = begin(&w);
	if (rc == 0)
		rc = find_lock_path(&w, &r.built.lock_path);
	if (rc < 0 || (rc = load_lock(&w, r.built.lock_path, &was, &before)) < 0)
		return rc;
	r.had_lock = rc == 0;
	r.was = was;
	r.built.recipe = w.recipe;
	if ((rc = make_lock(&w, &r.built.lock)) < 0 || (rc = compose_all(&w, &r.built)) < 0)
		return rc;
	if ((rc = lock_compare(op, store, &was, &r)) < 0 ||
	    (rc = lock_write(op, &r.built.lock, NULL, true, &after)) < 0)
		return rc;
	r.differs = !str_eq(before, after);
	if (check && r.differs && r.had_lock && (rc = same_input(op, &was, &r.built.lock)) != 0) {
		r.differs =
			false; /* only what came out of it, for a platform that was not built yet */
		if (rc < 0)
			return rc;
	}
	if (!check && source->vendor.len &&
	    (rc = vendor_save(op, store, source->vendor, &r.built)) < 0)
		return rc;
	if (!check && r.differs &&
	    (rc = file_replace(op, AT_FDCWD, r.built.lock_path, after, 0644)) < 0)
		return rc;
	*ret = r;
	return 0;
}

int build_lock(struct op *op, const struct store *store, const struct build_source *source,
	       bool check, const struct build_voice *voice, struct relocked *ret)
{
	AUTO_SESSION *own = NULL;

	if (!source->session) {
		int rc = session_open(op, store, source->effects, &own);
		if (rc < 0)
			return rc;
	}
	return lock_in(op, store, source, check, voice, own ? own : source->session, ret);
}
