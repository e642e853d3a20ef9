/*
 * CVSS 2, 3.0 and 3.1. Sources: FIRST's "A Complete Guide to the CVSS Version 2.0", 3.2; the CVSS v3.0 and
 * v3.1 specification documents, 7 (formulas) and 7.4 (weights), and 3.1's appendix A (rounding, which
 * states exactly what 3.0 means).
 */
#include "cvss_impl.h"

/* The place of a word in a list of words; -1 for none. */
static int place_of(const char *words, str word)
{
	str left = str_of(words);

	for (int i = 0; left.p; i++) {
		if (str_eq(str_cut(&left, ' '), word))
			return i;
	}
	return -1;
}

bool cvss_read(str vector, const struct cvss_metric *metric, int n, int required,
	       signed char ret[CVSS_METRICS])
{
	memset(ret, -1, CVSS_METRICS);
	if (vector.len == 0)
		return false;
	while (vector.p) {
		str value = str_cut(&vector, '/'), name = str_cut(&value, ':');
		int at = 0;
		while (at < n && !str_eq(name, str_of(metric[at].name)))
			at++;
		int place = at < n && value.p ? place_of(metric[at].values, value) : -1;
		if (place < 0 || ret[at] >= 0)
			return false;
		ret[at] = (signed char)place;
	}
	for (int i = 0; i < required; i++) {
		if (ret[i] < 0)
			return false;
	}
	return true;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

static double power(double base, int n)
{
	double got = 1;

	for (; n > 0; n--)
		got *= base;
	return got;
}

/* CVSS 2. */

enum { AV2, AC2, AU2, C2, I2, A2, E2, RL2, RC2, CDP2, TD2, CR2, IR2, AR2, METRICS2 };

#define W(...)              \
	(const double[])    \
	{                   \
		__VA_ARGS__ \
	}
static const struct cvss_metric metrics2[METRICS2] = {
	[AV2] = { "AV", "L A N", W(0.395, 0.646, 1.0) },
	[AC2] = { "AC", "H M L", W(0.35, 0.61, 0.71) },
	[AU2] = { "Au", "M S N", W(0.45, 0.56, 0.704) },
	[C2] = { "C", "N P C", W(0, 0.275, 0.660) },
	[I2] = { "I", "N P C", W(0, 0.275, 0.660) },
	[A2] = { "A", "N P C", W(0, 0.275, 0.660) },
	[E2] = { "E", "ND U POC F H", W(1, 0.85, 0.9, 0.95, 1) },
	[RL2] = { "RL", "ND OF TF W U", W(1, 0.87, 0.90, 0.95, 1) },
	[RC2] = { "RC", "ND UC UR C", W(1, 0.90, 0.95, 1) },
	[CDP2] = { "CDP", "ND N L LM MH H", W(0, 0, 0.1, 0.3, 0.4, 0.5) },
	[TD2] = { "TD", "ND N L M H", W(1, 0, 0.25, 0.75, 1) },
	[CR2] = { "CR", "ND L M H", W(1, 0.5, 1, 1.51) },
	[IR2] = { "IR", "ND L M H", W(1, 0.5, 1, 1.51) },
	[AR2] = { "AR", "ND L M H", W(1, 0.5, 1, 1.51) },
};

/* A weight; the first value stands for a metric that is missing. */
static double weight(const struct cvss_metric *metric, const signed char *value, int which)
{
	return metric[which].weight[value[which] < 0 ? 0 : value[which]];
}

/* To one decimal, halves up: the products are decimal fractions that a double does not hold. */
static double round_to_tenth(double x)
{
	return (double)(int64_t)(x * 10 + 0.5 + 1e-9) / 10;
}

/* Is any of these metrics there and not "not defined"? */
static bool any_defined(const signed char *value, int from, int end)
{
	for (int i = from; i < end; i++) {
		if (value[i] > 0)
			return true;
	}
	return false;
}

static double base2(const signed char *v, double impact)
{
	double exploit =
		20 * weight(metrics2, v, AV2) * weight(metrics2, v, AC2) * weight(metrics2, v, AU2);
	double f = impact <= 0 ? 0 : 1.176;

	return round_to_tenth((0.6 * impact + 0.4 * exploit - 1.5) * f);
}

static bool score2(str vector, double *ret)
{
	signed char v[CVSS_METRICS];

	if (vector.len > 2 && vector.p[0] == '(' && vector.p[vector.len - 1] == ')')
		vector = str_from(str_head(vector, vector.len - 1), 1);
	if (!cvss_read(vector, metrics2, METRICS2, A2 + 1, v))
		return false;
	double c = weight(metrics2, v, C2), i = weight(metrics2, v, I2),
	       a = weight(metrics2, v, A2);
	double impact = 10.41 * (1 - (1 - c) * (1 - i) * (1 - a));
	double temporal =
		weight(metrics2, v, E2) * weight(metrics2, v, RL2) * weight(metrics2, v, RC2);
	bool environment = any_defined(v, CDP2, METRICS2);
	if (environment)
		impact = least(10, 10.41 * (1 - (1 - c * weight(metrics2, v, CR2)) *
							(1 - i * weight(metrics2, v, IR2)) *
							(1 - a * weight(metrics2, v, AR2))));
	double score = base2(v, impact);
	if (any_defined(v, E2, CDP2))
		score = round_to_tenth(score * temporal);
	if (environment)
		score = round_to_tenth((score + (10 - score) * weight(metrics2, v, CDP2)) *
				       weight(metrics2, v, TD2));
	*ret = score;
	return true;
}

/* CVSS 3. */

enum {
	AV,
	AC,
	PR,
	UI,
	SCOPE,
	C,
	I,
	A,
	E,
	RL,
	RC,
	CR,
	IR,
	AR,
	MAV,
	MAC,
	MPR,
	MUI,
	MS,
	MC,
	MI,
	MA,
	METRICS3
};

/* The weight of "not defined" comes first, so that a modified metric finds its own behind it. */
#define AV_WEIGHTS W(1, 0.85, 0.62, 0.55, 0.2)
#define AC_WEIGHTS W(1, 0.77, 0.44)
#define UI_WEIGHTS W(1, 0.85, 0.62)
#define IMPACT_WEIGHTS W(0, 0.56, 0.22, 0)
#define REQUIREMENT_WEIGHTS W(1, 1.5, 1, 0.5)
static const struct cvss_metric metrics3[METRICS3] = {
	[AV] = { "AV", "- N A L P", AV_WEIGHTS },
	[AC] = { "AC", "- L H", AC_WEIGHTS },
	[PR] = { "PR", "- N L H", NULL },
	[UI] = { "UI", "- N R", UI_WEIGHTS },
	[SCOPE] = { "S", "- U C", NULL },
	[C] = { "C", "- H L N", IMPACT_WEIGHTS },
	[I] = { "I", "- H L N", IMPACT_WEIGHTS },
	[A] = { "A", "- H L N", IMPACT_WEIGHTS },
	[E] = { "E", "X U P F H", W(1, 0.91, 0.94, 0.97, 1) },
	[RL] = { "RL", "X O T W U", W(1, 0.95, 0.96, 0.97, 1) },
	[RC] = { "RC", "X U R C", W(1, 0.92, 0.96, 1) },
	[CR] = { "CR", "X H M L", REQUIREMENT_WEIGHTS },
	[IR] = { "IR", "X H M L", REQUIREMENT_WEIGHTS },
	[AR] = { "AR", "X H M L", REQUIREMENT_WEIGHTS },
	[MAV] = { "MAV", "X N A L P", AV_WEIGHTS },
	[MAC] = { "MAC", "X L H", AC_WEIGHTS },
	[MPR] = { "MPR", "X N L H", NULL },
	[MUI] = { "MUI", "X N R", UI_WEIGHTS },
	[MS] = { "MS", "X U C", NULL },
	[MC] = { "MC", "X H L N", IMPACT_WEIGHTS },
	[MI] = { "MI", "X H L N", IMPACT_WEIGHTS },
	[MA] = { "MA", "X H L N", IMPACT_WEIGHTS },
};
#undef W

/* Source: 3.1, appendix A: the least number with one decimal that is not below, to five decimals. */
static double round_up(double x)
{
	int64_t n = (int64_t)(x * 100000 + 0.5);

	return n % 10000 == 0 ? (double)(n / 10000) / 10 : (double)(n / 10000 + 1) / 10;
}

static double privileges(const signed char *v, bool changed)
{
	static const double unchanged_weight[] = { 0, 0.85, 0.62, 0.27 };
	static const double changed_weight[] = { 0, 0.85, 0.68, 0.50 };

	return (changed ? changed_weight : unchanged_weight)[v[PR]];
}

static double sum(double impact, double exploit, bool changed)
{
	if (impact <= 0)
		return 0;
	return round_up(least((changed ? 1.08 : 1) * (impact + exploit), 10));
}

/* v's base metrics, under requirements where `environment`. */
static double base3(const signed char *v, bool environment, bool minor)
{
	bool changed = v[SCOPE] == 2;
	double c = weight(metrics3, v, C), i = weight(metrics3, v, I), a = weight(metrics3, v, A);

	if (environment) {
		c *= weight(metrics3, v, CR);
		i *= weight(metrics3, v, IR);
		a *= weight(metrics3, v, AR);
	}
	double iss = 1 - (1 - c) * (1 - i) * (1 - a), impact = 6.42 * iss;
	if (environment) {
		iss = least(iss, 0.915);
		impact = 6.42 * iss;
	}
	if (changed && environment && minor)
		impact = 7.52 * (iss - 0.029) - 3.25 * power(iss * 0.9731 - 0.02, 13);
	else if (changed)
		impact = 7.52 * (iss - 0.029) - 3.25 * power(iss - 0.02, 15);
	double exploit = 8.22 * weight(metrics3, v, AV) * weight(metrics3, v, AC) *
			 privileges(v, changed) * weight(metrics3, v, UI);
	return sum(impact, exploit, changed);
}

static bool score3(str vector, bool minor, double *ret)
{
	signed char v[CVSS_METRICS];

	if (!cvss_read(vector, metrics3, METRICS3, A + 1, v))
		return false;
	for (int i = AV; i <= A; i++) {
		if (v[i] == 0)
			return false;
	}
	bool environment = any_defined(v, CR, METRICS3);
	for (int i = AV; i <= A; i++)
		v[i] = v[MAV + i] > 0 ? v[MAV + i] : v[i];
	double score = base3(v, environment, minor);
	if (any_defined(v, E, CR))
		score = round_up(score * weight(metrics3, v, E) * weight(metrics3, v, RL) *
				 weight(metrics3, v, RC));
	*ret = score;
	return true;
}

bool cvss_score(str vector, double *ret, const char **ret_version)
{
	str rest = str_from(vector, 9);

	if (!str_starts(vector, S("CVSS:"))) {
		*ret_version = "2.0";
		return score2(vector, ret);
	}
	if (str_starts(vector, S("CVSS:3.0/"))) {
		*ret_version = "3.0";
		return score3(rest, false, ret);
	}
	if (str_starts(vector, S("CVSS:3.1/"))) {
		*ret_version = "3.1";
		return score3(rest, true, ret);
	}
	*ret_version = "4.0";
	return str_starts(vector, S("CVSS:4.0/")) && cvss4_score(rest, ret);
}
