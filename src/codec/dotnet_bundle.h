/*
 * dotnet_bundle: a .NET program as one file: a host, behind it the program's files. Source:
 * dotnet/runtime, docs/design/features/single-file; header.h, bundle_marker.cpp of its host.
 */
#ifndef CODEC_DOTNET_BUNDLE_H
#define CODEC_DOTNET_BUNDLE_H

#include "program.h"

/*
 * dotnet_bundle_deps(op, a, p, ret): the .deps.json in a bundle. 1: the program is none, or has no
 * such file; ERR_FORMAT: it lies. A program behind whose last part nothing stands costs no read at
 * all; of another one the data that can be written are searched for the bundle's mark.
 */
int dotnet_bundle_deps(struct op *op, const struct at *a, const struct program *p,
		       str *ret) MUST_USE;

#endif
