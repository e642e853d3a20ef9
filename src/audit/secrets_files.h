/*
 * secrets_files: data/secrets.yaml as it is compiled in (made by tools/embed-table).
 */
#ifndef AUDIT_SECRETS_FILES_H
#define AUDIT_SECRETS_FILES_H

#include "base/embedded.h"

extern const struct embedded secrets_files[]; /* [secrets_files_n] */
extern const int secrets_files_n;

#endif
