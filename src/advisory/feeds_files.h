/*
 * feeds_files: data/feeds.yaml as it is compiled in (made by tools/embed-table).
 */
#ifndef ADVISORY_FEEDS_FILES_H
#define ADVISORY_FEEDS_FILES_H

#include "distro/effects_files.h"

extern const struct embedded feeds_files[]; /* [feeds_files_n] */
extern const int feeds_files_n;

#endif
