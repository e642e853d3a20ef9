#include "relation.h"

#include "base/vec.h"
#include "model/version.h"

static bool letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool relation_name_valid(str name)
{
	if (name.len == 0 || !letter_or_digit(name.p[0]))
		return false;
	for (ptrdiff_t i = 1; i < name.len; i++) {
		if (!letter_or_digit(name.p[i]) && str_find(S("+-._"), name.p[i]) < 0)
			return false;
	}
	return true;
}

static const struct {
	str sign;
	enum relation_order order;
} order_table[] = {
	{ S_INIT("<<"), RELATION_EARLIER }, { S_INIT("<="), RELATION_UP_TO },
	{ S_INIT(">="), RELATION_FROM },    { S_INIT(">>"), RELATION_LATER },
	{ S_INIT("="), RELATION_EXACTLY },
};

/* ">= 1.2", without the parentheses. */
static int parse_constraint(struct op *op, str text, str inside, struct relation *ret)
{
	for (size_t i = 0; i < sizeof(order_table) / sizeof(order_table[0]); i++) {
		if (!str_starts(inside, order_table[i].sign))
			continue;
		ret->order = order_table[i].order;
		ret->version = str_trim(str_from(inside, order_table[i].sign.len));
		if (!version_deb_valid(ret->version))
			return op_fail(op, ERR_FORMAT, "'%.*s' has no valid version",
				       STR_ARG(text));
		return 0;
	}
	return op_fail(op, ERR_FORMAT, "'%.*s' compares by none of << <= = >= >>", STR_ARG(text));
}

/* One alternative: NAME[:ARCH] [(ORDER VERSION)] */
static int parse_one(struct op *op, str text, struct relation *ret)
{
	struct relation got = { .order = RELATION_ANY };
	ptrdiff_t n = 0;

	while (n < text.len && str_find(S(" \t\r\n(:[<"), text.p[n]) < 0)
		n++;
	got.name = str_head(text, n);
	if (!relation_name_valid(got.name))
		return op_fail(op, ERR_FORMAT, "'%.*s' names no package", STR_ARG(text));
	str rest = str_from(text, n);
	if (str_starts(rest, S(":"))) {
		for (n = 1; n < rest.len && str_find(S(" \t\r\n([<"), rest.p[n]) < 0;)
			n++;
		got.arch = str_from(str_head(rest, n), 1);
		if (!relation_name_valid(got.arch))
			return op_fail(op, ERR_FORMAT, "'%.*s' has no valid architecture",
				       STR_ARG(text));
		rest = str_from(rest, n);
	}
	rest = str_trim(rest);
	if (rest.len > 0) {
		if (rest.p[0] != '(' || str_find(rest, ')') != rest.len - 1)
			return op_fail(op, ERR_FORMAT, "'%.*s' is no relation of a binary package",
				       STR_ARG(text));
		int rc = parse_constraint(op, text, str_trim((str){ rest.p + 1, rest.len - 2 }),
					  &got);
		if (rc < 0)
			return rc;
	}
	*ret = got;
	return 0;
}

static int parse_group(struct op *op, str text, struct relation_group *ret)
{
	VEC(struct relation) alternative = { 0 };
	str in = text;

	while (in.p) {
		str one = str_trim(str_cut(&in, '|'));
		struct relation *r = vec_push(op, &alternative);
		if (!r)
			return op->code;
		int rc = parse_one(op, one, r);
		if (rc < 0)
			return rc;
	}
	*ret = (struct relation_group){ alternative.p, alternative.n, text };
	return 0;
}

int relations_parse(struct op *op, str field, struct relations *ret)
{
	VEC(struct relation_group) group = { 0 };

	while (field.p) {
		str text = str_trim(str_cut(&field, ','));
		if (text.len == 0)
			continue;
		struct relation_group *g = vec_push(op, &group);
		if (!g)
			return op->code;
		int rc = parse_group(op, text, g);
		if (rc < 0)
			return rc;
	}
	*ret = (struct relations){ group.p, group.n };
	return 0;
}

bool relation_holds(const struct relation *r, str version)
{
	if (r->order == RELATION_ANY)
		return true;
	int order = version_deb_compare(version, r->version);
	switch (r->order) {
	case RELATION_EARLIER:
		return order < 0;
	case RELATION_UP_TO:
		return order <= 0;
	case RELATION_EXACTLY:
		return order == 0;
	case RELATION_FROM:
		return order >= 0;
	case RELATION_LATER:
		return order > 0;
	case RELATION_ANY:
		break;
	}
	return true;
}
