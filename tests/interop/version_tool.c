/* What other programs' answers are held against: on standard input lines of "cvss <tab> VECTOR", "SCHEME
 * <tab> A <tab> B" or "range <tab> LANGUAGE'S NUMBER <tab> SCHEME <tab> RANGE <tab> VERSION"; for each its
 * answer. */
#include <stdio.h>
#include <stdlib.h>

#include "model/range.h"
#include "model/severity.h"

static void answer_range(str line)
{
	AUTO_OP op;
	struct version_spans spans;
	int lang = (int)(str_cut(&line, '\t').p[0] - '0');
	enum version_scheme scheme = version_scheme_of(str_cut(&line, '\t'));
	str range = str_cut(&line, '\t');

	op_init(&op, 0);
	if (lang < 0 || lang >= RANGE_LANGUAGES ||
	    range_parse(&op, (enum range_language)lang, scheme, range, &spans) < 0)
		(void)puts("none");
	else
		(void)puts(range_has(scheme, &spans, line) ? "in" : "out");
}

static void answer(str line)
{
	str what = str_cut(&line, '\t');
	const char *version;
	double score;

	if (str_eq(what, S("cvss"))) {
		if (cvss_score(line, &score, &version))
			(void)printf("%.1f\n", score);
		else
			(void)puts("none");
		return;
	}
	if (str_eq(what, S("range"))) {
		answer_range(line);
		return;
	}
	str a = str_cut(&line, '\t');
	int order = version_compare(version_scheme_of(what), a, line);
	(void)puts(order < 0 ? "<" : order > 0 ? ">" : "=");
}

int main(void)
{
	static char line[8192];

	while (fgets(line, sizeof(line), stdin)) {
		str s = str_of(line);
		answer(str_ends(s, S("\n")) ? str_head(s, s.len - 1) : s);
	}
	return ferror(stdin) ? 1 : 0;
}
