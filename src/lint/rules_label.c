#include "dockerfile_impl.h"
#include "dockerfile_rules.h"
#include "model/licence.h"

/* Rules of LABEL: names, and what the user requires of values. */

static bool lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool hex(char c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const char *key_fault(str key)
{
	static const char *const reserved[] = { "com.docker.", "io.docker.", "org.dockerproject." };

	for (size_t i = 0; i < 3; i++)
		if (str_starts(key, str_of(reserved[i])))
			return "is in a namespace that Docker keeps for itself";
	for (ptrdiff_t i = 0; i < key.len; i++) {
		char c = key.p[i];

		if (!lower(c) && !digit(c) && c != '.' && c != '-' && c != '_')
			return "may have lower-case letters, digits, '.', '-' and '_' only";
		if (i > 0 && (c == '.' || c == '-') && key.p[i - 1] == c)
			return "has two separators side by side";
	}
	if (key.len == 0 || !lower(key.p[0]))
		return "must begin with a lower-case letter";
	return lower(key.p[key.len - 1]) || digit(key.p[key.len - 1])
		       ? NULL
		       : "must end with a letter or a digit";
}

static int ask_key(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->word_n; i++) {
		str key = dockerfile_bare(a, a->step->word[i].text);
		const char *why = str_find(key, '$') < 0 ? key_fault(key) : NULL;

		if (!why)
			continue;
		int rc = dockerfile_fault_word(a, a->step, &a->step->word[i], "the label %.*s %s",
					       STR_ARG(key), why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static str type_of(const struct dockerfile_ask *a, str key)
{
	for (ptrdiff_t i = 0; i < a->wish->labels.n; i++)
		if (str_eq(a->wish->labels.p[i].key, key))
			return a->wish->labels.p[i].value;
	return (str){ 0 };
}

/* Is the label set in the stage, or one that it is built on? */
static bool has_label(struct dockerfile_ask *a, str key)
{
	int stage = (int)(a->stage - a->d->stage);

	while (stage >= 0) {
		const struct dockerfile_stage *s = &a->d->stage[stage];

		for (ptrdiff_t i = s->step; i < s->step + s->step_n; i++)
			for (ptrdiff_t j = 0; j < a->d->step[i].word_n; j++)
				if (a->d->step[i].kind == DOCKERFILE_LABEL &&
				    str_eq(dockerfile_bare(a, a->d->step[i].word[j].text), key))
					return true;
		stage = s->base_stage;
	}
	return false;
}

static int ask_missing(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->wish->labels.n && a->stage - a->d->stage == a->d->target;
	     i++) {
		str key = a->wish->labels.p[i].key;

		if (has_label(a, key))
			continue;
		int rc = dockerfile_fault(a, a->step, NULL, key, "the label %.*s is missing",
					  STR_ARG(key));
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int ask_superfluous(struct dockerfile_ask *a)
{
	for (ptrdiff_t i = 0; i < a->step->word_n && a->wish->strict_labels; i++) {
		str key = dockerfile_bare(a, a->step->word[i].text);

		if (type_of(a, key).p)
			continue;
		int rc = dockerfile_fault_word(a, a->step, &a->step->word[i],
					       "the label %.*s is none of those that are wanted",
					       STR_ARG(key));
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool valid_text(str s)
{
	return str_trim(s).len > 0;
}

static bool valid_url(str s)
{
	ptrdiff_t at = str_find_str(s, S("://"));
	str host = str_from(s, at + 3);

	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '<' || s.p[i] == '>')
			return false;
	for (ptrdiff_t i = 0; i < at; i++)
		if (!lower((char)(s.p[i] | 0x20)) &&
		    (i == 0 || (!digit(s.p[i]) && !strchr("+-.", s.p[i]))))
			return false;
	return at > 0 && host.len > 0 && host.p[0] != '/';
}

static bool digits(str s, ptrdiff_t at, ptrdiff_t n, int least, int most)
{
	int value = 0;

	if (s.len < at + n)
		return false;
	for (ptrdiff_t i = at; i < at + n; i++) {
		if (!digit(s.p[i]))
			return false;
		value = value * 10 + (s.p[i] - '0');
	}
	return value >= least && value <= most;
}

/* RFC 3339, 5.6. */
static bool valid_time(str s)
{
	if (!digits(s, 0, 4, 0, 9999) || s.len < 20 || s.p[4] != '-' || !digits(s, 5, 2, 1, 12) ||
	    s.p[7] != '-' || !digits(s, 8, 2, 1, 31) ||
	    (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') || !digits(s, 11, 2, 0, 23) ||
	    s.p[13] != ':' || !digits(s, 14, 2, 0, 59) || s.p[16] != ':' ||
	    !digits(s, 17, 2, 0, 60))
		return false;
	str zone = str_from(s, 19);
	if (zone.p[0] == '.') {
		zone = str_from(zone, 1);
		if (zone.len == 0 || !digit(zone.p[0]))
			return false;
		while (zone.len > 0 && digit(zone.p[0]))
			zone = str_from(zone, 1);
	}
	if (str_eq(zone, S("Z")) || str_eq(zone, S("z")))
		return true;
	return zone.len == 6 && (zone.p[0] == '+' || zone.p[0] == '-') &&
	       digits(zone, 1, 2, 0, 23) && zone.p[3] == ':' && digits(zone, 4, 2, 0, 59);
}

/* An SPDX expression of identifiers that the list has. */
static bool valid_spdx(str s)
{
	bool wants = true, exception = false;
	int depth = 0;

	while (s.len > 0) {
		if (s.p[0] == ' ' || s.p[0] == '(' || s.p[0] == ')') {
			depth += s.p[0] == '(' ? 1 : s.p[0] == ')' ? -1 : 0;
			if (depth < 0)
				return false;
			s = str_from(s, 1);
			continue;
		}
		ptrdiff_t n = 0;
		while (n < s.len && s.p[n] != ' ' && s.p[n] != '(' && s.p[n] != ')')
			n++;
		str word = str_head(s, n);
		s = str_from(s, n);
		if (!wants) {
			exception = str_eq(word, S("WITH"));
			if (!exception && !str_eq(word, S("AND")) && !str_eq(word, S("OR")))
				return false;
			wants = true;
			continue;
		}
		if (str_ends(word, S("+")))
			word.len--;
		if (!licence_known(word, exception) && !str_starts(word, S("LicenseRef-")))
			return false;
		wants = exception = false;
	}
	return !wants && depth == 0;
}

static bool valid_hash(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (!hex(s.p[i]))
			return false;
	return s.len == 7 || s.len == 40 || s.len == 64;
}

/* Dot-parted identifiers of semver 2.0.0, 9 and 10. */
static bool identifiers(str s, bool numbers)
{
	while (s.p) {
		str one = str_cut(&s, '.');
		bool number = true;

		for (ptrdiff_t i = 0; i < one.len; i++) {
			number = number && digit(one.p[i]);
			if (!digit(one.p[i]) && !lower((char)(one.p[i] | 0x20)) && one.p[i] != '-')
				return false;
		}
		if (one.len == 0 || (numbers && number && one.len > 1 && one.p[0] == '0'))
			return false;
	}
	return true;
}

static bool valid_semver(str s)
{
	str build = s, pre;

	s = str_cut(&build, '+');
	pre = s;
	s = str_cut(&pre, '-');
	for (int i = 0; i < 3; i++) {
		str part = str_cut(&s, '.');

		if (part.len == 0 || (part.len > 1 && part.p[0] == '0'))
			return false;
		for (ptrdiff_t j = 0; j < part.len; j++)
			if (!digit(part.p[j]))
				return false;
	}
	return !s.p && (!pre.p || identifiers(pre, true)) &&
	       (!build.p || identifiers(build, false));
}

static bool valid_email(str s)
{
	ptrdiff_t at = str_rfind(s, '@');
	str host = str_from(s, at + 1);

	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || strchr("<>(),;:\\\"[]", s.p[i]))
			return false;
	return at > 0 && host.len > 0 && str_find(host, '@') < 0 && host.p[0] != '.' &&
	       host.p[0] != '-' && host.p[host.len - 1] != '.' &&
	       str_find(str_head(s, at), '@') < 0;
}

struct label_type {
	const char *names; /* of the type, parted by blanks: ours first */
	bool (*valid)(str value);
	const char *what;
};

static const struct label_type types[] = {
	{ "text rawText", valid_text, "empty" },
	{ "url", valid_url, "no URL" },
	{ "rfc3339", valid_time, "no time as RFC 3339 writes it" },
	{ "spdx", valid_spdx, "no SPDX licence expression" },
	{ "hash", valid_hash, "no hash of git" },
	{ "semver", valid_semver, "no semantic version" },
	{ "email", valid_email, "no address of mail" },
};

/* Labels of the type that `with` is. An empty value is the matter of the first of them alone. */
static int ask_type(struct dockerfile_ask *a)
{
	const struct label_type *type = a->row->with;
	bool text = type == &types[0];

	for (ptrdiff_t i = 0; i < a->step->word_n; i++) {
		const struct dockerfile_word *w = &a->step->word[i];
		str key = dockerfile_bare(a, w->text), value = dockerfile_bare(a, w->value);
		str of = type_of(a, key);

		if (!of.p || (!text && !word_in(of, type->names)) || str_find(value, '$') >= 0 ||
		    (!text && str_trim(value).len == 0) || type->valid(value))
			continue;
		int rc = text ? dockerfile_fault_word(a, a->step, w, "the label %.*s is empty",
						      STR_ARG(key))
			      : dockerfile_fault_word(a, a->step, w, "the label %.*s is %s: %.*s",
						      STR_ARG(key), type->what,
						      STR_ARG(str_head(value, 80)));
		if (rc < 0)
			return rc;
	}
	return 0;
}

#define WANTED "Tools sort, link and verify images by their labels; a wrong one is worse than none."

const struct dockerfile_rule dockerfile_label_rules[] = {
	{ { "DL3048", "", SEVERITY_NEGLIGIBLE, "Names of labels are well formed",
	    "Docker's rules for them keep vendors' labels apart; other names may be refused or "
	    "misread.",
	    "Lower-case letters, digits, '.' and '-', in a namespace of your own: "
	    "org.example.name." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_key,
	  NULL,
	  false },
	{ { "DL3049", "", SEVERITY_LOW, "All labels that are required are there", WANTED,
	    "Add the label." },
	  ASK_STAGE,
	  0,
	  ask_missing,
	  NULL,
	  false },
	{ { "DL3050", "", SEVERITY_LOW, "There are no other labels than those required",
	    "The list is meant to be complete: another label is a mistake in its name, mostly.",
	    "Leave it out, or add it to the list." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_superfluous,
	  NULL,
	  false },
	{ { "DL3051", "", SEVERITY_MEDIUM, "Required labels are not empty", WANTED,
	    "Give it a value." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[0],
	  false },
	{ { "DL3052", "", SEVERITY_MEDIUM, "Labels that are URLs are valid", WANTED,
	    "Write scheme, host and path: https://example.org/x." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[1],
	  false },
	{ { "DL3053", "", SEVERITY_MEDIUM, "Labels that are times are valid", WANTED,
	    "Write it as RFC 3339 does: 2026-11-22T12:00:00Z." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[2],
	  false },
	{ { "DL3054", "", SEVERITY_MEDIUM, "Labels that are licences are SPDX expressions", WANTED,
	    "Write identifiers of the SPDX list: Apache-2.0 OR MIT." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[3],
	  false },
	{ { "DL3055", "", SEVERITY_MEDIUM, "Labels that are hashes are those of git", WANTED,
	    "Write 7 or 40 hexadecimal digits (64 of SHA-256)." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[4],
	  false },
	{ { "DL3056", "", SEVERITY_MEDIUM, "Labels that are versions are semantic ones", WANTED,
	    "Write MAJOR.MINOR.PATCH." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[5],
	  false },
	{ { "DL3058", "", SEVERITY_MEDIUM, "Labels that are addresses of mail are valid", WANTED,
	    "Write name@example.org." },
	  ASK_STEP,
	  STEP(LABEL),
	  ask_type,
	  &types[6],
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
