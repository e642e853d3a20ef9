#include <fcntl.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/json.h"
#include "net/url.h"
#include "sys/file.h"

#include "document.h"
#include "registry_impl.h"

enum { LOGINS = 3 }; /* in the course of fetching blobs: tokens run out */

/* All that is read; what else there is gets a reason when it comes. */
#define ACCEPT                                                        \
	"Accept: application/vnd.oci.image.index.v1+json, "           \
	"application/vnd.oci.image.manifest.v1+json, "                \
	"application/vnd.docker.distribution.manifest.list.v2+json, " \
	"application/vnd.docker.distribution.manifest.v2+json"

/* The host without its port. */
static str host_name(str host)
{
	ptrdiff_t colon = str_rfind(host, ':');

	return colon > str_rfind(host, ']') ? str_head(host, colon) : host;
}

static int copy_reference(struct op *op, const struct reference *from, struct reference *ret)
{
	int rc;

	*ret = *from;
	if ((rc = op_copy(op, from->host, &ret->host)) < 0 ||
	    (rc = op_copy(op, from->path, &ret->path)) < 0)
		return rc;
	return op_copy(op, from->tag, &ret->tag);
}

static int prepare(struct registry *r)
{
	str name = host_name(r->ref.host);
	int rc = op_text(&r->own, &r->shown, "%.*s/%.*s", STR_ARG(r->ref.host),
			 STR_ARG(r->ref.path));

	r->api = str_eq(r->ref.host, S("docker.io")) ? S("registry-1.docker.io") : r->ref.host;
	for (ptrdiff_t i = 0; r->options && i < r->options->insecure.n; i++)
		r->insecure = r->insecure || str_eq(r->options->insecure.p[i], r->ref.host) ||
			      str_eq(r->options->insecure.p[i], name);
	r->loopback = address_kind_of_host(name) == ADDRESS_LOOPBACK;
	r->plain = r->loopback;
	r->tls.any = r->insecure;
	return rc < 0 ? rc : client_open(&r->own, &r->client);
}

int registry_open(struct op *op, const struct reference *ref,
		  const struct registry_options *options, struct registry **ret)
{
	struct registry *r = op_new(op, struct registry, 1);

	if (!r)
		return op->code;
	op_init(&r->own, 0);
	r->options = options;
	if (copy_reference(&r->own, ref, &r->ref) < 0 || prepare(r) < 0) {
		int rc = op_adopt_error(op, &r->own);
		registry_close(&r);
		return rc;
	}
	*ret = r;
	return 0;
}

void registry_close(struct registry **r)
{
	if (*r) {
		client_close(&(*r)->client);
		op_done(&(*r)->own);
	}
	*r = NULL;
}

/* --- manifests -------------------------------------------------------------------------------- */

/* The media type: what the bytes say, else the header, else what the bytes look like. */
static int media_type(struct op *op, const struct registry *r, str header,
		      struct registry_document *d)
{
	struct doc doc;
	str type = str_trim(str_cut(&header, ';')), told = { 0 };
	int rc = json_parse(op, r->shown, d->bytes, &doc);

	if (str_starts(type, S("application/vnd.docker.distribution.manifest.v1+")))
		return op_fail(op, ERR_FORMAT,
			       "%.*s is an image of Docker's first schema, which is not read",
			       STR_ARG(r->shown));
	if (rc < 0)
		return rc;
	if (doc.root.kind != NODE_MAP)
		return op_fail(op, ERR_FORMAT, "%.*s: a manifest that is no JSON object",
			       STR_ARG(r->shown));
	(void)node_text(node_get(&doc.root, S("mediaType")), &told);
	if (told.len && media_kind(type) != MEDIA_UNKNOWN && !str_eq(told, type))
		return op_fail(op, ERR_FORMAT,
			       "%.*s: the registry calls a manifest %.*s, which calls itself %.*s",
			       STR_ARG(r->shown), STR_ARG(type), STR_ARG(told));
	d->media_type = told.len                              ? told
			: media_kind(type) != MEDIA_UNKNOWN   ? type
			: node_get(&doc.root, S("manifests")) ? S(MEDIA_INDEX)
							      : S(MEDIA_MANIFEST);
	return 0;
}

/* The digest is that of the bytes; a registry that says otherwise is not believed in anything. */
static int check_digest(struct op *op, const struct registry *r, str announced,
			const struct digest *want, struct registry_document *d)
{
	char is[DIGEST_TEXT], should[DIGEST_TEXT];
	struct digest header;

	d->digest = digest_of(d->bytes);
	if (want && !digest_eq(want, &d->digest))
		return op_fail(op, ERR_VERIFY, "%.*s: asked for %s, the registry sends %s",
			       STR_ARG(r->shown), digest_text(want, should),
			       digest_text(&d->digest, is));
	if (str_starts(announced, S("sha256:")) &&
	    !(digest_parse(announced, &header) && digest_eq(&header, &d->digest)))
		return op_fail(op, ERR_VERIFY, "%.*s: the registry announces %.*s and sends %s",
			       STR_ARG(r->shown), STR_ARG(announced), digest_text(&d->digest, is));
	return 0;
}

static int get_document(struct op *op, struct registry *r, str name, const struct digest *want,
			struct registry_document *ret)
{
	struct registry_wish wish = { S(ACCEPT), LIMIT_MANIFEST, CLIENT_SIZE_UNKNOWN };
	struct registry_document d = { 0 };
	struct registry_answer answer;
	str path;
	int rc = op_text(op, &path, "manifests/%.*s", STR_ARG(name));

	if (rc < 0 || (rc = registry_exchange(op, r, path, &wish, &answer)) != 0)
		return rc;
	const str *header = answer.result.answer.header;
	d.bytes = answer.bytes;
	if ((rc = check_digest(op, r, header[CLIENT_DOCKER_CONTENT_DIGEST], want, &d)) < 0 ||
	    (rc = media_type(op, r, header[CLIENT_CONTENT_TYPE], &d)) < 0)
		return rc;
	*ret = d;
	return 0;
}

int registry_manifest(struct op *op, struct registry *r, const struct digest *d,
		      struct registry_document *ret)
{
	char text[DIGEST_TEXT];

	return get_document(op, r, str_of(digest_text(d, text)), d, ret);
}

int registry_resolve(struct op *op, struct registry *r, struct registry_document *ret)
{
	if (!digest_is_zero(&r->ref.digest))
		return registry_manifest(op, r, &r->ref.digest, ret);
	return get_document(op, r, r->ref.tag, NULL, ret);
}

int registry_referrers(struct op *op, struct registry *r, const struct digest *d, str *ret)
{
	struct registry_wish wish = { S("Accept: " MEDIA_INDEX), LIMIT_MANIFEST,
				      CLIENT_SIZE_UNKNOWN };
	struct registry_answer answer;
	char text[DIGEST_TEXT];
	str path;
	int rc = op_text(op, &path, "referrers/%s", digest_text(d, text));

	if (rc < 0 || (rc = registry_exchange(op, r, path, &wish, &answer)) != 0)
		return rc;
	*ret = answer.bytes;
	return 0;
}

int registry_blob_read(struct op *op, struct registry *r, const struct digest *d, uint64_t size,
		       size_t max, str *ret)
{
	struct registry_wish wish = { { 0 }, max, size };
	struct registry_answer answer;
	char text[DIGEST_TEXT];
	str path;

	if (size > max)
		return op_fail(op, ERR_LIMIT, "%.*s: %s has %llu bytes: at most %zu are read",
			       STR_ARG(r->shown), digest_text(d, text), (unsigned long long)size,
			       max);
	int rc = op_text(op, &path, "blobs/%s", digest_text(d, text));
	if (rc < 0 || (rc = registry_exchange(op, r, path, &wish, &answer)) != 0)
		return rc;
	struct digest got = digest_of(answer.bytes);
	if (!digest_eq(&got, d))
		return op_fail(op, ERR_VERIFY, "%.*s: the registry sends other bytes for %s",
			       STR_ARG(r->shown), text);
	*ret = answer.bytes;
	return 0;
}

/* --- blobs into files ------------------------------------------------------------------------- */

struct filling {
	struct registry_blob *blob;
	struct hash *hash;
	uint64_t have;
	bool done;
};

static int fill_begin(struct op *op, void *to, uint64_t *ret_have)
{
	(void)op;
	*ret_have = ((struct filling *)to)->have;
	return 0;
}

static int fill_add(struct op *op, void *to, str bytes)
{
	struct filling *f = to;
	int rc = file_pwrite(op, f->blob->fd, S("a layer's file"), bytes, f->have);

	hash_add(f->hash, bytes);
	f->have += (uint64_t)bytes.len;
	return rc;
}

static int fill_done(struct op *op, void *to)
{
	struct filling *f = to;
	struct digest got;

	(void)op;
	hash_result(f->hash, HASH_SHA256, got.b);
	f->done = digest_eq(&got, &f->blob->digest);
	if (f->done)
		return 0;
	hash_restart(f->hash);
	f->have = 0;
	return 1;
}

struct telling {
	registry_note *note;
	void *arg;
	uint64_t before, total;
};

static void tell(void *arg, uint64_t done)
{
	struct telling *t = arg;

	t->note(t->arg, t->before + done, t->total);
}

static int fill_request(struct op *op, const struct registry *r, struct filling *f,
			struct client_request *ret)
{
	char text[DIGEST_TEXT];
	str path, url;
	int rc = op_text(op, &path, "blobs/%s", digest_text(&f->blob->digest, text));

	if (rc < 0 || (rc = registry_url(op, r, path, &url)) < 0)
		return rc;
	*ret = (struct client_request){ .max = f->blob->size,
					.size = f->blob->size,
					.sink = fill_add,
					.begin = fill_begin,
					.done = fill_done,
					.to = f };
	registry_request(r, url, ret);
	return 0;
}

/* What became of a round. 1: some were answered 401, of which *ret_denied is one. */
static int fill_judge(struct op *op, const struct registry *r, const struct client_request *req,
		      const struct client_result *res, ptrdiff_t n,
		      struct client_result *ret_denied)
{
	int ret = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct filling *f = req[i].to;
		char text[DIGEST_TEXT];
		if (res[i].code == 0)
			continue;
		if (res[i].status == 401 && !res[i].answer.elsewhere) {
			*ret_denied = res[i];
			ret = 1;
			continue;
		}
		(void)registry_refused(op, r, &res[i], S(""));
		return op_fail_in(op, "%s", digest_text(&f->blob->digest, text));
	}
	return ret;
}

/* Ask for all that are not done yet. As fill_judge(). */
static int fill_round(struct op *op, struct registry *r, struct filling *f, ptrdiff_t n,
		      struct telling *t, struct client_result *ret_denied)
{
	struct client_request *req = op_new(op, struct client_request, n);
	struct client_result *res = op_new(op, struct client_result, n);
	ptrdiff_t m = 0;
	int rc = 0;

	if (!req || !res)
		return op->code;
	t->before = 0;
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (f[i].done)
			t->before += f[i].blob->size;
		else
			rc = fill_request(op, r, &f[i], &req[m++]);
	}
	if (rc == 0)
		rc = client_fetch(op, r->client, req, m, t->note ? tell : NULL, t, res);
	return rc < 0 ? rc : fill_judge(op, r, req, res, m, ret_denied);
}

static int fill_all(struct op *op, struct registry *r, struct filling *f, ptrdiff_t n,
		    struct telling *t)
{
	struct client_result denied = { 0 };
	str why = { 0 };

	for (int logins = 0;; logins++) {
		int rc = registry_renew(op, r);
		if (rc < 0 || (rc = fill_round(op, r, f, n, t, &denied)) <= 0)
			return rc;
		rc = logins < LOGINS ? registry_log_in(op, r, &denied.answer, &why)
				     : registry_why(op, r, &why);
		if (rc != 0 || logins == LOGINS)
			return rc < 0 ? rc : registry_refused(op, r, &denied, why);
	}
}

/* Without a manifest before, it is not known yet how the registry wants to be asked. */
static int settle(struct op *op, struct registry *r, const struct registry_blob *blob)
{
	struct registry_wish wish = { .size = CLIENT_SIZE_UNKNOWN, .head = true };
	struct registry_answer answer;
	char text[DIGEST_TEXT];
	str path;

	if (r->settled)
		return 0;
	int rc = op_text(op, &path, "blobs/%s", digest_text(&blob->digest, text));
	return rc < 0 ? rc : registry_exchange(op, r, path, &wish, &answer);
}

/* Which of the blobs before this one is the same, or the blob itself. */
static ptrdiff_t first_like(const struct registry_blob *blob, ptrdiff_t i)
{
	for (ptrdiff_t j = 0; j < i; j++)
		if (digest_eq(&blob[j].digest, &blob[i].digest) && blob[j].size == blob[i].size)
			return j;
	return i;
}

static int open_files(struct op *op, int dirfd, struct registry_blob *blob, ptrdiff_t n,
		      struct filling *f, ptrdiff_t *ret_n, uint64_t *ret_total)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (first_like(blob, i) < i)
			continue;
		if (blob[i].size > INT64_MAX ||
		    __builtin_add_overflow(*ret_total, blob[i].size, ret_total))
			return op_fail(op, ERR_FORMAT, "a layer of %llu bytes",
				       (unsigned long long)blob[i].size);
		struct filling *one = &f[(*ret_n)++];
		one->blob = &blob[i];
		if ((rc = file_temp(op, dirfd, &blob[i].fd)) == 0)
			rc = hash_open(op, HASH_SHA256, &one->hash);
	}
	return rc;
}

/* What is there twice gets a descriptor of its own for the one file. */
static int share_files(struct op *op, struct registry_blob *blob, ptrdiff_t n)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		if (blob[i].fd >= 0)
			continue;
		blob[i].fd = fcntl(blob[first_like(blob, i)].fd, F_DUPFD_CLOEXEC, 3);
		if (blob[i].fd < 0)
			return op_fail_errno(op, "a layer's file");
	}
	return 0;
}

int registry_blobs(struct op *op, struct registry *r, int dirfd, struct registry_blob *blob,
		   ptrdiff_t n, registry_note *note, void *arg)
{
	struct telling t = { .note = note, .arg = arg };
	struct filling *f = op_new(op, struct filling, n);
	ptrdiff_t m = 0;

	for (ptrdiff_t i = 0; i < n; i++)
		blob[i].fd = -1;
	if (!f || n == 0)
		return op->code;
	int rc = open_files(op, dirfd, blob, n, f, &m, &t.total);
	if (rc == 0 && (rc = settle(op, r, &blob[0])) > 0)
		rc = op_fail(op, ERR_NET, "%.*s: the registry lacks a layer", STR_ARG(r->shown));
	if (rc == 0)
		rc = fill_all(op, r, f, m, &t);
	if (rc == 0)
		rc = share_files(op, blob, n);
	for (ptrdiff_t i = 0; i < m; i++)
		hash_close(&f[i].hash);
	for (ptrdiff_t i = 0; rc < 0 && i < n; i++)
		fd_close(&blob[i].fd);
	return rc;
}
