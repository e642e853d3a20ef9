/*
 * Python's packages as installers leave them: a dist-info or egg-info with metadata, beside what it
 * describes; eggs and wheels, which are zip archives that have one inside. Source:
 * packaging.python.org "Recording installed projects" (PEP 376, 627), "Direct URL" (PEP 610), "Core
 * metadata" (PEP 566, 639), "Software bill-of-materials files" (PEP 770); setuptools' "The Internal
 * Structure of Python Eggs".
 */
#include "python.h"

#include <strings.h>

#include "base/limits.h"
#include "base/map.h"
#include "codec/json.h"
#include "codec/zip.h"
#include "model/licence.h"
#include "sbom/read.h"

#include "reading.h"

/* Directories of metadata that were read: their packages' numbers + 1. Paths come in order, so that
 * what lies in such a directory is met behind its METADATA. */
struct state {
	struct map by_dir;
};

static int open_state(struct op *op, struct catalog *c)
{
	struct state *s = op_new(op, struct state, 1);

	if (!s)
		return op->code;
	map_init(&s->by_dir, op);
	*catalog_state(c) = s;
	return 0;
}

static bool ends(str s, const char *tail)
{
	str t = str_of(tail);

	return s.len >= t.len && strncasecmp(s.p + s.len - t.len, t.p, (size_t)t.len) == 0;
}

/* The runtime describes itself, too; it is told by its program. */
static bool is_runtime(const struct package *p)
{
	return str_eq(p->name, S("Python"));
}

/* What lies beside */

/* A small text beside f, trimmed; empty: there is none. */
static int beside(struct reading *r, const char *name, str *ret)
{
	struct found other;
	int rc = catalog_beside(&r->tmp, r->c, r->f, str_of(name), &other);

	*ret = S("");
	if (rc == 0 && (rc = catalog_text(&r->tmp, r->c, &other, LIMIT_STANZA, ret)) == 0)
		*ret = str_trim(*ret);
	return rc < 0 ? rc : 0;
}

/* Where pip was told to get it: {"url": ..., "vcs_info": {"vcs": "git", "commit_id": ...}} */
static int read_direct_url(struct reading *r, struct package *p)
{
	struct doc doc;
	str text, url;
	int rc = beside(r, "direct_url.json", &text);

	if (rc < 0 || !text.len)
		return rc;
	if ((rc = json_parse_lax(&r->tmp, S("direct_url.json"), text, &doc)) < 0) {
		if (rc != ERR_FORMAT && rc != ERR_USAGE && rc != ERR_LIMIT)
			return rc;
		op_forgive(&r->tmp);
		return 0;
	}
	url = reading_get(&doc.root, "url");
	const struct node *vcs = node_get(&doc.root, S("vcs_info"));
	const struct node *archive = node_get(&doc.root, S("archive_info"));
	if ((rc = package_fact(&r->tmp, &p->facts, "python:direct-url", url)) < 0)
		return rc;
	if (vcs) {
		str commit = reading_get(vcs, "commit_id"), kind = reading_get(vcs, "vcs");
		p->vcs = url;
		rc = op_text(&r->tmp, &text, "%.*s+%.*s%s%.*s", STR_ARG(kind), STR_ARG(url),
			     commit.len ? "@" : "", STR_ARG(commit));
		return rc < 0 ? rc : package_fact(&r->tmp, &p->qualifiers, "vcs_url", text);
	}
	if (archive) {
		p->download = url;
		str sum = reading_get(node_get(archive, S("hashes")), "sha256");
		text = reading_get(archive, "hash");
		if (!sum.len && str_eq(str_cut(&text, '='), S("sha256")))
			sum = text;
		return draft_hex(&r->tmp, p, sum);
	}
	return 0;
}

/* Is the licence still to be told, or is its name that of several: "BSD License", "LGPL"? */
static bool is_vague(str licence)
{
	return licence.len == 0 || str_find_str(licence, S("LicenseRef-")) >= 0;
}

/* What a licence file says whose text is known: more exact than a vague name. */
static int read_licence_file(struct reading *r, str told, struct package *p)
{
	const char *const name[] = { "LICENSE", "LICENSE.txt", "licenses/LICENSE",
				     "licenses/LICENSE.txt", "COPYING" };
	str text, path, licence;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 2 + sizeof(name) / sizeof(name[0]); i++) {
		if (i < 2 && (!told.len || (rc = op_text(&r->tmp, &path, "%s%.*s",
							 i ? "" : "licenses/", STR_ARG(told))) < 0))
			continue;
		rc = beside(r, i < 2 ? path.p : name[i - 2], &text);
		if (rc < 0 || !text.len)
			continue;
		if ((rc = licence_of_text(&r->tmp, text, &licence)) < 0)
			return rc;
		if (!p->licence.len || !is_vague(licence))
			p->licence = licence;
		return 0;
	}
	return rc;
}

/* setuptools' requires.txt: requirements, then those of a [extra] or an [extra:marker] or a
 * [:marker]. */
static int read_requires(struct reading *r, struct package *p)
{
	bool extra = false;
	str text;
	int rc = p->needs.n ? 0 : beside(r, "requires.txt", &text);

	if (rc < 0 || p->needs.n)
		return rc;
	while (rc == 0 && text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (str_starts(line, S("[")))
			extra = !str_starts(line, S("[:"));
		else if (!extra)
			rc = python_need(&r->tmp, p, line);
	}
	return rc;
}

static int read_beside(struct reading *r, str licence_file, struct package *p)
{
	str text, line;
	int rc = read_direct_url(r, p);

	if (rc < 0 || (rc = read_requires(r, p)) < 0 || (rc = beside(r, "INSTALLER", &text)) < 0 ||
	    (rc = package_fact(&r->tmp, &p->facts, "python:installer", text)) < 0 ||
	    (rc = beside(r, "top_level.txt", &text)) < 0 ||
	    (rc = python_line(&r->tmp, text, &line)) < 0 ||
	    (rc = package_fact(&r->tmp, &p->facts, "python:top-level", line)) < 0)
		return rc;
	if (catalog_wants_licences(r->c) && is_vague(p->licence))
		rc = read_licence_file(r, licence_file, p);
	return rc;
}

/* A dist-info or egg-info */

static int read_installed(struct reading *r)
{
	struct package p, kept;
	uint32_t number;
	str licence_file;
	int rc = python_metadata(&r->tmp, r->c, r->text, &p, &licence_file);

	if (rc < 0 || !p.name.len || is_runtime(&p))
		return rc;
	if ((ends(r->f->path, "/METADATA") || ends(r->f->path, "/PKG-INFO")) &&
	    (rc = read_beside(r, licence_file, &p)) < 0)
		return rc;
	if ((rc = draft_keep(r->op, &p, &kept)) < 0 ||
	    (rc = python_files(r->op, r->c, r->f, &kept)) < 0)
		return rc;
	if ((rc = catalog_add(r->op, r->c, r->f, EVIDENCE_METADATA, &kept, &number)) < 0)
		return rc;
	struct state *s = *catalog_state(r->c);
	return map_put(&s->by_dir, str_dir_name(r->f->path), (void *)((uintptr_t)number + 1));
}

/* What was bundled into a package, by its dist-info/sboms/ */

static int read_bundled(struct reading *r)
{
	struct state *s = *catalog_state(r->c);
	void *known = map_get(&s->by_dir, str_dir_name(str_dir_name(r->f->path)));
	uint32_t owner = known ? (uint32_t)((uintptr_t)known - 1) : UINT32_MAX;
	struct inventory v = { .package_n = 0 };
	int rc = sbom_read(&r->tmp, r->f->path, r->text, &v);
	uint32_t *number = rc == 0 ? op_new(&r->tmp, uint32_t, v.package_n) : NULL;

	if (rc != 0 || !number)
		return rc > 0 ? 0 : r->tmp.code;
	for (ptrdiff_t i = 0; i < v.package_n; i++) {
		struct package kept;
		number[i] = UINT32_MAX;
		if (v.package[i].type == PACKAGE_PYPI)
			continue; /* the package itself, which is told by its metadata */
		if ((rc = draft_keep(r->op, &v.package[i], &kept)) < 0)
			return rc;
		kept.id = S("");
		if ((rc = catalog_add(r->op, r->c, r->f, EVIDENCE_SBOM, &kept, &number[i])) < 0 ||
		    (rc = catalog_relate(r->op, r->c, RELATION_CONTAINS, owner, number[i])) < 0)
			return rc;
	}
	for (ptrdiff_t i = 0; i < v.relation_n; i++) {
		const struct relation *e = &v.relation[i];
		if ((rc = catalog_relate(r->op, r->c, e->kind, number[e->from], number[e->to])) < 0)
			return rc;
	}
	return 0;
}

/* An egg or a wheel */

static bool is_metadata(str name)
{
	str dir = str_dir_name(name);

	return str_eq(name, S("EGG-INFO/PKG-INFO")) ||
	       (str_eq(str_base_name(name), S("METADATA")) && str_ends(dir, S(".dist-info")) &&
		str_find(dir, '/') < 0);
}

static int read_entry(struct reading *r, struct zip *z, const struct zip_entry *e)
{
	struct package p, kept;
	str text, path;
	int rc = zip_content(&r->tmp, z, e, LIMIT_CAPTURE, &text);

	if (rc < 0 || (rc = python_metadata(&r->tmp, r->c, text, &p, NULL)) < 0 || !p.name.len)
		return rc;
	if ((rc = draft_keep(r->op, &p, &kept)) < 0 ||
	    (rc = op_text(r->op, &path, "%.*s:%.*s", STR_ARG(r->f->path), STR_ARG(e->name))) < 0)
		return rc;
	return catalog_add_within(r->op, r->c, r->f, path, EVIDENCE_METADATA, &kept, NULL);
}

static int read_zip(struct reading *r)
{
	struct zip_list list;
	struct zip_entry e;
	struct zip *z;
	struct at in;
	char head[2];
	int rc = catalog_at(&r->tmp, r->c, r->f, &in);

	if (rc < 0 || in.size < 22 || (rc = at_read(&r->tmp, &in, 0, head, 2)) < 0)
		return rc;
	if (!str_eq((str){ head, 2 }, S("PK")))
		return 0;
	if ((rc = zip_open(&r->tmp, &in, &(struct zip_wish){ .trust = ZIP_ANY }, &z)) < 0)
		return rc;
	zip_list(z, &list);
	while ((rc = zip_list_next(&r->tmp, z, &list, &e)) > 0)
		if (is_metadata(e.name) && (rc = read_entry(r, z, &e)) < 0)
			return rc;
	return rc;
}

static int read_archive(struct op *op, struct catalog *c, const struct found *f)
{
	struct reading r = { .op = op, .c = c, .f = f };

	op_init(&r.tmp, op->ceiling);
	r.tmp.fault = op->fault;
	int rc = read_zip(&r);
	if (rc < 0 && r.tmp.code)
		rc = op_adopt_error(op, &r.tmp);
	op_done(&r.tmp);
	return rc;
}

static int read_python(struct op *op, struct catalog *c, const struct found *f)
{
	str base = str_base_name(f->path), dir = str_dir_name(f->path);

	if (str_eq(base, S("METADATA"))   ? ends(dir, "dist-info")
	    : str_eq(base, S("PKG-INFO")) ? ends(dir, "egg-info")
					  : ends(base, ".egg-info"))
		return reading_text(op, c, f, read_installed);
	if (str_eq(str_base_name(dir), S("sboms")))
		return reading_text(op, c, f, read_bundled);
	bool fixture = str_find_str(f->path, S("/test/test_")) >= 0; /* of Python's own tests */
	if ((ends(base, ".egg") || ends(base, ".whl")) && !fixture)
		return read_archive(op, c, f);
	return 0; /* what lies beside the metadata is read with it */
}

const struct cataloger cataloger_python = {
	.name = "python",
	.what = "Python packages, by dist-info, egg-info, eggs and wheels",
	.wants = {
		{ .glob = "**/*dist-info/METADATA" },
		{ .glob = "**/*dist-info/RECORD" },
		{ .glob = "**/*dist-info/INSTALLER" },
		{ .glob = "**/*dist-info/direct_url.json" },
		{ .glob = "**/*dist-info/top_level.txt" },
		{ .glob = "**/*dist-info/sboms/*.json" },
		{ .glob = "**/*dist-info/LICENSE*", .licences = true },
		{ .glob = "**/*dist-info/COPYING*", .licences = true },
		{ .glob = "**/*dist-info/licenses/*", .licences = true },
		{ .glob = "**/*DIST-INFO/METADATA" },
		{ .glob = "**/*DIST-INFO/RECORD" },
		{ .glob = "**/*DIST-INFO/direct_url.json" },
		{ .glob = "**/*.egg-info" },
		{ .glob = "**/*egg-info/PKG-INFO" },
		{ .glob = "**/*egg-info/RECORD" },
		{ .glob = "**/*egg-info/installed-files.txt" },
		{ .glob = "**/*egg-info/requires.txt" },
		{ .glob = "**/*egg-info/top_level.txt" },
		{ .glob = "**/*EGG-INFO/PKG-INFO" },
		{ .glob = "**/*EGG-INFO/RECORD" },
		{ .glob = "**/*EGG-INFO/requires.txt" },
		{ .glob = "**/*.egg" },
		{ .glob = "**/*.whl" },
	},
	.read = read_python,
	.begin = open_state,
};
