/*
 * An expression is read from the left with a stack of what is waiting at each open parenthesis: the class
 * of the alternatives so far (OR), and of the conjunction that is being read (AND binds tighter).
 */
#include "licence_class.h"

#include "base/limits.h"

const char *const licence_classes[LICENCE_CLASSES] = { "unencumbered", "permissive", "notice",
						       "reciprocal",   "restricted", "unknown",
						       "forbidden" };

/* Beginnings of identifiers; the longest that fits counts. Case does not. */
static const struct {
	const char *begins;
	enum licence_class class;
} table[] = {
	{ "0BSD", LICENCE_PERMISSIVE },
	{ "AFL-", LICENCE_NOTICE },
	{ "AGPL", LICENCE_FORBIDDEN },
	{ "ANTLR-PD", LICENCE_UNENCUMBERED },
	{ "Apache", LICENCE_NOTICE },
	{ "APSL-", LICENCE_RECIPROCAL },
	{ "Artistic", LICENCE_NOTICE },
	{ "BCL", LICENCE_RESTRICTED },
	{ "Beerware", LICENCE_PERMISSIVE },
	{ "Bitstream", LICENCE_NOTICE },
	{ "blessing", LICENCE_UNENCUMBERED },
	{ "BlueOak-", LICENCE_NOTICE },
	{ "Boost", LICENCE_NOTICE },
	{ "BSD", LICENCE_NOTICE },
	{ "BSL-1.0", LICENCE_NOTICE },
	{ "BUSL-", LICENCE_FORBIDDEN },
	{ "BZIP", LICENCE_NOTICE },
	{ "CC-BY-", LICENCE_NOTICE },
	{ "CC-BY-NC", LICENCE_FORBIDDEN },
	{ "CC-BY-ND", LICENCE_RESTRICTED },
	{ "CC-BY-SA", LICENCE_RESTRICTED },
	{ "CC-PDDC", LICENCE_UNENCUMBERED },
	{ "CC0", LICENCE_UNENCUMBERED },
	{ "CDDL", LICENCE_RECIPROCAL },
	{ "CECILL-", LICENCE_RESTRICTED },
	{ "CECILL-B", LICENCE_NOTICE },
	{ "CECILL-C", LICENCE_RECIPROCAL },
	{ "CNRI-", LICENCE_NOTICE },
	{ "Commons-Clause", LICENCE_FORBIDDEN },
	{ "CPAL-", LICENCE_RESTRICTED },
	{ "CPL-", LICENCE_RECIPROCAL },
	{ "curl", LICENCE_NOTICE },
	{ "EDL-", LICENCE_NOTICE },
	{ "Elastic-", LICENCE_FORBIDDEN },
	{ "EPL-", LICENCE_RECIPROCAL },
	{ "ErlPL-", LICENCE_RECIPROCAL },
	{ "EUPL-", LICENCE_RESTRICTED },
	{ "Expat", LICENCE_NOTICE },
	{ "FreeImage", LICENCE_RECIPROCAL },
	{ "FSFAP", LICENCE_PERMISSIVE },
	{ "FSFUL", LICENCE_PERMISSIVE },
	{ "FTL", LICENCE_NOTICE },
	{ "GFDL", LICENCE_RESTRICTED },
	{ "GPL", LICENCE_RESTRICTED },
	{ "HPND", LICENCE_NOTICE },
	{ "ICU", LICENCE_NOTICE },
	{ "IJG", LICENCE_NOTICE },
	{ "ImageMagick", LICENCE_NOTICE },
	{ "Info-ZIP", LICENCE_NOTICE },
	{ "IPL-", LICENCE_RECIPROCAL },
	{ "ISC", LICENCE_NOTICE },
	{ "LGPL", LICENCE_RESTRICTED },
	{ "libpng", LICENCE_NOTICE },
	{ "libtiff", LICENCE_NOTICE },
	{ "LPL-", LICENCE_RECIPROCAL },
	{ "LPPL-", LICENCE_NOTICE },
	{ "MIT", LICENCE_NOTICE },
	{ "MIT-0", LICENCE_PERMISSIVE },
	{ "MPL-", LICENCE_RECIPROCAL },
	{ "MS-PL", LICENCE_NOTICE },
	{ "MS-RL", LICENCE_RECIPROCAL },
	{ "NCSA", LICENCE_NOTICE },
	{ "NGPL", LICENCE_RESTRICTED },
	{ "NPL-", LICENCE_RESTRICTED },
	{ "NTP", LICENCE_NOTICE },
	{ "OFL-", LICENCE_RECIPROCAL },
	{ "OLDAP-", LICENCE_NOTICE },
	{ "OpenLDAP", LICENCE_NOTICE },
	{ "OpenSSL", LICENCE_NOTICE },
	{ "OSL-", LICENCE_RESTRICTED },
	{ "PD", LICENCE_UNENCUMBERED },
	{ "PDDL-", LICENCE_UNENCUMBERED },
	{ "permissive", LICENCE_PERMISSIVE },
	{ "PHP-", LICENCE_NOTICE },
	{ "PIL", LICENCE_NOTICE },
	{ "PolyForm-", LICENCE_FORBIDDEN },
	{ "PostgreSQL", LICENCE_NOTICE },
	{ "proprietary", LICENCE_FORBIDDEN },
	{ "PSF-", LICENCE_NOTICE },
	{ "public-domain", LICENCE_UNENCUMBERED },
	{ "Python-", LICENCE_NOTICE },
	{ "QPL-", LICENCE_RESTRICTED },
	{ "RPL-", LICENCE_RESTRICTED },
	{ "RSAL", LICENCE_FORBIDDEN },
	{ "Ruby", LICENCE_RECIPROCAL },
	{ "SAX-PD", LICENCE_UNENCUMBERED },
	{ "SGI-B-", LICENCE_NOTICE },
	{ "Sleepycat", LICENCE_RESTRICTED },
	{ "SMLNJ", LICENCE_NOTICE },
	{ "Spencer-", LICENCE_NOTICE },
	{ "SPL-", LICENCE_RECIPROCAL },
	{ "SSPL-", LICENCE_FORBIDDEN },
	{ "TCL", LICENCE_NOTICE },
	{ "TCP-wrappers", LICENCE_NOTICE },
	{ "Unicode", LICENCE_NOTICE },
	{ "Unlicense", LICENCE_UNENCUMBERED },
	{ "UPL-", LICENCE_NOTICE },
	{ "Vim", LICENCE_NOTICE },
	{ "W3C", LICENCE_NOTICE },
	{ "WTFPL", LICENCE_PERMISSIVE },
	{ "X11", LICENCE_NOTICE },
	{ "Zend-", LICENCE_NOTICE },
	{ "Zlib", LICENCE_NOTICE },
	{ "ZPL-", LICENCE_NOTICE },
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool begins(str s, str with)
{
	if (s.len < with.len)
		return false;
	for (ptrdiff_t i = 0; i < with.len; i++)
		if (lower(s.p[i]) != lower(with.p[i]))
			return false;
	return true;
}

static enum licence_class of_id(str id)
{
	enum licence_class class = LICENCE_UNKNOWN;
	ptrdiff_t best = 0;

	if (begins(id, S("DocumentRef-")) && str_find(id, ':') > 0)
		id = str_from(id, str_find(id, ':') + 1);
	if (begins(id, S("LicenseRef-")))
		id = str_from(id, 11);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		str with = str_of(table[i].begins);
		if (with.len > best && begins(id, with)) {
			best = with.len;
			class = table[i].class;
		}
	}
	return class;
}

/* Exceptions that let a program be linked or generated without taking on the licence. */
static enum licence_class with_exception(enum licence_class class, str exception)
{
	static const char *const linking[] = {
		"Classpath",   "GCC-",      "Autoconf",
		"Bison",       "Font-",     "LLVM",
		"Linux-",      "libtool-",  "Libtool",
		"OCaml-",      "eCos-",     "FLTK-",
		"GPL-CC",      "Nokia-",    "Qt-",
		"SWI-",        "u-boot-",   "Universal-FOSS",
		"WxWindows",   "openvpn-",  "Bootloader",
		"cryptsetup-", "mif-",      "freertos-",
		"GStreamer",   "KiCad-",    "LGPL-3.0-linking",
		"OpenJDK-",    "PS-or-PDF", "i2p-",
	};

	if (class != LICENCE_RESTRICTED)
		return class;
	for (size_t i = 0; i < sizeof(linking) / sizeof(linking[0]); i++)
		if (begins(exception, str_of(linking[i])))
			return LICENCE_RECIPROCAL;
	return class;
}

/* The next word or parenthesis. */
static str token(str *in)
{
	ptrdiff_t n = 0;

	*in = str_trim(*in);
	if (in->len && (in->p[0] == '(' || in->p[0] == ')'))
		n = 1;
	else
		while (n < in->len && str_find(S(" \t\r\n()"), in->p[n]) < 0)
			n++;
	str word = str_head(*in, n);
	*in = str_from(*in, n);
	return word;
}

static bool is(str word, const char *upper, const char *lower_case)
{
	return str_eq(word, str_of(upper)) || str_eq(word, str_of(lower_case));
}

/* A licence with the exception behind it, as it stands. */
static str operand(str word, str *rest)
{
	str ahead = *rest;

	if (!is(token(&ahead), "WITH", "with"))
		return word;
	str exception = token(&ahead);
	*rest = ahead;
	return (str){ word.p, exception.p + exception.len - word.p };
}

str licence_next(str *expression)
{
	str word = token(expression);

	while (word.len && (word.p[0] == '(' || word.p[0] == ')' || is(word, "AND", "and") ||
			    is(word, "OR", "or")))
		word = token(expression);
	return operand(word, expression);
}

struct level {
	bool any_or, any_and;
	int or_, and_; /* so far */
};

static void put(struct level *l, int grade)
{
	l->and_ = l->any_and && l->and_ > grade ? l->and_ : grade;
	l->any_and = true;
}

static void end_and(struct level *l)
{
	l->or_ = l->any_or && l->or_ < l->and_ ? l->or_ : l->and_;
	l->any_or = true;
	l->any_and = false;
}

bool licence_judge(str rest, licence_grade *grade, const void *arg, int *ret)
{
	struct level stack[LIMIT_DEPTH] = { 0 }, *l = stack;
	bool wants = true; /* a licence or '(' comes next */

	for (str word = token(&rest); word.len; word = token(&rest)) {
		bool open = word.p[0] == '(', close = word.p[0] == ')';
		bool and_ = is(word, "AND", "and"), or_ = is(word, "OR", "or");
		if (wants == (close || and_ || or_))
			return false;
		if (open && ++l == stack + LIMIT_DEPTH)
			return false;
		if (open)
			*l = (struct level){ 0 };
		else if (close && l == stack)
			return false;
		if (close) {
			end_and(l);
			l--;
			put(l, l[1].or_);
		} else if (or_) {
			end_and(l);
		} else if (!open && !and_) {
			put(l, grade(arg, operand(word, &rest)));
		}
		wants = open || and_ || or_;
	}
	if (wants || l != stack)
		return false;
	end_and(l);
	*ret = l->or_;
	return true;
}

static int class_grade(const void *arg, str licence)
{
	str rest = licence, id = token(&rest);

	(void)arg;
	if (rest.len == 0)
		return (int)of_id(id);
	(void)token(&rest); /* WITH */
	return (int)with_exception(of_id(id), token(&rest));
}

enum licence_class licence_class_of(str expression)
{
	int class;

	return licence_judge(expression, class_grade, NULL, &class) ? (enum licence_class) class
								    : LICENCE_UNKNOWN;
}
