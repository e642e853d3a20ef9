/*
 * feed_ubuntu_facts: what ubuntu-cve-tracker says, as a table with tabs between:
 *
 *	release	source	cve	status	note_or_version
 *	trusty/esm	openssl	CVE-2020-1967	not-affected	code not present
 *	xenial	openssl	CVE-2019-1551	released	1.0.2g-1ubuntu4.16
 *
 * A line is a record; what tells of no release of Ubuntu, or nothing of it, is none.
 */
#include "feed_native.h"
#include "ubuntu.h"

enum { COLUMNS = 5 };

static int facts_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		      uint64_t *ret_bad)
{
	for (str rest = d->bytes; rest.p;) {
		str line = str_cut(&rest, '\n'), column[COLUMNS] = { 0 }, key, channel;
		struct bulletin b;
		int n = 0;
		if (line.len == 0 || str_starts(line, S("release\t")) || line.p[0] == '#')
			continue;
		for (; line.p && n < COLUMNS; n++)
			column[n] = str_cut(&line, '\t');
		if (n < 4) {
			++*ret_bad;
			continue;
		}
		if (!ubuntu_release(column[0], &key, &channel))
			continue;
		bulletin_begin(&b, op, sink, column[2]);
		ubuntu_fact(&b, column[0], column[1], column[3], str_trim(column[4]));
		if (b.affected.n == 0)
			bulletin_drop(&b);
		else if (bulletin_send(&b, ret_bad) < 0)
			return op->code;
		if (op->code)
			return op->code;
	}
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
