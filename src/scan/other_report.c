#include "other_report.h"

#include "base/vec.h"
#include "codec/json.h"

struct reading {
	struct op *op;
	struct {
		struct other_finding *p;
		ptrdiff_t n, cap;
	} finding;
};

static str text_of(const struct node *n, const char *key)
{
	str text = S("");

	(void)node_text(node_get(n, str_of(key)), &text);
	return text;
}

static const struct node *list_of(const struct node *n, const char *key)
{
	const struct node *list = node_get(n, str_of(key));

	return list && list->kind == NODE_LIST ? list : NULL;
}

/* The texts of a list; those of a member of its elements where `member` is named. */
static int add_texts(struct op *op, const struct node *list, const char *member, struct texts *ret)
{
	ptrdiff_t n = list ? list->n : 0;
	str *p = op_new(op, str, ret->n + n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < ret->n; i++)
		p[i] = ret->p[i];
	ret->p = p;
	for (ptrdiff_t i = 0; i < n; i++) {
		str text = S("");
		bool seen = false;
		if (member)
			text = text_of(&list->child[i], member);
		else
			(void)node_text(&list->child[i], &text);
		for (ptrdiff_t k = 0; k < ret->n; k++)
			seen |= str_eq(p[k], text);
		if (text.len && !seen)
			p[ret->n++] = text;
	}
	return 0;
}

static int begin_ids(struct op *op, struct other_finding *f)
{
	str *p = op_new(op, str, 1);

	if (!p)
		return op->code;
	p[0] = f->id;
	f->ids = (struct texts){ p, f->id.len > 0 };
	return 0;
}

/* ---- Grype ---- */

static int read_match(struct reading *r, const struct node *m, bool ignored)
{
	const struct node *v = node_get(m, S("vulnerability")), *a = node_get(m, S("artifact"));
	const struct node *fix = node_get(v, S("fix")), *where = list_of(a, "locations");
	struct other_finding *f = vec_push(r->op, &r->finding);

	if (!f)
		return r->op->code;
	*f = (struct other_finding){ .id = text_of(v, "id"),
				     .name = text_of(a, "name"),
				     .version = text_of(a, "version"),
				     .type = text_of(a, "type"),
				     .purl = text_of(a, "purl"),
				     .severity = text_of(v, "severity"),
				     .state = text_of(fix, "state"),
				     .ignored = ignored };
	if (where && where->n)
		f->path = text_of(&where->child[0], "path");
	if (f->id.len == 0 || f->name.len == 0) {
		r->finding.n--;
		return 0;
	}
	if (begin_ids(r->op, f) < 0 ||
	    add_texts(r->op, list_of(m, "relatedVulnerabilities"), "id", &f->ids) < 0)
		return r->op->code;
	return add_texts(r->op, list_of(fix, "versions"), NULL, &f->fixed);
}

static int read_grype(struct reading *r, const struct node *root, struct other_report *ret)
{
	static const struct {
		const char *key;
		bool ignored;
	} lists[] = { { "matches", false }, { "ignoredMatches", true } };
	const struct node *source = node_get(node_get(root, S("source")), S("target"));

	ret->tool = "grype";
	ret->version = text_of(node_get(root, S("descriptor")), "version");
	ret->subject = text_of(source, "userInput");
	for (size_t k = 0; k < 2; k++) {
		const struct node *list = list_of(root, lists[k].key);
		for (ptrdiff_t i = 0; list && i < list->n; i++)
			if (read_match(r, &list->child[i], lists[k].ignored) < 0)
				return r->op->code;
	}
	return 0;
}

/* ---- Trivy ---- */

static int read_trivy_one(struct reading *r, const struct node *result, const struct node *v)
{
	struct other_finding *f = vec_push(r->op, &r->finding);

	if (!f)
		return r->op->code;
	*f = (struct other_finding){ .id = text_of(v, "VulnerabilityID"),
				     .name = text_of(v, "PkgName"),
				     .version = text_of(v, "InstalledVersion"),
				     .type = text_of(result, "Type"),
				     .purl = text_of(node_get(v, S("PkgIdentifier")), "PURL"),
				     .path = text_of(v, "PkgPath"),
				     .severity = text_of(v, "Severity"),
				     .state = text_of(v, "Status") };
	if (f->id.len == 0 || f->name.len == 0) {
		r->finding.n--;
		return 0;
	}
	if (begin_ids(r->op, f) < 0 || add_texts(r->op, list_of(v, "VendorIDs"), NULL, &f->ids) < 0)
		return r->op->code;
	str fixed = text_of(v, "FixedVersion");
	str *p = fixed.len ? op_new(r->op, str, 1) : NULL;
	if (fixed.len && !p)
		return r->op->code;
	if (p) {
		p[0] = fixed;
		f->fixed = (struct texts){ p, 1 };
	}
	return 0;
}

static int read_trivy(struct reading *r, const struct node *root, const struct node *results,
		      struct other_report *ret)
{
	ret->tool = "trivy";
	ret->version = text_of(node_get(root, S("Trivy")), "Version");
	ret->subject = text_of(root, "ArtifactName");
	for (ptrdiff_t i = 0; results && i < results->n; i++) {
		const struct node *list = list_of(&results->child[i], "Vulnerabilities");
		for (ptrdiff_t k = 0; list && k < list->n; k++)
			if (read_trivy_one(r, &results->child[i], &list->child[k]) < 0)
				return r->op->code;
	}
	return 0;
}

/* ---- temper ---- */

static int read_own_one(struct reading *r, const struct node *v, bool ignored)
{
	const struct node *p = node_get(v, S("package")), *paths = list_of(p, "paths");
	struct other_finding *f = vec_push(r->op, &r->finding);

	if (!f)
		return r->op->code;
	*f = (struct other_finding){ .id = text_of(v, "id"),
				     .name = text_of(p, "name"),
				     .version = text_of(p, "version"),
				     .type = text_of(p, "type"),
				     .purl = text_of(p, "purl"),
				     .severity = text_of(v, "severity"),
				     .state = text_of(v, "state"),
				     .ignored = ignored };
	if (paths && paths->n)
		(void)node_text(&paths->child[0], &f->path);
	if (f->id.len == 0 || f->name.len == 0) {
		r->finding.n--;
		return 0;
	}
	if (begin_ids(r->op, f) < 0 || add_texts(r->op, list_of(v, "ids"), NULL, &f->ids) < 0)
		return r->op->code;
	return add_texts(r->op, list_of(v, "fixed"), NULL, &f->fixed);
}

static int read_own(struct reading *r, const struct node *root, struct other_report *ret)
{
	static const char *const lists[] = { "findings", "suppressed" };

	ret->tool = "temper";
	ret->version = text_of(node_get(root, S("tool")), "version");
	ret->subject = text_of(node_get(root, S("subject")), "name");
	for (size_t k = 0; k < 2; k++) {
		const struct node *list = list_of(root, lists[k]);
		for (ptrdiff_t i = 0; list && i < list->n; i++)
			if (read_own_one(r, &list->child[i], k == 1) < 0)
				return r->op->code;
	}
	return 0;
}

int other_report_read(struct op *op, str file, str bytes, struct other_report *ret)
{
	struct reading r = { .op = op };
	struct doc doc;
	int rc = json_parse_lax(op, file, bytes, &doc);

	if (rc < 0)
		return rc;
	*ret = (struct other_report){ .tool = "" };
	const struct node *root = &doc.root, *results = list_of(root, "Results");
	bool own = str_eq(text_of(node_get(root, S("schema")), "name"), S("temper-findings"));
	bool bare = root->kind == NODE_LIST && root->n && node_get(&root->child[0], S("Target"));
	if (own)
		rc = read_own(&r, root, ret);
	else if (list_of(root, "matches"))
		rc = read_grype(&r, root, ret);
	else if (results || node_get(root, S("ArtifactName")) || bare)
		rc = read_trivy(&r, root, bare ? root : results, ret);
	else
		return 1;
	ret->finding = r.finding.p;
	ret->finding_n = r.finding.n;
	return rc;
}
