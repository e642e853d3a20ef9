/*
 * Haskell's packages: stack.yaml and its lock, cabal.project.freeze.
 * Source: docs.haskellstack.org "Pantry", "Lock files"; cabal.readthedocs.io "cabal freeze".
 *
 *	hackage: NAME-VERSION@sha256:DIGEST,SIZE     (of its .cabal file)
 *	constraints: any.NAME ==VERSION,
 */
#include <string.h>

#include "reading.h"

/* "configurator-pg-0.2.6@sha256:...": a version begins behind the last dash. */
static int add_hackage(struct reading *r, str text)
{
	str name = str_cut(&text, '@');
	ptrdiff_t dash = str_rfind(name, '-');
	struct package p = { .type = PACKAGE_HACKAGE,
			     .name = str_head(name, dash < 0 ? 0 : dash),
			     .version = str_from(name, dash + 1) };

	if (dash < 0 || !p.version.len || !memchr("0123456789", *p.version.p, 10))
		return 0;
	str digest = str_starts(text, S("sha256:")) ? str_from(text, 7) : S("");
	int rc = package_fact(&r->tmp, &p.facts, "hackage:cabal-sha256", str_cut(&digest, ','));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int add_completed(struct reading *r, const struct node *node)
{
	struct package p = { .type = PACKAGE_HACKAGE,
			     .name = reading_get(node, "name"),
			     .version = reading_get(node, "version"),
			     .vcs = reading_get(node, "git") };
	str hackage = reading_get(node, "hackage");

	return hackage.len ? add_hackage(r, hackage) : reading_add(r, &p, NULL);
}

static int read_stack_lock(struct reading *r)
{
	const struct node *list = node_get(&r->doc.root, S("packages"));
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++) {
		const struct node *node = node_get(&list->child[i], S("completed"));
		if (node)
			rc = add_completed(r, node);
	}
	return rc;
}

static int read_stack(struct reading *r)
{
	const struct node *list = node_get(&r->doc.root, S("extra-deps"));
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++) {
		str text = S("");
		if (node_text(&list->child[i], &text))
			rc = add_hackage(r, text);
	}
	return rc;
}

static int read_freeze(struct reading *r)
{
	str rest = r->text;
	int rc = 0;

	while (rest.p && rc == 0) {
		str line = str_trim(str_cut(&rest, '\n'));
		ptrdiff_t any = str_find_str(line, S("any.")), is = str_find_str(line, S("=="));
		if (any < 0 || is < any)
			continue;
		str version = str_from(line, is + 2);
		struct package p = { .type = PACKAGE_HACKAGE };
		p.name = str_trim(str_from(str_head(line, is), any + 4));
		p.version = str_trim(str_cut(&version, ','));
		rc = reading_add(r, &p, NULL);
	}
	return rc;
}

static int read_haskell(struct op *op, struct catalog *c, const struct found *f)
{
	str name = str_base_name(f->path);

	if (str_eq(name, S("cabal.project.freeze")))
		return reading_text(op, c, f, read_freeze);
	return reading_yaml(op, c, f, str_eq(name, S("stack.yaml")) ? read_stack : read_stack_lock);
}

const struct cataloger cataloger_haskell_lock = {
	.name = "haskell-lock",
	.what = "Haskell packages in stack.yaml, its lock, and cabal.project.freeze",
	.wants = { { .glob = "**/stack.yaml", .lock = true },
		   { .glob = "**/stack.yaml.lock", .lock = true },
		   { .glob = "**/cabal.project.freeze", .lock = true } },
	.read = read_haskell,
};
