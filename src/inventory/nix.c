/*
 * Nix: each directory of nix/store is a package, HASH-NAME-VERSION[-OUTPUT]; the version begins at
 * the first dash that a digit follows. Source: Nix manual, "Store path" and builtins.parseDrvName.
 */
#include "base/limits.h"
#include "base/vec.h"
#include "cataloger.h"

enum { HASH_LEN = 32 };

static bool is_hash(str s)
{
	for (ptrdiff_t i = 0; i < HASH_LEN; i++) {
		if (i >= s.len || str_find(S("0123456789abcdfghijklmnpqrsvwxyz"), s.p[i]) < 0)
			return false;
	}
	return s.len > HASH_LEN + 1 && s.p[HASH_LEN] == '-';
}

/* The part of a package that a directory holds: "bin", "dev". Taken off *version. */
static str take_output(str *version)
{
	static const str outputs[] = { S_INIT("bin"),    S_INIT("data"),    S_INIT("debug"),
				       S_INIT("dev"),    S_INIT("devdoc"),  S_INIT("dist"),
				       S_INIT("doc"),    S_INIT("info"),    S_INIT("lib"),
				       S_INIT("man"),    S_INIT("modules"), S_INIT("out"),
				       S_INIT("static"), S_INIT("terminfo") };
	ptrdiff_t at = str_rfind(*version, '-');
	str last = at < 0 ? S("") : str_from(*version, at + 1);

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		if (!str_eq(last, outputs[i]))
			continue;
		*version = str_head(*version, at);
		return outputs[i];
	}
	return S("");
}

/* False: the name of a directory that is no package of a known version. */
static bool split_name(str dir, str *name, str *version)
{
	str rest = str_from(dir, HASH_LEN + 1);

	if (!is_hash(dir))
		return false;
	for (ptrdiff_t i = 1; i + 1 < rest.len; i++) {
		if (rest.p[i] != '-' || rest.p[i + 1] < '0' || rest.p[i + 1] > '9')
			continue;
		*name = str_head(rest, i);
		*version = str_from(rest, i + 1);
		return true;
	}
	return false;
}

/* The node that follows in a walk through all below `top`; TREE_NONE: it is done. */
static uint32_t walk_on(const struct tree *t, uint32_t top, uint32_t node)
{
	uint32_t next =
		tree_node(t, node)->type == TREE_DIRECTORY ? tree_first(t, node) : TREE_NONE;

	while (next == TREE_NONE && node != top) {
		next = tree_next(t, node);
		node = tree_node(t, node)->parent;
	}
	return next;
}

static int list_files(struct op *op, const struct tree *t, uint32_t dir, struct package *p)
{
	VEC(struct package_file) file = { 0 };
	char path[LIMIT_PATH + 1];

	for (uint32_t i = walk_on(t, dir, dir); i != TREE_NONE; i = walk_on(t, dir, i)) {
		if (tree_node(t, i)->type == TREE_DIRECTORY)
			continue;
		struct package_file *f = vec_push(op, &file);
		if (!f || op_copy(op, tree_path(t, i, path), &f->path) < 0)
			return op->code;
	}
	p->file = file.p;
	p->file_n = file.n;
	return package_sort_files(op, p);
}

static int add_directory(struct op *op, struct catalog *c, uint32_t dir)
{
	const struct tree *t = catalog_tree(c);
	struct found f = { .node = dir,
			   .layer = catalog_is_image(c) ? tree_node(t, dir)->layer : -1 };
	struct package p = { .type = PACKAGE_NIX };
	char path[LIMIT_PATH + 1];
	str name = tree_name(t, dir);

	if (tree_node(t, dir)->type != TREE_DIRECTORY || !split_name(name, &p.name, &p.version))
		return 0;
	int rc = package_fact(op, &p.qualifiers, "output", take_output(&p.version));
	if (rc == 0)
		rc = package_fact(op, &p.qualifiers, "outputhash", str_head(name, HASH_LEN));
	if (rc == 0)
		rc = op_copy(op, tree_path(t, dir, path), &f.path);
	if (rc == 0)
		rc = list_files(op, t, dir, &p);
	return rc < 0 ? rc : catalog_add(op, c, &f, EVIDENCE_NAME, &p, NULL);
}

static int begin_nix(struct op *op, struct catalog *c)
{
	const struct tree *t = catalog_tree(c);
	uint32_t store = tree_find(t, S("nix/store"));
	int rc = 0;

	if (store == TREE_NONE || tree_node(t, store)->type != TREE_DIRECTORY)
		return 0;
	for (uint32_t i = tree_first(t, store); rc == 0 && i != TREE_NONE; i = tree_next(t, i))
		rc = add_directory(op, c, i);
	return rc;
}

static int read_nothing(struct op *op, struct catalog *c, const struct found *f)
{
	(void)op;
	(void)c;
	(void)f;
	return 0;
}

const struct cataloger cataloger_nix = {
	.name = "nix",
	.what = "packages of Nix, by the names in its store",
	.read = read_nothing,
	.begin = begin_nix,
};
