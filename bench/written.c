/*
 * written: the processor time of putting files into a directory as a store must.
 *
 *	written DIR COUNT SIZE...
 *
 * makes COUNT times a file of each of the sizes: bytes that differ, hashed with SHA-256, written,
 * synced and renamed to their digest; prints the seconds. Nothing is composed, compressed or read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "codec/digest.h"
#include "sys/file.h"

enum { SIZE_MAX_BYTES = 64 << 20 };

static double seconds(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int put(struct op *op, int dir, char *bytes, uint64_t size, uint64_t i)
{
	char hex[DIGEST_HEX];

	memcpy(bytes, &i, sizeof(i));
	str text = { bytes, (ptrdiff_t)size };
	struct digest d = digest_of(text);
	return file_replace(op, dir, str_of(digest_hex(&d, hex)), text, 0644);
}

static int run(struct op *op, int argc, char **argv)
{
	AUTO_FD dir = -1;
	uint64_t count, size;
	char *bytes = op_new(op, char, SIZE_MAX_BYTES);
	int rc = bytes ? dir_open(op, AT_FDCWD, str_of(argv[1]), true, &dir) : op->code;

	if (rc == 0)
		rc = num_u64(op, str_of(argv[2]), 1000 * 1000, &count);
	for (uint64_t i = 0; rc == 0 && i < count; i++) {
		for (int k = 3; rc == 0 && k < argc; k++) {
			struct op_mark mark = op_mark(op);
			rc = num_u64(op, str_of(argv[k]), SIZE_MAX_BYTES, &size);
			if (rc == 0 && size >= sizeof(i))
				rc = put(op, dir, bytes, size, i * 64 + (uint64_t)k);
			op_reset(op, mark);
		}
	}
	return rc;
}

int main(int argc, char **argv)
{
	AUTO_OP op;

	op_init(&op, 0);
	if (argc < 4) {
		(void)fprintf(stderr, "usage: written DIR COUNT SIZE...\n");
		return 2;
	}
	double begun = seconds();
	if (run(&op, argc, argv) < 0) {
		(void)fprintf(stderr, "written: %s\n", op.text);
		return 3;
	}
	(void)printf("%.3f\n", seconds() - begun);
	return 0;
}
