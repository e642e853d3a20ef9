#include "auditor.h"

extern const struct auditor auditor_config;

/* In the order in which reports show their rules. */
const struct auditor *const auditors[] = {
	&auditor_config,
};
const size_t auditors_n = sizeof(auditors) / sizeof(auditors[0]);
