/* A Packages file: what is let through can be written into an index and found again by its name. */
#include "codec/deb822.h"
#include "distro/repo_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct deb822_stanza s;
	struct repo_package p;
	str text = { (const char *)data, (ptrdiff_t)size };

	op_init(&op, 64 << 20);
	while (deb822_next(&op, &text, &s) > 0) {
		if (repo_package_read(&op, &s, S("amd64"), &p) < 0)
			break;
		MUST(p.name.len > 0 && p.version.len > 0 && p.size > 0 && p.source.len > 0);
		MUST(repo_path_valid(p.path) && str_find_str(p.path, S("..")) != 0);
	}
	return 0;
}
