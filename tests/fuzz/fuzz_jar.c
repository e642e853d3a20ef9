/* A Java archive, with what is in it: whatever is found has a name, and lies in the archive. */
#include "codec/manifest.h"
#include "codec/properties.h"
#include "unit/inventory/harness.h"

static int catalog(struct op *op, str bytes)
{
	struct tree_given file[] = { { .path = S("a/x-1.0.jar"), .bytes = bytes },
				     { .path = S("a/x-1.0-py3-none-any.whl"), .bytes = bytes } };
	struct inventory v;
	int rc = catalog_over(op, "java", false, file, 1, &v);

	for (ptrdiff_t i = 0; rc == 0 && i < v.package_n; i++) {
		MUST(v.package[i].name.len && v.package[i].evidence_n > 0);
		MUST(str_starts(v.package[i].evidence[0].path, file[0].path));
	}
	return rc < 0 ? rc : catalog_over(op, "python", false, file + 1, 1, &v);
}

static int texts(struct op *op, str text)
{
	static const char *const name[] = { "groupId", "Implementation-Version", "a" };
	str value[3], named[3];
	int rc = manifest_find(op, text, name, 3, value, named);

	for (int i = 0; rc == 0 && i < 3; i++)
		MUST(value[i].len <= text.len && named[i].len <= text.len);
	return rc < 0 ? rc : properties_find(op, text, name, 3, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size };
	AUTO_OP op;

	op_init(&op, 128 << 20);
	int rc = size >= 2 && data[0] == 'P' && data[1] == 'K' ? catalog(&op, in) : texts(&op, in);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
