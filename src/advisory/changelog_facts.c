#include "changelog_facts.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "distro/changelog.h"
#include "sys/clock.h"

/* The record: a line "reference PATH", then for each entry one of tabs: VERSION, SUITE, seconds, ids
 * separated by blanks. */

/* Of the i-th entry, newest first, what has it all: itself, or the rebuild of it for an older release
 * that stands above it. */
static str lowest_with(const struct changelog_entry *entry, ptrdiff_t i)
{
	str version = entry[i].version;

	if (i == 0 || !str_starts(entry[i - 1].version, version))
		return version;
	return str_starts(str_from(entry[i - 1].version, version.len), S("~")) ? entry[i - 1].version
									       : version;
}

int changelog_facts_read(struct op *op, str source, str text, str reference,
			 struct changelog_facts *list)
{
	struct changelog_entry *entry;
	ptrdiff_t n;
	int rc = changelog_read(op, text, LIMIT_CHANGELOG_ENTRIES, &entry, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		for (ptrdiff_t k = 0; k < entry[i].cves.n; k++) {
			struct changelog_fact *f = vec_push(op, list);
			if (!f)
				return op->code;
			*f = (struct changelog_fact){ .source = source,
						      .version = lowest_with(entry, i),
						      .suite = entry[i].suite,
						      .cve = entry[i].cves.p[k],
						      .date = entry[i].date,
						      .reference = reference };
		}
	}
	return rc;
}

/* By year, then number, which has four digits at least. */
static int cve_cmp(str a, str b)
{
	int order = str_cmp(str_head(a, 8), str_head(b, 8));

	if (order)
		return order;
	return a.len != b.len ? (a.len < b.len ? -1 : 1) : str_cmp(a, b);
}

static int fact_cmp(const void *a, const void *b)
{
	const struct changelog_fact *x = a, *y = b;
	int order = cve_cmp(x->cve, y->cve);

	if (order == 0)
		order = str_cmp(x->source, y->source);
	if (order == 0)
		order = version_compare(VERSION_DEB, x->version, y->version);
	return order ? order : str_cmp(x->version, y->version);
}

void changelog_facts_lowest(struct changelog_facts *list)
{
	ptrdiff_t kept = 0;

	if (list->n > 1)
		qsort(list->p, (size_t)list->n, sizeof(*list->p), fact_cmp);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct changelog_fact *f = &list->p[i];
		if (kept && str_eq(f->cve, list->p[kept - 1].cve) &&
		    str_eq(f->source, list->p[kept - 1].source))
			continue;
		list->p[kept++] = *f;
	}
	list->n = kept;
}

/* --- as advisories ------------------------------------------------------------------------------
 */

static int date_text(struct op *op, int64_t date, str *ret)
{
	char text[CLOCK_TEXT];

	*ret = S("");
	return date > 0 ? op_copy(op, str_of(clock_rfc3339(date, text)), ret) : 0;
}

/* One CVE: f[n], of different sources. The values live in op. */
static int make_advisory(struct op *op, const struct changelog_fact *f, ptrdiff_t n, str ecosystem,
			 struct advisory *ret)
{
	struct affected *affected = op_new(op, struct affected, n);
	struct version_span *span = op_new(op, struct version_span, n);
	str *reference = op_new(op, str, n);
	struct advisory a = { .id = f->cve, .affected = affected, .affected_n = n };
	int64_t first = f->date, last = 0;
	int rc = 0;

	if (!affected || !span || !reference)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		span[i].until = f[i].version;
		affected[i] = (struct affected){ .ecosystem = ecosystem,
						 .name = f[i].source,
						 .names = AFFECTED_SOURCE,
						 .state = FIX_FIXED,
						 .span = &span[i],
						 .span_n = 1 };
		if ((rc = date_text(op, f[i].date, &affected[i].fixed_on)) < 0)
			return rc;
		affected[i].fixed_on = str_head(affected[i].fixed_on, 10);
		reference[i] = f[i].reference;
		first = f[i].date && f[i].date < first ? f[i].date : first;
		last = f[i].date > last ? f[i].date : last;
	}
	a.references = (struct texts){ reference, n };
	if ((rc = date_text(op, first, &a.published)) < 0 ||
	    (rc = date_text(op, last, &a.modified)) < 0)
		return rc;
	*ret = a;
	return 0;
}

int changelog_facts_tell(struct op *op, const struct changelog_facts *list, str ecosystem,
			 const struct feed_sink *sink, uint64_t *ret_n)
{
	AUTO_OP own; /* the sink keeps what it keeps in op */

	op_init(&own, 0);
	own.fault = op->fault;
	*ret_n = 0;
	for (ptrdiff_t i = 0, n; i < list->n; i += n) {
		for (n = 1; i + n < list->n && str_eq(list->p[i].cve, list->p[i + n].cve); n++)
			;
		struct op_mark mark = op_mark(&own);
		struct advisory a;
		if (make_advisory(&own, &list->p[i], n, ecosystem, &a) < 0)
			return op_adopt_error(op, &own);
		int rc = sink->advisory(op, sink->to, &a);
		if (rc < 0)
			return rc;
		op_reset(&own, mark);
		++*ret_n;
	}
	return 0;
}

/* --- as a record of the store -------------------------------------------------------------------
 */

static bool plain(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] == '\t' || s.p[i] == '\n')
			return false;
	return true;
}

int changelog_facts_write(struct op *op, const struct changelog_fact *p, ptrdiff_t n, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_CHANGELOG);
	buf_add(&b, S("reference "));
	buf_add(&b, n ? p->reference : S(""));
	buf_char(&b, '\n');
	for (ptrdiff_t i = 0; i < n; i++) {
		bool same = i > 0 && str_eq(p[i].version, p[i - 1].version) &&
			    str_eq(p[i].suite, p[i - 1].suite) && p[i].date == p[i - 1].date;
		if (!plain(p[i].version) || !plain(p[i].suite))
			continue;
		if (!same)
			buf_fmt(&b, "%s%.*s\t%.*s\t%lld\t", i ? "\n" : "", STR_ARG(p[i].version),
				STR_ARG(p[i].suite), (long long)p[i].date);
		buf_fmt(&b, "%s%.*s", same ? " " : "", STR_ARG(p[i].cve));
	}
	buf_char(&b, '\n');
	return buf_take(&b, ret);
}

static int parse_line(struct op *op, str line, const struct changelog_fact *like,
		      struct changelog_facts *list)
{
	struct changelog_fact f = *like;
	uint64_t date;

	f.version = str_cut(&line, '\t');
	f.suite = str_cut(&line, '\t');
	if (!num_parse(str_cut(&line, '\t'), INT64_MAX, &date) || !f.version.len)
		return 1;
	f.date = (int64_t)date;
	while ((f.cve = str_word(&line)).len) {
		struct changelog_fact *to = vec_push(op, list);
		if (!to)
			return op->code;
		*to = f;
	}
	return 0;
}

int changelog_facts_parse(struct op *op, str record, str source, struct changelog_facts *list)
{
	struct changelog_fact like = { .source = source };
	str line = str_cut(&record, '\n');
	ptrdiff_t had = list->n;
	int rc = 0;

	if (!str_starts(line, S("reference ")))
		return 1;
	like.reference = str_from(line, 10);
	while (rc == 0 && record.len) {
		line = str_cut(&record, '\n');
		if (line.len)
			rc = parse_line(op, line, &like, list);
	}
	if (rc > 0)
		list->n = had;
	return rc;
}
