#include "severity.h"

#include <strings.h>

const char *const severities[SEVERITIES] = {
	"unknown", "negligible", "low", "medium", "high", "critical",
};
const char *const severity_titles[SEVERITIES] = {
	"Unknown", "Negligible", "Low", "Medium", "High", "Critical",
};

/* Words beside the titles. */
static const struct {
	const char *word;
	enum severity severity;
} words[] = {
	{ "important", SEVERITY_HIGH }, /* Red Hat, SUSE, AlmaLinux, Rocky, Amazon */
	{ "moderate", SEVERITY_MEDIUM },          { "minor", SEVERITY_LOW },
	{ "none", SEVERITY_NEGLIGIBLE },          /* CVSS */
	{ "informational", SEVERITY_NEGLIGIBLE }, /* RustSec */
	{ "unimportant", SEVERITY_NEGLIGIBLE },   /* Debian */
	{ "untriaged", SEVERITY_UNKNOWN },        /* Ubuntu */
};

static bool is_word(str s, const char *word)
{
	size_t n = strlen(word);

	return (size_t)s.len == n && strncasecmp(s.p, word, n) == 0;
}

enum severity severity_of(str word)
{
	/* Debian marks what nobody has judged: "low**". */
	while (word.len && word.p[word.len - 1] == '*')
		word.len--;
	for (int i = 0; i < SEVERITIES; i++)
		if (is_word(word, severities[i]))
			return (enum severity)i;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(word, words[i].word))
			return words[i].severity;
	return SEVERITY_UNKNOWN;
}

enum severity severity_of_score(double score)
{
	return score >= 9   ? SEVERITY_CRITICAL
	       : score >= 7 ? SEVERITY_HIGH
	       : score >= 4 ? SEVERITY_MEDIUM
	       : score > 0  ? SEVERITY_LOW
			    : SEVERITY_NEGLIGIBLE;
}
