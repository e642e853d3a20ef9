/*
 * Names are compared by a key: words of lower-case letters, digits, '.' and '+', joined by '-';
 * without the words that say nothing ("the", "licence", "version") and the "v" before a number.
 */
#include <string.h>
#include <strings.h>

#include "licence_impl.h"

enum { KEY_MAX = 160 /* bytes of a key: longer names are texts */ };

/* ---- the list ---- */

static int order(const char *a, str b)
{
	size_t n = strlen(a), m = (size_t)b.len;
	int rc = strncasecmp(a, b.p, n < m ? n : m);

	return rc ? rc : n < m ? -1 : n > m;
}

const char *licence_find_id(str id, bool exception)
{
	const char *const *list = exception ? licence_exceptions : licence_ids;
	size_t low = 0, high = exception ? licence_exceptions_n : licence_ids_n;

	while (low < high && id.len > 0) {
		size_t middle = low + (high - low) / 2;
		int rc = order(list[middle], id);
		if (rc == 0)
			return list[middle];
		if (rc < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool licence_known(str id, bool exception)
{
	return licence_find_id(id, exception) != NULL;
}

/* ---- keys ---- */

struct key {
	char text[KEY_MAX + 1];
	ptrdiff_t n;
	bool long_one; /* it did not fit */
};

static void put(struct key *k, char c)
{
	if (k->n < KEY_MAX)
		k->text[k->n++] = c;
	else
		k->long_one = true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' ||
	       c == '+';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool says_nothing(str word)
{
	static const char *const words[] = { "the",      "license",  "licence", "licenses",
					     "licences", "licensed", "version", "ver",
					     "ver.",     "vers",     "under",   "software",
					     "an",       "a" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (word.len == (ptrdiff_t)strlen(words[i]) &&
		    strncasecmp(word.p, words[i], (size_t)word.len) == 0)
			return true;
	}
	return false;
}

/* One word behind the others; `apart`: "gplv2" is "gpl-2" and "bsd3" is "bsd-3". */
static void add_word(struct key *k, str word, bool apart)
{
	if (word.len && word.p[word.len - 1] == '.')
		word.len--;
	if (word.len == 0 || says_nothing(word))
		return;
	if (word.len > 1 && lower(word.p[0]) == 'v' && is_digit(word.p[1]))
		word = str_from(word, 1);
	if (k->n && word.p[0] != '+')
		put(k, '-');
	for (ptrdiff_t i = 0; i < word.len; i++) {
		bool next = i + 1 < word.len && is_digit(word.p[i + 1]);
		char c = lower(word.p[i]);
		if (apart && i > 0 && is_digit(c) && lower(word.p[i - 1]) >= 'a')
			put(k, '-');
		if (!(apart && i > 0 && c == 'v' && next))
			put(k, c);
		else
			put(k, '-');
		if (apart && i > 0 && c == 'v' && next)
			put(k, lower(word.p[++i]));
	}
}

static str key_of(struct key *k, str name, bool apart)
{
	ptrdiff_t from = 0;

	*k = (struct key){ 0 };
	for (ptrdiff_t i = 0; i <= name.len; i++) {
		if (i < name.len && is_key_char(name.p[i]))
			continue;
		if (i < name.len && str_find(S("&|;()"), name.p[i]) >= 0)
			return S(""); /* not one name */
		add_word(k, (str){ name.p + from, i - from }, apart);
		from = i + 1;
	}
	return k->long_one ? S("") : (str){ k->text, k->n };
}

/* ---- the GNU family ---- */

struct family {
	str prefix;
	const char *spdx;
	const char *numbers; /* that SPDX knows, the lowest first */
};
#define AGPL "AGPL", "1.0 3.0"
#define LGPL "LGPL", "2.0 2.1 3.0"
#define GPL "GPL", "1.0 2.0 3.0"
#define GFDL "GFDL", "1.1 1.2 1.3"
static const struct family families[] = {
	{ S_INIT("gnu-affero-general-public"), AGPL },
	{ S_INIT("affero-general-public"), AGPL },
	{ S_INIT("gnu-affero-gpl"), AGPL },
	{ S_INIT("affero-gpl"), AGPL },
	{ S_INIT("gnu-agpl"), AGPL },
	{ S_INIT("agpl"), AGPL },
	{ S_INIT("gnu-library-or-lesser-general-public"), LGPL },
	{ S_INIT("gnu-lesser-general-public"), LGPL },
	{ S_INIT("gnu-library-general-public"), LGPL },
	{ S_INIT("lesser-general-public"), LGPL },
	{ S_INIT("library-general-public"), LGPL },
	{ S_INIT("gnu-lesser-public"), LGPL },
	{ S_INIT("gnu-lesser-gpl"), LGPL },
	{ S_INIT("lesser-gpl"), LGPL },
	{ S_INIT("gnu-lgpl"), LGPL },
	{ S_INIT("lgpl"), LGPL },
	{ S_INIT("gnu-general-public"), GPL },
	{ S_INIT("general-public"), GPL },
	{ S_INIT("gnu-gpl"), GPL },
	{ S_INIT("gnu-public"), GPL },
	{ S_INIT("gpl"), GPL },
	{ S_INIT("gnu-free-documentation"), GFDL },
	{ S_INIT("free-documentation"), GFDL },
	{ S_INIT("gnu-fdl"), GFDL },
	{ S_INIT("gfdl"), GFDL },
};

static bool is_later(str rest)
{
	static const char *const words[] = { "+",
					     "or-later",
					     "or-newer",
					     "or-greater",
					     "or-above",
					     "or-higher",
					     "or-any-later",
					     "and-later",
					     "and-above",
					     "later",
					     "or-at-your-option-any-later" };

	if (rest.len && rest.p[0] == '-')
		rest = str_from(rest, 1);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_eq(rest, str_of(words[i])))
			return true;
	}
	return false;
}

/* "2" and "2.0" are SPDX's 2.0. False for a number that SPDX has not. */
static bool family_number(str number, const char *known, str *ret)
{
	str list = str_of(known);

	for (str one = str_word(&list); one.len > 0; one = str_word(&list)) {
		if (!str_eq(one, number) &&
		    !(str_ends(one, S(".0")) && str_eq(str_head(one, 1), number)))
			continue;
		*ret = one;
		return true;
	}
	return false;
}

static ptrdiff_t number_length(str s)
{
	ptrdiff_t n = 0;

	while (n < s.len && (is_digit(s.p[n]) || (s.p[n] == '.' && n > 0)))
		n++;
	return n;
}

/* 1: the key is of no such licence, or says no number. */
static int family_name(struct op *op, str key, str *ret)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct family *f = &families[i];
		str rest = str_from(key, f->prefix.len), number;
		if (!str_starts(key, f->prefix))
			continue;
		if (str_eq(rest, S("+"))) { /* any */
			str list = str_of(f->numbers);
			number = str_word(&list);
			return op_text(op, ret, "%s-%.*s-or-later", f->spdx, STR_ARG(number));
		}
		if (rest.len && rest.p[0] == '-')
			rest = str_from(rest, 1);
		str digits = str_head(rest, number_length(rest));
		rest = str_from(rest, digits.len);
		bool only = rest.len == 0 || str_eq(rest, S("-only"));
		if (!family_number(digits, f->numbers, &number) || (!only && !is_later(rest)))
			return 1;
		return op_text(op, ret, "%s-%.*s-%s", f->spdx, STR_ARG(number),
			       only ? "only" : "or-later");
	}
	return 1;
}

/* ---- other names ---- */

static const struct alias {
	str key, spdx;
} aliases[] = {
#define A(key, spdx) { S_INIT(key), S_INIT(spdx) },
	A("expat", "MIT") A("mit-x11", "MIT") A("x11-mit", "MIT") A("mit-expat", "MIT") A(
		"mit-style",
		"MIT") A("x-11", "X11") A("isc-iscl",
					  "ISC") A("iscl",
						   "ISC") A("internet-systems-consortium",
							    "ISC") A("apache",
								     "Apache-2.0") A("apache-2",
										     "Apache-2.0")
		A("asf-2.0", "Apache-2.0") A("asl", "Apache-2.0") A("asl-2.0", "Apache-2.0") A(
			"asl-2",
			"Apache-2.0") A("asl-1.1",
					"Apache-1.1") A("asl-1.0",
							"Apache-1.0") A("al-2.0",
									"Apache-2.0") A("apache-"
											"public-2."
											"0",
											"Apache-2."
											"0")
			A("apache-foundation-2.0",
			  "Apache-2."
			  "0") A("bsd-2",
				 "BSD-2-Clause") A("2-clause-bsd",
						   "BSD-2-Clause") A("bsd-simplified",
								     "BSD-2-Clause") A("simplified-"
										       "bsd",
										       "BSD-2-"
										       "Clause") A("freebsd", "BSD-2-Clause") A("bsd-2clause",
																"BSD-2-Clause")
				A("bsd-two-clause", "BSD-2-Clause") A("two-clause-bsd", "BSD-2-"
											"Clause") A("bsd-3", "BSD-3-Clause") A("3-clause-bsd", "BSD-3-Clause") A(
					"new-bsd",
					"BSD-3-"
					"Clause") A("bsd-new",
						    "BSD-3-Clause") A("modified-bsd",
								      "BSD-3-Clause")
					A("revised-bsd", "BSD-3-Clause") A("bsd-3clause", "BSD-3-"
											  "Clause") A(
						"bsd-"
						"three-"
						"clause",
						"BSD-3-"
						"Clause") A("three-clause-bsd",
							    "BSD-3-Clause") A("edl-1.0",
									      "BSD-3-Clause")
						A("eclipse-distribution-1.0", "BSD-3-Clause") A(
							"go", "BSD-3-"
							      "Clause") A("bsd-4", "BSD-4-Clause")
							A("bsd-with-advertising",
							  "BS"
							  "D-"
							  "4-"
							  "Cl"
							  "au"
							  "s"
							  "e") A("original-bsd",
								 "BSD-4-Clause") A("b"
										   "s"
										   "d"
										   "-"
										   "o"
										   "r"
										   "i"
										   "g"
										   "i"
										   "n"
										   "a"
										   "l",
										   "B"
										   "S"
										   "D"
										   "-"
										   "4"
										   "-"
										   "C"
										   "l"
										   "a"
										   "u"
										   "s"
										   "e")
								A("bsd-old", "BSD-4-Clause") A(
									"4-"
									"clause"
									"-bsd",
									"BSD-4-"
									"Claus"
									"e") A("zero-"
									       "clause-bsd",
									       "0BSD") A("b"
											 "s"
											 "d"
											 "-"
											 "z"
											 "e"
											 "r"
											 "o"
											 "-"
											 "c"
											 "l"
											 "a"
											 "u"
											 "s"
											 "e",
											 "0"
											 "B"
											 "S"
											 "D")
									A("0-clause-bsd", "0BSD") A(
										"bsd-2-"
										"clause"
										"-netbs"
										"d",
										"BSD-2-"
										"Claus"
										"e") A("bsd-2-"
										       "clause-"
										       "freebsd",
										       "BSD-2-"
										       "Clause") A("zlib-"
												   "libpng",
												   "Zlib")
										A("zlib-png",
										  "Zlib") A("boost",
											    "BSL-1."
											    "0") A("bo"
												   "os"
												   "t-"
												   "1."
												   "0",
												   "BS"
												   "L-"
												   "1."
												   "0")
											A(
												"ar"
												"ti"
												"st"
												"i"
												"c",
												"Ar"
												"ti"
												"st"
												"ic"
												"-1"
												".0"
												"-P"
												"er"
												"l") A("artistic-1", "Artistic-1.0-Perl") A("artistic-clarified", "ClArtistic") A("artistic-2", "Artistic-2.0") A("perl", "Artistic-1.0-Perl OR GPL-1.0-or-later") A("perl-5", "Artistic-1.0-Perl OR GPL-1.0-or-later") A("same-as-perl",
																																							  "Artistic-1.0-Perl OR GPL-1.0-or-later") A("mpl", "MPL-1.1") A("mpl-1",
																																															 "MPL-1.0") A("mpl-2",
																																																      "MPL-2.0") A("mozilla-public",
																																																		   "MPL-1.1") A("mozilla-public-1.0", "MPL-1.0") A("mozilla-public-1.1", "MPL-1.1") A("mozilla-public-2.0", "MPL-2.0") A("mozilla-public-2", "MPL-2.0") A("cddl",
																																																																					  "CDDL-1.0") A("cddl-1",
																																																																							"CDDL-1.0") A("common-development-and-distribution-1.0",
																																																																								      "CDDL-1.0") A("common-development-and-distribution-1.1", "CDDL-1.1") A("common-public-1.0", "CPL-1.0") A("cpl",
																																																																																					       "CPL-1.0") A("epl", "EPL-1.0") A("epl-1", "EPL-1.0") A("epl-2", "EPL-2.0") A("eclipse-public",
																																																																																															    "EPL-1.0") A("eclipse-public-1.0", "EPL-1.0") A("eclipse-public-2.0", "EPL-2.0") A("eclipse-public-1",
																																																																																																									       "EPL-1.0") A("eclipse-public-2", "EPL-2.0") A("eupl",
																																																																																																															     "EUPL-1.1") A("european-union-public-1.1",
																																																																																																																	   "EUPL-1.1") A("european-union-public-1.2",
																																																																																																																			 "EUPL-1.2") A("eu-public-1.2", "EUPL-1.2") A("cc0", "CC0-1.0") A("cc-0", "CC0-1.0") A("cc-0-1.0", "CC0-1.0") A("cc0-1.0-universal",
																																																																																																																																	"CC0-1.0") A("creative-commons-zero",
																																																																																																																																		     "CC0-1.0") A("creative-commons-zero-1.0", "CC0-1.0") A("creative-commons-attribution-4.0", "CC-BY-4.0") A("creative-commons-attribution-3.0", "CC-BY-3.0") A("creative-commons-attribution-4.0-international", "CC-BY-4.0") A("ofl",
																																																																																																																																																														   "OFL-1.1") A("sil", "OFL-1.1") A("sil-1.1", "OFL-1.1") A("sil-open-font-1.1", "OFL-1.1") A("open-font-1.1", "OFL-1.1") A("sil-ofl-1.1", "OFL-1.1") A("ofl-1",
																																																																																																																																																																																	"OFL-1.1") A("openldap",
																																																																																																																																																																																		     "OLDAP-2.8") A("openldap-2.8",
																																																																																																																																																																																				    "OLDAP-2.8") A("openldap-public", "OLDAP-2.8") A("postgres",
																																																																																																																																																																																										     "PostgreSQL") A("php",
																																																																																																																																																																																												     "PHP-3.01") A("php-3",
																																																																																																																																																																																														   "PHP-3.0") A("psf", "PSF-2.0") A("psf-2", "PSF-2.0") A("psfl", "PSF-2.0") A("python-foundation", "PSF-2.0") A("python-foundation-2", "PSF-2.0") A("python",
																																																																																																																																																																																																																     "Python-2.0") A("python-2",
																																																																																																																																																																																																																		     "Python-2.0") A("ruby-s",
																																																																																																																																																																																																																				     "Ruby") A("ruby-1.8", "Ruby") A("zpl", "ZPL-2.1") A("zpl-2", "ZPL-2.0") A("zope-public-2.1", "ZPL-2.1") A("zope-public", "ZPL-2.1") A("wtfpl-2",
																																																																																																																																																																																																																																					   "WTFPL") A("wtfpl-2.0",
																																																																																																																																																																																																																																						      "WTFPL") A("do-what-fuck-you-want-to-public", "WTFPL") A("beer-ware",
																																																																																																																																																																																																																																													       "Beerware") A("unlicense-unlicense", "Unlicense") A("unlicence", "Unlicense") A("universal-permissive-1.0",
																																																																																																																																																																																																																																																							       "UPL-1.0") A("upl",
																																																																																																																																																																																																																																																									    "UPL-1.0") A("academic-free-3.0", "AFL-3.0") A("afl",
																																																																																																																																																																																																																																																															   "AFL-3.0") A("academic-free",
																																																																																																																																																																																																																																																																	"AFL-3.0") A("bouncy-castle",
																																																																																																																																																																																																																																																																		     "MIT") A("bouncycastle", "MIT") A("blue-oak-model-1.0.0", "BlueOak-1.0.0") A("lppl-1.3", "LPPL-1.3a") A("latex-project-public-1.3c", "LPPL-1.3c") A("ijg", "IJG") A("libjpeg",
																																																																																																																																																																																																																																																																																							 "IJG") A("freetype",
																																																																																																																																																																																																																																																																																								  "FTL") A("ucb", "BSD-4-Clause-UC") A("icu-unicode",
																																																																																																																																																																																																																																																																																												       "ICU") A("unicode", "Unicode-DFS-2016") A("university-of-illinois-ncsa-open-source", "NCSA") A("w3c-document",
																																																																																																																																																																																																																																																																																																								      "W3C-19980720") A("microsoft-public", "MS-PL") A("microsoft-reciprocal",
																																																																																																																																																																																																																																																																																																														       "MS-RL") A("ms-pl", "MS-PL") A("mspl",
																																																																																																																																																																																																																																																																																																																		      "MS-PL") A("ibm", "IPL-1.0") A("ibm-public-1.0",
																																																																																																																																																																																																																																																																																																																						     "IPL-1.0") A("openssl", "OpenSSL") A("netscape", "NPL-1.1") A("gpl-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0") A("gpl2-w-cpe",
																																																																																																																																																																																																																																																																																																																																								      "GPL-2.0-only WITH Classpath-exception-2.0")
												A("gpl-2-w-cpe", "GPL-2.0-only WITH Classpath-exception-2.0") A("cddl+gpl", "CDDL-1.0 OR GPL-2.0-only") A("cddl-gpl-2+ce", "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0") A(
													"apache-2-llvm-exceptions",
													"Apache-2.0 WITH LLVM-exception") A("gpl-2.0-with-gcc-exception",
																	    "GPL-2.0-only WITH GCC-exception-2.0")
													A("gpl-2.0-with-autoconf-exception", "GPL-2.0-only WITH Autoconf-exception-2.0") A(
														"gpl-2.0-with-bison-exception",
														"GPL-2.0-only WITH Bison-exception-2.2")
														A("gpl-2.0-with-font-exception",
														  "GPL-2.0-only WITH Font-exception-2.0")
															A("gpl-3.0-with-gcc-exception",
															  "GPL-3.0-only WITH GCC-exception-3.1")
																A("gpl-3.0-with-autoconf-exception",
																  "GPL-3.0-only WITH Autoconf-exception-3.0")
#undef A
};

/* By its key: an alias, an identifier or one of the family; 1: none. */
static int by_key(struct op *op, str key, str *ret)
{
	if (key.len == 0)
		return 1;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!str_eq(aliases[i].key, key))
			continue;
		*ret = aliases[i].spdx;
		return 0;
	}
	int rc = family_name(op, key, ret);
	if (rc <= 0)
		return rc;
	const char *id = licence_find_id(key, false);
	if (id)
		*ret = str_of(id);
	return id ? 0 : 1;
}

static int by_both_keys(struct op *op, str name, str *ret)
{
	struct key k;
	int rc = by_key(op, key_of(&k, name, false), ret);

	return rc == 1 ? by_key(op, key_of(&k, name, true), ret) : rc;
}

/* An identifier, in its right case; an old one that says less than another as that. */
static int by_id(struct op *op, str name, str *ret)
{
	bool plus = str_ends(name, S("+"));
	const char *id = licence_find_id(name, false);

	for (size_t i = 0; id && i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (aliases[i].key.len != name.len ||
		    strncasecmp(aliases[i].key.p, name.p, (size_t)name.len) != 0)
			continue;
		*ret = aliases[i].spdx;
		return 0;
	}
	if (id) {
		*ret = str_of(id);
		return 0;
	}
	id = plus ? licence_find_id(str_head(name, name.len - 1), false) : NULL;
	return id ? op_text(op, ret, "%s+", id) : 1;
}

int licence_name(struct op *op, str name, str *ret)
{
	struct key k;
	int rc = family_name(op, key_of(&k, name, false), ret); /* its old identifiers say less */

	if (rc == 1)
		rc = by_id(op, name, ret);
	if (rc == 1)
		rc = by_both_keys(op, name, ret);
	if (rc <= 0)
		return rc;
	/* "Mozilla Public License 2.0 (MPL 2.0)": either will do. */
	ptrdiff_t open = str_rfind(name, '(');
	if (open <= 0 || !str_ends(name, S(")")))
		return 1;
	str outer = str_trim(str_head(name, open)), both;
	str inner = str_trim((str){ name.p + open + 1, name.len - open - 2 });
	if (str_starts(inner, S("or "))) { /* "GPL-2 (or later)" */
		rc = op_text(op, &both, "%.*s %.*s", STR_ARG(outer), STR_ARG(inner));
		return rc < 0 ? rc : by_both_keys(op, both, ret);
	}
	rc = by_both_keys(op, outer, ret);
	return rc == 1 ? by_both_keys(op, inner, ret) : rc;
}
