/*
 * A tar archive, strict when its first byte is even; what is read must be writable again. In inputs
 * of odd size the checksums are put right first, so that mutations get past them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codec/tar.h"

static int walk(struct op *op, str archive, bool strict)
{
	AUTO_STREAM *s = NULL;
	struct tar *t;
	struct tar_entry e;
	struct buf b;
	char out[LIMIT_PATH], piece[1000];
	str again;
	size_t n;
	int rc = stream_open_bytes(op, archive, S("input"), 64 << 20, &s);

	if (rc < 0 || (rc = tar_open(op, s, S("input"), strict, &t)) < 0)
		return rc;
	while ((rc = tar_next(op, t, &e)) > 0) {
		MUST(tar_clean(e.path, out, &again) && str_eq(again, e.path));
		MUST(e.mode <= 07777 && e.mtime >= 0 && (e.type == TAR_FILE || e.size == 0));
		struct op_mark mark = op_mark(op);
		buf_init(&b, op, 1 << 20);
		if (e.type != TAR_OTHER) {
			tar_header(&b, &e);
			MUST(b.bad || b.len % 512 == 0);
		}
		op_reset(op, mark);
		if (e.path.len & 1)
			continue;
		do {
			if ((rc = tar_read(op, t, piece, sizeof(piece), &n)) < 0)
				return rc;
		} while (n > 0);
	}
	return rc;
}

static void repair(char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (uint8_t)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;

	op_init(&op, 64 << 20);
	char *p = malloc(size ? size : 1);
	MUST(p);
	if (size)
		memcpy(p, data, size);
	for (size_t at = 0; size % 2 == 1 && at + 512 <= size; at += 512)
		if (memcmp(p + at + 257, "ustar", 5) == 0)
			repair(p + at);
	int rc = walk(&op, (str){ p, (ptrdiff_t)size }, size == 0 || data[0] % 2 == 0);
	free(p);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
