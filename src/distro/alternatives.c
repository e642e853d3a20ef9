#include "alternatives.h"

#include "base/num.h"

static int refuse(struct op *op, str origin, str command)
{
	return op_fail(op, ERR_FORMAT, "%.*s: cannot read \"%.*s\"", STR_ARG(origin),
		       STR_ARG(command));
}

/* LINK NAME PATH off the front of *in as an effect. */
static int take_link(struct op *op, str *in, str origin, str command, struct effect_list *to,
		     struct effect **ret)
{
	str link = str_word(in), name = str_word(in), target = str_word(in), path;

	if (!str_starts(link, S("/")) || !name.len || str_find(name, '/') >= 0 ||
	    !str_starts(target, S("/")))
		return refuse(op, origin, command);
	if (!effect_path(op, link, &path))
		return op->code ? op->code : refuse(op, origin, command);
	struct effect *e = effect_add(op, to, EFFECT_ALTERNATIVE, origin);
	if (!e)
		return ERR_MEMORY;
	e->path = path;
	e->name = name;
	e->to = target;
	*ret = e;
	return 0;
}

static bool priority_read(str s, int64_t *ret)
{
	uint64_t v;
	bool minus = str_starts(s, S("-"));

	if (!num_parse(minus ? str_from(s, 1) : s, INT32_MAX, &v))
		return false;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

int alternatives_read(struct op *op, str command, str origin, struct effect_list *to)
{
	str in = command, word = str_word(&in), master = S("");
	int64_t priority = 0;
	int rc;

	if (!str_eq(word, S("update-alternatives")))
		return refuse(op, origin, command);
	while ((word = str_word(&in)).len) {
		struct effect *e = NULL;
		bool install = str_eq(word, S("--install")), slave = str_eq(word, S("--slave"));
		if (str_eq(word, S("--quiet")) || str_eq(word, S("--force")))
			continue;
		if ((!install && !slave) || install == (master.len > 0))
			return refuse(op, origin, command);
		if ((rc = take_link(op, &in, origin, command, to, &e)) < 0)
			return rc;
		if (install) {
			master = e->name;
			if (!priority_read(str_word(&in), &priority))
				return refuse(op, origin, command);
		} else {
			e->master = master;
		}
		e->priority = priority;
	}
	return master.len ? 0 : refuse(op, origin, command);
}
