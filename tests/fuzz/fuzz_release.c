/* The signed text of a Release file, and gpgv's verdict on it. */
#include "distro/repo_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct repo_release r;
	str text = { (const char *)data, (ptrdiff_t)size }, signer = S("");

	op_init(&op, 64 << 20);
	if (repo_release_parse(&op, text, S("main/binary-amd64/"), &r) == 0 && r.plain.path.len)
		MUST(str_eq(r.plain.path, S("main/binary-amd64/Packages")));
	if (repo_release_parse(&op, text, S(""), &r) == 0 && repo_release_check(&op, &r, S("trixie"), r.date) == 0)
		MUST(r.suite.len || r.codename.len);
	op_forgive(&op);
	if (!repo_release_judge(text, NULL, &signer))
		MUST(signer.len > 0);
	return 0;
}
