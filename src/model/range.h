/*
 * range: constraints as ecosystems write them, as spans of versions. Sources: npm semver's README
 * (ranges); PEP 440 version specifiers; RubyGems Gem::Requirement; Composer versions.md; Cargo's
 * "Specifying Dependencies"; Maven's version range specification; NuGet's interval notation; GHSA's
 * "vulnerable version range"; vers (package-url vers-spec).
 */
#ifndef MODEL_RANGE_H
#define MODEL_RANGE_H

#include "version.h"

enum range_language {
	RANGE_PLAIN, /* "< 1.2", ">= 1, < 2", "= 1.0", ">1 <2": in the scheme's order; "||" is or */
	RANGE_NPM,
	RANGE_PYPI,
	RANGE_GEM, /* "~> 1.2", commas */
	RANGE_COMPOSER,
	RANGE_CARGO,    /* "^1.2", "~1", ">= 1, < 2" */
	RANGE_INTERVAL, /* "[1.0,2.0)", "(,1.5],[1.7,)": Maven, NuGet */
	RANGE_VERS,     /* "vers:npm/>=1|<2" */
	RANGE_LANGUAGES
};

struct version_spans {
	struct version_span *p; /* [n]: joined by or; sorted, not overlapping */
	ptrdiff_t n;
};

/*
 * range_parse(op, lang, scheme, text, ret): the spans that a constraint takes in, in op. Pieces
 * that exclude a version ("!= 1.5") split a span. ERR_FORMAT for what is none. "*" and "" are all
 * versions.
 */
int range_parse(struct op *op, enum range_language lang, enum version_scheme scheme, str text,
		struct version_spans *ret) MUST_USE;

/* What they leave out: for feeds that say which versions are safe. */
int range_invert(struct op *op, enum version_scheme scheme, const struct version_spans *spans,
		 struct version_spans *ret) MUST_USE;

bool range_has(enum version_scheme scheme, const struct version_spans *spans, str version);

#endif
