/*
 * Java archives, and archives within them. Source: JAR File Specification (Java SE 17); Maven
 * Archiver (META-INF/maven); the layouts of Spring Boot, war, ear and Jenkins plugins, which all
 * merely put archives into an archive.
 *
 * 1. Of an archive its directory is read, the manifest, poms, and archives in it; classes never.
 * 2. level[0 .. depth-1] are the open archives, each in the one before; what level i took of the
 *    walk's own op is given back when it is left.
 * 3. A stored archive is read where it stands; a deflated one is unpacked into the level's keep.
 * 4. Bytes and archives are counted for the whole file, however often they are read: an archive
 *    whose entries overlap multiplies nothing. What exceeds is told as unreadable.
 */
#include <strings.h>

#include "base/limits.h"
#include "base/vec.h"
#include "codec/manifest.h"
#include "codec/properties.h"
#include "model/licence.h"
#include "tree/keep.h"

#include "draft.h"
#include "java.h"
#include "java_project.h"

enum {
	PIECE = 64 << 10,
	POMS_MAX = 10 * 1000,     /* of one archive: what has shaded most has some hundreds */
	PROPERTIES_MAX = 1 << 20, /* of a pom.properties: they have three lines */
	MANIFEST_MAX = 8 << 20,   /* of a manifest: a signed one names each class */
	TITLES_MAX = 32,          /* poms that are looked at for their project's name */
};

#define NO_PACKAGE UINT32_MAX

struct level {
	struct at in;
	struct zip *zip;
	str path; /* for evidence: "outer.jar:lib/inner.jar" */
	VEC(struct zip_entry) nested;
	ptrdiff_t next;   /* of nested */
	uint32_t package; /* that the archive is, or the one that holds it */
	struct op_mark mark;
	struct keep keep;
	VEC(struct java_pom) pom;
	struct zip_entry manifest, licence;
	int manifests;
	struct java_facts facts;
};

struct walk {
	struct op *op; /* the inventory's */
	struct op own;
	struct catalog *c;
	const struct found *f;
	struct zip_machine *machine;
	struct level level[LIMIT_NESTED_DEPTH];
	int depth;
	uint64_t bytes, archives; /* that were read */
};

static void close_level(struct walk *w)
{
	struct level *l = &w->level[--w->depth];

	keep_done(&l->keep);
	op_reset(&w->own, l->mark);
}

static void close_walk(struct walk *w)
{
	while (w->depth > 0)
		close_level(w);
	op_done(&w->own);
}

/* What the walk's own op says of a part becomes a warning; 0, or what ends the command. */
static int part_failed(struct walk *w, str path)
{
	int rc = op_adopt_error(w->op, &w->own);

	op_forgive(&w->own);
	return rc == ERR_FORMAT || rc == ERR_LIMIT ? catalog_unreadable(w->op, w->c, w->f, path)
						   : rc;
}

static int join(struct op *op, str outer, str inner, str *ret)
{
	return op_text(op, ret, "%.*s:%.*s", STR_ARG(outer), STR_ARG(inner));
}

/* n more bytes are about to be read. */
static int charge(struct walk *w, uint64_t n)
{
	w->bytes += n < LIMIT_NESTED_BYTES ? n : LIMIT_NESTED_BYTES;
	return w->bytes <= LIMIT_NESTED_BYTES
		       ? 0
		       : op_fail(&w->own, ERR_LIMIT, "more than %llu bytes of archives within it",
				 (unsigned long long)LIMIT_NESTED_BYTES);
}

static int content(struct walk *w, struct level *l, const struct zip_entry *e, size_t max, str *ret)
{
	int rc = charge(w, e->size);

	return rc < 0 ? rc : zip_content(&w->own, l->zip, e, max, ret);
}

/* The directory */

static bool name_is(str a, str b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, (size_t)a.len) == 0;
}

/* META-INF/maven/GROUP/ARTIFACT/pom.xml, in the archive or in what it serves; some leave
 * directories out. */
static int note_pom(struct walk *w, struct level *l, const struct zip_entry *e)
{
	str dir = str_dir_name(e->name);
	bool xml = str_ends(e->name, S(".xml"));
	ptrdiff_t at = str_find_str(dir, S("META-INF/maven"));

	if (at < 0 || (at > 0 && dir.p[at - 1] != '/'))
		return 0;
	struct java_pom *p = NULL;
	for (ptrdiff_t i = l->pom.n; i > 0 && !p; i--) /* they stand side by side */
		if (i + 4 > l->pom.n && str_eq(l->pom.p[i - 1].dir, dir))
			p = &l->pom.p[i - 1];
	if (!p && l->pom.n == POMS_MAX)
		return op_fail(&w->own, ERR_LIMIT, "more than %d poms in %.*s", POMS_MAX,
			       STR_ARG(l->path));
	if (!p && !(p = vec_push(&w->own, &l->pom)))
		return w->own.code;
	p->dir = dir;
	*(xml ? &p->has_xml : &p->has_properties) = true;
	*(xml ? &p->xml : &p->properties) = *e;
	return 0;
}

static int note_entry(struct walk *w, struct level *l, const struct zip_entry *e)
{
	str base = str_base_name(e->name), dir = str_dir_name(e->name);

	if (java_suffix(base).len && e->size > 0) {
		struct zip_entry *n = vec_push(&w->own, &l->nested);
		if (!n)
			return w->own.code;
		*n = *e;
	} else if (str_eq(base, S("pom.properties")) || str_eq(base, S("pom.xml"))) {
		return note_pom(w, l, e);
	} else if (name_is(e->name, S("META-INF/MANIFEST.MF"))) {
		if (l->manifests++ == 0)
			l->manifest = *e;
	} else if (!l->licence.name.len && base.len >= 7 &&
		   strncasecmp(base.p, "LICENSE", 7) == 0 &&
		   (!dir.len || str_eq(dir, S("META-INF")))) {
		l->licence = *e;
	}
	return 0;
}

static int read_directory(struct walk *w, struct level *l)
{
	struct zip_wish wish = { .trust = ZIP_ANY, .machine = w->machine };
	struct zip_list list;
	struct zip_entry e;
	int rc = zip_open(&w->own, &l->in, &wish, &l->zip);

	if (rc < 0)
		return rc;
	zip_list(l->zip, &list);
	while ((rc = zip_list_next(&w->own, l->zip, &list, &e)) > 0) {
		if (str_ends(e.name, S(".class")) || str_ends(e.name, S("/")))
			continue;
		if ((rc = note_entry(w, l, &e)) < 0)
			return rc;
	}
	return rc;
}

/* Manifest and poms */

static int read_manifest(struct walk *w, struct level *l)
{
	struct java_facts *f = &l->facts;
	str text = S("");
	int rc = 0;

	if (l->manifests > 1) {
		op_fail(&w->own, ERR_FORMAT, "%d manifests; the first counts", l->manifests);
		if ((rc = part_failed(w, l->path)) < 0)
			return rc;
	}
	if (l->manifests)
		rc = content(w, l, &l->manifest, MANIFEST_MAX, &text);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT)
		rc = part_failed(w, l->path);
	return rc < 0 ? rc
		      : manifest_find(&w->own, text, java_attributes, JAVA_ATTRIBUTES, f->main,
				      f->named);
}

static int read_properties(struct walk *w, struct level *l, struct java_pom *p)
{
	static const char *const key[] = { "groupId", "artifactId", "version" };
	str text, value[3];
	int rc = content(w, l, &p->properties, PROPERTIES_MAX, &text);

	if (rc < 0 || (rc = properties_find(&w->own, text, key, 3, value)) < 0)
		return rc;
	p->group = value[0];
	p->artifact = value[1];
	p->version = value[2];
	return 0;
}

/* 1: it is no project. */
static int read_project(struct walk *w, struct level *l, const struct java_pom *p,
			struct java_project *ret)
{
	str text;
	int rc = content(w, l, &p->xml, JAVA_PROJECT_MAX, &text);

	if (rc < 0 || (rc = java_project_read(&w->own, p->xml.name, text, ret)) != 0)
		return rc;
	return java_project_merge(&w->own, ret);
}

static int read_xml(struct walk *w, struct level *l, struct java_pom *p)
{
	struct java_project j;
	int rc = read_project(w, l, p, &j);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((rc = java_project_text(&w->own, &j, j.group, &p->group)) < 0 ||
	    (rc = java_project_text(&w->own, &j, j.artifact, &p->artifact)) < 0)
		return rc;
	return java_project_text(&w->own, &j, j.version, &p->version);
}

static bool is_template(str s)
{
	return str_find(s, '$') >= 0 || str_find(s, '@') >= 0;
}

/* A pom's own words, and where they are none, the directories that it is in. */
static int read_pom(struct walk *w, struct level *l, struct java_pom *p)
{
	int rc = p->has_properties ? read_properties(w, l, p) : 0;

	if (rc == 0 && p->has_xml &&
	    (!p->artifact.len || !p->version.len || is_template(p->version)))
		rc = read_xml(w, l, p);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		str path;
		if (join(w->op, l->path, p->dir, &path) < 0)
			return w->op->code;
		rc = part_failed(w, path);
	}
	str up = str_dir_name(p->dir);
	bool telling = str_ends(str_dir_name(up), S("META-INF/maven"));
	if (telling && (!p->artifact.len || is_template(p->artifact)))
		p->artifact = str_base_name(p->dir);
	if (telling && (!p->group.len || is_template(p->group)))
		p->group = str_base_name(up);
	if (is_template(p->version))
		p->version = S("");
	return rc;
}

/* Of an archive that has several poms, none of which is called as it is. */
static int read_titles(struct walk *w, struct level *l)
{
	for (ptrdiff_t i = 0; i < l->pom.n && i < TITLES_MAX; i++) {
		struct java_project j;
		if (!l->pom.p[i].has_xml)
			continue;
		int rc = read_project(w, l, &l->pom.p[i], &j);
		if (rc == ERR_FORMAT || rc == ERR_LIMIT)
			rc = part_failed(w, l->path);
		else if (rc == 0)
			l->pom.p[i].title = xml_child_text(j.root, S("name"));
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Licences */

/* The licences of a list as OSGi writes it: NAME;link=URL;description="...", NAME ... */
static int bundle_licences(struct op *op, str text, struct texts *list)
{
	while (text.len > 0) {
		ptrdiff_t end = 0;
		for (bool quoted = false; end < text.len && (quoted || text.p[end] != ','); end++)
			quoted ^= text.p[end] == '"';
		str one = str_head(text, end), rest = str_from(text, end + 1);
		if (rest.len > 1 && rest.p[0] == ' ' && /* "Apache License, Version 2.0" */
		    (str_starts(str_trim(rest), S("Version")) ||
		     str_starts(str_trim(rest), S("version"))))
			one = text, rest = S("");
		one = str_trim(str_cut(&one, ';'));
		if (one.len > 1 && one.p[0] == '"')
			one = str_from(str_head(one, one.len - 1), 1);
		int rc = draft_text(op, list, str_trim(one));
		if (rc < 0)
			return rc;
		text = rest;
	}
	return 0;
}

/* Dependencies that it needs to run, by GROUP/ARTIFACT: which version came of it, another pom may
 * have decided. */
static int needs_of(struct op *op, const struct java_project *j, struct package *p)
{
	const struct xml_node *list = xml_child(j->root, S("dependencies"));

	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		const struct xml_node *d = &list->child[i];
		str scope = xml_child_text(d, S("scope")), group, artifact, name;
		if (str_eq(scope, S("test")) || str_eq(scope, S("provided")) ||
		    str_eq(scope, S("system")) ||
		    str_eq(xml_child_text(d, S("optional")), S("true")))
			continue;
		int rc = java_project_text(op, j, xml_child_text(d, S("groupId")), &group);
		if (rc < 0 || (rc = java_project_text(op, j, xml_child_text(d, S("artifactId")),
						      &artifact)) < 0)
			return rc;
		if (!group.len || !artifact.len)
			continue;
		if ((rc = op_text(op, &name, "%.*s/%.*s", STR_ARG(group), STR_ARG(artifact))) < 0 ||
		    (rc = draft_need(op, p, name, S(""))) < 0)
			return rc;
	}
	return 0;
}

/* Licence, links and needs, as the pom's XML has them. */
static int describe(struct walk *w, struct level *l, const struct java_pom *pom, struct package *p)
{
	struct java_project j;
	struct texts list = { .n = 0 };

	if (!pom->has_xml)
		return 0;
	int rc = read_project(w, l, pom, &j);
	if (rc == 0)
		rc = java_project_text(&w->own, &j, xml_child_text(j.root, S("url")), &p->homepage);
	if (rc == 0)
		rc = java_project_text(&w->own, &j,
				       xml_child_text(xml_child(j.root, S("scm")), S("url")),
				       &p->vcs);
	if (rc == 0 && (rc = needs_of(&w->own, &j, p)) == 0 && catalog_wants_licences(w->c) &&
	    (rc = java_project_licences(&w->own, &j, &list)) == 0)
		return java_licences(&w->own, &list, &p->licence);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT)
		return part_failed(w, l->path);
	return rc < 0 ? rc : 0;
}

/* The manifest's, else the text's that lies in it. */
static int find_licence(struct walk *w, struct level *l, str *ret)
{
	struct texts list = { .n = 0 };
	str text;
	int rc;

	if ((rc = bundle_licences(&w->own, l->facts.main[JAVA_BUNDLE_LICENSE], &list)) < 0 ||
	    (rc = draft_text(&w->own, &list, l->facts.main[JAVA_PLUGIN_LICENSE])) < 0 ||
	    (rc = java_licences(&w->own, &list, ret)) < 0 || ret->len || !l->licence.name.len)
		return rc;
	rc = content(w, l, &l->licence, LIMIT_STANZA, &text);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT)
		return part_failed(w, l->path);
	return rc < 0 ? rc : licence_of_text(&w->own, text, ret);
}

/* Packages */

static int digest(struct walk *w, const struct at *in, str *ret)
{
	AUTO_HASH *h = NULL;
	uint8_t sum[20];
	char *piece = op_new(&w->own, char, PIECE), *hex = op_new(&w->own, char, 41);
	int rc = piece && hex ? hash_open(&w->own, HASH_SHA1, &h) : w->own.code;

	for (uint64_t at = 0; rc == 0 && at < in->size; at += PIECE) {
		size_t n = in->size - at < PIECE ? (size_t)(in->size - at) : PIECE;
		if ((rc = at_read(&w->own, in, at, piece, n)) == 0)
			hash_add(h, (str){ piece, (ptrdiff_t)n });
	}
	if (rc < 0)
		return rc;
	hash_result(h, HASH_SHA1, sum);
	*ret = str_of(hex_text(sum, sizeof(sum), hex));
	return 0;
}

/* Add *p, whose texts are about to go, as a part of `within`. */
static int add(struct walk *w, str path, enum evidence_how how, const struct package *p,
	       uint32_t within, uint32_t *ret)
{
	struct package kept;
	int rc = draft_keep(w->op, p, &kept);

	if (rc == 0)
		rc = catalog_add_within(w->op, w->c, w->f, path, how, &kept, ret);
	if (rc == 0 && within != NO_PACKAGE && *ret != NO_PACKAGE && *ret != within)
		rc = catalog_relate(w->op, w->c, RELATION_CONTAINS, within, *ret);
	return rc;
}

static int add_pom(struct walk *w, struct level *l, const struct java_pom *pom)
{
	struct package p = { .type = PACKAGE_MAVEN, .ns = pom->group, .name = pom->artifact };
	uint32_t number = NO_PACKAGE;
	str path;
	int rc = join(w->op, l->path, pom->dir, &path);

	p.version = pom->version;
	if (rc == 0)
		rc = describe(w, l, pom, &p);
	return rc < 0 ? rc : add(w, path, EVIDENCE_METADATA, &p, l->package, &number);
}

/* Of Java itself: its runtime is told by its release file. */
static bool is_runtime(const struct java_facts *f)
{
	str title = f->main[JAVA_IMPLEMENTATION_TITLE];

	return str_starts(title, S("Java Runtime Environment")) ||
	       str_eq(str_base_name(f->path), S("jrt-fs.jar"));
}

static int add_archive(struct walk *w, struct level *l, const struct java_id *id)
{
	struct package p = { .type = PACKAGE_MAVEN, .ns = id->group, .name = id->artifact };
	const struct java_pom *pom = id->pom >= 0 ? &l->pom.p[id->pom] : NULL;
	uint32_t outer = l->package;
	str sha1;
	int rc = 0;

	p.version = id->version;
	p.supplier = l->facts.main[JAVA_IMPLEMENTATION_VENDOR];
	if (pom)
		rc = describe(w, l, pom, &p);
	if (rc == 0 && catalog_wants_licences(w->c) && !p.licence.len)
		rc = find_licence(w, l, &p.licence);
	if (rc == 0 && catalog_wants_files(w->c) && (rc = digest(w, &l->in, &sha1)) == 0)
		rc = package_fact(&w->own, &p.checksum, "sha1", sha1);
	if (rc < 0 || (rc = package_fact(&w->own, &p.facts, "java:group-by", str_of(id->by))) < 0 ||
	    (rc = package_fact(&w->own, &p.qualifiers, "classifier", id->classifier)) < 0)
		return rc;
	return add(w, l->path, id->how, &p, outer, &l->package);
}

/* A package without a version, but surely one: not a name alone. */
static bool is_known(const struct java_id *id)
{
	return str_eq(str_of(id->by), S("manifest")) || str_eq(str_of(id->by), S("table")) ||
	       str_eq(str_of(id->by), S("pom"));
}

static int add_packages(struct walk *w, struct level *l)
{
	struct java_id id;
	int rc = java_wants_titles(&l->facts) ? read_titles(w, l) : 0;

	if (rc < 0 || (rc = java_identify(&w->own, &l->facts, &id)) < 0)
		return rc;
	if (id.artifact.len && (id.version.len || is_known(&id)) && !is_runtime(&l->facts) &&
	    (rc = add_archive(w, l, &id)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < l->pom.n; i++)
		if (i != id.pom && l->pom.p[i].artifact.len && l->pom.p[i].version.len &&
		    (rc = add_pom(w, l, &l->pom.p[i])) < 0)
			return rc;
	return 0;
}

/* The walk */

static int read_level(struct walk *w, struct level *l)
{
	int rc = read_directory(w, l);

	if (rc < 0 || (rc = read_manifest(w, l)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < l->pom.n; i++)
		if ((rc = read_pom(w, l, &l->pom.p[i])) < 0)
			return rc;
	l->facts.zip = l->zip;
	l->facts.pom = l->pom.p;
	l->facts.pom_n = l->pom.n;
	return add_packages(w, l);
}

/* An archive in the innermost one; its bytes are the caller's to find. */
static struct level *open_level(struct walk *w, str path, str name, uint32_t within)
{
	struct level *l = &w->level[w->depth++];

	*l = (struct level){ .path = path, .package = within, .mark = op_mark(&w->own) };
	l->facts.path = name;
	keep_init(&l->keep);
	return l;
}

static int unpack(struct walk *w, struct zip *z, const struct zip_entry *e, struct level *l)
{
	struct keep_place place;
	size_t n = 1;
	int rc = zip_begin(&w->own, z, e);
	char *piece = rc < 0 ? NULL : op_new(&w->own, char, PIECE);

	if (!piece || (rc = keep_begin(&w->own, &l->keep, e->size, &place)) < 0)
		return w->own.code;
	for (uint64_t at = 0; n > 0; at += n) {
		if ((rc = zip_read(&w->own, z, piece, PIECE, &n)) < 0 ||
		    (n > 0 && (rc = keep_add(&w->own, &l->keep, &place, at,
					     (str){ piece, (ptrdiff_t)n })) < 0))
			return rc;
	}
	l->in = keep_at(&l->keep, &place, l->path);
	return 0;
}

static int open_nested(struct walk *w, struct level *outer, const struct zip_entry *e, str path)
{
	if (++w->archives > LIMIT_NESTED)
		return op_fail(&w->own, ERR_LIMIT, "more than %d archives in %.*s", LIMIT_NESTED,
			       STR_ARG(w->f->path));
	if (w->depth == LIMIT_NESTED_DEPTH)
		return op_fail(&w->own, ERR_LIMIT, "archives are nested more than %d deep",
			       LIMIT_NESTED_DEPTH);
	int rc = charge(w, e->size);
	if (rc < 0)
		return rc;
	struct level *l = open_level(w, path, e->name, outer->package);
	rc = zip_place(&w->own, outer->zip, e, &l->in);
	if (rc > 0)
		rc = unpack(w, outer->zip, e, l);
	l->in.what = path;
	return rc < 0 ? rc : read_level(w, l);
}

static int walk(struct walk *w)
{
	int rc = read_level(w, &w->level[0]);

	while (rc == 0 && w->depth > 0) {
		struct level *l = &w->level[w->depth - 1];
		int depth = w->depth;
		str path;
		if (l->next == l->nested.n) {
			close_level(w);
			continue;
		}
		const struct zip_entry *e = &l->nested.p[l->next++];
		if ((rc = join(w->op, l->path, e->name, &path)) < 0)
			return rc;
		rc = open_nested(w, l, e, path);
		if (rc < 0 && w->depth > depth)
			close_level(w);
		if (rc < 0)
			rc = part_failed(w, path);
		if (w->archives > LIMIT_NESTED || w->bytes > LIMIT_NESTED_BYTES)
			return rc; /* told once */
	}
	return rc;
}

/* Is it worth a complaint if it cannot be read? ".rar" and ".nar" are names of other things, too.
 */
static int is_zip(struct walk *w, const struct at *in, bool *ret)
{
	char head[4];

	*ret = false;
	if (in->size < 22)
		return 0;
	int rc = at_read(&w->own, in, 0, head, sizeof(head));
	str h = { head, sizeof(head) };
	*ret = str_starts(h, S("PK")) || str_starts(h, S("JM\1")) || str_starts(h, S("#!")) ||
	       str_starts(h, S("MZ"));
	return rc;
}

static int read_archive(struct op *op, struct catalog *c, const struct found *f)
{
	__attribute__((cleanup(close_walk))) struct walk w = { .op = op, .c = c, .f = f };
	bool zip;

	op_init(&w.own, op->ceiling);
	w.own.fault = op->fault;
	if (!*catalog_state(c)) {
		int rc = zip_machine_make(op, &w.machine);
		if (rc < 0)
			return rc;
		*catalog_state(c) = w.machine;
	}
	w.machine = *catalog_state(c);
	struct level *l = open_level(&w, f->path, f->path, NO_PACKAGE);
	int rc = catalog_at(&w.own, c, f, &l->in);
	if (rc == 0)
		rc = is_zip(&w, &l->in, &zip);
	if (rc == 0 && zip)
		rc = walk(&w);
	if (rc < 0 && w.own.code)
		return op_adopt_error(op, &w.own);
	return rc;
}

const struct cataloger cataloger_java = {
	.name = "java",
	.what = "Java archives and archives within them, by poms, manifests and names",
	.wants = {
		{ .glob = "**/*.ear" },
		{ .glob = "**/*.far" },
		{ .glob = "**/*.hpi" },
		{ .glob = "**/*.jar" },
		{ .glob = "**/*.jmod" },
		{ .glob = "**/*.jpi" },
		{ .glob = "**/*.kar" },
		{ .glob = "**/*.lpkg" },
		{ .glob = "**/*.nar" },
		{ .glob = "**/*.par" },
		{ .glob = "**/*.rar" },
		{ .glob = "**/*.sar" },
		{ .glob = "**/*.war" },
	},
	.read = read_archive,
};
