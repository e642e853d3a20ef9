/* Hostile .debs: whatever is accepted comes back the same from its record. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "distro/contents.h"

static char place[] = "/dev/shm/temper-fuzz-XXXXXX";

static void remove_place(void)
{
	AUTO_OP op;

	op_init(&op, 0);
	(void)dir_remove(&op, -100, str_of(place)); /* AT_FDCWD; nobody to tell at exit */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	AUTO_OP op;
	AUTO_STORE store = { -1, -1, -1, -1, .use = -1 };
	AUTO_CONTENTS_DATA spool = { .spool = -1 };
	struct contents c, again;
	struct digest d;

	if (!made) {
		MUST(mkdtemp(place) && atexit(remove_place) == 0);
		made = true;
	}
	op_init(&op, 256 << 20);
	MUST(store_open(&op, str_of(place), &store) == 0);
	MUST(store_blob_put(&op, &store, (str){ (const char *)data, (ptrdiff_t)size }, &d) == 0);
	int rc = contents_unpack(&op, &store, &d, &c, &spool);
	if (rc == 0) {
		MUST(contents_load(&op, &store, &d, &again) == 0 && again.n == c.n);
		for (ptrdiff_t i = 0; i < c.n; i++) {
			MUST(str_eq(c.entry[i].path, again.entry[i].path) &&
			     c.entry[i].mode == again.entry[i].mode);
			MUST(i == 0 || entry_path_cmp(c.entry[i - 1].path, c.entry[i].path) < 0);
			MUST(c.entry[i].path.len > 0 && c.entry[i].path.p[0] != '/');
			MUST(str_eq(c.entry[i].link, again.entry[i].link) &&
			     c.entry[i].size == again.entry[i].size);
		}
	}
	op_forgive(&op);
	MUST(store_blob_delete(&op, &store, &d) == 0);
	return 0;
}
