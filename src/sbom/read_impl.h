/*
 * read_impl: what the readers of bills of materials share: packages as they come, with the name
 * that the document calls each by, and what refers to them, resolved at the end.
 */
#ifndef SBOM_READ_IMPL_H
#define SBOM_READ_IMPL_H

#include "base/map.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/xml.h"
#include "model/inventory.h"

struct bom_relation {
	enum relation_kind kind;
	str from, to; /* as the document calls them */
};

struct bom {
	struct op *op;
	str what;
	bool ours;            /* what it calls a package is its id */
	bool recorded;        /* it says all that temper sbom knew, the system too */
	struct inventory inv; /* all but packages and what refers to them */
	VEC(struct package) package;
	VEC(struct bom_relation) relation;
	VEC(struct changed_file) changed;
	VEC(str) changed_of;
	VEC(struct inventory_file) file;
	VEC(str) file_of;
	struct map place; /* what packages are called: position + 1 */
};

/* Add *p, called `ref` in the document (may be empty). Of two with one name the first is meant. */
int bom_add(struct bom *b, str ref, const struct package *p, ptrdiff_t *ret) MUST_USE;
int bom_name(struct bom *b, str ref, ptrdiff_t at) MUST_USE; /* another name of it */
int bom_relate(struct bom *b, enum relation_kind kind, str from, str to) MUST_USE;
/* A file that a package owns; its path without "./" and "/" before it. */
struct package_file *bom_file(struct bom *b, ptrdiff_t at, str path);

/* type, ns, name, version ... of a purl, and the text itself where it is none: never ERR_FORMAT. */
int bom_purl(struct bom *b, str purl, struct package *p) MUST_USE;

/* The source package, where it is not the package itself; version may be empty. */
void bom_source(struct package *p, str name, str version);

/* Lower-case hex into n bytes. */
bool bom_hex(str s, uint8_t *to, size_t n);
/* "sha256", "SHA-256", "SHA256" ...: the kind, or 0; and as package_file digest. */
unsigned bom_hash_kind(str name, size_t *ret_n);
/* "SHA-256" as the key of package.checksum: "sha256", in op. */
int bom_checksum(struct bom *b, struct package *p, str algorithm, str value) MUST_USE;

int bom_append(struct op *op, struct texts *t, str s) MUST_USE; /* O(n): short lists */

/* Licences that all hold, in SPDX's form; one of ours is as it is. "NOASSERTION" and nothing:
 * empty. */
int bom_licence(struct bom *b, const struct texts *licences, str *ret) MUST_USE;

/* "debian-12" and the like, where the os is known but its distro is not. */
int bom_distro(struct bom *b) MUST_USE;

typedef int bom_read_json(struct bom *b, const struct node *root);
bom_read_json read_cyclonedx_json, read_spdx_json, read_syft, read_temper;
int read_cyclonedx_xml(struct bom *b, const struct xml_node *root) MUST_USE;
int read_spdx_tag(struct bom *b, str bytes) MUST_USE;

/* Text of a member, or empty. */
str bom_text(const struct node *map, const char *key);
/* A member that is a list (its elements) or nothing. */
const struct node *bom_list(const struct node *map, const char *key, ptrdiff_t *ret_n);

#endif
