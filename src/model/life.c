#include "life.h"

/* clang-format off */
static const struct {
	const char *key, *standard, *extended, *codename;
} known[] = {
	{ "almalinux:10", "2035-05-31", "", "" },
	{ "almalinux:8", "2029-03-01", "", "" },
	{ "almalinux:9", "2032-05-31", "", "" },
	{ "alpine:3.15", "2023-11-01", "", "" },
	{ "alpine:3.16", "2024-05-23", "", "" },
	{ "alpine:3.17", "2024-11-22", "", "" },
	{ "alpine:3.18", "2025-05-09", "", "" },
	{ "alpine:3.19", "2025-11-01", "", "" },
	{ "alpine:3.20", "2026-04-01", "", "" },
	{ "alpine:3.21", "2026-11-01", "", "" },
	{ "alpine:3.22", "2027-05-01", "", "" },
	{ "alpine:3.23", "2027-11-01", "", "" },
	{ "amzn:1", "2023-12-31", "", "" },
	{ "amzn:2", "2026-06-30", "", "" },
	{ "amzn:2023", "2029-06-30", "", "" },
	{ "centos:7", "2024-06-30", "", "" },
	{ "centos:8", "2021-12-31", "", "" },
	{ "debian:10", "2022-09-10", "2024-06-30", "buster" },
	{ "debian:11", "2024-08-14", "2026-08-31", "bullseye" },
	{ "debian:12", "2026-07-11", "2028-06-30", "bookworm" },
	{ "debian:13", "2028-08-09", "2030-06-30", "trixie" },
	{ "debian:8", "2018-06-17", "2020-06-30", "jessie" },
	{ "debian:9", "2020-07-18", "2022-06-30", "stretch" },
	{ "ol:7", "2024-12-31", "", "" },
	{ "ol:8", "2029-07-31", "", "" },
	{ "ol:9", "2032-06-30", "", "" },
	{ "photon:3.0", "2024-03-01", "", "" },
	{ "photon:4.0", "2026-03-01", "", "" },
	{ "rhel:7", "2024-06-30", "2028-06-30", "" },
	{ "rhel:8", "2029-05-31", "2032-05-31", "" },
	{ "rhel:9", "2032-05-31", "2035-05-31", "" },
	{ "rocky:10", "2035-05-31", "", "" },
	{ "rocky:8", "2029-05-31", "", "" },
	{ "rocky:9", "2032-05-31", "", "" },
	{ "ubuntu:14.04", "2019-04-25", "2024-04-25", "trusty" },
	{ "ubuntu:14.10", "2015-07-23", "", "utopic" },
	{ "ubuntu:15.04", "2016-02-04", "", "vivid" },
	{ "ubuntu:15.10", "2016-07-28", "", "wily" },
	{ "ubuntu:16.04", "2021-04-30", "2026-04-23", "xenial" },
	{ "ubuntu:16.10", "2017-07-20", "", "yakkety" },
	{ "ubuntu:17.04", "2018-01-13", "", "zesty" },
	{ "ubuntu:17.10", "2018-07-19", "", "artful" },
	{ "ubuntu:18.04", "2023-05-31", "2028-04-26", "bionic" },
	{ "ubuntu:18.10", "2019-07-18", "", "cosmic" },
	{ "ubuntu:19.04", "2020-01-23", "", "disco" },
	{ "ubuntu:19.10", "2020-07-17", "", "eoan" },
	{ "ubuntu:20.04", "2025-05-29", "2030-04-23", "focal" },
	{ "ubuntu:20.10", "2021-07-22", "", "groovy" },
	{ "ubuntu:21.04", "2022-01-20", "", "hirsute" },
	{ "ubuntu:21.10", "2022-07-14", "", "impish" },
	{ "ubuntu:22.04", "2027-06-01", "2032-04-21", "jammy" },
	{ "ubuntu:22.10", "2023-07-20", "", "kinetic" },
	{ "ubuntu:23.04", "2024-01-25", "", "lunar" },
	{ "ubuntu:23.10", "2024-07-11", "", "mantic" },
	{ "ubuntu:24.04", "2029-05-31", "2034-04-25", "noble" },
	{ "ubuntu:24.10", "2025-07-10", "", "oracular" },
	{ "ubuntu:25.04", "2026-01-15", "", "plucky" },
	{ "ubuntu:25.10", "2026-07-09", "", "questing" },
	{ "ubuntu:26.04", "2031-05-29", "2036-04-23", "resolute" },
};
/* clang-format on */

bool life_known(str ecosystem, struct life *ret)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_eq(ecosystem, str_of(known[i].key)))
			continue;
		*ret = (struct life){ .ecosystem = ecosystem,
				      .standard_end = str_of(known[i].standard),
				      .extended_end = str_of(known[i].extended),
				      .codename = str_of(known[i].codename) };
		return true;
	}
	return false;
}
