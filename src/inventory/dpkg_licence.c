#include "dpkg_impl.h"

#include <stdio.h>

#include "base/limits.h"
#include "distro/copyright.h"
#include "model/licence.h"

/* The licence out of a copyright file. The texts on the way are in an op of their own. */
static int read_copyright(struct op *op, struct catalog *c, const struct found *f, str *ret)
{
	AUTO_OP scratch;
	str text, told;

	op_init(&scratch, LIMIT_WANTED);
	int rc = catalog_text(&scratch, c, f, LIMIT_CAPTURE, &text);
	if (rc == 0)
		rc = copyright_licence(&scratch, text, &told);
	if (rc == 0 && str_eq(told, S("NOASSERTION")))
		rc = licence_of_text(&scratch, text, &told);
	if (rc < 0)
		return op_adopt_error(op, &scratch);
	return op_copy(op, told, ret);
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
	rc = read_copyright(op, c, &f, &p->licence);
	return rc < 0 ? catalog_unreadable(op, c, &f, f.path) : 0;
}
