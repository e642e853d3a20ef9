/* The life of a lock with packages made by hand: found, stale, lying, from another encoder, vendored. */
#include "build/build.h"

#include <fcntl.h>

#include "unit/distro/deb_make.h"
#include "unit/harness.h"

struct fixture {
	struct store store;
	struct build_source source;
	struct lock lock;
	struct lock_platform platform;
	struct lock_package package[2];
	str root, other;
};

static void tear_down(struct fixture *f)
{
	store_close(&f->store);
}
#define FIXTURE __attribute__((cleanup(tear_down))) struct fixture

static const struct fixture empty = { .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 } };
static const struct build_wish plain = { .whole = false };
static const struct build_wish locked = { .locked = true };

static const char recipe[] = "name: x\nfrom: debian/trixie\npackages: [aa]\nplatforms: [linux/amd64]\ntest-files: [t.yaml]\n";
static const char tests[] = "metadataTest:\n  user: \"65532:65532\"\n";

/* A package of one program into the store, and into the lock as it would be resolved. */
static int add(struct op *op, struct fixture *f, struct effects *effects, int i, const char *name)
{
	AUTO_CONTENTS_DATA data = { .spool = -1 };
	struct lock_package *p = &f->package[i];
	struct effects_answer answer;
	struct contents c;
	str control, path, deb, unanswered;

	TRY(op_text(op, &control, "Package: %s\nVersion: 1-1\nArchitecture: amd64\nMaintainer: m\nDescription: d\n", name));
	TRY(op_text(op, &path, "./usr/bin/%s", name));
	const struct deb_file in[] = { { "./control", control.p, TAR_FILE, 0644 }, { NULL } };
	const struct deb_file out[] = { { "./usr", "", TAR_DIRECTORY, 0755 }, { "./usr/bin", "", TAR_DIRECTORY, 0755 },
					{ path.p, name, TAR_FILE, 0755 }, { NULL } };
	TRY(deb_make(op, in, out, &deb));
	*p = (struct lock_package){ .version = S("1-1"), .arch = S("amd64"), .suite = S("trixie"), .source_version = S("1-1"),
				    .size = (uint64_t)deb.len };
	TRY(op_text(op, &p->path, "pool/%s.deb", name));
	TRY(op_copy(op, str_of(name), &p->name));
	p->source = p->name;
	TRY(store_blob_put(op, &f->store, deb, &p->sha256));
	TRY(contents_unpack(op, &f->store, &p->sha256, &c, &data));
	TRY(effects_answer(op, effects, &c, &answer, &unanswered));
	p->answered = answer.by;
	p->effects = answer.digest;
	return 0;
}

static int write_lock(struct op *op, struct fixture *f)
{
	str text;

	TRY(lock_write(op, &f->lock, NULL, true, &text));
	return file_replace(op, AT_FDCWD, f->source.lock, text, 0644);
}

static int set_up(struct op *op, struct fixture *f)
{
	struct effects *effects;
	struct recipe r;
	str path;
	int dir;

	TRY(op_copy(op, str_of(test_dir(&dir)), &f->root));
	TRY(file_replace(op, dir, S("x.yaml"), str_of(recipe), 0644));
	TRY(file_replace(op, dir, S("t.yaml"), str_of(tests), 0644));
	TRY(op_text(op, &f->source.recipe, "%.*s/x.yaml", STR_ARG(f->root)));
	TRY(op_text(op, &f->source.lock, "%.*s/x.lock.json", STR_ARG(f->root)));
	TRY(op_text(op, &path, "%.*s/store", STR_ARG(f->root)));
	TRY(op_text(op, &f->other, "%.*s/other", STR_ARG(f->root)));
	TRY(store_open(op, path, &f->store));
	TRY(recipe_read(op, f->source.recipe, &r));
	TRY(effects_open(op, S(""), &effects));
	f->source.offline = true;
	f->lock = (struct lock){ .name = S("x"), .suite = S("trixie"), .recipe = r.digest, .platform = &f->platform,
				 .platform_n = 1, .compressor = str_of(compress_id(COMPRESS_GZIP)) };
	TRY(parts_rules(op, effects, &f->lock.rules));
	f->platform = (struct lock_platform){ .platform = platform_find(S("linux/amd64")), .package = f->package,
					      .package_n = 2 };
	TRY(add(op, f, effects, 0, "aa"));
	TRY(add(op, f, effects, 1, "bb"));
	return write_lock(op, f);
}

static int build(struct op *op, struct fixture *f, const struct build_wish *wish, struct built *ret)
{
	return build_image(op, &f->store, &f->source, wish, NULL, ret);
}

/* Read back what a build wrote, for another to be told something else. */
static int take_lock(struct op *op, struct fixture *f)
{
	str text;

	TRY(file_read(op, AT_FDCWD, f->source.lock, 1 << 20, &text));
	TRY(lock_read(op, S("lock"), text, &f->lock));
	f->platform = f->lock.platform[0];
	f->lock.platform = &f->platform;
	return 0;
}

static int remembers(struct op *op)
{
	FIXTURE f = empty;
	struct built one, two, three;
	int dir;

	TRY(set_up(op, &f));
	TRY(build(op, &f, &plain, &one));
	CHECK(one.lock_state == BUILD_LOCK_FOUND && one.n == 1 && !one.unchanged);
	CHECK(one.outcome[0].package_n == 2 && one.outcome[0].layer_n == 2);
	TRY(build_remember(op, &f.store, &one, true));
	TRY(build(op, &f, &plain, &two));
	CHECK(two.unchanged && digest_eq(&two.image.digest, &one.image.digest));
	TRY(take_lock(op, &f));
	CHECK(f.platform.layer_n == 2 && digest_eq(&f.platform.manifest, &one.image.digest));
	/* Other tests have not passed, though the image is the same. */
	TRY(dir_open(op, AT_FDCWD, f.root, false, &dir));
	AUTO_FD own = dir;
	TRY(file_replace(op, own, S("t.yaml"), S("metadataTest:\n  user: \"0\"\n"), 0644));
	TRY(build(op, &f, &plain, &three));
	CHECK(!three.unchanged && digest_eq(&three.image.digest, &one.image.digest));
	return 0;
}

static int missing_and_stale(struct op *op)
{
	FIXTURE f = empty;
	struct built b;

	TRY(set_up(op, &f));
	f.lock.recipe.b[0] ^= 1;
	TRY(write_lock(op, &f));
	CHECK_FAILS(op, build(op, &f, &locked, &b), ERR_NO, "is stale: the recipe has changed since; run: temper lock");
	f.lock.recipe.b[0] ^= 1;
	f.lock.rules = S("layer-0");
	TRY(write_lock(op, &f));
	CHECK_FAILS(op, build(op, &f, &locked, &b), ERR_NO, "is stale: layers are made by other rules now");
	CHECK(unlink(f.source.lock.p) == 0);
	CHECK_FAILS(op, build(op, &f, &locked, &b), ERR_NO, "is missing; run: temper lock");
	return 0;
}

/* What a hand may write into a lock, and what the package itself says. */
static int lies(struct op *op)
{
	struct built b;

	for (int i = 0; i < 5; i++) {
		FIXTURE f = empty;
		static const char *const message[] = { "the package that the lock calls ab 1-1", "calls aa 2-1", "is not in the store",
						       "scripts of aa are answered otherwise", "says that the image is" };
		static const int code[] = { ERR_VERIFY, ERR_VERIFY, ERR_NET, ERR_NO, ERR_NO };
		TRY(set_up(op, &f));
		struct lock_package *p = &f.package[0];
		struct lock_layer layer = { .what = S("x"), .diff_id = digest_of(S("x")), .digest = digest_of(S("y")) };
		if (i == 0)
			p->name = S("ab");
		if (i == 1)
			p->version = S("2-1");
		if (i == 2)
			p->sha256.b[0] ^= 1;
		if (i == 3)
			p->effects.b[0] ^= 1;
		if (i == 4) {
			f.platform.layer = &layer;
			f.platform.layer_n = 1;
			f.platform.manifest = digest_of(S("another"));
		}
		TRY(write_lock(op, &f));
		CHECK_FAILS(op, build(op, &f, &locked, &b), code[i], message[i]);
	}
	return 0;
}

/* A lock whose blobs another encoder made: taken where they are, else refused or made this one's. */
static int other_encoder(struct op *op)
{
	FIXTURE f = empty;
	struct built one, two;
	str text;

	TRY(set_up(op, &f));
	f.lock.compressor = S("libother 1 level 6");
	TRY(write_lock(op, &f));
	CHECK_FAILS(op, build(op, &f, &locked, &one), ERR_IO, "names layers made by libother 1 level 6, which is not here");
	TRY(build(op, &f, &plain, &one));
	CHECK(one.lock_state == BUILD_LOCK_REFRESHED);
	TRY(take_lock(op, &f));
	CHECK_STR(f.lock.compressor, str_of(compress_id(COMPRESS_GZIP)));
	/* The same layer under another compression, none, is taken as it is; one that lies is not. */
	struct lock_layer *l = f.platform.layer, own = l[0];
	AUTO_STREAM *in = NULL;
	AUTO_FD fd = -1;
	uint64_t size;
	TRY(store_blob_open(op, &f.store, &l->digest, &fd, &size));
	TRY(stream_open_fd(op, fd, S("layer"), 0, size, 1 << 20, &in));
	TRY(stream_read_all(op, in, 1 << 20, &text));
	TRY(store_blob_put(op, &f.store, text, &l->digest));
	f.lock.compressor = S("libother 1 level 6");
	f.platform.layer_n = 1;
	f.platform.manifest = (struct digest){ { 0 } };
	TRY(write_lock(op, &f));
	TRY(build(op, &f, &locked, &two));
	CHECK(digest_eq(&two.outcome[0].layer[0].digest, &l->digest) && !digest_eq(&own.digest, &l->digest));
	TRY(store_blob_put(op, &f.store, S("something else"), &l->digest));
	TRY(write_lock(op, &f));
	TRY(build(op, &f, &locked, &two));
	CHECK(digest_eq(&two.outcome[0].layer[0].digest, &own.digest));
	return 0;
}

static int vendored(struct op *op)
{
	FIXTURE f = empty;
	struct built one, two;
	str vendor;

	TRY(set_up(op, &f));
	TRY(build(op, &f, &plain, &one));
	TRY(op_text(op, &vendor, "%.*s/vendor", STR_ARG(f.root)));
	TRY(vendor_save(op, &f.store, vendor, &one));
	store_close(&f.store);
	TRY(store_open(op, f.other, &f.store));
	CHECK_FAILS(op, build(op, &f, &locked, &two), ERR_NET, "aa 1-1 is not in the store");
	f.source.vendor = vendor;
	TRY(build(op, &f, &locked, &two));
	CHECK(digest_eq(&one.image.digest, &two.image.digest));
	f.source.vendor = S("/nonexistent");
	CHECK_FAILS(op, build(op, &f, &locked, &two), ERR_USAGE, "there is no vendor directory");
	return 0;
}

static int rebuilds(struct op *op)
{
	FIXTURE f = empty;
	struct store_image image = { .name = S("x:latest") };
	struct rebuilt *r;
	struct built b;
	ptrdiff_t n;

	TRY(set_up(op, &f));
	TRY(build(op, &f, &plain, &b));
	image.media_type = b.image.media_type;
	image.digest = b.image.digest;
	image.size = b.image.size;
	TRY(store_image_put(op, &f.store, &image));
	TRY(build_rebuild(op, &f.store, &f.source, S("x"), NULL, &r, &n));
	CHECK(n == 1 && r[0].same && r[0].same_config && r[0].layers == 2 && r[0].same_diff_ids == 2 &&
	      r[0].same_digests == 2 && r[0].detail.n == 0);
	return 0;
}

TESTS({ "a finished build is remembered", remembers, .once = true },
      { "a missing or stale lock", missing_and_stale, .once = true }, { "locks that lie", lies, .once = true },
      { "a lock of another encoder", other_encoder, .once = true }, { "packages from a vendor directory", vendored, .once = true },
      { "an image is made again from itself", rebuilds, .once = true })
