#include "dpkg_impl.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "distro/copyright.h"
#include "model/licence.h"

/* LicenseRef-NAME of which SPDX has the name: Debian's list of short names is not SPDX's. */
static int known_references(struct op *op, str told, str *ret)
{
	static const str prefix = S_INIT("LicenseRef-");
	struct buf b;
	str name, expression;

	buf_init(&b, op, LIMIT_CAPTURE);
	for (ptrdiff_t at = str_find_str(told, prefix); at >= 0; at = str_find_str(told, prefix)) {
		buf_add(&b, str_head(told, at));
		told = str_from(told, at);
		ptrdiff_t n = prefix.len;
		while (n < told.len && str_find(S(" ()"), told.p[n]) < 0)
			n++;
		name = (str){ told.p + prefix.len, n - prefix.len };
		if (licence_known(name, false) && licence_expression(op, name, &expression) < 0)
			return op->code;
		buf_add(&b, licence_known(name, false) ? expression : str_head(told, n));
		told = str_from(told, n);
	}
	buf_add(&b, told);
	int rc = buf_take(&b, &expression);
	return rc < 0 ? rc : licence_join(op, &(struct texts){ &expression, 1 }, ret);
}

static int tell(struct op *scratch, str text, str *ret)
{
	str told;
	int rc = copyright_licence(scratch, text, &told);

	if (rc == 0 && str_eq(told, S("NOASSERTION")) &&
	    (rc = copyright_mentioned(scratch, text, &told)) == 1)
		rc = licence_of_text(scratch, text, &told);
	if (rc == 0 && str_find_str(told, S("LicenseRef-")) >= 0)
		rc = known_references(scratch, told, &told);
	if (rc == 0)
		*ret = told;
	return rc;
}

/* What was told of the same text before; *key is what to keep it under, in op. */
static int told_before(struct op *op, const struct dpkg_place *place, str text, str *key, str *ret)
{
	if (!place->licences)
		return 0;
	int rc = op_text(op, key, "%llx-%llx",
			 (unsigned long long)str_hash(text, place->licences->seed),
			 (unsigned long long)text.len);
	const str *before = rc < 0 ? NULL : map_get(place->licences, *key);
	if (before)
		*ret = *before;
	return rc;
}

static int keep(struct op *op, const struct dpkg_place *place, str key, str licence)
{
	if (!place->licences)
		return 0;
	str *kept = op_new(op, str, 1);
	if (!kept)
		return op->code;
	*kept = licence;
	return map_put(place->licences, key, kept);
}

/* The licence out of a copyright file. The texts on the way are in an op of their own. */
static int read_copyright(struct op *op, struct catalog *c, const struct dpkg_place *place,
			  const struct found *f, str *ret)
{
	AUTO_OP scratch;
	str text, told, key = S("");

	op_init(&scratch, LIMIT_WANTED);
	int rc = catalog_text(&scratch, c, f, LIMIT_CAPTURE, &text);
	if (rc < 0)
		return op_adopt_error(op, &scratch);
	rc = told_before(op, place, text, &key, ret);
	if (rc < 0 || ret->len)
		return rc;
	if (tell(&scratch, text, &told) < 0)
		return op_adopt_error(op, &scratch);
	rc = op_copy(op, told, ret);
	return rc < 0 ? rc : keep(op, place, key, *ret);
}

int dpkg_licence(struct op *op, struct catalog *c, const struct dpkg_place *place,
		 struct package *p)
{
	char path[2 * LIMIT_PATH];
	struct found f;

	if (str_find(p->name, '/') >= 0 || place->root.len + p->name.len > LIMIT_PATH)
		return 0;
	snprintf(path, sizeof(path), "%.*susr/share/doc/%.*s/copyright", STR_ARG(place->root),
		 STR_ARG(p->name));
	int rc = catalog_beside(op, c, NULL, str_of(path), &f);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = read_copyright(op, c, place, &f, &p->licence);
	return rc < 0 ? catalog_unreadable(op, c, &f, f.path) : 0;
}
