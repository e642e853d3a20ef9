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
