/*
 * An expression is read by precedence: OR below AND below WITH. What is between two operators is a
 * name, of several words where need be; "or later", "and above" and parentheses within a name
 * belong to it.
 */
#include "licence.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/digest.h"
#include "licence_impl.h"

enum {
	NAME_MAX_BYTES = 120, /* a longer name is a text */
	TERMS_MAX = 128,      /* operands of one operator; chromium's copyright has 90 */
};

/* ---- names ---- */

static bool same_word(str a, str b)
{
	return a.len == b.len && strncasecmp(a.p ? a.p : "", b.p, (size_t)b.len) == 0;
}

static ptrdiff_t find_fold(str s, str needle)
{
	for (ptrdiff_t i = 0; i + needle.len <= s.len; i++) {
		if (strncasecmp(s.p + i, needle.p, (size_t)needle.len) == 0)
			return i;
	}
	return -1;
}

static bool is_reference_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-';
}

/* LicenseRef-NAME, or NOASSERTION where nothing of the name is left. */
static int reference(struct op *op, str name, str *ret)
{
	struct buf b;
	bool gap = false;

	*ret = S("NOASSERTION");
	if (name.len > NAME_MAX_BYTES)
		return 0;
	buf_init(&b, op, 2 * NAME_MAX_BYTES);
	buf_add(&b, S("LicenseRef-"));
	size_t start = b.len;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		if (!is_reference_char(c) || c == '-') {
			gap = true;
			continue;
		}
		if (gap && b.len > start)
			buf_char(&b, '-');
		gap = false;
		buf_char(&b, c);
	}
	return b.len > start ? buf_take(&b, ret) : (b.bad ? op->code : 0);
}

static bool is_reference(str name)
{
	if (!str_starts(name, S("LicenseRef-")) && !str_starts(name, S("DocumentRef-")))
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		if (!is_reference_char(name.p[i]) && name.p[i] != ':')
			return false;
	}
	return true;
}

static const struct {
	str word, spdx;
	str only; /* for licences that begin so; empty: any */
} exceptions[] = {
	{ S_INIT("autoconf"), S_INIT("Autoconf-exception-2.0"), S_INIT("GPL-2.0") },
	{ S_INIT("autoconf"), S_INIT("Autoconf-exception-3.0"), S_INIT("GPL-3.0") },
	{ S_INIT("bison"), S_INIT("Bison-exception-2.2"), S_INIT("") },
	{ S_INIT("libtool"), S_INIT("Libtool-exception"), S_INIT("") },
	{ S_INIT("font"), S_INIT("Font-exception-2.0"), S_INIT("") },
	{ S_INIT("classpath"), S_INIT("Classpath-exception-2.0"), S_INIT("") },
	{ S_INIT("gcc"), S_INIT("GCC-exception-3.1"), S_INIT("GPL-3.0") },
	{ S_INIT("gcc"), S_INIT("GCC-exception-2.0"), S_INIT("GPL-2.0") },
	{ S_INIT("linux-syscall-note"), S_INIT("Linux-syscall-note"), S_INIT("") },
	{ S_INIT("llvm"), S_INIT("LLVM-exception"), S_INIT("Apache-2.0") },
	{ S_INIT("u-boot"), S_INIT("u-boot-exception-2.0"), S_INIT("") },
};

/* "", " exception", "-exception-3.1" */
static bool says_exception(str rest)
{
	if (rest.len == 0)
		return true;
	if (find_fold(rest, S("exception")) != 1)
		return false;
	for (ptrdiff_t i = 10; i < rest.len; i++) {
		if (str_find(S("-.0123456789s"), rest.p[i]) < 0)
			return false;
	}
	return true;
}

str licence_exception(str text, str licence)
{
	const char *id = licence_find_id(text, true);

	for (size_t i = 0; !id && i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		str rest = str_from(text, exceptions[i].word.len);
		if (same_word(str_head(text, exceptions[i].word.len), exceptions[i].word) &&
		    str_starts(licence, exceptions[i].only) && says_exception(rest))
			return exceptions[i].spdx;
	}
	return id ? str_of(id) : S("");
}

/* "NAME with EXCEPTION"; 1: it is not of this form, or not known. */
static int with_exception(struct op *op, str text, str *ret)
{
	ptrdiff_t at = find_fold(text, S(" with "));
	str licence, exception;

	if (at <= 0)
		return 1;
	int rc = licence_name(op, str_trim(str_head(text, at)), &licence);
	if (rc != 0)
		return rc;
	exception = licence_exception(str_trim(str_from(text, at + 6)), licence);
	if (exception.len == 0 || find_fold(licence, S(" ")) >= 0)
		return 1;
	return op_text(op, ret, "%.*s WITH %.*s", STR_ARG(licence), STR_ARG(exception));
}

/* Where a name is known from its address. */
static const struct {
	str part, spdx;
} addresses[] = {
	{ S_INIT("apache.org/licenses/license-1.1"), S_INIT("Apache-1.1") },
	{ S_INIT("apache.org/licenses"), S_INIT("Apache-2.0") },
	{ S_INIT("opensource.org/license/bsd-3-clause"), S_INIT("BSD-3-Clause") },
	{ S_INIT("opensource.org/licenses/bsd-license"), S_INIT("BSD-2-Clause") },
	{ S_INIT("opensource.org/licenses/mit-license"), S_INIT("MIT") },
	{ S_INIT("eclipse.org/legal/epl-v10"), S_INIT("EPL-1.0") },
	{ S_INIT("eclipse.org/legal/epl-v20"), S_INIT("EPL-2.0") },
	{ S_INIT("eclipse.org/legal/epl-2.0"), S_INIT("EPL-2.0") },
	{ S_INIT("eclipse.org/org/documents/epl-v10"), S_INIT("EPL-1.0") },
	{ S_INIT("eclipse.org/org/documents/edl-v10"), S_INIT("BSD-3-Clause") },
	{ S_INIT("mozilla.org/mpl/2.0"), S_INIT("MPL-2.0") },
	{ S_INIT("mozilla.org/en-us/mpl/2.0"), S_INIT("MPL-2.0") },
	{ S_INIT("mozilla.org/mpl/mpl-1.1"), S_INIT("MPL-1.1") },
	{ S_INIT("creativecommons.org/publicdomain/zero/1.0"), S_INIT("CC0-1.0") },
	{ S_INIT("creativecommons.org/licenses/by/4.0"), S_INIT("CC-BY-4.0") },
	{ S_INIT("creativecommons.org/licenses/by/3.0"), S_INIT("CC-BY-3.0") },
	{ S_INIT("creativecommons.org/licenses/by-sa/4.0"), S_INIT("CC-BY-SA-4.0") },
	{ S_INIT("creativecommons.org/licenses/by-sa/3.0"), S_INIT("CC-BY-SA-3.0") },
	{ S_INIT("gnu.org/software/classpath/license"),
	  S_INIT("GPL-2.0-only WITH Classpath-exception-2.0") },
	{ S_INIT("gnu.org/copyleft/lesser"), S_INIT("LicenseRef-LGPL") },
	{ S_INIT("gnu.org/copyleft/gpl"), S_INIT("LicenseRef-GPL") },
	{ S_INIT("gnu.org/licenses/lgpl-3.0"), S_INIT("LGPL-3.0-only") },
	{ S_INIT("gnu.org/licenses/lgpl-2.1"), S_INIT("LGPL-2.1-only") },
	{ S_INIT("gnu.org/licenses/old-licenses/lgpl-2.1"), S_INIT("LGPL-2.1-only") },
	{ S_INIT("gnu.org/licenses/agpl-3.0"), S_INIT("AGPL-3.0-only") },
	{ S_INIT("gnu.org/licenses/gpl-3.0"), S_INIT("GPL-3.0-only") },
	{ S_INIT("gnu.org/licenses/gpl-2.0"), S_INIT("GPL-2.0-only") },
	{ S_INIT("gnu.org/licenses/old-licenses/gpl-2.0"), S_INIT("GPL-2.0-only") },
	{ S_INIT("unlicense.org"), S_INIT("Unlicense") },
	{ S_INIT("mit-license.org"), S_INIT("MIT") },
	{ S_INIT("json.org/license"), S_INIT("JSON") },
	{ S_INIT("bouncycastle.org/licen"), S_INIT("MIT") },
	{ S_INIT("slf4j.org/license"), S_INIT("MIT") },
	{ S_INIT("golang.org/license"), S_INIT("BSD-3-Clause") },
	{ S_INIT("wtfpl.net"), S_INIT("WTFPL") },
	{ S_INIT("boost.org/license_1_0"), S_INIT("BSL-1.0") },
};

static bool is_address(str text)
{
	return find_fold(text, S("http://")) == 0 || find_fold(text, S("https://")) == 0 ||
	       find_fold(text, S("www.")) == 0;
}

static int by_address(struct op *op, str text, str *ret)
{
	static const str lists[] = { S_INIT("opensource.org/licenses/"),
				     S_INIT("opensource.org/license/"),
				     S_INIT("spdx.org/licenses/"),
				     S_INIT("choosealicense.com/licenses/") };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		if (find_fold(text, addresses[i].part) < 0)
			continue;
		*ret = addresses[i].spdx;
		return 0;
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		ptrdiff_t at = find_fold(text, lists[i]);
		str name = at < 0 ? S("") : str_from(text, at + lists[i].len);
		while (name.len && name.p[name.len - 1] == '/')
			name.len--;
		if (str_ends(name, S(".html")) || str_ends(name, S(".json")))
			name.len -= 5;
		else if (str_ends(name, S(".php")) || str_ends(name, S(".txt")))
			name.len -= 4;
		int rc = name.len ? licence_name(op, name, ret) : 1;
		if (rc <= 0)
			return rc;
	}
	*ret = S("NOASSERTION");
	return 0;
}

/* One name that is known in whole; 1: not. */
static int known_name(struct op *op, str text, str *ret)
{
	static const str as_is[] = { S_INIT("NOASSERTION"), S_INIT("NONE") };

	for (size_t i = 0; i < 2; i++) {
		if (str_eq(text, as_is[i])) {
			*ret = as_is[i];
			return 0;
		}
	}
	if (is_reference(text)) {
		*ret = text;
		return 0;
	}
	if (is_address(text))
		return by_address(op, text, ret);
	int rc = licence_name(op, text, ret);
	return rc == 1 ? with_exception(op, text, ret) : rc;
}

/* ---- lists of names ---- */

/* Joined by `between`, each once; what binds less in parentheses. */
static int join_terms(struct op *op, const str *term, ptrdiff_t n, str between, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_CAPTURE);
	for (ptrdiff_t i = 0; i < n; i++) {
		bool again = false;
		for (ptrdiff_t k = 0; k < i; k++)
			again |= str_eq(term[k], term[i]);
		if (again)
			continue;
		buf_add(&b, b.len ? between : S(""));
		buf_add(&b, term[i]);
	}
	return buf_take(&b, ret);
}

/* "MIT/Apache-2.0", "MIT, BSD-3-Clause", "MIT GPL-2.0": where every part is known; 1: not. */
static int known_list(struct op *op, str text, const char *separators, str between, str *ret)
{
	str term[TERMS_MAX];
	ptrdiff_t n = 0, from = 0;

	for (ptrdiff_t i = 0; i <= text.len; i++) {
		if (i < text.len && str_find(str_of(separators), text.p[i]) < 0)
			continue;
		str part = str_trim((str){ text.p + from, i - from });
		from = i + 1;
		if (part.len == 0)
			continue;
		if (n == TERMS_MAX)
			return 1;
		int rc = known_name(op, part, &term[n]);
		if (rc != 0)
			return rc;
		if (find_fold(term[n], S(" OR ")) >= 0 &&
		    (rc = op_text(op, &term[n], "(%.*s)", STR_ARG(term[n]))) < 0)
			return rc;
		n++;
	}
	return n > 1 ? join_terms(op, term, n, between, ret) : 1;
}

static int read_name(struct op *op, str text, str *ret)
{
	int rc = known_name(op, text, ret);

	if (rc == 1)
		rc = known_list(op, text, "/", S(" OR "), ret);
	if (rc == 1)
		rc = known_list(op, text, ",", S(" AND "), ret);
	if (rc == 1)
		rc = known_list(op, text, " ", S(" AND "), ret);
	return rc == 1 ? reference(op, text, ret) : rc;
}

/* ---- expressions ---- */

enum token { TOKEN_END, TOKEN_AND, TOKEN_OR, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_NAME };

struct reader {
	struct op *op;
	str in;
	int depth;
};

/* Is the "or" or "and" before this one of a name: "or later"? */
static bool goes_on(str rest)
{
	static const char *const words[] = { "later", "newer",  "any",    "greater",
					     "above", "higher", "lesser", "(at" };
	str word = str_word(&rest);

	while (word.len && str_find(S(",.;)"), word.p[word.len - 1]) >= 0)
		word.len--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (same_word(word, str_of(words[i])))
			return true;
	}
	return false;
}

/* The operator at the front of s, and its length; TOKEN_NAME: none. */
static enum token operator_at(str s, bool word_begins, ptrdiff_t *ret_length)
{
	static const struct {
		str text;
		enum token token;
	} row[] = { { S_INIT("||"), TOKEN_OR },
		    { S_INIT("&&"), TOKEN_AND },
		    { S_INIT("|"), TOKEN_OR },
		    { S_INIT("&"), TOKEN_AND },
		    { S_INIT(";"), TOKEN_AND } };
	static const struct {
		str text;
		enum token token;
	} words[] = { { S_INIT("or"), TOKEN_OR }, { S_INIT("and"), TOKEN_AND } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		*ret_length = row[i].text.len;
		if (str_starts(s, row[i].text))
			return row[i].token;
	}
	for (size_t i = 0; word_begins && i < 2; i++) {
		ptrdiff_t n = words[i].text.len;
		*ret_length = n;
		if (!same_word(str_head(s, n), words[i].text) || s.len <= n ||
		    str_find(S(" \t\n("), s.p[n]) < 0)
			continue;
		return goes_on(str_from(s, n)) ? TOKEN_NAME : words[i].token;
	}
	return TOKEN_NAME;
}

/* The next token off the front; of a name its text, up to an operator or a parenthesis that closes.
 */
static enum token next_token(struct reader *r, str *ret)
{
	ptrdiff_t length = 1, open = 0, n = 0;

	r->in = str_trim(r->in);
	*ret = S("");
	if (r->in.len == 0)
		return TOKEN_END;
	enum token t = operator_at(r->in, true, &length);
	if (r->in.p[0] == '(' || r->in.p[0] == ')') {
		t = r->in.p[0] == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
		length = 1;
	}
	if (t != TOKEN_NAME) {
		r->in = str_from(r->in, length);
		return t;
	}
	for (; n < r->in.len; n++) {
		char c = r->in.p[n];
		if (c == ')' && open == 0)
			break;
		open += c == '(' ? 1 : c == ')' ? -1 : 0;
		bool begins = n > 0 && str_find(S(" \t\n)"), r->in.p[n - 1]) >= 0;
		if (open == 0 && n > 0 &&
		    operator_at(str_from(r->in, n), begins, &length) != TOKEN_NAME)
			break;
	}
	*ret = str_trim(str_head(r->in, n));
	r->in = str_from(r->in, n);
	return TOKEN_NAME;
}

static enum token peek(const struct reader *r)
{
	struct reader copy = *r;
	str name;

	return next_token(&copy, &name);
}

static int read_or(struct reader *r, str *ret);

/* A name or what is in parentheses; 1: the expression is none. Nested at most LIMIT_DEPTH deep. */
static int read_operand(struct reader *r, str *ret)
{
	str name, inner;
	enum token t = next_token(r, &name);

	if (t == TOKEN_NAME)
		return read_name(r->op, name, ret);
	if (t != TOKEN_OPEN || r->depth == LIMIT_DEPTH)
		return 1;
	r->depth++;
	int rc = read_or(r, &inner);
	r->depth--;
	if (rc != 0 || next_token(r, &name) != TOKEN_CLOSE)
		return rc < 0 ? rc : 1;
	*ret = inner;
	return 0;
}

/* Does an OR stand outside of all parentheses? */
static bool is_choice(str expression)
{
	int depth = 0;

	for (ptrdiff_t i = 0; i < expression.len; i++) {
		depth += expression.p[i] == '(' ? 1 : expression.p[i] == ')' ? -1 : 0;
		if (depth == 0 && str_starts(str_from(expression, i), S(" OR ")))
			return true;
	}
	return false;
}

static int read_and(struct reader *r, str *ret)
{
	str term[TERMS_MAX];
	ptrdiff_t n = 0;

	for (;;) {
		int rc = n < TERMS_MAX ? read_operand(r, &term[n]) : 1;
		if (rc != 0)
			return rc;
		n++;
		if (peek(r) != TOKEN_AND)
			break;
		(void)next_token(r, ret);
	}
	for (ptrdiff_t i = 0; n > 1 && i < n; i++) {
		if (is_choice(term[i]) && op_text(r->op, &term[i], "(%.*s)", STR_ARG(term[i])) < 0)
			return r->op->code;
	}
	return join_terms(r->op, term, n, S(" AND "), ret);
}

static int read_or(struct reader *r, str *ret)
{
	str term[TERMS_MAX];
	ptrdiff_t n = 0;

	for (;;) {
		int rc = n < TERMS_MAX ? read_and(r, &term[n]) : 1;
		if (rc != 0)
			return rc;
		n++;
		if (peek(r) != TOKEN_OR)
			break;
		(void)next_token(r, ret);
	}
	return join_terms(r->op, term, n, S(" OR "), ret);
}

/* "License :: OSI Approved :: MIT License": what it is classified as in the end. */
static str last_class(str text)
{
	for (ptrdiff_t at = str_find_str(text, S("::")); at >= 0; at = str_find_str(text, S("::")))
		text = str_trim(str_from(text, at + 2));
	return text;
}

static bool is_text(str text)
{
	ptrdiff_t lines = 0;

	for (ptrdiff_t i = 0; i < text.len; i++)
		lines += text.p[i] == '\n';
	return lines > 2 || text.len > 1000;
}

int licence_expression(struct op *op, str text, str *ret)
{
	struct reader r = { .op = op };
	int rc = 1;

	text = str_trim(text);
	if (text.len > 1 && text.p[0] == text.p[text.len - 1] &&
	    str_find(S("\"'`"), text.p[0]) >= 0)
		text = str_trim((str){ text.p + 1, text.len - 2 });
	if (find_fold(text, S("License ::")) == 0)
		text = last_class(text);
	*ret = text.len ? S("NOASSERTION") : S("");
	if (text.len == 0 || same_word(text, S("OSI Approved")) ||
	    find_fold(text, S("see license in")) == 0)
		return 0;
	if (is_text(text)) {
		rc = licence_words(op, text, ret);
		return rc < 0 ? rc : 0;
	}
	rc = known_name(op, text, ret);
	r.in = text;
	if (rc == 1 && (rc = read_or(&r, ret)) == 0 && peek(&r) != TOKEN_END)
		rc = 1;
	return rc == 1 ? reference(op, text, ret) : rc;
}

/* ---- several ---- */

/* The parts that an AND outside of parentheses joins; 1: they are too many. */
static int split_duties(str expression, struct texts *to)
{
	ptrdiff_t from = 0;
	int depth = 0;

	for (ptrdiff_t i = 0; i <= expression.len; i++) {
		bool end = i == expression.len;
		char c = end ? ' ' : expression.p[i];
		depth += c == '(' ? 1 : c == ')' ? -1 : 0;
		bool cut = depth == 0 && str_starts(str_from(expression, i), S(" AND "));
		if (!end && !cut)
			continue;
		if (to->n == TERMS_MAX)
			return 1;
		to->p[to->n++] = (str){ expression.p + from, i - from };
		from = i + 5;
		i += cut ? 4 : 0;
	}
	return 0;
}

static int add_duties(struct op *op, str one, struct texts *duty)
{
	if (one.len == 0 || str_eq(one, S("NOASSERTION")))
		return 0;
	if (!is_choice(one))
		return split_duties(one, duty);
	if (duty->n == TERMS_MAX)
		return 1;
	return op_text(op, &duty->p[duty->n++], "(%.*s)", STR_ARG(one));
}

int licence_join(struct op *op, const struct texts *texts, str *ret)
{
	str part[TERMS_MAX] = { 0 }, joined;
	struct texts duty = { part, 0 };
	bool told = false;

	for (ptrdiff_t i = 0; i < texts->n; i++) {
		told |= texts->p[i].len > 0;
		int rc = add_duties(op, texts->p[i], &duty);
		*ret = S("NOASSERTION");
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
	if (duty.n > 1)
		qsort(duty.p, (size_t)duty.n, sizeof(*duty.p), str_qsort);
	int rc = join_terms(op, duty.p, duty.n, S(" AND "), &joined);
	if (rc < 0)
		return rc;
	bool alone = joined.len > 1 && duty.n && str_eq(joined, duty.p[0]) && joined.p[0] == '(';
	if (alone)
		joined = (str){ joined.p + 1, joined.len - 2 };
	*ret = joined.len || !told ? joined : S("NOASSERTION");
	return 0;
}

int licence_of_text(struct op *op, str text, str *ret)
{
	struct digest d = digest_of(text);
	char hex[DIGEST_HEX];
	int rc = licence_words(op, text, ret);

	return rc == 1 ? op_text(op, ret, "LicenseRef-sha256-%.16s", digest_hex(&d, hex)) : rc;
}
