#include "scan/advise.h"

#include "scan/catalogue.h"
#include "unit/harness.h"

/* An inventory of packages "TYPE NAME VERSION", and its report without findings. */
struct thing {
	struct inventory inv;
	struct report report;
};

static int make(struct op *op, const char *const *line, struct thing *ret)
{
	ptrdiff_t n = 0;

	while (line[n])
		n++;
	*ret = (struct thing){ .inv.package = op_new(op, struct package, n) };
	if (!ret->inv.package)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str rest = str_of(line[i]);
		struct package *p = &ret->inv.package[ret->inv.package_n++];
		p->type = package_type_of_name(str_word(&rest));
		p->name = str_word(&rest);
		p->version = str_word(&rest);
		p->origin = ORIGIN_APPLICATION;
	}
	ret->report = (struct report){ .inventory = &ret->inv };
	return 0;
}

static const struct texts nothing;

/* "python 3.11: why" of each need. */
static int told(struct op *op, const struct advice_need *need, ptrdiff_t n, str *ret)
{
	*ret = S("");
	for (ptrdiff_t i = 0; i < n; i++)
		TRY(op_text(op, ret, "%.*s%s%s %.*s: %.*s", STR_ARG(*ret), i ? "; " : "",
			    need[i].what, STR_ARG(need[i].version), STR_ARG(need[i].why)));
	return 0;
}

static int needs(struct op *op)
{
	static const struct {
		const char *package[4], *start, *library, *told;
	} cases[] = {
		{ { "deb python3.11-minimal 3.11.2-6" },
		  "/usr/bin/python3",
		  "",
		  "python 3.11: it starts /usr/bin/python3" },
		{ { "binary node 20.1.0", "deb perl-base 5.36" },
		  "node",
		  "",
		  "nodejs 20.1: it starts node" },
		{ { "deb nginx 1.22.1-9" },
		  "/usr/sbin/nginx",
		  "",
		  "nginx : it starts /usr/sbin/nginx" },
		{ { "deb openjdk-17-jre-headless 17.0.9+9-1", "java-archive a 1" },
		  "/opt/start",
		  "",
		  "openjdk 17.0: 1 java-archive package" },
		{ { "deb ruby3.1 3.1.2-7", "gem rack 3", "gem puma 6" },
		  "/start.sh",
		  "",
		  "ruby 3.1: 2 gem packages" },
		{ { "npm left-pad 1.0.0" }, "/app", "", "" },
		{ { "deb libc6 2.36" },
		  "/app",
		  "usr/lib/x86_64-linux-gnu/libc.so.6",
		  "libc : its program loads libc.so.6" },
		{ { "apk musl 1.2" }, "/app", "lib/ld-musl-x86_64.so.1", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str start = str_of(cases[i].start), library = str_of(cases[i].library), text;
		struct config c = { .entrypoint = { &start, 1 } };
		struct texts libraries = { &library, library.len ? 1 : 0 };
		struct advice_need *need;
		struct thing t;
		ptrdiff_t n;
		TRY(make(op, cases[i].package, &t));
		TRY(advise_needs(op, &t.inv, &c, &libraries, &need, &n));
		TRY(told(op, need, n, &text));
		CHECK_STR(text, str_of(cases[i].told));
	}
	return 0;
}

static int needs_of_names(struct op *op)
{
	static const struct {
		const char *image, *told;
	} cases[] = {
		{ "python:3.12-slim", "python 3.12: its base is called python" },
		{ "docker.io/library/node:20@sha256:00", "nodejs 20: its base is called node" },
		{ "gcr.io/distroless/base-debian12", "libc : its base is called base-debian12" },
		{ "localhost:5000/httpd", "apache : its base is called httpd" },
		{ "debian:12", "libc : its base is called debian" },
		{ "golang:1.22", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct advice_need *need;
		ptrdiff_t n;
		str text;
		TRY(advise_needs_of_name(op, str_of(cases[i].image), &need, &n));
		TRY(told(op, need, n, &text));
		CHECK_STR(text, str_of(cases[i].told));
	}
	return 0;
}

static int judges(struct op *op)
{
	static const char *const old[] = { "deb apt 2.6",    "deb dash 0.5",
					   "deb libc6 2.36", "deb python3 3.11.2-1",
					   "python flask 3", NULL };
	static const char *const good[] = { "deb libc6 2.41", "deb python3 3.13.5-1", NULL };
	static const char *const worse[] = { "deb libc6 2.41", "deb python3 3.11.2-1", NULL };
	static const char *const none[] = { "deb libc6 2.41", NULL };
	struct finding findings[] = {
		{ .id = S_INIT("CVE-1"), .package = 1, .severity = SEVERITY_HIGH },
		{ .id = S_INIT("CVE-2"), .package = 4, .severity = SEVERITY_CRITICAL },
		{ .id = S_INIT("CVE-3"), .package = 0, .suppressed = SUPPRESSED_VEX },
	};
	struct thing now, a, b, c;

	TRY(make(op, old, &now));
	TRY(make(op, good, &a));
	TRY(make(op, worse, &b));
	TRY(make(op, none, &c));
	now.report.finding = findings;
	now.report.finding_n = 3;
	b.report.finding = findings;
	b.report.finding_n = 1;
	const struct advice_base bases[] = {
		{ S("bare"), S(""), "catalogue", &c.report, 1 },
		{ S("mine:1"), S(""), "store", &b.report, 10 },
		{ S("python"), S(""), "catalogue", &a.report, 20 },
		{ S("nginx"), S(""), "catalogue", &a.report, 5 },
	};
	struct config config = { 0 };
	struct advice_need need = { "python", S("r"), S("3.11") };
	struct advices r = { .need = &need, .need_n = 1 };
	TRY(advise_make(op, &now.report, &config, &nothing, bases, 4, &r));
	CHECK(r.n == 4 && r.fits_n == 2);
	CHECK_STR(r.p[0].base.name, S("python"));
	CHECK_STR(r.p[1].base.name, S("mine:1"));
	CHECK(r.p[0].costs.n == 3);
	CHECK_STR(r.p[0].costs.p[0], S("python 3.11 becomes 3.13"));
	CHECK_STR(r.p[0].costs.p[1], S("no shell"));
	CHECK(r.p[1].costs.n == 2 && r.p[1].by_severity[SEVERITY_HIGH] == 1);
	CHECK(r.by_severity[SEVERITY_HIGH] == 1 && r.by_severity[SEVERITY_CRITICAL] == 0);
	CHECK(r.application == 1);
	CHECK(!r.p[3].fits && r.p[3].missing.n == 1);
	CHECK_STR(r.p[3].missing.p[0], S("python"));
	return 0;
}

static int libraries(struct op *op)
{
	static const char *const old[] = { "deb libc6 2.36", "deb libpq5 15", "deb libssl3 3.0",
					   NULL };
	static const char *const base[] = { "deb libc6 2.41", "deb libssl3t64 3.5", NULL };
	str loaded[] = { S("usr/lib/libpq.so.5"), S("usr/lib/libssl.so.3") };
	struct package_file pq = { .path = S("usr/lib/libpq.so.5") };
	struct package_file ssl = { .path = S("usr/lib/libssl.so.3") };
	struct thing now, to;

	TRY(make(op, old, &now));
	TRY(make(op, base, &to));
	now.inv.package[1].file = &pq;
	now.inv.package[1].file_n = 1;
	now.inv.package[2].file = &ssl;
	now.inv.package[2].file_n = 1;
	const struct advice_base bases[] = { { S("base"), S(""), "catalogue", &to.report, 1 } };
	struct advice_need need = { "libc", S("r"), S("") };
	struct advices r = { .need = &need, .need_n = 1 };
	struct config config = { 0 };
	const struct texts list = { loaded, 2 };
	TRY(advise_make(op, &now.report, &config, &list, bases, 1, &r));
	CHECK(r.fits_n == 1 && r.p[0].costs.n == 1);
	CHECK_STR(r.p[0].costs.p[0], S("libpq5 must be added"));
	return 0;
}

/* Every image that ships is whole, and each but the smallest is found for what it is for. */
static int catalogue(struct op *op)
{
	CHECK(catalogue_images_n >= 20);
	for (size_t i = 0; i < catalogue_images_n; i++) {
		struct inventory inv;
		TRY(catalogue_inventory(op, &catalogue_images[i], &inv));
		CHECK(inv.package_n > 0 &&
		      catalogue_images[i].unpacked > catalogue_images[i].size / 2);
		for (ptrdiff_t p = 0; p < inv.package_n; p++)
			CHECK(str_starts(inv.package[p].purl, S("pkg:deb/debian/")) &&
			      inv.package[p].source.len > 0 &&
			      inv.package[p].source_version.len > 0);
	}
	return 0;
}

TESTS({ "needs", needs }, { "needs of names", needs_of_names }, { "judges", judges },
      { "libraries", libraries }, { "catalogue", catalogue, .once = true })
