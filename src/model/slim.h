/*
 * slim: what `temper slim` cut out of an image and why, as plain values: the border between doing
 * (build/) and telling (report/).
 */
#ifndef MODEL_SLIM_H
#define MODEL_SLIM_H

#include "codec/digest.h"
#include "codec/node.h"

struct outcome_test; /* model/outcome.h */

/* Why a package stays or goes; from SLIM_UNREACHED on it goes. */
enum slim_rule {
	SLIM_KEPT,      /* --keep */
	SLIM_REACHED,   /* what is started loads or starts a file of it */
	SLIM_NAMED,     /* a command, script or reached program names a program of it */
	SLIM_DATA,      /* data that programs use without naming the package */
	SLIM_IMPLICIT,  /* the C library loads a file of it by name */
	SLIM_MODULES,   /* files where an interpreter that is reached looks for modules */
	SLIM_CHOICE,    /* the choice of an alternative that others are left for */
	SLIM_LIBRARY,   /* a library that a file of what stays needs */
	SLIM_DEPENDS,   /* what stays depends on it */
	SLIM_DOUBT,     /* what is reached could start or load it */
	SLIM_UNREACHED, /* nothing that is started can reach it */
	SLIM_TOOL,      /* of no use to what runs, and nothing that is reached names it */
	SLIM_ORPHAN,    /* a library that nothing which stays needs */
	SLIM_DROPPED,   /* --drop */
	SLIM_RULES
};
extern const char *const slim_rules[SLIM_RULES]; /* "kept", "reached", ... */

static inline bool slim_cuts(enum slim_rule rule)
{
	return rule >= SLIM_UNREACHED;
}

struct slimmed_package {
	str name, version, arch;
	enum slim_rule rule;
	str why;                /* a sentence: the evidence */
	uint64_t bytes, files;  /* that are its own alone */
	struct texts dependent; /* of a cut one: packages that stay and say they depend on it */
	struct texts cleared;   /* findings that go with it */
};

struct slimmed {
	str name, platform, os;
	struct digest base, image; /* manifests; the same where nothing was cut */
	struct texts entry;        /* programs and scripts that are started */
	str doubt;                 /* why more may run than was followed; empty: nothing more can */
	struct slimmed_package *package; /* [package_n], by name */
	ptrdiff_t package_n, cut_n;
	uint64_t bytes_before, bytes_after; /* of files */
	uint64_t size_before, size_after;   /* of blobs; size_after 0: no image was made */
	uint64_t files;                     /* paths that go */
	struct outcome_test *test;          /* [test_n] */
	ptrdiff_t test_n;
	struct texts note; /* a sentence each */
	bool changed, scanned, dry_run;
	uint64_t findings_before, findings_after;
	str failed; /* why the result is refused; empty: it is good */
};

#endif
