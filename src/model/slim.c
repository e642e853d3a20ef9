#include "slim.h"

const char *const slim_rules[SLIM_RULES] = {
	[SLIM_KEPT] = "kept",     [SLIM_REACHED] = "reached",     [SLIM_NAMED] = "named",
	[SLIM_DATA] = "data",     [SLIM_IMPLICIT] = "implicit",   [SLIM_MODULES] = "modules",
	[SLIM_CHOICE] = "choice", [SLIM_LIBRARY] = "library",     [SLIM_DEPENDS] = "depends",
	[SLIM_DOUBT] = "doubt",   [SLIM_UNREACHED] = "unreached", [SLIM_TOOL] = "tool",
	[SLIM_ORPHAN] = "orphan", [SLIM_DROPPED] = "dropped",
};
