/*
 * effects_files: the files of effects/ as they are compiled in (made by tools/embed-table).
 */
#ifndef DISTRO_EFFECTS_FILES_H
#define DISTRO_EFFECTS_FILES_H

#include "base/embedded.h"

extern const struct embedded effects_files[]; /* [effects_files_n], sorted by name */
extern const int effects_files_n;

#endif
