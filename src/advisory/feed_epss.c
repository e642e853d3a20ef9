/*
 * EPSS: how likely a vulnerability is exploited within thirty days. Source: first.org/epss/data_stats:
 *
 *	#model_version:v2025.03.14,score_date:2026-08-16T12:55:00Z
 *	cve,epss,percentile
 *	CVE-1999-0001,0.03351,0.87650
 *
 * The first years have no comment and no percentile; columns may stand in any order, and others
 * between them. Without a percentile it is 0.
 */
#include "base/limits.h"
#include "feed_values.h"

enum { CVE, EPSS, PERCENTILE, COLUMNS, OTHER = COLUMNS, WIDTH_MAX = 32 };

static const str names[COLUMNS] = { S_INIT("cve"), S_INIT("epss"), S_INIT("percentile") };

struct table {
	int at[WIDTH_MAX]; /* which of the above stands in a column */
	int n;
};

/* "#model_version:...,score_date:2023-03-07T00:00:00+0000". */
static int read_comment(struct op *op, str line, const struct feed_sink *sink)
{
	str key = S("score_date:");
	ptrdiff_t at = str_find_str(line, key);
	str rest = str_from(line, at + key.len);

	return at < 0 ? 0 : feed_dated(op, sink, str_head(str_cut(&rest, ','), 10));
}

static bool read_head(str line, struct table *t)
{
	bool seen[COLUMNS + 1] = { false };

	for (t->n = 0; line.p && t->n < WIDTH_MAX; t->n++) {
		str name = str_trim(str_cut(&line, ','));
		int k = 0;
		while (k < COLUMNS && !str_eq(name, names[k]))
			k++;
		t->at[t->n] = k;
		seen[k] = true;
	}
	return seen[CVE] && seen[EPSS];
}

/* A number from 0 to 1: "0.03351", "1", "9.1e-05". No locale is asked. */
static bool fraction(str s, double *ret)
{
	double value = 0, unit = 1;
	ptrdiff_t i = 0;
	int exponent = 0;

	for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		value = value * 10 + (s.p[i] - '0');
	if (i == 0 || i > 3)
		return false;
	if (i < s.len && s.p[i] == '.') {
		for (i++; i < s.len && s.p[i] >= '0' && s.p[i] <= '9' && unit > 1e-18; i++) {
			value = value * 10 + (s.p[i] - '0');
			unit /= 10;
		}
	}
	if (s.len - i >= 3 && (s.p[i] == 'e' || s.p[i] == 'E') && s.p[i + 1] == '-') {
		for (i += 2; i < s.len && s.p[i] >= '0' && s.p[i] <= '9' && exponent < 30; i++)
			exponent = exponent * 10 + (s.p[i] - '0');
	}
	value *= unit;
	while (exponent-- > 0)
		value /= 10;
	*ret = value;
	return i == s.len && value <= 1;
}

static bool read_row(str line, const struct table *t, str *ret_cve, double *ret)
{
	bool good = true;

	*ret_cve = S("");
	ret[0] = -1;
	ret[1] = 0;
	for (int i = 0; line.p && i < t->n && good; i++) {
		str value = str_cut(&line, ',');
		if (t->at[i] == CVE)
			*ret_cve = value;
		else if (t->at[i] != OTHER)
			good = fraction(value, &ret[t->at[i] - EPSS]);
	}
	return good && ret[0] >= 0 && str_starts(*ret_cve, S("CVE-")) && feed_name_good(*ret_cve) &&
	       ret_cve->len <= LIMIT_ADVISORY_ID;
}

static int read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		uint64_t *ret_bad)
{
	struct table t = { .n = 0 };
	str rest = d->bytes, cve;
	double number[2];
	int rc = 0;

	while (rest.p && rc == 0) {
		str line = str_cut(&rest, '\n');
		if (line.len && line.p[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0)
			continue;
		if (line.p[0] == '#')
			rc = read_comment(op, line, sink);
		else if (t.n == 0)
			rc = read_head(line, &t)
				     ? 0
				     : feed_broken(op, d->name,
						   "its first line does not name cve and epss");
		else if (read_row(line, &t, &cve, number))
			rc = sink->score(op, sink->to, cve, number[0], number[1]);
		else
			++*ret_bad;
	}
	return rc;
}

static bool looks_like(const struct feed_document *d)
{
	str rest = str_head(d->bytes, 4096);
	struct table t;

	while (str_starts(rest, S("#")))
		(void)str_cut(&rest, '\n');
	return read_head(str_cut(&rest, '\n'), &t);
}

const struct feed feed_epss = {
	.name = "epss",
	.what = "EPSS scores of FIRST, CSV",
	.ends = ".csv",
	.whole = true,
	.looks_like = looks_like,
	.read = read,
};
