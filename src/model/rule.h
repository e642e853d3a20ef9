/*
 * rule: what audit/, lint/ and policy/ look for, and what they found: plain values that report/ shows
 * and waivers hold for. A rule is data (one line of a table beside the code that asks it); a fault is
 * one place where it is broken, with the evidence; a check is one rule's answer.
 *
 * Answers are three-valued. OUTCOME_ERROR means that it cannot be told (a part is unreadable, a feed is
 * missing, a signature cannot be verified yet): a gate takes it for a failure.
 */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include "severity.h"

struct rule {
	const char *id;   /* "config.nonroot"; lint: "DL3007", "DS-0002", "KSV-0012" */
	const char *also; /* what others call it, parted by blanks: "CIS-4.1 CIS-DI-0001 DS-0002" */
	enum severity severity;
	const char *title;     /* what holds where the rule is kept: "The user is not root" */
	const char *rationale; /* why that matters; a sentence or two */
	const char *remedy;    /* what to do; an order */
};

enum outcome_kind { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_ERROR, OUTCOMES };
extern const char *const outcome_kinds[OUTCOMES]; /* "pass", "fail", "error" */

/* The kind of a fault that stands for all of its rule beyond LIMIT_FAULTS: what they are is not known,
 * so that nothing but a waiver of the whole rule holds for it. */
#define FAULT_MORE "more"

struct fault {
	const struct rule *rule;
	str key; /* what stays the same of it from build to build, and tells it from others of its rule: a
		     path, a port, a package's name. For waivers, differences and fingerprints */
	str kind; /* which of several that a rule looks for: "github-pat", "shell"; or empty */
	str what; /* the evidence in one line, without secrets: "usr/bin/su is setuid root (04755)" */
	str path; /* of the file in the image, or of the document that was linted; or empty */
	int line, end_line, col; /* of a document, from 1; 0: none */
	int layer;               /* that brought it; -1: unknown or none */
	str instruction; /* likewise: "RUN chmod u+s /bin/x", "temper: login 1:4.13-1"; or empty */
	str package;     /* purl of whose it is; or empty */
	str remedy;      /* better than the rule's; or empty */
	enum severity severity; /* SEVERITY_UNKNOWN: the rule's */
	bool of_base;           /* a layer of the image that this one was built on brought it */
	/* Why it does not count; both empty: it counts. */
	str waived_by; /* "FILE:LINE" of a waiver or an inline ignore, "policy" of an allowed one,
			  "grace" of one whose time is not over, "vex" or a statement's id */
	str reason;
};

static inline enum severity fault_severity(const struct fault *f)
{
	return f->severity ? f->severity : f->rule->severity;
}

struct check {
	const struct rule *rule;
	enum outcome_kind outcome; /* FAIL where a fault counts */
	str detail;          /* one line: what was looked at, or why it cannot be told; or empty */
	struct fault *fault; /* [fault_n] by layer, path, line, key; those that do not count too */
	ptrdiff_t fault_n;
	bool unread; /* OUTCOME_ERROR since a part of the image could not be read */
};

struct checks {
	struct check *p; /* [n] by the order of their table */
	ptrdiff_t n;
};

/* The check of a rule by its id or one of the other names, or NULL. */
struct check *checks_find(const struct checks *c, str id);

/* For qsort(): by layer, path, line, column, kind, key. */
int fault_compare(const void *a, const void *b);

#endif
