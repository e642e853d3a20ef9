#include "verdict.h"

const char *const policy_modes[POLICY_MODES] = { "enforce", "warn", "log" };
