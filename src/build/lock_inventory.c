#include <stdlib.h>

#include "lock.h"
#include "model/purl.h"

static int add(struct op *op, const struct lock_package *l, str distro, struct package *p)
{
	bool other = l->local || l->repository.len;

	/* What is not Debian's is of no distribution that advisories are published for. */
	*p = (struct package){ .type = PACKAGE_DEB,
			       .ns = other ? S("") : S("debian"),
			       .name = l->name,
			       .version = l->version,
			       .arch = l->arch,
			       .source = l->source,
			       .source_version = l->source_version,
			       .distro = other ? S("other") : distro,
			       .layer = -1 };
	int rc = package_purl(op, p);
	p->id = p->purl;
	return rc;
}

static int by_package(const void *a, const void *b)
{
	return package_compare(a, b);
}

int lock_inventory(struct op *op, const struct lock *lock, const struct lock_platform *p,
		   struct inventory *ret)
{
	struct inventory v = { .package_n = p->package_n };

	v.package = op_new(op, struct package, p->package_n);
	if (!v.package || purl_distro(op, lock->suite, &v.os.distro) < 0)
		return op->code;
	v.os.id = S("debian");
	v.os.codename = lock->suite;
	v.os.version_id = str_from(v.os.distro, str_find(v.os.distro, '-') + 1);
	v.subject.platform = str_of(p->platform->name);
	for (ptrdiff_t i = 0; i < p->package_n; i++)
		if (add(op, &p->package[i], v.os.distro, &v.package[i]) < 0)
			return op->code;
	if (v.package_n > 1)
		qsort(v.package, (size_t)v.package_n, sizeof(*v.package), by_package);
	*ret = v;
	return 0;
}
