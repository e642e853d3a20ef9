/*
 * CVSS 4.0. Source: FIRST's CVSS v4.0 specification, 8 (scoring), tables 24 to 30 (the highest vectors of
 * each equivalence class and their depths).
 *
 * A vector belongs to one class of each of EQ1, EQ2, EQ3 and 6, EQ4 and EQ5; the five make a MacroVector,
 * which has a score. From it goes the mean, over the classes with a lower neighbour, of the score's
 * distance to that neighbour times the vector's place in its class: its steps below a highest vector
 * over the class's depth. All in whole numbers: the depths divide 840.
 */
#include "cvss_impl.h"

#include "cvss4_data.h"

enum {
	AV,
	AC,
	AT,
	PR,
	UI,
	VC,
	VI,
	VA,
	SC,
	SI,
	SA, /* required */
	E,
	CR,
	IR,
	AR,
	MAV,
	MAC,
	MAT,
	MPR,
	MUI,
	MVC,
	MVI,
	MVA,
	MSC,
	MSI,
	MSA,
	S_,
	AU,
	R,
	V,
	RE,
	U,
	METRICS4
};

/* Values from worst to best; of those that may be "X", it comes first. */
static const struct cvss_metric metrics[METRICS4] = {
	[AV] = { "AV", "N A L P", NULL },     [AC] = { "AC", "L H", NULL },
	[AT] = { "AT", "N P", NULL },         [PR] = { "PR", "N L H", NULL },
	[UI] = { "UI", "N P A", NULL },       [VC] = { "VC", "H L N", NULL },
	[VI] = { "VI", "H L N", NULL },       [VA] = { "VA", "H L N", NULL },
	[SC] = { "SC", "H L N", NULL },       [SI] = { "SI", "H L N", NULL },
	[SA] = { "SA", "H L N", NULL },       [E] = { "E", "X A P U", NULL },
	[CR] = { "CR", "X H M L", NULL },     [IR] = { "IR", "X H M L", NULL },
	[AR] = { "AR", "X H M L", NULL },     [MAV] = { "MAV", "X N A L P", NULL },
	[MAC] = { "MAC", "X L H", NULL },     [MAT] = { "MAT", "X N P", NULL },
	[MPR] = { "MPR", "X N L H", NULL },   [MUI] = { "MUI", "X N P A", NULL },
	[MVC] = { "MVC", "X H L N", NULL },   [MVI] = { "MVI", "X H L N", NULL },
	[MVA] = { "MVA", "X H L N", NULL },   [MSC] = { "MSC", "X H L N", NULL },
	[MSI] = { "MSI", "X S H L N", NULL }, [MSA] = { "MSA", "X S H L N", NULL },
	[S_] = { "S", "X N P", NULL },        [AU] = { "AU", "X N Y", NULL },
	[R] = { "R", "X A U I", NULL },       [V] = { "V", "X D C", NULL },
	[RE] = { "RE", "X L M H", NULL },     [U] = { "U", "X Clear Green Amber Red", NULL },
};

/* Levels: 0 is the worst. Of the subsequent system's impact 0 is "S" (safety), 1 "H", 3 "N". */
static void levels(const signed char *v, int level[AR + 1])
{
	for (int i = AV; i <= SA; i++) {
		int own = v[i] + (i >= SC), changed = v[MAV + i] - 1 + (i == SC);
		level[i] = v[MAV + i] > 0 ? changed : own;
	}
	for (int i = E; i <= AR; i++)
		level[i] = v[i] > 0 ? v[i] - 1 : 0;
}

struct classes {
	int eq1, eq2, eq3, eq4, eq5, eq6;
};

static struct classes classes_of(const int l[AR + 1])
{
	int none = (l[AV] == 0) + (l[PR] == 0) + (l[UI] == 0);
	int high = (l[VC] == 0) + (l[VI] == 0) + (l[VA] == 0);
	bool required = (l[CR] == 0 && l[VC] == 0) || (l[IR] == 0 && l[VI] == 0) ||
			(l[AR] == 0 && l[VA] == 0);

	return (struct classes){
		.eq1 = none == 3            ? 0
		       : none && l[AV] != 3 ? 1
					    : 2,
		.eq2 = l[AC] || l[AT],
		.eq3 = l[VC] == 0 && l[VI] == 0 ? 0
		       : high                   ? 1
						: 2,
		.eq4 = l[SI] == 0 || l[SA] == 0                 ? 0
		       : l[SC] == 1 || l[SI] == 1 || l[SA] == 1 ? 1
								: 2,
		.eq5 = l[E],
		.eq6 = !required,
	};
}

/* In tenths; 0 for a class that there is not. */
static int score_of(struct classes c)
{
	if (c.eq1 > 2 || c.eq2 > 1 || c.eq3 > 2 || c.eq4 > 2 || c.eq5 > 2 || c.eq6 > 1)
		return 0;
	return cvss4_scores[((((c.eq1 * 2 + c.eq2) * 3 + c.eq3) * 3 + c.eq4) * 3 + c.eq5) * 2 +
			    c.eq6];
}

/* The highest vectors of a class, and how many steps deep it is. */
struct highest {
	int depth, n;
	signed char at[5][6];
};

static const struct highest eq1[] = {
	{ 1, 1, { { 0, 0, 0 } } },
	{ 4, 3, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ 5, 2, { { 3, 0, 0 }, { 1, 1, 1 } } },
};
static const struct highest eq2[] = {
	{ 1, 1, { { 0, 0 } } },
	{ 2, 2, { { 1, 0 }, { 0, 1 } } },
};
static const struct highest eq3eq6[3][2] = {
	{ { 7, 1, { { 0, 0, 0, 0, 0, 0 } } },
	  { 6, 2, { { 0, 0, 1, 1, 1, 0 }, { 0, 0, 0, 1, 1, 1 } } } },
	{ { 8, 2, { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 } } },
	  { 8,
	    5,
	    { { 1, 0, 1, 0, 1, 0 },
	      { 1, 0, 0, 0, 1, 1 },
	      { 0, 1, 0, 1, 0, 1 },
	      { 0, 1, 1, 1, 0, 0 },
	      { 1, 1, 0, 0, 0, 1 } } } },
	{ { 1, 0, { { 0 } } }, { 10, 1, { { 1, 1, 1, 0, 0, 0 } } } },
};
static const struct highest eq4[] = {
	{ 6, 1, { { 1, 0, 0 } } },
	{ 5, 1, { { 1, 1, 1 } } },
	{ 4, 1, { { 2, 2, 2 } } },
};

/* Steps below the first highest vector that is nowhere lower, by these metrics. */
static int steps(const struct highest *h, const int *level, const signed char *metric, int n)
{
	int sum = 0;

	for (int k = 0; k < h->n; k++) {
		bool below = true;
		sum = 0;
		for (int i = 0; i < n; i++) {
			int step = level[metric[i]] - h->at[k][i];
			below = below && step >= 0;
			sum += step;
		}
		if (below)
			break;
	}
	return sum;
}

struct mean {
	int n, sum; /* tenths times 840 */
};

/* What a class takes away, if it has a lower neighbour. */
static void take(struct mean *m, int score, int lower, const struct highest *h, int deep)
{
	if (lower == 0)
		return;
	m->n++;
	m->sum += (score - lower) * deep * (840 / h->depth);
}

/* The next lower class of EQ3 and EQ6 together; of two the higher. */
static int lower3(struct classes c)
{
	struct classes left = c, right = c;

	left.eq6++;
	right.eq3++;
	if (c.eq3 == 0 && c.eq6 == 0)
		return score_of(left) > score_of(right) ? score_of(left) : score_of(right);
	return score_of(c.eq6 ? right : left);
}

static int tenths(const int l[AR + 1])
{
	static const signed char of1[] = { AV, PR, UI }, of2[] = { AC, AT }, of4[] = { SC, SI, SA };
	static const signed char of3[] = { VC, VI, VA, CR, IR, AR };
	struct classes c = classes_of(l), low = c;
	struct mean m = { 0 };
	int score = score_of(c);

	low.eq1++;
	take(&m, score, score_of(low), &eq1[c.eq1], steps(&eq1[c.eq1], l, of1, 3));
	low = c, low.eq2++;
	take(&m, score, score_of(low), &eq2[c.eq2], steps(&eq2[c.eq2], l, of2, 2));
	const struct highest *three = &eq3eq6[c.eq3][c.eq6];
	take(&m, score, lower3(c), three, steps(three, l, of3, 6));
	low = c, low.eq4++;
	take(&m, score, score_of(low), &eq4[c.eq4], steps(&eq4[c.eq4], l, of4, 3));
	low = c, low.eq5++;
	take(&m, score, score_of(low), &eq4[0], 0);
	if (m.n == 0)
		return score;
	/* score - sum / (840 n), halves up */
	int whole = 840 * m.n, twice = 2 * (score * whole - m.sum) + whole;
	return twice < 0 ? 0 : twice / (2 * whole);
}

bool cvss4_score(str vector, double *ret)
{
	signed char v[CVSS_METRICS];
	int level[AR + 1];

	if (!cvss_read(vector, metrics, METRICS4, SA + 1, v))
		return false;
	levels(v, level);
	if (level[VC] == 2 && level[VI] == 2 && level[VA] == 2 && level[SC] == 3 &&
	    level[SI] == 3 && level[SA] == 3)
		*ret = 0;
	else
		*ret = (double)tenths(level) / 10;
	return true;
}
