/*
 * The package that a program says it belongs to: a note of type 0xcafe1a7e and owner "FDO" with
 * JSON in it. Source: systemd, docs/PACKAGE_METADATA_FOR_EXECUTABLE_FILES.md.
 *
 * Distributions write one into every program, and name the source package. So of a program that a
 * package manager knows nothing is told: it would be the same package again, under another name.
 */
#include "base/limits.h"
#include "codec/elf_layout.h"
#include "codec/json.h"
#include "model/licence.h"
#include "reading.h"

#define NOTE_PACKAGE 0xcafe1a7eU

static enum package_type type_of(str said)
{
	enum package_type type = package_type_of_purl(said);

	return type == PACKAGE_UNKNOWN ? PACKAGE_BINARY : type;
}

/* "cpe:/o:fedoraproject:fedora:36" as "fedora" and "36". */
static void read_cpe(str cpe, str *id, str *version)
{
	str part[5];

	for (int i = 0; i < 5; i++)
		part[i] = str_cut(&cpe, ':');
	if (str_eq(part[0], S("cpe")) && str_eq(part[1], S("/o"))) {
		*id = part[3];
		*version = part[4];
	}
}

static int read_distro(struct reading *r, struct package *p)
{
	const struct os_identity *os = catalog_os(r->c);
	str id = reading_get(&r->doc.root, "os"), version = reading_get(&r->doc.root, "osVersion");
	str cpe = reading_get(&r->doc.root, "osCpe");

	if (!package_kinds[p->type].is_system)
		return 0;
	if (id.len == 0)
		read_cpe(cpe, &id, &version);
	if (id.len == 0) {
		p->ns = os->id;
		p->distro = os->distro;
		return 0;
	}
	char *lower = op_new(&r->tmp, char, id.len);
	if (!lower)
		return r->tmp.code;
	for (ptrdiff_t i = 0; i < id.len; i++)
		lower[i] = (char)(id.p[i] >= 'A' && id.p[i] <= 'Z' ? id.p[i] + 32 : id.p[i]);
	p->ns = (str){ lower, id.len };
	return op_text(&r->tmp, &p->distro, "%.*s%s%.*s", STR_ARG(p->ns), version.len ? "-" : "",
		       STR_ARG(version));
}

static int add_package(struct reading *r)
{
	const struct node *n = &r->doc.root;
	struct package p = { .type = type_of(reading_get(n, "type")),
			     .name = reading_get(n, "name"),
			     .version = reading_get(n, "version"),
			     .arch = reading_get(n, "architecture"),
			     .supplier = reading_get(n, "vendor"),
			     .vcs = reading_get(n, "sourceRepo"),
			     .homepage = reading_get(n, "homepage") };
	int rc = read_distro(r, &p);

	if (rc == 0 && catalog_wants_licences(r->c))
		rc = licence_expression(&r->tmp, reading_get(n, "license"), &p.licence);
	if (rc == 0)
		rc = package_fact(&r->tmp, &p.facts, "elf:commit", reading_get(n, "commit"));
	if (rc == 0)
		rc = package_fact(&r->tmp, &p.facts, "elf:debug-info",
				  reading_get(n, "debugInfoUrl"));
	if (rc == 0)
		rc = package_fact(&r->tmp, &p.facts, "elf:os-cpe", reading_get(n, "osCpe"));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

static int read_bytes(struct reading *r)
{
	struct elf_layout e;
	struct at at;
	int rc = catalog_at(&r->tmp, r->c, r->f, &at);

	if (rc < 0 || (rc = elf_layout_read(&r->tmp, &at, &e)) != 0)
		return rc;
	if ((rc = elf_sections(&r->tmp, &at, &e)) < 0 ||
	    (rc = elf_note(&r->tmp, &at, &e, S("FDO"), NOTE_PACKAGE, &r->text)) != 0)
		return rc;
	while (r->text.len && r->text.p[r->text.len - 1] == 0)
		r->text.len--;
	if ((rc = json_parse(&r->tmp, r->f->path, r->text, &r->doc)) < 0)
		return rc;
	return add_package(r);
}

static int read_note(struct op *op, struct catalog *c, const struct found *f)
{
	struct reading r = { .op = op, .c = c, .f = f, .how = EVIDENCE_EMBEDDED };

	if (catalog_owned(c, f->node))
		return 0;
	op_init(&r.tmp, op->ceiling);
	r.tmp.fault = op->fault;
	int rc = read_bytes(&r);
	if (rc < 0)
		rc = op_adopt_error(op, &r.tmp);
	op_done(&r.tmp);
	return rc < 0 ? rc : 0;
}

const struct cataloger cataloger_elf_note = {
	.name = "elf-note",
	.what = "packages that programs say they are of, where no package manager knows them",
	.wants = { { .bits = PROBE_NOTE } },
	.read = read_note,
};
