#include "hardening.h"

const char *const hardening_kinds[HARDENING_KINDS] = { "weaker", "stronger", "added" };
