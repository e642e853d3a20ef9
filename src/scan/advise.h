/*
 * advise: what another base would do for an image: what it must bring, which of the images that are
 * known bring it, and what each takes away (findings, packages, bytes) and costs (another version of a
 * language, no shell, another C library). Pure: inventories and reports in, values out.
 */
#ifndef SCAN_ADVISE_H
#define SCAN_ADVISE_H

#include "model/advice.h"
#include "model/config.h"

/* Something that a base may bring: a language's runtime, a server. One row each in advise_families[]. */
struct advise_family {
	const char *name;     /* "python" */
	const char *packages; /* globs of names of distributions' packages, parted by blanks */
	const char *binaries; /* names of recognised programs, likewise */
	const char *programs; /* names of files that are started */
	const char *images;   /* last parts of images' names: "python node" */
	int language;         /* enum package_type that needs it; -1: none */
	bool is_runtime;      /* its version matters to what runs on it */
};
extern const struct advise_family advise_families[];
extern const size_t advise_families_n;

/*
 * advise_needs(op, inv, config, libraries, ret, ret_n): what an image needs, by how it is started and
 * what lies in it. `libraries`: paths that its entry points load (vex/evidence.h); none: not known.
 */
int advise_needs(struct op *op, const struct inventory *inv, const struct config *config,
		 const struct texts *libraries, struct advice_need **ret,
		 ptrdiff_t *ret_n) MUST_USE;

/* What a base of this name ("python:3.12-slim", "gcr.io/distroless/nodejs20") is for, by its name
 * alone. */
int advise_needs_of_name(struct op *op, str image, struct advice_need **ret,
			 ptrdiff_t *ret_n) MUST_USE;

/*
 * advise_make(op, now, config, libraries, base, base_n, ret): judge the bases by ret->need. `now` (its
 * report) and `config` may be NULL: only the name of the present base is known. ret->subject, base and
 * need are the caller's.
 */
int advise_make(struct op *op, const struct report *now, const struct config *config,
		const struct texts *libraries, const struct advice_base *base, ptrdiff_t base_n,
		struct advices *ret) MUST_USE;

#endif
