/*
 * secrets_rules: families of credentials as data: data/secrets.yaml and files of the user's, which have
 * the same form (docs/secrets.md).
 */
#ifndef AUDIT_SECRETS_RULES_H
#define AUDIT_SECRETS_RULES_H

#include "codec/node.h"
#include "codec/patterns.h"
#include "codec/regex.h"
#include "model/severity.h"

enum secret_verify { /* docs/secrets.md says what each asks */
		     VERIFY_ANY,
		     VERIFY_BASE64,
		     VERIFY_BASIC,
		     VERIFY_CRC32,
		     VERIFY_DIGITS,
		     VERIFY_ENTROPY,
		     VERIFY_JWT,
		     VERIFY_KEY,
		     VERIFY_KEY_LOCKED,
		     VERIFY_LETTERS,
		     VERIFY_LENGTH,
		     VERIFY_MIXED,
		     VERIFY_PASSWORD,
		     VERIFY_RANDOM,
		     VERIFIES
};
extern const char *const secret_verifies[VERIFIES]; /* as rules call them */

struct secret_verify_step {
	enum secret_verify what;
	double from, to; /* its numbers, 0 where there are none */
};

struct secret_rule {
	str id, title;
	enum severity severity;
	str pattern, where;    /* where: "FILE:LINE" */
	struct texts keywords; /* with which matches begin; empty: the pattern itself is searched */
	struct texts near;     /* one of these stands within 200 bytes, in any case; or empty */
	struct texts paths;    /* globs of which one must match; or empty */
	struct texts except;   /* values that are none */
	bool anycase, binary;  /* binary: looked for in what is no text too */
	str examples;   /* "only": holds in the paths of `examples` alone; "never": not in these */
	uint64_t group; /* of the pattern, that is the value */
	struct secret_verify_step *step; /* [step_n] */
	ptrdiff_t step_n;
	struct regex *regex;
};

struct secret_rules {
	struct secret_rule
		*rule; /* [n]: the user's first, then the shipped: what comes first wins */
	ptrdiff_t n;
	struct texts skip;       /* globs of paths that are not looked at */
	struct texts examples;   /* globs of paths where private keys are test keys */
	struct texts self_tests; /* globs of programs that carry keys to test themselves with */
};

/* ERR_USAGE with FILE:LINE for what is wrong. The patterns are compiled, but not searched for yet. */
int secrets_rules_read(struct op *op, const struct texts *files, struct secret_rules *ret) MUST_USE;

#endif
