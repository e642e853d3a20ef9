/*
 * difference: what two images, or two locks, have not in common, as plain values. `before` and
 * `after` are the two sides of everything; an empty text or NULL there: it has none.
 */
#ifndef MODEL_DIFFERENCE_H
#define MODEL_DIFFERENCE_H

#include "codec/node.h"
#include "entry.h"
#include "finding.h"

struct difference_package {
	const char *type; /* "deb", "python": see model/inventory.h */
	str name, source;
	str before, after;             /* versions */
	str suite_before, suite_after; /* pockets, where a lock tells */
	str licence_before, licence_after; /* SPDX expressions, where the image tells */
	ptrdiff_t files;               /* differing files that this explains, see below */
};

struct difference_own { /* what a team adds that no package is */
	const char *kind;  /* "artifact", "certificate" */
	str name;
	str before, after; /* versions, or digests */
};

struct difference_entry { /* of a changelog */
	str version;
	int64_t date; /* seconds; 0: not known */
	str text;     /* as written, indented lines */
	struct texts cves;
};

struct difference_log { /* the changelog of one source package, between its two versions */
	str source, before, after;
	bool back; /* to an older version: the entries are what was lost */
	struct difference_entry *entry; /* [n], newest first */
	ptrdiff_t n;
	str missing; /* why there is none, for people; else empty */
};

enum { /* how a file differs that both sides have */
	DIFFERS_TYPE = 1,
	DIFFERS_CONTENT = 2,
	DIFFERS_MODE = 4,
	DIFFERS_OWNER = 8,
	DIFFERS_TARGET = 16,
};
struct difference_file {
	str path;
	const struct entry *before, *after;
	unsigned how;    /* DIFFERS_*; 0 for one that only one side has */
	str package;     /* whose it is; may be empty */
	bool explained;  /* by another version of its package, and nothing that needs a look:
			    neither configuration nor rights */
};

struct difference_setting { /* of the image's configuration, or an annotation */
	str name;           /* "user", "env PATH", "label x" */
	str before, after;
};

struct difference_finding { /* that only one side has */
	bool came;          /* else it went */
	str id, package, version; /* of the side that has it */
	str fixed;          /* the version that fixes it; empty: none */
	enum severity severity;
	bool exploited;
	ptrdiff_t at; /* its place among the findings of its side's report */
};
struct difference_findings {
	struct difference_finding *p; /* [n]: those that went, then those that came; worst first */
	ptrdiff_t n, gone_n, come_n, same_n;
	bool compared;  /* else there were no advisories to look with */
	bool fixed_only; /* they know fixes alone: unfixed ones are not covered */
};

struct difference_side {
	str name;          /* "nginx:latest" */
	str platform;      /* "linux/amd64" */
	struct digest manifest; /* zeros: a lock that was not built */
	bool has_files;    /* its file system was read */
	bool is_bill;	   /* it is a bill of materials */
	uint64_t size, unpacked; /* bytes of blobs, and of files; 0: not known */
	ptrdiff_t packages, files, layers;
};

struct difference {
	struct difference_side before, after;
	struct difference_package *package; /* [package_n], sorted by name */
	ptrdiff_t package_n;
	struct difference_own *own; /* [own_n], sorted by kind and name */
	ptrdiff_t own_n;
	struct difference_log *log; /* [log_n], sorted by source */
	ptrdiff_t log_n;
	struct difference_file *file; /* [file_n], sorted by path */
	ptrdiff_t file_n;
	struct difference_setting *setting;
	ptrdiff_t setting_n;
	struct difference_findings findings;
	ptrdiff_t layers_shared;
	uint64_t shared; /* bytes of the blobs of layers that both have */
};

/* Is there none? */
bool difference_is_empty(const struct difference *d);

#endif
