#include "model/severity.h"

#include "unit/harness.h"

/* Version 2: its guide's examples, 3.3; version 3: the examples document; version 4: the examples document of
 * the specification. */
static const struct {
	const char *vector, *version;
	double score;
} rows[] = {
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", "2.0", 7.8 }, /* CVE-2002-0392 */
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", "2.0", 6.4 },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", "2.0", 9.2 },
	{ "AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0 }, /* CVE-2003-0818 */
	{ "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", "2.0", 8.3 },
	{ "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", "2.0", 9.0 },
	{ "AV:L/AC:H/Au:N/C:C/I:C/A:C", "2.0", 6.2 }, /* CVE-2003-0062 */
	{ "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", "2.0", 4.9 },
	{ "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", "2.0", 7.5 },
	{ "(AV:N/AC:L/Au:N/C:N/I:N/A:C)", "2.0", 7.8 },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:N", "2.0", 0.0 },
	{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.0", 6.1 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.1", 6.1 }, /* CVE-2013-1937 */
	{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", "3.1", 6.4 }, /* CVE-2013-0375 */
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1", 3.1 }, /* CVE-2014-3566 */
	{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "3.1", 9.9 }, /* CVE-2012-1516 */
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "3.1", 7.5 }, /* CVE-2014-0160 */
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 9.8 }, /* CVE-2014-6271 */
	{ "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 6.8 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0.0 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C", "3.1", 8.5 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P", "3.1", 6.8 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/CR:X/MAV:X", "3.1", 9.8 },
	{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0",
	  7.3 }, /* CVE-2022-41741 */
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0",
	  7.7 }, /* CVE-2020-3549 */
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", "4.0", 5.2 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", "4.0",
	  8.3 }, /* CVE-2023-3089 */
	{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0",
	  4.6 }, /* CVE-2021-44714 */
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", "4.0",
	  5.1 }, /* CVE-2022-21830 */
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", "4.0",
	  6.9 }, /* CVE-2022-22186 */
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", "4.0",
	  8.7 }, /* CVE-2014-0160 */
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0", 10.0 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 9.3 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0", 0.0 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/S:P/AU:Y/R:U/V:C/RE:H/"
	  "U:Red",
	  "4.0", 9.3 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/MSI:S/MSA:S", "4.0",
	  10.0 },
};

static int scores(struct op *op)
{
	(void)op;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *version = "";
		double score = -1;
		test_check(cvss_score(exact(str_of(rows[i].vector)), &score, &version),
			   rows[i].vector, "whole", (int)i);
		test_check((int)(score * 10 + 0.5) == (int)(rows[i].score * 10 + 0.5),
			   rows[i].vector, "score", (int)(score * 10 + 0.5));
		CHECK_STR(str_of(version), str_of(rows[i].version));
	}
	return 0;
}

static int refuses(struct op *op)
{
	static const char *const row[] = {
		"",
		"CVSS:3.1",
		"CVSS:3.1/",
		"CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"AV:N",
		"()",
		"High",
		"7.5",
		"AV:N/AC:L/Au:N/C:N/I:N/A:C/",
		"AV:N/AC:L/Au:N/C:N/I:N/A:X",
		"AV:N/AV:N/AC:L/Au:N/C:N/I:N/A:C",
		"CVSS:3.1/AV:-/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:N",
		"CVSS:3.1/AV/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H",
	};
	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *version;
		double score;
		test_check(!cvss_score(exact(str_of(row[i])), &score, &version), row[i], "refused",
			   (int)i);
	}
	return 0;
}

TESTS({ "the specifications' examples", scores }, { "what is no vector", refuses })
