#include <fcntl.h>
#include <unistd.h>

#include "../harness.h"
#include "advisory/database.h"
#include "codec/compress.h"
#include "codec/tar.h"
#include "sys/file.h"
#include "trust/key.h"

/* A database with shards of two releases of Debian, of npm, and of scores. */
static int fill(struct op *op, str dir)
{
	static const str key[] = { S_INIT("debian:11"), S_INIT("debian:12"), S_INIT("npm") };
	AUTO_DATABASE_UPDATE *u = NULL;
	AUTO_SHARD_SET *set = NULL;
	struct shard_file *file;
	struct database_shard shard[4] = { 0 };
	ptrdiff_t n;

	TRY(shard_set_open(op, S("test"), NULL, &set));
	struct feed_sink sink = shard_sink(set);
	for (size_t i = 0; i < 3; i++) {
		struct affected a = { .ecosystem = key[i], .name = S("app") };
		struct advisory v = { .id = S("CVE-2024-1"), .affected = &a, .affected_n = 1 };
		TRY(sink.advisory(op, sink.to, &v));
	}
	TRY(sink.score(op, sink.to, S("CVE-2024-1"), 0.5, 0.5));
	TRY(database_update_begin(op, dir, &u));
	TRY(shard_set_write(op, set, NULL, 0, NULL, database_update_shards_dir(u), &file, &n));
	CHECK(n == 4);
	for (ptrdiff_t i = 0; i < 4 && i < n; i++)
		shard[i] = (struct database_shard){ .file = file[i],
						    .upstream = S("2024-07-01T00:00:00Z") };
	TRY(database_update_put(op, u, S("feed"), shard, 4, false));
	return database_update_commit(op, u);
}

static int path_of(struct op *op, const char *name, str *ret)
{
	int fd = -1;

	return op_text(op, ret, "%s/%s", test_dir(&fd), name);
}

static int forget(struct op *op, const char *name)
{
	int fd = -1;

	(void)test_dir(&fd);
	return dir_remove(op, fd, str_of(name));
}

/* An export put in use elsewhere is the same state, and gives the same export. */
static int there_and_back(struct op *op)
{
	AUTO_DATABASE db = { .dir = -1 }, copy = { .dir = -1 };
	str dir, other, file, again, one, two, secret, public;
	struct texts all = { 0 };
	AUTO_KEY *k = NULL;

	TRY(path_of(op, "a", &dir));
	TRY(path_of(op, "b", &other));
	TRY(path_of(op, "a.tar.zst", &file));
	TRY(path_of(op, "b.tar.zst", &again));
	TRY(key_make(op, &secret, &public));
	TRY(key_read(op, S("k"), public, &k));
	TRY(fill(op, dir));
	TRY(database_open(op, dir, &db));
	TRY(database_export(op, &db, &all, secret, file));
	CHECK(database_is_export(op, file) || op->code);
	TRY(database_import(op, file, public, false, other));
	TRY(database_open(op, other, &copy));
	CHECK(digest_eq(&copy.digest, &db.digest));
	CHECK_STR(copy.signer, key_id(k));
	TRY(database_export(op, &copy, &all, secret, again));
	TRY(file_read_user(op, file, 1 << 20, &one));
	TRY(file_read_user(op, again, 1 << 20, &two));
	CHECK_STR(one, two);
	TRY(forget(op, "a"));
	return forget(op, "b");
}

/* Only what an ecosystem needs; what else is there already stays. */
static int some(struct op *op)
{
	AUTO_DATABASE db = { .dir = -1 }, part = { .dir = -1 };
	str dir, other, file, debian = S("debian"), none = S("alpine:3.20");
	struct texts one = { &debian, 1 }, missing = { &none, 1 };

	TRY(path_of(op, "c", &dir));
	TRY(path_of(op, "d", &other));
	TRY(path_of(op, "c.tar.zst", &file));
	TRY(fill(op, dir));
	TRY(database_open(op, dir, &db));
	CHECK_FAILS(op, database_export(op, &db, &missing, S(""), file), ERR_USAGE,
		    "nothing for alpine:3.20; 'temper db update alpine:3.20'");
	TRY(database_export(op, &db, &one, S(""), file));
	TRY(database_import(op, file, S(""), false, other));
	TRY(database_open(op, other, &part));
	CHECK(part.shard_n == 3); /* two releases, and scores */
	TRY(database_import(op, file, S(""), false, dir));
	database_close(&db);
	TRY(database_open(op, dir, &db));
	CHECK(db.shard_n == 4);
	TRY(forget(op, "c"));
	return forget(op, "d");
}

static int not_trusted(struct op *op)
{
	AUTO_DATABASE db = { .dir = -1 };
	str dir, other, file, bare, secret, public, more, others, both_keys;
	struct texts all = { 0 };

	TRY(path_of(op, "e", &dir));
	TRY(path_of(op, "f", &other));
	TRY(path_of(op, "e.tar.zst", &file));
	TRY(path_of(op, "bare.tar.zst", &bare));
	TRY(key_make(op, &secret, &public));
	TRY(key_make(op, &more, &others));
	TRY(fill(op, dir));
	TRY(database_open(op, dir, &db));
	TRY(database_export(op, &db, &all, secret, file));
	TRY(database_export(op, &db, &all, S(""), bare));
	CHECK_FAILS(op, database_import(op, file, others, false, other), ERR_VERIFY,
		    "does not hold for the key that is trusted");
	CHECK_FAILS(op, database_import(op, bare, public, false, other), ERR_VERIFY,
		    "is not signed");
	AUTO_DATABASE nothing = { .dir = -1 };
	CHECK(database_open(op, other, &nothing) == 1);
	TRY(op_text(op, &both_keys, "%.*s%.*s", STR_ARG(others), STR_ARG(public)));
	TRY(database_import(op, file, both_keys, false, other));
	return 0;
}

static int to_buf(struct op *op, void *to, str bytes)
{
	(void)op;
	buf_add(to, bytes);
	return 0;
}

/* A tar of these members, compressed, to a file. */
static int pack(struct op *op, const str *name, const str *content, ptrdiff_t n, str path)
{
	AUTO_COMPRESS *c = NULL;
	struct buf tar, out;
	str bytes;

	buf_init(&tar, op, 1 << 20);
	buf_init(&out, op, 1 << 20);
	for (ptrdiff_t i = 0; i < n; i++) {
		struct tar_entry e = { .type = TAR_FILE,
				       .path = name[i],
				       .mode = 0644,
				       .size = (uint64_t)content[i].len };
		tar_header(&tar, &e);
		buf_add(&tar, content[i]);
		buf_repeat(&tar, '\0', (ptrdiff_t)tar_padding(e.size));
	}
	buf_repeat(&tar, '\0', TAR_END);
	TRY(buf_take(&tar, &bytes));
	TRY(compress_open(op, COMPRESS_ZSTD, to_buf, &out, &c));
	TRY(compress_add(op, c, bytes));
	TRY(compress_end(op, c));
	TRY(buf_take(&out, &bytes));
	return file_replace_user(op, path, bytes, 0644);
}

/* Exports that are changed: nothing of them is put in use. */
static int hostile(struct op *op)
{
	AUTO_DATABASE db = { .dir = -1 };
	str dir, other, file, index, shard, digest, secret, public, sig;
	AUTO_FD fd = -1;
	AUTO_KEY *k = NULL;
	char hex[DIGEST_HEX];

	TRY(path_of(op, "g", &dir));
	TRY(path_of(op, "h", &other));
	TRY(path_of(op, "g.tar.zst", &file));
	TRY(fill(op, dir));
	TRY(database_open(op, dir, &db));
	TRY(dir_open(op, AT_FDCWD, dir, false, &fd));
	TRY(file_read(op, fd, S("index.json"), 1 << 20, &index));
	TRY(op_text(op, &digest, "shards/%s", digest_hex(&db.shard[0].file.digest, hex)));
	TRY(file_read(op, fd, digest, 1 << 20, &shard));
	TRY(key_make(op, &secret, &public));
	TRY(key_read(op, S("k"), secret, &k));
	TRY(key_sign(op, k, S(DATABASE_TYPE), index, &sig));

	str lacks[] = { S("index.json") }, lacks_content[] = { index };
	TRY(pack(op, lacks, lacks_content, 1, file));
	CHECK_FAILS(op, database_import(op, file, S(""), false, other), ERR_FORMAT,
		    "lacks shards/");
	str out[] = { S("index.json"), S("shards/../../x") }, out_content[] = { index, shard };
	TRY(pack(op, out, out_content, 2, file));
	CHECK_FAILS(op, database_import(op, file, S(""), false, other), ERR_FORMAT, "..");
	str more[] = { S("index.json"), S("lock") };
	TRY(pack(op, more, out_content, 2, file));
	CHECK_FAILS(op, database_import(op, file, S(""), false, other), ERR_FORMAT,
		    "does not tell of lock");
	((char *)(uintptr_t)shard.p)[shard.len - 1] ^= 1;
	str bad[] = { S("index.json"), digest };
	TRY(pack(op, bad, out_content, 2, file));
	CHECK_FAILS(op, database_import(op, file, S(""), false, other), ERR_VERIFY, "damaged");
	str empty = S("{\"shards\":[],\"version\":1}\n");
	str swapped[] = { S("index.json.sig"), S("index.json") },
	    swapped_content[] = { sig, empty };
	TRY(pack(op, swapped, swapped_content, 2, file));
	CHECK_FAILS(op, database_import(op, file, public, false, other), ERR_VERIFY,
		    "is not what was signed");
	TRY(pack(op, lacks, &shard, 1, file));
	CHECK_FAILS(op, database_import(op, file, S(""), false, other), ERR_FORMAT, "");
	AUTO_DATABASE nothing = { .dir = -1 };
	CHECK(database_open(op, other, &nothing) == 1);
	return 0;
}

TESTS({ "there and back", there_and_back, .once = true },
      { "of some ecosystems", some, .once = true },
      { "what is not trusted", not_trusted, .once = true },
      { "what was changed", hostile, .once = true }, )
