/*
 * patch: what `temper patch` did to an image, as plain values: the border between doing (build/) and
 * telling (report/).
 */
#ifndef MODEL_PATCH_H
#define MODEL_PATCH_H

#include "codec/digest.h"
#include "codec/node.h"

struct patched_package {
	str name, arch, before, after; /* before empty: it is new */
	str suite;                     /* pocket: "bookworm-security" */
	str answered;                  /* how its scripts are answered */
	bool pulled;                   /* because another update needs it */
	struct texts cleared;          /* findings that went with it */
	struct texts kept;             /* conffiles that stay as the image has them */
	uint64_t away;                 /* its paths that the image was rid of before */
};

struct patched_left { /* has a newer version, and stays */
	str name, arch, before, available;
	str why;
	struct texts findings; /* that the newer version would clear */
};

struct patched {
	str name, platform, suite,
		os; /* "debian:12-slim", "linux/amd64", "bookworm", "Debian GNU/Linux 12" */
	struct digest base, image; /* manifests; the same where nothing changed */
	struct digest layer;
	uint64_t layer_size;
	struct patched_package *package; /* [package_n], by name */
	ptrdiff_t package_n;
	struct patched_left *left; /* [left_n], by name */
	ptrdiff_t left_n;
	struct texts note; /* a sentence each */
	bool changed; /* there is a new image */
	bool scanned;
	bool rebased; /* the image had been patched before: it was patched anew */
	uint64_t findings_before, findings_after, files, removed;
	str ended; /* since when the suite has no support; empty: it has, or it is not known */
};

#endif
