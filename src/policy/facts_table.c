#include "facts_table.h"

#include <string.h>

#include "sys/clock.h"

enum { HOUR = 3600, DAY = 86400 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define AT(s, m) offsetof(struct s, m)
#define ALWAYS FACT_ALWAYS
#define WORD(list) .word = (list), .word_n = (int)COUNT(list)
#define TABLE(called, of, rows)                                                                \
	{                                                                                      \
		.name = (called), .fact = (rows), .n = COUNT(rows), .size = sizeof(struct of), \
	}

/* ---- what is made ---- */

static void whole(struct json_out *j, const char *key, int64_t n)
{
	json_key(j, str_of(key));
	json_i64(j, n);
}

static void made_age_days(struct json_out *j, const struct facts_root *root, const void *at,
			  const char *key)
{
	const struct subject *s = at;

	if (s->created && root->facts.time >= s->created)
		whole(j, key, (root->facts.time - s->created) / DAY);
}

static void made_user(struct json_out *j, const struct facts_root *root, const void *at,
		      const char *key)
{
	(void)at;
	json_pair(j, key, root->facts.config.user);
}

static void made_age_hours(struct json_out *j, const struct facts_root *root, const void *at,
			   const char *key)
{
	const struct report_source *s = at;

	(void)root;
	if (s->age_s >= 0)
		whole(j, key, s->age_s / HOUR);
}

static bool day_of(str s, int64_t *ret)
{
	char text[CLOCK_TEXT];

	if (s.len < 10)
		return false;
	memcpy(text, s.p, 10);
	memcpy(text + 10, "T00:00:00Z", 10);
	return clock_parse_rfc3339((str){ text, 20 }, ret);
}

static void made_fixed_days(struct json_out *j, const struct facts_root *root, const void *at,
			    const char *key)
{
	const struct finding *f = at;
	int64_t day;

	if (day_of(f->fixed_on, &day) && root->facts.time >= day)
		whole(j, key, (root->facts.time - day) / DAY);
}

static void made_faults(struct json_out *j, const struct facts_root *root, const void *at,
			const char *key)
{
	const struct check *c = at;
	int64_t n = 0;

	(void)root;
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		n += c->fault[i].waived_by.len == 0 && c->fault[i].reason.len == 0;
	whole(j, key, n);
}

static void made_weaker(struct json_out *j, const struct facts_root *root, const void *at,
			const char *key)
{
	const struct hardening *h = at;

	(void)root;
	whole(j, key, h->weaker_n);
}

static void made_summary(struct json_out *j, const struct facts_root *root, const void *at,
			 const char *key)
{
	struct report_counts n;

	(void)at;
	report_count(&root->report, &n);
	json_key(j, str_of(key));
	json_object(j);
	json_pair_u64(j, "packages", (uint64_t)root->inventory.package_n);
	json_pair_u64(j, "findings", (uint64_t)root->report.shown_n);
	for (int s = SEVERITIES - 1; s >= 0; s--)
		json_pair_u64(j, severities[s], n.by_severity[s]);
	json_pair_u64(j, "fixed", n.fixed);
	json_pair_u64(j, "exploited", n.exploited);
	json_pair_u64(j, "suppressed", n.suppressed);
	json_object_end(j);
}

/* ---- image ---- */

static const char *const subject_kinds[] = { "image", "directory", "file" };

static const struct fact of_layer[] = {
	{ "digest", FACT_DIGEST, 0, AT(inventory_layer, digest),
	  .what = "of the layer as it is stored" },
	{ "diff_id", FACT_DIGEST, 0, AT(inventory_layer, diff_id), .what = "of its content" },
	{ "size", FACT_U64, ALWAYS, AT(inventory_layer, size), .what = "bytes as it is stored" },
	{ "media_type", FACT_TEXT, 0, AT(inventory_layer, media_type), .what = "its media type" },
	{ "created_by", FACT_TEXT, ALWAYS, AT(inventory_layer, created_by),
	  .what = "the instruction that made it" },
	{ "is_base", FACT_BOOL, ALWAYS, AT(inventory_layer, is_base),
	  .what = "it belongs to the image that this one was built on" },
};
static const struct facts_table layer_table = TABLE("layer", inventory_layer, of_layer);

static const struct fact of_image[] = {
	{ "kind", FACT_WORD, ALWAYS, AT(subject, kind), WORD(subject_kinds),
	  .what = "what was looked at" },
	{ "name", FACT_TEXT, ALWAYS, AT(subject, name), .what = "as it was called" },
	{ "tag", FACT_TEXT, 0, AT(subject, version), .what = "its tag" },
	{ "reference", FACT_TEXT, 0, AT(subject, reference),
	  .what = "NAME@sha256:... where it is from a registry" },
	{ "digest", FACT_DIGEST, 0, AT(subject, manifest), .what = "of its manifest" },
	{ "config_digest", FACT_DIGEST, 0, AT(subject, config), .what = "of its configuration" },
	{ "platform", FACT_TEXT, ALWAYS, AT(subject, platform), .what = "as \"linux/amd64\"" },
	{ "created", FACT_TIME, 0, AT(subject, created), .what = "when it was made" },
	{ "age_days", FACT_MADE, 0, .made = made_age_days, .type = "integer",
	  .what = "whole days from created to time" },
	{ "size", FACT_U64, ALWAYS, AT(subject, size),
	  .what = "bytes of all files that are visible" },
	{ "user", FACT_MADE, ALWAYS, .made = made_user, .type = "string",
	  .what = "config.user, for it is asked so often" },
	{ "labels", FACT_PAIRS, ALWAYS, AT(subject, labels), .what = "of its configuration" },
	{ "annotations", FACT_PAIRS, ALWAYS, AT(subject, annotations), .what = "of its manifest" },
	{ "tags", FACT_TEXTS, ALWAYS, AT(subject, tags), .what = "all tags that it is known by" },
	{ "repo_digests", FACT_TEXTS, 0, AT(subject, repo_digests),
	  .what = "NAME@sha256:... that it is known by" },
	{ "base_name", FACT_TEXT, 0, AT(subject, base_name),
	  .what = "the image that its annotations say it was built on" },
	{ "base_digest", FACT_DIGEST, 0, AT(subject, base), .what = "and the digest of it" },
	{ "layers", FACT_LIST, ALWAYS, AT(subject, layer), AT(subject, layer_n),
	  .table = &layer_table, .what = "from the lowest" },
};
static const struct facts_table image_table = TABLE("image", subject, of_image);

/* ---- system ---- */

static const struct fact of_os[] = {
	{ "id", FACT_TEXT, ALWAYS, AT(os_identity, id), .what = "ID of os-release(5)" },
	{ "id_like", FACT_TEXT, 0, AT(os_identity, id_like), .what = "ID_LIKE" },
	{ "version_id", FACT_TEXT, ALWAYS, AT(os_identity, version_id), .what = "VERSION_ID" },
	{ "version", FACT_TEXT, 0, AT(os_identity, version), .what = "VERSION" },
	{ "codename", FACT_TEXT, 0, AT(os_identity, codename), .what = "VERSION_CODENAME" },
	{ "name", FACT_TEXT, 0, AT(os_identity, name), .what = "NAME" },
	{ "pretty_name", FACT_TEXT, ALWAYS, AT(os_identity, pretty_name), .what = "PRETTY_NAME" },
	{ "variant_id", FACT_TEXT, 0, AT(os_identity, variant_id), .what = "VARIANT_ID" },
	{ "build_id", FACT_TEXT, 0, AT(os_identity, build_id), .what = "BUILD_ID" },
	{ "cpe", FACT_TEXT, 0, AT(os_identity, cpe), .what = "CPE_NAME" },
	{ "support_end", FACT_TEXT, 0, AT(os_identity, support_end), .what = "SUPPORT_END" },
	{ "distro", FACT_TEXT, 0, AT(os_identity, distro),
	  .what = "as purls have it: \"debian-12\"" },
	{ "path", FACT_TEXT, 0, AT(os_identity, path), .what = "of the file that told it" },
	{ "facts", FACT_PAIRS, 0, AT(os_identity, facts), .what = "what else the image tells" },
};
static const struct facts_table os_table = TABLE("os", os_identity, of_os);

static const struct fact of_support[] = {
	{ "ecosystem", FACT_TEXT, 0, AT(life, ecosystem),
	  .what = "whose dates these are; not there: nobody knows" },
	{ "name", FACT_TEXT, 0, AT(life, name), .what = "of one package of it" },
	{ "standard_end", FACT_TEXT, ALWAYS, AT(life, standard_end),
	  .what = "the day on which it ends; empty: none is set" },
	{ "extended_end", FACT_TEXT, ALWAYS, AT(life, extended_end),
	  .what = "likewise of LTS or ESM" },
	{ "codename", FACT_TEXT, 0, AT(life, codename), .what = "of the release" },
	{ "note", FACT_TEXT, 0, AT(life, note), .what = "what else is to be said" },
};
static const struct facts_table support_table = TABLE("support", life, of_support);

/* ---- packages ---- */

static const struct fact of_evidence[] = {
	{ "path", FACT_TEXT, ALWAYS, AT(evidence, path), .what = "of the file that tells of it" },
	{ "layer", FACT_LAYER, 0, AT(evidence, layer), .what = "that holds it, from 0" },
	{ "by", FACT_TEXT, ALWAYS, AT(evidence, by), .what = "the cataloguer that read it" },
	{ "how", FACT_WORD, ALWAYS, AT(evidence, how), .word = evidence_hows,
	  .word_n = EVIDENCE_HOWS, .what = "how sure it is" },
};
static const struct facts_table evidence_table = TABLE("evidence", evidence, of_evidence);

static const struct fact of_package[] = {
	{ "id", FACT_TEXT, ALWAYS, AT(package, id), .what = "the purl, made unique" },
	{ "type", FACT_TYPE, ALWAYS, AT(package, type),
	  .what = "\"deb\", \"npm\", \"python\", \"java-archive\"" },
	{ "namespace", FACT_TEXT, ALWAYS, AT(package, ns), .what = "group, scope, distribution" },
	{ "name", FACT_TEXT, ALWAYS, AT(package, name), .what = "without its namespace" },
	{ "version", FACT_TEXT, ALWAYS, AT(package, version),
	  .what = "as its ecosystem writes it" },
	{ "arch", FACT_TEXT, ALWAYS, AT(package, arch), .what = "architecture" },
	{ "source", FACT_TEXT, ALWAYS, AT(package, source),
	  .what = "source package, where it has another name" },
	{ "source_version", FACT_TEXT, 0, AT(package, source_version), .what = "version of that" },
	{ "distro", FACT_TEXT, 0, AT(package, distro), .what = "\"debian-12\"" },
	{ "purl", FACT_TEXT, ALWAYS, AT(package, purl), .what = "package URL" },
	{ "qualifiers", FACT_PAIRS, 0, AT(package, qualifiers),
	  .what = "further ones of the purl" },
	{ "subpath", FACT_TEXT, 0, AT(package, subpath), .what = "of the purl" },
	{ "licence", FACT_TEXT, ALWAYS, AT(package, licence),
	  .what = "SPDX expression; empty: not told" },
	{ "supplier", FACT_TEXT, ALWAYS, AT(package, supplier), .what = "who supplies it" },
	{ "cpes", FACT_TEXTS, 0, AT(package, cpe), .what = "CPE 2.3, the best first" },
	{ "facts", FACT_PAIRS, 0, AT(package, facts), .what = "what else its metadata tells" },
	{ "origin", FACT_WORD, ALWAYS, AT(package, origin), .word = origins, .word_n = 3,
	  .what = "of the base image or the application; empty: not known" },
	{ "layer", FACT_LAYER, 0, AT(package, layer), .what = "that brought it, from 0" },
	{ "development", FACT_BOOL, ALWAYS, AT(package, development),
	  .what = "only to build or test" },
	{ "listed", FACT_BOOL, 0, AT(package, listed),
	  .what = "of a database that lists no files" },
	{ "evidence", FACT_LIST, ALWAYS, AT(package, evidence), AT(package, evidence_n),
	  .table = &evidence_table, .what = "where it was seen, the surest first" },
};
const struct facts_table facts_table_package = TABLE("package", package, of_package);

/* What facts_json.c writes for FACT_PACKAGE. */
static const struct fact of_called[] = {
	{ "id", FACT_TEXT, ALWAYS, AT(package, id), .what = "of one of the packages" },
	{ "name", FACT_TEXT, ALWAYS, AT(package, name),
	  .what = "as its ecosystem calls it: \"group:artifact\"" },
	{ "version", FACT_TEXT, ALWAYS, AT(package, version), .what = "its version" },
	{ "type", FACT_TYPE, ALWAYS, AT(package, type), .what = "its type" },
	{ "purl", FACT_TEXT, ALWAYS, AT(package, purl), .what = "its package URL" },
	{ "origin", FACT_WORD, ALWAYS, AT(package, origin), .word = origins, .word_n = 3,
	  .what = "of the base image or the application" },
	{ "path", FACT_TEXT, ALWAYS, AT(package, name), .what = "of the file that tells of it" },
};
const struct facts_table facts_table_called = TABLE("called", package, of_called);

/* ---- findings ---- */

static const struct fact of_span[] = {
	{ "from", FACT_TEXT, 0, AT(version_span, from), .what = "the first that is in it" },
	{ "until", FACT_TEXT, 0, AT(version_span, until), .what = "the first that is not" },
	{ "last", FACT_TEXT, 0, AT(version_span, last), .what = "the last that is in it" },
	{ "after", FACT_BOOL, 0, AT(version_span, after), .what = "without `from` itself" },
};
static const struct facts_table span_table = TABLE("span", version_span, of_span);

static const struct fact of_match[] = {
	{ "source", FACT_TEXT, ALWAYS, AT(match, source), .what = "the feed that says so" },
	{ "ecosystem", FACT_TEXT, ALWAYS, AT(match, ecosystem), .what = "\"debian:12\"" },
	{ "id", FACT_TEXT, ALWAYS, AT(match, id), .what = "of its record" },
	{ "by", FACT_WORD, ALWAYS, AT(match, by), .word = match_bys, .word_n = 3,
	  .what = "what the package was looked up as" },
	{ "name", FACT_TEXT, ALWAYS, AT(match, name), .what = "that was compared" },
	{ "version", FACT_TEXT, ALWAYS, AT(match, version), .what = "that was compared" },
	{ "range", FACT_OBJECT, ALWAYS, AT(match, span), .table = &span_table,
	  .what = "of versions it lies in; no members: every one, or this by itself" },
	{ "listed", FACT_BOOL, 0, AT(match, listed), .what = "the version stands in a list" },
	{ "state", FACT_WORD, ALWAYS, AT(match, state), .word = fix_states, .word_n = FIX_STATES,
	  .what = "of its fix" },
	{ "severity", FACT_WORD, ALWAYS, AT(match, severity), .word = severities,
	  .word_n = SEVERITIES, .what = "this feed's" },
	{ "urgency", FACT_TEXT, 0, AT(match, urgency), .what = "the vendor's own word" },
	{ "fixed_on", FACT_TEXT, 0, AT(match, fixed_on), .what = "when the fix was published" },
	{ "only", FACT_PAIRS, 0, AT(match, only), .what = "conditions that held" },
};
static const struct facts_table match_table = TABLE("match", match, of_match);

static const struct fact of_finding[] = {
	{ "id", FACT_TEXT, ALWAYS, AT(finding, id), .what = "the distribution's or registry's" },
	{ "ids", FACT_TEXTS, ALWAYS, AT(finding, ids), .what = "all names of it, id first" },
	{ "package", FACT_PACKAGE, ALWAYS, AT(finding, package), .what = "that it holds for" },
	{ "severity", FACT_WORD, ALWAYS, AT(finding, severity), .word = severities,
	  .word_n = SEVERITIES, .what = "the one that counts" },
	{ "severity_from", FACT_TEXT, 0, AT(finding, severity_from), .what = "who says so" },
	{ "score", FACT_REAL, 0, AT(finding, score), .what = "CVSS base score; not there: none" },
	{ "cvss", FACT_TEXT, 0, AT(finding, cvss), .what = "the vector behind it" },
	{ "scored", FACT_BOOL, ALWAYS, AT(finding, scored), .what = "EPSS knows it" },
	{ "epss", FACT_REAL, ALWAYS, AT(finding, epss),
	  .what = "chance of exploitation within 30 days, 0 to 1; 0 where it is not scored" },
	{ "percentile", FACT_REAL, ALWAYS, AT(finding, percentile), .what = "of it among all" },
	{ "kev", FACT_BOOL, ALWAYS, AT(finding, exploited), .what = "known to be exploited" },
	{ "kev_added", FACT_TEXT, 0, AT(finding, kev_added), .what = "the day CISA listed it" },
	{ "kev_due", FACT_TEXT, 0, AT(finding, kev_due),
	  .what = "the day by which CISA wants it fixed" },
	{ "ransomware", FACT_BOOL, ALWAYS, AT(finding, ransomware),
	  .what = "known use in ransomware" },
	{ "malicious", FACT_BOOL, ALWAYS, AT(finding, malicious),
	  .what = "the package itself is the attack" },
	{ "risk", FACT_REAL, ALWAYS, AT(finding, risk), .what = "0 to 100" },
	{ "state", FACT_WORD, ALWAYS, AT(finding, state), .word = fix_states, .word_n = FIX_STATES,
	  .what = "of its fix" },
	{ "fixed", FACT_TEXTS, ALWAYS, AT(finding, fixed),
	  .what = "versions that fix it, lowest first" },
	{ "published", FACT_TEXT, 0, AT(finding, published),
	  .what = "the first day on which a record told of it" },
	{ "fixed_on", FACT_TEXT, 0, AT(finding, fixed_on), .what = "when the fix was published" },
	{ "fixed_days", FACT_MADE, 0, .made = made_fixed_days, .type = "integer",
	  .what = "whole days from fixed_on to time" },
	{ "summary", FACT_TEXT, ALWAYS, AT(finding, summary), .what = "a line about it" },
	{ "cwe", FACT_TEXTS, 0, AT(finding, cwe), .what = "kinds of weakness" },
	{ "references", FACT_TEXTS, 0, AT(finding, references),
	  .what = "addresses, the best first" },
	{ "matches", FACT_LIST, ALWAYS, AT(finding, match), AT(finding, match_n),
	  .table = &match_table, .what = "records that say so, the one that counts first" },
	{ "suppressed", FACT_WORD, ALWAYS, AT(finding, suppressed), .word = suppressed_bys,
	  .word_n = SUPPRESSED_BYS, .what = "what makes it not count; empty: it counts" },
	{ "reason", FACT_TEXT, 0, AT(finding, reason), .what = "why" },
	{ "rule", FACT_TEXT, 0, AT(finding, rule), .what = "which statement or line did it" },
};
static const struct facts_table finding_table = TABLE("finding", finding, of_finding);

static const struct fact of_source[] = {
	{ "source", FACT_TEXT, ALWAYS, AT(report_source, source), .what = "its name" },
	{ "ecosystem", FACT_TEXT, ALWAYS, AT(report_source, ecosystem), .what = "\"debian:12\"" },
	{ "url", FACT_TEXT, 0, AT(report_source, url), .what = "where it is from" },
	{ "upstream", FACT_TEXT, 0, AT(report_source, upstream),
	  .what = "when its publisher made it" },
	{ "updated", FACT_TEXT, 0, AT(report_source, updated), .what = "when it was fetched" },
	{ "digest", FACT_DIGEST, 0, AT(report_source, digest), .what = "of its content" },
	{ "records", FACT_U64, ALWAYS, AT(report_source, records), .what = "how many it has" },
	{ "age_seconds", FACT_I64, 0, AT(report_source, age_s),
	  .what = "from upstream to time; not there: unknown" },
	{ "age_hours", FACT_MADE, 0, .made = made_age_hours, .type = "integer",
	  .what = "whole hours of that" },
	{ "fixed_only", FACT_BOOL, ALWAYS, AT(report_source, fixed_only),
	  .what = "it does not tell of what has no fix" },
};
static const struct facts_table source_table = TABLE("source", report_source, of_source);

static const struct fact of_coverage[] = {
	{ "kind", FACT_WORD, ALWAYS, AT(coverage, kind), .word = coverages, .word_n = COVERAGES,
	  .what = "whether advisories were there" },
	{ "of", FACT_TEXT, ALWAYS, AT(coverage, ecosystem), .what = "ecosystem, path or name" },
	{ "packages", FACT_U64, ALWAYS, AT(coverage, packages), .what = "how many" },
	{ "what", FACT_TEXT, ALWAYS, AT(coverage, what), .what = "in words" },
	{ "examples", FACT_TEXTS, ALWAYS, AT(coverage, examples), .what = "five at most" },
	{ "incomplete", FACT_BOOL, ALWAYS, AT(coverage, incomplete),
	  .what = "what should be known of it is not" },
};
static const struct facts_table coverage_table = TABLE("coverage", coverage, of_coverage);

static const struct fact of_product[] = {
	{ "id", FACT_TEXT, ALWAYS, AT(vex_product, id), .what = "purl, reference or digest" },
	{ "subcomponents", FACT_TEXTS, ALWAYS, AT(vex_product, subcomponents),
	  .what = "purls within it" },
};
static const struct facts_table product_table = TABLE("product", vex_product, of_product);

static const struct fact of_statement[] = {
	{ "document", FACT_TEXT, ALWAYS, AT(statement, document), .what = "its file" },
	{ "id", FACT_TEXT, ALWAYS, AT(statement, id), .what = "of the document or statement" },
	{ "author", FACT_TEXT, ALWAYS, AT(statement, author), .what = "who states it" },
	{ "timestamp", FACT_TEXT, 0, AT(statement, timestamp), .what = "when" },
	{ "vulnerability", FACT_TEXTS, ALWAYS, AT(statement, vulnerability),
	  .what = "id and aliases" },
	{ "products", FACT_LIST, ALWAYS, AT(statement, product), AT(statement, product_n),
	  .table = &product_table, .what = "that it is about" },
	{ "status", FACT_WORD, ALWAYS, AT(statement, status), .word = vex_statuses,
	  .word_n = VEX_STATUSES, .what = "OpenVEX's word" },
	{ "justification", FACT_WORD, ALWAYS, AT(statement, justification),
	  .word = vex_justifications, .word_n = VEX_JUSTIFICATIONS,
	  .what = "OpenVEX's word; empty: none" },
	{ "impact", FACT_TEXT, 0, AT(statement, impact), .what = "in words" },
	{ "action", FACT_TEXT, 0, AT(statement, action), .what = "what is to be done" },
	{ "matched", FACT_U64, ALWAYS, AT(statement, matched),
	  .what = "findings that it is about" },
	{ "unmatched", FACT_TEXT, 0, AT(statement, unmatched), .what = "why there are none" },
};
static const struct facts_table statement_table = TABLE("statement", statement, of_statement);

/* ---- checks ---- */

static const struct fact of_fault[] = {
	{ "key", FACT_TEXT, ALWAYS, AT(fault, key),
	  .what = "tells it from others of its check, from build to build" },
	{ "kind", FACT_TEXT, ALWAYS, AT(fault, kind),
	  .what = "which of several that are looked for" },
	{ "what", FACT_TEXT, ALWAYS, AT(fault, what), .what = "the evidence in one line" },
	{ "path", FACT_TEXT, ALWAYS, AT(fault, path), .what = "of the file" },
	{ "line", FACT_LINE, 0, AT(fault, line), .what = "of a document, from 1" },
	{ "end_line", FACT_LINE, 0, AT(fault, end_line), .what = "likewise" },
	{ "column", FACT_LINE, 0, AT(fault, col), .what = "likewise" },
	{ "layer", FACT_LAYER, 0, AT(fault, layer), .what = "that brought it, from 0" },
	{ "instruction", FACT_TEXT, ALWAYS, AT(fault, instruction), .what = "that brought it" },
	{ "package", FACT_TEXT, ALWAYS, AT(fault, package), .what = "purl of whose it is" },
	{ "remedy", FACT_TEXT, 0, AT(fault, remedy), .what = "better than the check's" },
	{ "severity", FACT_WORD, 0, AT(fault, severity), .word = severities, .word_n = SEVERITIES,
	  .what = "other than the check's" },
	{ "of_base", FACT_BOOL, ALWAYS, AT(fault, of_base),
	  .what = "a layer of the base image brought it" },
	{ "waived_by", FACT_TEXT, ALWAYS, AT(fault, waived_by),
	  .what = "what makes it not count; empty: it counts" },
	{ "reason", FACT_TEXT, 0, AT(fault, reason), .what = "why" },
};
static const struct facts_table fault_table = TABLE("fault", fault, of_fault);

static const struct fact of_check[] = {
	{ "id", FACT_WORDS, ALWAYS | FACT_VIA, AT(rule, id), .what = "\"config.nonroot\"" },
	{ "also", FACT_WORDS, ALWAYS | FACT_VIA, AT(rule, also),
	  .what = "other names: \"CIS-4.1 CIS-DI-0001\"" },
	{ "severity", FACT_WORD, ALWAYS | FACT_VIA, AT(rule, severity), .word = severities,
	  .word_n = SEVERITIES, .what = "how much it matters" },
	{ "title", FACT_WORDS, ALWAYS | FACT_VIA, AT(rule, title),
	  .what = "what holds where it passes" },
	{ "rationale", FACT_WORDS, ALWAYS | FACT_VIA, AT(rule, rationale),
	  .what = "why that matters" },
	{ "remedy", FACT_WORDS, ALWAYS | FACT_VIA, AT(rule, remedy), .what = "what to do" },
	{ "outcome", FACT_WORD, ALWAYS, AT(check, outcome), .word = outcome_kinds,
	  .word_n = OUTCOMES, .what = "error: it cannot be told" },
	{ "detail", FACT_TEXT, ALWAYS, AT(check, detail),
	  .what = "what was looked at, or why it cannot be told" },
	{ "counted", FACT_MADE, ALWAYS, .made = made_faults, .type = "integer",
	  .what = "faults that count" },
	{ "faults", FACT_LIST, ALWAYS, AT(check, fault), AT(check, fault_n), .table = &fault_table,
	  .what = "places where it is broken; what is waived too" },
};
static const struct facts_table check_table = { .name = "check",
						.fact = of_check,
						.n = COUNT(of_check),
						.size = sizeof(struct check),
						.via = AT(check, rule),
						.via_size = sizeof(struct rule) };

/* ---- configuration, base, hardening ---- */

static const struct fact of_step[] = {
	{ "instruction", FACT_TEXT, ALWAYS, AT(config_step, instruction),
	  .what = "\"RUN apt-get update\"" },
	{ "comment", FACT_TEXT, 0, AT(config_step, comment), .what = "of the builder" },
	{ "author", FACT_TEXT, 0, AT(config_step, author), .what = "who did it" },
	{ "created", FACT_TIME, 0, AT(config_step, created), .what = "when" },
	{ "layer", FACT_LAYER, 0, AT(config_step, layer), .what = "that it made, from 0" },
};
static const struct facts_table step_table = TABLE("step", config_step, of_step);

static const struct fact of_config[] = {
	{ "user", FACT_TEXT, ALWAYS, AT(config, user), .what = "that it runs as; empty: root" },
	{ "work_dir", FACT_TEXT, ALWAYS, AT(config, work_dir), .what = "working directory" },
	{ "stop_signal", FACT_TEXT, 0, AT(config, stop_signal), .what = "that ends it" },
	{ "env", FACT_PAIRS, ALWAYS, AT(config, env), .what = "environment" },
	{ "entrypoint", FACT_TEXTS, ALWAYS, AT(config, entrypoint), .what = "words" },
	{ "cmd", FACT_TEXTS, ALWAYS, AT(config, cmd), .what = "words" },
	{ "shell", FACT_TEXTS, 0, AT(config, shell), .what = "words" },
	{ "onbuild", FACT_TEXTS, 0, AT(config, onbuild),
	  .what = "instructions for images built on it" },
	{ "ports", FACT_TEXTS, ALWAYS, AT(config, ports), .what = "\"8080/tcp\"" },
	{ "volumes", FACT_TEXTS, ALWAYS, AT(config, volumes), .what = "paths" },
	{ "labels", FACT_PAIRS, ALWAYS, AT(config, labels), .what = "labels" },
	{ "health", FACT_TEXTS, ALWAYS, AT(config, health), .what = "the health check's test" },
	{ "created", FACT_TIME, 0, AT(config, created), .what = "when it was made" },
	{ "history", FACT_LIST, ALWAYS, AT(config, step), AT(config, step_n), .table = &step_table,
	  .what = "instructions, the first first" },
};
static const struct facts_table config_table = TABLE("config", config, of_config);

static const struct fact of_base[] = {
	{ "name", FACT_TEXT, ALWAYS, AT(facts_base, name), .what = "of the image" },
	{ "digest", FACT_DIGEST, 0, AT(facts_base, digest), .what = "its own" },
	{ "created", FACT_TIME, 0, AT(facts_base, created), .what = "when it was made" },
	{ "current_known", FACT_BOOL, ALWAYS, AT(facts_base, current_known),
	  .what = "what the name stands for now was looked up" },
	{ "current", FACT_DIGEST, 0, AT(facts_base, current),
	  .what = "what the name stands for now" },
	{ "current_created", FACT_TIME, 0, AT(facts_base, current_created),
	  .what = "and when that was made" },
	{ "layers", FACT_COUNT, ALWAYS, AT(facts_base, layers),
	  .what = "of the image that are the base's" },
};
static const struct facts_table base_table = TABLE("base", facts_base, of_base);

static const struct fact of_change[] = {
	{ "kind", FACT_WORD, ALWAYS, AT(hardening_change, kind), .word = hardening_kinds,
	  .word_n = HARDENING_KINDS, .what = "for the worse, the better, or neither" },
	{ "area", FACT_WORDS, ALWAYS, AT(hardening_change, area),
	  .what = "\"user\", \"setuid\", \"shell\"" },
	{ "rule", FACT_TEXT, ALWAYS, AT(hardening_change, rule),
	  .what = "id of the check behind it" },
	{ "key", FACT_TEXT, ALWAYS, AT(hardening_change, key), .what = "as of a fault" },
	{ "what", FACT_TEXT, ALWAYS, AT(hardening_change, what), .what = "in one line" },
	{ "before", FACT_TEXT, 0, AT(hardening_change, before), .what = "value in the base" },
	{ "after", FACT_TEXT, 0, AT(hardening_change, after), .what = "value in the image" },
	{ "instruction", FACT_TEXT, ALWAYS, AT(hardening_change, instruction),
	  .what = "that did it" },
	{ "layer", FACT_LAYER, 0, AT(hardening_change, layer), .what = "of the image, from 0" },
	{ "remedy", FACT_TEXT, 0, AT(hardening_change, remedy), .what = "what to do" },
	{ "severity", FACT_WORD, ALWAYS, AT(hardening_change, severity), .word = severities,
	  .word_n = SEVERITIES, .what = "how much it matters" },
};
static const struct facts_table change_table = TABLE("change", hardening_change, of_change);

static const struct fact of_hardening[] = {
	{ "before", FACT_TEXT, ALWAYS, AT(hardening, before), .what = "name of the base" },
	{ "after", FACT_TEXT, ALWAYS, AT(hardening, after), .what = "name of the image" },
	{ "weaker", FACT_MADE, ALWAYS, .made = made_weaker, .type = "integer",
	  .what = "changes for the worse" },
	{ "size_before", FACT_U64, ALWAYS, AT(hardening, size_before), .what = "bytes" },
	{ "size_after", FACT_U64, ALWAYS, AT(hardening, size_after), .what = "bytes" },
	{ "packages_before", FACT_COUNT, ALWAYS, AT(hardening, packages_before),
	  .what = "how many" },
	{ "packages_after", FACT_COUNT, ALWAYS, AT(hardening, packages_after), .what = "how many" },
	{ "changes", FACT_LIST, ALWAYS, AT(hardening, p), AT(hardening, n), .table = &change_table,
	  .what = "weaker first, the worst first" },
};
static const struct facts_table hardening_table = TABLE("hardening", hardening, of_hardening);

/* ---- what nothing accounts for ---- */

static const struct fact of_unknown[] = {
	{ "path", FACT_TEXT, ALWAYS, AT(ledger_line, path), .what = "of the file" },
	{ "kind", FACT_WORDS, ALWAYS, AT(ledger_line, kind),
	  .what = "\"executable\", \"library\", \"script\"" },
	{ "layer", FACT_LAYER, 0, AT(ledger_line, layer), .what = "that brought it, from 0" },
	{ "size", FACT_U64, ALWAYS, AT(ledger_line, size), .what = "bytes" },
};
static const struct facts_table unknown_table = TABLE("unknown", ledger_line, of_unknown);

static const struct fact of_changed[] = {
	{ "path", FACT_TEXT, ALWAYS, AT(changed_file, path), .what = "of the file" },
	{ "package", FACT_PACKAGE, ALWAYS, AT(changed_file, package), .what = "that installed it" },
	{ "how", FACT_WORD, ALWAYS, AT(changed_file, how), .word = changed_hows,
	  .word_n = CHANGED_HOWS, .what = "it has another content, or is not there" },
	{ "config", FACT_BOOL, ALWAYS, AT(changed_file, config),
	  .what = "people are expected to change it" },
	{ "layer", FACT_LAYER, 0, AT(changed_file, layer), .what = "that changed it, from 0" },
};
static const struct facts_table changed_table = TABLE("changed", changed_file, of_changed);

static const struct fact of_unreadable[] = {
	{ "path", FACT_TEXT, ALWAYS, AT(warning, path), .what = "of the file" },
	{ "message", FACT_TEXT, ALWAYS, AT(warning, message), .what = "what is wrong with it" },
	{ "layer", FACT_LAYER, 0, AT(warning, layer), .what = "that has it, from 0" },
};
static const struct facts_table unreadable_table = TABLE("unreadable", warning, of_unreadable);

/* ---- the whole ---- */

static const struct fact of_root[] = {
	{ "time", FACT_TIME, 0, AT(facts_root, facts.time),
	  .what = "when the image was looked at" },
	{ "image", FACT_OBJECT, ALWAYS, AT(facts_root, inventory.subject), .table = &image_table,
	  .what = "what was looked at" },
	{ "os", FACT_OBJECT, ALWAYS, AT(facts_root, inventory.os), .table = &os_table,
	  .what = "its system, by os-release(5)" },
	{ "ecosystem", FACT_TEXT, ALWAYS, AT(facts_root, report.ecosystem),
	  .what = "of the system: \"debian:12\"" },
	{ "support", FACT_OBJECT, ALWAYS, AT(facts_root, report.life), .table = &support_table,
	  .what = "of the system's release" },
	{ "eol", FACT_BOOL, ALWAYS, AT(facts_root, report.ended),
	  .what = "standard support has ended" },
	{ "eol_extended", FACT_BOOL, ALWAYS, AT(facts_root, report.ended_extended),
	  .what = "extended support has ended too" },
	{ "summary", FACT_MADE, ALWAYS, .made = made_summary, .type = "object", .what = "counts" },
	{ "config", FACT_OBJECT, ALWAYS, AT(facts_root, facts.config), .table = &config_table,
	  .what = "how it is started and how it was made" },
	{ "base", FACT_OBJECT, 0, AT(facts_root, facts.base), AT(facts_root, facts.base.known),
	  .table = &base_table, .what = "the image that it was built on; not there: not known" },
	{ "packages", FACT_LIST, ALWAYS, AT(facts_root, inventory.package),
	  AT(facts_root, inventory.package_n), .table = &facts_table_package,
	  .what = "what is installed" },
	{ "executables", FACT_U64, ALWAYS, AT(facts_root, inventory.executables),
	  .what = "programs and libraries" },
	{ "owned", FACT_U64, ALWAYS, AT(facts_root, inventory.owned),
	  .what = "of them: of a package" },
	{ "recognised", FACT_U64, ALWAYS, AT(facts_root, inventory.recognised),
	  .what = "of them: known by their bytes" },
	{ "unknown", FACT_LIST, ALWAYS, AT(facts_root, inventory.unknown),
	  AT(facts_root, inventory.unknown_n), .table = &unknown_table,
	  .what = "the rest of them" },
	{ "files_compared", FACT_U64, ALWAYS, AT(facts_root, inventory.compared),
	  .what = "with what their packages say of them" },
	{ "changed", FACT_LIST, ALWAYS, AT(facts_root, inventory.changed),
	  AT(facts_root, inventory.changed_n), .table = &changed_table,
	  .what = "files that differ from it" },
	{ "unreadable", FACT_LIST, ALWAYS, AT(facts_root, inventory.warning),
	  AT(facts_root, inventory.warning_n), .table = &unreadable_table,
	  .what = "parts that could not be read" },
	{ "inventory_tool", FACT_TEXT, 0, AT(facts_root, inventory.tool),
	  .what = "who made the inventory" },
	{ "inventory_tool_version", FACT_TEXT, 0, AT(facts_root, inventory.tool_version),
	  .what = "its version" },
	{ "findings", FACT_LIST, ALWAYS, AT(facts_root, report.finding),
	  AT(facts_root, report.finding_n), .table = &finding_table,
	  .what = "vulnerabilities; suppressed ones last" },
	{ "sources", FACT_LIST, ALWAYS, AT(facts_root, report.source),
	  AT(facts_root, report.source_n), .table = &source_table,
	  .what = "feeds that were asked" },
	{ "coverage", FACT_LIST, ALWAYS, AT(facts_root, report.coverage),
	  AT(facts_root, report.coverage_n), .table = &coverage_table,
	  .what = "what could be asked, uncovered first" },
	{ "statements", FACT_LIST, ALWAYS, AT(facts_root, report.statement),
	  AT(facts_root, report.statement_n), .table = &statement_table,
	  .what = "of VEX documents" },
	{ "database", FACT_DIGEST, 0, AT(facts_root, report.database),
	  .what = "of the index of advisories" },
	{ "scanned", FACT_TIME, 0, AT(facts_root, report.time),
	  .what = "when advisories were asked" },
	{ "kev_known", FACT_BOOL, ALWAYS, AT(facts_root, report.knows_exploited),
	  .what = "a catalogue of what is exploited was asked" },
	{ "epss_known", FACT_BOOL, ALWAYS, AT(facts_root, report.knows_scores),
	  .what = "EPSS was asked" },
	{ "no_database", FACT_BOOL, ALWAYS, AT(facts_root, report.no_database),
	  .what = "there were none to ask" },
	{ "incomplete", FACT_BOOL, ALWAYS, AT(facts_root, report.incomplete),
	  .what = "not all that should be known is" },
	{ "checks", FACT_LIST, ALWAYS, AT(facts_root, facts.checks.p),
	  AT(facts_root, facts.checks.n), .table = &check_table,
	  .what = "every rule of the audit" },
	{ "hardening", FACT_OBJECT, 0, AT(facts_root, hardening), AT(facts_root, compared),
	  .table = &hardening_table, .what = "against the base; not there: not compared" },
	{ "attestations", FACT_TEXTS, ALWAYS, AT(facts_root, facts.attestations),
	  .what = "predicate types that are attached" },
};
const struct facts_table facts_table = TABLE("input", facts_root, of_root);
