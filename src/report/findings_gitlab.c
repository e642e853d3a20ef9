/*
 * GitLab's report of container scanning, version 15.0.2. Source: the schema that GitLab ships for it
 * (container-scanning-report-format.json). What it demands and nobody has told ("operating_system",
 * "image") is "unknown".
 */
#include "findings_impl.h"
#include "sys/clock.h"
#include "words.h"

enum { NAME_MAX_BYTES = 255, SOLUTION_MAX = 7000, IDENTIFIERS = 20 };

static void put_time(struct json_out *j, const char *key, int64_t time)
{
	char date[CLOCK_TEXT];

	json_pair(j, key, str_head(str_of(clock_rfc3339(time, date)), 19));
}

static void put_tool(struct json_out *j, const char *key)
{
	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "id", S("temper"));
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_key(j, S("vendor"));
	json_object(j);
	json_pair(j, "name", S("temper"));
	json_object_end(j);
	json_object_end(j);
}

static void put_scan(struct json_out *j, const struct report *r)
{
	json_key(j, S("scan"));
	json_object(j);
	put_tool(j, "analyzer");
	put_tool(j, "scanner");
	json_pair(j, "type", S("container_scanning"));
	put_time(j, "start_time", r->time);
	put_time(j, "end_time", r->time);
	json_pair(j, "status", r->no_database ? S("failure") : S("success"));
	json_key(j, S("messages"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		if (!words_uncovered(c) || c->what.len == 0)
			continue;
		json_object(j);
		json_pair(j, "level", S("warn"));
		json_pair(j, "value", c->what);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static void put_identifier(struct json_out *j, str id)
{
	struct finding of = { .id = id };

	json_object(j);
	json_pair(j, "type",
		  str_starts(id, S("CVE-"))    ? S("cve")
		  : str_starts(id, S("GHSA-")) ? S("ghsa")
		  : str_starts(id, S("USN-"))  ? S("usn")
		  : str_starts(id, S("RHSA-")) ? S("rhsa")
		  : str_starts(id, S("CWE-"))  ? S("cwe")
					       : S("temper"));
	json_pair(j, "name", id);
	json_pair(j, "value", id);
	if (!str_starts(id, S("CWE-")))
		json_pair(j, "url", words_url(j->b->op, &of));
	json_object_end(j);
}

/* The CVE leads: by it GitLab joins what several scanners find. */
static void put_identifiers(struct json_out *j, const struct finding *f)
{
	str first = words_cve(f);
	ptrdiff_t n = 1;

	json_key(j, S("identifiers"));
	json_array(j);
	put_identifier(j, first);
	for (ptrdiff_t i = 0; i < f->ids.n && n < IDENTIFIERS; i++, n++)
		if (!str_eq(f->ids.p[i], first))
			put_identifier(j, f->ids.p[i]);
	for (ptrdiff_t i = 0; i < f->cwe.n && n < IDENTIFIERS; i++, n++)
		put_identifier(j, f->cwe.p[i]);
	json_array_end(j);
}

static void put_location(struct json_out *j, const struct report *r, const struct package *p,
			 str image)
{
	const struct os_identity *os = &r->inventory->os;
	str system = os->pretty_name;

	if (os->id.len && os->version_id.len &&
	    op_text(j->b->op, &system, "%.*s %.*s", STR_ARG(os->id), STR_ARG(os->version_id)) < 0)
		return;
	json_key(j, S("location"));
	json_object(j);
	json_key(j, S("dependency"));
	json_object(j);
	json_key(j, S("package"));
	json_object(j);
	json_pair(j, "name", words_name(j->b->op, p));
	json_object_end(j);
	json_pair(j, "version", p->version);
	json_object_end(j);
	json_pair(j, "operating_system", system.len ? system : S("unknown"));
	json_pair(j, "image", image);
	json_object_end(j);
}

static void put_links(struct json_out *j, const struct finding *f)
{
	json_key(j, S("links"));
	json_array(j);
	for (ptrdiff_t i = 0; i < f->references.n; i++) {
		if (!str_starts(f->references.p[i], S("https://")) &&
		    !str_starts(f->references.p[i], S("http://")))
			continue;
		json_object(j);
		json_pair(j, "url", f->references.p[i]);
		json_object_end(j);
	}
	json_array_end(j);
}

/* A UUID (version 8) of what identifies the finding. */
static void put_id(struct json_out *j, const struct report *r, const struct finding *f)
{
	struct digest d = words_identity(j->b->op, r, f);
	char hex[DIGEST_HEX];
	str text;

	d.b[6] = (uint8_t)((d.b[6] & 0x0f) | 0x80);
	d.b[8] = (uint8_t)((d.b[8] & 0x3f) | 0x80);
	(void)digest_hex(&d, hex);
	if (op_text(j->b->op, &text, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		    hex + 20) == 0)
		json_pair(j, "id", text);
}

static void put_vulnerability(struct json_out *j, const struct report *r, const struct finding *f,
			      str image)
{
	static const char *const word[SEVERITIES] = { "Unknown", "Info", "Low",
						      "Medium",  "High", "Critical" };
	struct buf remedy;

	buf_init(&remedy, j->b->op, INT32_MAX);
	words_remedy(&remedy, r, f);
	json_object(j);
	put_id(j, r, f);
	json_pair(j, "name",
		  str_head(f->summary.len ? text_line(f->summary) : f->id, NAME_MAX_BYTES));
	json_pair_opt(j, "description", f->summary);
	json_pair(j, "severity", str_of(word[f->severity]));
	json_pair(j, "solution", str_head(buf_view(&remedy), SOLUTION_MAX));
	put_identifiers(j, f);
	put_links(j, f);
	put_location(j, r, words_package(r, f), image);
	json_object_end(j);
}

int findings_gitlab(struct op *op, const struct report *r, const struct findings_choice *c,
		    struct buf *b)
{
	struct json_out j;
	struct buf image;

	(void)c;
	buf_init(&image, op, INT32_MAX);
	words_subject(&image, r);
	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "version", S("15.0.2"));
	put_scan(&j, r);
	json_key(&j, S("vulnerabilities"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < r->shown_n; i++)
		put_vulnerability(&j, r, &r->finding[i], buf_view(&image));
	json_array_end(&j);
	json_key(&j, S("remediations"));
	json_array(&j);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
	return op->code;
}
