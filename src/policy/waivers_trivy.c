/*
 * .trivyignore: an id a line, "exp:2025-12-31" behind it, '#' begins a comment; and .trivyignore.yaml.
 * Source: Trivy, pkg/result/ignore.go: a line whose date is none is passed over, and a date ends with
 * its first second. What is said of misconfigurations, secrets and licences is not for findings.
 */
#include "base/glob.h"
#include "model/purl.h"
#include "waivers_impl.h"

static int take_line(struct op *op, str file, int line, str text, str comment, struct waivers *to)
{
	str id = str_word(&text), until = S("");

	for (str word = str_word(&text); word.len; word = str_word(&text)) {
		if (word.p[0] == '#') {
			comment = str_trim((str){ word.p + 1, text.p + text.len - word.p - 1 });
			break;
		}
		if (!str_starts(word, S("exp:")) || until.len)
			continue;
		int rc = waiver_date(str_from(word, 4))
				 ? waiver_moment(op, str_from(word, 4), &until)
				 : 1;
		if (rc > 0)
			return waivers_warn(op, to, file, line, "'%.*s' is no date: passed over",
					    STR_ARG(word));
		if (rc < 0)
			return rc;
	}
	struct waiver *w = waiver_add(op, to, file, line, "trivyignore");
	if (!w)
		return op->code;
	w->id = id;
	w->id_exact = true;
	w->until = until;
	w->reason = comment;
	return 0;
}

int waivers_read_trivy_lines(struct op *op, str file, str bytes, struct waivers *to)
{
	str comment = S("");
	int rc = 0;

	if (str_starts(bytes, S("\xef\xbb\xbf")))
		bytes = str_from(bytes, 3);
	for (int line = 1; rc == 0 && bytes.p; line++) {
		str text = str_trim(str_cut(&bytes, '\n'));
		bool is_comment = str_starts(text, S("#"));
		if (text.len && !is_comment)
			rc = take_line(op, file, line, text, comment, to);
		/* A comment is the reason of the lines that follow it at once. */
		if (text.len == 0)
			comment = S("");
		else if (is_comment)
			comment = str_trim(str_from(text, 1));
	}
	return rc;
}

struct entry {
	str id, expired_at, statement;
	struct texts paths, purls;
};

static const struct field fields[] = {
	{ "expired_at", FIELD_TEXT, offsetof(struct entry, expired_at), false, "a date" },
	{ "id", FIELD_TEXT, offsetof(struct entry, id), false, "an id" },
	{ "paths", FIELD_TEXTS, offsetof(struct entry, paths), false, "a list of globs" },
	{ "purls", FIELD_TEXTS, offsetof(struct entry, purls), false, "a list of package URLs" },
	{ "statement", FIELD_TEXT, offsetof(struct entry, statement), false, "a text" },
};

static int take_entry(struct op *op, const struct doc *doc, const struct node *n,
		      struct waivers *to)
{
	struct entry e = { 0 };
	str until = S("");

	if (fields_read(op, doc, n, fields, sizeof(fields) / sizeof(fields[0]), &e) < 0)
		return op->code;
	if (e.id.len == 0)
		return waivers_warn(op, to, doc->file, n->line,
				    "a rule without an id: passed over");
	int rc = e.expired_at.len ? waiver_moment(op, e.expired_at, &until) : 0;
	if (rc > 0)
		return node_fail(op, doc, node_get(n, S("expired_at")), "'%.*s' is no date",
				 STR_ARG(e.expired_at));
	for (ptrdiff_t i = 0; rc == 0 && i < e.purls.n; i++) {
		struct purl u;
		rc = purl_parse(op, e.purls.p[i], &u);
		if (rc < 0 && rc != ERR_MEMORY) {
			op_forgive(op);
			return node_fail(op, doc, n, "'%.*s' is no package URL",
					 STR_ARG(e.purls.p[i]));
		}
	}
	struct waiver *w = rc < 0 ? NULL : waiver_add(op, to, doc->file, n->line, "trivyignore");
	if (!w)
		return op->code;
	w->id = e.id;
	w->id_exact = true;
	w->paths = e.paths;
	w->purls = e.purls;
	w->until = until;
	w->reason = e.statement;
	return 0;
}

int waivers_read_trivy(struct op *op, const struct doc *doc, struct waivers *to)
{
	const struct node *list = node_get(&doc->root, S("vulnerabilities"));

	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(op, doc, list, "'vulnerabilities' must be a list");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (take_entry(op, doc, &list->child[i], to) < 0)
			return op->code;
	}
	return 0;
}
