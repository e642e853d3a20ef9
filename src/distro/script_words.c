#include "script_words.h"

#include <string.h>

bool script_is_operator(char c)
{
	return c == ';' || c == '&' || c == '|' || c == '(' || c == ')';
}

/* The length of the word that s begins with, quotes and substitutions included; -1: unterminated.
 */
static ptrdiff_t word_length(str s)
{
	ptrdiff_t i = 0;

	while (i < s.len && s.p[i] != ' ' && s.p[i] != '\t' && !script_is_operator(s.p[i])) {
		char c = s.p[i++];
		if (c == '\\') {
			i++;
		} else if (c == '\'' || c == '"' || c == '`') {
			while (i < s.len && s.p[i] != c)
				i += c != '\'' && s.p[i] == '\\' ? 2 : 1;
			if (i++ >= s.len)
				return -1;
		} else if (c == '$' && i < s.len && (s.p[i] == '(' || s.p[i] == '{')) {
			char close = s.p[i] == '(' ? ')' : '}', opens = s.p[i];
			for (int depth = 0; i < s.len; i++) {
				depth += s.p[i] == opens;
				depth -= s.p[i] == close;
				if (!depth)
					break;
			}
			if (i++ >= s.len)
				return -1;
		}
	}
	return i <= s.len ? i : -1;
}

static bool opens_command(str word)
{
	static const str words[] = { S_INIT("then"), S_INIT("else"),  S_INIT("do"),
				     S_INIT("!"),    S_INIT("{"),     S_INIT("elif"),
				     S_INIT("if"),   S_INIT("while"), S_INIT("until") };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(word, words[i]))
			return true;
	return false;
}

void script_split(str s, struct script_words *ret)
{
	bool command = true;

	ret->n = 0;
	ret->open = false;
	for (;;) {
		s = str_trim(s);
		if (!s.len || s.p[0] == '#')
			return;
		ptrdiff_t n = script_is_operator(s.p[0]) ? 1 : word_length(s);
		if (script_is_operator(s.p[0]) && s.len > 1 && s.p[1] == s.p[0] && s.p[0] != '(' &&
		    s.p[0] != ')')
			n = 2;
		if (n <= 0 || ret->n == SCRIPT_WORDS_MAX) {
			ret->open = true;
			return;
		}
		str word = str_head(s, n);
		ret->p[ret->n++] =
			(struct script_word){ word, command && !script_is_operator(word.p[0]) };
		command = script_is_operator(word.p[0]) || (command && opens_command(word));
		s = str_from(s, n);
	}
}

bool script_word_is(const struct script_words *w, ptrdiff_t i, str text)
{
	return i >= 0 && i < w->n && str_eq(w->p[i].text, text);
}

bool script_literal(struct op *op, str word, str *ret, int *ret_rc)
{
	str copy;
	ptrdiff_t n = 0;
	char quote = 0;

	*ret_rc = op_copy(op, word, &copy);
	if (*ret_rc < 0)
		return false;
	char *out = (char *)(uintptr_t)copy.p;
	for (ptrdiff_t i = 0; i < word.len; i++) {
		char c = word.p[i];
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			continue;
		}
		if (quote != '\'' && (c == '$' || c == '`' || c == '\\'))
			return false;
		if (!quote && memchr("*?[<>~{}#", c, 9))
			return false;
		out[n++] = c;
	}
	*ret = (str){ copy.p, n };
	return true;
}
