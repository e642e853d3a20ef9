/* What temper does before and after buildah: names in a Dockerfile, and what it wrote as an image of the store. */
#include "build/buildah.h"

#include "oci/document.h"
#include "sys/file.h"
#include "unit/harness.h"

static struct digest digest(char first)
{
	struct digest d = { 0 };

	memset(d.b, first, sizeof(d.b));
	return d;
}

/* Names */

static const char dockerfile[] =
	"# syntax=docker/dockerfile:1\n"
	"ARG TAG=1 OTHER=tools\n"
	"FROM --platform=linux/amd64 base:${TAG} AS files\n"
	"COPY --from=tools:2 /base:1 \\\n"
	"  /made\n"
	"FROM base:1 AS unused\n"
	"FROM files\n"
	"COPY --from=files /made /used\n"
	"RUN --mount=type=bind,from=tools:2,target=/t [\"/t/x\", \"base:1\"]\n"
	"FROM scratch AS last\n"
	"COPY --from=2 /used /\n";

static const char renamed[] =
	"# syntax=docker/dockerfile:1\n"
	"ARG TAG=1 OTHER=tools\n"
	"FROM --platform=linux/amd64 localhost/temper-6161616161616161 AS files\n"
	"COPY --from=localhost/temper-6262626262626262 /base:1 \\\n"
	"  /made\n"
	"FROM base:1 AS unused\n"
	"FROM files\n"
	"COPY --from=files /made /used\n"
	"RUN --mount=type=bind,from=localhost/temper-6262626262626262,target=/t [\"/t/x\", "
	"\"base:1\"]\n"
	"FROM scratch AS last\n"
	"COPY --from=2 /used /\n";

static int names(struct op *op)
{
	struct buildah_image used[] = { { .name = S("base:1") }, { .name = S("tools:2") } };
	struct buildah_built b = { .used = used, .used_n = 2 };
	str text = exact(str_of(dockerfile)), got;

	used[0].image.manifest.digest = digest('a');
	used[1].image.manifest.digest = digest('b');
	TRY(dockerfile_parse(op, S("Dockerfile"), text, &b.dockerfile));
	TRY(buildah_renamed(op, &b, text, &got));
	CHECK_STR(got, str_of(renamed));
	return 0;
}

/* An image */

static const char base_config[] = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},"
				  "\"rootfs\":{\"type\":\"layers\","
				  "\"diff_ids\":[\"%s\"]},\"history\":[{\"created_by\":\"temper: "
				  "base\"},{\"created_by\":\"USER "
				  "65532\",\"empty_layer\":true}]}";

static const char built_config[] =
	"{\"created\":\"2026-01-01T00:00:00Z\",\"container\":\"c0ffee\",\"container_config\":{"
	"\"User\":\"0\"},"
	"\"config\":{\"Hostname\":\"4e4fffea6dc5\",\"User\":\"65532\",\"Env\":[\"PATH=/"
	"bin\"],\"Cmd\":[\"/x\"],"
	"\"OnBuild\":[],\"Labels\":{},\"Healthcheck\":{\"Test\":[\"CMD\",\"/x\"]},\"Tty\":false},"
	"\"architecture\":\"amd64\",\"os\":\"linux\",\"parent\":\"sha256:00\",\"rootfs\":{\"type\":"
	"\"layers\","
	"\"diff_ids\":[\"%s\",\"%s\"]},\"history\":[{\"created_by\":\"temper: "
	"base\"},{\"created_by\":\"USER "
	"65532\",\"empty_layer\":true},{\"created\":\"2026-01-01T00:00:00Z\",\"created_by\":\"/bin/"
	"sh -c #(nop) COPY "
	"file:12ab in /x \",\"comment\":\"FROM localhost/base\"},{\"created_by\":\"/bin/sh -c "
	"#(nop) CMD "
	"[\\\"/x\\\"]\",\"comment\":\"FROM 398c1821ba1a\",\"empty_layer\":true}]}";

static const char built_manifest[] =
	"{\"schemaVersion\":2,\"mediaType\":\"application/"
	"vnd.docker.distribution.manifest.v2+json\","
	"\"config\":{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"size\":%td,"
	"\"digest\":\"%s\"},\"layers\":[{\"mediaType\":\"application/"
	"vnd.docker.image.rootfs.diff.tar\","
	"\"size\":8,\"digest\":\"%s\"},{\"mediaType\":\"application/"
	"vnd.docker.image.rootfs.diff.tar\","
	"\"size\":7,\"digest\":\"%s\"}]}";

struct fixture {
	struct store store;
	int dir;
	struct buildah_image base;
	struct buildah_built built;
	char diff[2][DIGEST_TEXT]; /* of the base's layer and the new one */
};

static void done(struct fixture *f)
{
	store_close(&f->store);
	fd_close(&f->dir);
}

static int put(struct op *op, struct fixture *f, str name, str bytes)
{
	return file_replace(op, f->dir, name, bytes, 0600);
}

/* What buildah writes below the directory, of a Dockerfile of four lines. */
static int fill(struct op *op, struct fixture *f, str layer)
{
	static struct image_layer base_layer;
	struct digest tar[2] = { digest_of(S("base tar")), digest_of(S("new tar")) }, config, d;
	char hex[DIGEST_TEXT];
	str text;

	TRY(store_open(op, str_of(test_dir(NULL)), &f->store));
	TRY(dir_open(op, f->store.dir, S("out"), true, &f->dir));
	for (int i = 0; i < 2; i++)
		(void)digest_text(&tar[i], f->diff[i]);
	TRY(op_text(op, &text, base_config, f->diff[0]));
	TRY(store_blob_put(op, &f->store, text, &f->base.image.config_digest));
	base_layer = (struct image_layer){ .media_type = S(MEDIA_LAYER "+zstd"),
					   .digest = digest('z'),
					   .diff_id = tar[0],
					   .size = 5 };
	f->base.name = S("base:1");
	f->base.root.digest = digest('r');
	f->base.image.config.layer = &base_layer;
	f->base.image.config.layer_n = 1;
	TRY(op_text(op, &text, built_config, f->diff[0], f->diff[1]));
	config = digest_of(text);
	TRY(put(op, f, str_from(str_of(digest_text(&config, hex)), 7), text));
	TRY(op_text(op, &text, built_manifest, text.len, hex, f->diff[0], f->diff[1]));
	TRY(put(op, f, S("manifest.json"), text));
	d = tar[1];
	TRY(put(op, f, str_from(str_of(digest_text(&d, hex)), 7), layer));
	f->built.base = &f->base;
	return dockerfile_parse(op, S("dir/Dockerfile"),
				S("FROM base:1\n\nCOPY made \\\n  /x\nCMD [\"/x\"]\n"),
				&f->built.dockerfile);
}

static int check_image(struct op *op, const struct fixture *f)
{
	struct config config;
	struct image image;
	str json;
	int rc = image_get(op, &f->store, &f->built.image.digest, S(""), &image);

	TRY(rc);
	CHECK(rc == 0 && image.config.layer_n == 2);
	if (rc > 0)
		return 0;
	/* The base's layer as it is, the new one packed by us. */
	CHECK(digest_eq(&image.config.layer[0].digest, &f->base.image.config.layer[0].digest));
	CHECK_STR(image.config.layer[0].media_type, S(MEDIA_LAYER "+zstd"));
	CHECK_STR(image.config.layer[1].media_type, S(MEDIA_LAYER "+gzip"));
	CHECK(store_blob_has(&f->store, &image.config.layer[1].digest));
	CHECK(f->built.base_layers == 1);
	CHECK_STR(image.config.user, S("65532"));
	CHECK(image.config.healthcheck.test.n == 2);
	CHECK(image.annotations.n == 2);
	CHECK_STR(image.annotations.p[1].key, S("org.opencontainers.image.base.name"));
	CHECK_STR(image.annotations.p[1].value, S("base:1"));
	TRY(store_blob_read(op, &f->store, &image.config_digest, 1 << 20, &json));
	/* Nothing of a container that was there by chance. */
	CHECK(str_find_str(json, S("4e4fffea6dc5")) < 0 &&
	      str_find_str(json, S("398c1821ba1a")) < 0);
	CHECK(str_find_str(json, S("container")) < 0 && str_find_str(json, S("parent")) < 0);
	TRY(config_read(op, json, &image.annotations, &config));
	CHECK(config.step_n == 4 && f->built.line_n == 4);
	if (config.step_n != 4)
		return 0;
	CHECK_STR(config.step[2].instruction, S("COPY made   /x"));
	CHECK_STR(config.step[2].comment, S("FROM base:1"));
	CHECK(config.step[2].layer == 1 && f->built.line[2] == 3 && f->built.line[3] == 5);
	CHECK(f->built.line[0] == 0 && f->built.line[1] == 0);
	str said = S("COPY made   /x"), base = S("USER 65532");
	TRY(buildah_place(op, &f->built, &config, 1, &said));
	CHECK_STR(said, S("COPY made   /x (Dockerfile:3)"));
	TRY(buildah_place(op, &f->built, &config, -1, &base));
	CHECK_STR(base, S("USER 65532"));
	TRY(buildah_mark(op, &f->built, &config));
	CHECK_STR(config.step[3].instruction, S("CMD [\"/x\"] (Dockerfile:5)"));
	CHECK_STR(config.step[0].instruction, S("temper: base"));
	return 0;
}

static int result(struct op *op)
{
	struct fixture f
		__attribute__((cleanup(done))) = { .store = { .dir = -1, .use = -1 }, .dir = -1 };
	struct digest first;

	TRY(fill(op, &f, S("new tar")));
	TRY(buildah_result(op, &f.store, f.dir, &f.built));
	TRY(check_image(op, &f));
	/* Again, from the layer that the store knows now. */
	first = f.built.image.digest;
	TRY(buildah_result(op, &f.store, f.dir, &f.built));
	CHECK(digest_eq(&first, &f.built.image.digest));
	return 0;
}

static int wrong(struct op *op)
{
	struct fixture f
		__attribute__((cleanup(done))) = { .store = { .dir = -1, .use = -1 }, .dir = -1 };

	TRY(fill(op, &f, S("bad tar")));
	CHECK_FAILS(op, buildah_result(op, &f.store, f.dir, &f.built), ERR_VERIFY,
		    "a layer of buildah's is not what it says");
	TRY(put(op, &f, S("manifest.json"), S("{}")));
	CHECK_FAILS(op, buildah_result(op, &f.store, f.dir, &f.built), ERR_FORMAT, "config");
	return 0;
}

TESTS({ "names", names }, { "result", result, .once = true }, { "wrong", wrong, .once = true })
