/*
 * What the files dpkg*.c and opkg.c share of a database in dpkg's form.
 */
#ifndef INVENTORY_DPKG_IMPL_H
#define INVENTORY_DPKG_IMPL_H

#include "base/map.h"
#include "base/vec.h"
#include "cataloger.h"
#include "distro/installed.h"

struct dpkg_diversion { /* a path of all packages but `by` is elsewhere */
	str from, to, by;
};
struct dpkg_rule { /* path-exclude, path-include: the last that matches counts */
	str glob;
	bool exclude;
};

/* A status file or record, and what goes for its packages. Lives in op. */
struct dpkg_place {
	struct found f;
	str root;             /* "" or "rootfs/": before all paths */
	bool split;           /* a record of status.d */
	struct map *licences; /* by copyright files' texts: binary packages of one source share
				 them; or NULL */
	VEC(struct dpkg_diversion) diversion;
	VEC(struct dpkg_rule) rule; /* only where file lists are asked for */
};
int dpkg_place(struct op *op, struct catalog *c, const struct found *f, bool split,
	       struct dpkg_place *ret) MUST_USE;

/* A package of the fields of a stanza but for its relations, files and licence. */
int dpkg_stanza(struct op *op, const struct os_identity *os, const struct installed_stanza *s,
		struct package *p) MUST_USE;

/* p->needs and p->provides. Alternatives are kept in d, to choose of them in the end; without one
 * (NULL) the first counts. */
struct dpkg;
int dpkg_relations(struct op *op, struct dpkg *d, const struct installed_stanza *s,
		   struct package *p) MUST_USE;

/* p->file from the package's .list, or without one its .md5sums, and its Conffiles. */
int dpkg_files(struct op *op, struct catalog *c, const struct dpkg_place *place,
	       const struct installed_stanza *s, struct package *p) MUST_USE;

/* Paths of a .list into p->file, with room for `more`; unsorted. */
int dpkg_list(struct op *op, str text, ptrdiff_t more, struct package *p) MUST_USE;

/* p->licence from the package's copyright file, if it has one. */
int dpkg_licence(struct op *op, struct catalog *c, const struct dpkg_place *place,
		 struct package *p) MUST_USE;

#endif
