#include "auditor.h"

extern const struct auditor auditor_accounts;
extern const struct auditor auditor_code;
extern const struct auditor auditor_config;
extern const struct auditor auditor_credentials;
extern const struct auditor auditor_elf;
extern const struct auditor auditor_history;
extern const struct auditor auditor_image;
extern const struct auditor auditor_leftovers;
extern const struct auditor auditor_licences;
extern const struct auditor auditor_packages;
extern const struct auditor auditor_rights;
extern const struct auditor auditor_tools;

/* In the order in which reports show their rules. */
const struct auditor *const auditors[] = {
	&auditor_config,
	&auditor_history,
	&auditor_accounts,
	&auditor_rights,
	&auditor_code,
	&auditor_tools,
	&auditor_elf,
	&auditor_packages,
	&auditor_leftovers,
	&auditor_credentials,
	&auditor_licences,
	&auditor_image,
};
const size_t auditors_n = sizeof(auditors) / sizeof(auditors[0]);
