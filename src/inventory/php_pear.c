/*
 * PEAR's registry (PECL's extensions are in it too): a serialised package.xml for each package.
 * Source: pear's PEAR_Registry, PEAR_PackageFile_v1 and _v2.
 */
#include <string.h>

#include "codec/php_serialized.h"
#include "model/licence.h"

#include "reading.h"

static bool read_md5(str hex, uint8_t *to)
{
	static const char digits[] = "0123456789abcdef";

	for (ptrdiff_t i = 0; i < 16 && hex.len == 32; i++) {
		const char *a = memchr(digits, hex.p[2 * i], 16);
		const char *b = memchr(digits, hex.p[2 * i + 1], 16);
		if (!a || !b)
			return false;
		to[i] = (uint8_t)((a - digits) << 4 | (b - digits));
	}
	return hex.len == 32;
}

/* "filelist": what was installed, and as what. */
static int read_files(struct reading *r, const struct node *map, struct package *p)
{
	struct package_file *file = map ? op_new(r->op, struct package_file, map->n) : NULL;

	if (!map)
		return 0;
	if (!file)
		return r->op->code;
	p->file = file;
	for (ptrdiff_t i = 0; i < map->n; i++) {
		str path = reading_get(&map->child[i], "installed_as");
		if (!str_starts(path, S("/")))
			continue;
		int rc = op_copy(r->op, str_from(path, 1), &file->path);
		if (rc < 0)
			return rc;
		if (read_md5(reading_get(&map->child[i], "md5sum"), file->digest))
			file->hash = HASH_MD5;
		file++;
	}
	p->file_n = file - p->file;
	return package_sort_files(r->op, p);
}

/* Version 1 of its package.xml has no channel: the directory does, or there was only PEAR's own. */
static str channel_of(const struct reading *r)
{
	static const char mark[] = ".channel.";
	str dir = str_base_name(str_dir_name(r->f->path));
	str channel = reading_get(&r->doc.root, "channel");

	if (channel.len)
		return channel;
	return str_starts(dir, str_of(mark)) ? str_from(dir, (ptrdiff_t)sizeof(mark) - 1)
					     : S("pear.php.net");
}

/* "license" or (package.xml 1) "release_license": a text, or a mapping that has one. */
static int read_licence(struct reading *r, struct package *p)
{
	const struct node *node = node_get(&r->doc.root, S("license"));
	str text = S("");

	if (!node)
		node = node_get(&r->doc.root, S("release_license"));
	if (node && node->kind == NODE_MAP)
		text = reading_get(node, "_content");
	else if (!node || !node_text(node, &text))
		text = S("");
	return catalog_wants_licences(r->c) ? licence_expression(&r->tmp, text, &p->licence) : 0;
}

static int read_registered(struct reading *r)
{
	const struct node *root = &r->doc.root;
	struct package p = { .type = PACKAGE_PEAR }, kept;
	int rc = php_serialized_parse(&r->tmp, r->f->path, r->text, &r->doc);

	if (rc < 0)
		return rc;
	const struct node *version = node_get(root, S("version"));
	p.ns = channel_of(r);
	p.name = reading_get(root, "name");
	if (!p.name.len)
		p.name = reading_get(root, "package");
	p.version = version && version->kind == NODE_MAP ? reading_get(version, "release")
							 : reading_get(root, "version");
	p.description = reading_get(root, "summary");
	if (!p.name.len || !p.version.len)
		return 0;
	rc = read_licence(r, &p);
	if (rc == 0)
		rc = draft_keep(r->op, &p, &kept);
	if (rc == 0)
		rc = read_files(r, node_get(root, S("filelist")), &kept);
	return rc < 0 ? rc : catalog_add(r->op, r->c, r->f, EVIDENCE_DATABASE, &kept, NULL);
}

static int read_pear(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_registered);
}

const struct cataloger cataloger_php_pear = {
	.name = "php-pear",
	.what = "PHP packages in PEAR's registry",
	.wants = { { .glob = "**/.registry/*.reg" }, { .glob = "**/.registry/.channel.*/*.reg" } },
	.read = read_pear,
};
