/*
 * platform: "linux/amd64" and what the ecosystems call it. Source: OCI image-spec image-index.md;
 * dpkg-architecture(1).
 */
#ifndef MODEL_PLATFORM_H
#define MODEL_PLATFORM_H

#include "base/op.h"

struct platform {
	const char *name;     /* "linux/amd64" */
	const char *oci_arch; /* "amd64" */
	const char *variant;  /* "v8" for arm64, else "" */
	const char *deb_arch; /* "amd64" */
	const char *triplet;  /* "x86_64-linux-gnu": where Debian keeps the libraries */
	const char *loader;   /* "lib64/ld-linux-x86-64.so.2" */
	uint16_t elf_machine;
	bool big;
	uint8_t bits;
};

/* By "linux/amd64", "amd64" or "arm64/v8"; NULL for one that temper does not know. */
const struct platform *platform_find(str name);
const struct platform *platform_host(void);
/* Do two texts mean the same? "linux/arm64" is "linux/arm64/v8"; unknown ones must be equal. */
bool platform_same(str a, str b);
/* All names, for messages: "linux/amd64, linux/arm64, ..." */
const char *platform_names(void);

#endif
