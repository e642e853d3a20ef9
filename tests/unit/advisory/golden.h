/*
 * golden: what vunnel expects of a provider, as it lies in its snapshots: one call for each package
 * that is affected.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "codec/json.h"
#include "told.h"

struct golden {
	str ns;       /* "debian:12": of the folder */
	str id, name; /* of the vulnerability, of the package */
	str version;  /* first fixed one; "None", "0" */
	str severity, module, arch, range;
	bool no_advisory;
};
typedef int golden_each(struct op *op, void *arg, const struct golden *g);

static inline str golden_text(const struct node *map, const char *key)
{
	str ret = { 0 };

	node_text(node_get(map, str_of(key)), &ret);
	return ret;
}

static inline int golden_file(struct op *op, str path, golden_each *each, void *arg)
{
	struct doc doc;
	str text;

	TRY(file_read_user(op, path, 16 << 20, &text));
	TRY(json_parse_lax(op, path, text, &doc));
	const struct node *v = node_get(node_get(&doc.root, S("item")), S("Vulnerability"));
	const struct node *fixed = node_get(v, S("FixedIn"));
	for (ptrdiff_t i = 0; fixed && i < fixed->n; i++) {
		const struct node *f = &fixed->child[i];
		struct golden g = { .ns = golden_text(f, "NamespaceName"),
				    .id = golden_text(v, "Name"),
				    .severity = golden_text(v, "Severity"),
				    .name = golden_text(f, "Name"),
				    .version = golden_text(f, "Version"),
				    .module = golden_text(f, "Module"),
				    .range = golden_text(f, "VulnerableRange") };
		node_bool(node_get(node_get(f, S("VendorAdvisory")), S("NoAdvisory")),
			  &g.no_advisory);
		TRY(each(op, arg, &g));
	}
	return 0;
}

/* All snapshots below advisories/`path` (one folder a namespace); their number. */
static inline int golden_walk(struct op *op, const char *path, golden_each *each, void *arg)
{
	str root, *folder, *file;
	ptrdiff_t folder_n, file_n;
	int files = 0;
	AUTO_FD dir = -1;

	MUST(told_path(op, path, &root));
	TRY(dir_open(op, AT_FDCWD, root, false, &dir));
	TRY(dir_list(op, dir, root, &folder, &folder_n));
	for (ptrdiff_t i = 0; i < folder_n; i++) {
		AUTO_FD below = -1;
		TRY(dir_open(op, dir, folder[i], false, &below));
		TRY(dir_list(op, below, folder[i], &file, &file_n));
		for (ptrdiff_t k = 0; k < file_n; k++, files++) {
			str full;
			TRY(op_text(op, &full, "%.*s/%.*s/%.*s", STR_ARG(root), STR_ARG(folder[i]),
				    STR_ARG(file[k])));
			TRY(golden_file(op, full, each, arg));
		}
	}
	return files;
}

#endif
