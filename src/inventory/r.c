/*
 * R's packages: LIBRARY/NAME/DESCRIPTION, installed where it has a field Built, else sources.
 * Source: R, "Writing R Extensions", 1.1.1 and 1.1.2.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "codec/headers.h"
#include "model/licence.h"
#include "reading.h"

enum {
	PACKAGE,
	VERSION,
	TITLE,
	LICENCE,
	URL,
	MAINTAINER,
	AUTHOR,
	REPOSITORY,
	BUILT,
	DEPENDS,
	IMPORTS,
	LINKING,
	FIELDS
};

static const str names[FIELDS] = {
	[PACKAGE] = S_INIT("Package"), [VERSION] = S_INIT("Version"),
	[TITLE] = S_INIT("Title"),     [LICENCE] = S_INIT("License"),
	[URL] = S_INIT("URL"),         [MAINTAINER] = S_INIT("Maintainer"),
	[AUTHOR] = S_INIT("Author"),   [REPOSITORY] = S_INIT("Repository"),
	[BUILT] = S_INIT("Built"),     [DEPENDS] = S_INIT("Depends"),
	[IMPORTS] = S_INIT("Imports"), [LINKING] = S_INIT("LinkingTo"),
};

/* "GPL (>= 2) | MIT + file LICENSE": what R writes for one of them, but for the file. */
static const struct {
	str said, means;
} licences[] = {
	{ S_INIT("AGPL-3"), S_INIT("AGPL-3.0-only") },
	{ S_INIT("AGPL (>= 3)"), S_INIT("AGPL-3.0-or-later") },
	{ S_INIT("Apache License (== 2)"), S_INIT("Apache-2.0") },
	{ S_INIT("Apache License (== 2.0)"), S_INIT("Apache-2.0") },
	{ S_INIT("Apache License (>= 2)"), S_INIT("Apache-2.0") },
	{ S_INIT("Apache License (>= 2.0)"), S_INIT("Apache-2.0") },
	{ S_INIT("BSD_2_clause"), S_INIT("BSD-2-Clause") },
	{ S_INIT("BSD_3_clause"), S_INIT("BSD-3-Clause") },
	{ S_INIT("CC0"), S_INIT("CC0-1.0") },
	{ S_INIT("GPL (>= 2)"), S_INIT("GPL-2.0-or-later") },
	{ S_INIT("GPL (>= 2.0)"), S_INIT("GPL-2.0-or-later") },
	{ S_INIT("GPL (>= 3)"), S_INIT("GPL-3.0-or-later") },
	{ S_INIT("GPL (>= 3.0)"), S_INIT("GPL-3.0-or-later") },
	{ S_INIT("GPL-2"), S_INIT("GPL-2.0-only") },
	{ S_INIT("GPL-3"), S_INIT("GPL-3.0-only") },
	{ S_INIT("LGPL (>= 2)"), S_INIT("LGPL-2.0-or-later") },
	{ S_INIT("LGPL (>= 2.1)"), S_INIT("LGPL-2.1-or-later") },
	{ S_INIT("LGPL (>= 3)"), S_INIT("LGPL-3.0-or-later") },
	{ S_INIT("LGPL-2"), S_INIT("LGPL-2.0-only") },
	{ S_INIT("LGPL-2.1"), S_INIT("LGPL-2.1-only") },
	{ S_INIT("LGPL-3"), S_INIT("LGPL-3.0-only") },
};

static int one_licence(struct op *op, str text, str *ret)
{
	ptrdiff_t plus = str_find(text, '+');

	text = str_trim(plus < 0 ? text : str_head(text, plus));
	if (str_starts(text, S("file "))) {
		*ret = S("NOASSERTION");
		return 0;
	}
	for (size_t i = 0; i < sizeof(licences) / sizeof(licences[0]); i++) {
		if (str_eq(text, licences[i].said)) {
			*ret = licences[i].means;
			return 0;
		}
	}
	return licence_expression(op, text, ret);
}

/* Alternatives between bars. One that is not told makes all of them untold. */
static int licence_of(struct op *op, str text, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_STANZA);
	while (text.p && text.len) {
		str one;
		int rc = one_licence(op, str_cut(&text, '|'), &one);
		if (rc < 0)
			return rc;
		if (str_eq(one, S("NOASSERTION"))) {
			*ret = one;
			return 0;
		}
		if (b.len && one.len)
			buf_add(&b, S(" OR "));
		buf_add(&b, one);
	}
	return buf_take(&b, ret);
}

/* "R (>= 3.3), cli, glue (>= 1.6.1)": the names but R itself. */
static int add_needs(struct op *op, str list, struct package *p)
{
	while (list.p && list.len) {
		str one = str_trim(str_cut(&list, ',')), name;
		ptrdiff_t open = str_find(one, '(');
		name = str_trim(open < 0 ? one : str_head(one, open));
		int rc = str_eq(name, S("R")) ? 0 : draft_text(op, &p->needs, name);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* "https://a, https://b": the first. */
static str first_of(str list)
{
	str first = str_cut(&list, ',');

	return str_word(&first);
}

static int read_description(struct reading *r)
{
	str text = r->text, field[FIELDS] = { 0 };
	struct header h;
	int rc;

	while (headers_next(&text, &h)) {
		for (int i = 0; i < FIELDS; i++) {
			if (str_eq(h.name, names[i]) && field[i].len == 0)
				field[i] = h.value;
		}
	}
	if (field[PACKAGE].len == 0 || field[VERSION].len == 0)
		return 0; /* of something else */
	struct package p = { .type = PACKAGE_CRAN,
			     .name = field[PACKAGE],
			     .version = field[VERSION],
			     .description = str_trim(str_cut(&field[TITLE], '\n')),
			     .homepage = first_of(field[URL]),
			     .supplier = field[REPOSITORY],
			     .author = field[MAINTAINER].len ? field[MAINTAINER] : field[AUTHOR] };
	r->how = field[BUILT].len ? EVIDENCE_METADATA : EVIDENCE_DECLARED;
	if ((rc = add_needs(&r->tmp, field[DEPENDS], &p)) < 0 ||
	    (rc = add_needs(&r->tmp, field[IMPORTS], &p)) < 0 ||
	    (rc = add_needs(&r->tmp, field[LINKING], &p)) < 0 ||
	    (rc = package_fact(&r->tmp, &p.facts, "r:built", field[BUILT])) < 0)
		return rc;
	if (catalog_wants_licences(r->c) &&
	    (rc = licence_of(&r->tmp, field[LICENCE], &p.licence)) < 0)
		return rc;
	return reading_add(r, &p, NULL);
}

static int read_r(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_description);
}

const struct cataloger cataloger_r = {
	.name = "r",
	.what = "R's packages, by their DESCRIPTION",
	.wants = { { .glob = "**/DESCRIPTION" } },
	.read = read_r,
};
