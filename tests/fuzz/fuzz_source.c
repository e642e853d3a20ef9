#include "codec/deb822.h"
#include "distro/repo_parts.h"
#include "distro/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is taken has paths that are safe to ask for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct deb822_stanza s;
	struct source got;
	str text = { (const char *)data, (ptrdiff_t)size }, name, version;

	op_init(&op, 0);
	if (deb822_next(&op, &text, &s) != 1 || source_read(&op, &s, &name, &version, &got) < 0)
		return 0;
	MUST(name.len && version.len);
	for (ptrdiff_t i = 0; i < got.n; i++)
		MUST(repo_path_plain(got.file[i].path));
	return 0;
}
