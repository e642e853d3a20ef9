/*
 * test_files: files of tests that a command line names.
 */
#ifndef CLI_TEST_FILES_H
#define CLI_TEST_FILES_H

#include "build/test.h"

/* The tests of all files, each read before anything runs: (*ret)[file->n]. ERR_USAGE for a recipe. */
int tests_of_files(struct op *op, const struct texts *file, struct tests **ret) MUST_USE;

#endif
