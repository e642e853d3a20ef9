#include "changelog.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "sys/clock.h"

enum {
	CVES_MAX =
		10 * 1000, /* of one entry: an import of a year's kernel fixes names some hundred */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of the "CVE-2025-1234" at the front of s, or 0. */
static ptrdiff_t cve_length(str s)
{
	ptrdiff_t n = 4;

	if (!str_starts(s, S("CVE-")))
		return 0;
	while (n < s.len && n < 8 && is_digit(s.p[n]))
		n++;
	if (n < 8 || n >= s.len || s.p[n] != '-')
		return 0;
	ptrdiff_t first = ++n;
	while (n < s.len && is_digit(s.p[n]))
		n++;
	return n - first >= 4 && n - first <= 19 ? n : 0;
}

/* By year, then number: shorter numbers are smaller, as leading zeros fill up to four digits. */
static int cve_cmp(const void *a, const void *b)
{
	const str *x = a, *y = b;
	int order = str_cmp(str_head(*x, 8), str_head(*y, 8));

	if (order)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return str_cmp(*x, *y);
}

static int find_cves(struct map *seen, str line)
{
	for (ptrdiff_t at = str_find_str(line, S("CVE-")); at >= 0;
	     at = str_find_str(line, S("CVE-"))) {
		line = str_from(line, at);
		ptrdiff_t n = cve_length(line);
		int rc = n && seen->n < CVES_MAX ? map_put(seen, str_head(line, n), seen) : 0;
		if (rc < 0)
			return rc;
		line = str_from(line, n ? n : 4);
	}
	return 0;
}

static int take_cves(struct op *op, const struct map *seen, struct texts *ret)
{
	str *id = op_new(op, str, seen->n);

	if (!id)
		return op->code;
	for (ptrdiff_t i = 0; i < seen->n; i++)
		id[i] = seen->item[i].key;
	if (seen->n > 1)
		qsort(id, (size_t)seen->n, sizeof(*id), cve_cmp);
	*ret = (struct texts){ id, seen->n };
	return 0;
}

/* "nginx (1.26.3-3) trixie; urgency=medium": the version and "trixie", or false. */
static bool read_head(str line, str *ret, str *ret_suite)
{
	ptrdiff_t open = str_find(line, '('), close = str_find(line, ')');

	if (line.len == 0 || line.p[0] == ' ' || line.p[0] == '\t' || open < 1 || close < open + 2)
		return false;
	*ret = str_trim((str){ line.p + open + 1, close - open - 1 });
	line = str_from(line, close + 1);
	*ret_suite = str_trim(str_cut(&line, ';'));
	return ret->len > 0;
}

/* " -- Name <address>  Mon, 20 Oct 2025 12:00:00 +0200" */
static void read_trailer(str line, int64_t *ret)
{
	ptrdiff_t at = str_rfind(line, '>');
	int64_t date;

	if (at >= 0 && clock_parse_rfc5322(str_trim(str_from(line, at + 1)), &date))
		*ret = date;
}

/* Without the empty lines around it. */
static str body(str text)
{
	while (str_starts(text, S("\n")))
		text = str_from(text, 1);
	while (text.len && text.p[text.len - 1] == '\n')
		text.len--;
	return text;
}

/* The lines of one entry up to the next head; *in is left at that head. */
static int read_entry(struct op *op, str *in, struct changelog_entry *entry)
{
	struct map seen;
	str next, suite, begin = *in;
	bool open = true;

	map_init(&seen, op);
	entry->text = S("");
	while (in->p) {
		str rest = *in, line = str_cut(&rest, '\n');
		if (read_head(line, &next, &suite))
			break;
		*in = rest;
		if (str_starts(line, S(" -- "))) {
			read_trailer(line, &entry->date);
			open = false;
		} else if (open) {
			entry->text = body((str){ begin.p, line.p + line.len - begin.p });
		}
		int rc = find_cves(&seen, line);
		if (rc < 0)
			return rc;
	}
	return take_cves(op, &seen, &entry->cves);
}

int changelog_read(struct op *op, str text, ptrdiff_t entries_max, struct changelog_entry **ret,
		   ptrdiff_t *ret_n)
{
	VEC(struct changelog_entry) got = { 0 };

	while (text.p && got.n < entries_max) {
		str version, suite, line = str_cut(&text, '\n');
		if (!read_head(line, &version, &suite))
			continue;
		struct changelog_entry *entry = vec_push(op, &got);
		if (!entry)
			return op->code;
		entry->version = version;
		entry->suite = suite;
		int rc = read_entry(op, &text, entry);
		if (rc < 0)
			return rc;
	}
	*ret = got.p;
	*ret_n = got.n;
	return 0;
}
