/*
 * facts: all that a policy may judge an image by, as plain values: the inventory with its findings
 * (report), the configuration, the checks of the audit, what became weaker than in the base image.
 * Made of an image (scan/facts.h), or read back from the document that `temper policy input` writes
 * (policy/facts_json.h), whose layout is docs/policy-input.md, version FACTS_VERSION.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "config.h"
#include "hardening.h"
#include "report.h"
#include "rule.h"

#define FACTS_VERSION "1"

struct facts_base { /* the image that this one was built on */
	bool known;
	str name;             /* "registry.example/base/nginx:1.26" */
	struct digest digest; /* zeros: not told */
	bool current_known;   /* what the name stands for now was looked up */
	struct digest current;
	int64_t created, current_created; /* 0: not known */
	ptrdiff_t layers;                 /* of the image that are the base's, from the lowest */
};

struct facts {
	const struct report *report; /* whole, with its inventory; waivers not applied yet */
	struct config config;
	struct checks checks; /* every rule of the audit */
	struct facts_base base;
	const struct hardening *hardening; /* against the base, or NULL: was not compared */
	struct texts
		attestations; /* predicate types that are attached; whether they verify is not told */
	int64_t time;         /* when the image was looked at; seconds since 1970 */
};

#endif
