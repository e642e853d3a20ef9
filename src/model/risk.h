/*
 * risk: one number to sort by, 0 to 100. Threat (EPSS; 1 if it is known to be exploited) times severity
 * (0 to 1, of the score and the label), times 1.05 for known exploitation and 1.1 for use in
 * ransomware: as Grype orders. Without EPSS the threat is a small figure by severity, so that what is
 * merely not scored does not sink below everything.
 */
#ifndef MODEL_RISK_H
#define MODEL_RISK_H

#include "finding.h"

double finding_risk(const struct finding *f);

#endif
