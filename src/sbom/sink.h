/*
 * sink: where a bill of materials is written to, piece by piece: an image of 50,000 files has
 * tens of megabytes of it, which nobody needs in memory at once.
 */
#ifndef SBOM_SINK_H
#define SBOM_SINK_H

#include "base/limits.h"
#include "base/map.h"
#include "codec/json.h"
#include "model/outcome.h"

typedef int sbom_sink(struct op *op, void *arg, str bytes);

/* A sink into a growing text: arg is a struct buf *. */
sbom_sink sink_buf;

/* What the writers of one document share. */
struct sink {
	struct op *op;
	sbom_sink *write;
	void *arg;
	struct buf b;
	struct json_out json;
};
void sink_begin(struct sink *s, struct op *op, sbom_sink *write, void *arg);
/* Hand on what is there if it is much (or all of it: close; with a line's end: end); 0 or a
 * failure. */
int sink_flush(struct sink *s) MUST_USE;
int sink_close(struct sink *s) MUST_USE;
int sink_end(struct sink *s) MUST_USE;

/* "1b9e8c1a-...": a UUID (version 8) from the image's manifest digest and the kind of document. */
enum { SINK_UUID = 37 };
const char *sink_uuid(const struct outcome *o, const char *kind, char out[SINK_UUID]);

/* The purls of the image and of one of its packages. */
int sink_image_purl(struct op *op, const struct outcome *o, str *ret) MUST_USE;
int sink_package_purl(struct op *op, const struct outcome *o, const struct outcome_package *p,
		      str *ret) MUST_USE;
/* The recipe's, or pkg:generic/... */
int sink_artifact_purl(struct op *op, const struct outcome_artifact *a, str *ret) MUST_USE;

/* Which artifact a file is of, by its origin; -1 for none. */
ptrdiff_t sink_artifact_of(const struct outcome *o, const struct outcome_file *f);

/* Who hands the package out; empty: nobody but the user. */
str sink_supplier(const struct outcome_package *p);

/* Is the entry a file with content of its own to be listed? */
bool sink_lists(const struct entry *e);

/* Is there a SHA-1 (files that temper generates may have none)? Written as hex to out. */
enum { SINK_SHA1 = 41 };
bool sink_sha1(const struct entry *e, char out[SINK_SHA1]);

/* "./usr/bin/x" in out, the path cut at LIMIT_PATH bytes. */
enum { SINK_PATH = LIMIT_PATH + 3 };
str sink_path(char out[SINK_PATH], str path);

/* Positions of packages in *o by name: value index + 1. */
int sink_positions(struct op *op, const struct outcome *o, struct map *ret) MUST_USE;

#endif
