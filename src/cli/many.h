/*
 * many: a verb on several recipes: each in one of a few processes that share a session, what they
 * say in the order of the command line, one line for each image, a sum at the end.
 */
#ifndef CLI_MANY_H
#define CLI_MANY_H

#include "base/limits.h"
#include "build_run.h"

enum { MANY_WHAT = 160 };

/* What one recipe came to, as its line tells it. */
struct many_row {
	char name[LIMIT_NAME + 1], digest[DIGEST_TEXT];
	char what[MANY_WHAT]; /* and what else there is to say */
	ptrdiff_t packages, layers, made;
	uint64_t size; /* of the layers */
	int64_t ms;
	int exit;       /* 0, or what the answer is all the same */
	bool unchanged; /* nothing was to be done */
};

struct many {
	const struct cli *cli;
	const struct source_options *source;
	const struct progress_options *progress;
	bool anew;  /* every recipe is resolved */
	bool table; /* lines and the sum are wanted on standard output */
	/* In a process of its own: what cli->out and cli->err are told is shown when its turn comes.
	 * What it puts into `more` is heard by the next. */
	int (*one)(struct op *own, const struct many *m, const struct cli *cli, str recipe,
		   struct many_row *row, struct buf *more);
	int (*more)(struct op *op, struct many *m, str more); /* may be NULL */
	int (*end)(struct op *op, struct many *m); /* when all were heard; may be NULL */
	int (*sum)(struct op *op, struct many *m, struct buf *b); /* before the sum; may be NULL */
	void *arg;                                            /* the verb's own */

	struct store store;
	struct session *session;
	struct progress line; /* how it stands */
	struct op own;        /* what outlives a recipe's turn */
	int name_width, out, err;
	int worst; /* exit code */
	ptrdiff_t well, unchanged, failed, made;
};

/* All recipes of the command line: the worst exit code of all (3, 2, 1, 4, 0), or an error that
 * concerns them all. What one fails with is printed, and does not keep the others from theirs. */
int many_run(struct op *op, struct many *m) MUST_USE;

/* ERR_USAGE: an option that is about one image, given with several recipes. */
int many_refuse(struct op *op, const struct cli *cli, const char *option, const char *why);

/* What the lock tells of the image: packages, layers, size. */
void many_row_fill(struct many_row *row, const struct built *b);

#endif
