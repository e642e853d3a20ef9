/* A team's own software and certificates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "codec/certificate.h"
#include "codec/json.h"
#include "net/client.h"
#include "recipe_impl.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define AT(member) offsetof(struct raw_artifact, member)

struct raw_artifact {
	struct recipe_artifact a;
	str sha256;
	const struct node *extract;
};

static const struct field artifact_fields[] = {
	{ "name", FIELD_TEXT, AT(a.name), false, "a name" },
	{ "version", FIELD_TEXT, AT(a.version), false, "a version" },
	{ "path", FIELD_TEXT, AT(a.path), false, "a file or directory beside the recipe" },
	{ "url", FIELD_TEXT, AT(a.url), false, "an address" },
	{ "sha256", FIELD_TEXT, AT(sha256), false, "64 hexadecimal digits" },
	{ "extract", FIELD_NODE, AT(extract), false, NULL },
	{ "strip", FIELD_U64, AT(a.strip), false, "a number" },
	{ "include", FIELD_TEXTS, AT(a.include), false, "a list of path patterns" },
	{ "exclude", FIELD_TEXTS, AT(a.exclude), false, "a list of path patterns" },
	{ "destination", FIELD_TEXT, AT(a.destination), true, "a path in the image" },
	{ "owner", FIELD_TEXT, AT(a.owner), false, "a name or a number" },
	{ "group", FIELD_TEXT, AT(a.group), false, "a name or a number" },
	{ "mode", FIELD_OCTAL, AT(a.mode), false, "an octal mode such as \"0755\"" },
	{ "platform", FIELD_TEXT, AT(a.platform), false, "a platform such as linux/amd64" },
	{ "licence", FIELD_TEXT, AT(a.licence), false, "an SPDX expression" },
	{ "purl", FIELD_TEXT, AT(a.purl), false, "a package URL" },
};

/* What is unpacked where nothing else is said: by the name's end. */
static const str archives[] = {
	S_INIT(".tar"), S_INIT(".tar.gz"),  S_INIT(".tgz"),  S_INIT(".tar.xz"),
	S_INIT(".txz"), S_INIT(".tar.zst"), S_INIT(".tzst"), S_INIT(".zip"),
};

/* The end of the name that makes it an archive, or an empty one. */
static str archive_suffix(str name)
{
	str found = S("");

	for (size_t i = 0; i < N(archives); i++)
		if (str_ends(name, archives[i]) && archives[i].len > found.len)
			found = archives[i];
	return found;
}

/* The last component of the path or address, without a query. */
static str own_name(const struct recipe_artifact *a)
{
	str url = a->url;

	url = str_cut(&url, '#');
	url = str_cut(&url, '?');
	return str_base_name(a->path.len ? a->path : url);
}

/* Visible ASCII without slashes and quotes: it stands in reports, layers' names and purls. */
static bool good_word(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 127 || strchr("/\\\"'`<>", s.p[i]))
			return false;
	return s.len > 0 && s.len <= 128 && !str_eq(s, S(".")) && !str_eq(s, S(".."));
}

static int fail(const struct recipe_place *at, const struct node *node, const char *key,
		const char *what)
{
	const struct node *value = node_get(node, str_of(key));

	return node_fail(at->op, at->doc, value ? value : node, "%s", what);
}

/* Where it comes from, and what it must be. */
static int check_source(const struct recipe_place *at, const struct node *node,
			struct raw_artifact *raw)
{
	struct recipe_artifact *a = &raw->a;
	str full;

	if (!a->path.len == !a->url.len)
		return fail(at, node, "path", "an artifact has either 'path' or 'url'");
	if (raw->sha256.len &&
	    (!digest_parse(raw->sha256, &a->sha256) || digest_is_zero(&a->sha256)))
		return fail(at, node, "sha256", "'sha256' must be 64 hexadecimal digits");
	if (a->url.len && !raw->sha256.len)
		return fail(at, node, "url",
			    "'sha256' must say what the address gives: it is checked before a "
			    "byte of it is read");
	if (a->url.len && client_check_url(at->op, a->url) < 0)
		return op_fail_in(at->op, "%.*s:%d:%d: 'url'", STR_ARG(at->file), node->line,
				  node->col);
	a->dir = at->dir;
	if (!a->path.len)
		return 0;
	if (at->shipped)
		return fail(at, node, "path", "a recipe that temper ships has no files beside it");
	return recipe_beside_path(at, node_get(node, S("path")), a->path, &full);
}

static int check_kind(const struct recipe_place *at, const struct node *node,
		      struct raw_artifact *raw)
{
	struct recipe_artifact *a = &raw->a;

	a->extract = archive_suffix(own_name(a)).len > 0;
	if (raw->extract && !node_bool(raw->extract, &a->extract))
		return fail(at, node, "extract", "'extract' must be true or false");
	if (a->strip > 64)
		return fail(at, node, "strip", "'strip' is 64 at most");
	if (a->mode != UINT32_MAX && (a->mode > 07777 || a->mode & 06000))
		return fail(at, node, "mode", "'mode' sets no setuid and setgid bits");
	if (a->extract && a->mode != UINT32_MAX)
		return fail(at, node, "mode", "'mode' is for a file that is not extracted");
	return 0;
}

static int check_names(const struct recipe_place *at, const struct node *node,
		       struct recipe_artifact *a)
{
	bool ok;
	str stem = own_name(a);

	stem = str_head(stem, stem.len - archive_suffix(stem).len);
	if (!a->name.len)
		a->name = stem;
	if (!good_word(a->name))
		return fail(at, node, "name",
			    "an artifact needs a 'name' of visible characters without slashes");
	if (a->version.len && !good_word(a->version))
		return fail(at, node, "version",
			    "'version' must be visible characters without slashes");
	if (a->platform.len && !platform_find(a->platform))
		return node_fail(at->op, at->doc, node_get(node, S("platform")),
				 "not a platform that temper knows: '%.*s' (it knows %s)",
				 STR_ARG(a->platform), platform_names());
	if (a->platform.len)
		a->platform = str_of(platform_find(a->platform)->name);
	if (a->purl.len && (!str_starts(a->purl, S("pkg:")) || str_find(a->purl, ' ') >= 0))
		return fail(at, node, "purl", "'purl' must begin with pkg:");
	if (str_find(a->licence, '\n') >= 0 || !utf8_valid(a->licence))
		return fail(at, node, "licence", "'licence' must be an SPDX expression");
	bool below = str_ends(a->destination, S("/")) && !a->extract;
	str file = own_name(a);
	int rc = below ? op_text(at->op, &a->destination, "%.*s%.*s", STR_ARG(a->destination),
				 STR_ARG(file))
		       : 0;
	if (rc == 0)
		rc = recipe_clean_path(at->op, a->destination, &ok, &a->destination);
	if (rc == 0 && !ok)
		return fail(at, node, "destination", "'destination' is no path in an image");
	return rc;
}

static int read_artifact(const struct recipe_place *at, const struct node *node,
			 struct recipe_artifact *ret)
{
	struct raw_artifact raw = { .a = { .mode = UINT32_MAX } };
	int rc = fields_read(at->op, at->doc, node, artifact_fields, N(artifact_fields), &raw);

	if (rc < 0 || (rc = check_source(at, node, &raw)) < 0 ||
	    (rc = check_kind(at, node, &raw)) < 0 || (rc = check_names(at, node, &raw.a)) < 0)
		return rc;
	raw.a.line = node->line;
	raw.a.file = at->file;
	*ret = raw.a;
	return 0;
}

/* One name stands for one thing, or for one thing on each platform. */
static bool clash(const struct recipe_artifact *a, const struct recipe_artifact *b)
{
	return str_eq(a->name, b->name) &&
	       (!a->platform.len || !b->platform.len || str_eq(a->platform, b->platform));
}

int recipe_read_artifacts(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct node *list = raw->artifacts;
	struct recipe *r = &raw->r;

	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(at->op, at->doc, list, "'artifacts' must be a list");
	if (list->n > RECIPE_ARTIFACTS_MAX)
		return node_fail(at->op, at->doc, list, "more than %d artifacts",
				 RECIPE_ARTIFACTS_MAX);
	r->artifact = op_new(at->op, struct recipe_artifact, list->n);
	if (!r->artifact)
		return at->op->code;
	for (; r->artifact_n < list->n; r->artifact_n++) {
		struct recipe_artifact *a = &r->artifact[r->artifact_n];
		int rc = read_artifact(at, &list->child[r->artifact_n], a);
		if (rc < 0)
			return rc;
		for (ptrdiff_t k = 0; k < r->artifact_n; k++)
			if (clash(&r->artifact[k], a))
				return node_fail(at->op, at->doc, &list->child[r->artifact_n],
						 "the artifact '%.*s' is given on line %d already",
						 STR_ARG(a->name), r->artifact[k].line);
	}
	return 0;
}

/* Certificates */

struct raw_certificate { /* as a recipe in an image has it */
	str name, text;
};
static const struct field certificate_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct raw_certificate, name), true, "a name" },
	{ "text", FIELD_TEXT, offsetof(struct raw_certificate, text), true, "certificates" },
};

/* A file's name becomes one below etc/ssl/certs. */
static bool good_file_name(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !strchr("._-+", c))
			return false;
	}
	return s.len > 0 && s.len <= 128 && s.p[0] != '.';
}

static int read_certificate(const struct recipe_place *at, const struct node *node,
			    struct recipe_certificate *ret)
{
	struct raw_certificate raw = { .name = S("") };
	int rc;

	if (at->canonical) {
		rc = fields_read(at->op, at->doc, node, certificate_fields, N(certificate_fields),
				 &raw);
	} else if (!node_text(node, &raw.name) || !raw.name.len) {
		return node_fail(at->op, at->doc, node,
				 "'certificates' must be a list of files beside the recipe");
	} else {
		rc = recipe_beside(at, node, raw.name, &raw.text);
	}
	if (rc < 0)
		return rc;
	str base = str_base_name(raw.name);
	if (!good_file_name(base) || !utf8_valid(raw.text))
		return node_fail(at->op, at->doc, node,
				 "'%.*s' is no name, or no text, of a file of certificates",
				 STR_ARG(raw.name));
	if ((rc = certificate_check(at->op, base, raw.text)) == ERR_FORMAT) {
		op_fail_in(at->op, "%.*s:%d:%d", STR_ARG(at->file), node->line, node->col);
		return at->op->code = ERR_USAGE;
	}
	if (rc < 0)
		return rc;
	*ret = (struct recipe_certificate){
		.name = base, .text = raw.text, .line = node->line, .file = at->file
	};
	return 0;
}

int recipe_read_certificates(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct node *list = raw->certificates;
	struct recipe *r = &raw->r;
	bool many = list && list->kind == NODE_LIST;
	ptrdiff_t n = many ? list->n : list && list->kind != NODE_NULL;

	if (n > RECIPE_ARTIFACTS_MAX)
		return node_fail(at->op, at->doc, list, "more than %d files of certificates",
				 RECIPE_ARTIFACTS_MAX);
	r->certificate = op_new(at->op, struct recipe_certificate, n);
	if (!r->certificate)
		return at->op->code;
	for (; r->certificate_n < n; r->certificate_n++) {
		const struct node *node = many ? &list->child[r->certificate_n] : list;
		struct recipe_certificate *c = &r->certificate[r->certificate_n];
		int rc = read_certificate(at, node, c);
		if (rc < 0)
			return rc;
		for (ptrdiff_t k = 0; k < r->certificate_n; k++)
			if (str_eq(r->certificate[k].name, c->name))
				return node_fail(at->op, at->doc, node,
						 "two files of certificates are called '%.*s'",
						 STR_ARG(c->name));
	}
	return 0;
}

/* The canonical form: in the order of names, and only what differs from the defaults. */

static int by_name(const void *a, const void *b)
{
	const struct recipe_artifact *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order ? order : str_cmp(x->platform, y->platform);
}

static int by_file(const void *a, const void *b)
{
	return str_cmp(((const struct recipe_certificate *)a)->name,
		       ((const struct recipe_certificate *)b)->name);
}

void recipe_sort_artifacts(struct recipe *r)
{
	if (r->artifact_n > 1)
		qsort(r->artifact, (size_t)r->artifact_n, sizeof(*r->artifact), by_name);
	if (r->certificate_n > 1)
		qsort(r->certificate, (size_t)r->certificate_n, sizeof(*r->certificate), by_file);
}

static void put_list(struct json_out *j, const char *key, const struct texts *t)
{
	if (t->n == 0)
		return;
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

static void put_artifact(struct json_out *j, const struct recipe_artifact *a)
{
	char text[DIGEST_HEX];

	json_object(j);
	json_pair(j, "name", a->name);
	json_pair_opt(j, "version", a->version);
	json_pair_opt(j, "path", a->path);
	json_pair_opt(j, "url", a->url);
	if (!digest_is_zero(&a->sha256))
		json_pair(j, "sha256", str_of(digest_hex(&a->sha256, text)));
	json_key(j, S("extract"));
	json_bool(j, a->extract);
	if (a->strip)
		json_pair_u64(j, "strip", a->strip);
	put_list(j, "include", &a->include);
	put_list(j, "exclude", &a->exclude);
	json_pair(j, "destination", a->destination);
	json_pair_opt(j, "owner", a->owner);
	json_pair_opt(j, "group", a->group);
	if (a->mode != UINT32_MAX) {
		(void)snprintf(text, sizeof(text), "%04o", a->mode);
		json_pair(j, "mode", str_of(text));
	}
	json_pair_opt(j, "platform", a->platform);
	json_pair_opt(j, "licence", a->licence);
	json_pair_opt(j, "purl", a->purl);
	json_object_end(j);
}

void recipe_write_artifacts(struct json_out *j, const struct recipe *r)
{
	if (r->artifact_n) {
		json_key(j, S("artifacts"));
		json_array(j);
		for (ptrdiff_t i = 0; i < r->artifact_n; i++)
			put_artifact(j, &r->artifact[i]);
		json_array_end(j);
	}
	if (!r->certificate_n)
		return;
	json_key(j, S("certificates"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->certificate_n; i++) {
		json_object(j);
		json_pair(j, "name", r->certificate[i].name);
		json_pair(j, "text", r->certificate[i].text);
		json_object_end(j);
	}
	json_array_end(j);
}
