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

struct places {
	int n, which[8];
	size_t from[8], to[8];
};

static int note_place(void *arg, int which, size_t from, size_t to)
{
	struct places *p = arg;

	if (p->n < 8) {
		p->which[p->n] = which;
		p->from[p->n] = from;
		p->to[p->n++] = to;
	}
	return 0;
}

static int places(struct op *op)
{
	static const struct pattern mixed[] = {
		{ S_INIT("sk.$"), .literal = true },
		{ S_INIT("KEY"), .literal = true, .caseless = true },
		{ S_INIT("^ab[0-9]{2}.x") },
	};
	struct patterns *p = NULL;
	struct patterns_room *room = NULL;
	struct places at = { 0 };

	TRY(patterns_compile(op, mixed, 3, &p));
	TRY(patterns_room(op, p, &room));
	TRY(patterns_find(op, p, room, exact(S("sk.$ skx$ kEy\nab12.x ab12.x\nab12\nx")),
			  note_place, &at));
	CHECK(at.n == 3);
	CHECK(at.which[0] == 0 && at.from[0] == 0 && at.to[0] == 4);
	CHECK(at.which[1] == 1 && at.from[1] == 10 && at.to[1] == 13);
	CHECK(at.which[2] == 2 && at.from[2] == 14 && at.to[2] == 20);
	return 0;
}

static int wrong(struct op *op)
{
	static const struct pattern bad[] = { { S_INIT("a") }, { S_INIT("b(") } };
	struct patterns *p = NULL;

	CHECK_FAILS(op, patterns_compile(op, bad, 2, &p), ERR_USAGE, "pattern b(");
	return 0;
}

TESTS({ "matches and their groups", all }, { "where matches begin", places },
      { "a pattern that is wrong", wrong })
