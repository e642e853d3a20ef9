/*
 * cataloger: what finds packages. A cataloger is one file with one `const struct cataloger`, and
 * one line in catalogers.c: it declares which files it wants and turns their bytes into packages. It
 * sees a tree, never an image.
 *
 *	static int read_release(struct op *op, struct catalog *c, const struct found *f) { ... }
 *	const struct cataloger cataloger_jvm = {
 *		.name = "jvm",
 *		.what = "Java runtimes, by their release file",
 *		.wants = { { .glob = "**" "/release" } },
 *		.read = read_release,
 *	};
 *
 * read() is called once for each visible file that it wants, in order of path (with --scope
 * all-layers, then for hidden ones). What it allocates in op lives as long as the inventory:
 * intermediate things belong between op_mark() and op_reset(), or into an op of its own. It adds
 * packages with catalog_add() and never prints. A file that cannot be understood is its fault, not
 * the program's: read() returns catalog_unreadable() (or just hands up a negative code: ERR_FORMAT
 * and ERR_LIMIT become a warning with the path, other codes end the command), and the answer is
 * "incomplete". A file that merely looks like what it wants is no fault: return 0.
 */
#ifndef INVENTORY_CATALOGER_H
#define INVENTORY_CATALOGER_H

#include "model/inventory.h"
#include "tree/tree.h"

/* A wanted file. */
struct found {
	str path;
	uint32_t node;
	uint64_t size;
	uint32_t probe; /* PROBE_ bits */
	int layer;      /* -1: the tree is no image */
};

struct catalog; /* what is being found: opaque */

struct want {
	const char *glob; /* NULL: any path, by `bits` alone */
	uint32_t bits;    /* PROBE_ bits of which one must hold; 0: any */
	bool lock;        /* a lock or project file: read in work trees (dir:), not in images */
	bool licences;    /* wanted only where licences are asked for */
	bool files;       /* wanted only where file lists with digests are asked for */
};

enum { CATALOGER_WANTS = 104 };
struct cataloger {
	const char *name; /* "dpkg": for --select-catalogers, evidence and the help */
	const char *what; /* a line of help */
	struct want wants[CATALOGER_WANTS]; /* ends with an empty one */
	int (*read)(struct op *op, struct catalog *c, const struct found *f);
	/* Called once before the first and after the last file, NULL if there is nothing to do;
	 * state for them is catalog_state(). */
	int (*begin)(struct op *op, struct catalog *c);
	int (*end)(struct op *op, struct catalog *c);
};

/* All catalogers in the order they run: the system's databases first. */
extern const struct cataloger *const catalogers[];
extern const size_t catalogers_n;

/* A pointer of the running cataloger's own, NULL at first. */
void **catalog_state(struct catalog *c);

/* The whole content (at most max bytes: more is ERR_LIMIT), or as bytes at positions. Lives in op.
 */
int catalog_text(struct op *op, struct catalog *c, const struct found *f, size_t max,
		 str *ret) MUST_USE;
int catalog_at(struct op *op, struct catalog *c, const struct found *f, struct at *ret) MUST_USE;

/* Another file: relative to the directory of f ("RECORD", "../x"), or anywhere (f NULL), symlinks
 * followed. 1: there is no such file. One that no want names costs more in a compressed layer: name
 * it. */
int catalog_beside(struct op *op, struct catalog *c, const struct found *f, str path,
		   struct found *ret) MUST_USE;
const struct tree *catalog_tree(const struct catalog *c);

/* Is the tree an image (installed things count) or a work tree (lock files count too)? */
bool catalog_is_image(const struct catalog *c);
/* Are licences asked for? Finding them costs reading texts: skip that if not. */
bool catalog_wants_licences(const struct catalog *c);
/* Are file lists with digests asked for? Owners are needed in any case: list the files always,
 * their digests too if they are at hand. */
bool catalog_wants_files(const struct catalog *c);

/* Does a system's package list the file? Those catalogers run first. */
bool catalog_owned(const struct catalog *c, uint32_t node);
/* Has a cataloger before this one recognised the file, or does a package list it? */
bool catalog_is_recognised(const struct catalog *c, uint32_t node);

/* The system's identity: known before any cataloger's read() is called. */
const struct os_identity *catalog_os(const struct catalog *c);
/* What a cataloger knows of the system beside packages: "apk:release", "redhat:content-sets". */
int catalog_os_fact(struct op *op, struct catalog *c, str key, str value) MUST_USE;

/*
 * catalog_add(op, c, f, how, p, ret): a package that f tells of. Texts must live in op (copy what
 * aliases a buffer that goes away); *p is copied. Evidence with f's path is added to what
 * p->evidence has (usually none); purl is made if it is empty. A name or version that is empty, or
 * has control characters, is passed over with a warning. *ret (may be NULL): its number, for
 * catalog_relate().
 */
int catalog_add(struct op *op, struct catalog *c, const struct found *f, enum evidence_how how,
		const struct package *p, uint32_t *ret) MUST_USE;

/* The same with the path as the evidence shall have it: "outer.jar:inner.jar". */
int catalog_add_within(struct op *op, struct catalog *c, const struct found *f, str path,
		       enum evidence_how how, const struct package *p, uint32_t *ret) MUST_USE;

/* A relation between two packages that were added; needs and provides are related later, by name.
 */
int catalog_relate(struct op *op, struct catalog *c, enum relation_kind kind, uint32_t from,
		   uint32_t to) MUST_USE;

/* A file (or a part of it: path) that cannot be read: recorded, and op's error forgiven. Returns 0,
 * or a code that ends the command. */
int catalog_unreadable(struct op *op, struct catalog *c, const struct found *f, str path) MUST_USE;

/* This executable is accounted for although no package comes of it (a second name, a plugin of
 * one). */
int catalog_recognised(struct op *op, struct catalog *c, uint32_t node) MUST_USE;

/* Add a key of p->facts (kept sorted), a checksum, a qualifier: value empty: nothing. */
int package_fact(struct op *op, struct pairs *pairs, const char *key, str value) MUST_USE;

#endif
