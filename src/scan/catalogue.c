#include "catalogue.h"

#include <stdlib.h>

static int read_line(struct op *op, str line, const struct catalogue_image *image,
		     struct package *p)
{
	*p = (struct package){ .type = PACKAGE_DEB, .ns = S("debian"), .layer = -1 };
	p->name = str_word(&line);
	p->version = str_word(&line);
	p->arch = str_word(&line);
	p->source = str_word(&line);
	p->source_version = str_word(&line);
	p->origin = ORIGIN_BASE;
	int rc = op_text(op, &p->distro, "debian-%s", image->release);
	if (rc == 0 && (rc = package_purl(op, p)) == 0)
		p->id = p->purl;
	return rc;
}

static int by_order(const void *a, const void *b)
{
	return package_compare(a, b);
}

int catalogue_inventory(struct op *op, const struct catalogue_image *image, struct inventory *ret)
{
	struct inventory inv = { .tool = S("temper") };
	ptrdiff_t n = 0;
	int rc = 0;

	while (image->packages[n])
		n++;
	inv.package = op_new(op, struct package, n);
	if (!inv.package)
		return op->code;
	while (rc == 0 && inv.package_n < n) {
		str line = str_of(image->packages[inv.package_n]);
		rc = read_line(op, line, image, &inv.package[inv.package_n++]);
	}
	if (rc < 0)
		return rc;
	qsort(inv.package, (size_t)inv.package_n, sizeof(*inv.package), by_order);
	inv.subject = (struct subject){ .kind = SUBJECT_IMAGE,
					.name = str_of(image->name),
					.size = image->unpacked };
	inv.os = (struct os_identity){ .id = S("debian"),
				       .version_id = str_of(image->release),
				       .distro = inv.package_n ? inv.package[0].distro : S("") };
	*ret = inv;
	return 0;
}
