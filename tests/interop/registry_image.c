/*
 * What tests/interop/registry.sh asks registries with: an image as src/oci/registry.h gives it.
 * usage: interop_registry_image [-i HOST] [-b DIGEST SIZE] NAME
 * For an image each manifest, its configuration and layers, fetched and read back; with -b that
 * blob alone.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codec/json.h"
#include "oci/document.h"
#include "oci/registry.h"
#include "sys/file.h"

static uint64_t told, total;

static void note(void *arg, uint64_t done, uint64_t all)
{
	(void)arg;
	MUST(done >= told || done == 0 || all == total);
	told = done;
	total = all;
}

/* The layers, and that the files hold what their digests say. */
static int layers(struct op *op, struct registry *r, struct registry_blob *blob, ptrdiff_t n)
{
	const char *dir = getenv("TMPDIR");
	AUTO_FD tmp = open(dir ? dir : "/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[DIGEST_TEXT];
	int rc = registry_blobs(op, r, tmp, blob, n, note, NULL);

	for (ptrdiff_t i = 0; i < n; i++)
		MUST(rc == 0 || blob[i].fd == -1);
	MUST(rc != 0 || told == total);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		str bytes;
		uint64_t size;
		rc = file_size(op, blob[i].fd, S("blob"), &size);
		if (rc == 0 && lseek(blob[i].fd, 0, SEEK_SET) == 0)
			rc = file_read_fd(op, blob[i].fd, S("blob"), 1 << 30, &bytes);
		if (rc < 0)
			return rc;
		struct digest d = digest_of(bytes);
		MUST(size == blob[i].size && digest_eq(&d, &blob[i].digest));
		printf("layer %s %llu\n", digest_text(&d, text), (unsigned long long)size);
		fd_close(&blob[i].fd);
	}
	return rc;
}

static bool descriptor(const struct node *node, struct registry_blob *ret)
{
	str text;

	return node && node_text(node_get(node, S("digest")), &text) &&
	       digest_parse(text, &ret->digest) && node_u64(node_get(node, S("size")), &ret->size);
}

static int manifest(struct op *op, struct registry *r, const struct doc *doc)
{
	const struct node *list = node_get(&doc->root, S("layers"));
	struct registry_blob config, *blob = op_new(op, struct registry_blob, list ? list->n : 0);
	char text[DIGEST_TEXT];
	str bytes;

	if (!blob)
		return op->code;
	if (!descriptor(node_get(&doc->root, S("config")), &config))
		return op_fail(op, ERR_FORMAT, "no config");
	int rc = registry_blob_read(op, r, &config.digest, config.size, LIMIT_CONFIG, &bytes);
	if (rc != 0)
		return rc;
	printf("config %s %td\n", digest_text(&config.digest, text), bytes.len);
	for (ptrdiff_t i = 0; list && i < list->n; i++)
		if (!descriptor(&list->child[i], &blob[i]))
			return op_fail(op, ERR_FORMAT, "no descriptor");
	return layers(op, r, blob, list ? list->n : 0);
}

static int document(struct op *op, struct registry *r, const struct registry_document *d, int depth)
{
	char text[DIGEST_TEXT];
	struct doc doc;
	int rc = json_parse(op, S("manifest"), d->bytes, &doc);

	if (rc < 0)
		return rc;
	printf("%.*s %s\n", STR_ARG(d->media_type), digest_text(&d->digest, text));
	if (media_kind(d->media_type) != MEDIA_IS_INDEX)
		return manifest(op, r, &doc);
	const struct node *list = node_get(&doc.root, S("manifests"));
	for (ptrdiff_t i = 0; rc == 0 && list && i < list->n && depth < 2; i++) {
		struct registry_document next;
		struct registry_blob one;
		if (!descriptor(&list->child[i], &one))
			return op_fail(op, ERR_FORMAT, "no descriptor");
		rc = registry_manifest(op, r, &one.digest, &next);
		if (rc == 0)
			rc = document(op, r, &next, depth + 1);
	}
	return rc;
}

static int run(struct op *op, str name, const struct registry_options *options,
	       struct registry_blob *blob)
{
	struct reference ref;
	struct registry_document d;
	AUTO_REGISTRY *r = NULL;
	int rc = reference_parse(op, name, &ref);

	if (rc < 0 || (rc = registry_open(op, &ref, options, &r)) < 0)
		return rc;
	if (blob)
		return layers(op, r, blob, 1);
	rc = registry_resolve(op, r, &d);
	return rc == 0 ? document(op, r, &d, 0) : rc;
}

int main(int argc, char **argv)
{
	struct registry_options options = { 0 };
	struct registry_blob blob, *only = NULL;
	str host;
	int i = 1;
	AUTO_OP op;

	op_init(&op, 0);
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (argv[i][1] == 'i') {
			host = str_of(argv[i + 1]);
			options.insecure = (struct texts){ &host, 1 };
		} else if (i + 3 < argc) {
			blob = (struct registry_blob){ .size = strtoull(argv[i + 2], NULL, 10) };
			MUST(digest_parse(str_of(argv[i + 1]), &blob.digest));
			only = &blob;
			i++;
		}
	}
	if (i + 1 != argc)
		return 2;
	int rc = run(&op, str_of(argv[i]), &options, only);
	if (rc < 0)
		(void)fprintf(stderr, "%s\n", op.text);
	return rc > 0 ? 1 : rc == 0 ? 0 : rc == ERR_USAGE ? 2 : 3;
}
