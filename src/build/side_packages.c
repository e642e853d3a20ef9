#include <stdlib.h>

#include "scan/image.h"

#include "side.h"

int side_package_cmp(const void *a, const void *b)
{
	const struct side_package *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	if (order == 0)
		order = str_cmp(str_of(x->type), str_of(y->type));
	return order ? order : str_cmp(x->arch, y->arch);
}

int side_inventory(struct op *op, const struct store *store, struct side *s)
{
	return scan_image_inventory(op, store, &s->image, &s->inventory);
}

/* A system's packages are of one distribution; what others call theirs is part of the name. */
static int full_name(struct op *op, const struct package *p, str *ret)
{
	bool own = p->ns.len && !package_kinds[p->type].is_system;

	*ret = p->name;
	return own ? op_text(op, ret, "%.*s%s%.*s", STR_ARG(p->ns),
			     p->type == PACKAGE_MAVEN ? ":" : "/", STR_ARG(p->name))
		   : 0;
}

int side_packages(struct op *op, struct side *s)
{
	const struct inventory *v = &s->inventory;

	s->package_n = v->package_n;
	if (!(s->package = op_new(op, struct side_package, v->package_n)))
		return op->code;
	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		const struct package *p = &v->package[i];
		s->package[i] = (struct side_package){ .type = package_kinds[p->type].name,
						       .version = p->version,
						       .arch = p->arch,
						       .source = p->source,
						       .source_version = p->source_version,
						       .licence = p->licence,
						       .other = p->type != PACKAGE_DEB,
						       .package = p };
		if (p->type == PACKAGE_DEB && p->source.len == 0)
			s->package[i].source = p->name;
		if (p->type == PACKAGE_DEB && p->source_version.len == 0)
			s->package[i].source_version = p->version;
		int rc = full_name(op, p, &s->package[i].name);
		if (rc < 0)
			return rc;
	}
	s->suite = v->os.codename;
	return 0;
}

/* The first of that name and type; of another architecture if need be. */
static struct side_package *find(const struct side *s, str name, const char *type)
{
	ptrdiff_t from = 0, to = s->package_n;
	struct side_package key = { .type = type, .name = name };

	while (from < to) {
		ptrdiff_t mid = from + (to - from) / 2;
		if (side_package_cmp(&s->package[mid], &key) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < s->package_n && str_eq(s->package[from].name, name) &&
			       str_eq(str_of(s->package[from].type), str_of(type))
		       ? &s->package[from]
		       : NULL;
}

static int own_package(struct op *op, const struct package *p, struct side *s)
{
	str name;
	int rc = full_name(op, p, &name);
	struct side_package *own = rc < 0 ? NULL : find(s, name, package_kinds[p->type].name);

	for (ptrdiff_t i = 0; rc == 0 && own && i < p->file_n; i++)
		rc = map_put(&s->owner, p->file[i].path, own);
	return rc;
}

/* What dpkg keeps of a package beside its database is that package's. */
static int own_records(struct side *s)
{
	static const str below[] = { S_INIT("var/lib/dpkg/status.d/"),
				     S_INIT("var/lib/dpkg/info/") };

	for (ptrdiff_t i = 0; i < s->tree.n; i++) {
		str path = s->tree.entry[i].path, name = str_base_name(path);
		bool single = str_starts(path, below[0]);
		if (!single && !str_starts(path, below[1]))
			continue;
		if (!single || str_ends(name, S(".md5sums"))) {
			ptrdiff_t dot = str_rfind(name, '.');
			name = str_head(name, dot < 0 ? name.len : dot);
		}
		struct side_package *p = find(s, str_cut(&name, ':'), "deb");
		int rc = p ? map_put(&s->owner, path, p) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

int side_owners(struct op *op, struct side *s)
{
	const struct inventory *v = &s->inventory;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < v->package_n; i++)
		rc = package_kinds[v->package[i].type].is_system
			     ? own_package(op, &v->package[i], s)
			     : 0;
	return rc < 0 ? rc : own_records(s);
}
