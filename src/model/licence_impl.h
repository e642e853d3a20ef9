/*
 * The tables behind licence.h. Written by tools/licence-list.
 */
#ifndef MODEL_LICENCE_IMPL_H
#define MODEL_LICENCE_IMPL_H

#include "licence.h"

/* Sorted without regard to case. */
extern const char *const licence_ids[];
extern const size_t licence_ids_n;
extern const char *const licence_exceptions[];
extern const size_t licence_exceptions_n;

/* A text as runs of words that all copies have; between two of them stand some of the copy's own.
 */
struct licence_segment {
	uint16_t words;
	uint64_t hash;
};
struct licence_print {
	const char *id;
	uint16_t first, n; /* in licence_segments */
	uint16_t words;    /* of all of them */
};
extern const struct licence_segment licence_segments[];
extern const struct licence_print licence_prints[]; /* the longest first */
extern const size_t licence_prints_n;

/* The identifier of a list in its right case, or NULL. */
const char *licence_find_id(str id, bool exception);

/* What a name means ("GPLv2+", "Apache License, Version 2.0"), without operators: 1 and *ret as it
 * was if it is not known. */
int licence_name(struct op *op, str name, str *ret) MUST_USE;

/* The licences whose words the text consists of, joined by AND; 1: it is not told. */
int licence_words(struct op *op, str text, str *ret) MUST_USE;

#endif
