#include "ubuntu.h"

/* The half of a release that is no codename. Source: cve_lib.py, "external_releases" and "subprojects";
 * names of channels: the ecosystems of Canonical's OSV. */
static const struct {
	const char *word, *channel;
} channels[] = {
	{ "bluefield", "Nvidia-BlueField" },
	{ "esm", "esm" },
	{ "esm-apps", "esm" },
	{ "esm-apps-legacy", "esm" },
	{ "esm-infra", "esm" },
	{ "esm-infra-legacy", "esm" },
	{ "fips", "FIPS" },
	{ "fips-preview", "FIPS-preview" },
	{ "fips-updates", "FIPS-updates" },
	{ "realtime", "Realtime" },
	{ "ros-esm", "esm" },
};

bool ubuntu_release(str text, str *ret_key, str *ret_channel)
{
	ptrdiff_t slash = str_find(text, '/');
	str first = slash < 0 ? text : str_head(text, slash), second = { 0 };

	*ret_channel = S("");
	if (slash >= 0)
		second = str_from(text, slash + 1);
	*ret_key = ecosystem_of_codename(first);
	str word = ret_key->len ? second : first;
	if (ret_key->len == 0)
		*ret_key = ecosystem_of_codename(second);
	if (!str_starts(*ret_key, S("ubuntu:")))
		return false;
	if (word.len == 0)
		return slash < 0;
	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
		if (str_eq(word, str_of(channels[i].word))) {
			*ret_channel = str_of(channels[i].channel);
			return true;
		}
	return false;
}

/* Source: ubuntu-cve-tracker's README, "Status". "released" has a version, or says nothing. */
static const struct {
	const char *status;
	enum fix_state state;
} states[] = {
	{ "active", FIX_AFFECTED },
	{ "deferred", FIX_DEFERRED },
	{ "ignored", FIX_WILL_NOT },
	{ "in-progress", FIX_AFFECTED },
	{ "needed", FIX_AFFECTED },
	{ "needs-triage", FIX_INVESTIGATING },
	{ "not-affected", FIX_NOT_AFFECTED },
	{ "pending", FIX_AFFECTED },
	{ "released", FIX_FIXED },
};

/* Why something is ignored that is not the team's choice. Source: the notes of all that is ignored. */
static const char *const ends[] = {
	"end of life",         "end of standard support", "end-of-life",
	"end-of-standard",     "out of standard support", "out of support",
	"no longer supported",
};

static bool holds_one(str text, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find_str(text, str_of(word[i])) >= 0)
			return true;
	return false;
}

int ubuntu_state(str status, str note, enum fix_state *ret)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!str_eq(status, str_of(states[i].status)))
			continue;
		*ret = states[i].state;
		if (*ret == FIX_WILL_NOT && holds_one(note, ends, sizeof(ends) / sizeof(ends[0])))
			*ret = FIX_END_OF_LIFE;
		return 0;
	}
	return 1;
}

/* What a statement of "affected" says one should do. Source: Canonical's OpenVEX documents. */
static const struct {
	const char *text;
	enum fix_state state;
} actions[] = {
	{ "no longer supported", FIX_END_OF_LIFE },
	{ "decided to not fix", FIX_WILL_NOT },
	{ "decided not to fix", FIX_WILL_NOT },
	{ "deferred", FIX_DEFERRED },
	{ "postponed", FIX_DEFERRED },
	{ "needs fixing", FIX_AFFECTED },
};

int ubuntu_vex_state(str status, str justification, str statement, enum fix_state *ret)
{
	ptrdiff_t notes = str_find_str(statement, S("CVE Notes"));

	if (str_eq(status, S("not_affected"))) {
		*ret = FIX_NOT_AFFECTED;
		/* "does not exist in the archive": nothing is said of what is installed. */
		return str_eq(justification, S("component_not_present"));
	}
	if (str_eq(status, S("under_investigation"))) {
		*ret = FIX_INVESTIGATING;
		return 0;
	}
	if (!str_eq(status, S("affected"))) {
		*ret = FIX_FIXED;
		return !str_eq(status, S("fixed"));
	}
	*ret = FIX_AFFECTED;
	if (notes >= 0) /* what people wrote about it is no state */
		statement = str_head(statement, notes);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (str_find_str(statement, str_of(actions[i].text)) >= 0) {
			*ret = actions[i].state;
			return 0;
		}
	return 0;
}

/* Versions begin with a digit (deb-version(7)); other notes are sentences. */
static bool is_version(str note)
{
	return note.len && note.p[0] >= '0' && note.p[0] <= '9' && str_find(note, ' ') < 0;
}

bool ubuntu_says(str status, str note, enum fix_state *ret_state)
{
	return ubuntu_state(status, note, ret_state) == 0 &&
	       (*ret_state != FIX_FIXED || is_version(note));
}

void ubuntu_affected(struct bulletin *b, const struct ubuntu_fact *f)
{
	struct affected *a = bulletin_affected(b, f->key, f->source, AFFECTED_SOURCE);

	bulletin_only(b, a, "channel", f->channel);
	if (!a)
		return;
	if (f->state == FIX_FIXED)
		bulletin_until(b, a, f->note);
	a->state = f->state;
	if (f->state != FIX_FIXED && f->state != FIX_NOT_AFFECTED)
		a->urgency = f->status;
}

void ubuntu_fact(struct bulletin *b, str release, str source, str status, str note)
{
	struct ubuntu_fact f = { .source = source, .status = status, .note = note };

	if (ubuntu_release(release, &f.key, &f.channel) && ubuntu_says(status, note, &f.state))
		ubuntu_affected(b, &f);
}
