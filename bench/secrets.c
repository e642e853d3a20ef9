/*
 * secrets: how fast contents are looked through for all credentials at once.
 *
 *	secrets DIRECTORY
 *
 * Reads all files below it into memory, then lets them pass as a tree's contents do, with all shipped
 * rules, archives opened, once to warm up and five times to measure. Prints, of the best:
 *
 *	bytes=123456789 files=1234 seconds=0.071 gb_per_second=1.74 open_ms=4.2 found=0
 *
 * seconds: processor time of all threads together, so of one core, with handing the contents over.
 * open_ms: what reading and compiling the rules takes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "audit/secrets.h"
#include "base/limits.h"
#include "base/vec.h"
#include "sys/file.h"

enum { RUNS = 5, FILE_MAX = 64 << 20 };

struct contents {
	VEC(struct tree_given) file;
	uint64_t bytes;
};

static double seconds(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_all(struct op *op, const struct tree *t, struct contents *c)
{
	char path[LIMIT_PATH + 1];

	for (uint32_t i = 1; i < tree_count(t); i++) {
		const struct tree_node *n = tree_node(t, i);
		struct at at;
		str bytes;
		if (n->type != TREE_FILE || n->link != TREE_NONE || n->size == 0 ||
		    n->size > FILE_MAX)
			continue;
		struct tree_given *to = vec_push(op, &c->file);
		if (!to || tree_at(op, t, i, &at) < 0 || at_all(op, &at, FILE_MAX, &bytes) < 0 ||
		    op_copy(op, bytes, &to->bytes) < 0 ||
		    op_copy(op, tree_path(t, i, path), &to->path) < 0)
			return op->code;
		c->bytes += n->size;
	}
	return 0;
}

/* One pass over everything, with or without somebody who looks. */
static int pass(const struct contents *c, bool looks, double *ret_open, double *ret_s,
		ptrdiff_t *ret_found)
{
	AUTO_OP op;
	AUTO_TREE *t = NULL;
	struct tree_wish wish = { 0 };
	struct secrets *s = NULL;
	struct secret_found *found;
	double begun = seconds();

	op_init(&op, 0);
	if (looks && (secrets_open(&op, NULL, NULL, &s) < 0 || secrets_wish(&op, s, &wish) < 0))
		return fprintf(stderr, "%s\n", op.text), op.code;
	*ret_open = seconds() - begun;
	begun = seconds();
	if (tree_of_files(&op, c->file.p, c->file.n, &wish, &t) < 0 ||
	    (s && secrets_found(&op, s, t, &found, ret_found) < 0))
		return fprintf(stderr, "%s\n", op.text), op.code;
	*ret_s = seconds() - begun;
	return 0;
}

static int measure(const struct contents *c)
{
	double open, s, plain, best = 1e9, none = 1e9, best_open = 1e9;
	ptrdiff_t found = 0, nothing;

	for (int i = 0; i <= RUNS; i++) {
		if (pass(c, true, &open, &s, &found) < 0 ||
		    pass(c, false, &plain, &plain, &nothing) < 0)
			return 3;
		best = i && s < best ? s : best;
		none = i && plain < none ? plain : none;
		best_open = i && open < best_open ? open : best_open;
	}
	best -= none; /* what making the tree takes is not looking */
	printf("bytes=%llu files=%td seconds=%.3f gb_per_second=%.2f open_ms=%.1f found=%td\n",
	       (unsigned long long)c->bytes, c->file.n, best, (double)c->bytes / best / 1e9,
	       best_open * 1e3, found);
	return 0;
}

int main(int argc, char **argv)
{
	static struct contents c;
	AUTO_OP op;
	AUTO_TREE *t = NULL;
	AUTO_FD fd = -1;
	struct tree_wish wish = { 0 };

	op_init(&op, 0);
	if (argc != 2 || dir_open(&op, AT_FDCWD, str_of(argv[1]), false, &fd) < 0 ||
	    tree_of_directory(&op, fd, S("files"), &wish, &t) < 0 || read_all(&op, t, &c) < 0) {
		fprintf(stderr, "%s\n", op.code ? op.text : "usage: secrets DIRECTORY");
		return 3;
	}
	return measure(&c);
}
