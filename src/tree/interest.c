/*
 * Every pattern stands in one list, found by what a name must have to match it: the whole name,
 * what follows its last dot, its first two bytes, or the name of its directory. So a file costs
 * four look-ups, and only the few patterns found there are compared with its path.
 */
#include "interest.h"

#include <string.h>

#include "base/glob.h"
#include "base/limits.h"

enum { PREFIX = 2, PATH_MAX_BYTES = 2 * LIMIT_PATH };

struct pattern {
	str glob;
	uint32_t bits;
	str head;      /* what the name must begin with */
	str tail;      /* what it must end with */
	str dir;       /* what its directory must be called; empty: anything */
	bool anywhere; /* anywhere: "**" and the name that found it, nothing more to compare */
	int id;
	struct pattern *next; /* of the same list */
};

struct interest {
	struct op *op;
	struct map name, extension, prefix, dir; /* to struct pattern */
	struct pattern *any;                     /* by their bytes alone */
};

int interest_open(struct op *op, struct interest **ret)
{
	struct interest *i = op_new(op, struct interest, 1);

	if (!i)
		return op->code;
	i->op = op;
	map_init(&i->name, op);
	map_init(&i->extension, op);
	map_init(&i->prefix, op);
	map_init(&i->dir, op);
	*ret = i;
	return 0;
}

static bool is_wild(char c)
{
	return c == '*' || c == '?' || c == '[';
}

static ptrdiff_t first_wild(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (is_wild(s.p[i]))
			return i;
	}
	return -1;
}

/* What follows the last wildcard: "*.tar.gz" has ".tar.gz". */
static str literal_end(str s)
{
	for (ptrdiff_t i = s.len - 1; i >= 0; i--) {
		if (is_wild(s.p[i]) || s.p[i] == ']')
			return str_from(s, i + 1);
	}
	return s;
}

static str extension_of(str name)
{
	ptrdiff_t dot = str_rfind(name, '.');

	return dot < 0 ? S("") : str_from(name, dot + 1);
}

/* The list that a pattern belongs to, and its key there. */
static struct map *list_of(struct interest *i, str glob, str *ret_key)
{
	str name = str_base_name(glob), dir = str_base_name(str_dir_name(glob));
	ptrdiff_t wild = first_wild(name);

	if (wild < 0) {
		*ret_key = name;
		return &i->name;
	}
	*ret_key = extension_of(literal_end(name));
	if (ret_key->len)
		return &i->extension;
	*ret_key = str_head(name, PREFIX);
	if (wild >= PREFIX)
		return &i->prefix;
	MUST(dir.len && first_wild(dir) < 0);
	*ret_key = dir;
	return &i->dir;
}

int interest_add(struct op *op, struct interest *i, str glob, uint32_t bits, int id)
{
	struct pattern *p = op_new(op, struct pattern, 1);
	str key, dir = str_base_name(str_dir_name(glob));

	MUST(id >= 0 && id < INTEREST_IDS);
	if (!p)
		return op->code;
	*p = (struct pattern){ .glob = glob, .bits = bits, .id = id };
	p->head = str_head(str_base_name(glob), first_wild(str_base_name(glob)));
	p->tail = literal_end(str_base_name(glob));
	p->dir = first_wild(dir) < 0 ? dir : S("");
	if (glob.len == 0) {
		MUST(bits);
		p->next = i->any;
		i->any = p;
		return 0;
	}
	struct map *list = list_of(i, glob, &key);
	p->anywhere =
		list == &i->name && str_starts(glob, S("**/")) && str_eq(str_from(glob, 3), key);
	p->next = map_get(list, key);
	return map_put(list, key, p);
}

struct path_text {
	char p[PATH_MAX_BYTES];
	ptrdiff_t len; /* 0: not made yet */
};

static str path_of(struct path_text *t, str dir, str name)
{
	if (t->len == 0 && dir.len + 1 + name.len <= PATH_MAX_BYTES) {
		if (dir.len) {
			memcpy(t->p, dir.p, (size_t)dir.len);
			t->p[dir.len] = '/';
		}
		t->len = dir.len + (dir.len > 0);
		memcpy(t->p + t->len, name.p, (size_t)name.len);
		t->len += name.len;
	}
	return (str){ t->p, t->len };
}

/* The tests that decide nearly always, before the path is compared. */
static bool may_match(const struct pattern *p, str dir, str name)
{
	return str_starts(name, p->head) && str_ends(name, p->tail) &&
	       (p->dir.len == 0 || str_ends(dir, p->dir));
}

static void try_list(const struct pattern *p, str dir, str name, uint32_t bits,
		     struct path_text *text, struct wanted *ret)
{
	for (; p; p = p->next) {
		if (p->bits && !(p->bits & bits))
			continue;
		if (p->glob.len && !p->anywhere && !may_match(p, dir, name))
			continue;
		if (p->glob.len && !p->anywhere && !glob_match(p->glob, path_of(text, dir, name)))
			continue;
		ret->by[p->id / 64] |= UINT64_C(1) << (p->id % 64);
	}
}

bool interest_match(const struct interest *i, str dir, str name, uint32_t bits, struct wanted *ret)
{
	SCRATCH struct path_text text;
	uint64_t any = 0;

	text.len = 0;
	*ret = (struct wanted){ 0 };
	try_list(bits ? i->any : NULL, dir, name, bits, &text, ret);
	try_list(map_get(&i->name, name), dir, name, bits, &text, ret);
	try_list(map_get(&i->extension, extension_of(name)), dir, name, bits, &text, ret);
	try_list(map_get(&i->prefix, str_head(name, PREFIX)), dir, name, bits, &text, ret);
	try_list(map_get(&i->dir, str_base_name(dir)), dir, name, bits, &text, ret);
	for (size_t w = 0; w < INTEREST_IDS / 64; w++)
		any |= ret->by[w];
	return any != 0;
}
