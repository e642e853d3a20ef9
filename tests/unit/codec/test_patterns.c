#include <string.h>

#include "codec/patterns.h"
#include "unit/harness.h"

static const char *const list[] = { "v([0-9]+\\.[0-9]+)\\x00", "\\x00([a-c]{2,3})[^\\x00a]",
				    "x\\x2a(y|z)" };

struct hits {
	int count[3];
	size_t end[3]; /* the last */
};

static int note_hit(void *arg, int which, size_t end)
{
	struct hits *h = arg;

	h->count[which]++;
	h->end[which] = end;
	return 0;
}

static int all(struct op *op)
{
	static const char text[] = "v1.25\0abcd x*z v2.\0";
	str bytes = { text, sizeof(text) - 1 };
	struct patterns *p = NULL;
	struct hits h = { 0 };
	str group;

	TRY(patterns_open(op, list, 3, &p));
	TRY(patterns_scan(op, p, bytes, note_hit, &h));
	CHECK(h.count[0] == 1 && h.end[0] == 6);
	CHECK(h.count[1] >= 1 && h.end[1] == 10);
	CHECK(h.count[2] == 1 && h.end[2] == 14);
	CHECK(pattern_group(op, list[0], bytes, &group) == 0 || op->code);
	TRY(op->code);
	CHECK_STR(group, S("1.25"));
	CHECK(pattern_group(op, list[1], bytes, &group) == 0 || op->code);
	TRY(op->code);
	CHECK_STR(group, S("abc"));
	CHECK(pattern_group(op, list[2], bytes, &group) == 0 || op->code);
	TRY(op->code);
	CHECK_STR(group, S("z"));
	CHECK(pattern_group(op, list[2], S("xyz"), &group) == 1 || op->code);
	return op->code;
}

TESTS({ "matches and their groups", all })
