#include "distro/changelog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No text is refused; ids are well formed and in order. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;
	struct changelog_entry *entry;
	ptrdiff_t n;

	op_init(&op, 0);
	MUST(changelog_read(&op, (str){ (const char *)data, (ptrdiff_t)size }, 1000, &entry, &n) == 0);
	for (ptrdiff_t i = 0; i < n; i++) {
		for (ptrdiff_t k = 0; k < entry[i].cves.n; k++) {
			MUST(str_starts(entry[i].cves.p[k], S("CVE-")) && entry[i].cves.p[k].len >= 13);
			MUST(k == 0 || !str_eq(entry[i].cves.p[k - 1], entry[i].cves.p[k]));
		}
	}
	return 0;
}
