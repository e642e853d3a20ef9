#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "fixture.h"
#include "oci/archive.h"
#include "oci/image_tree.h"
#include "unit/harness.h"

#define D1 "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define CONFIG "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" D1 "\",\"size\":2}"
#define LAYER(type, digest, size) "{\"mediaType\":\"" type "\",\"digest\":\"" digest "\",\"size\":" size "}"
#define GZ "application/vnd.oci.image.layer.v1.tar+gzip"

static const struct {
	const char *text, *error; /* no error: it is read */
} manifests[] = {
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, D1, "3") "]}", NULL },
	{ "{" CONFIG ",\"layers\":[],\"annotations\":{\"a\":\"b\"}}", NULL },
	{ "{" CONFIG ",\"layers\":[],\"annotations\":null}", NULL },
	{ "{" CONFIG ",\"layers\":[],\"annotations\":{\"a\":1}}", "must be a text" },
	{ "", "" },
	{ "[]", "not an image manifest" },
	{ "{" CONFIG ",\"layers\":[],\"manifests\":[]}", "not an image manifest" },
	{ "{" CONFIG ",\"layers\":[],\"mediaType\":\"application/vnd.oci.image.index.v1+json\"}", "media type" },
	{ "{" CONFIG "}", "needs a list of layers" },
	{ "{" CONFIG ",\"layers\":{}}", "needs a list of layers" },
	{ "{\"layers\":[]}", "needs a config" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, "sha256:../../x", "3") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, "sha256:1111", "3") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, "sha512:1111", "3") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, "1111111111111111111111111111111111111111111111111111111111111111", "3")
	  "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ,
	  "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "3") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, D1, "-1") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, D1, "0") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, D1, "9223372036854775808") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, D1, "99999999999999999999999") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ, D1, "1.5") "]}", "not a descriptor" },
	{ "{" CONFIG ",\"layers\":[" LAYER("application/x", D1, "1") "]}", "no layer that temper reads" },
	{ "{" CONFIG ",\"layers\":[" LAYER(GZ "+encrypted", D1, "1") "]}", "layer 1 (" D1 ") is encrypted" },
	{ "{" CONFIG ",\"layers\":[" LAYER("application/vnd.dev.cosign.simplesigning.v1+json", D1, "1") "]}",
	  "not an image but a cosign signature" },
	{ "{" CONFIG ",\"layers\":[" LAYER("application/vnd.in-toto+json", D1, "1") "]}", "an attestation" },
	{ "{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"" D1
	  "\",\"size\":2},\"layers\":[]}", "not an image but a Helm chart" },
	{ "{\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"" D1 "\",\"size\":2},"
	  "\"artifactType\":\"application/spdx+json\",\"layers\":[]}", "a bill of materials" },
	{ "{\"schemaVersion\":1,\"name\":\"x\",\"fsLayers\":[]}", "schema version 1" },
	{ "{" CONFIG ",\"layers\":[{\"mediaType\":\"" GZ "\",\"digest\":\"" D1 "\",\"size\":1,"
	  "\"urls\":[\"http://x\"]}]}", "layer 1 (" D1 ") is to be fetched from elsewhere" },
	{ "{\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"" D1 "\",\"size\":2},"
	  "\"layers\":[]}", "an artifact" },
};

static int reading_manifests(struct op *op)
{
	for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
		struct image image;
		int rc = document_manifest(op, S("m"), exact(str_of(manifests[i].text)), &image);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK((rc == 0) == !manifests[i].error);
		if (manifests[i].error)
			CHECK_FAILS(op, rc, ERR_FORMAT, manifests[i].error);
	}
	return 0;
}

static int too_many_layers(struct op *op)
{
	struct image image;
	struct buf b;
	str text;

	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("{" CONFIG ",\"layers\":["));
	for (int i = 0; i < 251; i++)
		buf_fmt(&b, "%s" LAYER(GZ, D1, "3"), i ? "," : "");
	buf_add(&b, S("]}"));
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, document_manifest(op, S("m"), text, &image), ERR_FORMAT, "too many layers");
	return 0;
}

#define ROOTFS "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" D1 "\"]}"
static const struct {
	const char *text, *error;
} configs[] = {
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"config\":null," ROOTFS "}", NULL },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"config\":{\"Entrypoint\":null,\"Cmd\":[\"a\"]}," ROOTFS "}", NULL },
	{ "{\"architecture\":\"arm64\"," ROOTFS "}", "needs os" },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\"}", "rootfs must be" },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}", "0 diff_ids" },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"x\"]}}",
	  "not a sha256 digest" },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"config\":{\"Env\":\"A=b\"}," ROOTFS "}", "must be a list" },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"config\":{\"User\":5}," ROOTFS "}", "must be a text" },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"history\":[{},{}]," ROOTFS "}", NULL },
	{ "{\"os\":\"linux\",\"architecture\":\"arm64\",\"history\":[{\"empty_layer\":true},{}]," ROOTFS "}", NULL },
};

static int reading_configs(struct op *op)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct image_layer layer = { 0 };
		struct image_config c = { .layer = &layer, .layer_n = 1 };
		int rc = document_config(op, S("c"), exact(str_of(configs[i].text)), &c);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK((rc == 0) == !configs[i].error);
		if (configs[i].error)
			CHECK_FAILS(op, rc, ERR_FORMAT, configs[i].error);
	}
	return 0;
}

static const char spec[] = "d bin\nf bin/sh hello\n--\nf etc/motd two\nh bin/link bin/sh";

/* The documents are these bytes and no others, today and in ten years. */
static int canonical(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct image_descriptor d, again;
	struct image image;
	str config, want;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	TRY(fixture_image(op, &s, str_of(spec), NULL, &d));
	TRY(fixture_image(op, &s, str_of(spec), NULL, &again));
	CHECK(digest_eq(&d.digest, &again.digest));
	TRY(image_get(op, &s, &d.digest, S("linux/amd64"), &image));
	TRY(store_blob_read(op, &s, &image.config_digest, 1 << 20, &config));
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	TRY(op_text(op, &want,
		"{\"created\":\"2023-11-14T22:13:20Z\",\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{"
		"\"User\":\"65532\",\"ExposedPorts\":{\"8080/tcp\":{}},\"Env\":[\"PATH=/usr/bin\"],"
		"\"Cmd\":[\"/bin/sh\",\"-c\",\"exit 0\"],\"Labels\":{\"k\":\"v\"},\"Healthcheck\":{\"Test\":"
		"[\"/bin/sh\",\"-c\",\"exit 0\"],\"Interval\":30000000000,\"Retries\":3}},\"rootfs\":{\"type\":"
		"\"layers\",\"diff_ids\":[\"%s\",\"%s\"]},\"history\":[{\"created\":\"2023-11-14T22:13:20Z\","
		"\"created_by\":\"fixture\"},{\"created\":\"2023-11-14T22:13:20Z\",\"created_by\":\"fixture\"}]}",
		digest_text(&image.config.layer[0].diff_id, a), digest_text(&image.config.layer[1].diff_id, b)));
	CHECK_STR(config, want);
	CHECK(image.config.created == 1700000000 && image.config.healthcheck.interval == 30000000000);
	CHECK_STR(image.config.user, S("65532"));
	CHECK_STR(image.config.layer[1].created_by, S("fixture"));
	CHECK_STR(image.manifest.platform, S("linux/amd64"));
	CHECK_FAILS(op, image_get(op, &s, &d.digest, S("linux/arm64"), &image), ERR_USAGE, "is for linux/amd64");
	return 0;
}

static int indexes(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct image_descriptor d[2], index, *list;
	struct digest missing = digest_of(S("?"));
	struct image image;
	ptrdiff_t n = 0;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	TRY(fixture_image(op, &s, S("f a one"), "gzip", &d[0]));
	TRY(fixture_image(op, &s, S("f a two"), "gzip", &d[1]));
	d[1].platform = S("linux/arm64/v8");
	TRY(image_index_put(op, &s, d, 2, NULL, &index));
	TRY(image_get(op, &s, &index.digest, S("linux/amd64"), &image));
	CHECK(digest_eq(&image.manifest.digest, &d[0].digest));
	TRY(image_manifests(op, &s, &index.digest, &list, &n));
	CHECK(n == 2 && digest_eq(&list[1].digest, &d[1].digest));
	CHECK_STR(list[1].platform, S("linux/arm64/v8"));
	TRY(image_manifests(op, &s, &d[0].digest, &list, &n));
	CHECK(n == 1 && digest_eq(&list[0].digest, &d[0].digest));
	/* the index says arm64 of what is amd64: the one that was chosen is told by its config */
	CHECK_FAILS(op, image_get(op, &s, &index.digest, S("linux/arm64"), &image), ERR_USAGE, "not for linux/arm64");
	CHECK_FAILS(op, image_get(op, &s, &index.digest, S("linux/riscv64"), &image), ERR_USAGE, "linux/arm64/v8");
	int rc = image_get(op, &s, &missing, S(""), &image);
	TRY(rc);
	CHECK(rc == 1);
	/* an index in an index in an index ... */
	for (int i = 0; i < 6; i++)
		TRY(image_index_put(op, &s, &index, 1, NULL, &index));
	CHECK_FAILS(op, image_get(op, &s, &index.digest, S(""), &image), ERR_LIMIT, "nested deeper");
	return 0;
}

static const struct {
	const char *to, *from, *layers, *name;
} trips[] = {
	{ "oci-dir:%s/out", "oci-dir:%s/out:1", "gzip", "docker.io/team/x:1" },
	{ "oci-dir:%s/out", "%s/out", "zstd", "docker.io/team/x:1" },
	{ "oci:%s/new/out:9", "oci:%s/new/out:9", NULL, "docker.io/team/x:1" },
	{ "oci-archive:%s/out.tar", "oci-archive:%s/out.tar", "gzip", "docker.io/team/x:1" },
	{ "oci-archive:%s/out.tar", "%s/out.tar", "zstd", "docker.io/team/x:1" },
	{ "docker-archive:%s/out.tar", "docker-archive:%s/out.tar", "gzip", "team/x:1" },
	{ "docker-archive:%s/out.tar", "docker-archive:%s/out.tar:team/x:1", "zstd", "team/x:1" },
	{ "docker-archive:%s/out.tar", "%s/out.tar", NULL, "team/x:1" },
};

/* Out of one store and into another: the same image, by its diff_ids. */
static int trip(struct op *op, size_t i)
{
	const char *dir = test_dir(NULL);
	AUTO_STORE a = FIXTURE_STORE;
	AUTO_STORE b = FIXTURE_STORE;
	struct image_descriptor d, got;
	struct image before, after;
	str to, from, place, name;

	TRY(op_text(op, &place, "%s/a", dir));
	TRY(store_open(op, place, &a));
	TRY(op_text(op, &place, "%s/b", dir));
	TRY(store_open(op, place, &b));
	TRY(fixture_image(op, &a, str_of(spec), trips[i].layers, &d));
	str pattern = str_of(trips[i].to);
	ptrdiff_t at = str_find(pattern, '%');
	TRY(op_text(op, &to, "%.*s%s%.*s", STR_ARG(str_head(pattern, at)), dir, STR_ARG(str_from(pattern, at + 2))));
	pattern = str_of(trips[i].from);
	at = str_find(pattern, '%');
	TRY(op_text(op, &from, "%.*s%s%.*s", STR_ARG(str_head(pattern, at)), dir, STR_ARG(str_from(pattern, at + 2))));
	TRY(image_export(op, &a, &d.digest, S("team/x:1"), to));
	TRY(image_export(op, &a, &d.digest, S("team/x:1"), to)); /* again, over what is there */
	TRY(image_import(op, &b, from, &got, &name));
	CHECK_STR(name, str_of(trips[i].name));
	TRY(image_get(op, &a, &d.digest, S(""), &before));
	TRY(image_get(op, &b, &got.digest, S(""), &after));
	CHECK(digest_eq(&before.config_digest, &after.config_digest));
	CHECK(after.config.layer_n == 2 &&
	      digest_eq(&after.config.layer[1].diff_id, &before.config.layer[1].diff_id));
	if (str_find_str(to, S("docker-archive")) < 0)
		CHECK(digest_eq(&d.digest, &got.digest));
	return 0;
}

static int trips_all(struct op *op)
{
	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++)
		TRY(trip(op, i));
	return 0;
}

static int trip_docker(struct op *op)
{
	return trip(op, 6);
}

static int trip_layout(struct op *op)
{
	return trip(op, 0);
}

/* Another image in the same layout stays; the same name is replaced; archives are the same bytes. */
static int layouts_are_shared(struct op *op)
{
	const char *dir = test_dir(NULL);
	AUTO_STORE s = FIXTURE_STORE;
	struct image_descriptor one, two, got;
	str place, to, name, first, second;

	TRY(op_text(op, &place, "%s/s", dir));
	TRY(store_open(op, place, &s));
	TRY(fixture_image(op, &s, S("f a one"), "gzip", &one));
	TRY(fixture_image(op, &s, S("f a two"), "gzip", &two));
	TRY(op_text(op, &to, "oci-dir:%s/out", dir));
	TRY(image_export(op, &s, &one.digest, S("x:1"), to));
	TRY(image_export(op, &s, &one.digest, S("x:2"), to));
	TRY(image_export(op, &s, &two.digest, S("x:2"), to));
	CHECK_FAILS(op, image_import(op, &s, to, &got, &name), ERR_USAGE, "holds 2 images");
	TRY(op_text(op, &to, "oci-dir:%s/out:1", dir));
	TRY(image_import(op, &s, to, &got, &name));
	CHECK(digest_eq(&got.digest, &one.digest));
	TRY(op_text(op, &to, "oci-dir:%s/out:2", dir));
	TRY(image_import(op, &s, to, &got, &name));
	CHECK(digest_eq(&got.digest, &two.digest));
	TRY(op_text(op, &to, "oci-archive:%s/x.tar", dir));
	TRY(op_text(op, &place, "%s/x.tar", dir));
	TRY(image_export(op, &s, &one.digest, S("x:1"), to));
	TRY(file_read_user(op, place, 1 << 20, &first));
	TRY(image_export(op, &s, &one.digest, S("x:1"), to));
	TRY(file_read_user(op, place, 1 << 20, &second));
	CHECK_STR(second, first);
	return 0;
}

/* A blob that is damaged on the way out, or a place that is none: nothing appears. */
static int failed_exports(struct op *op)
{
	static const char *const places[] = { "oci-dir:%s/o", "oci-archive:%s/o", "docker-archive:%s/o" };
	const char *dir = test_dir(NULL);
	AUTO_STORE s = FIXTURE_STORE;
	AUTO_FD fd = -1;
	struct image_descriptor d;
	struct image image;
	char hex[DIGEST_HEX];
	ptrdiff_t n = 0;
	str place, to, *name;

	TRY(op_text(op, &place, "%s/s", dir));
	TRY(store_open(op, place, &s));
	TRY(fixture_image(op, &s, S("f a one"), "gzip", &d));
	TRY(image_get(op, &s, &d.digest, S(""), &image));
	str zeros = { op_alloc(op, 1, (ptrdiff_t)image.config.layer[0].size),
		      (ptrdiff_t)image.config.layer[0].size };
	if (!zeros.p)
		return op->code;
	TRY(file_replace(op, s.blobs, str_of(digest_hex(&image.config.layer[0].digest, hex)), zeros, 0644));
	for (size_t i = 0; i < 3; i++) {
		str pattern = str_of(places[i]);
		ptrdiff_t at = str_find(pattern, '%');
		TRY(op_text(op, &to, "%.*s%s/o", STR_ARG(str_head(pattern, at)), dir));
		CHECK_FAILS(op, image_export(op, &s, &d.digest, S("x"), to), ERR_VERIFY, "damaged");
	}
	TRY(dir_open(op, AT_FDCWD, str_of(dir), false, &fd));
	TRY(dir_list(op, fd, S("dir"), &name, &n));
	CHECK(n == 1);
	CHECK_FAILS(op, image_export(op, &s, &d.digest, S("x"), S("zip:a")), ERR_USAGE, "places are");
	CHECK_FAILS(op, image_export(op, &s, &d.digest, S("x"), S("oci-dir:")), ERR_USAGE, "names no place");
	CHECK_FAILS(op, image_import(op, &s, S("nothing:1"), &d, &place), ERR_USAGE, "no image 'nothing:1'");
	CHECK_FAILS(op, image_import(op, &s, S("oci-dir:/nowhere"), &d, &place), ERR_USAGE, "no such file");
	return 0;
}

/* No room for it: an error, and neither an archive, a layout nor a temporary file. */
static int full_disk(struct op *op)
{
	static const char *const places[] = { "oci-dir:%s/small/o", "oci-archive:%s/small/o", "docker-archive:%s/small/o",
					      "oci-dir:%s/small/kept" };
	const char *dir = test_dir(NULL);
	AUTO_STORE s = FIXTURE_STORE;
	AUTO_FD small = -1;
	struct image_descriptor big, little, got;
	ptrdiff_t n = 0;
	str place, to, *name, text;
	struct buf b;
	int rc = 0;

	TRY(op_text(op, &place, "%s/s", dir));
	TRY(store_open(op, place, &s));
	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("f a "));
	buf_repeat(&b, 'x', 600000);
	TRY(buf_take(&b, &text));
	TRY(fixture_image(op, &s, text, NULL, &big));
	TRY(fixture_image(op, &s, S("f a one"), NULL, &little));
	TRY(op_text(op, &place, "%s/small", dir));
	TRY(dir_open(op, AT_FDCWD, place, true, &small));
	fd_close(&small);
	if (mount("tmpfs", place.p, "tmpfs", 0, "size=256k") < 0) {
		(void)printf("     a full disk was not tried: cannot mount a tmpfs (%s)\n", strerror(errno));
		return 0;
	}
	rc = op_text(op, &to, "oci-dir:%s/small/kept", dir);
	rc = rc < 0 ? rc : image_export(op, &s, &little.digest, S("x:1"), to);
	for (size_t i = 0; rc == 0 && i < 4; i++) {
		str pattern = str_of(places[i]);
		ptrdiff_t at = str_find(pattern, '%');
		if ((rc = op_text(op, &to, "%.*s%s%.*s", STR_ARG(str_head(pattern, at)), dir,
				  STR_ARG(str_from(pattern, at + 2)))) < 0)
			break;
		int full = image_export(op, &s, &big.digest, S("x:1"), to);
		CHECK_FAILS(op, full, ERR_IO, "No space left");
	}
	CHECK(rc == 0 && dir_open(op, AT_FDCWD, place, false, &small) == 0 &&
	      dir_list(op, small, S("small"), &name, &n) == 0 && n == 1);
	CHECK(op_text(op, &to, "oci-dir:%s/small/kept:1", dir) == 0 && image_import(op, &s, to, &got, &text) == 0 &&
	      digest_eq(&got.digest, &little.digest));
	fd_close(&small);
	CHECK(umount2(place.p, MNT_DETACH) == 0);
	return rc;
}

/* Docker archives of other hands: {0} is the config's, {1} the layer's path. */
static int foreign_archives(struct op *op)
{
	static const struct {
		const char *layer, *manifest, *error;
	} cases[] = {
		{ "", "[{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[\"l/layer.tar\"]}]", NULL },
		{ "", "[{\"Config\":\"c.json\",\"Layers\":[\"link\"]}]", NULL },
		{ "x", "[{\"Config\":\"c.json\",\"Layers\":[\"l/layer.tar\"]}]", "does not unpack to its diff_id" },
		{ "", "[{\"Config\":\"c.json\",\"Layers\":[\"nothing\"]}]", "is missing" },
		{ "", "[{\"Config\":\"c.json\",\"Layers\":[\"loop\"]}]", "is missing" },
		{ "", "[{\"Config\":\"c.json\",\"Layers\":[]}]", "0 layers and 1 diff_ids" },
		{ "", "[{\"Config\":\"../c.json\",\"Layers\":[]}]", "names no configuration" },
		{ "", "[]", "lists no image" },
		{ "", "[{\"Config\":\"c.json\",\"Layers\":[\"out\"]}]", "is missing" },
	};
	AUTO_STORE s = FIXTURE_STORE;
	struct image_descriptor got;
	char text[DIGEST_TEXT];
	str tar, line = S("f a one"), name, config, path;
	const char *dir = test_dir(NULL);

	TRY(op_text(op, &path, "%s/s", dir));
	TRY(store_open(op, path, &s));
	TRY(op_text(op, &path, "%s/x.tar", dir));
	TRY(fixture_tar(op, &line, &tar));
	struct digest diff = digest_of(tar);
	TRY(op_text(op, &config, "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\","
		    "\"diff_ids\":[\"%s\"]}}", digest_text(&diff, text)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct { str path, content, link; } member[] = {
			{ S("l/layer.tar"), tar, S("") }, { S("link"), S(""), S("./l/../l/layer.tar") },
			{ S("loop"), S(""), S("loop") }, { S("out"), S(""), S("../../l/layer.tar") },
			{ S("c.json"), config, S("") }, { S("manifest.json"), str_of(cases[i].manifest), S("") },
		};
		struct buf b;
		buf_init(&b, op, 1 << 20);
		for (size_t k = 0; k < 6; k++) {
			str more = k == 0 ? str_of(cases[i].layer) : S("");
			struct tar_entry e = { .type = member[k].link.len ? TAR_SYMLINK : TAR_FILE,
					       .path = member[k].path, .link = member[k].link, .mode = 0644,
					       .size = (uint64_t)(member[k].content.len + more.len) };
			tar_header(&b, &e);
			buf_add(&b, more);
			buf_add(&b, member[k].content);
			buf_repeat(&b, '\0', (ptrdiff_t)tar_padding(e.size));
		}
		buf_repeat(&b, '\0', TAR_END);
		str bytes;
		TRY(buf_take(&b, &bytes));
		TRY(file_replace(op, AT_FDCWD, path, bytes, 0644));
		int rc = image_import(op, &s, path, &got, &name);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK((rc == 0) == !cases[i].error);
		CHECK(rc == 0 || str_find_str(str_of(op->text), str_of(cases[i].error)) >= 0);
		op_forgive(op);
	}
	return 0;
}

TESTS({ "manifests are read strictly", reading_manifests }, { "too many layers", too_many_layers },
      { "configs are read strictly", reading_configs }, { "documents are canonical", canonical },
      { "indexes and platforms", indexes }, { "out and in again, every way", trips_all, .once = true },
      { "a Docker archive with failing allocations", trip_docker },
      { "a layout with failing allocations", trip_layout },
      { "layouts keep their other images", layouts_are_shared },
      { "a failed export leaves nothing", failed_exports },
      { "a full disk", full_disk, .once = true },
      { "Docker archives of other hands", foreign_archives, .once = true })
