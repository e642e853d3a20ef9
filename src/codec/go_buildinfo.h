/*
 * go_buildinfo: what the Go linker writes into a program: its own version, the modules that it was
 * made of, and how it was built. Source: Go's debug/buildinfo and runtime/debug packages (1.13 to
 * 1.26), cmd/link/internal/ld/data.go.
 */
#ifndef CODEC_GO_BUILDINFO_H
#define CODEC_GO_BUILDINFO_H

#include "node.h"
#include "program.h"

struct go_module {
	str path, version, sum;          /* sum: "h1:..." or empty */
	str by_path, by_version, by_sum; /* what stands in for it (replace); empty: nothing does */
};

struct go_buildinfo {
	str go;                /* "go1.25.1 X:synctest", "devel go1.26-3f4a2 ..." */
	str path;              /* of the main package; empty where it was built without modules */
	struct go_module main; /* path empty: not told */
	struct go_module *dep; /* [dep_n] */
	ptrdiff_t dep_n;
	struct pairs setting; /* "-ldflags", "GOARCH", "vcs.revision", ... as written */
};

/*
 * go_buildinfo_find(op, a, p, ret): of a program. 1: Go did not link it, or it says nothing of
 * itself; ERR_FORMAT: it lies; ERR_LIMIT: more than any program has. Reads the head of one section,
 * and the information. Texts live in op.
 */
int go_buildinfo_find(struct op *op, const struct at *a, const struct program *p,
		      struct go_buildinfo *ret) MUST_USE;

/* The lines that tell of modules ("path\t...\nmod\t...\n"). */
int go_buildinfo_modules(struct op *op, str text, struct go_buildinfo *ret) MUST_USE;

#endif
