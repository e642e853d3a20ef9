/*
 * gate_options: what `temper gate`, `temper policy` and `temper waivers` were asked for.
 */
#ifndef CLI_GATE_OPTIONS_H
#define CLI_GATE_OPTIONS_H

#include "scan_options.h"

struct gate_options {
	struct texts output, policy, waivers, from, insecure, vex, secret_rules, secret_skip;
	str base, db, platform, name, store, progress, warn_days, against;
	bool explain, trust, offline, quiet, verbose, no_secrets, json, all;
};

verb_run verb_gate_run, verb_policy_run, verb_waivers_run;

/* clang-format off */
/* How an image that is to be judged is looked at; at(member) as in scan_options.h. */
#define GATE_LOOK_OPTIONS(at) \
	{ "base", 0, OPTION_TEXT, "IMAGE", at(base), "What is looked at", \
	  "The image that this one was built on: compared with it, and taken for the current one." }, \
	{ "vex", 0, OPTION_TEXTS, "FILE", at(vex), "What is looked at", \
	  "Statements (OpenVEX, CSAF, CycloneDX) of what does not affect this; or a directory of them.", \
	  .hint = OPTION_HINT_FILE }, \
	{ "no-secrets", 0, OPTION_FLAG, NULL, at(no_secrets), "What is looked at", \
	  "Look for no secrets: rules that ask for them cannot be told then." }, \
	{ "secret-rules", 0, OPTION_TEXTS, "FILE", at(secret_rules), "What is looked at", \
	  "Rules of your own for secrets; may be given several times.", .hint = OPTION_HINT_FILE }, \
	{ "secret-skip", 0, OPTION_TEXTS, "GLOB", at(secret_skip), "What is looked at", \
	  "Paths where no secrets are looked for; may be given several times." }, \
	{ "name", 0, OPTION_TEXT, "NAME", at(name), "What is looked at", \
	  "What the image is called: policies and waivers are for images by their names." }, \
	{ "platform", 0, OPTION_TEXT, "PLATFORM", at(platform), "What is looked at", \
	  "Of a multi-platform image, the one to look at; without it, this machine's." }
/* clang-format on */

#endif
