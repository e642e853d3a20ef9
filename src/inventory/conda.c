/*
 * Packages of conda, mamba and their like: PREFIX/conda-meta/NAME-VERSION-BUILD.json, of any
 * prefix: an environment, the base installation, or a tree that a build tool put together. Source:
 * conda, "conda-meta"; purl-spec, type conda: build, channel, subdir and type are qualifiers.
 */
#include <string.h>

#include "base/limits.h"
#include "codec/digest.h"
#include "model/licence.h"
#include "reading.h"

/* "https://conda.anaconda.org/conda-forge/linux-64" and the like as "conda-forge". */
static str channel_of(str channel, str subdir)
{
	while (str_ends(channel, S("/")))
		channel.len--;
	if (subdir.len && str_eq(str_base_name(channel), subdir))
		channel = str_dir_name(channel);
	return str_base_name(channel);
}

static str file_type(str name)
{
	return str_ends(name, S(".tar.bz2")) ? S("tar.bz2")
	       : str_ends(name, S(".conda")) ? S("conda")
					     : S("");
}

static int read_qualifiers(struct reading *r, struct package *p)
{
	const struct node *n = &r->doc.root;
	str build = reading_get(n, "build"), subdir = reading_get(n, "subdir");
	str channel = reading_get(n, "channel"), url = reading_get(n, "url");
	int rc;

	if (build.len == 0)
		build = reading_get(n, "build_string");
	if (channel.len == 0)
		channel = str_dir_name(url);
	if ((rc = package_fact(&r->tmp, &p->qualifiers, "build", build)) < 0 ||
	    (rc = package_fact(&r->tmp, &p->qualifiers, "channel", channel_of(channel, subdir))) <
		    0 ||
	    (rc = package_fact(&r->tmp, &p->qualifiers, "subdir", subdir)) < 0)
		return rc;
	str type = file_type(reading_get(n, "fn"));
	return package_fact(&r->tmp, &p->qualifiers, "type", type.len ? type : file_type(url));
}

/* "libzlib 1.2.11 h90dfc92_1014", "conda-forge::python >=3.9": the name. */
static int read_needs(struct reading *r, struct package *p)
{
	const struct node *list = node_get(&r->doc.root, S("depends"));

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		str text;
		if (!node_text(&list->child[i], &text))
			continue;
		str name = str_word(&text);
		ptrdiff_t colon = str_rfind(name, ':');
		name = str_from(name, colon + 1);
		if (str_starts(name, S("__"))) /* of the machine, not a package */
			continue;
		int rc = draft_text(&r->tmp, &p->needs, name);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool hex_digest(str hex, uint8_t out[32])
{
	struct digest d;

	if (hex.len != 64 || !digest_parse(hex, &d))
		return false;
	memcpy(out, d.b, sizeof(d.b));
	return true;
}

static int file_path(struct reading *r, str prefix, str path, struct package_file *to)
{
	if (path.len == 0 || path.p[0] == '/' || prefix.len + path.len >= LIMIT_PATH)
		return 1;
	return op_text(r->op, &to->path, "%.*s%s%.*s", STR_ARG(prefix), prefix.len ? "/" : "",
		       STR_ARG(path));
}

/* What the package brought into the prefix: with digests as they are there, where it was patched.
 */
static int read_files(struct reading *r, struct package *p)
{
	const struct node *paths = node_get(&r->doc.root, S("paths_data"));
	const struct node *list = node_get(paths, S("paths"));
	str prefix = str_dir_name(str_dir_name(r->f->path));
	bool plain = !list || list->kind != NODE_LIST;

	if (plain)
		list = node_get(&r->doc.root, S("files"));
	if (!list || list->kind != NODE_LIST)
		return 0;
	if (!(p->file = op_new(r->op, struct package_file, list->n)))
		return r->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct node *n = &list->child[i];
		struct package_file *to = &p->file[p->file_n];
		str path = S("");
		if (plain)
			(void)node_text(n, &path);
		else
			path = reading_get(n, "_path");
		int rc = file_path(r, prefix, path, to);
		if (rc < 0)
			return rc;
		if (rc > 0)
			continue;
		bool link = str_eq(reading_get(n, "path_type"), S("softlink"));
		if (!plain && !link &&
		    (hex_digest(reading_get(n, "sha256_in_prefix"), to->digest) ||
		     hex_digest(reading_get(n, "sha256"), to->digest)))
			to->hash = HASH_SHA256;
		p->file_n++;
	}
	return package_sort_files(r->op, p);
}

static int read_package(struct reading *r)
{
	const struct node *n = &r->doc.root;
	struct package p = { .type = PACKAGE_CONDA,
			     .name = reading_get(n, "name"),
			     .version = reading_get(n, "version"),
			     .download = reading_get(n, "url") };
	int rc;

	r->how = EVIDENCE_DATABASE;
	if (n->kind != NODE_MAP || p.name.len == 0 || p.version.len == 0)
		return 0;
	if ((rc = read_qualifiers(r, &p)) < 0 || (rc = read_needs(r, &p)) < 0 ||
	    (rc = draft_hex(&r->tmp, &p, reading_get(n, "md5"))) < 0 ||
	    (rc = draft_hex(&r->tmp, &p, reading_get(n, "sha256"))) < 0 ||
	    (rc = read_files(r, &p)) < 0)
		return rc;
	if (catalog_wants_licences(r->c) &&
	    (rc = licence_expression(&r->tmp, reading_get(n, "license"), &p.licence)) < 0)
		return rc;
	return reading_add(r, &p, NULL);
}

static int read_conda(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_json(op, c, f, read_package);
}

const struct cataloger cataloger_conda = {
	.name = "conda",
	.what = "packages of conda, in any prefix",
	.wants = { { .glob = "**/conda-meta/*.json" } },
	.read = read_conda,
};
