/* fixture: an outcome as an nginx build gives it, and one in which every text is hostile. */
#ifndef TESTS_REPORT_FIXTURE_H
#define TESTS_REPORT_FIXTURE_H

#include "model/outcome.h"

/* Breaks out of HTML, attributes, scripts and terminals where it is not escaped. */
#define HOSTILE "</td></script><script>alert(1)</script>\"onload='x'&\x1b[2J\x9b\xff\xe2\x80\xae"


/* Digests that differ, for what has no bytes here. */
#define D(n) { { (n), 0x5e, 0x1d, 0x9c, [31] = (n) } }
#define TEXTS(list) { (list), COUNT(list) }
#define COUNT(a) ((ptrdiff_t)(sizeof(a) / sizeof((a)[0])))

static str cves_2[] = { S_INIT("2.41-12+deb13u1 CVE-2025-8058") };
static str cves_4[] = { S_INIT("10.46-1~deb13u1 CVE-2025-58050") };
static str cves_5[] = { S_INIT("3.5.4-1~deb13u1 CVE-2025-9230"), S_INIT("3.5.4-1~deb13u1 CVE-2025-9231"), S_INIT("3.5.4-1~deb13u1 CVE-2025-9232"), S_INIT("3.5.1-1 CVE-2025-4575"), S_INIT("3.4.1-1 CVE-2024-13176"), S_INIT("3.4.1-1 CVE-2024-12797") };
static str cves_6[] = { S_INIT("1.26.3-3+deb13u1 CVE-2025-53859") };
static str cves_7[] = { S_INIT("1.26.3-3+deb13u1 CVE-2025-53859") };
static str nginx_needs[] = { S_INIT("libc6"), S_INIT("libcrypt1"), S_INIT("libpcre2-8-0"), S_INIT("libssl3t64"), S_INIT("nginx-common"), S_INIT("zlib1g") };
static str libc_needed[] = { S_INIT("libc6") };

static struct outcome_package package[] = {
	{ S_INIT("base-files"), S_INIT("13.8"), S_INIT("amd64"), S_INIT("base-files"), S_INIT("13.8"), S_INIT("GPL-2.0-or-later"),
	  S_INIT("pool/main/b/base-files/base-files_13.8_amd64.deb"), S_INIT("trixie"), D(1),
	  73000, 41000, 14, 5, S_INIT("recipe"),
	  S_INIT("generated: accounts and os-release"), { 0 }, { 0 }, S_INIT("Debian base system miscellaneous files") },
	{ S_INIT("ca-certificates"), S_INIT("20250419"), S_INIT("amd64"), S_INIT("ca-certificates"), S_INIT("20250419"), S_INIT("GPL-2.0-or-later AND MPL-2.0"),
	  S_INIT("pool/main/c/ca-certificates/ca-certificates_20250419_amd64.deb"), S_INIT("trixie"), D(2),
	  165000, 271000, 144, 5, S_INIT("recipe -> ca-certificates"),
	  S_INIT("effects/ca-certificates.yaml:1"), { 0 }, { 0 }, S_INIT("Common CA certificates") },
	{ S_INIT("libc6"), S_INIT("2.41-12+deb13u1"), S_INIT("amd64"), S_INIT("glibc"), S_INIT("2.41-12+deb13u1"), S_INIT("LGPL-2.1-or-later AND BSD-3-Clause"),
	  S_INIT("pool/main/g/glibc/libc6_2.41-12+deb13u1_amd64.deb"), S_INIT("trixie"), D(3),
	  2850000, 6340000, 51, 0, S_INIT("recipe -> nginx-light -> libc6 (>= 2.38)"),
	  S_INIT("debhelper: upgrade only"), { 0 }, TEXTS(cves_2), S_INIT("GNU C Library: Shared libraries") },
	{ S_INIT("libcrypt1"), S_INIT("1:4.4.38-1"), S_INIT("amd64"), S_INIT("libxcrypt"), S_INIT("1:4.4.38-1"), S_INIT("LGPL-2.1-or-later"),
	  S_INIT("pool/main/l/libxcrypt/libcrypt1_4.4.38-1_amd64.deb"), S_INIT("trixie"), D(4),
	  102000, 212000, 3, 5, S_INIT("recipe -> nginx-light -> libcrypt1 (>= 1:4.1.0)"),
	  S_INIT("no scripts"), TEXTS(libc_needed), { 0 }, S_INIT("libcrypt shared library") },
	{ S_INIT("libpcre2-8-0"), S_INIT("10.46-1~deb13u1"), S_INIT("amd64"), S_INIT("pcre2"), S_INIT("10.46-1~deb13u1"), S_INIT("BSD-3-Clause"),
	  S_INIT("pool/main/p/pcre2/libpcre2-8-0_10.46-1~deb13u1_amd64.deb"), S_INIT("trixie-security"), D(5),
	  300000, 680000, 4, 3, S_INIT("recipe -> nginx-light -> libpcre2-8-0 (>= 10.43)"),
	  S_INIT("no scripts"), TEXTS(libc_needed), TEXTS(cves_4), S_INIT("New Perl Compatible Regular Expression Library") },
	{ S_INIT("libssl3t64"), S_INIT("3.5.4-1~deb13u1"), S_INIT("amd64"), S_INIT("openssl"), S_INIT("3.5.4-1~deb13u1"), S_INIT("Apache-2.0"),
	  S_INIT("pool/main/o/openssl/libssl3t64_3.5.4-1~deb13u1_amd64.deb"), S_INIT("trixie-security"), D(6),
	  2440000, 7900000, 7, 1, S_INIT("recipe -> nginx-light -> libssl3t64 (>= 3.5.0)"),
	  S_INIT("no scripts"), TEXTS(libc_needed), TEXTS(cves_5), S_INIT("Secure Sockets Layer toolkit - shared libraries") },
	{ S_INIT("nginx-common"), S_INIT("1.26.3-3+deb13u1"), S_INIT("amd64"), S_INIT("nginx"), S_INIT("1.26.3-3+deb13u1"), S_INIT("BSD-2-Clause"),
	  S_INIT("pool/main/n/nginx/nginx-common_1.26.3-3+deb13u1_amd64.deb"), S_INIT("trixie-security"), D(7),
	  115000, 63000, 23, 5, S_INIT("recipe -> nginx-light -> nginx-common"),
	  S_INIT("effects/nginx.yaml:4"), { 0 }, TEXTS(cves_6), S_INIT("small, powerful, scalable web/proxy server") },
	{ S_INIT("nginx-light"), S_INIT("1.26.3-3+deb13u1"), S_INIT("amd64"), S_INIT("nginx"), S_INIT("1.26.3-3+deb13u1"), S_INIT("BSD-2-Clause"),
	  S_INIT("pool/main/n/nginx/nginx-light_1.26.3-3+deb13u1_amd64.deb"), S_INIT("trixie-security"), D(8),
	  560000, 1420000, 6, 2, S_INIT("recipe -> nginx-light"),
	  S_INIT("effects/nginx.yaml:31"), TEXTS(nginx_needs), TEXTS(cves_7), S_INIT("nginx web/proxy server (basic version)") },
	{ S_INIT("tzdata"), S_INIT("2025b-4+deb13u1"), S_INIT("amd64"), S_INIT("tzdata"), S_INIT("2025b-4+deb13u1"), S_INIT("LicenseRef-public-domain"),
	  S_INIT("pool/main/t/tzdata/tzdata_2025b-4+deb13u1_amd64.deb"), S_INIT("trixie-updates"), D(9),
	  260000, 1530000, 612, 4, S_INIT("recipe -> tzdata"),
	  S_INIT("effects/tzdata.yaml:1"), { 0 }, { 0 }, S_INIT("time zone and daylight-saving time data") },
	{ S_INIT("zlib1g"), S_INIT("1:1.3.dfsg+really1.3.1-1+b1"), S_INIT("amd64"), S_INIT("zlib"), S_INIT("1:1.3.dfsg+really1.3.1-1+b1"), S_INIT("Zlib"),
	  S_INIT("pool/main/z/zlib/zlib1g_1.3.dfsg+really1.3.1-1+b1_amd64.deb"), S_INIT("trixie"), D(10),
	  88000, 121000, 4, 5, S_INIT("recipe -> nginx-light -> zlib1g (>= 1:1.1.4)"),
	  S_INIT("no scripts"), TEXTS(libc_needed), { 0 }, S_INIT("compression library - runtime") },
};

static struct outcome_layer layer[] = {
	{ D(64), D(96), 2790000, 6390000, S_INIT("libc6 2.41-12+deb13u1"), false },
	{ D(65), D(97), 2410000, 7930000, S_INIT("libssl3t64 3.5.4-1~deb13u1"), true },
	{ D(66), D(98), 552000, 1428000, S_INIT("nginx-light 1.26.3-3+deb13u1"), true },
	{ D(67), D(99), 291000, 684000, S_INIT("libpcre2-8-0 10.46-1~deb13u1"), false },
	{ D(68), D(100), 255000, 2010000, S_INIT("tzdata 2025b-4+deb13u1"), false },
	{ D(69), D(101), 402000, 840000, S_INIT("6 small packages"), false },
	{ D(70), D(102), 148000, 420000, S_INIT("generated files"), true },
};

static struct outcome_cut cut[] = {
	{ S_INIT("nginx-common"), S_INIT("adduser"), S_INIT("the account www-data is made by the effect"),
	  S_INIT("effects/nginx.yaml:9"), false },
	{ S_INIT("nginx-common"), S_INIT("debconf (>= 0.5) | debconf-2.0"), S_INIT("asked only by its postinst"),
	  S_INIT("effects/nginx.yaml:10"), false },
	{ S_INIT("libc6"), S_INIT("libc-l10n"), S_INIT("translations are dropped"),
	  S_INIT("effects/libc6.yaml:3"), false },
	{ S_INIT("nginx-light"), S_INIT("iproute2"), S_INIT("its postinst looks at the listening ports"),
	  S_INIT("effects/nginx.yaml:38"), false },
	{ S_INIT("tzdata"), S_INIT("debconf (>= 0.5) | debconf-2.0"), S_INIT("asked only by its postinst"),
	  S_INIT("effects/tzdata.yaml:2"), false },
};

static const struct entry entry[] = {
	{ .path = S_INIT("etc"), .type = ENTRY_DIRECTORY, .mode = 0755, .size = 0 },
	{ .path = S_INIT("etc/nginx/nginx.conf"), .type = ENTRY_FILE, .mode = 0644, .size = 1423 },
	{ .path = S_INIT("etc/passwd"), .type = ENTRY_FILE, .mode = 0644, .size = 96 },
	{ .path = S_INIT("usr/lib/x86_64-linux-gnu/libc.so.6"), .type = ENTRY_FILE, .mode = 0644, .size = 2020000 },
	{ .path = S_INIT("usr/lib/x86_64-linux-gnu/libcrypto.so.3"), .type = ENTRY_FILE, .mode = 0644, .size = 6750000 },
	{ .path = S_INIT("usr/lib/x86_64-linux-gnu/libssl.so.3"), .type = ENTRY_FILE, .mode = 0644, .size = 1150000 },
	{ .path = S_INIT("usr/sbin/nginx"), .type = ENTRY_FILE, .mode = 0755, .size = 1310000 },
	{ .path = S_INIT("usr/share/zoneinfo/Europe/Berlin"), .type = ENTRY_FILE, .mode = 0644, .size = 2298 },
	{ .path = S_INIT("usr/share/zoneinfo/localtime"), .type = ENTRY_SYMLINK, .mode = 0777, .size = 0, .link = S_INIT("/etc/localtime") },
};

static struct outcome_file file[] = {
	{ &entry[0], -1, S_INIT("build") },
	{ &entry[1], -1, S_INIT("recipe images/nginx.yaml:14") },
	{ &entry[2], -1, S_INIT("generated from accounts") },
	{ &entry[3], 2, S_INIT("") },
	{ &entry[4], 5, S_INIT("") },
	{ &entry[5], 5, S_INIT("") },
	{ &entry[6], 7, S_INIT("") },
	{ &entry[7], 8, S_INIT("") },
	{ &entry[8], 8, S_INIT("") },
};

static struct outcome_check check[] = {
	{ S_INIT("every needed library is found"), true, S_INIT("31 ELF files, 78 needed libraries"), { 0 } },
	{ S_INIT("every script has its interpreter"), true, S_INIT("0 scripts"), { 0 } },
	{ S_INIT("no symbolic link dangles"), true, S_INIT("44 links"), { 0 } },
	{ S_INIT("nothing is setuid, setgid or has capabilities"), true, S_INIT("934 files"), { 0 } },
	{ S_INIT("no private key material"), true, S_INIT("934 files"), { 0 } },
	{ S_INIT("every owner has an account"), true, S_INIT("2 users, 2 groups"), { 0 } },
	{ S_INIT("no shell"), true, S_INIT(""), { 0 } },
	{ S_INIT("no package manager"), true, S_INIT(""), { 0 } },
};

static struct outcome_test test[] = {
	{ S_INIT("nginx accepts its configuration"), VERDICT_PASSED,
	  S_INIT(""), 17 },
	{ S_INIT("serves a page as 65532"), VERDICT_PASSED,
	  S_INIT(""), 17 },
	{ S_INIT("/etc/nginx/nginx.conf is not writable"), VERDICT_PASSED,
	  S_INIT(""), 17 },
	{ S_INIT("runs with a read-only root"), VERDICT_SKIPPED,
	  S_INIT("no OCI runtime starts here: crun: mount `proc`: Operation not permitted"), 17 },
};

static struct outcome_drop drop[] = {
	{ S_INIT("usr/share/locale/**"), false, 10276044, 97 },
	{ S_INIT("usr/share/doc/**"), false, 4299161, 212 },
	{ S_INIT("etc/nginx/sites-*/**"), true, 324000, 31 },
};
static struct outcome_absent left_out[] = {
	{ S_INIT("*"), S_INIT("var/log/nginx/**"), S_INIT("a rule of less weight"), S_INIT("effects/common.yaml:3") },
	{ S_INIT("nginx-common"), S_INIT("var/log/nginx/*.log"), S_INIT("logs go to standard output"),
	  S_INIT("effects/nginx-common.yaml:20") },
	{ S_INIT("*"), S_INIT("var/lib/ucf/**"), S_INIT("state of the packaging tools"), S_INIT("effects/common.yaml:9") },
};
static struct outcome_pocket pocket[] = {
	{ S_INIT("trixie"), S_INIT("13.2"), 1763197964, S_INIT("4D64FEC119C2029067D6E791F8D2585B8783D481") },
	{ S_INIT("trixie-security"), S_INIT("13"), 1763748190, S_INIT("5E04A1E3223A19A20706E20F9904613D4CCE68C6") },
	{ S_INIT("trixie-updates"), S_INIT("13-updates"), 1763756100, S_INIT("B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8") },
};
static struct outcome_next next[] = {
	{ S_INIT("temper build -o html=report.html images/nginx.yaml"), S_INIT("temper build -o html=report.html images/nginx.yaml"),
	  S_INIT("as a page"), true },
	{ S_INIT("temper build --why usr/sbin/nginx images/nginx.yaml"), S_INIT("temper build --why usr/sbin/nginx images/nginx.yaml"),
	  S_INIT("why it is there"), false },
	{ S_INIT("temper rebuild --verify nginx:latest"), S_INIT("temper rebuild --store here --verify nginx:latest"),
	  S_INIT("is it the same?"), false },
};
static str written[] = { S_INIT("nginx:latest in the store"), S_INIT("report.html") };

static const struct platform amd64 = { .name = "linux/amd64", .oci_arch = "amd64", .deb_arch = "amd64" };

static str nginx_entry[] = { S_INIT("/usr/sbin/nginx") }, nginx_cmd[] = { S_INIT("-g"), S_INIT("daemon off;") };
static str nginx_ports[] = { S_INIT("8080/tcp"), S_INIT("8443/udp") }, nginx_volumes[] = { S_INIT("/tmp"), S_INIT("/var/www") };
static str nginx_health[] = { S_INIT("CMD"), S_INIT("/usr/sbin/nginx"), S_INIT("-t") };

static void fixture_nginx(struct outcome *ret)
{
	*ret = (struct outcome){
		.name = S_INIT("nginx"),
		.description = S_INIT("Web server and reverse proxy, without a shell, as user 65532 on port 8080"),
		.usage = S_INIT("Own pages go over `/var/www`."),
		.config = { .entrypoint = TEXTS(nginx_entry), .cmd = TEXTS(nginx_cmd), .ports = TEXTS(nginx_ports),
			    .volumes = TEXTS(nginx_volumes), .health = TEXTS(nginx_health), .interval = 30 },
		.suite = S_INIT("debian/trixie"),
		.platform = &amd64,
		.manifest = D(0xa1),
		.recipe = D(0xa2),
		.lock = D(0xa3),
		.compressor = S_INIT("gzip, libdeflate 1.14, level 6, members of 1 MiB"),
		.user = S_INIT("65532:65532"),
		.created = 1763748190,
		.size = 6848000,
		.unpacked = 18578000,
		.package = package, .package_n = COUNT(package),
		.layer = layer, .layer_n = COUNT(layer),
		.cut = cut, .cut_n = COUNT(cut),
		.file = file, .file_n = COUNT(file),
		.drop = drop, .drop_n = COUNT(drop), .dropped_bytes = 14900000,
		.absent = left_out, .absent_n = COUNT(left_out),
		.check = check, .check_n = COUNT(check),
		.test = test, .test_n = COUNT(test),
		.pocket = pocket, .pocket_n = COUNT(pocket),
		.next = next, .next_n = COUNT(next),
		.locked = S_INIT("images/nginx.lock.json"),
		.written = TEXTS(written),
	};
}

static void fixture_hostile(struct outcome *ret)
{
	static const str bad = S_INIT(HOSTILE);
	static str list[] = { S_INIT(HOSTILE) };
	static struct outcome_package p;
	static struct outcome_layer l;
	static struct outcome_cut c;
	static struct entry e;
	static struct outcome_file f;
	static struct outcome_check k;
	static struct outcome_test t;
	static struct outcome_drop d;
	static struct outcome_pocket q;
	static struct outcome_next n;
	static struct outcome_artifact a;
	static struct outcome_certificate r;
	struct texts all = TEXTS(list);

	p = (struct outcome_package){ bad, bad, bad, bad, bad, bad, bad, bad, D(1), 1, 1, 1, 0, bad, bad, all, all, bad };
	l = (struct outcome_layer){ .what = bad };
	c = (struct outcome_cut){ bad, bad, bad, bad, true };
	e = (struct entry){ .path = bad, .link = bad, .type = ENTRY_FILE };
	f = (struct outcome_file){ &e, -1, bad };
	k = (struct outcome_check){ bad, false, bad, all };
	t = (struct outcome_test){ bad, VERDICT_FAILED, bad, 0 };
	d = (struct outcome_drop){ bad, true, 1, 1 };
	q = (struct outcome_pocket){ bad, bad, 0, bad };
	n = (struct outcome_next){ bad, bad, bad, false };
	a = (struct outcome_artifact){ bad, bad, bad, true, true, bad, bad, bad, D(2), 1, 1, 1, 0, bad };
	r = (struct outcome_certificate){ bad, bad, D(3), 0, true };
	*ret = (struct outcome){
		.artifact = &a, .artifact_n = 1, .certificate = &r, .certificate_n = 1,
		.name = bad, .description = bad, .suite = bad, .platform = &amd64, .compressor = bad, .user = bad,
		.package = &p, .package_n = 1, .layer = &l, .layer_n = 1, .cut = &c, .cut_n = 1,
		.file = &f, .file_n = 1, .drop = &d, .drop_n = 1, .check = &k, .check_n = 1, .test = &t, .test_n = 1,
		.config = { all, all, all, all, all, bad, bad, all, 1, 1, 1, 1 },
		.pocket = &q, .pocket_n = 1, .next = &n, .next_n = 1, .locked = bad, .written = all,
	};
}

#endif
