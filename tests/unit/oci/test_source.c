#include <sys/resource.h>

#include "base/limits.h"
#include "source_fixture.h"

static const char spec[] = "d bin\nf bin/sh hello\n--\nf etc/motd two\nh bin/link bin/sh";

/* --- the same image by every scheme --- */

static const struct {
	const char *to, *what, *scheme, *how, *tag;
} ways[] = {
	{ "docker-archive:%/d.tar", "docker-archive:%/d.tar", "docker-archive", "gzip", "team/x:1" },
	{ "docker-archive:%/d.tar", "docker-archive:%/d.tar:team/x:1", "docker-archive", NULL, "team/x:1" },
	{ "docker-archive:%/d.tar", "%/d.tar", "", NULL, "team/x:1" },
	{ "docker-archive:%/d.tar", "%/d.tar:team/x:1", "", NULL, "team/x:1" },
	{ "oci-archive:%/o.tar", "oci-archive:%/o.tar", "oci-archive", "zstd", "team/x:1" },
	{ "oci-archive:%/o.tar", "%/o.tar", "", "gzip", "team/x:1" },
	{ "oci-archive:%/o.tar", "%/o.tar:1", "", NULL, "team/x:1" },
	{ "oci-dir:%/o", "oci-dir:%/o", "oci-dir", "gzip", "team/x:1" },
	{ "oci-dir:%/o", "oci:%/o:1", "oci", "zstd", "team/x:1" },
	{ "oci-dir:%/o", "%/o", "", NULL, "team/x:1" },
	{ "oci-dir:%/o", "%/o:docker.io/team/x:1", "", NULL, "team/x:1" },
	{ NULL, "store:team/x:1", "store", "gzip", "team/x:1" },
	{ NULL, "team/x:1", "store", "gzip", "team/x:1" },
};

static int one_way(struct op *op, size_t i)
{
	AUTO_STORE store = FIXTURE_STORE;
	AUTO_SOURCE s = { .fd = -1 };
	struct image_descriptor d;
	struct image image;
	str path, to;

	begin();
	TRY(place(op, "%/s", &path));
	TRY(store_open(op, path, &store));
	TRY(fixture_image(op, &store, str_of(spec), ways[i].how, &d));
	TRY(image_get(op, &store, &d.digest, S(""), &image));
	TRY(store_image_put(op, &store, &(struct store_image){ S("team/x:1"), d.media_type, d.digest, d.size }));
	if (ways[i].to) {
		TRY(place(op, ways[i].to, &to));
		TRY(image_export(op, &store, &d.digest, S("team/x:1"), to));
	}
	TRY(open_pattern(op, ways[i].what, &plain_wish, &store, &s));
	CHECK(s.kind == SOURCE_IMAGES && s.image_n == 1 && !strcmp(s.scheme, ways[i].scheme));
	const struct source_image *got = &s.image[0];
	const struct subject *subject = &got->subject;
	CHECK(got->layer_n == 2 && subject->layer_n == 2);
	CHECK(digest_eq(&subject->config, &image.config_digest));
	CHECK_STR(subject->platform, S("linux/amd64"));
	CHECK(subject->created == 1700000000 && subject->kind == SUBJECT_IMAGE);
	CHECK(subject->labels.n == 1 && str_eq(subject->labels.p[0].value, S("v")));
	CHECK(subject->tags.n == 1);
	CHECK_STR(subject->tags.p[0], str_of(ways[i].tag));
	CHECK_STR(subject->version, S("1"));
	CHECK(str_starts(subject->config_json, S("{\"created\"")));
	bool docker = ways[i].to && !strncmp(ways[i].to, "docker", 6);
	CHECK(docker == digest_is_zero(&subject->manifest) && docker == !subject->manifest_json.len);
	for (ptrdiff_t k = 0; k < 2; k++) {
		const struct image_layer *l = &image.config.layer[k];
		CHECK(digest_eq(&got->layer[k].diff_id, &l->diff_id));
		CHECK_STR(subject->layer[k].created_by, S("fixture"));
		if (!docker) {
			CHECK(digest_eq(&got->layer[k].blob, &l->digest) && digest_eq(&subject->layer[k].digest, &l->digest));
			CHECK_STR(subject->layer[k].media_type, l->media_type);
		}
		if (!docker || !ways[i].how)
			TRY(layer_is(op, &got->layer[k], docker ? &l->diff_id : &l->digest));
	}
	return 0;
}

static int all_ways(struct op *op)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		TRY(one_way(op, i));
	return 0;
}

static int way_docker(struct op *op) { return one_way(op, 3); }
static int way_layout(struct op *op) { return one_way(op, 8); }
static int way_store(struct op *op) { return one_way(op, 12); }

/* --- archives of other hands --- */

#define CONFIG_HEAD "{\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"2023-11-14T22:13:20Z\","

struct parts { /* of archives: a layer and its configuration */
	str tar, packed, config, config_hex, layer_hex;
	struct digest diff_id;
};

static int make_parts(struct op *op, struct parts *p)
{
	str line = S("f a one");
	char text[DIGEST_TEXT], hex[DIGEST_HEX];
	struct digest d;

	TRY(fixture_tar(op, &line, &p->tar));
	TRY(gzip(op, p->tar, &p->packed));
	p->diff_id = digest_of(p->tar);
	TRY(op_text(op, &p->config,
		    CONFIG_HEAD "\"history\":[{\"created_by\":\"/bin/sh -c #(nop) ADD file:1 in / \"},"
				"{\"created_by\":\"CMD\",\"empty_layer\":true}],"
				"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}",
		    digest_text(&p->diff_id, text)));
	d = digest_of(p->config);
	TRY(op_text(op, &p->config_hex, "%s", digest_hex(&d, hex)));
	return op_text(op, &p->layer_hex, "%s", digest_hex(&p->diff_id, hex));
}

/* In a text, C stands for the configuration's digest, L for the layer's, and P for that of its
 * gzip. */
static int fill(struct op *op, const struct parts *p, const char *pattern, str *ret)
{
	char hex[DIGEST_HEX];
	struct digest packed = digest_of(p->packed);
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (const char *c = pattern; *c; c++) {
		if (c[0] != '$')
			buf_char(&b, *c);
		else if (*++c == 'C')
			buf_add(&b, p->config_hex);
		else if (*c == 'L')
			buf_add(&b, p->layer_hex);
		else if (*c == 'P')
			buf_add(&b, str_of(digest_hex(&packed, hex)));
		else if (*c == 'c')
			buf_fmt(&b, "%td", p->config.len);
		else if (*c == 'l')
			buf_fmt(&b, "%td", p->tar.len);
		else if (*c == 'p')
			buf_fmt(&b, "%td", p->packed.len);
	}
	return buf_take(&b, ret);
}

enum { ROWS = 8 };
struct row { /* a member: content "=config", "=layer", "=packed", or a pattern for fill() */
	const char *path, *content, *link;
};
struct archive {
	const char *is;
	struct row row[ROWS];
	const char *error; /* NULL: it is read, and has one layer */
	int code;
	const char *name;
};

static int make_archive(struct op *op, const struct parts *p, const struct archive *a, str *ret)
{
	struct member m[ROWS] = { 0 };
	size_t n = 0;

	for (; n < ROWS && a->row[n].path; n++) {
		const struct row *r = &a->row[n];
		str path;
		TRY(fill(op, p, r->path, &path));
		const char *c = op_cstr(op, path);
		if (!c)
			return op->code;
		m[n] = (struct member){ .path = c, .link = r->link };
		if (r->link)
			continue;
		if (!strcmp(r->content, "=config"))
			m[n].content = p->config;
		else if (!strcmp(r->content, "=layer"))
			m[n].content = p->tar;
		else if (!strcmp(r->content, "=packed"))
			m[n].content = p->packed;
		else
			TRY(fill(op, p, r->content, &m[n].content));
	}
	return make_tar(op, m, n, ret);
}

#define MANIFEST(layers) "[{\"Config\":\"$C.json\",\"RepoTags\":[\"x:1\",\"y:2\"],\"Layers\":[" layers "]}]"
#define LEGACY(parent) CONFIG_HEAD parent "\"container_config\":{\"Cmd\":[\"/bin/sh\",\"-c\",\"#(nop) ADD x\"]}}"
#define ID "0123456789abcdef"

static const struct archive dockers[] = {
	{ .is = "the manifest last",
	  .row = { { "l/VERSION", "1.0" }, { "l/layer.tar", "=layer" }, { "$C.json", "=config" },
		   { "manifest.json", MANIFEST("\"l/layer.tar\"") } } },
	{ .is = "the manifest first, the layer a gzip",
	  .row = { { "manifest.json", MANIFEST("\"$L.tar\"") }, { "$L.tar", "=packed" }, { "$C.json", "=config" } } },
	{ .is = "paths from here",
	  .row = { { "./l/layer.tar", "=layer" }, { "./$C.json", "=config" },
		   { "./manifest.json", "[{\"Config\":\"./$C.json\",\"Layers\":[\"./l//layer.tar\"]}]" } } },
	{ .is = "a symlinked layer",
	  .row = { { "a/layer.tar", "", "../b/layer.tar" }, { "b/layer.tar", "=layer" }, { "$C.json", "=config" },
		   { "manifest.json", MANIFEST("\"a/layer.tar\"") } } },
	{ .is = "a hard-linked layer",
	  .row = { { "b/layer.tar", "=layer" }, { "a/layer.tar", "", "=b/layer.tar" }, { "$C.json", "=config" },
		   { "manifest.json", MANIFEST("\"a/layer.tar\"") } } },
	{ .is = "by a name of several", .name = "docker.io/library/y:2",
	  .row = { { "l", "=layer" }, { "$C.json", "=config" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "by another name", .name = "z:1", .error = "holds no image 'z:1'", .code = ERR_USAGE,
	  .row = { { "l", "=layer" }, { "$C.json", "=config" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "without tags",
	  .row = { { "l", "=layer" }, { "$C.json", "=config" },
		   { "manifest.json", "[{\"Config\":\"$C.json\",\"RepoTags\":null,\"Layers\":[\"l\"]}]" } } },
	{ .is = "two images", .error = "holds 2 images (x:1)", .code = ERR_USAGE,
	  .row = { { "l", "=layer" }, { "$C.json", "=config" },
		   { "manifest.json", "[{\"RepoTags\":[\"x:1\"]},{\"RepoTags\":[]}]" } } },
	{ .is = "Docker 25",
	  .row = { { "blobs/sha256/$L", "=layer" }, { "blobs/sha256/$C", "=config" }, { "oci-layout", "{}" },
		   { "index.json", "{\"manifests\":[]}" },
		   { "manifest.json", "[{\"Config\":\"blobs/sha256/$C\",\"RepoTags\":[],\"Layers\":[\"blobs/sha256/$L\"]}]" } } },
	{ .is = "a layer that is missing", .error = "layer 1 ('l') is missing", .code = ERR_FORMAT,
	  .row = { { "$C.json", "=config" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "links in a circle", .error = "is missing", .code = ERR_FORMAT,
	  .row = { { "l", "", "k" }, { "k", "", "l" }, { "$C.json", "=config" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "a link out of the archive", .error = "is missing", .code = ERR_FORMAT,
	  .row = { { "l", "", "../../../etc/passwd" }, { "$C.json", "=config" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "a path out of the archive", .error = "is missing", .code = ERR_FORMAT,
	  .row = { { "$C.json", "=config" }, { "manifest.json", MANIFEST("\"../../etc/passwd\"") } } },
	{ .is = "no configuration", .error = "names no configuration", .code = ERR_FORMAT,
	  .row = { { "l", "=layer" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "a configuration that is not its name", .error = "does not hold what its name says", .code = ERR_VERIFY,
	  .row = { { "$C.json", "{}" }, { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "fewer layers than diff_ids", .error = "0 layers and 1 diff_ids", .code = ERR_FORMAT,
	  .row = { { "$C.json", "=config" }, { "manifest.json", MANIFEST("") } } },
	{ .is = "a layer by another digest", .error = "is not named by a digest", .code = ERR_FORMAT,
	  .row = { { "blobs/sha256/x", "=layer" }, { "$C.json", "=config" },
		   { "manifest.json", MANIFEST("\"blobs/sha256/x\"") } } },
	{ .is = "no images", .error = "lists no image", .code = ERR_FORMAT, .row = { { "manifest.json", "[]" } } },
	{ .is = "broken JSON", .error = "manifest.json:1:", .code = ERR_FORMAT, .row = { { "manifest.json", "[{]" } } },
	{ .is = "twice the same manifest: the last counts",
	  .row = { { "manifest.json", "[]" }, { "l", "=layer" }, { "$C.json", "=config" },
		   { "manifest.json", MANIFEST("\"l\"") } } },
	{ .is = "before 1.10",
	  .row = { { ID "/VERSION", "1.0" }, { ID "/json", LEGACY("") }, { ID "/layer.tar", "=layer" },
		   { "repositories", "{\"x\":{\"1\":\"" ID "\"}}" } } },
	{ .is = "before 1.10, its own parent", .error = "their own parents", .code = ERR_FORMAT,
	  .row = { { ID "/json", LEGACY("\"parent\":\"" ID "\",") }, { ID "/layer.tar", "=layer" },
		   { "repositories", "{\"x\":{\"1\":\"" ID "\"}}" } } },
	{ .is = "before 1.10, without its parent", .error = "'no/json' is missing", .code = ERR_FORMAT,
	  .row = { { ID "/json", LEGACY("\"parent\":\"no\",") }, { ID "/layer.tar", "=layer" },
		   { "repositories", "{\"x\":{\"1\":\"" ID "\"}}" } } },
	{ .is = "before 1.10, several", .error = "several images", .code = ERR_USAGE,
	  .row = { { "repositories", "{\"x\":{\"1\":\"" ID "\",\"2\":\"" ID "\"}}" } } },
};

#define OCI_CONFIG "\"config\":{\"mediaType\":\"" MEDIA_CONFIG "\",\"digest\":\"sha256:$C\",\"size\":$c}"
#define OCI_LAYER(type, digest, size, more) \
	"{\"mediaType\":\"" type "\",\"digest\":\"" digest "\",\"size\":" size more "}"
#define OCI_GZIP OCI_LAYER(MEDIA_LAYER "+gzip", "sha256:$P", "$p", "")

/* An archive with one manifest; index.json names it by its digest. */
static int open_archive(struct op *op, const struct archive *a, const char *scheme, str tar)
{
	AUTO_SOURCE s = { .fd = -1 };
	str what;

	TRY(put(op, "a.tar", tar));
	TRY(op_text(op, &what, "%s%s/a.tar%s%s", scheme, here, a->name ? ":" : "", a->name ? a->name : ""));
	int rc = source_open(op, what, &plain_wish, NULL, &s);
	if (a->error) {
		test_check(rc < 0, a->is, __FILE__, __LINE__);
		CHECK_FAILS(op, rc, a->code, a->error);
		return 0;
	}
	if (rc < 0)
		(void)printf("     %s: %s\n", a->is, op->text);
	TRY(rc);
	CHECK(s.kind == SOURCE_IMAGES && s.image_n == 1 && s.image[0].layer_n == 1);
	CHECK(s.image[0].subject.created == 1700000000);
	CHECK(str_starts(s.image[0].subject.layer[0].created_by, S("ADD ")));
	return 0;
}

static int docker_archives(struct op *op)
{
	struct parts p;

	begin();
	TRY(make_parts(op, &p));
	for (size_t i = 0; i < sizeof(dockers) / sizeof(dockers[0]); i++) {
		str tar, packed;
		TRY(make_archive(op, &p, &dockers[i], &tar));
		TRY(open_archive(op, &dockers[i], "docker-archive:", tar));
		TRY(open_archive(op, &dockers[i], "", tar));
		TRY(gzip(op, tar, &packed));
		TRY(open_archive(op, &dockers[i], "", packed));
	}
	return 0;
}

/* A layer's bytes are those of the member that was last and that its links lead to. */
static int docker_layer(struct op *op)
{
	struct parts p;
	AUTO_SOURCE s = { .fd = -1 };
	str tar;

	begin();
	TRY(make_parts(op, &p));
	TRY(make_archive(op, &p, &dockers[3], &tar));
	TRY(put(op, "a.tar", tar));
	TRY(open_pattern(op, "%/a.tar", &plain_wish, NULL, &s));
	return layer_is(op, &s.image[0].layer[0], &p.diff_id);
}

static const struct {
	const char *is, *manifest, *error;
	int code;
} manifests[] = {
	{ "a gzip layer", "{" OCI_CONFIG ",\"layers\":[" OCI_GZIP "]}", NULL, 0 },
	{ "a plain one called a gzip", "{" OCI_CONFIG ",\"layers\":[" OCI_LAYER(MEDIA_LAYER "+gzip", "sha256:$L", "$l", "") "]}",
	  "is not compressed as its media type", ERR_FORMAT },
	{ "a gzip called zstd", "{" OCI_CONFIG ",\"layers\":[" OCI_LAYER(MEDIA_LAYER "+zstd", "sha256:$P", "$p", "") "]}",
	  "is not compressed as its media type", ERR_FORMAT },
	{ "a wrong size", "{" OCI_CONFIG ",\"layers\":[" OCI_LAYER(MEDIA_LAYER "+gzip", "sha256:$P", "7", "") "]}",
	  "and its descriptor says 7", ERR_FORMAT },
	{ "a layer that is not there", "{" OCI_CONFIG ",\"layers\":[" OCI_LAYER(MEDIA_LAYER "+gzip", "sha256:$C", "$c", "") "]}",
	  "is not compressed", ERR_FORMAT },
	{ "a layer of elsewhere", "{" OCI_CONFIG ",\"layers\":[" OCI_LAYER(MEDIA_LAYER "+gzip", "sha256:$P", "$p",
	  ",\"urls\":[\"http://x\"]") "]}", "is to be fetched from elsewhere", ERR_FORMAT },
	{ "two lists", "{" OCI_CONFIG ",\"layers\":[" OCI_GZIP "],\"manifests\":[]}", "not an image index", ERR_FORMAT },
	{ "no layers for a diff_id", "{" OCI_CONFIG ",\"layers\":[]}", "has 1 diff_ids", ERR_FORMAT },
	{ "a path for a digest", "{" OCI_CONFIG ",\"layers\":[" OCI_LAYER(MEDIA_LAYER, "sha256:../../x", "1", "") "]}",
	  "not a descriptor", ERR_FORMAT },
	{ "a chart", "{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"sha256:$C\","
	  "\"size\":$c},\"layers\":[]}", "not an image but a Helm chart", ERR_FORMAT },
};

struct blob {
	const char *path;
	str bytes;
};

/* A blob by its digest into a list of members. */
static int add_blob(struct op *op, struct member *m, str bytes, struct digest *ret)
{
	struct digest d = digest_of(bytes);
	char path[BOX_BLOB];
	str copy;

	TRY(op_copy(op, box_blob_path(&d, path), &copy));
	*m = (struct member){ .path = copy.p, .content = bytes };
	if (ret)
		*ret = d;
	return 0;
}

/* An archive of one blob that index.json names, beside layer and configuration. */
static int layout_of(struct op *op, const struct parts *p, str document, const char *type, str *ret)
{
	struct member m[6] = { [0] = { "oci-layout", S_INIT("{\"imageLayoutVersion\":\"1.0.0\"}"), NULL } };
	char text[DIGEST_TEXT];
	struct digest d;

	TRY(add_blob(op, &m[1], p->config, NULL));
	TRY(add_blob(op, &m[2], p->packed, NULL));
	TRY(add_blob(op, &m[3], p->tar, NULL));
	TRY(add_blob(op, &m[4], document, &d));
	m[5].path = "index.json";
	TRY(op_text(op, &m[5].content, "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%td}]}",
		    type, digest_text(&d, text), document.len));
	return make_tar(op, m, 6, ret);
}

static int oci_archives(struct op *op)
{
	struct parts p;

	begin();
	TRY(make_parts(op, &p));
	for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
		const struct archive a = { .is = manifests[i].is, .error = manifests[i].error, .code = manifests[i].code };
		str manifest, tar;
		TRY(fill(op, &p, manifests[i].manifest, &manifest));
		TRY(layout_of(op, &p, manifest, MEDIA_MANIFEST, &tar));
		TRY(open_archive(op, &a, "oci-archive:", tar));
		TRY(open_archive(op, &a, "", tar));
	}
	return 0;
}

/* --- indexes --- */

#define ENTRY "{\"mediaType\":\"" MEDIA_MANIFEST "\",\"digest\":\"%s\",\"size\":%td%s}"
#define ON(arch) ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" arch "\"}"

static const struct {
	const char *is, *entry[3], *want; /* what stands behind the descriptor; the same manifest in each */
	bool all;
	const char *error;
	ptrdiff_t n;
} indexes[] = {
	{ "this machine's", { ON("amd64"), NULL }, "", false, NULL, 1 },
	{ "asked for", { ON("amd64"), NULL }, "linux/amd64", false, NULL, 1 },
	{ "not there", { ON("amd64"), NULL }, "linux/arm64", false, "the image has no linux/arm64; it has linux/amd64", 0 },
	{ "beside an attestation", { ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}", ON("amd64") },
	  "", true, NULL, 1 },
	{ "beside unknown/unknown", { ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}", ON("amd64") },
	  "", true, NULL, 1 },
	{ "attestations alone", { ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}" }, "", false,
	  "attestations and other artifacts alone", 0 },
	{ "without a platform", { "" }, "", false, NULL, 1 },
	{ "two without a platform", { "", "" }, "linux/amd64", false, NULL, 1 },
	{ "called something else than it is", { ON("arm64") }, "linux/arm64", false, "is for linux/amd64", 0 },
};

static int one_index(struct op *op, const struct parts *p, size_t i, int nested)
{
	AUTO_SOURCE s = { .fd = -1 };
	struct source_wish wish = { .platform = str_of(indexes[i].want), .all_platforms = indexes[i].all };
	struct member m[16] = { [0] = { "oci-layout", S_INIT("{}"), NULL } };
	size_t n = 1;
	char text[DIGEST_TEXT];
	struct digest d[2];
	str manifest[2], index, tar;
	struct buf b;

	TRY(fill(op, p, "{" OCI_CONFIG ",\"layers\":[" OCI_GZIP "]}", &manifest[0]));
	TRY(fill(op, p, "{" OCI_CONFIG ",\"layers\":[ " OCI_GZIP "]}", &manifest[1]));
	TRY(add_blob(op, &m[n++], p->config, NULL));
	TRY(add_blob(op, &m[n++], p->packed, NULL));
	TRY(add_blob(op, &m[n++], manifest[0], &d[0]));
	TRY(add_blob(op, &m[n++], manifest[1], &d[1]));
	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("{\"manifests\":["));
	for (int k = 0; k < 2 && indexes[i].entry[k]; k++)
		buf_fmt(&b, "%s" ENTRY, k ? "," : "", digest_text(&d[k], text), manifest[k].len, indexes[i].entry[k]);
	buf_add(&b, S("]}"));
	TRY(buf_take(&b, &index));
	for (int k = 0; k < nested; k++) {
		struct digest at;
		TRY(add_blob(op, &m[n++], index, &at));
		TRY(op_text(op, &index, "{\"manifests\":[{\"mediaType\":\"" MEDIA_INDEX "\",\"digest\":\"%s\",\"size\":%td}]}",
			    digest_text(&at, text), index.len));
	}
	m[n++] = (struct member){ "index.json", index, NULL };
	TRY(make_tar(op, m, n, &tar));
	TRY(put(op, "i.tar", tar));
	int rc = open_pattern(op, "oci-archive:%/i.tar", &wish, NULL, &s);
	if (nested > 5) {
		CHECK_FAILS(op, rc, ERR_LIMIT, "nested deeper");
		return 0;
	}
	if (indexes[i].error) {
		CHECK_FAILS(op, rc, ERR_USAGE, indexes[i].error);
		return 0;
	}
	TRY(rc);
	CHECK(s.image_n == indexes[i].n);
	CHECK_STR(s.image[0].subject.platform, S("linux/amd64"));
	return 0;
}

static int all_indexes(struct op *op)
{
	struct parts p;

	begin();
	TRY(make_parts(op, &p));
	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++)
		for (int nested = 1; nested < 4; nested++)
			TRY(one_index(op, &p, i, nested));
	return one_index(op, &p, 0, 9);
}

/* Documents that are larger than any is: refused before they are read. */
static int large_documents(struct op *op)
{
	static const char *const names[] = { "manifest.json", "index.json", "repositories" };
	struct buf b;
	str large;

	begin();
	buf_init(&b, op, 8 << 20);
	buf_add(&b, S("[{"));
	buf_repeat(&b, ' ', LIMIT_MANIFEST);
	TRY(buf_take(&b, &large));
	for (int i = 0; i < 3; i++) {
		const struct member m[] = { { i == 1 ? "oci-layout" : "x", S("{}"), NULL },
					    { names[i], i ? str_from(large, 1) : large, NULL } };
		AUTO_SOURCE s = { .fd = -1 };
		str tar;
		TRY(make_tar(op, m, 2, &tar));
		TRY(put(op, "large.tar", tar));
		CHECK_FAILS(op, open_pattern(op, "%/large.tar", &plain_wish, NULL, &s), ERR_LIMIT, "is larger than");
	}
	return 0;
}

/* Two images of different platforms, all of them, and one that index.json does not have the blobs of. */
static int platforms(struct op *op)
{
	AUTO_STORE store = FIXTURE_STORE;
	AUTO_SOURCE s = { .fd = -1 };
	struct image_descriptor d[3], index;
	struct source_wish all = { .all_platforms = true };
	str path, to;

	begin();
	TRY(place(op, "%/s", &path));
	TRY(store_open(op, path, &store));
	TRY(fixture_image(op, &store, S("f a one"), "gzip", &d[0]));
	TRY(fixture_image(op, &store, S("f a two"), "gzip", &d[1]));
	d[1].platform = S("linux/s390x");
	TRY(image_index_put(op, &store, d, 2, NULL, &index));
	TRY(place(op, "oci-dir:%/o", &to));
	TRY(image_export(op, &store, &index.digest, S("x:1"), to));
	TRY(open_pattern(op, "oci-dir:%/o:1", &all, NULL, &s));
	CHECK(s.image_n == 2 && digest_eq(&s.image[1].subject.manifest, &d[1].digest));
	source_close(&s);
	/* as a daemon saves what it has of an image of several platforms */
	char hex[DIGEST_HEX];
	TRY(op_text(op, &path, "%s/o/blobs/sha256/%s", here, digest_hex(&d[1].digest, hex)));
	CHECK(unlink(path.p) == 0);
	TRY(open_pattern(op, "oci-dir:%/o:1", &all, NULL, &s));
	CHECK(s.image_n == 1 && digest_eq(&s.image[0].subject.manifest, &d[0].digest));
	source_close(&s);
	TRY(op_text(op, &path, "%s/o/blobs/sha256/%s", here, digest_hex(&d[0].digest, hex)));
	CHECK(unlink(path.p) == 0);
	CHECK_FAILS(op, open_pattern(op, "oci-dir:%/o:1", &all, NULL, &s), ERR_FORMAT, "none of its manifests");
	return 0;
}

/* --- reasons --- */

static int reasons(struct op *op)
{
	str from_store = S("store");
	AUTO_STORE store = FIXTURE_STORE;
	AUTO_SOURCE s = { .fd = -1 };
	struct source_wish wish = { .from = { &from_store, 1 } };
	str path;

	begin();
	TRY(place(op, "%/s", &path));
	TRY(store_open(op, path, &store));
	CHECK_FAILS(op, source_open(op, S("nothing:1"), &wish, &store, &s), ERR_USAGE, "no image 'nothing:1': not in the store");
	CHECK_FAILS(op, source_open(op, S("./nothing"), &plain_wish, &store, &s), ERR_USAGE, "no image './nothing': no such file");
	CHECK_FAILS(op, source_open(op, S("store:nothing"), &plain_wish, &store, &s), ERR_USAGE, "not in the store");
	CHECK_FAILS(op, source_open(op, S("dir:"), &plain_wish, &store, &s), ERR_USAGE, "needs a name");
	CHECK_FAILS(op, source_open(op, S(""), &plain_wish, &store, &s), ERR_USAGE, "needs a name");
	CHECK_FAILS(op, source_open(op, S("oci-dir:/nowhere"), &plain_wish, &store, &s), ERR_USAGE,
		    "no image 'oci-dir:/nowhere': no such file or directory");
	CHECK_FAILS(op, source_open(op, S("docker://debian"), &plain_wish, &store, &s), ERR_USAGE,
		    "right behind the colon; of a registry it is registry:debian");
	CHECK_FAILS(op, source_open(op, S("docker-archve:x.tar"), &wish, &store, &s), ERR_USAGE,
		    "not in the store; did you mean 'docker-archive:'?");
	from_store = S("registri");
	CHECK_FAILS(op, source_open(op, S("x"), &wish, &store, &s), ERR_USAGE,
		    "'registri' is no source of images; did you mean 'registry'?");
	TRY(put(op, "text", S("no archive")));
	CHECK_FAILS(op, open_pattern(op, "docker-archive:%/text", &plain_wish, NULL, &s), ERR_FORMAT, "is no tar archive");
	return 0;
}

static int cut_archives(struct op *op)
{
	struct parts p;
	str tar;

	begin();
	TRY(make_parts(op, &p));
	TRY(make_archive(op, &p, &dockers[1], &tar));
	/* cut anywhere: an error or (nothing of an image was seen) something else, never half an image */
	ptrdiff_t whole = tar.len - TAR_END - (ptrdiff_t)tar_padding((uint64_t)p.config.len);
	for (ptrdiff_t n = 1; n < whole; n += 97) {
		AUTO_SOURCE s = { .fd = -1 };
		TRY(put(op, "cut.tar", str_head(tar, n)));
		int rc = open_pattern(op, "%/cut.tar", &plain_wish, NULL, &s);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(rc == ERR_FORMAT || (rc == 0 && s.kind == SOURCE_FILE));
		op_forgive(op);
	}
	return 0;
}

/* Layers of a layout are files that stay open: more of them than the soft limit allows. */
static int many_files(struct op *op)
{
	AUTO_STORE store = FIXTURE_STORE;
	AUTO_SOURCE s = { .fd = -1 };
	struct image_descriptor d;
	struct rlimit was = { 0 }, few;
	str path, to;

	begin();
	TRY(place(op, "%/s", &path));
	TRY(store_open(op, path, &store));
	TRY(fixture_image(op, &store, str_of(spec), NULL, &d));
	TRY(place(op, "oci-dir:%/o", &to));
	TRY(image_export(op, &store, &d.digest, S("x:1"), to));
	int next = dup(0);
	CHECK(close(next) == 0 && getrlimit(RLIMIT_NOFILE, &was) == 0);
	few = was;
	few.rlim_cur = (rlim_t)next + 2; /* the directory and one layer */
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	int rc = open_pattern(op, "oci-dir:%/o", &plain_wish, NULL, &s);
	CHECK(setrlimit(RLIMIT_NOFILE, &was) == 0);
	TRY(rc);
	CHECK(s.image[0].layer_n == 2 && s.image[0].layer[1].fd >= (int)few.rlim_cur);
	return 0;
}

TESTS({ "the same image by every scheme", all_ways, .once = true },
      { "a docker archive with failing allocations", way_docker },
      { "a layout with failing allocations", way_layout }, { "the store with failing allocations", way_store },
      { "docker archives of other hands", docker_archives, .once = true },
      { "a layer behind a link", docker_layer }, { "OCI archives of other hands", oci_archives, .once = true },
      { "indexes, nested, with attestations", all_indexes, .once = true },
      { "large documents", large_documents, .once = true }, { "all platforms, as far as they are there", platforms }, { "a reason for each that has it not", reasons },
      { "archives that are cut short", cut_archives, .once = true },
      { "many layers of a layout", many_files, .once = true })
