/*
 * pe: what a Windows program or a .NET assembly says of itself: its version resource. Sources:
 * Microsoft's "PE Format" (optional header, resource section), "VS_VERSIONINFO"; ECMA-335 II.25.
 */
#ifndef CODEC_PE_H
#define CODEC_PE_H

#include "node.h"
#include "program.h"

struct pe_version {
	bool clr;            /* a .NET assembly: has a CLI header */
	uint16_t file[4];    /* FILEVERSION; zeros: not told */
	uint16_t product[4]; /* PRODUCTVERSION */
	struct pairs text; /* "ProductName", "FileVersion", "Assembly Version", ... in UTF-8, of the
			      first language */
};

/*
 * pe_version(op, a, ret): of a PE file. 1: it is none. One without a version resource has none of
 * the above but clr; ERR_FORMAT for one that lies. Only headers and the resource are read. Texts
 * live in op.
 */
int pe_version(struct op *op, const struct at *a, struct pe_version *ret) MUST_USE;

/* The text of that name, or the empty one. */
str pe_version_text(const struct pe_version *v, const char *name);

#endif
