/* What differs between two locks, as temper lock tells it. */
#include "build.h"

#include "base/vec.h"
#include "model/version.h"

static bool names(const struct texts *list, str text)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], text))
			return true;
	return false;
}

/* Where they come from, if that changes: a package of the same name may be another's. */
static int name_origins(struct op *op, const struct lock_package *was,
			const struct lock_package *is, struct lock_change *c)
{
	if (str_eq(was->repository, is->repository) && was->local == is->local)
		return 0;
	int rc = op_text(op, &c->before, "%.*s (%.*s)", STR_ARG(was->version),
			 STR_ARG(lock_origin(was)));
	return rc < 0 ? rc
		      : op_text(op, &c->after, "%.*s (%.*s)", STR_ARG(is->version),
				STR_ARG(lock_origin(is)));
}

static int add_change(struct op *op, const struct store *store, const struct platform *platform,
		      const struct lock_package *was, const struct lock_package *is,
		      struct relocked *r, ptrdiff_t *cap)
{
	MUST(was || is);
	if (!vec_grow(op, (void **)&r->change, &r->change_n, cap, sizeof(*r->change)))
		return op->code;
	struct lock_change *c = &r->change[r->change_n - 1];
	c->platform = platform;
	c->name = is ? is->name : was->name;
	c->before = was ? was->version : S("");
	c->after = is ? is->version : S("");
	if (!was || !is)
		return 0;
	int rc = name_origins(op, was, is, c);
	if (rc < 0)
		return rc;
	struct contents contents;
	rc = contents_load(op, store, &is->sha256, &contents);
	if (rc)
		return rc < 0 ? rc : 0;
	c->cves.p = op_new(op, str, contents.cves.n);
	if (!c->cves.p)
		return op->code;
	for (ptrdiff_t i = 0; i < contents.cves.n; i++) { /* "version CVE-..." */
		str id = contents.cves.p[i], version = str_cut(&id, ' ');
		if (version_deb_compare(version, was->version) > 0 && !names(&c->cves, id))
			c->cves.p[c->cves.n++] = id;
	}
	return 0;
}

static int add_artifact_changes(struct op *op, const struct lock_platform *was,
				const struct lock_platform *is, struct relocked *r, ptrdiff_t *cap)
{
	char before[DIGEST_HEX], after[DIGEST_HEX];

	for (ptrdiff_t i = 0; was && i < is->artifact_n; i++) {
		const struct lock_artifact *a = &is->artifact[i];
		const struct lock_artifact *old = lock_artifact_find(was, a->name);
		if (!old || digest_eq(&old->sha256, &a->sha256))
			continue;
		if (!vec_grow(op, (void **)&r->change, &r->change_n, cap, sizeof(*r->change)))
			return op->code;
		struct lock_change *c = &r->change[r->change_n - 1];
		c->platform = is->platform;
		c->name = a->name;
		int rc = op_text(op, &c->before, "%.*s sha256:%.12s", STR_ARG(old->version),
				 digest_hex(&old->sha256, before));
		if (rc == 0)
			rc = op_text(op, &c->after, "%.*s sha256:%.12s", STR_ARG(a->version),
				     digest_hex(&a->sha256, after));
		if (rc < 0)
			return rc;
		c->before = str_trim(c->before);
		c->after = str_trim(c->after);
	}
	return 0;
}

/* Two sorted lists of packages side by side. */
static int compare_platform(struct op *op, const struct store *store,
			    const struct lock_platform *was, const struct lock_platform *is,
			    struct relocked *r, ptrdiff_t *cap)
{
	ptrdiff_t a = 0, b = 0;
	int rc = 0;

	while (rc == 0 && ((was && a < was->package_n) || b < is->package_n)) {
		const struct lock_package *x = was && a < was->package_n ? &was->package[a] : NULL;
		const struct lock_package *y = b < is->package_n ? &is->package[b] : NULL;
		int order = !x ? 1 : !y ? -1 : str_cmp(x->name, y->name);
		if (order != 0 || !digest_eq(&x->sha256, &y->sha256))
			rc = add_change(op, store, is->platform, order <= 0 ? x : NULL,
					order >= 0 ? y : NULL, r, cap);
		a += order <= 0;
		b += order >= 0;
	}
	return rc;
}

int lock_compare(struct op *op, const struct store *store, const struct lock *was,
		 struct relocked *r)
{
	ptrdiff_t cap = 0;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < r->built.lock.platform_n; i++) {
		const struct lock_platform *is = &r->built.lock.platform[i];
		rc = compare_platform(op, store, lock_platform_find(was, is->platform), is, r,
				      &cap);
		if (rc == 0)
			rc = add_artifact_changes(op, lock_platform_find(was, is->platform), is, r,
						  &cap);
	}
	return rc;
}
