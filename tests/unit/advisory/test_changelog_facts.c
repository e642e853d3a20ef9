/*
 * Truth: changelog-facts.tsv was made of the changelogs beside it by another hand; the fixed
 * versions of dsa-gold-bookworm.tsv are those of Debian's own advisories, read one by one.
 */
#include "advisory/changelog_facts.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/stream.h"
#include "sys/file.h"
#include "unit/harness.h"

static const char sample[] =
	"a (1.2-3+deb12u2) bookworm-security; urgency=high\n"
	"\n"
	"  * Regression of the fix of CVE-2024-1000; drop patch of CVE-2023-0002, upstream.\n"
	"  * CVE-2024-20000\n"
	"\n"
	" -- A <a@example.org>  Mon, 20 Oct 2025 12:00:00 +0200\n"
	"\n"
	"a (1.2-3+deb12u1) bookworm-security; urgency=high\n"
	"\n"
	"  * CVE-2024-1000: over-read. See also CVE-2024-999, CVE-2204-1000.\n"
	"\n"
	" -- A <a@example.org>  Tue, 21 Oct 2025 12:00:00 +0000\n"
	"\n"
	"a (1.2-1) unstable; urgency=medium\n"
	"\n"
	"  * CVE-2023-0002\n"
	"\n"
	" -- A <a@example.org>  Sat, 01 Jan 2022 00:00:00 +0000\n";

struct told {
	struct buf b;
};

static int tell(struct op *op, void *to, const struct advisory *a)
{
	struct buf *b = &((struct told *)to)->b;

	buf_fmt(b, "%.*s %.*s..%.*s", STR_ARG(a->id), STR_ARG(str_head(a->published, 10)),
		STR_ARG(str_head(a->modified, 10)));
	for (ptrdiff_t i = 0; i < a->affected_n; i++) {
		const struct affected *f = &a->affected[i];
		CHECK(f->names == AFFECTED_SOURCE && f->state == FIX_FIXED && f->span_n == 1);
		CHECK(f->span[0].from.len == 0 && f->span[0].last.len == 0);
		buf_fmt(b, " %.*s/%.*s<%.*s@%.*s", STR_ARG(f->ecosystem), STR_ARG(f->name),
			STR_ARG(f->span[0].until), STR_ARG(f->fixed_on));
	}
	for (ptrdiff_t i = 0; i < a->references.n; i++)
		buf_fmt(b, " %.*s", STR_ARG(a->references.p[i]));
	buf_char(b, '\n');
	return b->bad ? op->code : 0;
}

static int facts_of(struct op *op, struct changelog_facts *list)
{
	TRY(changelog_facts_read(op, S("b"), exact(S("b (2) x; y\n * CVE-2024-20000\n")), S("/b"),
				 list));
	TRY(changelog_facts_read(op, S("a"), exact(str_of(sample)), S("/a"), list));
	return 0;
}

static int lowest(struct op *op)
{
	struct changelog_facts list = { 0 };
	struct told told;
	struct feed_sink sink = { .advisory = tell, .to = &told };
	uint64_t n;
	str got;

	TRY(facts_of(op, &list));
	CHECK(list.n == 7);
	CHECK_STR(list.p[1].suite, S("bookworm-security"));
	changelog_facts_lowest(&list);
	buf_init(&told.b, op, 1 << 16);
	TRY(changelog_facts_tell(op, &list, S("debian:12"), &sink, &n));
	CHECK(n == 4);
	TRY(buf_take(&told.b, &got));
	CHECK_STR(got,
		  S("CVE-2023-0002 2022-01-01..2022-01-01 debian:12/a<1.2-1@2022-01-01 /a\n"
		    "CVE-2024-1000 2025-10-21..2025-10-21 debian:12/a<1.2-3+deb12u1@2025-10-21 /a\n"
		    "CVE-2024-20000 2025-10-20..2025-10-20 debian:12/a<1.2-3+deb12u2@2025-10-20 "
		    "debian:12/b<2@ /a /b\n"
		    "CVE-2204-1000 2025-10-21..2025-10-21 debian:12/a<1.2-3+deb12u1@2025-10-21 "
		    "/a\n"));
	return 0;
}

/* A rebuild for an older release has what it was made of; a number that only begins so has not. */
static int rebuilt(struct op *op)
{
	static const struct {
		const char *above, *entry, *fixed;
	} row[] = {
		{ "0.34-4~deb12u1", "0.34-4", "0.34-4~deb12u1" }, /* of bookworm-security */
		{ "0.34-4+deb12u1", "0.34-4", "0.34-4" },
		{ "0.34-41~deb12u1", "0.34-4", "0.34-4" },
		{ "0.34-4.1", "0.34-4", "0.34-4" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct changelog_facts list = { 0 };
		str text;
		TRY(op_text(
			op, &text,
			"a (%s) bookworm-security; urgency=high\n\n  * Rebuild\n\n -- A <a@b>  "
			"x\n\n"
			"a (%s) unstable; urgency=high\n\n  * CVE-2011-10007\n\n -- A <a@b>  x\n",
			row[i].above, row[i].entry));
		TRY(changelog_facts_read(op, S("a"), exact(text), S("/a"), &list));
		CHECK(list.n == 1);
		CHECK_STR(list.p[0].version, str_of(row[i].fixed));
	}
	return 0;
}

static int record(struct op *op)
{
	struct changelog_facts list = { 0 }, back = { 0 };
	str text;

	TRY(changelog_facts_read(op, S("a"), exact(str_of(sample)), S("/a"), &list));
	TRY(changelog_facts_write(op, list.p, list.n, &text));
	TRY(changelog_facts_parse(op, exact(text), S("a"), &back));
	CHECK(back.n == list.n && list.n == 6);
	for (ptrdiff_t i = 0; i < back.n && i < list.n; i++) {
		const struct changelog_fact *x = &list.p[i], *y = &back.p[i];
		CHECK(str_eq(x->version, y->version) && str_eq(x->cve, y->cve));
		CHECK(str_eq(x->suite, y->suite) && x->date == y->date);
		CHECK_STR(y->reference, S("/a"));
	}
	TRY(changelog_facts_write(op, NULL, 0, &text));
	CHECK(changelog_facts_parse(op, exact(text), S("a"), &back) == 0 && back.n == list.n);
	CHECK(changelog_facts_parse(op, exact(S("reference /a\n1\tx\t-5\tCVE\n")), S("a"), &back) ==
	      1);
	CHECK(changelog_facts_parse(op, exact(S("")), S("a"), &back) == 1 && back.n == list.n);
	return 0;
}

/* --- what others found in real changelogs -------------------------------------------------------
 */

static int data(struct op *op, int *ret_fd)
{
	const char *shared = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");
	str path;

	TRY(shared ? op_text(op, &path, "%s/advisories/debian-live", shared)
		   : op_text(op, &path, "%s/../shared/data/advisories/debian-live", source));
	int rc = file_open_user(op, path, ret_fd);
	if (rc < 0)
		op_forgive(op);
	return rc < 0 ? 1 : 0;
}

static int read_changelogs(struct op *op, int fd, struct changelog_facts *list)
{
	AUTO_FD dir = -1;
	str *name;
	ptrdiff_t n;

	TRY(dir_open(op, fd, S("changelogs"), false, &dir));
	TRY(dir_list(op, dir, S("changelogs"), &name, &n));
	CHECK(n == 22);
	for (ptrdiff_t i = 0; i < n; i++) {
		AUTO_STREAM *in = NULL;
		str packed, text;
		TRY(file_read(op, dir, name[i], LIMIT_CHANGELOG, &packed));
		TRY(stream_open_bytes(op, packed, name[i], LIMIT_CHANGELOG, &in));
		TRY(stream_read_all(op, in, LIMIT_CHANGELOG, &text));
		str source = str_head(name[i], str_find_str(name[i], S(".changelog.gz")));
		TRY(changelog_facts_read(op, source, text, S(""), list));
	}
	return 0;
}

/* Every pair of version and id, no more and no less; two entries were rebuilt for bookworm. */
static int all_pairs(struct op *op, int fd, const struct changelog_facts *list)
{
	VEC(str) got = { 0 }, want = { 0 };
	int rebuilds = 0;
	str text;

	TRY(file_read(op, fd, S("changelog-facts.tsv"), 1 << 20, &text));
	(void)str_cut(&text, '\n');
	while (text.len) {
		str *to = vec_push(op, &want);
		if (!to)
			return op->code;
		*to = str_cut(&text, '\n');
	}
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct changelog_fact *f = &list->p[i];
		bool rebuild =
			str_eq(f->suite, S("unstable")) && str_ends(f->version, S("~deb12u1"));
		str *to = vec_push(op, &got);
		if (!to)
			return op->code;
		rebuilds += rebuild;
		TRY(op_text(op, to, "%.*s\t%.*s\t%.*s\t%.*s", STR_ARG(f->source),
			    (int)(f->version.len - (rebuild ? 8 : 0)), f->version.p,
			    STR_ARG(f->suite), STR_ARG(f->cve)));
	}
	CHECK(rebuilds == 2);
	CHECK(want.n == 1026 && got.n == want.n);
	qsort(got.p, (size_t)got.n, sizeof(*got.p), str_qsort);
	qsort(want.p, (size_t)want.n, sizeof(*want.p), str_qsort);
	for (ptrdiff_t i = 0; i < got.n && i < want.n; i++)
		CHECK_STR(got.p[i], want.p[i]);
	return 0;
}

static str fixed_in(const struct changelog_facts *list, str source, str cve)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i].source, source) && str_eq(list->p[i].cve, cve))
			return list->p[i].version;
	return S("");
}

/* "DSA-5523-1 curl 7.88.1-10+deb12u4 CVE-2023-38545 CVE-2023-38546" */
static int gold(struct op *op, int fd, const struct changelog_facts *list)
{
	int exact_n = 0, missing = 0, earlier = 0, later = 0;
	str text;

	TRY(file_read(op, fd, S("dsa-gold-bookworm.tsv"), 1 << 20, &text));
	while (text.len) {
		str line = str_cut(&text, '\n'), cve;
		(void)str_word(&line);
		str source = str_word(&line), version = str_word(&line);
		while ((cve = str_word(&line)).len) {
			str got = fixed_in(list, source, cve);
			int order = version_compare(VERSION_DEB, got, version);
			missing += !got.len;
			earlier += got.len && order < 0;
			later += got.len && order > 0;
			exact_n += got.len && order == 0;
		}
	}
	CHECK(exact_n == 43);
	CHECK(missing == 3); /* an embargoed name, a typo, and one that was left out */
	CHECK(earlier == 0 && later == 0);
	return 0;
}

static int others(struct op *op)
{
	struct changelog_facts list = { 0 };
	AUTO_FD fd = -1;
	int rc = data(op, &fd);

	TRY(rc);
	if (rc > 0)
		SKIP("no changelogs: TEMPER_SHARED_DATA names no directory that has them");
	TRY(read_changelogs(op, fd, &list));
	TRY(all_pairs(op, fd, &list));
	changelog_facts_lowest(&list);
	TRY(gold(op, fd, &list));
	CHECK_STR(fixed_in(&list, S("git"), S("CVE-2024-32021")), S(""));
	CHECK_STR(fixed_in(&list, S("git"), S("CVE-2023-32021")), S("1:2.39.5-0+deb12u1"));
	return 0;
}

TESTS({ "lowest", lowest }, { "rebuilt", rebuilt }, { "record", record },
      { "others", others, .once = true })
