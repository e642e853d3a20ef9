/*
 * What is asked of a value beside its pattern. Each check is a row of checks[].
 */
#include "base/glob.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/private_key.h"
#include "secrets_impl.h"

enum { LINE = 512 }; /* bytes of a line to either side that are looked at */

struct ask {
	struct secret_machine *m;
	const struct secret_content *c;
	struct candidate *v;
	str value;
	double from, to;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

static bool has_word(str s, str word)
{
	for (ptrdiff_t i = 0; i + word.len <= s.len; i++) {
		ptrdiff_t n = 0;
		while (n < word.len && lower(s.p[i + n]) == word.p[n])
			n++;
		if (n == word.len)
			return true;
	}
	return false;
}

/* The longest run of one byte, and of bytes that count up. */
static void runs(str s, int *ret_same, int *ret_up)
{
	int same = 1, up = 1;

	*ret_same = *ret_up = s.len > 0;
	for (ptrdiff_t i = 1; i < s.len; i++) {
		same = s.p[i] == s.p[i - 1] ? same + 1 : 1;
		up = s.p[i] == s.p[i - 1] + 1 || (s.p[i] == '0' && s.p[i - 1] == '9') ? up + 1 : 1;
		*ret_same = same > *ret_same ? same : *ret_same;
		*ret_up = up > *ret_up ? up : *ret_up;
	}
}

bool secrets_placeholder(str value)
{
	static const char *const words[] = {
		"example", "changeme", "change_me", "change-me",  "change me",    "placeholder",
		"your_",   "your-",    "yourtoken", "yourkey",    "yourpass",     "yoursecret",
		"dummy",   "redacted", "replace",   "insert",     "sample",       "deadbeef",
		"xxxx",    "****",     "....",      "notasecret", "not-a-secret", "foobar",
		"<",       "${",       "$(",        "{{",         "%(",           "#{",
	};
	int same, up;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (has_word(value, str_of(words[i])))
			return true;
	}
	runs(value, &same, &up);
	return same >= 6 || up >= 8 || same == value.len;
}

/* The logarithm to base 2, to some 6 digits, without a library for it. x >= 1. */
static double log_2(double x)
{
	double ret = 0, part = 0.5;

	for (; x >= 2; x /= 2)
		ret++;
	for (int i = 0; i < 20; i++, part /= 2) {
		x *= x;
		if (x >= 2) {
			x /= 2;
			ret += part;
		}
	}
	return ret;
}

/* Shannon's, bits for each byte. */
static double entropy(str s)
{
	int count[256] = { 0 };
	double sum = 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		count[(unsigned char)s.p[i]]++;
	for (int i = 0; i < 256; i++) {
		if (count[i] > 1)
			sum += count[i] * log_2(count[i]);
	}
	return s.len ? log_2((double)s.len) - sum / (double)s.len : 0;
}

struct counted {
	int upper, lower, digit, other;
};

static struct counted count(str s)
{
	struct counted n = { 0 };

	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (c >= '0' && c <= '9')
			n.digit++;
		else if (c >= 'a' && c <= 'z')
			n.lower++;
		else if (c >= 'A' && c <= 'Z')
			n.upper++;
		else
			n.other++;
	}
	return n;
}

static bool ask_any(struct ask *a)
{
	(void)a;
	return true;
}

static bool ask_entropy(struct ask *a)
{
	return a->value.len > 0 && entropy(a->value) >= a->from;
}

static bool ask_length(struct ask *a)
{
	return (double)a->value.len >= a->from && (a->to == 0 || (double)a->value.len <= a->to);
}

static bool ask_digits(struct ask *a)
{
	return count(a->value).digit >= a->from;
}

static bool ask_letters(struct ask *a)
{
	struct counted n = count(a->value);

	return n.lower + n.upper >= a->from;
}

static bool ask_mixed(struct ask *a)
{
	struct counted n = count(a->value);

	return (n.lower > 0) + (n.upper > 0) + (n.digit > 0) >= (a->from > 0 ? a->from : 2);
}

/*
 * As random bytes look, whatever the alphabet: nearly as many different bytes as n draws give, and
 * letters and digits among one another. Words, names and paths change their class seldom.
 */
static bool ask_random(struct ask *a)
{
	struct counted n = count(a->value);
	int changes = 0;

	for (ptrdiff_t i = 1; i < a->value.len; i++) {
		struct counted x = count(str_head(str_from(a->value, i - 1), 1));
		struct counted y = count(str_head(str_from(a->value, i), 1));
		changes += x.digit != y.digit || x.upper != y.upper;
	}
	return n.digit >= 2 && n.lower + n.upper >= 2 && changes * 5 >= a->value.len &&
	       entropy(a->value) >= (a->from > 0 ? a->from : 3.0);
}

static bool decode(struct ask *a, str text, str *ret)
{
	size_t n;
	uint8_t *to = op_new(a->m->op, uint8_t, text.len + 1);
	char *plain = op_new(a->m->op, char, text.len + 1);

	for (ptrdiff_t i = 0; plain && i < text.len; i++)
		plain[i] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
	if (!to || !plain || !base64_read((str){ plain, text.len }, to, (size_t)text.len, &n))
		return false;
	*ret = (str){ (char *)to, (ptrdiff_t)n };
	return true;
}

/* To that many bytes, if a number is given. */
static bool ask_base64(struct ask *a)
{
	str plain;

	return decode(a, a->value, &plain) &&
	       (a->from == 0 || ((double)plain.len >= a->from &&
				 (double)plain.len <= (a->to > 0 ? a->to : a->from)));
}

/* RFC 7617: user ":" password, both of printable bytes. */
static bool ask_basic(struct ask *a)
{
	str plain;

	if (!decode(a, a->value, &plain) || plain.len > 200)
		return false;
	for (ptrdiff_t i = 0; i < plain.len; i++) {
		if (plain.p[i] < ' ' || plain.p[i] > '~')
			return false;
	}
	str password = plain, user = str_cut(&password, ':');
	return user.len > 0 && password.len >= 6 && !secrets_placeholder(password) &&
	       !has_word(password, S("password")) && !has_word(password, S("secret")) &&
	       !has_word(password, S("passw")) && !str_eq(user, password);
}

/* GitHub's and npm's: behind the prefix the last six signs are the CRC-32 of the others. Source: GitHub's
 * blog, "Behind GitHub's new authentication token formats" (2021). */
static bool ask_crc32(struct ask *a)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	str body = str_from(a->value, str_rfind(a->value, '_') + 1);
	uint32_t crc = UINT32_MAX;
	char want[6];

	if (body.len < 7)
		return false;
	for (ptrdiff_t i = 0; i < body.len - 6; i++) {
		crc ^= (unsigned char)body.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & -(crc & 1));
	}
	crc = ~crc;
	for (int i = 5; i >= 0; i--) {
		want[i] = digits[crc % 62];
		crc /= 62;
	}
	return str_eq(str_from(body, body.len - 6), (str){ want, 6 });
}

/* RFC 7519: a header with an algorithm, claims, a signature; "none" is no secret, nor is the subject that
 * RFC 7519's and jwt.io's examples have. */
static bool ask_jwt(struct ask *a)
{
	str rest = a->value, head = str_cut(&rest, '.'), claims = str_cut(&rest, '.'), text, alg,
	    sub;
	struct doc doc;

	if (rest.len < 20 || !decode(a, head, &text) ||
	    json_parse(a->m->op, S("token"), text, &doc) < 0 ||
	    !node_text(node_get(&doc.root, S("alg")), &alg) || str_eq(alg, S("none")))
		return false;
	if (!decode(a, claims, &text) || json_parse(a->m->op, S("token"), text, &doc) < 0 ||
	    doc.root.kind != NODE_MAP)
		return false;
	static const char *const registered[] = { "iss", "sub", "aud", "exp",
						  "nbf", "iat", "jti", "role" };
	bool has_claim = false;
	for (size_t i = 0; i < sizeof(registered) / sizeof(registered[0]); i++)
		has_claim |= node_get(&doc.root, str_of(registered[i])) != NULL;
	bool known = node_text(node_get(&doc.root, S("sub")), &sub) &&
		     (str_eq(sub, S("1234567890")) || str_eq(sub, S("joe")));
	known |= node_text(node_get(&doc.root, S("iss")), &sub) && str_eq(sub, S("joe"));
	return has_claim && !known;
}

static bool matches(const struct texts *globs, str path)
{
	for (ptrdiff_t i = 0; i < globs->n; i++) {
		if (glob_match(globs->p[i], path))
			return true;
	}
	return false;
}

static bool is_key(struct ask *a, enum private_key want)
{
	str text = str_from(a->c->bytes, a->v->from);
	ptrdiff_t len = 0;

	if (matches(&a->m->s->rules.self_tests, a->c->inner) ||
	    matches(&a->m->s->rules.self_tests, a->c->file))
		return false;
	if (!str_starts(text, S("-----BEGIN")) && !(decode(a, a->value, &text)))
		return false;
	bool pem = str_starts(text, S("-----BEGIN"));
	enum private_key is = pem ? private_key_pem(a->m->op, text, &len) : private_key_der(text);
	if (is == want && text.p == a->c->bytes.p + a->v->from && len > 0)
		a->v->to = a->v->from + len;
	return is == want;
}

static bool ask_key(struct ask *a)
{
	return is_key(a, PRIVATE_KEY_PLAIN);
}

static bool ask_key_locked(struct ask *a)
{
	return is_key(a, PRIVATE_KEY_LOCKED);
}

/* Its line: a comment, or one that speaks of examples? */
static bool is_told_as_example(const struct ask *a)
{
	str s = a->c->bytes;
	ptrdiff_t from = a->v->from, to = a->v->to;

	while (from > 0 && s.p[from - 1] != '\n' && a->v->from - from < LINE)
		from--;
	while (to < s.len && s.p[to] != '\n' && to - a->v->to < LINE)
		to++;
	str line = str_trim(str_head(str_from(s, from), to - from));
	return str_starts(line, S("#")) || str_starts(line, S("//")) || str_starts(line, S("* ")) ||
	       str_starts(line, S(";")) || str_starts(line, S("--")) ||
	       has_word(line, S("example"));
}

/* What somebody has thought of as a password: no code, no name of one, no word that stands for one. */
static bool ask_password(struct ask *a)
{
	static const char *const words[] = {
		"password", "passwd",   "secret",    "token",  "apikey", "api_key",  "test",
		"null",     "none",     "undefined", "string", "prompt", "required", "default",
		"hidden",   "optional", "env.",      "getenv", "config", "passw0rd", "p4ss",
		"pa55",     "s3cr",     "param",     "user",   "input",  "value"
	};
	str v = a->value;
	struct counted n = count(v);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (has_word(v, str_of(words[i])))
			return false;
	}
	if (v.len && strchr("$%{[(&@/.\\-=*:!", v.p[0]) && v.p[0])
		return false;
	return n.digit > 0 && n.lower + n.upper > 0 && str_find(v, '(') < 0 &&
	       str_find(v, ' ') < 0 && !is_told_as_example(a);
}

static bool (*const checks[VERIFIES])(struct ask *a) = {
	[VERIFY_ANY] = ask_any,
	[VERIFY_BASE64] = ask_base64,
	[VERIFY_BASIC] = ask_basic,
	[VERIFY_CRC32] = ask_crc32,
	[VERIFY_DIGITS] = ask_digits,
	[VERIFY_ENTROPY] = ask_entropy,
	[VERIFY_JWT] = ask_jwt,
	[VERIFY_KEY] = ask_key,
	[VERIFY_KEY_LOCKED] = ask_key_locked,
	[VERIFY_LETTERS] = ask_letters,
	[VERIFY_LENGTH] = ask_length,
	[VERIFY_MIXED] = ask_mixed,
	[VERIFY_PASSWORD] = ask_password,
	[VERIFY_RANDOM] = ask_random,
};

static bool is_near(const struct secret_rule *rule, const struct secret_content *c,
		    const struct candidate *v)
{
	ptrdiff_t from = v->from > NEAR ? v->from - NEAR : 0;
	str around = str_head(str_from(c->bytes, from), v->to - from + NEAR);

	for (ptrdiff_t i = 0; i < rule->near.n; i++) {
		if (has_word(around, rule->near.p[i]))
			return true;
	}
	return rule->near.n == 0;
}

/* A value, or how it begins, with a '*' behind. */
static bool is_except(str except, str value)
{
	return str_ends(except, S("*")) ? str_starts(value, str_head(except, except.len - 1))
					: str_eq(except, value);
}

bool secrets_verify(struct secret_machine *m, const struct secret_rule *rule,
		    const struct secret_content *c, struct candidate *v)
{
	struct op_mark mark = op_mark(m->op);
	struct ask a = { m, c, v, str_head(str_from(c->bytes, v->from), v->to - v->from), 0, 0 };
	bool ok = is_near(rule, c, v), any = false;

	if (rule->paths.n && !matches(&rule->paths, c->inner))
		return false;
	for (ptrdiff_t i = 0; ok && i < rule->except.n; i++)
		ok = !is_except(rule->except.p[i], a.value);
	for (ptrdiff_t i = 0; ok && i < rule->step_n; i++) {
		a.from = rule->step[i].from;
		a.to = rule->step[i].to;
		any |= rule->step[i].what == VERIFY_ANY;
		ok = checks[rule->step[i].what](&a);
	}
	ok = ok && (any || !secrets_placeholder(a.value));
	if (ok && rule->examples.len)
		ok = str_eq(rule->examples, S("only")) ==
		     (matches(&m->s->rules.examples, c->inner) ||
		      matches(&m->s->rules.examples, c->file));
	if (m->op->code != ERR_MEMORY) /* what could not be parsed is none */
		op_forgive(m->op);
	op_reset(m->op, mark);
	return ok;
}
