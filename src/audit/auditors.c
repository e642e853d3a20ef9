#include "auditor.h"

extern const struct auditor auditor_accounts, auditor_config, auditor_history, auditor_image;

/* In the order in which reports show their rules. */
const struct auditor *const auditors[] = {
	&auditor_config,
	&auditor_history,
	&auditor_accounts,
	&auditor_image,
};
const size_t auditors_n = sizeof(auditors) / sizeof(auditors[0]);
