#include "base/op.h"

#include "base/map.h"
#include "base/vec.h"
#include "unit/harness.h"

static int first_error_wins(struct op *op)
{
	CHECK(op_fail(op, ERR_IO, "first %s", "a\n\x1b[1m\xff") == ERR_IO);
	CHECK(op_fail(op, ERR_NET, "second") == ERR_IO);
	CHECK_STR(str_of(op->text), S("first a\\x0a\\x1b[1m\\xff"));
	op_fail_in(op, "reading");
	CHECK_STR(str_of(op->text), S("reading: first a\\x0a\\x1b[1m\\xff"));
	op_forgive(op);
	return 0;
}

static int ceiling_holds(struct op *op)
{
	AUTO_OP small;
	(void)op;
	op_init(&small, 100 * 1000);
	CHECK(op_new(&small, char, 50 * 1000) != NULL);
	CHECK(op_new(&small, char, 60 * 1000) == NULL);
	CHECK(small.code == ERR_MEMORY);
	return 0;
}

static int reset_gives_zeroes(struct op *op)
{
	struct op_mark mark = op_mark(op);
	for (int turn = 0; turn < 3; turn++) {
		unsigned char *p = op_new(op, unsigned char, 300000);
		if (!p)
			return op->code;
		unsigned char *q = op_new(op, unsigned char, 300);
		if (!q)
			return op->code;
		CHECK(p[0] == 0 && p[299999] == 0 && q[0] == 0 && q[299] == 0);
		p[0] = p[299999] = q[0] = q[299] = 7;
		op_reset(op, mark);
	}
	CHECK(op->held == 0);
	return 0;
}

static int vec_keeps_order(struct op *op)
{
	VEC(int) v = { 0 };
	for (int i = 0; i < 1000; i++) {
		int *slot = vec_push(op, &v);
		if (!slot)
			return op->code;
		CHECK(*slot == 0);
		*slot = i;
		if (i % 7 == 0 && !op_new(op, char, 40))
			return op->code;
	}
	for (int i = 0; i < 1000; i++)
		CHECK(v.p[i] == i);
	return 0;
}

static int map_finds_all(struct op *op)
{
	struct map m;
	map_init(&m, op);
	CHECK(map_get(&m, S("x")) == NULL);
	for (int i = 999; i >= 0; i--) {
		str key;
		TRY(op_text(op, &key, "key-%03d", i));
		TRY(map_put(&m, key, (void *)(uintptr_t)(i + 1)));
	}
	TRY(map_put(&m, S("key-500"), (void *)7));
	CHECK(m.n == 1000);
	CHECK(map_get(&m, S("key-500")) == (void *)7);
	CHECK_STR(m.item[0].key, S("key-999"));
	map_sort(&m);
	CHECK_STR(m.item[0].key, S("key-000"));
	CHECK(map_get(&m, S("key-123")) == (void *)124);
	CHECK(map_find(&m, S("key-123")) == 123);
	return 0;
}

TESTS({ "the first error wins and is escaped", first_error_wins }, { "ceiling", ceiling_holds },
      { "reset gives zeroes", reset_gives_zeroes }, { "vec keeps order", vec_keeps_order },
      { "map finds all", map_finds_all })
