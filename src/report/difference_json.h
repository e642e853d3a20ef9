/*
 * difference_json: a difference as JSON, for programs.
 *
 *	{ "schema": "temper-difference/1",
 *	  "before": { "name", "platform", "digest", "packages": n, "files": n, "layers": n,
 *	      "size": bytes of blobs, "unpacked": bytes of files }, "after": likewise,
 *	  "packages": [{ "name", "source", "before", "after", "suite-before", "suite-after" }],
 *	  "own": [{ "kind": "artifact" | "certificate", "name", "before", "after" }],
 *	  "changelogs": [{ "source", "before", "after", "back": true for an older version,
 *	      "entries": [{ "version", "date", "cves": [id], "text" }], "missing": why }],
 *	  "files": [{ "path", "package", "explained": bool,
 *	      "before": { "type", "mode": "0644", "uid", "gid", "size", "sha256", "target" },
 *	      "after": likewise, "differs": ["content" | "mode" | "owner" | "target" | "type"] }],
 *	  "settings": [{ "name", "before", "after" }],
 *	  "layers-shared": n, "bytes-shared": n }
 *
 * What a side does not have is left out. "files", "settings" and the last two are left out where
 * a side's files are not known.
 */
#ifndef REPORT_DIFFERENCE_JSON_H
#define REPORT_DIFFERENCE_JSON_H

#include "base/buf.h"
#include "model/difference.h"

/* Failures stay in the buf. */
void difference_json_write(struct buf *b, const struct difference *d);

#endif
