#include "base/num.h"
#include "codec/json.h"
#include "oci/image.h"
#include "report/text.h"
#include "sys/clock.h"
#include "verbs.h"

enum { TEXT_MAX = 16 << 20 }; /* bytes of what is printed */

struct store_options {
	str store;
	bool dry_run, packages, json;
};

static const struct option table[] = {
	{ "json", 0, OPTION_FLAG, NULL, offsetof(struct store_options, json), "Result",
	  "For list and show: print JSON." },
	{ "dry-run", 'n', OPTION_FLAG, NULL, offsetof(struct store_options, dry_run), "Result",
	  "For prune: delete nothing, say what would go." },
	{ "packages", 0, OPTION_FLAG, NULL, offsetof(struct store_options, packages), "Result",
	  "For prune: packages and cached layers too, so that nothing but named images stays." },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct store_options, store), "Place",
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY },
};

static const struct example example[] = {
	{ "temper store list", "What is there:" },
	{ "temper store show nginx",
	  "One image: its digest, platforms, configuration and layers:" },
	{ "temper store prune --dry-run", "What no named image needs any more:" },
};

/* An image as show tells it: one entry for each of its platforms. */
struct shown {
	struct store_image image;
	struct image *platform; /* [n] */
	ptrdiff_t n;
	uint64_t size; /* of the layers of all platforms */
};

static int read_shown(struct op *op, const struct store *s, const struct store_image *image,
		      struct shown *ret)
{
	struct image_descriptor *manifest;
	struct shown got = { .image = *image };

	int rc = image_manifests(op, s, &image->digest, &manifest, &got.n);
	if (rc == 0) {
		got.platform = op_new(op, struct image, got.n);
		if (!got.platform)
			return op->code;
	}
	for (ptrdiff_t i = 0; rc == 0 && i < got.n; i++) {
		rc = image_get(op, s, &manifest[i].digest, S(""), &got.platform[i]);
		for (ptrdiff_t k = 0; rc == 0 && k < got.platform[i].config.layer_n; k++)
			got.size += got.platform[i].config.layer[k].size;
	}
	if (rc > 0)
		return op_fail(op, ERR_IO, "%.*s is not whole in the store: build it again",
			       STR_ARG(image->name));
	if (rc < 0)
		return op_fail_in(op, "%.*s", STR_ARG(image->name));
	*ret = got;
	return 0;
}

static void put_platform(struct buf *b, const struct image_config *c)
{
	text_safe(b, c->os);
	buf_char(b, '/');
	text_safe(b, c->architecture);
}

static int list_text(struct op *op, const struct store *s, const struct store_image *image,
		     ptrdiff_t n, struct buf *b)
{
	if (n == 0)
		buf_fmt(b, "no images in %.*s; 'temper build RECIPE' makes one\n",
			STR_ARG(s->path));
	for (ptrdiff_t i = 0; i < n; i++) {
		struct shown got;
		char digest[DIGEST_TEXT], size[NUM_SIZE_TEXT];
		if (read_shown(op, s, &image[i], &got) < 0)
			return op->code;
		size_t before = b->len;
		text_safe(b, image[i].name);
		buf_repeat(b, ' ', 28 - (ptrdiff_t)(b->len - before));
		digest_text(&image[i].digest, digest);
		buf_fmt(b, "  %.19s  %10s ", digest, num_size_text(got.size, size));
		for (ptrdiff_t k = 0; k < got.n; k++) {
			buf_add(b, k ? S(", ") : S(" "));
			put_platform(b, &got.platform[k].config);
		}
		buf_char(b, '\n');
	}
	return 0;
}

static void list_json(const struct store_image *image, ptrdiff_t n, struct buf *b)
{
	struct json_out j;
	char digest[DIGEST_TEXT];

	json_begin(&j, b, 1);
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++) {
		json_object(&j);
		json_pair(&j, "name", image[i].name);
		json_pair(&j, "digest", str_of(digest_text(&image[i].digest, digest)));
		json_pair(&j, "media-type", image[i].media_type);
		json_object_end(&j);
	}
	json_array_end(&j);
	buf_char(b, '\n');
}

static int list(struct op *op, const struct store *s, bool json, struct buf *b)
{
	struct store_image *image;
	ptrdiff_t n;

	if (store_image_list(op, s, &image, &n) < 0)
		return op->code;
	if (!json)
		return list_text(op, s, image, n, b);
	list_json(image, n, b);
	return 0;
}

static void row(struct buf *b, const char *label, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "  %-12s ", label);
	text_safe(b, value);
	buf_char(b, '\n');
}

static void row_texts(struct buf *b, const char *label, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "  %-12s", label);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		buf_char(b, ' ');
		text_safe(b, list->p[i]);
	}
	buf_char(b, '\n');
}

static void show_platform(struct buf *b, const struct image *image)
{
	const struct image_config *c = &image->config;
	uint64_t all = 0;
	char text[DIGEST_TEXT], size[NUM_SIZE_TEXT], created[CLOCK_TEXT];

	put_platform(b, c);
	buf_fmt(b, "  %s\n", digest_text(&image->manifest.digest, text));
	for (ptrdiff_t i = 0; i < c->layer_n; i++)
		all += c->layer[i].size;
	buf_fmt(b, "  %-12s %s in ", "size", num_size_text(all, size));
	text_count(b, (uint64_t)c->layer_n, "layer", "layers");
	buf_char(b, '\n');
	row(b, "created", str_of(clock_rfc3339(c->created, created)));
	row(b, "user", c->user);
	row_texts(b, "entrypoint", &c->entrypoint);
	row_texts(b, "cmd", &c->cmd);
	row(b, "work-dir", c->work_dir);
	row_texts(b, "env", &c->env);
	row_texts(b, "ports", &c->ports);
	row_texts(b, "volumes", &c->volumes);
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		buf_fmt(b, "  layer %10s  %.19s  ", num_size_text(c->layer[i].size, size),
			digest_text(&c->layer[i].digest, text));
		text_safe(b, c->layer[i].created_by);
		buf_char(b, '\n');
	}
}

static void show_json(const struct shown *got, struct buf *b)
{
	struct json_out j;
	char digest[DIGEST_TEXT];

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "name", got->image.name);
	json_pair(&j, "digest", str_of(digest_text(&got->image.digest, digest)));
	json_key(&j, S("platforms"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < got->n; i++) {
		const struct image *image = &got->platform[i];
		json_object(&j);
		json_pair(&j, "os", image->config.os);
		json_pair(&j, "architecture", image->config.architecture);
		json_pair(&j, "digest", str_of(digest_text(&image->manifest.digest, digest)));
		json_pair(&j, "config", str_of(digest_text(&image->config_digest, digest)));
		json_pair(&j, "user", image->config.user);
		json_key(&j, S("layers"));
		json_array(&j);
		for (ptrdiff_t k = 0; k < image->config.layer_n; k++) {
			const struct image_layer *l = &image->config.layer[k];
			json_object(&j);
			json_pair(&j, "digest", str_of(digest_text(&l->digest, digest)));
			json_pair(&j, "diff-id", str_of(digest_text(&l->diff_id, digest)));
			json_pair_u64(&j, "size", l->size);
			json_pair(&j, "created-by", l->created_by);
			json_object_end(&j);
		}
		json_array_end(&j);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}

static int no_image(struct op *op, const struct store *s, str name)
{
	return op_fail(
		op, ERR_USAGE,
		"the store has no image '%.*s' (%.*s); 'temper store list' shows what it has",
		STR_ARG(name), STR_ARG(s->path));
}

static int show(struct op *op, const struct store *s, str name, bool json, struct buf *b)
{
	struct store_image image;
	struct shown got;
	char digest[DIGEST_TEXT];

	int rc = store_image_get(op, s, name, &image);
	if (rc > 0)
		return no_image(op, s, name);
	if (rc < 0 || read_shown(op, s, &image, &got) < 0)
		return op->code;
	if (json) {
		show_json(&got, b);
		return 0;
	}
	text_safe(b, image.name);
	buf_fmt(b, "  %s\n", digest_text(&image.digest, digest));
	for (ptrdiff_t i = 0; i < got.n; i++)
		show_platform(b, &got.platform[i]);
	return 0;
}

static int prune(struct op *op, const struct store *s, const struct store_options *o, struct buf *b)
{
	struct store_pruned gone;
	char size[NUM_SIZE_TEXT];

	if (store_prune(op, s, !o->packages, o->dry_run, &gone) < 0)
		return op->code;
	buf_fmt(b, "%s ", o->dry_run ? "would delete" : "deleted");
	text_count(b, gone.blobs, "blob", "blobs");
	buf_add(b, S(" and "));
	text_count(b, gone.records, "record", "records");
	buf_fmt(b, ", %s\n", num_size_text(gone.bytes, size));
	return 0;
}

static int forget(struct op *op, const struct store *s, str name)
{
	int rc = store_image_delete(op, s, name);

	return rc > 0 ? no_image(op, s, name) : rc;
}

static int unknown(struct op *op, str what)
{
	static const char *const known[] = { "list", "show", "remove", "prune" };
	const char *near = nearest_word(what, known, sizeof(known) / sizeof(known[0]));

	if (near)
		return op_fail(op, ERR_USAGE, "store cannot '%.*s'; did you mean '%s'?",
			       STR_ARG(what), near);
	return op_fail(op, ERR_USAGE, "store cannot '%.*s': list, show, remove or prune",
		       STR_ARG(what));
}

static int check_words(struct op *op, const struct texts *words)
{
	bool named = str_eq(words->p[0], S("show")) || str_eq(words->p[0], S("remove"));

	if (named && words->n != 2)
		return op_fail(op, ERR_USAGE, "store %.*s needs the NAME of an image",
			       STR_ARG(words->p[0]));
	if (!named && words->n != 1)
		return op_fail(op, ERR_USAGE, "store %.*s takes no operand; '%.*s' is one too many",
			       STR_ARG(words->p[0]), STR_ARG(words->p[1]));
	return 0;
}

static int work(struct op *op, const struct store *s, const struct texts *words,
		const struct store_options *o, struct buf *b)
{
	str what = words->p[0];

	if (str_eq(what, S("list")))
		return list(op, s, o->json, b);
	if (str_eq(what, S("show")))
		return show(op, s, words->p[1], o->json, b);
	if (str_eq(what, S("prune")))
		return prune(op, s, o, b);
	return forget(op, s, words->p[1]);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct store_options *o = options;
	str what = cli->operand.p[0], text;
	AUTO_STORE store = { -1, -1, -1, -1, .use = -1 };
	struct buf b;

	if (!str_eq(what, S("list")) && !str_eq(what, S("show")) && !str_eq(what, S("prune")) &&
	    !str_eq(what, S("remove")))
		return unknown(op, what);
	if (check_words(op, &cli->operand) < 0 || store_open(op, o->store, &store) < 0)
		return op->code;
	buf_init(&b, op, TEXT_MAX);
	if (work(op, &store, &cli->operand, o, &b) < 0 || buf_take(&b, &text) < 0)
		return op->code;
	return term_write(op, &cli->out, text);
}

const struct verb verb_store = {
	.name = "store",
	.operands = "list|show NAME|remove NAME|prune",
	.operand_min = 1,
	.operand_max = 2,
	.summary = "list, show and prune the images kept on this machine",
	.description = "The store holds packages, layers and images by digest, and images by name. "
		       "It is an OCI image "
		       "layout: other tools can read it. Whatever is deleted from it can be made "
		       "or fetched again.\n\n"
		       "list shows the images, show tells about one, remove forgets a name, and "
		       "prune deletes what no named "
		       "image needs: by default it keeps the packages and layers that make the "
		       "next build fast.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct store_options),
	VERB_EXAMPLES(example),
	.run = run,
};
