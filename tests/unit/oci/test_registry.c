/* A registry of files; what needs a real one, or a bad one, is in tests/interop/registry.sh. */
#include <dirent.h>
#include <stdlib.h>

#include "base/limits.h"
#include "oci/registry.h"
#include "sys/file.h"
#include "unit/harness.h"
#include "unit/http_server.h"

#define TYPE "application/vnd.oci.image.manifest.v1+json"

static int put(struct op *op, int dir, const char *kind, const char *name, str bytes)
{
	AUTO_FD fd = -1;
	str path;

	TRY(op_text(op, &path, "team/x/%s", kind));
	TRY(dir_open(op, dir, path, true, &fd));
	return file_replace(op, fd, str_of(name), bytes, 0644);
}

static int put_by_digest(struct op *op, int dir, const char *kind, str bytes, struct digest *ret)
{
	char text[DIGEST_TEXT];

	*ret = digest_of(bytes);
	return put(op, dir, kind, digest_text(ret, text), bytes);
}

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

static void count(void *arg, uint64_t done, uint64_t total)
{
	uint64_t *last = arg;

	CHECK(done <= total);
	*last = done;
}

static int fetch(struct op *op, int dir, const struct digest *manifest, str one, str two)
{
	struct http_server server;
	struct reference ref;
	struct registry_document d;
	struct registry_blob blob[3] = { { digest_of(one), (uint64_t)one.len, 7 },
					 { digest_of(two), (uint64_t)two.len, 7 },
					 { digest_of(one), (uint64_t)one.len, 7 } };
	uint64_t last = 0;
	str name, bytes;
	AUTO_REGISTRY *r = NULL;

	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	int rc = op_text(op, &name, "127.0.0.1:%d/team/x", server.port);
	if (rc == 0 && (rc = reference_parse(op, name, &ref)) == 0)
		rc = registry_open(op, &ref, NULL, &r);
	if (rc == 0 && (rc = registry_resolve(op, r, &d)) == 0) {
		CHECK(digest_eq(&d.digest, manifest) && str_eq(d.media_type, S(TYPE)));
		rc = registry_manifest(op, r, manifest, &d);
	}
	if (rc == 0 && (rc = registry_blob_read(op, r, &blob[0].digest, blob[0].size, 1000, &bytes)) == 0)
		CHECK(str_eq(bytes, one));
	if (rc == 0) {
		rc = registry_blobs(op, r, dir, blob, 3, count, &last);
		CHECK(rc != 0 || last == (uint64_t)(one.len + two.len));
		for (int i = 0; i < 3; i++) {
			CHECK((rc == 0) == (blob[i].fd >= 0));
			if (rc == 0 && file_pread(op, blob[i].fd, S("blob"), (char[4]){ 0 }, 4, 0) < 0)
				rc = op->code;
		}
		for (int i = 0; i < 3; i++)
			fd_close(&blob[i].fd);
	}
	registry_close(&r);
	http_server_stop(&server);
	return rc;
}

static int fetches(struct op *op)
{
	struct digest manifest, d;
	int dir, before = open_descriptors();
	str doc = S("{\"schemaVersion\":2,\"mediaType\":\"" TYPE "\"}");

	(void)test_dir(&dir);
	TRY(put(op, dir, "manifests", "latest", doc));
	TRY(put_by_digest(op, dir, "manifests", doc, &manifest));
	TRY(put_by_digest(op, dir, "blobs", S("one layer"), &d));
	TRY(put_by_digest(op, dir, "blobs", S("another layer"), &d));
	int rc = fetch(op, dir, &manifest, S("one layer"), S("another layer"));
	fd_close(&dir);
	CHECK(open_descriptors() == before);
	return rc;
}

static int refuses(struct op *op)
{
	struct http_server server;
	struct reference ref;
	struct registry_document d;
	struct registry_blob blob = { digest_of(S("none")), 4, -1 };
	struct digest of_other = digest_of(S("other")), is;
	char text[DIGEST_TEXT];
	int dir, rc;
	str name, bytes;
	AUTO_REGISTRY *r = NULL;

	(void)test_dir(&dir);
	TRY(put(op, dir, "manifests", digest_text(&of_other, text), S("{}")));
	TRY(put(op, dir, "manifests", "list", S("[]")));
	TRY(put(op, dir, "manifests", "shapeless", S("{\"manifests\":[]}")));
	TRY(put(op, dir, "blobs", text, S("others")));
	TRY(put_by_digest(op, dir, "blobs", S("12345"), &is));
	if (!http_server_start(&server, dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	TRY(op_text(op, &name, "127.0.0.1:%d/team/x:none", server.port));
	TRY(reference_parse(op, name, &ref));
	TRY(registry_open(op, &ref, NULL, &r));
	TRY(rc = registry_resolve(op, r, &d));
	CHECK(rc == 1);
	CHECK_FAILS(op, registry_manifest(op, r, &of_other, &d), ERR_VERIFY, "asked for sha256:");
	CHECK_FAILS(op, registry_blob_read(op, r, &of_other, 6, 10, &bytes), ERR_VERIFY, "other bytes");
	CHECK_FAILS(op, registry_blob_read(op, r, &is, 5, 4, &bytes), ERR_LIMIT, "at most 4");
	CHECK_FAILS(op, registry_blob_read(op, r, &is, 4, 10, &bytes), ERR_LIMIT, "larger than announced");
	TRY(rc = registry_blob_read(op, r, &blob.digest, 4, 10, &bytes));
	CHECK(rc == 1);
	CHECK_FAILS(op, registry_blobs(op, r, dir, &blob, 1, NULL, NULL), ERR_NET, "404 not found");
	blob = (struct registry_blob){ of_other, 6, -1 };
	CHECK_FAILS(op, registry_blobs(op, r, dir, &blob, 1, NULL, NULL), ERR_VERIFY, "announced");
	blob.size = UINT64_MAX;
	CHECK_FAILS(op, registry_blobs(op, r, dir, &blob, 1, NULL, NULL), ERR_FORMAT, "bytes");
	CHECK(blob.fd == -1);
	registry_close(&r);
	ref.tag = S("list");
	TRY(registry_open(op, &ref, NULL, &r));
	CHECK_FAILS(op, registry_resolve(op, r, &d), ERR_FORMAT, "no JSON object");
	registry_close(&r);
	ref.tag = S("shapeless");
	TRY(registry_open(op, &ref, NULL, &r));
	TRY(registry_resolve(op, r, &d));
	CHECK_STR(d.media_type, S("application/vnd.oci.image.index.v1+json"));
	http_server_stop(&server);
	return 0;
}

TESTS({ "fetches", fetches }, { "refuses", refuses, .once = true })
