#include "advisory/feed_native.h"
#include "unit/advisory/told.h"

static int reads(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(op, &feed_facts, S("x.tsv"),
		      exact(S("# a comment\n"
			      "debian:12\topenssl\tCVE-1\t3.0.11-1\tHigh\n"
			      "debian:11\topenssl\tCVE-1\t\tnegligible\r\n"
			      "\n"
			      "PyPI\tJaraco.Text\tCVE-2\t1.2\t\twill_not_fix\n"
			      "PyPI\tx_y\tCVE-3\t0\tLow\n"
			      "home:1\tThing\tT-1\t2\tcritical\t\n"
			      "npm\tleft-pad\tT-2\t\t\tend_of_life")),
		      "", &t));
	CHECK(t.bad == 0);
	CHECK_STR(buf_view(&t.b), S("CVE-1\n"
				    "  debian:12 source:openssl fixed <3.0.11-1 severity high\n"
				    "  debian:11 source:openssl affected severity negligible\n"
				    "CVE-2\n"
				    "  pypi jaraco-text will_not_fix <1.2\n"
				    "CVE-3\n"
				    "  pypi x-y not_affected severity low\n"
				    "T-1\n"
				    "  home:1 Thing fixed <2 severity critical\n"
				    "T-2\n"
				    "  npm left-pad end_of_life\n"));
	return 0;
}

/* The form that several scanners are given: the release is the configuration's. */
static int reads_four_columns(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(op, &feed_facts, S("x.tsv"),
		      exact(S("curl\tCVE-1\t7.88.1-10+deb12u5\tHIGH\ncurl\tCVE-2\t\tLOW\n"
			      "zlib\tCVE-2\t1:1.2\tMEDIUM\n")),
		      "debian:12", &t));
	CHECK(t.bad == 0 && t.records == 2);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-1\n"
		    "  debian:12 source:curl fixed <7.88.1-10+deb12u5 severity high\n"
		    "CVE-2\n"
		    "  debian:12 source:curl affected severity low\n"
		    "  debian:12 source:zlib fixed <1:1.2 severity medium\n"));
	return 0;
}

static int counts_what_is_broken(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(op, &feed_facts, S("x.tsv"),
		      exact(S("a\tb\tc\n"                     /* three columns */
			      "a\tCVE-1\t1\tlow\n"            /* four, and no release */
			      "npm\t\tCVE-1\t1\tlow\n"        /* no package */
			      "npm\tx\t\t1\tlow\n"            /* no id */
			      "npm\tx\tCVE-1\t1\tlow\tsoon\n" /* no such state */
			      "npm\ty\tCVE-9\t1\tlow\n")),
		      "", &t));
	CHECK(t.bad == 5 && t.records == 1);
	CHECK_STR(buf_view(&t.b), S("CVE-9\n  npm y fixed <1 severity low\n"));
	return 0;
}

TESTS({ "reads", reads }, { "reads four columns", reads_four_columns },
      { "counts what is broken", counts_what_is_broken })
