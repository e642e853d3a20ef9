#include "document.h"

#include "base/limits.h"
#include "sys/clock.h"

/* Media types that are read; Docker's own, from before OCI, mean the same things. */
static const struct {
	str name;
	enum media kind;
	enum stream_kind stream; /* of a layer */
} media_table[] = {
	{ S_INIT(MEDIA_MANIFEST), MEDIA_IS_MANIFEST },
	{ S_INIT(MEDIA_INDEX), MEDIA_IS_INDEX },
	{ S_INIT(MEDIA_CONFIG), MEDIA_IS_CONFIG },
	{ S_INIT(MEDIA_LAYER), MEDIA_IS_LAYER, STREAM_PLAIN },
	{ S_INIT(MEDIA_LAYER "+gzip"), MEDIA_IS_LAYER, STREAM_GZIP },
	{ S_INIT(MEDIA_LAYER "+zstd"), MEDIA_IS_LAYER, STREAM_ZSTD },
	{ S_INIT("application/vnd.docker.distribution.manifest.v2+json"), MEDIA_IS_MANIFEST },
	{ S_INIT("application/vnd.docker.distribution.manifest.list.v2+json"), MEDIA_IS_INDEX },
	{ S_INIT("application/vnd.docker.container.image.v1+json"), MEDIA_IS_CONFIG },
	{ S_INIT("application/vnd.docker.image.rootfs.diff.tar"), MEDIA_IS_LAYER, STREAM_PLAIN },
	{ S_INIT("application/vnd.docker.image.rootfs.diff.tar.gzip"), MEDIA_IS_LAYER,
	  STREAM_GZIP },
};
enum { MEDIA_N = sizeof(media_table) / sizeof(media_table[0]) };

/* What registries keep beside images, by how its media types begin. */
static const struct {
	str type;
	const char *is;
} artifacts[] = {
	{ S_INIT("application/vnd.cncf.helm."), "a Helm chart" },
	{ S_INIT("application/vnd.dev.cosign."), "a cosign signature" },
	{ S_INIT("application/vnd.dev.sigstore."), "a sigstore bundle" },
	{ S_INIT("application/vnd.cncf.notary."), "a Notary signature" },
	{ S_INIT("application/vnd.in-toto"), "an attestation" },
	{ S_INIT("application/vnd.docker.plugin."), "a Docker plugin" },
	{ S_INIT("application/vnd.docker.compose."), "a Compose project" },
	{ S_INIT("application/vnd.docker.ai."), "a language model" },
	{ S_INIT("application/vnd.ollama."), "a language model" },
	{ S_INIT("application/vnd.cncf.model."), "a language model" },
	{ S_INIT("application/vnd.wasm."), "a WebAssembly module" },
	{ S_INIT("application/wasm"), "a WebAssembly module" },
	{ S_INIT("application/vnd.cncf.flux."), "a Flux artifact" },
	{ S_INIT("application/vnd.aquasec.trivy."), "a database of Trivy" },
	{ S_INIT("application/vnd.cyclonedx"), "a bill of materials" },
	{ S_INIT("application/spdx"), "a bill of materials" },
	{ S_INIT("application/vnd.syft"), "a bill of materials" },
};

enum media media_kind(str media_type)
{
	for (size_t i = 0; i < MEDIA_N; i++)
		if (str_eq(media_table[i].name, media_type))
			return media_table[i].kind;
	return MEDIA_UNKNOWN;
}

bool media_layer_stream(str media_type, enum stream_kind *ret)
{
	for (size_t i = 0; i < MEDIA_N; i++) {
		if (media_table[i].kind != MEDIA_IS_LAYER ||
		    !str_eq(media_table[i].name, media_type))
			continue;
		*ret = media_table[i].stream;
		return true;
	}
	return false;
}

static int bad(struct op *op, const struct doc *doc, const struct node *node, const char *what)
{
	return op_fail(op, ERR_FORMAT, "%.*s:%d:%d: %s", STR_ARG(doc->file), node->line, node->col,
		       what);
}

/* The value under key, or NULL also where it is null. */
static const struct node *get(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, str_of(key));

	return node && node->kind != NODE_NULL ? node : NULL;
}

static int get_text(struct op *op, const struct doc *doc, const struct node *map, const char *key,
		    str *ret)
{
	const struct node *node = get(map, key);

	if (!node)
		return 0;
	if (node->kind != NODE_TEXT)
		return bad(op, doc, node, "must be a text");
	*ret = node->text;
	return 0;
}

static int get_number(struct op *op, const struct doc *doc, const struct node *map, const char *key,
		      uint64_t *ret)
{
	const struct node *node = get(map, key);

	return !node || node_u64(node, ret) ? 0 : bad(op, doc, node, "must be a number");
}

/* A list of texts, or the keys of a mapping (ports and volumes are written so). */
static int get_texts(struct op *op, const struct doc *doc, const struct node *map, const char *key,
		     enum node_kind kind, struct texts *ret)
{
	const struct node *node = get(map, key);
	struct texts got = { 0 };

	if (!node)
		return 0;
	if (node->kind != kind)
		return bad(op, doc, node,
			   kind == NODE_LIST ? "must be a list" : "must be a mapping");
	if (!(got.p = op_new(op, str, node->n)))
		return op->code;
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (kind == NODE_LIST && node->child[i].kind != NODE_TEXT)
			return bad(op, doc, &node->child[i], "must be a text");
		got.p[got.n++] = kind == NODE_LIST ? node->child[i].text : node->child[i].key;
	}
	*ret = got;
	return 0;
}

static int get_pairs(struct op *op, const struct doc *doc, const struct node *map, const char *key,
		     struct pairs *ret)
{
	const struct node *node = get(map, key);
	struct pairs got = { 0 };

	if (!node)
		return 0;
	if (node->kind != NODE_MAP)
		return bad(op, doc, node, "must be a mapping");
	if (!(got.p = op_new(op, struct pair, node->n)))
		return op->code;
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (node->child[i].kind != NODE_TEXT)
			return bad(op, doc, &node->child[i], "must be a text");
		got.p[got.n++] = (struct pair){ node->child[i].key, node->child[i].text };
	}
	*ret = got;
	return 0;
}

static int bad_layer(struct op *op, const struct doc *doc, ptrdiff_t i, const struct digest *d,
		     const char *why)
{
	char text[DIGEST_TEXT];

	return op_fail(op, ERR_FORMAT, "%.*s: layer %td (%s) is %s", STR_ARG(doc->file), i + 1,
		       digest_text(d, text), why);
}

static int read_layer(struct op *op, const struct doc *doc, const struct node *node, ptrdiff_t i,
		      struct image_layer *ret)
{
	struct layout_entry e;
	enum stream_kind kind;
	int rc = layout_entry_read(op, doc, node, &e);

	if (rc < 0)
		return rc;
	if (get(node, "urls"))
		return bad_layer(op, doc, i, &e.digest, "to be fetched from elsewhere (urls)");
	if (str_ends(e.media_type, S("+encrypted")))
		return bad_layer(op, doc, i, &e.digest, "encrypted");
	if (!media_layer_stream(e.media_type, &kind))
		return op_fail(op, ERR_FORMAT, "%.*s:%d:%d: '%.*s' is no layer that temper reads",
			       STR_ARG(doc->file), node->line, node->col, STR_ARG(e.media_type));
	*ret = (struct image_layer){ .media_type = e.media_type,
				     .digest = e.digest,
				     .size = e.size };
	return 0;
}

static int read_layers(struct op *op, const struct doc *doc, struct image *ret)
{
	const struct node *list = get(&doc->root, "layers");

	if (!list || list->kind != NODE_LIST)
		return bad(op, doc, &doc->root, "an image manifest needs a list of layers");
	if (list->n > LIMIT_LAYERS_READ)
		return bad(op, doc, list, "too many layers");
	if (!(ret->config.layer = op_new(op, struct image_layer, list->n)))
		return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		int rc = read_layer(op, doc, &list->child[i], i, &ret->config.layer[i]);
		if (rc < 0)
			return rc;
	}
	ret->config.layer_n = list->n;
	return 0;
}

static const char *artifact_kind(str media_type)
{
	for (size_t i = 0; i < sizeof(artifacts) / sizeof(artifacts[0]); i++)
		if (str_starts(media_type, artifacts[i].type))
			return artifacts[i].is;
	return NULL;
}

/* By what it says that it is, by its config, or (signatures and attestations have configs of
 * images) by its first layer. */
const char *document_artifact(const struct doc *doc, str *ret_type)
{
	const struct node *layers = get(&doc->root, "layers");
	str type[3] = { { 0 } };
	const char *is = NULL;

	(void)node_text(get(&doc->root, "artifactType"), &type[0]);
	(void)node_text(get(get(&doc->root, "config"), "mediaType"), &type[1]);
	if (layers && layers->kind == NODE_LIST && layers->n)
		(void)node_text(get(&layers->child[0], "mediaType"), &type[2]);
	for (int i = 0; i < 3; i++) {
		*ret_type = type[i];
		if ((is = artifact_kind(type[i])))
			return is;
	}
	*ret_type = type[0].len ? type[0] : type[1];
	return type[1].len && media_kind(type[1]) != MEDIA_IS_CONFIG ? "an artifact" : NULL;
}

int document_manifest(struct op *op, str what, str bytes, struct image *ret)
{
	struct image image = { 0 };
	struct layout_entry config;
	struct doc doc;
	str own = { 0 }, type;
	int rc = json_parse(op, what, bytes, &doc);

	if (rc < 0)
		return rc;
	if (doc.root.kind != NODE_MAP || node_get(&doc.root, S("manifests")))
		return bad(op, &doc, &doc.root, "not an image manifest");
	if (node_get(&doc.root, S("fsLayers")))
		return bad(op, &doc, &doc.root,
			   "a manifest of schema version 1, from before 2016, is not read");
	if ((rc = get_text(op, &doc, &doc.root, "mediaType", &own)) < 0)
		return rc;
	if (own.len && media_kind(own) != MEDIA_IS_MANIFEST)
		return bad(op, &doc, &doc.root, "its media type is not an image manifest's");
	const struct node *node = get(&doc.root, "config");
	if (!node)
		return bad(op, &doc, &doc.root, "an image manifest needs a config");
	if ((rc = layout_entry_read(op, &doc, node, &config)) < 0)
		return rc;
	const char *is = document_artifact(&doc, &type);
	if (is)
		return op_fail(op, ERR_FORMAT, "%.*s is not an image but %s ('%.*s')",
			       STR_ARG(what), is, STR_ARG(type));
	image.manifest.media_type = own.len ? own : S(MEDIA_MANIFEST);
	image.config_digest = config.digest;
	image.config_size = config.size;
	image.config_media_type = config.media_type;
	if ((rc = read_layers(op, &doc, &image)) < 0 ||
	    (rc = get_pairs(op, &doc, &doc.root, "annotations", &image.annotations)) < 0)
		return rc;
	*ret = image;
	return 0;
}

static int read_healthcheck(struct op *op, const struct doc *doc, const struct node *map,
			    struct image_healthcheck *h)
{
	const struct node *at = get(map, "Healthcheck");
	int rc;

	if ((rc = get_texts(op, doc, at, "Test", NODE_LIST, &h->test)) < 0 ||
	    (rc = get_number(op, doc, at, "Interval", &h->interval)) < 0 ||
	    (rc = get_number(op, doc, at, "Timeout", &h->timeout)) < 0 ||
	    (rc = get_number(op, doc, at, "StartPeriod", &h->start_period)) < 0)
		return rc;
	return get_number(op, doc, at, "Retries", &h->retries);
}

static int read_process(struct op *op, const struct doc *doc, struct image_config *c)
{
	const struct node *map = get(&doc->root, "config");
	int rc;

	if (map && map->kind != NODE_MAP)
		return bad(op, doc, map, "must be a mapping");
	if ((rc = get_text(op, doc, map, "User", &c->user)) < 0 ||
	    (rc = get_text(op, doc, map, "WorkingDir", &c->work_dir)) < 0 ||
	    (rc = get_text(op, doc, map, "StopSignal", &c->stop_signal)) < 0 ||
	    (rc = get_texts(op, doc, map, "Env", NODE_LIST, &c->env)) < 0 ||
	    (rc = get_texts(op, doc, map, "Entrypoint", NODE_LIST, &c->entrypoint)) < 0 ||
	    (rc = get_texts(op, doc, map, "Cmd", NODE_LIST, &c->cmd)) < 0 ||
	    (rc = get_texts(op, doc, map, "ExposedPorts", NODE_MAP, &c->ports)) < 0 ||
	    (rc = get_texts(op, doc, map, "Volumes", NODE_MAP, &c->volumes)) < 0 ||
	    (rc = get_pairs(op, doc, map, "Labels", &c->labels)) < 0)
		return rc;
	return read_healthcheck(op, doc, map, &c->healthcheck);
}

/* One entry a layer, in order; those marked empty_layer stand for none. Missing ones are allowed;
 * if there are more than layers, none is known to belong to any. */
static int read_history(struct op *op, const struct doc *doc, struct image_config *c)
{
	const struct node *list = get(&doc->root, "history");
	ptrdiff_t layer = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		bool empty = false;
		if (node_bool(node_get(&list->child[i], S("empty_layer")), &empty) && empty)
			continue;
		if (layer == c->layer_n) {
			for (layer = 0; layer < c->layer_n; layer++)
				c->layer[layer].created_by = S("");
			return 0;
		}
		int rc = get_text(op, doc, &list->child[i], "created_by",
				  &c->layer[layer++].created_by);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The diff_ids into c->layer; `make` takes their number from the document. */
static int read_rootfs(struct op *op, const struct doc *doc, bool make, struct image_config *c)
{
	const struct node *list = get(get(&doc->root, "rootfs"), "diff_ids");
	ptrdiff_t n = list ? list->n : 0;
	str type = { 0 };
	int rc = get_text(op, doc, get(&doc->root, "rootfs"), "type", &type);

	if (rc < 0)
		return rc;
	if ((list && list->kind != NODE_LIST) || !str_eq(type, S("layers")))
		return bad(op, doc, &doc->root,
			   "rootfs must be of type 'layers' with a list of diff_ids");
	if (make && n > LIMIT_LAYERS_READ)
		return bad(op, doc, list, "too many layers");
	if (make && !(c->layer = op_new(op, struct image_layer, n)))
		return op->code;
	if (make)
		c->layer_n = n;
	if (n != c->layer_n)
		return op_fail(op, ERR_FORMAT, "%.*s has %td diff_ids and its manifest %td layers",
			       STR_ARG(doc->file), n, c->layer_n);
	for (ptrdiff_t i = 0; i < n; i++)
		if (list->child[i].kind != NODE_TEXT ||
		    !str_starts(list->child[i].text, S("sha256:")) ||
		    !digest_parse(list->child[i].text, &c->layer[i].diff_id))
			return bad(op, doc, &list->child[i], "not a sha256 digest");
	return 0;
}

enum layers { LAYERS_GIVEN, LAYERS_MADE, LAYERS_NONE }; /* what there is to say of diff_ids */

static int read_config(struct op *op, str what, str bytes, enum layers layers,
		       struct image_config *config)
{
	struct image_config c = *config;
	struct doc doc;
	str created = { 0 };
	int rc = json_parse(op, what, bytes, &doc);

	if (rc < 0)
		return rc;
	if (doc.root.kind != NODE_MAP)
		return bad(op, &doc, &doc.root, "not an image configuration");
	if ((rc = get_text(op, &doc, &doc.root, "os", &c.os)) < 0 ||
	    (rc = get_text(op, &doc, &doc.root, "architecture", &c.architecture)) < 0 ||
	    (rc = get_text(op, &doc, &doc.root, "variant", &c.variant)) < 0 ||
	    (rc = get_text(op, &doc, &doc.root, "created", &created)) < 0)
		return rc;
	if (!c.os.len || !c.architecture.len)
		return bad(op, &doc, &doc.root, "an image configuration needs os and architecture");
	(void)clock_parse_rfc3339_zone(created, &c.created);
	if ((rc = read_process(op, &doc, &c)) < 0 ||
	    (layers != LAYERS_NONE &&
	     ((rc = read_rootfs(op, &doc, layers == LAYERS_MADE, &c)) < 0 ||
	      (rc = read_history(op, &doc, &c)) < 0)))
		return rc;
	*config = c;
	return 0;
}

int document_config(struct op *op, str what, str bytes, struct image_config *config)
{
	return read_config(op, what, bytes, LAYERS_GIVEN, config);
}

int document_config_layers(struct op *op, str what, str bytes, struct image_config *config)
{
	return read_config(op, what, bytes, LAYERS_MADE, config);
}

int document_config_legacy(struct op *op, str what, str bytes, struct image_config *config)
{
	return read_config(op, what, bytes, LAYERS_NONE, config);
}
