/*
 * A text is compared by its words: lower case, letters and digits only, those of one byte left out,
 * so that numbering, bullets and line breaks do not count. Lines that name a holder ("Copyright (c)
 *...") are passed over. A running hash of all words so far gives the hash of any run of them at
 * once:
 *
 *	hash(a, b) = sum[b] - sum[a] * BASE^(b - a)
 */
#include <string.h>

#include "base/limits.h"
#include "licence_impl.h"

enum {
	TEXT_MAX =
		256
		<< 10,  /* bytes that are looked at: AGPL-3.0 has 34 KiB, and files hold several */
	GAP_MAX = 16,   /* words of a holder's name */
	FOUND_MAX = 8,  /* licences in one file */
	REST_MAX = 60,  /* words that may stand around them: titles, notices */
	LONG_ONE = 500, /* words; longer ones have preambles and appendices that copies lack */
};
static const uint64_t base = 0x100000001B3;

struct words {
	uint64_t *sum, *power; /* [n + 1] */
	bool *taken;           /* [n]: of a licence that was found */
	ptrdiff_t n;
};

static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : ' ';
}

/* "Copyright (c) 2001 Somebody": the word, and behind its blanks what is no word. */
static bool names_holder(str line)
{
	static const char word[] = "copyright";
	ptrdiff_t i = 0;

	line = str_trim(line);
	while (word[i] && i < line.len && folded(line.p[i]) == word[i])
		i++;
	if (word[i])
		return false;
	line = str_trim(str_from(line, i));
	return line.len &&
	       (str_find(S("([<"), line.p[0]) >= 0 || (line.p[0] >= '0' && line.p[0] <= '9') ||
		(unsigned char)line.p[0] >= 0x80);
}

static void add_word(struct words *w, str word)
{
	uint64_t h = UINT64_C(14695981039346656037);

	if (word.len < 2 || str_eq(word, S("http")) || str_eq(word, S("https")))
		return;
	for (ptrdiff_t i = 0; i < word.len; i++)
		h = (h ^ (uint8_t)folded(word.p[i])) * UINT64_C(1099511628211);
	w->sum[w->n + 1] = w->sum[w->n] * base + h;
	w->power[w->n + 1] = w->power[w->n] * base;
	w->n++;
}

static void add_line(struct words *w, str line)
{
	ptrdiff_t from = 0;

	for (ptrdiff_t i = 0; i <= line.len; i++) {
		if (i < line.len && folded(line.p[i]) != ' ')
			continue;
		add_word(w, (str){ line.p + from, i - from });
		from = i + 1;
	}
}

static int read_words(struct op *op, str text, struct words *w)
{
	w->sum = op_new(op, uint64_t, text.len / 2 + 2);
	w->power = op_new(op, uint64_t, text.len / 2 + 2);
	w->taken = op_new(op, bool, text.len / 2 + 2);
	if (!w->sum || !w->power || !w->taken)
		return op->code;
	w->power[0] = 1;
	while (text.p) {
		str line = str_cut(&text, '\n');
		if (!names_holder(line))
			add_line(w, line);
	}
	return 0;
}

static bool run_is(const struct words *w, ptrdiff_t at, const struct licence_segment *s)
{
	return at + s->words <= w->n &&
	       w->sum[at + s->words] - w->sum[at] * w->power[s->words] == s->hash;
}

/* Where the licence that begins at `at` ends; -1: another one, or none. */
static ptrdiff_t match_at(const struct words *w, ptrdiff_t at, const struct licence_print *p)
{
	const struct licence_segment *s = &licence_segments[p->first];

	if (!run_is(w, at, s))
		return -1;
	at += s->words;
	for (int i = 1; i < p->n; i++) {
		int gap = 0;
		while (gap <= GAP_MAX && !run_is(w, at + gap, &s[i]))
			gap++;
		if (gap > GAP_MAX)
			return -1;
		at += gap + s[i].words;
	}
	return at;
}

/* All places of one licence; whether there is one that is of no longer licence. */
static bool find_print(struct words *w, const struct licence_print *p)
{
	bool found = false;

	for (ptrdiff_t at = 0; at + p->words <= w->n; at++) {
		ptrdiff_t end = w->taken[at] ? -1 : match_at(w, at, p);
		if (end < 0)
			continue;
		memset(w->taken + at, true, (size_t)(end - at));
		found = true;
		at = end - 1;
	}
	return found;
}

int licence_words(struct op *op, str text, str *ret)
{
	struct words w = { 0 };
	str found[FOUND_MAX];
	struct texts all = { found, 0 };
	ptrdiff_t matched = 0;

	if (text.len > TEXT_MAX)
		return 1;
	int rc = read_words(op, text, &w);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < licence_prints_n && all.n < FOUND_MAX; i++) {
		if (find_print(&w, &licence_prints[i]))
			found[all.n++] = str_of(licence_prints[i].id);
	}
	for (ptrdiff_t i = 0; i < w.n; i++)
		matched += w.taken[i];
	ptrdiff_t rest = w.n - matched;
	if (all.n == 0 || rest > (matched > LONG_ONE ? matched / 4 * 3 : REST_MAX))
		return 1;
	return licence_join(op, &all, ret);
}
