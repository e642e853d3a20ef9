/*
 * .NET programs: their .deps.json tells packages, what those need and which files are theirs; an
 * assembly that no .deps.json claims tells its own name and version (codec/pe.h), and so does any
 * other program for Windows. Source: dotnet/runtime,
 * docs/design/features/host-runtime-information.md and sdk's DependencyContext:
 *
 *	{ "runtimeTarget": { "name": T },
 *	  "targets": { T: { "NAME/VERSION": {
 *	      "dependencies": { NAME: VERSION }, "runtime": { PATH: {} },
 *	      "runtimeTargets", "native", "resources": the same,
 *	      "compile": what only compiling needs } } },
 *	  "libraries": { "NAME/VERSION": { "type": "package", "sha512": "sha512-..." } } }
 */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/dotnet_bundle.h"
#include "codec/json.h"
#include "codec/pe.h"
#include "reading.h"

enum { DOTNET_PE_MEMORY = 16 << 20 };

struct dotnet {
	VEC(struct found) program;
	struct map claimed; /* paths in lower case */
};

static int begin(struct op *op, struct catalog *c)
{
	struct dotnet *d = op_new(op, struct dotnet, 1);

	if (!d)
		return op->code;
	map_init(&d->claimed, op);
	*catalog_state(c) = d;
	return 0;
}

/* ---- .deps.json ---- */

/* "Name/1.2.3"; false without a version. */
static bool split_key(str key, str *ret_name, str *ret_version)
{
	ptrdiff_t slash = str_rfind(key, '/');

	if (slash <= 0 || slash + 1 == key.len)
		return false;
	*ret_name = str_head(key, slash);
	*ret_version = str_from(key, slash + 1);
	return true;
}

static const struct node *target_of(const struct doc *d)
{
	const struct node *all = node_get(&d->root, S("targets"));
	str name = reading_get(node_get(&d->root, S("runtimeTarget")), "name");
	const struct node *named = node_get(all, name);

	return named ? named : all && all->kind == NODE_MAP && all->n ? &all->child[0] : NULL;
}

static int lower_path(struct op *op, str dir, str name, str *ret)
{
	int rc = op_text(op, ret, "%.*s%s%.*s", STR_ARG(dir), dir.len ? "/" : "", STR_ARG(name));
	char *p = rc == 0 ? op_new(op, char, ret->len) : NULL;

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < ret->len; i++)
		p[i] = (char)(ret->p[i] >= 'A' && ret->p[i] <= 'Z' ? ret->p[i] | 32 : ret->p[i]);
	ret->p = p;
	return 0;
}

static int claim(struct reading *r, str dir, str name)
{
	struct dotnet *d = *catalog_state(r->c);
	str path;
	int rc = lower_path(r->op, dir, name, &path);

	return rc < 0 ? rc : map_put(&d->claimed, path, d);
}

/* The files of a package lie beside the .deps.json, by their last name or by their whole one. */
static int claim_assets(struct reading *r, const struct node *assets)
{
	str dir = str_dir_name(r->f->path);
	int rc = 0;

	for (ptrdiff_t i = 0; assets && assets->kind == NODE_MAP && rc == 0 && i < assets->n; i++) {
		str key = assets->child[i].key;
		if ((rc = claim(r, dir, str_base_name(key))) == 0 && str_find(key, '/') >= 0)
			rc = claim(r, dir, key);
	}
	return rc;
}

/* Is it there only to compile against? */
static bool compiles_only(const struct node *entry)
{
	return reading_is(entry, "compileOnly") ||
	       (node_get(entry, S("compile")) && !node_get(entry, S("runtime")) &&
		!node_get(entry, S("runtimeTargets")) && !node_get(entry, S("native")) &&
		!node_get(entry, S("resources")));
}

struct library {
	uint32_t number;          /* UINT32_MAX: left out */
	const struct node *entry; /* in the target */
};

static int add_library(struct reading *r, const struct node *library, const struct node *entry,
		       uint32_t *ret)
{
	static const char *const assets[] = { "runtime", "runtimeTargets", "native" };
	struct package p = { .type = PACKAGE_NUGET };
	str type = reading_get(library, "type");
	int rc = 0;

	*ret = UINT32_MAX;
	for (size_t i = 0; rc == 0 && i < sizeof(assets) / sizeof(assets[0]); i++)
		rc = claim_assets(r, node_get(entry, str_of(assets[i])));
	if (rc < 0 || !split_key(library->key, &p.name, &p.version) || compiles_only(entry) ||
	    str_eq(type, S("referenceassembly")))
		return rc;
	if (str_starts(p.name, S("runtimepack.")))
		p.name = str_from(p.name, 12);
	if ((rc = draft_integrity(&r->tmp, &p, reading_get(library, "sha512"))) < 0 ||
	    (rc = package_fact(&r->tmp, &p.facts, "dotnet:type", type)) < 0 ||
	    (rc = package_fact(&r->tmp, &p.facts, "dotnet:path", reading_get(library, "path"))) < 0)
		return rc;
	return reading_add(r, &p, ret);
}

static int relate_libraries(struct reading *r, const struct map *by_name,
			    const struct library *from)
{
	const struct node *needs = node_get(from->entry, S("dependencies"));
	int rc = 0;

	for (ptrdiff_t i = 0; needs && needs->kind == NODE_MAP && rc == 0 && i < needs->n; i++) {
		const struct library *to = map_get(by_name, needs->child[i].key);
		if (to && to->number != UINT32_MAX)
			rc = catalog_relate(r->op, r->c, RELATION_DEPENDS, from->number,
					    to->number);
	}
	return rc;
}

static int read_deps(struct reading *r)
{
	const struct node *target = target_of(&r->doc);
	const struct node *libraries = node_get(&r->doc.root, S("libraries"));
	struct map by_name;
	int rc = 0;

	if (!target || target->kind != NODE_MAP || !libraries || libraries->kind != NODE_MAP)
		return 0;
	r->how = EVIDENCE_METADATA;
	map_init(&by_name, &r->tmp);
	struct library *all = op_new(&r->tmp, struct library, libraries->n);
	if (!all)
		return r->tmp.code;
	for (ptrdiff_t i = 0; rc == 0 && i < libraries->n; i++) {
		str name, version;
		all[i].entry = node_get(target, libraries->child[i].key);
		rc = add_library(r, &libraries->child[i], all[i].entry, &all[i].number);
		if (rc == 0 && split_key(libraries->child[i].key, &name, &version))
			rc = map_put(&by_name, name, &all[i]);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < libraries->n; i++)
		if (all[i].number != UINT32_MAX)
			rc = relate_libraries(r, &by_name, &all[i]);
	return rc;
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	struct dotnet *d = *catalog_state(c);

	if (str_ends(f->path, S(".deps.json")))
		return reading_json(op, c, f, read_deps);
	if (catalog_owned(c, f->node) ||
	    (!(f->probe & PROBE_PE) && catalog_is_recognised(c, f->node)))
		return 0; /* the system's, or Go's */
	struct found *kept = vec_push(op, &d->program);
	if (!kept)
		return op->code;
	*kept = *f;
	return op_copy(op, f->path, &kept->path);
}

/* ---- programs for Windows ---- */

/* "13.0.3+0a2e29" and "8,0,724,31311 @Commit: x" as versions: "13.0.3", "8.0.724.31311"; empty if
 * it is none. */
static int clean_version(struct op *op, str text, str *ret)
{
	char out[LIMIT_NAME];
	ptrdiff_t n = 0;
	bool dotted = false;

	*ret = S("");
	if (text.len == 0 || text.p[0] < '0' || text.p[0] > '9')
		return 0;
	for (ptrdiff_t i = 0; i < text.len && n < LIMIT_NAME; i++) {
		char c = text.p[i];
		if (c == ',') {
			c = '.';
			while (i + 1 < text.len && text.p[i + 1] == ' ')
				i++;
		}
		if (c == ' ' || c == '+' || c == '@' || c < ' ' || c > '~')
			break;
		dotted |= c == '.';
		out[n++] = c;
	}
	return dotted ? op_copy(op, (str){ out, n }, ret) : 0;
}

static int version_of(struct op *op, const struct pe_version *v, str *ret)
{
	const uint16_t *n = v->product[0] || v->product[1] ? v->product : v->file;
	int rc = clean_version(op, pe_version_text(v, "ProductVersion"), ret);

	if (rc == 0 && ret->len == 0)
		rc = clean_version(op, pe_version_text(v, "FileVersion"), ret);
	if (rc == 0 && ret->len == 0 && (n[0] || n[1] || n[2] || n[3]))
		rc = op_text(op, ret, "%u.%u.%u.%u", n[0], n[1], n[2], n[3]);
	return rc;
}

static str without_suffix(str name)
{
	if (name.len > 4 && name.p[name.len - 4] == '.' &&
	    (strncasecmp(name.p + name.len - 3, "dll", 3) == 0 ||
	     strncasecmp(name.p + name.len - 3, "exe", 3) == 0))
		return str_head(name, name.len - 4);
	return name;
}

static str name_of(const struct found *f, const struct pe_version *v)
{
	static const char *const own[] = { "ProductName", "FileDescription", "InternalName" };
	static const char *const assembly[] = { "OriginalFilename", "InternalName", "" };
	str name = S("");

	for (int i = 0; i < 3 && name.len == 0; i++)
		name = without_suffix(pe_version_text(v, v->clr ? assembly[i] : own[i]));
	return name.len ? name : without_suffix(str_base_name(f->path));
}

static int add_program(struct op *op, struct op *own, struct catalog *c, const struct found *f,
		       const struct pe_version *v)
{
	struct package p = { .type = v->clr ? PACKAGE_NUGET : PACKAGE_BINARY,
			     .name = name_of(f, v),
			     .supplier = pe_version_text(v, "CompanyName") };
	const struct {
		const char *key, *name;
	} facts[] = { { "pe:product", "ProductName" },
		      { "pe:product-version", "ProductVersion" },
		      { "pe:file-version", "FileVersion" },
		      { "pe:assembly-version", "Assembly Version" } };
	struct package kept;
	int rc = version_of(own, v, &p.version);

	if (rc < 0 || p.version.len == 0 || str_starts(p.version, S("0.0.0")))
		return rc; /* nobody gave it one */
	for (size_t i = 0; rc == 0 && i < sizeof(facts) / sizeof(facts[0]); i++)
		rc = package_fact(own, &p.facts, facts[i].key, pe_version_text(v, facts[i].name));
	if (rc < 0 || (rc = op_adopt_error(op, own)) < 0 || (rc = draft_keep(op, &p, &kept)) < 0)
		return rc;
	return catalog_add(op, c, f, EVIDENCE_EMBEDDED, &kept, NULL);
}

/* A program that is one file with all of its own behind it has its .deps.json there; an ELF one has
 * so much behind it that its sections are not found by its end (PROBE_BARE). */
static int read_bundle(struct op *op, struct catalog *c, const struct found *f, bool *ret_is)
{
	struct reading r = { .op = op, .c = c, .f = f };
	struct program p;
	struct at a;

	op_init(&r.tmp, op->ceiling);
	r.tmp.fault = op->fault;
	int rc = catalog_at(&r.tmp, c, f, &a);
	if (rc == 0 && (rc = program_read(&r.tmp, &a, &p)) == ERR_FORMAT) {
		op_forgive(&r.tmp); /* whatever it is, no host of .NET's */
		rc = 1;
	}
	if (rc == 0)
		rc = dotnet_bundle_deps(&r.tmp, &a, &p, &r.text);
	*ret_is = rc == 0;
	if (rc == 0 && (rc = json_parse_lax(&r.tmp, f->path, r.text, &r.doc)) == 0)
		rc = read_deps(&r);
	if (rc < 0 && !op->code)
		rc = op_adopt_error(op, &r.tmp);
	op_done(&r.tmp);
	return rc < 0 ? rc : 0;
}

static int read_program(struct op *op, struct catalog *c, const struct found *f)
{
	bool is_bundle = false;
	int rc = read_bundle(op, c, f, &is_bundle);
	struct pe_version v;
	struct at a;
	AUTO_OP own;

	op_init(&own, DOTNET_PE_MEMORY);
	if (rc < 0 || is_bundle || !(f->probe & PROBE_PE))
		return rc;
	rc = catalog_at(&own, c, f, &a);
	if (rc == 0)
		rc = pe_version(&own, &a, &v);
	if (rc == 0 && (rc = add_program(op, &own, c, f, &v)) < 0 && op->code)
		return rc;
	return op_adopt_error(op, &own);
}

static int end(struct op *op, struct catalog *c)
{
	struct dotnet *d = *catalog_state(c);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < d->program.n; i++) {
		const struct found *f = &d->program.p[i];
		str path;
		if ((rc = lower_path(op, S(""), f->path, &path)) < 0)
			return rc;
		/* What a .deps.json claims is accounted for; a text in another language is its
		 * program's. */
		if (map_get(&d->claimed, path) || str_ends(path, S(".resources.dll"))) {
			rc = catalog_recognised(op, c, f->node);
			continue;
		}
		if ((rc = read_program(op, c, f)) < 0)
			rc = catalog_unreadable(op, c, f, S(""));
	}
	return rc;
}

const struct cataloger cataloger_dotnet = {
	.name = "dotnet",
	.what = ".NET packages by .deps.json, assemblies and programs for Windows by their "
		"versions",
	.wants = { { .glob = "**"
			     "/*.deps.json" },
		   { .bits = PROBE_PE | PROBE_BARE } },
	.read = read_file,
	.begin = begin,
	.end = end,
};
