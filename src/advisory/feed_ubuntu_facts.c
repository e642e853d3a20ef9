/*
 * feed_ubuntu_facts: what ubuntu-cve-tracker says, as a table with tabs between:
 *
 *	release	source	cve	status	note_or_version
 *	trusty/esm	openssl	CVE-2020-1967	not-affected	code not present
 *	xenial	openssl	CVE-2019-1551	released	1.0.2g-1ubuntu4.16
 *
 * Lines of one CVE in one release are a record, as far as they stand near each other: the table is sorted
 * by release and source. What tells of no release of Ubuntu, or nothing of it, is none.
 */
#include "base/map.h"
#include "feed_native.h"
#include "feed_values.h"
#include "ubuntu.h"

enum {
	COLUMNS = 5,
	NEAR = 8192 /* lines that are gathered at most */
};

struct line {
	struct ubuntu_fact fact;
	uint32_t next; /* position + 1 of the next of this CVE; 0: there is none */
};

struct record {
	str cve;
	uint32_t first, last; /* positions */
};

/* Lines of one release, by their CVE. */
struct gathered {
	struct op *op;
	const struct feed_sink *sink;
	str release, key, channel; /* of the lines; key is empty where it is no release of Ubuntu */
	struct map cve;            /* the records in their order: values are positions in record */
	struct line *line;         /* [NEAR] */
	struct record *record;     /* [NEAR] */
	uint32_t line_n, record_n;
	uint64_t bad;
};

static int send_all(struct gathered *g)
{
	struct op_mark mark = op_mark(g->op);

	for (uint32_t i = 0; i < g->record_n; i++) {
		struct bulletin b;
		bulletin_begin(&b, g->op, g->sink, g->record[i].cve);
		for (uint32_t at = g->record[i].first + 1; at; at = g->line[at - 1].next)
			ubuntu_affected(&b, &g->line[at - 1].fact);
		if (bulletin_send(&b, &g->bad) < 0)
			return g->op->code;
	}
	op_reset(g->op, mark);
	map_clear(&g->cve);
	g->line_n = g->record_n = 0;
	return 0;
}

static int add(struct gathered *g, str cve, const struct ubuntu_fact *fact)
{
	ptrdiff_t at = map_find(&g->cve, cve);
	uint32_t line = g->line_n++;

	g->line[line] = (struct line){ .fact = *fact };
	if (at >= 0) {
		struct record *r = &g->record[at];
		g->line[r->last].next = line + 1;
		r->last = line;
		return 0;
	}
	g->record[g->record_n++] = (struct record){ cve, line, line };
	return map_put(&g->cve, cve, NULL);
}

/* Another release than that of the line before, or too many lines: what is there goes. */
static int turn(struct gathered *g, str release)
{
	bool same = g->release.p && str_eq(g->release, release);

	if (same && g->line_n < NEAR)
		return 0;
	if (send_all(g) < 0)
		return g->op->code;
	if (!same && !ubuntu_release(release, &g->key, &g->channel))
		g->key = (str){ 0 };
	g->release = release;
	return 0;
}

static int read_line(struct gathered *g, str line)
{
	str column[COLUMNS] = { 0 };
	struct ubuntu_fact fact;
	int n = 0;

	for (; line.p && n < COLUMNS; n++)
		column[n] = str_cut(&line, '\t');
	if (n < 4) {
		g->bad++;
		return 0;
	}
	if (turn(g, column[0]) < 0)
		return g->op->code;
	fact = (struct ubuntu_fact){ .key = g->key,
				     .channel = g->channel,
				     .source = column[1],
				     .status = column[3],
				     .note = str_trim(column[4]) };
	if (g->key.len == 0 || !ubuntu_says(fact.status, fact.note, &fact.state))
		return 0;
	/* One that is broken is not to take others of its record with it. */
	if (!feed_name_good(fact.source) || !feed_name_good(column[2]) ||
	    (fact.state == FIX_FIXED && !feed_name_good(fact.note))) {
		g->bad++;
		return 0;
	}
	return add(g, column[2], &fact);
}

static int facts_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		      uint64_t *ret_bad)
{
	struct gathered g = { .op = op, .sink = sink };

	g.line = op_new(op, struct line, NEAR);
	g.record = op_new(op, struct record, NEAR);
	if (!g.line || !g.record)
		return op->code;
	map_init(&g.cve, op);
	for (str rest = d->bytes; rest.p;) {
		str line = str_cut(&rest, '\n');
		if (line.len == 0 || str_starts(line, S("release\t")) || line.p[0] == '#')
			continue;
		if (read_line(&g, line) < 0)
			return op->code;
	}
	if (send_all(&g) < 0)
		return op->code;
	*ret_bad += g.bad;
	return 0;
}

static bool facts_looks_like(const struct feed_document *d)
{
	return str_starts(d->bytes, S("release\tsource\tcve\tstatus\t"));
}

const struct feed feed_ubuntu_facts = {
	.name = "ubuntu-facts",
	.what = "facts of ubuntu-cve-tracker as a table: release, source, CVE, status, note",
	.ends = ".tsv",
	.whole = true,
	.lines = true,
	.looks_like = facts_looks_like,
	.read = facts_read,
};
