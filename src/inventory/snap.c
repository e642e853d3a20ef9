/*
 * Snaps: what one is (meta/snap.yaml), and the Debian packages that its makers put into it:
 * packages of usr/share/snappy/dpkg.yaml and primed-stage-packages of snap/manifest.yaml,
 * "NAME[:ARCH]=VERSION" each; usr/share/snappy/dpkg.list is what "dpkg -l" said. Source:
 * Snapcraft's documentation, "snap.yaml".
 */
#include "base/limits.h"
#include "cataloger.h"
#include "codec/yaml.h"
#include "model/licence.h"

static str text_of(const struct node *map, str key)
{
	str text = S("");

	(void)node_text(node_get(map, key), &text);
	return text;
}

static int parse(struct op *op, struct catalog *c, const struct found *f, struct doc *ret)
{
	str text;
	int rc = catalog_text(op, c, f, LIMIT_DOCUMENT, &text);

	if (rc < 0)
		return rc;
	rc = yaml_parse(op, S("snap"), text, ret);
	return rc == ERR_USAGE ? catalog_unreadable(op, c, f, f->path) : rc;
}

/* The one architecture, or none where the snap is for several. */
static str architecture(const struct node *root)
{
	const struct node *list = node_get(root, S("architectures"));

	return list && list->kind == NODE_LIST && list->n == 1 ? list->child[0].text : S("");
}

static int read_snap(struct op *op, struct catalog *c, const struct found *f)
{
	struct doc doc = { 0 };
	int rc = parse(op, c, f, &doc);
	struct package p = { .type = PACKAGE_SNAP,
			     .name = text_of(&doc.root, S("name")),
			     .version = text_of(&doc.root, S("version")),
			     .arch = architecture(&doc.root),
			     .description = text_of(&doc.root, S("summary")) };

	if (rc < 0 || p.name.len == 0 || p.version.len == 0)
		return rc;
	rc = package_fact(op, &p.qualifiers, "arch", p.arch);
	if (rc == 0)
		rc = package_fact(op, &p.facts, "snap:base", text_of(&doc.root, S("base")));
	if (rc == 0)
		rc = package_fact(op, &p.facts, "snap:type", text_of(&doc.root, S("type")));
	if (rc == 0 && catalog_wants_licences(c))
		rc = licence_expression(op, text_of(&doc.root, S("license")), &p.licence);
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_METADATA, &p, NULL);
}

/* ---- Debian packages within ---- */

static int add_deb(struct op *op, struct catalog *c, const struct found *f, str name, str version)
{
	const struct os_identity *os = catalog_os(c);
	str arch = name;
	struct package p = { .type = PACKAGE_DEB,
			     .ns = os->id.len ? os->id : S("ubuntu"),
			     .name = str_cut(&arch, ':'),
			     .version = version,
			     .arch = arch,
			     .distro = os->distro,
			     .listed = true };

	if (p.name.len == 0 || p.version.len == 0)
		return 0;
	return catalog_add(op, c, f, EVIDENCE_METADATA, &p, NULL);
}

static int read_yaml(struct op *op, struct catalog *c, const struct found *f, str key)
{
	struct doc doc = { 0 };
	int rc = parse(op, c, f, &doc);
	const struct node *list = rc == 0 ? node_get(&doc.root, key) : NULL;

	for (ptrdiff_t i = 0; rc == 0 && list && list->kind == NODE_LIST && i < list->n; i++) {
		str version = list->child[i].text, name = str_cut(&version, '=');
		rc = add_deb(op, c, f, name, version);
	}
	return rc;
}

/* "ii  adduser  3.118ubuntu2  all  add and remove users" */
static int read_list(struct op *op, struct catalog *c, const struct found *f)
{
	str text;
	int rc = catalog_text(op, c, f, LIMIT_CONTROL_FILE, &text);

	while (rc == 0 && text.p) {
		str line = str_cut(&text, '\n'), state = str_word(&line);
		str name = str_word(&line), version = str_word(&line);
		if (str_eq(state, S("ii")))
			rc = add_deb(op, c, f, name, version);
	}
	return rc;
}

static int read_any(struct op *op, struct catalog *c, const struct found *f)
{
	str name = str_base_name(f->path);

	if (str_eq(name, S("snap.yaml")))
		return read_snap(op, c, f);
	if (str_eq(name, S("manifest.yaml")))
		return read_yaml(op, c, f, S("primed-stage-packages"));
	return str_eq(name, S("dpkg.yaml")) ? read_yaml(op, c, f, S("packages"))
					    : read_list(op, c, f);
}

const struct cataloger cataloger_snap = {
	.name = "snap",
	.what = "snaps, and the Debian packages within",
	.wants = { { .glob = "**/meta/snap.yaml" },
		   { .glob = "**/snap/manifest.yaml" },
		   { .glob = "**/usr/share/snappy/dpkg.list" },
		   { .glob = "**/usr/share/snappy/dpkg.yaml" } },
	.read = read_any,
};
