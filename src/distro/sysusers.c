#include "sysusers.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"

#include "conf_words.h"

enum { TYPE, NAME, ID, COMMENT, HOME, SHELL, WORDS };

/* Names as useradd and systemd accept them, and no longer than utmp knows them. */
static bool name_valid(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return s.len > 0 && s.len <= 31;
}

/* What goes into a line of /etc/passwd as a field. */
static bool field_valid(str s)
{
	return str_find(s, ':') < 0 && str_find(s, '\n') < 0;
}

/* "-", "5", "5:6", "5:group", "-:group" or a path: uid and what names the group. */
static bool id_read(str s, uint32_t *ret_id, str *ret_group)
{
	uint64_t id = UINT32_MAX;

	*ret_group = S("");
	*ret_id = UINT32_MAX;
	if (!s.len || s.p[0] == '/')
		return true;
	str number = str_cut(&s, ':');
	if (!str_eq(number, S("-")) && (!num_parse(number, UINT32_MAX - 1, &id) || id == 65535))
		return false;
	*ret_id = (uint32_t)id;
	*ret_group = s;
	return !s.len || name_valid(s) || num_parse(s, UINT32_MAX - 1, &id);
}

static int add_user(struct op *op, const str *w, str origin, struct effect_list *to)
{
	uint32_t id;
	str group;

	if (!name_valid(w[NAME]) || !id_read(w[ID], &id, &group) || !field_valid(w[COMMENT]) ||
	    !field_valid(w[HOME]) || !field_valid(w[SHELL]))
		return op_fail(op, ERR_FORMAT, "%.*s: bad user line", STR_ARG(origin));
	if (!group.len) {
		struct effect *g = effect_add(op, to, EFFECT_GROUP, origin);
		if (!g)
			return ERR_MEMORY;
		g->name = w[NAME];
		g->id = id;
	}
	struct effect *u = effect_add(op, to, EFFECT_USER, origin);
	if (!u)
		return ERR_MEMORY;
	u->name = w[NAME];
	u->id = id;
	u->group = group.len ? group : w[NAME];
	u->comment = w[COMMENT];
	u->home = w[HOME].len ? w[HOME] : S("/");
	u->shell = w[SHELL].len ? w[SHELL] : S("/usr/sbin/nologin");
	return 0;
}

static int add_group(struct op *op, const str *w, str origin, struct effect_list *to)
{
	uint32_t id;
	str group;

	if (!name_valid(w[NAME]) || !id_read(w[ID], &id, &group) || group.len)
		return op_fail(op, ERR_FORMAT, "%.*s: bad group line", STR_ARG(origin));
	struct effect *g = effect_add(op, to, EFFECT_GROUP, origin);
	if (!g)
		return ERR_MEMORY;
	g->name = w[NAME];
	g->id = id;
	return 0;
}

static int add_member(struct op *op, const str *w, str origin, struct effect_list *to)
{
	if (!name_valid(w[NAME]) || !name_valid(w[ID]))
		return op_fail(op, ERR_FORMAT, "%.*s: bad membership line", STR_ARG(origin));
	struct effect *m = effect_add(op, to, EFFECT_MEMBER, origin);
	if (!m)
		return ERR_MEMORY;
	m->name = w[NAME];
	m->group = w[ID];
	return 0;
}

static int read_line(struct op *op, str line, str origin, struct effect_list *to)
{
	str w[WORDS];
	ptrdiff_t n;
	int rc = conf_words(op, line, WORDS, false, w, &n);

	if (rc)
		return rc < 0 ? rc : op_fail(op, ERR_FORMAT, "%.*s: bad words", STR_ARG(origin));
	for (ptrdiff_t i = 0; i < n; i++)
		if ((rc = conf_plain(op, &w[i])) != 0)
			return rc < 0 ? rc
				      : op_fail(op, ERR_FORMAT, "%.*s: specifiers are not known",
						STR_ARG(origin));
	if (str_eq(w[TYPE], S("u")) || str_eq(w[TYPE], S("u!")))
		return add_user(op, w, origin, to);
	if (str_eq(w[TYPE], S("g")))
		return add_group(op, w, origin, to);
	if (str_eq(w[TYPE], S("m")))
		return add_member(op, w, origin, to);
	if (str_eq(w[TYPE], S("r")))
		return 0;
	return op_fail(op, ERR_FORMAT, "%.*s: unknown type \"%.*s\"", STR_ARG(origin),
		       STR_ARG(w[TYPE]));
}

int sysusers_read(struct op *op, str file, str text, struct effect_list *to)
{
	for (int n = 1; text.len; n++) {
		str line = str_trim(str_cut(&text, '\n')), origin;
		if (!line.len || line.p[0] == '#' || line.p[0] == ';')
			continue;
		int rc = op_text(op, &origin, "%.*s:%d", STR_ARG(file), n);
		if (rc < 0 || (rc = read_line(op, line, origin, to)) < 0)
			return rc;
	}
	return 0;
}
