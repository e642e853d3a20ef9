#include "risk.h"

/* Of 1, by label: the middles of CVSS's bands. */
static const double weight[SEVERITIES] = { 0.3, 0.05, 0.25, 0.5, 0.75, 0.95 };

/* Where there is no EPSS: what such a vulnerability scores in the median, roughly. */
static const double threat_unscored[SEVERITIES] = { 0.002, 0.0005, 0.001, 0.002, 0.005, 0.01 };

double finding_risk(const struct finding *f)
{
	double severity =
		f->score > 0 ? (weight[f->severity] + f->score / 10) / 2 : weight[f->severity];
	double threat = f->exploited || f->malicious ? 1
			: f->scored                  ? f->epss
						     : threat_unscored[f->severity];
	double risk = threat * severity * (f->ransomware ? 1.1 : f->exploited ? 1.05 : 1);

	return risk > 1 ? 100 : risk * 100;
}
