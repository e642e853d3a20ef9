#include "checks.h"

#include <stdlib.h>

#include "checks_impl.h"
#include "words.h"

enum { INSTRUCTION = 160 }; /* columns of one that are shown: some have thousands */

const struct checks_format checks_formats[] = {
	{ "table", checks_table, "for people" },
	{ "json", checks_json, "everything: schemas/checks.schema.json" },
	{ "sarif", checks_sarif, "SARIF 2.1.0, for code scanning" },
	{ "junit", checks_junit, "a test case a rule, for CI servers" },
	{ "markdown", checks_markdown, "for merge requests and wikis" },
	{ "html", checks_html, "one page to read and print" },
	{ "csv", checks_csv, "for spreadsheets" },
};
const size_t checks_formats_n = sizeof(checks_formats) / sizeof(checks_formats[0]);

const struct checks_format *checks_format_of(str name)
{
	if (str_eq(name, S("md")))
		name = S("markdown");
	for (size_t i = 0; i < checks_formats_n; i++)
		if (str_eq(name, str_of(checks_formats[i].name)))
			return &checks_formats[i];
	return NULL;
}

int checks_write(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		 struct buf *b)
{
	int rc = c->format->write(op, r, c, b);

	return rc < 0 ? rc : op->code;
}

enum severity checks_severity(const struct check *c)
{
	enum severity worst = SEVERITY_UNKNOWN;

	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		if (checks_counts(&c->fault[i]) && fault_severity(&c->fault[i]) > worst)
			worst = fault_severity(&c->fault[i]);
	return worst ? worst : c->rule->severity;
}

struct checks_counted checks_count(const struct checks *c)
{
	struct checks_counted n = { 0 };

	for (ptrdiff_t i = 0; i < c->n; i++) {
		const struct check *check = &c->p[i];
		n.rules[check->outcome]++;
		if (check->outcome == OUTCOME_FAIL)
			n.broken[checks_severity(check)]++;
		for (ptrdiff_t k = 0; k < check->fault_n; k++) {
			bool counts = checks_counts(&check->fault[k]);
			n.faults += counts;
			n.waived += !counts;
		}
	}
	return n;
}

void checks_summary(struct buf *b, const struct checks *c)
{
	struct checks_counted n = checks_count(c);

	text_count(b, (uint64_t)c->n, "rule", "rules");
	buf_fmt(b, ": %td kept, %td broken", n.rules[OUTCOME_PASS], n.rules[OUTCOME_FAIL]);
	if (n.rules[OUTCOME_FAIL]) {
		buf_add(b, S(" ("));
		words_severities(b, n.broken);
		buf_add(b, S(")"));
	}
	if (n.rules[OUTCOME_ERROR])
		buf_fmt(b, ", %td cannot be told", n.rules[OUTCOME_ERROR]);
	if (n.faults) {
		buf_add(b, S("; "));
		text_count(b, n.faults, "fault", "faults");
	}
	if (n.waived)
		buf_fmt(b, "%s%llu waived", n.faults ? ", " : "; ", (unsigned long long)n.waived);
}

static const struct {
	const char *prefix, *title;
} groups[] = {
	{ "accounts", "Accounts" },    { "CIS-4", "CIS Docker Benchmark 1.6, section 4" },
	{ "config", "Configuration" }, { "distro", "Distribution" },
	{ "elf", "Programs" },         { "fs", "Files" },
	{ "history", "History" },      { "image", "Image" },
	{ "license", "Licences" },     { "packages", "Packages" },
	{ "secrets", "Secrets" },      { "tools", "Tools" },
};

str checks_group(const struct rule *r)
{
	str rest = str_of(r->id), prefix = str_cut(&rest, '.');

	if (!rest.p)
		return S("");
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (str_eq(prefix, str_of(groups[i].prefix)))
			return str_of(groups[i].title);
	return prefix;
}

void checks_place(struct buf *b, const struct fault *f)
{
	text_safe(b, f->path);
	if (f->line)
		buf_fmt(b, ":%d", f->line);
	if (f->line && f->col)
		buf_fmt(b, ":%d", f->col);
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A part of a purl with its %XX as what they are. */
static void decoded(struct buf *b, str s)
{
	struct buf plain;

	buf_init(&plain, b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < s.len; i++) {
		int high = i + 2 < s.len && s.p[i] == '%' ? hex(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex(s.p[i + 2]) : -1;
		buf_char(&plain, low >= 0 ? (char)(high << 4 | low) : s.p[i]);
		i += low >= 0 ? 2 : 0;
	}
	text_safe(b, buf_view(&plain));
}

/* "login 1:4.13-1 (deb)" of pkg:deb/debian/login@1:4.13-1?arch=amd64: what a distribution calls its own
 * needs no namespace. */
static void put_package(struct buf *b, str purl)
{
	str rest = str_from(purl, str_starts(purl, S("pkg:")) ? 4 : 0), query = rest;

	rest = str_cut(&query, '?');
	str name = rest, type = str_cut(&name, '/');
	if (str_has_word(S("deb rpm apk alpm opkg"), type))
		name = str_base_name(name);
	ptrdiff_t at = str_rfind(name, '@');
	decoded(b, at > 0 ? str_head(name, at) : name);
	if (at > 0) {
		buf_char(b, ' ');
		decoded(b, str_from(name, at + 1));
	}
	buf_add(b, S(" ("));
	text_safe(b, type);
	buf_add(b, S(")"));
}

void checks_origin(struct buf *b, const struct checks_report *r, const struct fault *f)
{
	const struct text_style style = { .utf8 = true };
	bool any = f->instruction.len > 0;

	text_clip(b, text_line(f->instruction), INSTRUCTION, &style);
	if (f->layer >= 0 && r->inventory) {
		buf_fmt(b, "%slayer %d of %td%s", any ? " (" : "", f->layer + 1,
			r->inventory->subject.layer_n, f->of_base ? ", of the base" : "");
		buf_add(b, any ? S(")") : S(""));
		any = true;
	}
	if (f->package.len) {
		buf_add(b, any ? S(", ") : S(""));
		put_package(b, f->package);
	}
}

str checks_remedy(const struct fault *f)
{
	return f->remedy.len ? f->remedy : str_of(f->rule->remedy);
}

static int by_place(const void *a, const void *b)
{
	const struct fault *x = *(const struct fault *const *)a,
			   *y = *(const struct fault *const *)b;
	int order = str_cmp(x->path, y->path);

	if (order == 0)
		order = x->line < y->line ? -1 : x->line > y->line;
	if (order == 0)
		order = x->col < y->col ? -1 : x->col > y->col;
	if (order == 0)
		order = str_cmp(str_of(x->rule->id), str_of(y->rule->id));
	return order ? order : str_cmp(x->key, y->key);
}

int checks_by_place(struct op *op, const struct checks *c, bool all, const struct fault ***ret,
		    ptrdiff_t *ret_n)
{
	struct checks_counted counted = checks_count(c);
	const struct fault **list =
		op_new(op, const struct fault *, counted.faults + counted.waived);
	ptrdiff_t n = 0;

	if (!list)
		return op->code;
	for (ptrdiff_t i = 0; i < c->n; i++)
		for (ptrdiff_t k = 0; k < c->p[i].fault_n; k++)
			if (all || checks_counts(&c->p[i].fault[k]))
				list[n++] = &c->p[i].fault[k];
	if (n > 1)
		qsort(list, (size_t)n, sizeof(*list), by_place);
	*ret = list;
	*ret_n = n;
	return 0;
}

struct digest checks_identity(struct op *op, const struct checks_report *r, const struct fault *f)
{
	struct digest digest = { 0 };
	struct buf b;

	buf_init(&b, op, INT32_MAX);
	buf_add(&b, str_of(f->rule->id));
	buf_char(&b, '\n');
	buf_add(&b, f->path);
	buf_char(&b, '\n');
	buf_add(&b, f->kind);
	buf_char(&b, '\n');
	buf_add(&b, f->key);
	/* Two faults of a document may have one key: their text tells them apart, not their line. */
	if (!r->inventory) {
		buf_char(&b, '\n');
		buf_add(&b, f->what);
	}
	if (!b.bad)
		digest = digest_of(buf_view(&b));
	return digest;
}
