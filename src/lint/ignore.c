#include <stdlib.h>

#include "base/vec.h"
#include "lint_impl.h"

/*
 * Inline ignores. A comment is one if it begins with "hadolint ignore=", "hadolint global ignore=",
 * "temper ignore=", "temper global ignore=" or "trivy:ignore:". The ids follow, parted by commas; what
 * stands behind them is the reason, else the comment on the line above.
 */
static const struct rule inline_ignore = {
	.id = "DL1001",
	.also = "",
	.severity = SEVERITY_LOW,
	.title = "No rule is ignored by a comment",
	.rationale = "A comment in the file that is judged lets its author decide what is judged; "
		     "nobody "
		     "else sees the exception or when it ends.",
	.remedy = "Fix what is found, or write a waiver; a comment that stays has a reason: "
		  "\"# temper ignore=ID why\"",
};

const struct rule *lint_inline_rule(void)
{
	return &inline_ignore;
}

struct ignore {
	str ids, reason;
	int line;
	bool global;
};

static bool same(char a, char b)
{
	return a == b || ((a | 0x20) == (b | 0x20) && (a | 0x20) >= 'a' && (a | 0x20) <= 'z');
}

/* "DS-0002" is also written "DS002", "DS0002", "AVD-DS-0002": letters, then the number. */
static bool same_id(str a, str b)
{
	str *each[2] = { &a, &b };

	for (int i = 0; i < 2; i++)
		if (each[i]->len > 4 &&
		    (str_starts(*each[i], S("AVD-")) || str_starts(*each[i], S("avd-"))))
			*each[i] = str_from(*each[i], 4);
	while (a.len > 0 && b.len > 0 && same(a.p[0], b.p[0]) && (a.p[0] < '0' || a.p[0] > '9')) {
		a = str_from(a, 1);
		b = str_from(b, 1);
		for (int i = 0; i < 2; i++)
			if (each[i]->len > 0 && each[i]->p[0] == '-')
				*each[i] = str_from(*each[i], 1);
	}
	for (int i = 0; i < 2; i++)
		while (each[i]->len > 1 && each[i]->p[0] == '0')
			*each[i] = str_from(*each[i], 1);
	if (a.len != b.len)
		return false;
	for (ptrdiff_t i = 0; i < a.len; i++)
		if (!same(a.p[i], b.p[i]))
			return false;
	return true;
}

bool lint_named(const struct rule *rule, str name)
{
	str also = str_of(rule->also);

	if (same_id(str_of(rule->id), name))
		return true;
	while (also.len > 0)
		if (same_id(str_word(&also), name))
			return true;
	return false;
}

static bool named_in(const struct rule *rule, const struct texts *names)
{
	for (ptrdiff_t i = 0; i < names->n; i++)
		if (lint_named(rule, names->p[i]))
			return true;
	return false;
}

bool lint_asked(const struct lint_wish *wish, const struct rule *rule, bool off)
{
	if (named_in(rule, &wish->skip))
		return false;
	if (wish->only.n > 0)
		return named_in(rule, &wish->only);
	return !off || named_in(rule, &wish->also);
}

/* What stands behind these words of a comment, which blanks part; p == NULL: it does not begin so. */
static str behind(str text, const char *words)
{
	str want = str_of(words);

	while (want.len > 0) {
		str word = str_word(&want);

		text = str_trim(text);
		if (!str_starts(text, word))
			return (str){ 0 };
		text = str_from(text, word.len);
	}
	return text.p ? text : S("");
}

static bool read_ignore(str text, struct ignore *ret)
{
	static const struct {
		const char *words;
		bool global;
	} forms[] = {
		{ "hadolint ignore =", false }, { "hadolint global ignore =", true },
		{ "temper ignore =", false },   { "temper global ignore =", true },
		{ "trivy:ignore:", false },
	};
	str rest = { 0 };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !rest.p; i++) {
		rest = behind(text, forms[i].words);
		ret->global = forms[i].global;
	}
	if (!rest.p)
		return false;
	rest = str_trim(rest);
	ptrdiff_t n = 0;
	/* Ids go on behind a comma, whatever blanks stand there. */
	for (bool comma = false; n < rest.len; n++) {
		bool blank = rest.p[n] == ' ' || rest.p[n] == '\t';

		if (blank && !comma && !(str_starts(str_trim(str_from(rest, n)), S(","))))
			break;
		if (!blank)
			comma = rest.p[n] == ',';
	}
	ret->ids = str_head(rest, n);
	ret->reason = str_trim(str_from(rest, n));
	while (ret->reason.len > 0 && strchr("-:#;", ret->reason.p[0]))
		ret->reason = str_trim(str_from(ret->reason, 1));
	return true;
}

static bool ignores(const struct ignore *i, const struct rule *rule)
{
	str ids = i->ids;

	while (ids.p)
		if (lint_named(rule, str_trim(str_cut(&ids, ','))))
			return true;
	return false;
}

/* The lines that an ignore holds for: the unit that it stands in or above. */
static struct lint_unit reach(const struct ignore *i, const struct lint_unit *unit, ptrdiff_t n)
{
	if (i->global)
		return (struct lint_unit){ 0, INT32_MAX };
	for (ptrdiff_t u = 0; u < n; u++)
		if (unit[u].end_line >= i->line)
			return unit[u];
	return (struct lint_unit){ INT32_MAX, 0 };
}

static int tell(struct op *op, const struct lint_file *file, const struct ignore *i, void *faults)
{
	VEC(struct fault) *all = faults;
	struct fault *f = vec_push(op, all);

	if (!f)
		return ERR_MEMORY;
	f->rule = &inline_ignore;
	f->path = file->path;
	f->line = f->end_line = i->line;
	f->col = 1;
	f->layer = -1;
	f->key = i->ids;
	return op_text(op, &f->what, "%.*s %s ignored here%s", STR_ARG(i->ids),
		       str_find(i->ids, ',') < 0 ? "is" : "are",
		       i->reason.len > 0 ? "" : ", without a reason");
}

static int hold(struct op *op, const struct lint_file *file, const struct ignore *i,
		struct lint_unit lines)
{
	str by = { 0 };

	for (ptrdiff_t k = 0; k < file->fault_n; k++) {
		struct fault *f = &file->fault[k];

		if (f->waived_by.len > 0 || f->line < lines.line || f->line > lines.end_line ||
		    !ignores(i, f->rule))
			continue;
		if (by.len == 0 && op_text(op, &by, "%.*s:%d", STR_ARG(file->path), i->line) < 0)
			return op->code;
		f->waived_by = by;
		f->reason = i->reason;
	}
	return 0;
}

int lint_ignore(struct op *op, const struct lint_wish *wish, const struct lint_comment *comment,
		ptrdiff_t comment_n, const struct lint_unit *unit, ptrdiff_t unit_n,
		struct lint_file *file)
{
	VEC(struct fault) told = { 0 };
	bool asked = lint_asked(wish, &inline_ignore, true);
	struct ignore ignore;
	int rc = 0;

	for (ptrdiff_t i = 0; i < comment_n && rc == 0; i++) {
		if (!read_ignore(comment[i].text, &ignore))
			continue;
		ignore.line = comment[i].line;
		struct ignore above;
		if (ignore.reason.len == 0 && i > 0 && comment[i - 1].line == ignore.line - 1 &&
		    !read_ignore(comment[i - 1].text, &above))
			ignore.reason = comment[i - 1].text;
		bool counts = ignore.reason.len > 0 || !wish->ignores_need_reason;
		if (counts)
			rc = hold(op, file, &ignore, reach(&ignore, unit, unit_n));
		if (rc == 0 && (asked || !counts))
			rc = tell(op, file, &ignore, &told);
	}
	if (rc < 0 || told.n == 0)
		return rc;
	struct fault *all = op_new(op, struct fault, file->fault_n + told.n);
	if (!all)
		return ERR_MEMORY;
	if (file->fault_n > 0)
		memcpy(all, file->fault, (size_t)file->fault_n * sizeof(*all));
	memcpy(all + file->fault_n, told.p, (size_t)told.n * sizeof(*all));
	file->fault = all;
	file->fault_n += told.n;
	qsort(all, (size_t)file->fault_n, sizeof(*all), fault_compare);
	return 0;
}
