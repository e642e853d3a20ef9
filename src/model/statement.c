#include "statement.h"

const char *const vex_statuses[VEX_STATUSES] = {
	"not_affected",
	"affected",
	"fixed",
	"under_investigation",
};

const char *const vex_justifications[VEX_JUSTIFICATIONS] = {
	"",
	"component_not_present",
	"vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist",
};

bool waiver_is_foreign(const struct waiver *w)
{
	return !str_eq(str_of(w->form), S("waiver"));
}

const struct waiver_assessment waiver_assessments[] = {
	{ "disputed", "Disputed", VEX_INVESTIGATING, VEX_NO_JUSTIFICATION },
	{ "distro_package", "Distro Package", VEX_AFFECTED, VEX_NO_JUSTIFICATION },
	{ "false_positive", "False Positive", VEX_NOT_AFFECTED, VEX_COMPONENT_NOT_PRESENT },
	{ "mitigated", "Mitigated", VEX_NOT_AFFECTED, VEX_INLINE_MITIGATIONS },
	{ "no_fix_available", "No Fix Available", VEX_AFFECTED, VEX_NO_JUSTIFICATION },
	{ "not_vulnerable", "Not Vulnerable", VEX_NOT_AFFECTED, VEX_CODE_NOT_IN_EXECUTE_PATH },
	{ "pending_resolution", "Pending Resolution", VEX_AFFECTED, VEX_NO_JUSTIFICATION },
	{ "true_positive", "True Positive", VEX_AFFECTED, VEX_NO_JUSTIFICATION },
	{ "unreleased", "Unreleased", VEX_AFFECTED, VEX_NO_JUSTIFICATION },
	{ "wont_fix", "Won't Fix", VEX_AFFECTED, VEX_NO_JUSTIFICATION },
};
const size_t waiver_assessments_n = sizeof(waiver_assessments) / sizeof(waiver_assessments[0]);

const struct waiver_assessment *waiver_assessment_of(str name)
{
	for (size_t i = 0; i < waiver_assessments_n; i++)
		if (str_eq(name, str_of(waiver_assessments[i].name)))
			return &waiver_assessments[i];
	return NULL;
}
