#include "distro/changelog.h"

#include "base/buf.h"
#include "unit/harness.h"

static int shown(struct op *op, str text, ptrdiff_t max, str *ret)
{
	struct changelog_entry *entry;
	struct buf b;
	ptrdiff_t n;

	TRY(changelog_read(op, text, max, &entry, &n));
	buf_init(&b, op, 1 << 16);
	for (ptrdiff_t i = 0; i < n; i++) {
		buf_fmt(&b, "%s%.*s@%lld", i ? "; " : "", STR_ARG(entry[i].version), (long long)entry[i].date);
		for (ptrdiff_t k = 0; k < entry[i].cves.n; k++)
			buf_fmt(&b, " %.*s", STR_ARG(entry[i].cves.p[k]));
	}
	return buf_take(&b, ret);
}

static const char sample[] =
	"nginx (1.26.3-3+deb13u2) trixie-security; urgency=high\n"
	"\n"
	"  * CVE-2025-53859: over-read (Closes: #1111138)\n"
	"  * Fix CVE-2024-10000, CVE-2024-9999 and CVE-2024-9999 again.\n"
	"\n"
	" -- A Person <a@example.org>  Mon, 20 Oct 2025 12:00:00 +0200\n"
	"\n"
	"nginx (1.26.3-3) unstable; urgency=medium\n"
	"\n"
	"  * No fixes: CVE-2025-12, CVE-20255-1234, CVE-2025_1234, XCVE-1999-0001.\n"
	"\n"
	" -- B (Person) <b@example.org>  no date\n"
	"\n"
	"Local variables:\n";

static int reads(struct op *op)
{
	struct changelog_entry *entry;
	ptrdiff_t n;
	static const struct {
		const char *text;
		ptrdiff_t max;
		const char *want;
	} row[] = {
		{ sample, 10,
		  "1.26.3-3+deb13u2@1760954400 CVE-2024-9999 CVE-2024-10000 CVE-2025-53859; "
		  "1.26.3-3@0 CVE-1999-0001" },
		{ sample, 1, "1.26.3-3+deb13u2@1760954400 CVE-2024-9999 CVE-2024-10000 CVE-2025-53859" },
		{ sample, 0, "" },
		{ "", 10, "" },
		{ "no changelog at all, CVE-2025-1234\n", 10, "" },
		{ "a (1) x; y\n CVE-2025-1234", 10, "1@0 CVE-2025-1234" },
		{ "a (1) x; y\nCVE-2025-12345678901234567890123456789\nCVE-", 10, "1@0" },
		{ "a () x\na ( ) x\n(1) x\n", 10, "" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(shown(op, exact(str_of(row[i].text)), row[i].max, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	TRY(changelog_read(op, exact(S("a (1) stable unstable; y\na (2)\n")), 10, &entry, &n));
	CHECK(n == 2 && str_eq(entry[0].suite, S("stable unstable")) && entry[1].suite.len == 0);
	return 0;
}

TESTS({ "reads", reads })
