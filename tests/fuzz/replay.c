/* Runs a fuzz target once over each file named on the command line, from an exact-size heap copy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sys/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *name)
{
	AUTO_OP op;
	str bytes;

	op_init(&op, 0);
	if (file_read_user(&op, str_of(name), 64 << 20, &bytes) < 0) {
		(void)fprintf(stderr, "%s\n", op.text);
		return 1;
	}
	uint8_t *exact = malloc(bytes.len ? (size_t)bytes.len : 1);
	if (!exact)
		return 1;
	if (bytes.len)
		memcpy(exact, bytes.p, (size_t)bytes.len);
	(void)LLVMFuzzerTestOneInput(exact, (size_t)bytes.len);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	return bad;
}
