#include "model/entry.h"
#include "model/platform.h"
#include "unit/harness.h"

static int platforms(struct op *op)
{
	static const struct {
		const char *word, *name;
	} cases[] = {
		{ "linux/amd64", "linux/amd64" },
		{ "amd64", "linux/amd64" },
		{ "arm64/v8", "linux/arm64" },
		{ "linux/arm64/v8", "linux/arm64" },
		{ "arm64", "linux/arm64" },
		{ "arm/v7", "linux/arm/v7" },
		{ "linux/arm", "linux/arm/v7" },
		{ "armhf", "linux/arm/v7" },
		{ "i386", "linux/386" },
		{ "386", "linux/386" },
		{ "ppc64el", "linux/ppc64le" },
		{ "s390x", "linux/s390x" },
		{ "riscv64", "linux/riscv64" },
		{ "", NULL },
		{ "linux/", NULL },
		{ "arm64/v9", NULL },
		{ "arm64/", NULL },
		{ "amd64/", NULL },
		{ "windows/amd64", NULL },
		{ "amd640", NULL },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct platform *p = platform_find(exact(str_of(cases[i].word)));
		CHECK_STR(str_of(p ? p->name : NULL), str_of(cases[i].name));
		if (p)
			CHECK(str_find_str(str_of(platform_names()), str_of(p->name)) >= 0 &&
			      platform_find(str_of(p->name)) == p);
	}
	CHECK(platform_host() != NULL);
	return 0;
}

static int order(struct op *op)
{
	/* In order; each directory before all below it, and nothing between. */
	static const char *const path[] = { "",    "a",     "a/b", "a/b/c", "a/b-c",
					    "a-b", "a-b/c", "a.b", "aa",    "\xc3\xa9" };
	enum { N = sizeof(path) / sizeof(path[0]) };

	(void)op;
	for (int i = 0; i < N; i++) {
		for (int k = 0; k < N; k++) {
			struct entry a = { .path = exact(str_of(path[i])) },
				     b = { .path = exact(str_of(path[k])) };
			int got = entry_cmp(&a, &b);
			CHECK((got > 0) - (got < 0) == (i > k) - (i < k));
		}
	}
	return 0;
}

TESTS({ "platforms", platforms }, { "order", order })
