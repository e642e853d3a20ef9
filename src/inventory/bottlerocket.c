/*
 * What Bottlerocket says is in it: usr/share/bottlerocket/application-inventory.json,
 *
 *	{"Content": [{"Name": "...", "Version": "...", "Release": "...", "Epoch": "0",
 *"Architecture": "..."}]}
 */
#include "base/limits.h"
#include "cataloger.h"
#include "codec/json.h"

static str text_of(const struct node *map, str key)
{
	str text = S("");

	(void)node_text(node_get(map, key), &text);
	return text;
}

static int add_one(struct op *op, struct catalog *c, const struct found *f, const struct node *one)
{
	const struct os_identity *os = catalog_os(c);
	str version = text_of(one, S("Version")), release = text_of(one, S("Release"));
	str epoch = text_of(one, S("Epoch"));
	struct package p = { .type = PACKAGE_RPM,
			     .ns = S("bottlerocket"),
			     .name = text_of(one, S("Name")),
			     .arch = text_of(one, S("Architecture")),
			     .distro = os->distro,
			     .supplier = text_of(one, S("Publisher")),
			     .homepage = text_of(one, S("Url")),
			     .description = text_of(one, S("Summary")),
			     .listed = true };

	if (p.name.len == 0 || version.len == 0)
		return 0;
	bool no_epoch = epoch.len == 0 || str_eq(epoch, S("0"));
	int rc = op_text(op, &p.version, "%.*s%s%.*s%s%.*s", STR_ARG(no_epoch ? S("") : epoch),
			 no_epoch ? "" : ":", STR_ARG(version), release.len ? "-" : "",
			 STR_ARG(release));
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_DATABASE, &p, NULL);
}

static int read_inventory(struct op *op, struct catalog *c, const struct found *f)
{
	struct doc doc;
	str text;
	int rc = catalog_text(op, c, f, LIMIT_CAPTURE, &text);

	if (rc == 0)
		rc = json_parse(op, S("inventory"), text, &doc);
	const struct node *list = rc == 0 ? node_get(&doc.root, S("Content")) : NULL;
	for (ptrdiff_t i = 0; rc == 0 && list && list->kind == NODE_LIST && i < list->n; i++)
		rc = add_one(op, c, f, &list->child[i]);
	return rc;
}

const struct cataloger cataloger_bottlerocket = {
	.name = "bottlerocket",
	.what = "packages of Bottlerocket, by its inventory",
	.wants = { { .glob = "**/usr/share/bottlerocket/application-inventory.json" } },
	.read = read_inventory,
};
