#include "model/life.h"

#include "sys/clock.h"
#include "unit/harness.h"

static int known_lives(struct op *op)
{
	static const struct {
		const char *key, *standard, *extended;
	} cases[] = {
		{ "debian:12", "2026-07-11", "2028-06-30" },
		{ "ubuntu:22.04", "2027-06-01", "2032-04-21" },
		{ "alpine:3.20", "2026-04-01", "" },
		{ "rhel:9", "2032-05-31", "2035-05-31" },
	};
	struct life l;

	(void)op;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK(life_known(str_of(cases[i].key), &l));
		CHECK_STR(l.standard_end, str_of(cases[i].standard));
		CHECK_STR(l.extended_end, str_of(cases[i].extended));
	}
	CHECK(!life_known(S("debian:99"), &l));
	CHECK(!life_known(S("debian:1"), &l));
	CHECK(!life_known(S(""), &l));
	return 0;
}

TESTS({ "known lives", known_lives })
