#include "findings.h"

#include "findings_impl.h"

const struct findings_format findings_formats[] = {
	{ "table", findings_table, "for people" },
	{ "json", findings_json, "everything: schemas/findings.schema.json" },
	{ "cyclonedx", findings_cyclonedx, "CycloneDX 1.6, or @1.5, @1.4, with vulnerabilities" },
	{ "sarif", findings_sarif, "SARIF 2.1.0, for code scanning" },
	{ "gitlab", findings_gitlab, "GitLab's container scanning, 15.0.2" },
	{ "junit", findings_junit, "a test case a package, for CI servers" },
	{ "html", findings_html, "one page to read and print" },
	{ "markdown", findings_markdown, "for merge requests and wikis" },
	{ "csv", findings_csv, "for spreadsheets, suppressed ones too" },
	{ "template", findings_template, "by a template over the JSON: -t FILE" },
};
const size_t findings_formats_n = sizeof(findings_formats) / sizeof(findings_formats[0]);

static const struct {
	const char *name, *of;
} other_names[] = { { "cyclonedx-json", "cyclonedx" },
		    { "md", "markdown" },
		    { "temper-json", "json" },
		    { "text", "table" } };

const struct findings_format *findings_format_of(str name)
{
	for (size_t i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++)
		if (str_eq(name, str_of(other_names[i].name)))
			name = str_of(other_names[i].of);
	for (size_t i = 0; i < findings_formats_n; i++)
		if (str_eq(name, str_of(findings_formats[i].name)))
			return &findings_formats[i];
	return NULL;
}

enum { ONE = 1024, MANY = 8192 }; /* bytes of a finding, about; so many are made room for */

int findings_write(struct op *op, const struct report *r, const struct findings_choice *c,
		   struct buf *b)
{
	buf_reserve(b, (size_t)(r->finding_n < MANY ? r->finding_n : MANY) * ONE);
	int rc = c->format->write(op, r, c, b);

	return rc < 0 ? rc : op->code;
}
