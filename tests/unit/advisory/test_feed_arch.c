#include "advisory/feed_native.h"
#include "unit/advisory/golden.h"

static int reads(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_arch, S("all.json"),
		exact(S("[{\"name\":\"AVG-1\",\"packages\":[\"glibc\",\"lib32-glibc\"],\"status\":"
			"\"Fixed\",\"severity\":\"High\",\"type\":\"code execution\",\"affected\":"
			"\"2.38-1\",\"fixed\":\"2.38-2\",\"issues\":[\"CVE-2023-4911\"],"
			"\"advisories\":["
			"\"ASA-202310-01\"]},"
			"{\"name\":\"AVG-2\",\"packages\":[\"a\"],\"status\":\"Vulnerable\","
			"\"fixed\":"
			"null},{\"name\":\"AVG-3\",\"packages\":[\"a\"],\"status\":\"Not "
			"affected\"},"
			"{\"name\":\"AVG-4\",\"packages\":[\"a\"],\"status\":\"Unknown\"},"
			"{\"name\":\"AVG-5\",\"packages\":[\"a\"],\"status\":\"Testing\",\"fixed\":"
			"\"1\"},"
			"{\"name\":\"AVG-6\",\"packages\":[\"a\"],\"status\":\"Fixed\",\"fixed\":"
			"null},"
			"{\"name\":\"AVG-7\",\"packages\":[\"a\"],\"status\":\"Odd\"},7]")),
		"", &t));
	CHECK(t.bad == 3);
	CHECK_STR(buf_view(&t.b),
		  S("AVG-1 \"code execution\" related CVE-2023-4911,ASA-202310-01 severity high\n"
		    "  arch glibc fixed <2.38-2\n"
		    "  arch lib32-glibc fixed <2.38-2\n"
		    "AVG-2\n  arch a affected\n"
		    "AVG-3\n  arch a not_affected\n"
		    "AVG-4\n  arch a under_investigation\n"
		    "AVG-5\n  arch a fixed <1\n"));
	CHECK_FAILS(op, told_read(op, &feed_arch, S("x.json"), exact(S("{}")), "", &t), ERR_FORMAT,
		    "not Arch's list");
	return 0;
}

static int as_vunnel(struct op *op, void *arg, const struct golden *g)
{
	struct told *t = arg;
	str line;

	if (str_eq(g->version, S("None")))
		TRY(op_text(op, &line, "%.*s arch %.*s affected", STR_ARG(g->id),
			    STR_ARG(g->name)));
	else
		TRY(op_text(op, &line, "%.*s arch %.*s fixed <%.*s", STR_ARG(g->id),
			    STR_ARG(g->name), STR_ARG(g->version)));
	CHECK_STR(told_has(t, line) ? S("told") : line, S("told"));
	t->affected--;
	return 0;
}

static int agrees_with_vunnel(struct op *op)
{
	static const char *const groups[] = { "1234", "1324", "2222", "5678", "9999" };
	struct told t = { .brief = true };
	str text, path;

	if (!told_shared(op,
			 "vunnel/tests/unit/providers/arch/test-fixtures/input/arch-advisories/"
			 "all.json",
			 &text))
		SKIP("no samples of vunnel: TEMPER_SHARED_DATA names no directory that has them");
	CHECK(feed_arch.looks_like(&(struct feed_document){ .bytes = text }));
	TRY(told_read(op, &feed_arch, S("all.json"), text, "", &t));
	for (int i = 0; i < 5; i++) {
		TRY(op_text(op, &path,
			    "vunnel/tests/unit/providers/arch/test-fixtures/snapshots/avg-%s.json",
			    groups[i]));
		MUST(told_path(op, path.p, &path));
		TRY(golden_file(op, path, as_vunnel, &t));
	}
	CHECK(t.bad == 0 && t.affected == 0); /* nothing that vunnel has not */
	return 0;
}

TESTS({ "reads", reads }, { "agrees with vunnel", agrees_with_vunnel, .once = true })
