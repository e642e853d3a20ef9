/*
 * GitHub's dependency submission: one manifest for each file that tells of packages.
 * Source: docs.github.com, REST API, "Create a snapshot of dependencies for a repository".
 */
#include <stdlib.h>

#include "format_impl.h"
#include "sys/clock.h"

struct manifest_line {
	str file;
	const struct package *package;
};

static int line_cmp(const void *a, const void *b)
{
	const struct manifest_line *x = a, *y = b;
	int c = str_cmp(x->file, y->file);

	return c ? c : str_cmp(x->package->purl, y->package->purl);
}

static void put_dependency(struct json_out *j, const struct package *p)
{
	json_key(j, p->purl);
	json_object(j);
	json_pair(j, "package_url", p->purl);
	json_pair(j, "relationship", S("direct"));
	json_pair(j, "scope", p->development ? S("development") : S("runtime"));
	json_object_end(j);
}

static void put_head(struct json_out *j, const struct inventory *inv)
{
	json_pair_u64(j, "version", 0);
	json_key(j, S("job"));
	json_object(j);
	json_object_end(j);
	json_key(j, S("detector"));
	json_object(j);
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_pair(j, "url", S("pkg:generic/temper@" TEMPER_VERSION));
	json_object_end(j);
	if (inv->os.distro.len) {
		json_key(j, S("metadata"));
		json_object(j);
		json_pair(j, "temper:distro", inv->os.distro);
		json_object_end(j);
	}
}

static int put_manifests(struct sink *s, const struct inventory *inv, const struct manifest_line *e,
			 ptrdiff_t n)
{
	struct json_out *j = &s->json;
	int rc = 0;

	json_key(j, S("manifests"));
	json_object(j);
	for (ptrdiff_t i = 0; rc == 0 && i < n;) {
		ptrdiff_t from = i;
		str name;
		rc = op_text(s->op, &name, "%.*s:/%.*s", STR_ARG(inv->subject.name),
			     STR_ARG(e[i].file));
		if (rc < 0)
			return rc;
		json_key(j, name);
		json_object(j);
		json_pair(j, "name", name);
		json_key(j, S("file"));
		json_object(j);
		json_pair(j, "source_location", name);
		json_object_end(j);
		json_key(j, S("resolved"));
		json_object(j);
		for (; i < n && str_eq(e[i].file, e[from].file); i++) {
			if (i == from || !str_eq(e[i].package->purl, e[i - 1].package->purl))
				put_dependency(j, e[i].package);
		}
		json_object_end(j);
		json_object_end(j);
		rc = sink_flush(s);
	}
	json_object_end(j);
	return rc;
}

int format_github(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		  sbom_sink *write, void *arg)
{
	struct manifest_line *e = op_new(op, struct manifest_line, inv->package_n);
	char date[CLOCK_TEXT];
	struct sink s;
	ptrdiff_t n = 0;

	if (!e)
		return op->code;
	for (ptrdiff_t i = 0; i < inv->package_n; i++) {
		const struct package *p = &inv->package[i];
		if (p->purl.len)
			e[n++] =
				(struct manifest_line){ p->evidence_n ? p->evidence[0].path : S(""),
							p };
	}
	qsort(e, (size_t)n, sizeof(*e), line_cmp);
	sink_begin(&s, op, write, arg);
	s.json.indent = c->indent;
	json_object(&s.json);
	put_head(&s.json, inv);
	int rc = put_manifests(&s, inv, e, n);
	if (rc < 0)
		return rc;
	json_pair(&s.json, "scanned", str_of(format_time(inv, c, date)));
	json_object_end(&s.json);
	return sink_end(&s);
}
