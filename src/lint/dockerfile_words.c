#include "base/num.h"
#include "base/vec.h"
#include "codec/json.h"
#include "dockerfile_impl.h"

/*
 * KEYWORD [--FLAG[=VALUE]]... ARGUMENTS, by the form that the arguments of each instruction have.
 */

enum form { FORM_LIST, FORM_MAYBE_JSON, FORM_LIST_JSON, FORM_TEXT, FORM_PAIRS, FORM_NAMES };
enum flag_type { FLAG_TEXT, FLAG_TEXTS, FLAG_BOOL };

struct flag_rule {
	const char *name;
	enum flag_type type;
};

static const struct flag_rule add_flags[] = {
	{ "chown", FLAG_TEXT },        { "chmod", FLAG_TEXT },    { "link", FLAG_BOOL },
	{ "keep-git-dir", FLAG_BOOL }, { "checksum", FLAG_TEXT }, { "exclude", FLAG_TEXTS },
	{ "unpack", FLAG_BOOL },       { NULL, FLAG_TEXT },
};
static const struct flag_rule copy_flags[] = {
	{ "chown", FLAG_TEXT }, { "chmod", FLAG_TEXT },   { "link", FLAG_BOOL },
	{ "from", FLAG_TEXT },  { "parents", FLAG_BOOL }, { "exclude", FLAG_TEXTS },
	{ NULL, FLAG_TEXT },
};
static const struct flag_rule from_flags[] = {
	{ "platform", FLAG_TEXT },
	{ NULL, FLAG_TEXT },
};
static const struct flag_rule health_flags[] = {
	{ "interval", FLAG_TEXT },       { "timeout", FLAG_TEXT }, { "start-period", FLAG_TEXT },
	{ "start-interval", FLAG_TEXT }, { "retries", FLAG_TEXT }, { NULL, FLAG_TEXT },
};
static const struct flag_rule run_flags[] = {
	{ "mount", FLAG_TEXTS },  { "network", FLAG_TEXT }, { "security", FLAG_TEXT },
	{ "device", FLAG_TEXTS }, { NULL, FLAG_TEXT },
};
static const struct flag_rule no_flags[] = { { NULL, FLAG_TEXT } };

static const struct {
	enum form form;
	const struct flag_rule *flags;
	int least, most; /* words; most 0: any number */
} forms[DOCKERFILE_KINDS] = {
	[DOCKERFILE_ADD] = { FORM_LIST_JSON, add_flags, 2, 0 },
	[DOCKERFILE_ARG] = { FORM_NAMES, no_flags, 1, 0 },
	[DOCKERFILE_CMD] = { FORM_MAYBE_JSON, no_flags, 0, 0 },
	[DOCKERFILE_COPY] = { FORM_LIST_JSON, copy_flags, 2, 0 },
	[DOCKERFILE_ENTRYPOINT] = { FORM_MAYBE_JSON, no_flags, 0, 0 },
	[DOCKERFILE_ENV] = { FORM_PAIRS, no_flags, 1, 0 },
	[DOCKERFILE_EXPOSE] = { FORM_LIST, no_flags, 1, 0 },
	[DOCKERFILE_FROM] = { FORM_LIST, from_flags, 1, 3 },
	[DOCKERFILE_HEALTHCHECK] = { FORM_MAYBE_JSON, health_flags, 1, 0 },
	[DOCKERFILE_LABEL] = { FORM_PAIRS, no_flags, 1, 0 },
	[DOCKERFILE_MAINTAINER] = { FORM_TEXT, no_flags, 1, 1 },
	[DOCKERFILE_ONBUILD] = { FORM_TEXT, no_flags, 1, 1 },
	[DOCKERFILE_RUN] = { FORM_MAYBE_JSON, run_flags, 0, 0 },
	[DOCKERFILE_SHELL] = { FORM_MAYBE_JSON, no_flags, 0, 0 },
	[DOCKERFILE_STOPSIGNAL] = { FORM_TEXT, no_flags, 1, 1 },
	[DOCKERFILE_USER] = { FORM_TEXT, no_flags, 1, 1 },
	[DOCKERFILE_VOLUME] = { FORM_LIST_JSON, no_flags, 1, 0 },
	[DOCKERFILE_WORKDIR] = { FORM_TEXT, no_flags, 1, 1 },
};

struct words {
	struct op *op;
	const struct dockerfile *d;
	struct dockerfile_step *s;
	VEC(struct dockerfile_word) word;
	VEC(struct dockerfile_flag) flag;
};

static const char *kind_name(const struct words *w)
{
	return dockerfile_kinds[w->s->kind];
}

static int fail(const struct words *w, const char *what)
{
	return dockerfile_fail(w->op, w->d, w->s->line, "%s %s", kind_name(w), what);
}

static int add_word(struct words *w, str text, str value, bool assigned, const char *at)
{
	struct dockerfile_word *word = vec_push(w->op, &w->word);

	if (!word)
		return ERR_MEMORY;
	word->text = text;
	word->value = value;
	word->assigned = assigned;
	dockerfile_place(w->s, at, &word->line, &word->col);
	return 0;
}

static int check_flag(const struct words *w, const struct dockerfile_flag *f, bool assigned)
{
	const struct flag_rule *rule = forms[w->s->kind].flags;

	while (rule->name && !str_eq(f->name, str_of(rule->name)))
		rule++;
	if (!rule->name)
		return dockerfile_fail(w->op, w->d, f->line, "%s has no flag --%.*s", kind_name(w),
				       STR_ARG(f->name));
	for (ptrdiff_t i = 0; i < w->flag.n - 1 && rule->type != FLAG_TEXTS; i++)
		if (str_eq(w->flag.p[i].name, f->name))
			return dockerfile_fail(w->op, w->d, f->line, "the flag --%.*s stands twice",
					       STR_ARG(f->name));
	if (rule->type != FLAG_BOOL && !assigned)
		return dockerfile_fail(w->op, w->d, f->line, "the flag --%.*s needs a value",
				       STR_ARG(f->name));
	if (rule->type == FLAG_BOOL && assigned && !dockerfile_same(f->value, S("true")) &&
	    !dockerfile_same(f->value, S("false")))
		return dockerfile_fail(w->op, w->d, f->line,
				       "the flag --%.*s is true or false, not '%.*s'",
				       STR_ARG(f->name), STR_ARG(f->value));
	return 0;
}

/* A word with quotes and escapes that is a flag. Returns its length in the text. */
static ptrdiff_t flag_word(char *out, str s, ptrdiff_t *ret_n)
{
	ptrdiff_t i = 0, n = 0;
	char quote = 0;

	for (; i < s.len && (quote || !dockerfile_blank(s.p[i])); i++) {
		char c = s.p[i];

		if (c == quote && quote)
			quote = 0;
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c != '\\')
			out[n++] = c;
		else if (++i < s.len)
			out[n++] = s.p[i];
	}
	*ret_n = n;
	return i < s.len ? i : s.len;
}

static int read_flags(struct words *w, str *rest)
{
	for (;;) {
		*rest = dockerfile_trim_left(*rest);
		if (!str_starts(*rest, S("--")))
			return 0;
		ptrdiff_t end = 0, n;
		while (end < rest->len && !dockerfile_blank(rest->p[end]))
			end++;
		bool plain = str_find(str_head(*rest, end), '"') < 0 &&
			     str_find(str_head(*rest, end), '\'') < 0 &&
			     str_find(str_head(*rest, end), '\\') < 0;
		str text = str_head(*rest, end);
		if (!plain) {
			char *out = op_new(w->op, char, rest->len);
			if (!out)
				return ERR_MEMORY;
			end = flag_word(out, *rest, &n);
			text = (str){ out, n };
		}
		const char *at = rest->p;
		*rest = str_from(*rest, end);
		if (str_eq(text, S("--")))
			return 0;
		struct dockerfile_flag *f = vec_push(w->op, &w->flag);
		if (!f)
			return ERR_MEMORY;
		f->value = str_from(text, 2);
		bool assigned = str_find(f->value, '=') >= 0;
		f->name = str_cut(&f->value, '=');
		dockerfile_place(w->s, at, &f->line, &f->col);
		int rc = check_flag(w, f, assigned);
		if (rc < 0)
			return rc;
	}
}

/* Where the JSON value that s begins with ends, as far as brackets and quotes tell; -1: it does not. */
static ptrdiff_t json_end(str s)
{
	int depth = 0;
	bool quoted = false;

	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{'))
			depth++;
		else if (!quoted && (c == ']' || c == '}') && --depth == 0)
			return i + 1;
	}
	return -1;
}

/* ["a", "b"]: 1, and the words; 0: it is no JSON. */
static int read_json(struct words *w, str text)
{
	struct op_mark mark = op_mark(w->op);
	struct doc doc;
	ptrdiff_t end = text.len > 0 && text.p[0] == '[' ? json_end(text) : -1;

	if (end < 0)
		return 0;
	int rc = json_parse(w->op, w->d->path, str_head(text, end), &doc);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0) {
		op_forgive(w->op);
		op_reset(w->op, mark);
		return 0;
	}
	for (ptrdiff_t i = 0; i < doc.root.n; i++) {
		const struct node *node = &doc.root.child[i];

		if (node->kind != NODE_TEXT)
			return fail(w, "takes a JSON list of texts only");
		if (add_word(w, node->text, (str){ 0 }, false, text.p + node->col - 1) < 0)
			return ERR_MEMORY;
	}
	w->s->json = true;
	return 1;
}

/* Words parted by blanks; quotes mean nothing here. */
static int read_list(struct words *w, str text)
{
	while (text.len > 0) {
		ptrdiff_t end = 0;

		while (end < text.len && !dockerfile_blank(text.p[end]))
			end++;
		if (add_word(w, str_head(text, end), (str){ 0 }, false, text.p) < 0)
			return ERR_MEMORY;
		text = dockerfile_trim_left(str_from(text, end));
	}
	return 0;
}

/* The next word off the front, by quotes and the file's escape. */
static str pair_word(const struct words *w, str *in)
{
	str s = *in = dockerfile_trim_left(*in);
	ptrdiff_t i = 0;
	char quote = 0;

	for (; i < s.len && (quote || !dockerfile_blank(s.p[i])); i++) {
		if (s.p[i] == w->d->escape && quote != '\'')
			i++;
		else if (quote ? s.p[i] == quote : s.p[i] == '\'' || s.p[i] == '"')
			quote = quote ? 0 : s.p[i];
	}
	*in = str_from(s, i);
	return str_head(s, i);
}

/* NAME=VALUE ...; of ENV and LABEL also "NAME VALUE", of ARG also NAME. */
static int read_pairs(struct words *w, str text, bool bare)
{
	for (bool first = true; text.len > 0; first = false) {
		str word = pair_word(w, &text), name = word;
		bool assigned = str_find(word, '=') >= 0;
		str value = word;

		if (word.len == 0)
			break;
		if (assigned)
			name = str_cut(&value, '=');
		else
			value = (str){ 0 };
		if (!assigned && !bare && !first)
			return dockerfile_fail(w->op, w->d, w->s->line,
					       "%s wants NAME=VALUE, not '%.*s'", kind_name(w),
					       STR_ARG(word));
		if (!assigned && !bare) {
			value = dockerfile_trim(text);
			if (value.len == 0)
				return fail(w, "wants a name and a value");
			text = (str){ 0 };
			assigned = true;
		}
		if (name.len == 0)
			return fail(w, "cannot have an empty name");
		if (add_word(w, name, value, assigned, word.p) < 0)
			return ERR_MEMORY;
	}
	return 0;
}

static int read_health(struct words *w)
{
	str text = w->s->text, type;
	ptrdiff_t end = 0;
	int rc;

	while (end < text.len && !dockerfile_blank(text.p[end]))
		end++;
	type = str_head(text, end);
	if (type.len == 0)
		return 0;
	w->s->text = text = dockerfile_trim_left(str_from(text, end));
	if (add_word(w, type, (str){ 0 }, false, type.p) < 0)
		return ERR_MEMORY;
	if (dockerfile_same(type, S("NONE")))
		return text.len > 0 ? fail(w, "NONE takes no arguments") : 0;
	if (!dockerfile_same(type, S("CMD")))
		return dockerfile_fail(w->op, w->d, w->s->line,
				       "HEALTHCHECK is CMD or NONE, not '%.*s'", STR_ARG(type));
	if ((rc = read_json(w, text)) < 0)
		return rc;
	if (text.len == 0 || (rc == 1 && w->word.n == 1))
		return fail(w, "CMD lacks its command");
	str retries = dockerfile_flag(w->s, "retries");
	if (retries.len > 0 && !num_parse(retries, INT32_MAX, &(uint64_t){ 0 }))
		return dockerfile_fail(w->op, w->d, w->s->line, "--retries is a number, not '%.*s'",
				       STR_ARG(retries));
	return 0;
}

static int read_arguments(struct words *w)
{
	str text = w->s->text;
	int rc = 0;

	if (w->s->kind == DOCKERFILE_HEALTHCHECK)
		return read_health(w);
	switch (forms[w->s->kind].form) {
	case FORM_LIST:
		return read_list(w, text);
	case FORM_MAYBE_JSON:
		return (rc = read_json(w, text)) < 0 ? rc : 0;
	case FORM_LIST_JSON:
		rc = read_json(w, text);
		return rc < 0 ? rc : rc == 0 ? read_list(w, text) : 0;
	case FORM_PAIRS:
		return read_pairs(w, text, false);
	case FORM_NAMES:
		return read_pairs(w, text, true);
	case FORM_TEXT:
		return text.len > 0 ? add_word(w, text, (str){ 0 }, false, text.p) : 0;
	}
	return 0;
}

static bool is_stage_name(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i] | 0x20;
		bool letter = c >= 'a' && c <= 'z';

		if (!letter && (i == 0 || !((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' ||
					    s.p[i] == '_' || s.p[i] == '.')))
			return false;
	}
	return s.len > 0;
}

static int check_from(const struct words *w)
{
	if (w->word.n != 1 && (w->word.n != 3 || !dockerfile_same(w->word.p[1].text, S("AS"))))
		return fail(w, "wants IMAGE or IMAGE AS NAME");
	if (w->word.n == 3 && !is_stage_name(w->word.p[2].text))
		return dockerfile_fail(
			w->op, w->d, w->s->line,
			"'%.*s' is no name of a stage: a letter first, then letters, "
			"digits, '-', '_' and '.'",
			STR_ARG(w->word.p[2].text));
	return 0;
}

static int check_mounts(const struct words *w)
{
	static const char *const types[] = { "bind", "cache", "tmpfs", "secret", "ssh" };

	for (ptrdiff_t i = 0; i < w->flag.n; i++) {
		const struct dockerfile_flag *f = &w->flag.p[i];
		str type = dockerfile_mount(f->value, "type");
		size_t at = 0;

		if (!str_eq(f->name, S("mount")) || type.len == 0 || str_find(type, '$') >= 0)
			continue;
		while (at < 5 && !dockerfile_same(type, str_of(types[at])))
			at++;
		if (at == 5)
			return dockerfile_fail(w->op, w->d, f->line,
					       "there is no mount of type '%.*s'", STR_ARG(type));
	}
	return 0;
}

static int check_arguments(const struct words *w)
{
	int least = forms[w->s->kind].least;

	if (w->word.n < least && least == 2)
		return fail(w, "wants at least two arguments: sources and a destination");
	if (w->word.n < least)
		return fail(w, forms[w->s->kind].most == 1 ? "wants an argument"
							   : "wants at least one argument");
	if (w->s->kind == DOCKERFILE_FROM)
		return check_from(w);
	if (w->s->kind == DOCKERFILE_RUN)
		return check_mounts(w);
	if (w->s->kind == DOCKERFILE_SHELL && (!w->s->json || w->word.n == 0))
		return fail(w, "wants a JSON list, with at least one text");
	for (ptrdiff_t i = 0; i < w->word.n && w->s->kind == DOCKERFILE_VOLUME; i++)
		if (str_trim(w->word.p[i].text).len == 0)
			return fail(w, "cannot be an empty text");
	return 0;
}

static int kind_of(const struct words *w, str name, enum dockerfile_kind *ret)
{
	for (int i = 0; i < DOCKERFILE_KINDS; i++)
		if (dockerfile_same(name, str_of(dockerfile_kinds[i]))) {
			*ret = (enum dockerfile_kind)i;
			return 0;
		}
	const char *near = nearest_word(name, dockerfile_kinds, DOCKERFILE_KINDS);
	return dockerfile_fail(w->op, w->d, w->s->line, "unknown instruction '%.*s'%s%s%s",
			       STR_ARG(str_head(name, 60)), near ? "; did you mean " : "",
			       near ? near : "", near ? "?" : "");
}

/* The keyword off the front. */
static int read_keyword(const struct words *w, str *rest, enum dockerfile_kind *ret)
{
	ptrdiff_t end = 0;

	*rest = dockerfile_trim(*rest);
	while (end < rest->len && !dockerfile_blank(rest->p[end]))
		end++;
	str name = str_head(*rest, end);
	*rest = dockerfile_trim_left(str_from(*rest, end));
	return kind_of(w, name, ret);
}

int dockerfile_words(struct op *op, const struct dockerfile *d, struct dockerfile_step *s)
{
	struct words w = { .op = op, .d = d, .s = s };
	str rest = s->source;
	int rc = read_keyword(&w, &rest, &s->kind);

	if (rc == 0 && s->kind == DOCKERFILE_ONBUILD && rest.len > 0) {
		s->onbuild = true;
		rc = read_keyword(&w, &rest, &s->kind);
	}
	if (rc < 0 || (rc = read_flags(&w, &rest)) < 0)
		return rc;
	s->text = dockerfile_trim_left(rest);
	s->flag = w.flag.p;
	s->flag_n = w.flag.n;
	/* What ONBUILD cannot trigger is a rule's matter. */
	if (s->onbuild && (s->kind == DOCKERFILE_ONBUILD || s->kind == DOCKERFILE_FROM ||
			   s->kind == DOCKERFILE_MAINTAINER))
		return 0;
	if ((rc = read_arguments(&w)) < 0 || (rc = check_arguments(&w)) < 0)
		return rc;
	s->word = w.word.p;
	s->word_n = w.word.n;
	return 0;
}
