/*
 * words: what the forms of a report of findings say in the same words.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "base/buf.h"
#include "codec/json.h"
#include "model/report.h"

/* Of a finding: its package. */
const struct package *words_package(const struct report *r, const struct finding *f);

/* "group:artifact", "@scope/name": as people of the ecosystem call it. In op; the bare name where
 * memory fails (the failure is recorded). */
str words_name(struct op *op, const struct package *p);

/* "1.2.3, 2.0.1", "(won't fix)", "(deferred)", "(end of life)", or nothing. */
void words_fixed(struct buf *b, const struct finding *f);

/* "8.0% (53rd)", "N/A"; "96.3", "< 0.1". */
void words_epss(struct buf *b, const struct finding *f);
void words_risk(struct buf *b, const struct finding *f);

/* "8.0" in out: one decimal, any locale. */
enum { WORDS_NUMBER = 32 };
const char *words_number(double value, int decimals, char out[WORDS_NUMBER]);

/* An address that tells of it: its first reference, or that of who gave it its id. */
str words_url(struct op *op, const struct finding *f);

/* The first CVE among its ids, else its id. */
str words_cve(const struct finding *f);

/* The file that tells of the package, "" where nothing does. */
str words_path(const struct package *p);

/* "Upgrade libssl3 to 3.0.15-1", "There is no fix yet", "There will be no fix". */
void words_remedy(struct buf *b, const struct report *r, const struct finding *f);

/* "libssl3 3.0.11-1 (deb)". */
void words_what(struct buf *b, const struct report *r, const struct finding *f);

/* "registry.example/app:1.4": what was looked at, as the user called it. */
void words_subject(struct buf *b, const struct report *r);

/* What stays the same of a finding when its package is updated to a version that has it still: for
 * services that track findings over time. */
struct digest words_identity(struct op *op, const struct report *r, const struct finding *f);

/* Members of JSON: a list of texts, if it is not empty; a number with decimals. */
void words_json_texts(struct json_out *j, const char *key, const struct texts *t);
void words_json_number(struct json_out *j, const char *key, double value, int decimals);

/* The member "range" of a span; none of one that takes in everything. */
void words_json_span(struct json_out *j, const struct version_span *s);

/* "2 h", "3 d"; "unknown age" for less than 0. */
void words_age(struct buf *b, int64_t seconds);

/* "1 critical, 2 high, 3 medium, 1 low": those that are not 0; "0" for none at all. */
void words_severities(struct buf *b, const uint64_t count[SEVERITIES]);

/* "upgrade libssl3 to 3.0.15-1: clears 9 (1 critical, 8 high)". */
void words_group(struct buf *b, const struct report *r, const struct fix_group *g);

/* What a report without findings may say: "No vulnerabilities found" only if all was covered. */
void words_none(struct buf *b, const struct report *r);

/* "npm: no advisories for it (12 packages)". */
void words_coverage(struct buf *b, const struct coverage *c);

/* ">= 1.0, < 1.2.3", "every version". */
void words_span(struct buf *b, const struct match *m);

/* What is to be said of the end of the system's support; empty: nothing. */
void words_life(struct buf *b, const struct report *r);

/* Does it matter to whoever reads no details: what is not wholly covered? */
bool words_uncovered(const struct coverage *c);

/* Counts of what is suppressed, by why: "owner 3, waiver 2". */
void words_suppressed(struct buf *b, const struct report *r);

#endif
