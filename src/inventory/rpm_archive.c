/* Package files (*.rpm) that lie in a work tree. They are not installed: their files are nobody's.
 */
#include "rpm_impl.h"

static int read_archive(struct op *op, struct catalog *c, const struct found *f)
{
	struct rpm_place place;
	struct rpm_header h;
	struct at at;
	AUTO_OP tmp;

	op_init(&tmp, op->ceiling);
	tmp.fault = op->fault;
	int rc = rpm_place(op, c, f, &place);
	if (rc < 0 || (rc = catalog_at(op, c, f, &at)) < 0)
		return rc;
	if ((rc = rpm_file_header(&tmp, &at, &h)) != 0)
		return rc < 0 ? op_adopt_error(op, &tmp) : 0;
	place.files = false;
	if (h.source_rpm.len == 0) /* a source package has none */
		h.arch = S("src");
	rc = rpm_package(op, &place, &h);
	return rc < 0 ? rc : rpm_add(op, c, f, EVIDENCE_METADATA, &place);
}

const struct cataloger cataloger_rpm_archive = {
	.name = "rpm-archive",
	.what = "rpm package files",
	.wants = { { .glob = "**/*.rpm", .lock = true } },
	.read = read_archive,
};
