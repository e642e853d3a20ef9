/*
 * identity: which package an entry of a bill of materials means: its purl, with the spelling of the
 * entry's own name where that differs only in what a purl does not keep (case, '_' of PyPI).
 */
#ifndef SBOM_IDENTITY_H
#define SBOM_IDENTITY_H

#include "model/inventory.h"

/*
 * type, ns, name, version and all that a purl tells into *p (zeroed before, layer -1). `group` and
 * `purl` may be empty; name may have the namespace before it ("github.com/a/b"). What is no purl is
 * kept as p->purl and tells nothing. Writers use it to know what a reader will find.
 */
int identity_of(struct op *op, str purl, str group, str name, str version,
		struct package *p) MUST_USE;

/* The name with its namespace where people say it so: "@angular/core", "github.com/a/b". In op. */
int identity_name(struct op *op, const struct package *p, str *ret) MUST_USE;

/* Has it a group in CycloneDX's sense? A distribution's id is none. */
str identity_group(const struct package *p);

/* Is it an address that the validators of JSON's and XML's schemas take? (None likes "git+https:".)
 */
bool identity_is_url(str s);

/* Is it a CPE 2.3 that CycloneDX's XML schema takes? Stricter than that: no language, no '?'. */
bool identity_is_cpe(str s);

/* "SHA-256" for "sha256" (dashed) or "SHA256"; NULL: not of those that formats know, or not of its
 * length. */
const char *identity_algorithm(const struct pair *checksum, bool dashed);

#endif
