#include "copyright_names.h"

#include "base/buf.h"
#include "model/licence.h"

struct alias {
	str debian; /* lower case */
	str spdx;
};

/* Sorted by the first column's noun, not by byte: people read it. Source: DEP-5; SPDX list 3.25. */
static const struct alias name_table[] = {
	{ S_INIT("expat"), S_INIT("MIT") },
	{ S_INIT("mit"), S_INIT("MIT") },
	{ S_INIT("mit/x11"), S_INIT("MIT") },
	{ S_INIT("mit/expat"), S_INIT("MIT") },
	{ S_INIT("mit-0"), S_INIT("MIT-0") },
	{ S_INIT("mit-cmu"), S_INIT("MIT-CMU") },
	{ S_INIT("x11"), S_INIT("X11") },
	{ S_INIT("isc"), S_INIT("ISC") },
	{ S_INIT("hpnd"), S_INIT("HPND") },
	{ S_INIT("apache"), S_INIT("Apache-2.0") },
	{ S_INIT("apache-2"), S_INIT("Apache-2.0") },
	{ S_INIT("apache-2.0"), S_INIT("Apache-2.0") },
	{ S_INIT("apache2"), S_INIT("Apache-2.0") },
	{ S_INIT("apache-1.1"), S_INIT("Apache-1.1") },
	{ S_INIT("apache-1.0"), S_INIT("Apache-1.0") },
	{ S_INIT("apache-2-llvm-exceptions"), S_INIT("Apache-2.0 WITH LLVM-exception") },
	{ S_INIT("0bsd"), S_INIT("0BSD") },
	{ S_INIT("bsd-1-clause"), S_INIT("BSD-1-Clause") },
	{ S_INIT("bsd-2-clause"), S_INIT("BSD-2-Clause") },
	{ S_INIT("bsd-2"), S_INIT("BSD-2-Clause") },
	{ S_INIT("bsd-3-clause"), S_INIT("BSD-3-Clause") },
	{ S_INIT("bsd-3"), S_INIT("BSD-3-Clause") },
	{ S_INIT("bsd-4-clause"), S_INIT("BSD-4-Clause") },
	{ S_INIT("bsd-4-clause-uc"), S_INIT("BSD-4-Clause-UC") },
	{ S_INIT("bsd-2-clause-netbsd"), S_INIT("BSD-2-Clause") },
	{ S_INIT("bsd-source-code"), S_INIT("BSD-Source-Code") },
	{ S_INIT("zlib"), S_INIT("Zlib") },
	{ S_INIT("libpng"), S_INIT("Libpng") },
	{ S_INIT("libtiff"), S_INIT("libtiff") },
	{ S_INIT("ijg"), S_INIT("IJG") },
	{ S_INIT("ftl"), S_INIT("FTL") },
	{ S_INIT("artistic"), S_INIT("Artistic-1.0-Perl") },
	{ S_INIT("artistic-1"), S_INIT("Artistic-1.0-Perl") },
	{ S_INIT("artistic-1.0"), S_INIT("Artistic-1.0") },
	{ S_INIT("artistic-2"), S_INIT("Artistic-2.0") },
	{ S_INIT("artistic-2.0"), S_INIT("Artistic-2.0") },
	{ S_INIT("perl"), S_INIT("Artistic-1.0-Perl OR GPL-1.0-or-later") },
	{ S_INIT("mpl-1.0"), S_INIT("MPL-1.0") },
	{ S_INIT("mpl-1.1"), S_INIT("MPL-1.1") },
	{ S_INIT("mpl-2"), S_INIT("MPL-2.0") },
	{ S_INIT("mpl-2.0"), S_INIT("MPL-2.0") },
	{ S_INIT("cddl"), S_INIT("CDDL-1.0") },
	{ S_INIT("cddl-1"), S_INIT("CDDL-1.0") },
	{ S_INIT("cddl-1.0"), S_INIT("CDDL-1.0") },
	{ S_INIT("epl-1.0"), S_INIT("EPL-1.0") },
	{ S_INIT("epl-2.0"), S_INIT("EPL-2.0") },
	{ S_INIT("eupl-1.1"), S_INIT("EUPL-1.1") },
	{ S_INIT("eupl-1.2"), S_INIT("EUPL-1.2") },
	{ S_INIT("cc0"), S_INIT("CC0-1.0") },
	{ S_INIT("cc0-1.0"), S_INIT("CC0-1.0") },
	{ S_INIT("cc-by-2.0"), S_INIT("CC-BY-2.0") },
	{ S_INIT("cc-by-2.5"), S_INIT("CC-BY-2.5") },
	{ S_INIT("cc-by-3.0"), S_INIT("CC-BY-3.0") },
	{ S_INIT("cc-by-4.0"), S_INIT("CC-BY-4.0") },
	{ S_INIT("cc-by-sa-2.0"), S_INIT("CC-BY-SA-2.0") },
	{ S_INIT("cc-by-sa-2.5"), S_INIT("CC-BY-SA-2.5") },
	{ S_INIT("cc-by-sa-3.0"), S_INIT("CC-BY-SA-3.0") },
	{ S_INIT("cc-by-sa-4.0"), S_INIT("CC-BY-SA-4.0") },
	{ S_INIT("ofl"), S_INIT("OFL-1.1") },
	{ S_INIT("ofl-1.1"), S_INIT("OFL-1.1") },
	{ S_INIT("sil-1.1"), S_INIT("OFL-1.1") },
	{ S_INIT("openssl"), S_INIT("OpenSSL") },
	{ S_INIT("openldap-2.8"), S_INIT("OLDAP-2.8") },
	{ S_INIT("oldap-2.8"), S_INIT("OLDAP-2.8") },
	{ S_INIT("curl"), S_INIT("curl") },
	{ S_INIT("postgresql"), S_INIT("PostgreSQL") },
	{ S_INIT("ntp"), S_INIT("NTP") },
	{ S_INIT("ruby"), S_INIT("Ruby") },
	{ S_INIT("php-3.01"), S_INIT("PHP-3.01") },
	{ S_INIT("psf-2"), S_INIT("PSF-2.0") },
	{ S_INIT("psf-2.0"), S_INIT("PSF-2.0") },
	{ S_INIT("python-2.0"), S_INIT("Python-2.0") },
	{ S_INIT("vim"), S_INIT("Vim") },
	{ S_INIT("w3c"), S_INIT("W3C") },
	{ S_INIT("wtfpl"), S_INIT("WTFPL") },
	{ S_INIT("wtfpl-2"), S_INIT("WTFPL") },
	{ S_INIT("unlicense"), S_INIT("Unlicense") },
	{ S_INIT("bsl-1.0"), S_INIT("BSL-1.0") },
	{ S_INIT("boost-1.0"), S_INIT("BSL-1.0") },
	{ S_INIT("bzip2-1.0.6"), S_INIT("bzip2-1.0.6") },
	{ S_INIT("afl-2.1"), S_INIT("AFL-2.1") },
	{ S_INIT("afl-3.0"), S_INIT("AFL-3.0") },
	{ S_INIT("blessing"), S_INIT("blessing") },
	{ S_INIT("beerware"), S_INIT("Beerware") },
	{ S_INIT("fsfap"), S_INIT("FSFAP") },
	{ S_INIT("fsful"), S_INIT("FSFUL") },
	{ S_INIT("fsfullr"), S_INIT("FSFULLR") },
	{ S_INIT("icu"), S_INIT("ICU") },
	{ S_INIT("unicode-dfs-2016"), S_INIT("Unicode-DFS-2016") },
	{ S_INIT("unicode-3.0"), S_INIT("Unicode-3.0") },
	{ S_INIT("ncsa"), S_INIT("NCSA") },
	{ S_INIT("tcl"), S_INIT("TCL") },
	{ S_INIT("zpl-2.1"), S_INIT("ZPL-2.1") },
	{ S_INIT("lppl-1.3c"), S_INIT("LPPL-1.3c") },
	{ S_INIT("rsa-md"), S_INIT("RSA-MD") },
	{ S_INIT("sleepycat"), S_INIT("Sleepycat") },
	{ S_INIT("smlnj"), S_INIT("SMLNJ") },
	{ S_INIT("gfdl-niv-1.2"), S_INIT("GFDL-1.2-no-invariants-only") },
	{ S_INIT("gfdl-niv-1.2+"), S_INIT("GFDL-1.2-no-invariants-or-later") },
	{ S_INIT("gfdl-niv-1.3"), S_INIT("GFDL-1.3-no-invariants-only") },
	{ S_INIT("gfdl-niv-1.3+"), S_INIT("GFDL-1.3-no-invariants-or-later") },
};

/* The GNU family: prefix, number, "+" or "-or-later" or "-only". */
static const struct {
	str prefix, spdx;
	const char *numbers; /* that SPDX knows, blank-separated */
} family_table[] = {
	{ S_INIT("agpl"), S_INIT("AGPL"), "1.0 3.0" },
	{ S_INIT("lgpl"), S_INIT("LGPL"), "2.0 2.1 3.0" },
	{ S_INIT("gpl"), S_INIT("GPL"), "1.0 2.0 3.0" },
	{ S_INIT("gfdl"), S_INIT("GFDL"), "1.1 1.2 1.3" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int lower(struct op *op, str in, str *ret)
{
	char *to = op_new(op, char, in.len + 1);

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < in.len; i++)
		to[i] = in.p[i] >= 'A' && in.p[i] <= 'Z' ? (char)(in.p[i] | 0x20) : in.p[i];
	*ret = (str){ to, in.len };
	return 0;
}

static bool strip_end(str *s, str end)
{
	if (!str_ends(*s, end))
		return false;
	s->len -= end.len;
	return true;
}

/* "2" and "2.0" are SPDX's 2.0. False for a number that SPDX has not. */
static bool family_number(str number, const char *known, str *ret)
{
	str list = str_of(known);

	for (str one = str_word(&list); one.len > 0; one = str_word(&list)) {
		if (str_eq(one, number) ||
		    (str_ends(one, S(".0")) && str_eq(str_head(one, one.len - 2), number))) {
			*ret = one;
			return true;
		}
	}
	return false;
}

/* 1 if it is none of the family. */
static int family_name(struct op *op, str key, str *ret)
{
	for (size_t i = 0; i < COUNT(family_table); i++) {
		str rest = str_from(key, family_table[i].prefix.len), number;
		if (!str_starts(key, family_table[i].prefix))
			continue;
		bool later = strip_end(&rest, S("+")) || strip_end(&rest, S("-or-later"));
		if (!later)
			(void)strip_end(&rest, S("-only"));
		if (str_starts(rest, S("-")))
			rest = str_from(rest, 1);
		if (str_starts(rest, S("v")))
			rest = str_from(rest, 1);
		if (!family_number(rest, family_table[i].numbers, &number))
			return 1;
		return op_text(op, ret, "%.*s-%.*s-%s", STR_ARG(family_table[i].spdx),
			       STR_ARG(number), later ? "or-later" : "only");
	}
	return 1;
}

/* 1 if SPDX has no such name. */
static int plain_name(struct op *op, str key, str *ret)
{
	for (size_t i = 0; i < COUNT(name_table); i++) {
		if (str_eq(name_table[i].debian, key)) {
			*ret = name_table[i].spdx;
			return 0;
		}
	}
	return family_name(op, key, ret);
}

/* "NAME with WORD exception"; 1 if one of both is unknown. */
static int with_exception(struct op *op, str key, ptrdiff_t at, str *ret)
{
	str base, word = str_trim(str_from(key, at + 6));
	int rc = plain_name(op, str_trim(str_head(key, at)), &base);

	if (rc != 0)
		return rc;
	if (strip_end(&word, S("exceptions")) || strip_end(&word, S("exception")))
		word = str_trim(word);
	(void)strip_end(&word, S("-"));
	str exception = licence_exception(word, base);
	if (exception.len)
		return op_text(op, ret, "%.*s WITH %.*s", STR_ARG(base), STR_ARG(exception));
	return 1;
}

static bool is_idchar(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-';
}

static int reference(struct op *op, str name, str *ret)
{
	struct buf b;
	bool gap = false;

	buf_init(&b, op, 4096);
	buf_add(&b, S("LicenseRef-"));
	size_t head = b.len;
	for (ptrdiff_t i = 0; i < name.len && b.len < head + 64; i++) {
		if (!is_idchar(name.p[i])) {
			gap = b.len > head;
			continue;
		}
		if (gap)
			buf_char(&b, '-');
		gap = false;
		buf_char(&b, name.p[i]);
	}
	buf_add(&b, b.len == head ? S("unnamed") : S(""));
	return buf_take(&b, ret);
}

int copyright_name(struct op *op, str name, str *ret)
{
	str key;
	int rc = lower(op, str_trim(name), &key);

	if (rc < 0)
		return rc;
	if (str_ends(key, S(",")) || str_ends(key, S(".")))
		key.len--;
	ptrdiff_t with = str_find_str(key, S(" with "));
	rc = with > 0 ? with_exception(op, key, with, ret) : plain_name(op, key, ret);
	return rc == 1 ? reference(op, str_trim(name), ret) : rc;
}
