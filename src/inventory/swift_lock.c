/*
 * Swift's packages: Package.resolved (versions 1 to 3) and CocoaPods' Podfile.lock.
 * Source: swift-package-manager's PinsStore; CocoaPods' Lockfile.
 */
#include <string.h>

#include "base/map.h"

#include "reading.h"

/* "https://github.com/a/b.git", "git@github.com:a/b": namespace github.com/a, name b. */
static int read_location(struct reading *r, struct package *p, str url)
{
	ptrdiff_t scheme = str_find_str(url, S("://"));
	str path = scheme < 0 ? url : str_from(url, scheme + 3);
	ptrdiff_t at = str_find(path, '@'), colon = str_find(path, ':');

	p->vcs = url;
	if (at >= 0)
		path = str_from(path, at + 1);
	if (str_ends(path, S(".git")))
		path.len -= 4;
	colon = str_find(path, ':');
	if (scheme >= 0 || colon < 0) {
		draft_path(p, path);
		return 0;
	}
	int rc = op_text(&r->tmp, &path, "%.*s/%.*s", STR_ARG(str_head(path, colon)),
			 STR_ARG(str_from(path, colon + 1)));
	draft_path(p, path);
	return rc;
}

static int read_pin(struct reading *r, const struct node *pin)
{
	const struct node *state = node_get(pin, S("state"));
	struct package p = { .type = PACKAGE_SWIFT, .version = reading_get(state, "version") };
	str url = reading_get(pin, "location"), revision = reading_get(state, "revision");
	str identity = reading_get(pin, "identity");
	int rc = 0;

	if (!url.len)
		url = reading_get(pin, "repositoryURL");
	if (!p.version.len)
		p.version = revision;
	if (url.len) {
		rc = read_location(r, &p, url);
	} else { /* of a registry: scope.name */
		ptrdiff_t dot = str_find(identity, '.');
		p.ns = str_head(identity, dot < 0 ? 0 : dot);
		p.name = str_from(identity, dot + 1);
	}
	if (rc == 0)
		rc = package_fact(&r->tmp, &p.facts, "swift:revision", revision);
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_resolved(struct reading *r)
{
	const struct node *pins = node_get(&r->doc.root, S("pins"));
	int rc = 0;

	if (!pins)
		pins = node_get(node_get(&r->doc.root, S("object")), S("pins"));
	for (ptrdiff_t i = 0; pins && pins->kind == NODE_LIST && i < pins->n && rc == 0; i++)
		rc = read_pin(r, &pins->child[i]);
	return rc;
}

/* --- CocoaPods --- */

/* "Texture/Core (3.1.0)": a part of a pod is its subpath. */
static void read_pod_name(struct package *p, str text)
{
	str name = str_trim(str_cut(&text, '(')), version = str_trim(str_cut(&text, ')'));

	while (version.len && memchr("=~<> ", *version.p, 5))
		version = str_from(version, 1);
	p->name = str_cut(&name, '/');
	p->subpath = name;
	p->version = version;
}

static int read_pod(struct reading *r, const struct map *sums, const struct node *node)
{
	const struct node *list = node->kind == NODE_MAP && node->n ? &node->child[0] : NULL;
	struct package p = { .type = PACKAGE_COCOAPODS };
	str text = list ? list->key : S(""), last = S("");
	int rc = 0;

	if (!list && !node_text(node, &text))
		return 0;
	read_pod_name(&p, text);
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++) {
		struct package need = { 0 };
		if (!node_text(&list->child[i], &text))
			continue;
		read_pod_name(&need, text);
		if (!str_eq(need.name, p.name) && !str_eq(need.name, last))
			rc = draft_need(&r->tmp, &p, need.name, S(""));
		last = need.name;
	}
	const str *sum = map_get(sums, p.name);
	if (rc == 0 && sum)
		rc = package_fact(&r->tmp, &p.facts, "cocoapods:spec-sha1", *sum);
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_pods(struct reading *r)
{
	const struct node *pods = node_get(&r->doc.root, S("PODS"));
	const struct node *list = node_get(&r->doc.root, S("SPEC CHECKSUMS"));
	struct map sums;
	int rc = 0;

	map_init(&sums, &r->tmp);
	for (ptrdiff_t i = 0; list && list->kind == NODE_MAP && i < list->n && rc == 0; i++) {
		if (list->child[i].kind == NODE_TEXT)
			rc = map_put(&sums, list->child[i].key, &list->child[i].text);
	}
	for (ptrdiff_t i = 0; pods && pods->kind == NODE_LIST && i < pods->n && rc == 0; i++)
		rc = read_pod(r, &sums, &pods->child[i]);
	return rc;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	if (str_eq(str_base_name(f->path), S("Podfile.lock")))
		return reading_yaml(op, c, f, read_pods);
	return reading_json(op, c, f, read_resolved);
}

const struct cataloger cataloger_swift_lock = {
	.name = "swift-lock",
	.what = "Swift packages in Package.resolved, pods in Podfile.lock",
	.wants = { { .glob = "**/Package.resolved", .lock = true },
		   { .glob = "**/.package.resolved", .lock = true },
		   { .glob = "**/Podfile.lock", .lock = true } },
	.read = read_file,
};
