/* What was found, a line a package: sorted: "PURL HOW[ dev][ (LICENCE)][ KIND:DIGEST...][ >
 * NEED...]". */
#ifndef TESTS_INVENTORY_TOLD_H
#define TESTS_INVENTORY_TOLD_H

#include <stdlib.h>

#include "base/buf.h"
#include "base/vec.h"
#include "harness.h"

#define F(path_, bytes_)                                       \
	{                                                      \
		.path = S_INIT(path_), .bytes = S_INIT(bytes_) \
	}
#define PROGRAM(path_, bytes_)                                               \
	{                                                                    \
		.path = S_INIT(path_), .bytes = S_INIT(bytes_), .mode = 0755 \
	}
#define LINK(path_, to_)                                   \
	{                                                  \
		.path = S_INIT(path_), .link = S_INIT(to_) \
	}

static inline void told_package(struct buf *b, const struct package *p)
{
	buf_fmt(b, "%.*s %s", STR_ARG(p->purl), evidence_hows[p->evidence[0].how]);
	if (p->development)
		buf_add(b, S(" dev"));
	if (p->licence.len)
		buf_fmt(b, " (%.*s)", STR_ARG(p->licence));
	for (ptrdiff_t i = 0; i < p->checksum.n; i++)
		buf_fmt(b, " %.*s:%.*s", STR_ARG(p->checksum.p[i].key),
			STR_ARG(str_head(p->checksum.p[i].value, 8)));
	for (ptrdiff_t i = 0; i < p->needs.n; i++)
		buf_fmt(b, "%s %.*s", i ? "" : " >", STR_ARG(p->needs.p[i]));
	buf_char(b, '\n');
}

static inline int told_sorted(struct op *op, str text, str *ret)
{
	VEC(str) line = { 0 };
	struct buf b;

	buf_init(&b, op, 1 << 20);
	while (text.len) {
		str *to = vec_push(op, &line);
		if (!to)
			return op->code;
		*to = str_cut(&text, '\n');
	}
	if (line.n)
		qsort(line.p, (size_t)line.n, sizeof(str), str_qsort);
	for (ptrdiff_t i = 0; i < line.n; i++)
		buf_fmt(&b, "%.*s\n", STR_ARG(line.p[i]));
	return buf_take(&b, ret);
}

/* Does the cataloger, over these files, find this and nothing else? */
static inline int check_told(struct op *op, const char *cataloger, bool work_tree,
			     const struct tree_given *file, ptrdiff_t n, const char *want)
{
	struct inventory v;
	struct buf b;
	str got;

	TRY(catalog_over(op, cataloger, work_tree, file, n, &v));
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < v.package_n; i++)
		told_package(&b, &v.package[i]);
	for (ptrdiff_t i = 0; i < v.warning_n; i++)
		buf_fmt(&b, "! %.*s: %.*s\n", STR_ARG(v.warning[i].path),
			STR_ARG(v.warning[i].message));
	TRY(buf_take(&b, &got));
	TRY(told_sorted(op, got, &got));
	CHECK_STR(got, str_of(want));
	return 0;
}

#define TOLD(op, cataloger, work_tree, files, want) \
	check_told(op, cataloger, work_tree, files, sizeof(files) / sizeof((files)[0]), want)

#endif
