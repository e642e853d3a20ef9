/* A zip archive: whatever is told has a clean name and as many bytes as it says; leniently, too. */
#include "base/limits.h"
#include "codec/zip.h"

static int walk(struct op *op, const struct at *in)
{
	char out[LIMIT_PATH], piece[1000];
	struct tar_entry e;
	struct zip *z;
	str again;
	size_t n;
	int rc = zip_open(op, in, &(struct zip_wish){ .max_out = 8 << 20 }, &z);

	while (rc >= 0 && (rc = zip_next(op, z, &e)) > 0) {
		uint64_t got = 0;
		MUST(tar_clean(e.path, out, &again) && str_eq(again, e.path) && e.path.len);
		MUST(e.mode <= 07777 && e.mtime >= 0 && e.type != TAR_HARDLINK);
		if (e.type != TAR_FILE || e.path.len % 4 == 3)
			continue;
		do {
			if ((rc = zip_read(op, z, piece, sizeof(piece), &n)) < 0)
				return rc;
			got += n;
		} while (n > 0);
		MUST(got == e.size);
	}
	return rc;
}

static int walk_any(struct op *op, const struct at *in)
{
	struct zip_entry e;
	struct zip_list list;
	struct zip *z;
	struct at part;
	str content;
	int rc = zip_open(op, in, &(struct zip_wish){ .trust = ZIP_ANY }, &z);

	if (rc < 0)
		return rc;
	zip_list(z, &list);
	while ((rc = zip_list_next(op, z, &list, &e)) > 0) {
		struct op_mark mark = op_mark(op);
		if (zip_content(op, z, &e, 1 << 20, &content) == 0)
			MUST((uint64_t)content.len == e.size);
		op_forgive(op);
		if (zip_place(op, z, &e, &part) == 0)
			MUST(part.size <= in->size);
		op_forgive(op);
		op_reset(op, mark);
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct at in = at_of_bytes((str){ (const char *)data, (ptrdiff_t)size }, S("input"));

	for (int i = 0; i < 2; i++) {
		AUTO_OP op;
		op_init(&op, 64 << 20);
		int rc = i ? walk_any(&op, &in) : walk(&op, &in);
		MUST(rc == op.code && (rc == 0 || op.text[0]));
	}
	return 0;
}
