/*
 * ubuntu: what Ubuntu's security team calls releases and states, in all of its feeds. Source:
 * ubuntu-cve-tracker's README and scripts/cve_lib.py; Canonical's documentation of its OpenVEX.
 */
#ifndef ADVISORY_UBUNTU_H
#define ADVISORY_UBUNTU_H

#include "bulletin.h"

/*
 * "jammy", "esm-infra/xenial", "trusty/esm", "fips-updates/bionic": the release's key, and the
 * channel that brings it ("esm", "FIPS-updates", "": the archive) as ecosystem_of_osv() calls it.
 * False: no release of Ubuntu ("upstream", "devel", a snap).
 */
bool ubuntu_release(str text, str *ret_key, str *ret_channel);

/*
 * A status of the tracker ("released", "needs-triage", "ignored") with what stands in brackets behind
 * it. 1: it says nothing of this release ("DNE": not in it).
 */
int ubuntu_state(str status, str note, enum fix_state *ret);

/* The same of an OpenVEX statement of Canonical's: its status, and its action or impact statement. */
int ubuntu_vex_state(str status, str justification, str statement, enum fix_state *ret);

/* Does a fact of the tracker's say anything? *ret_state is what. */
bool ubuntu_says(str status, str note, enum fix_state *ret_state);

/* What it says of a source package of a release, as what is affected. */
struct ubuntu_fact {
	str key, channel; /* of ubuntu_release() */
	str source, status, note;
	enum fix_state state; /* of ubuntu_says() */
};
void ubuntu_affected(struct bulletin *b, const struct ubuntu_fact *f);

/* Both in one: nothing where it says nothing. */
void ubuntu_fact(struct bulletin *b, str release, str source, str status, str note);

#endif
