/*
 * What the files that read Dockerfiles share: dockerfile.c has the lines, dockerfile_words.c the
 * arguments of an instruction, dockerfile_stage.c the graph, dockerfile_expand.c variables.
 */
#ifndef LINT_DOCKERFILE_IMPL_H
#define LINT_DOCKERFILE_IMPL_H

#include "dockerfile.h"

/* s->source as keyword, flags and arguments. ERR_FORMAT. */
int dockerfile_words(struct op *op, const struct dockerfile *d, struct dockerfile_step *s) MUST_USE;

/* The steps as stages. */
int dockerfile_stages(struct op *op, struct dockerfile *d) MUST_USE;

/* A word of a stage's step by the ENVs and ARGs above it and the defaults of ARGs, as dockerfile_expand()
 * does. 0; 1: a variable is of nobody's above, and the base image may have it; ERR_FORMAT. */
int dockerfile_value(struct op *op, const struct dockerfile *d, const struct dockerfile_step *s,
		     str word, str *ret) MUST_USE;

/* A word without its quotes and escapes; variables stay. False: a quote is open. */
int dockerfile_unquote(struct op *op, char escape, str word, bool *ret_quoted, str *ret) MUST_USE;

int dockerfile_fail(struct op *op, const struct dockerfile *d, int line, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static inline bool dockerfile_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline str dockerfile_trim_left(str s)
{
	while (s.len > 0 && dockerfile_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

static inline str dockerfile_trim(str s)
{
	s = dockerfile_trim_left(s);
	while (s.len > 0 && dockerfile_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

bool dockerfile_same(str a, str b); /* whatever the case of ASCII letters */

#endif
