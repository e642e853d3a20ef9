/*
 * ecosystem: where a package's name and version mean something: a release of a distribution or a
 * language's registry; what advisories are sorted by. One row each in ecosystems[].
 *
 * A key is an os-release ID and what of VERSION_ID its advisories tell apart ("debian:12",
 * "ubuntu:22.04", "alpine:3.18", "almalinux:9", "rhel:9", "sles:15.5", "wolfi"), or a purl type ("npm",
 * "pypi", "golang", "cargo", ...).
 */
#ifndef MODEL_ECOSYSTEM_H
#define MODEL_ECOSYSTEM_H

#include "inventory.h"
#include "version.h"

struct ecosystem_row {
	const char *key;   /* without a release: "debian", "npm" */
	const char *osv;   /* as OSV calls it: "Debian", "crates.io", "Rocky Linux"; "" none */
	const char *title; /* for people: "Debian", "npm", "Rocky Linux" */
	enum package_type type;
	enum version_scheme scheme;
	uint8_t parts;    /* of VERSION_ID that count: 0 none, 1 "9", 2 "3.18" */
	bool by_source;   /* advisories name source packages (Debian, Ubuntu, Alpine's origin) */
	const char *like; /* another row's advisories hold for it ("rhel" for centos), or NULL */
};
extern const struct ecosystem_row ecosystems[];
extern const size_t ecosystems_n;

/* The row of a key ("debian:12") or NULL. */
const struct ecosystem_row *ecosystem_row(str key);

/* "Debian:12" -> "debian:12", "Alpine:v3.18" -> "alpine:3.18", "Ubuntu:Pro:18.04:LTS" ->
 * "ubuntu:18.04" with *ret_channel "esm" ("" otherwise), "crates.io" -> "cargo". 1: unknown. */
int ecosystem_of_osv(struct op *op, str osv, str *ret_key, str *ret_channel) MUST_USE;

/* Of what an image says it is; empty where it says nothing. An unknown ID gives "ID:VERSION_ID". */
int ecosystem_of_os(struct op *op, const struct os_identity *os, str *ret_key) MUST_USE;

/* Of a release's name: "bookworm" is "debian:12", "jammy" "ubuntu:22.04"; empty: not known. */
str ecosystem_of_codename(str codename);

/* Of one package: by its own distro ("debian-12") if it has one, else the system's; a language's by
 * its type; empty: none has advisories (a classifier's binary is of "" here, see advisory/match.h).
 */
int ecosystem_of_package(struct op *op, const struct package *p, str os_key, str *ret_key) MUST_USE;

/* A name as this ecosystem's advisories spell it: PEP 503 for pypi, lower case where package URLs have
 * it (composer, golang, npm) or the registry is blind to it (nuget, swift), "GROUP:NAME" for maven,
 * "@scope/name" for npm, the whole path for golang. In op. */
int ecosystem_name(struct op *op, const struct ecosystem_row *row, str name, str *ret) MUST_USE;
int ecosystem_package_name(struct op *op, const struct package *p, str *ret) MUST_USE;

#endif
