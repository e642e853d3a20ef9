#include "python.h"

#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/headers.h"
#include "model/licence.h"

enum {
	LICENCE_LINE = 200,
	LOOK_BACK = 64
}; /* bytes of a licence field that may be a name; longer ones are texts */

/* Fields of which the first one counts; their places are in python_metadata(). */
enum {
	NAME,
	VERSION,
	SUMMARY,
	AUTHOR,
	AUTHOR_MAIL,
	HOME,
	DOWNLOAD,
	EXPRESSION,
	LICENCE,
	LICENCE_FILE,
	SINGLES
};
static const char *const singles[SINGLES] = {
	[NAME] = "Name",
	[VERSION] = "Version",
	[SUMMARY] = "Summary",
	[AUTHOR] = "Author",
	[AUTHOR_MAIL] = "Author-email",
	[HOME] = "Home-page",
	[DOWNLOAD] = "Download-URL",
	[EXPRESSION] = "License-Expression",
	[LICENCE] = "License",
	[LICENCE_FILE] = "License-File",
};

static bool is(str name, const char *want)
{
	str w = str_of(want);

	return name.len == w.len && strncasecmp(name.p, w.p, (size_t)w.len) == 0;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       str_find(S("-_."), c) >= 0;
}

str python_name(str *requirement)
{
	str in = str_trim(*requirement);
	ptrdiff_t n = 0;

	while (n < in.len && is_name_char(in.p[n]))
		n++;
	*requirement = str_from(in, n);
	return str_head(in, n);
}

int python_normal(struct op *op, str name, str *ret)
{
	char *to = op_new(op, char, name.len + 1);
	ptrdiff_t n = 0;

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		bool mark = str_find(S("-_."), c) >= 0;
		if (mark && n && to[n - 1] == '-')
			continue;
		to[n++] = (char)(mark ? '-' : c >= 'A' && c <= 'Z' ? c | 32 : c);
	}
	*ret = (str){ to, n };
	return 0;
}

int python_line(struct op *op, str text, str *ret)
{
	struct buf b;
	str word;

	if (str_find(text, '\n') < 0) {
		*ret = text;
		return 0;
	}
	buf_init(&b, op, LIMIT_STANZA);
	while ((word = str_word(&text)).len) {
		if (b.len)
			buf_char(&b, ' ');
		buf_add(&b, word);
	}
	return buf_take(&b, ret);
}

/* A marker that holds for an extra only: the package works without it. */
static bool is_extra(str marker)
{
	ptrdiff_t at = str_find_str(marker, S("extra"));

	return at >= 0 && (at == 0 || !is_name_char(marker.p[at - 1]));
}

int python_need(struct op *op, struct package *p, str requirement)
{
	str name = python_name(&requirement), normal;
	ptrdiff_t semicolon = str_find(requirement, ';');

	if (!name.len || (semicolon >= 0 && is_extra(str_from(requirement, semicolon + 1))))
		return 0;
	int rc = python_normal(op, name, &normal);
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = p->needs.n; i > 0 && i + LOOK_BACK > p->needs.n; i--)
		if (str_eq(p->needs.p[i - 1], normal))
			return 0; /* it is named once for each marker, one after the other */
	return draft_need(op, p, normal, S(""));
}

/* "Source, https://..." */
static void read_link(struct package *p, str value)
{
	str label = str_trim(str_cut(&value, ','));

	value = str_trim(value);
	if (!p->homepage.len && (is(label, "Homepage") || is(label, "Home")))
		p->homepage = value;
	if (!p->vcs.len && (is(label, "Source") || is(label, "Repository") ||
			    is(label, "Source Code") || is(label, "Code") || is(label, "GitHub")))
		p->vcs = value;
}

static bool is_unknown(str s)
{
	return s.len == 0 || is(s, "UNKNOWN") || is(s, "None");
}

/*
 * License-Expression is exact; License is a name or a whole text; classifiers are of a list, but
 * coarse. "BSD" and the like are told by a classifier as well.
 */
static int read_licence(struct op *op, const str *single, const struct texts *classifiers, str *ret)
{
	struct texts told = { .n = 0 };
	str field = single[LICENCE], one;
	bool is_text = field.len > LICENCE_LINE || str_find(field, '\n') >= 0;
	int rc;

	*ret = S("");
	if (single[EXPRESSION].len)
		return licence_expression(op, single[EXPRESSION], ret);
	if (!is_unknown(field) && !is_text) {
		if ((rc = licence_expression(op, field, ret)) < 0 ||
		    (ret->len && !str_eq(*ret, S("NOASSERTION")) &&
		     str_find_str(*ret, S("LicenseRef-")) < 0))
			return rc;
	}
	for (ptrdiff_t i = 0; i < classifiers->n; i++) {
		if ((rc = licence_expression(op, classifiers->p[i], &one)) < 0)
			return rc;
		if (one.len && !str_eq(one, S("NOASSERTION")) &&
		    (rc = draft_text(op, &told, one)) < 0)
			return rc;
	}
	if (told.n)
		return licence_join(op, &told, ret);
	return is_text ? licence_of_text(op, field, ret) : 0;
}

static int read_header(struct op *op, const struct header *h, struct package *p, str *single,
		       struct texts *classifiers)
{
	for (size_t i = 0; i < SINGLES; i++) {
		if (!is(h->name, singles[i]))
			continue;
		if (!single[i].len)
			single[i] = h->value;
		return 0;
	}
	if (is(h->name, "Requires-Dist"))
		return python_need(op, p, h->value);
	if (is(h->name, "Project-URL"))
		read_link(p, h->value);
	if (is(h->name, "Classifier") && str_starts(h->value, S("License ::")))
		return draft_text(op, classifiers, h->value);
	return 0;
}

int python_metadata(struct op *op, const struct catalog *c, str text, struct package *p,
		    str *licence_file)
{
	struct texts classifiers = { .n = 0 };
	str single[SINGLES] = { 0 }, normal;
	struct header h;
	int rc = 0;

	*p = (struct package){ .type = PACKAGE_PYPI };
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	while (rc == 0 && headers_next(&text, &h))
		rc = read_header(op, &h, p, single, &classifiers);
	if (rc < 0)
		return rc;
	if (licence_file)
		*licence_file = single[LICENCE_FILE];
	p->name = single[NAME];
	p->version = single[VERSION];
	if (!is_unknown(single[HOME]))
		p->homepage = single[HOME];
	if (!is_unknown(single[DOWNLOAD]))
		p->download = single[DOWNLOAD];
	p->author = is_unknown(single[AUTHOR]) ? single[AUTHOR_MAIL] : single[AUTHOR];
	if (is_unknown(p->author))
		p->author = S("");
	if ((rc = python_line(op, is_unknown(single[SUMMARY]) ? S("") : single[SUMMARY],
			      &p->description)) < 0 ||
	    (rc = python_line(op, p->author, &p->author)) < 0 ||
	    (rc = python_normal(op, p->name, &normal)) < 0)
		return rc;
	if (!str_eq(normal, p->name) && (rc = draft_text(op, &p->provides, normal)) < 0)
		return rc;
	return catalog_wants_licences(c) ? read_licence(op, single, &classifiers, &p->licence) : 0;
}
