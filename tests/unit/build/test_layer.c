/* Layers and fragments of a small package made by hand, read back as tars. */
#include "build/layer.h"

#include <string.h>

#include "build/select.h"
#include "codec/tar.h"
#include "unit/harness.h"

enum { N = 7 };

struct fixture {
	struct store store;
	struct contents contents;
	struct contents_data data;
	struct entry entry[N];
	uint64_t offset[N];
	bool keep[N];
};

static const char content[] = "#!/bin/shhello world";

/* usr, usr/bin, usr/bin/a (file), usr/bin/b (hard link to a), usr/bin/c -> a, usr/share, usr/share/doc */
static int set_up(struct op *op, struct fixture *f)
{
	const struct entry entry[N] = {
		{ .path = S("usr"), .type = ENTRY_DIRECTORY, .mode = 0755, .mtime = 100 },
		{ .path = S("usr/bin"), .type = ENTRY_DIRECTORY, .mode = 0755, .mtime = 100 },
		{ .path = S("usr/bin/a"), .type = ENTRY_FILE, .mode = 0755, .mtime = 100, .size = 9 },
		{ .path = S("usr/bin/b"), .type = ENTRY_HARDLINK, .link = S("usr/bin/a"), .mode = 0755, .mtime = 100 },
		{ .path = S("usr/bin/c"), .type = ENTRY_SYMLINK, .link = S("a"), .mode = 0777, .mtime = 100 },
		{ .path = S("usr/share"), .type = ENTRY_DIRECTORY, .mode = 0755, .mtime = 100 },
		{ .path = S("usr/share/text"), .type = ENTRY_FILE, .mode = 0644, .mtime = 100, .size = 11 },
	};
	const uint64_t offset[N] = { UINT64_MAX, UINT64_MAX, 0, 0, UINT64_MAX, UINT64_MAX, 9 };

	memcpy(f->entry, entry, sizeof(entry));
	memcpy(f->offset, offset, sizeof(offset));
	memset(f->keep, true, sizeof(f->keep));
	f->contents = (struct contents){ .deb = digest_of(S("a package")), .name = S("tool"), .version = S("1-1"),
		.control = S("Package: tool\nVersion: 1-1\n"), .built = 200, .entry = f->entry, .n = N,
		.md5sums = S("00000000000000000000000000000001  usr/bin/a\n"
			     "00000000000000000000000000000002  usr/share/text\n") };
	f->data = (struct contents_data){ .spool = -1, .offset = f->offset };
	TRY(store_open(op, str_of(test_dir(NULL)), &f->store));
	TRY(file_temp(op, f->store.tmp, &f->data.spool));
	return file_write(op, f->data.spool, S("spool"), (str){ content, sizeof(content) - 1 });
}

static void tear_down(struct fixture *f)
{
	contents_data_close(&f->data);
	store_close(&f->store);
}
#define FIXTURE __attribute__((cleanup(tear_down))) struct fixture

static const struct fixture empty = { .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 },
				      .data = { .spool = -1 } };

static struct layer_spec spec_of(const struct fixture *f, bool fragment)
{
	return (struct layer_spec){ .contents = &f->contents, .keep = f->keep, .fragment = fragment,
				    .compression = COMPRESS_GZIP };
}

static int make(struct op *op, struct fixture *f, bool fragment, struct layer_blob *ret, struct digest *ret_key)
{
	struct layer_spec spec = spec_of(f, fragment);

	TRY(layer_key(op, &spec, ret_key));
	return layer_make(op, &f->store, &spec, &f->data, ret_key, ret);
}

/* One line an entry: "d usr", "f usr/bin/a 9", "h usr/bin/b usr/bin/a", "l usr/bin/c a". */
static int listing(struct op *op, const struct fixture *f, const struct layer_blob *blob, str *ret)
{
	static const char letter[] = { 'f', 'h', 'l', 'd', '?' };
	AUTO_STREAM *in = NULL;
	AUTO_FD fd = -1;
	struct tar_entry e;
	struct tar *tar;
	struct buf b;
	uint64_t size;

	buf_init(&b, op, 1 << 20);
	TRY(store_blob_open(op, &f->store, &blob->digest, &fd, &size));
	TRY(stream_open_fd(op, fd, S("layer"), 0, size, 1 << 20, &in));
	TRY(tar_open(op, in, S("layer"), true, &tar));
	for (;;) {
		int rc = tar_next(op, tar, &e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
		buf_fmt(&b, "%c %.*s", letter[e.type], STR_ARG(e.path));
		if (e.type == TAR_FILE)
			buf_fmt(&b, " %llu", (unsigned long long)e.size);
		if (e.link.len)
			buf_fmt(&b, " %.*s", STR_ARG(e.link));
		buf_char(&b, '\n');
	}
	return buf_take(&b, ret);
}

static int whole_layer(struct op *op)
{
	FIXTURE f = empty;
	struct layer_blob blob, found;
	struct digest key;
	str list;

	TRY(set_up(op, &f));
	TRY(make(op, &f, false, &blob, &key));
	TRY(listing(op, &f, &blob, &list));
	CHECK_STR(list, S("d usr\nd usr/bin\nf usr/bin/a 9\nh usr/bin/b usr/bin/a\nl usr/bin/c a\nd usr/share\n"
			  "f usr/share/text 11\nd var\nd var/lib\nd var/lib/dpkg\nd var/lib/dpkg/status.d\n"
			  "f var/lib/dpkg/status.d/tool 27\nf var/lib/dpkg/status.d/tool.md5sums 93\n"));
	CHECK(layer_find(op, &f.store, &key, &found) == 0 && digest_eq(&found.digest, &blob.digest) &&
	      digest_eq(&found.diff_id, &blob.diff_id) && found.tar_size == blob.tar_size);
	key.b[0] ^= 1;
	CHECK(layer_find(op, &f.store, &key, &found) == 1);
	return 0;
}

/* The first name of a group of links that is kept becomes the file. */
static int dropped_first_name(struct op *op)
{
	FIXTURE f = empty;
	struct layer_blob blob;
	struct digest key, whole;
	str list;

	TRY(set_up(op, &f));
	struct layer_spec spec = spec_of(&f, false);
	TRY(layer_key(op, &spec, &whole));
	f.keep[2] = false;
	TRY(make(op, &f, false, &blob, &key));
	CHECK(!digest_eq(&key, &whole));
	TRY(listing(op, &f, &blob, &list));
	CHECK(str_find_str(list, S("f usr/bin/b 9\nl usr/bin/c a\n")) > 0);
	CHECK(str_find_str(list, S("usr/bin/a")) < 0);
	CHECK(str_find_str(list, S("tool.md5sums 49\n")) > 0);
	return 0;
}

/* Fragments one after the other, with directories before and an end behind, are one tar. */
static int sums(struct op *op)
{
	FIXTURE f = empty;
	struct layer_blob part, sum, again;
	struct digest key;
	bool made;
	str list;

	TRY(set_up(op, &f));
	TRY(make(op, &f, true, &part, &key));
	const struct entry dirs[] = { f.entry[0], f.entry[1], f.entry[5] };
	const struct layer_file file = { .entry = { .path = S("zz"), .type = ENTRY_FILE, .mode = 0644, .size = 3 },
					 .bytes = S("abc") };
	struct layer_sum all = { .directory = dirs, .directory_n = 3, .fragment = &part, .fragment_n = 1,
				 .file = &file, .file_n = 1, .compression = COMPRESS_GZIP };
	TRY(layer_sum(op, &f.store, &all, &sum, &made));
	CHECK(made);
	TRY(listing(op, &f, &sum, &list));
	CHECK_STR(list, S("d usr\nd usr/bin\nd usr/share\nf usr/bin/a 9\nh usr/bin/b usr/bin/a\nl usr/bin/c a\n"
			  "f usr/share/text 11\nf var/lib/dpkg/status.d/tool 27\n"
			  "f var/lib/dpkg/status.d/tool.md5sums 93\nf zz 3\n"));
	TRY(layer_sum(op, &f.store, &all, &again, &made));
	CHECK(!made && digest_eq(&again.digest, &sum.digest));
	TRY(store_blob_verify(op, &f.store, &sum.digest));
	return 0;
}

static int selects(struct op *op)
{
	FIXTURE f = empty;
	str drop[] = { S("usr/share/**") }, keep[] = { S("usr/share/text") };
	struct select_rules rules = { .drop = { drop, 1 } };
	uint64_t bytes[2] = { 0 }, files[2] = { 0 };

	TRY(set_up(op, &f));
	TRY(select_entries(op, &rules, &f.contents, f.keep, bytes, files));
	CHECK(!f.keep[6] && !f.keep[5] && f.keep[1] && f.keep[0] && bytes[0] == 11 && files[0] == 1);
	rules.recipe_keep = (struct texts){ keep, 1 };
	TRY(select_entries(op, &rules, &f.contents, f.keep, NULL, NULL));
	CHECK(f.keep[6] && f.keep[5]);
	rules.keep = rules.recipe_keep;
	rules.recipe_keep.n = 0;
	rules.recipe_drop = (struct texts){ keep, 1 };
	TRY(select_entries(op, &rules, &f.contents, f.keep, NULL, NULL));
	CHECK(!f.keep[6] && !f.keep[5]);
	return 0;
}

/* Two packages with one path: the one that replaces the other wins; otherwise it is an error. */
static int overlaps(struct op *op)
{
	FIXTURE f = empty;
	bool mine[N], theirs[N];
	struct contents other;

	TRY(set_up(op, &f));
	other = f.contents;
	other.name = S("newer");
	other.control = S("Package: newer\nVersion: 2\nReplaces: tool (<< 2)\n");
	memset(mine, true, sizeof(mine));
	memset(theirs, true, sizeof(theirs));
	struct select_package both[] = { { &f.contents, mine, NULL, 0 }, { &other, theirs, NULL, 0 } };
	TRY(select_overlaps(op, both, 2));
	CHECK(mine[0] && mine[1] && !mine[2] && !mine[3] && !mine[4] && mine[5] && !mine[6]);
	CHECK(theirs[2] && theirs[6]);
	other.control = S("Package: newer\nVersion: 2\nReplaces: tool (<< 1)\n");
	memset(mine, true, sizeof(mine));
	CHECK_FAILS(op, select_overlaps(op, both, 2), ERR_NO, "usr/bin/a is a file in tool and a file in newer");
	return 0;
}

/* Two packages of one entry each besides the fixture's directories: what may stand beside what. */
static int neighbours(struct op *op)
{
	static const struct { const char *a, *b; enum entry_type at, bt; const char *message; } row[] = {
		{ "usr/x", "usr/x", ENTRY_DIRECTORY, ENTRY_DIRECTORY, NULL },
		{ "usr/x", "usr/x", ENTRY_DIRECTORY, ENTRY_SYMLINK, "usr/x is a directory in one and a link in two" },
		{ "usr/x", "usr/x", ENTRY_FILE, ENTRY_DIRECTORY, "usr/x is a file in one and a directory in two" },
		{ "usr/x", "usr/x/y", ENTRY_SYMLINK, ENTRY_FILE, "usr/x is a link in one and a file in two" },
		{ "usr/x", "usr/x-y", ENTRY_SYMLINK, ENTRY_FILE, NULL },
		{ "usr/x/y", "usr/x", ENTRY_FILE, ENTRY_SYMLINK, "neither package replaces the other" },
		{ "usr/x", "var/lib/dpkg/status.d/one", ENTRY_FILE, ENTRY_FILE, "in the place of the dpkg records" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct entry a = { .path = str_of(row[i].a), .type = row[i].at }, b = { .path = str_of(row[i].b), .type = row[i].bt };
		struct contents one = { .name = S("one"), .version = S("1"), .control = S("Package: one\n"), .entry = &a, .n = 1 };
		struct contents two = { .name = S("two"), .version = S("1"), .control = S("Package: two\n"), .entry = &b, .n = 1 };
		bool mine = true, theirs = true;
		struct select_package both[] = { { &one, &mine, NULL, 0 }, { &two, &theirs, NULL, 0 } };
		if (row[i].message)
			CHECK_FAILS(op, select_overlaps(op, both, 2), ERR_NO, row[i].message);
		else
			TRY(select_overlaps(op, both, 2));
		CHECK(mine && theirs);
	}
	return 0;
}

/* A diverted path is written under its new name; one that is dropped changes nothing, the key neither. */
static int renames(struct op *op)
{
	FIXTURE f = empty;
	struct layer_rename rename = { S("usr/bin/a"), S("usr/bin/z.distrib") };
	struct layer_blob blob;
	struct digest with, without;
	str list;

	TRY(set_up(op, &f));
	struct layer_spec spec = spec_of(&f, false);
	spec.rename = &rename;
	spec.rename_n = 1;
	TRY(layer_key(op, &spec, &with));
	TRY(layer_make(op, &f.store, &spec, &f.data, &with, &blob));
	TRY(listing(op, &f, &blob, &list));
	CHECK(str_find_str(list, S("f usr/bin/b 9\nl usr/bin/c a\nh usr/bin/z.distrib usr/bin/b\n")) > 0);
	f.keep[2] = false;
	TRY(layer_key(op, &spec, &with));
	spec.rename_n = 0;
	TRY(layer_key(op, &spec, &without));
	CHECK(digest_eq(&with, &without));
	return 0;
}

TESTS({ "a package as a layer", whole_layer }, { "a dropped first name", dropped_first_name },
      { "fragments are concatenated", sums }, { "globs select", selects }, { "overlaps", overlaps },
      { "neighbours", neighbours }, { "diverted paths", renames })
