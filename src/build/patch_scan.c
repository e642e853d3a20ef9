#include "patch_scan.h"

#include "model/version.h"

static const struct package *package_of(const struct report *r, const struct finding *f)
{
	return &r->inventory->package[f->package];
}

static bool is_cleared(const struct finding *f, str version)
{
	for (ptrdiff_t i = 0; i < f->fixed.n; i++)
		if (version_deb_compare(version, f->fixed.p[i]) >= 0)
			return true;
	return false;
}

static bool is_of(const struct report *r, const struct finding *f, str name)
{
	const struct package *p = package_of(r, f);

	return p->type == PACKAGE_DEB && str_eq(p->name, name);
}

/* A finding's fixed version is its source package's, which may be numbered otherwise. */
static str fix_version(const struct report *r, const struct finding *f,
		       const struct repo_package *to)
{
	const struct package *p = package_of(r, f);
	bool same = !p->source_version.len || str_eq(p->source_version, p->version);

	return same || !to->source_version.len ? to->version : to->source_version;
}

bool patch_scan_clears(const struct patch_scan *s, str name, const struct repo_package *to)
{
	for (ptrdiff_t i = 0; i < s->before.shown_n; i++) {
		const struct finding *f = &s->before.finding[i];
		if (is_of(&s->before, f, name) && is_cleared(f, fix_version(&s->before, f, to)))
			return true;
	}
	return false;
}

int patch_scan_before(struct op *op, const struct store *store, const struct patch_image *m,
		      struct database *db, struct patch_scan *ret, struct patched *out)
{
	int rc = scan_image_inventory(op, store, &m->image, &ret->inventory);

	if (rc < 0)
		return rc;
	out->os = ret->inventory.os.pretty_name;
	if (!db)
		return 0;
	if ((rc = scan_plain(op, db, &ret->inventory, &ret->before)) < 0)
		return rc;
	ret->db = db;
	out->scanned = !ret->before.no_database;
	out->findings_before = out->findings_after = (uint64_t)ret->before.shown_n;
	if (ret->before.ended)
		out->ended = ret->before.life.standard_end;
	return 0;
}

static int check_versions(struct op *op, const struct inventory *v, const struct patched *out)
{
	for (ptrdiff_t i = 0; i < out->package_n; i++) {
		const struct patched_package *want = &out->package[i];
		bool found = false;
		for (ptrdiff_t k = 0; k < v->package_n && !found; k++)
			found = v->package[k].type == PACKAGE_DEB &&
				str_eq(v->package[k].name, want->name) &&
				str_eq(v->package[k].version, want->after);
		if (!found)
			return op_fail(op, ERR_VERIFY,
				       "the patched image does not tell of %.*s %.*s",
				       STR_ARG(want->name), STR_ARG(want->after));
	}
	return 0;
}

static int check_files(struct op *op, const struct inventory *v, const struct patch_layer *l)
{
	for (ptrdiff_t i = 0; i < v->changed_n; i++) {
		const struct changed_file *f = &v->changed[i];
		const ptrdiff_t *at = map_get(&l->at, f->path);
		if (f->config || !at || l->from.p[*at] < 0)
			continue;
		return op_fail(op, ERR_VERIFY, "the patched image's /%.*s is not as %.*s has it",
			       STR_ARG(f->path), STR_ARG(v->package[f->package].name));
	}
	return 0;
}

static bool has_finding(const struct report *r, str name, str id)
{
	for (ptrdiff_t i = 0; i < r->shown_n; i++)
		if (str_eq(r->finding[i].id, id) && is_of(r, &r->finding[i], name))
			return true;
	return false;
}

static int tell_cleared(struct op *op, const struct report *was, const struct report *is,
			struct patched_package *p)
{
	str *list = op_new(op, str, was->shown_n);

	if (!list)
		return op->code;
	p->cleared.p = list;
	for (ptrdiff_t i = 0; i < was->shown_n; i++) {
		const struct finding *f = &was->finding[i];
		if (is_of(was, f, p->name) && !has_finding(is, p->name, f->id))
			list[p->cleared.n++] = f->id;
	}
	return 0;
}

int patch_scan_after(struct op *op, const struct store *store, const struct image *made,
		     const struct patch_layer *l, const struct patch_scan *s, struct patched *out)
{
	struct inventory v = { 0 };
	struct report after;
	int rc = scan_image_inventory(op, store, made, &v);

	if (rc < 0 || (rc = check_versions(op, &v, out)) < 0 || (rc = check_files(op, &v, l)) < 0)
		return rc;
	if (!s->db)
		return 0;
	if ((rc = scan_plain(op, s->db, &v, &after)) < 0)
		return rc;
	out->findings_after = (uint64_t)after.shown_n;
	for (ptrdiff_t i = 0; rc == 0 && i < out->package_n; i++)
		rc = tell_cleared(op, &s->before, &after, &out->package[i]);
	return rc;
}

int patch_scan_left(struct op *op, const struct patch_scan *s, const struct patch_plan *plan,
		    struct patched *out)
{
	for (ptrdiff_t k = 0; s->db && k < out->left_n; k++) {
		struct patched_left *left = &out->left[k];
		str *list = op_new(op, str, s->before.shown_n);
		if (!list)
			return op->code;
		left->findings.p = list;
		for (ptrdiff_t i = 0; i < s->before.shown_n; i++) {
			const struct finding *f = &s->before.finding[i];
			str to = fix_version(&s->before, f, &plan->refusal[k].to);
			if (is_of(&s->before, f, left->name) && is_cleared(f, to))
				list[left->findings.n++] = f->id;
		}
	}
	return 0;
}
