/*
 * tools_names: programs that help who broke in more than they help a service, by name.
 */
#ifndef AUDIT_TOOLS_NAMES_H
#define AUDIT_TOOLS_NAMES_H

#include "base/str.h"

enum tool_rule {
	TOOL_SHELL,
	TOOL_PACKAGE_MANAGER,
	TOOL_COMPILER,
	TOOL_DEBUGGER,
	TOOL_NETWORK,
	TOOL_EDITOR,
	TOOL_PRIVILEGE,
	TOOL_INTERPRETER,
	TOOL_RULES
};

struct tool_name {
	str name;
	enum tool_rule rule;
	const char *kind; /* "shell", "language package manager": for a fault's kind and its text */
};

/* Sorted by name; a name stands there once. */
extern const struct tool_name tool_names[];
extern const size_t tool_names_n;

/*
 * The tool of a file's name, or NULL: as it is, or without what distributions put around it: a
 * machine's triplet before or behind it, a version ("x86_64-linux-gnu-gcc-12", "python3.11").
 */
const struct tool_name *tool_of_name(str name);

#endif
