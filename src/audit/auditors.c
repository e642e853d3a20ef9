#include "auditor.h"

extern const struct auditor auditor_accounts, auditor_config, auditor_history;

/* In the order in which reports show their rules. */
const struct auditor *const auditors[] = {
	&auditor_config,
	&auditor_history,
	&auditor_accounts,
};
const size_t auditors_n = sizeof(auditors) / sizeof(auditors[0]);
