/*
 * outcome_json: the outcome of a build as JSON, for programs.
 *
 *	{ "schema": "temper-outcome/1", "name", "description", "suite", "platform": "linux/amd64",
 *	  "digest": "sha256:...", "recipe": digest, "lock": digest, "compressor", "user",
 *	  "created": RFC 3339, "size": bytes of blobs, "unpacked": bytes of files,
 *	  "packages": [{ "name", "version", "architecture", "source", "source-version", "licence",
 *	      "path", "suite", "digest", "download": bytes, "size": bytes, "files": n, "layer": index,
 *	      "why": [the chain from the recipe], "scripts", "depends": [names],
 *	      "cves": [{ "version" that fixed it, "id" }], "description" }],       sorted by name
 *	  "layers": [{ "digest", "diff-id", "size", "unpacked", "what" }],        bottom first
 *	  "cuts": [{ "package", "depends", "why", "rule", "added": bool }],
 *	  "dropped": [{ "pattern", "rule", "bytes", "files" }],                   most bytes first
 *	  "proof": [{ "name", "ok": bool, "summary", "detail": [text] }],
 *	  "tests": [{ "name", "verdict": "passed" | "failed" | "skipped", "detail" }],
 *	  "files": [{ "path", "type": "directory" | "file" | "symlink" | "hardlink", "mode": "0644",
 *	      "uid", "gid", "size", "sha256", "target", "package" or "from" }],   sorted by path
 *	  "pockets": [{ "suite", "version", "date", "signer" }],
 *	  "next": [{ "command", "what" }] }
 *
 * Optional members are left out when empty. Members may be added under the same schema name; none
 * changes its meaning. How long a test took and whether a layer was found in the store is left out:
 * the same image is the same bytes.
 */
#ifndef REPORT_OUTCOME_JSON_H
#define REPORT_OUTCOME_JSON_H

#include "base/buf.h"
#include "model/outcome.h"

/* Failures stay in the buf. */
void outcome_json_write(struct buf *b, const struct outcome *o);

#endif
