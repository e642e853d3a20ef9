#include "advisory/bulletin.h"

#include "unit/advisory/told.h"

static int dates(struct op *op)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "29 Mar 2023", "2023-03-29" },
		{ "01 Aug 2002", "2002-08-01" },
		{ "1 December 2020", "2020-12-01" },
		{ "2023-03-29", "2023-03-29" },
		{ "2023-03-29T10:00:00Z", "2023-03-29" },
		{ "2023-03-29 10:00", "2023-03-29" },
		{ "2023-3-29", "" },
		{ "29 arM 2023", "" },
		{ "29 Mar", "" },
		{ "x Mar 2023", "" },
		{ "xxxx-03-29", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_STR(bulletin_date(op, exact(str_of(cases[i].in))), str_of(cases[i].out));
	CHECK_STR(bulletin_time(op, exact(S("2024-02-29"))), S("2024-02-29T00:00:00Z"));
	CHECK_STR(bulletin_time(op, exact(S("2024-08-02T12:22:44.5+00:00"))),
		  S("2024-08-02T12:22:44.5Z"));
	CHECK_STR(bulletin_time(op, exact(S("2024-08-02T12:22:44+02:00"))),
		  S("2024-08-02T12:22:44+02:00"));
	CHECK_STR(bulletin_time(op, exact(S("2023-02-30"))), S(""));
	return op->code;
}

/* Lists grow, what is empty or there already is left out, what must hold stands sorted. */
static int sends(struct op *op)
{
	struct told t = { 0 };
	struct feed_sink sink = { .advisory = told_advisory, .to = &t };
	AUTO_OP kept;
	struct bulletin d;
	uint64_t bad = 0;

	op_init(&kept, 0); /* what a sink keeps is not the reader's memory */
	buf_init(&t.b, &kept, 1 << 20);
	bulletin_begin(&d, op, &sink, S("A-1"));
	d.a.summary = S("sum");
	bulletin_add(&d, &d.related, S("CVE-1"));
	bulletin_add(&d, &d.related, S(""));
	bulletin_add(&d, &d.related, S("CVE-2"));
	bulletin_add(&d, &d.related, S("CVE-1"));
	bulletin_add(&d, &d.aliases, S("G-1"));
	struct affected *a = bulletin_affected(&d, S("debian:12"), S("xen"), AFFECTED_SOURCE);
	bulletin_until(&d, a, S("2"));
	bulletin_span(&d, a,
		      &(struct version_span){ .from = S("3"), .last = S("4"), .after = true });
	bulletin_only(&d, a, "module", S("m:1"));
	bulletin_only(&d, a, "arch", S("x86_64"));
	bulletin_only(&d, a, "cpe", S(""));
	bulletin_only(&d, a, "channel", S("esm"));
	a = bulletin_affected(&d, S("npm"), S("x"), AFFECTED_ANY);
	if (a)
		a->state = FIX_NOT_AFFECTED;
	TRY(bulletin_send(&d, &bad));
	CHECK(bad == 0);
	bulletin_begin(&d, op, &sink, S("A-\n"));
	TRY(bulletin_send(&d, &bad));
	bulletin_begin(&d, op, &sink, S("A-3"));
	bulletin_until(&d, bulletin_affected(&d, S("npm"), S("x"), AFFECTED_ANY), S("1\t"));
	TRY(bulletin_send(&d, &bad));
	CHECK(bad == 2);
	bulletin_begin(&d, op, &sink, S("A-2"));
	bulletin_add(&d, &d.cwe, S("CWE-1"));
	bulletin_drop(&d);
	CHECK_STR(buf_view(&t.b), S("A-1 \"sum\" alias G-1 related CVE-1,CVE-2\n"
				    "  debian:12 source:xen fixed <2 >3<=4 only arch=x86_64 only "
				    "channel=esm only module=m:1\n"
				    "  npm x not_affected\n"));
	return 0;
}

TESTS({ "dates", dates }, { "sends", sends })
