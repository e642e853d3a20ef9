/*
 * feed_facts: facts as a table, one a line, tabs between: a site's own feed, and what benchmarks
 * give to several scanners.
 *
 *	# comments and empty lines are passed over
 *	ECOSYSTEM  PACKAGE  ID  FIXED  SEVERITY [STATE]
 *	PACKAGE  ID  FIXED  SEVERITY            (four columns: of the release that the configuration names)
 *
 * ECOSYSTEM is a key ("debian:12", "npm") or what OSV calls it ("Debian:12", "crates.io"). FIXED is the
 * first version that is not affected; empty: there is none yet; "0": it never was affected. STATE is a
 * word of fix_states[] for what FIXED cannot say. Where advisories go by source, PACKAGE is one.
 * Lines of one ID that follow one another are one record.
 */
#include "bulletin.h"
#include "feed_native.h"

enum { FACT_COLUMNS = 6 };

struct facts_reader {
	struct op *op;
	const struct feed_sink *sink;
	str release;
	struct bulletin b; /* of the ID of the last line; none before the first */
	bool begun;
	str last, key; /* the ecosystem of the last line: as written, and its key */
	const struct ecosystem_row *row;
	uint64_t bad;
};

/* 1: no such state. */
static int state_of(str word, enum fix_state *ret)
{
	for (int i = 0; i < FIX_STATES; i++)
		if (str_eq(word, str_of(fix_states[i]))) {
			*ret = (enum fix_state)i;
			return 0;
		}
	return 1;
}

/* Looked up once for a run of lines: they mostly stand sorted. */
static int ecosystem(struct facts_reader *r, str name)
{
	str channel;

	if (r->last.len && str_eq(r->last, name))
		return 0;
	r->last = name;
	r->key = name;
	r->row = ecosystem_row(name);
	if (!r->row) {
		int rc = ecosystem_of_osv(r->op, name, &r->key, &channel);
		if (rc < 0)
			return rc;
		r->row = rc ? NULL : ecosystem_row(r->key);
	}
	return 0;
}

static int fact(struct facts_reader *r, const str *column, ptrdiff_t n)
{
	str package = column[1], id = column[2], fixed = column[3];
	enum fix_state state = FIX_AFFECTED;

	if (column[0].len == 0 || package.len == 0 || id.len == 0 ||
	    (n == FACT_COLUMNS && column[5].len && state_of(column[5], &state))) {
		r->bad++;
		return 0;
	}
	if (r->begun && !str_eq(id, r->b.a.id)) {
		r->begun = false;
		r->last = (str){ 0 }; /* its key goes with the bulletin's memory */
		if (bulletin_send(&r->b, &r->bad) < 0)
			return r->op->code;
	}
	if (!r->begun)
		bulletin_begin(&r->b, r->op, r->sink, id);
	r->begun = true;
	if (ecosystem(r, column[0]) < 0)
		return r->op->code;
	if (r->row && ecosystem_name(r->op, r->row, package, &package) < 0)
		return r->op->code;
	struct affected *a =
		bulletin_affected(&r->b, r->key, package,
				  r->row && r->row->by_source ? AFFECTED_SOURCE : AFFECTED_ANY);
	if (!a)
		return r->op->code;
	a->severity = severity_of(column[4]);
	a->state = state;
	if (str_eq(fixed, S("0")))
		a->state = FIX_NOT_AFFECTED;
	else if (fixed.len && state == FIX_AFFECTED)
		bulletin_until(&r->b, a, fixed);
	else if (fixed.len)
		bulletin_span(&r->b, a, &(struct version_span){ .until = fixed });
	return r->op->code;
}

static int line_of(struct facts_reader *r, str line)
{
	str column[FACT_COLUMNS] = { 0 };
	ptrdiff_t n = 0;

	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0 || line.p[0] == '#')
		return 0;
	for (str rest = line; rest.p && n < FACT_COLUMNS; n++)
		column[n] = str_cut(&rest, '\t');
	if (n == 4) {
		memmove(column + 1, column, 4 * sizeof(column[0]));
		column[0] = r->release;
	} else if (n < 5) {
		r->bad++;
		return 0;
	}
	return fact(r, column, n);
}

static int facts_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		      uint64_t *ret_bad)
{
	struct facts_reader r = { .op = op, .sink = sink, .release = d->release };

	for (str rest = d->bytes; rest.p;)
		if (line_of(&r, str_cut(&rest, '\n')) < 0)
			return op->code;
	if (r.begun && bulletin_send(&r.b, &r.bad) < 0)
		return op->code;
	*ret_bad = r.bad;
	return 0;
}

const struct feed feed_facts = {
	.name = "facts",
	.what = "a table of ecosystem, package, id, fixed version, severity",
	.ends = ".tsv",
	.whole = true,
	.read = facts_read,
};
