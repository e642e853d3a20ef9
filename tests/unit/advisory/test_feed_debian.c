#include "advisory/feed_native.h"
#include "unit/advisory/golden.h"

/* Entries as the list has them, of 2002, 2018 and 2023. */
static int reads_lists(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_debian_dsa, S("list"),
		exact(S("[29 Mar 2023] DSA-5380-1 xorg-server - security update\n"
			"\t{CVE-2023-1393}\n"
			"\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n"
			"[17 Mar 2023] DSA-5356-2 sox - regression update\n"
			"\t[bullseye] - sox 14.4.2+git20190427-2+deb11u2\n"
			"[18 Apr 2018] DSA-4205-1 jessie end-of-life\n"
			"\tNOTE: end of security support for jessie\n"
			"[05 Aug 2002] DSA-140 libpng - buffer overflow\n"
			"        {CVE-2002-0660 CVE-2002-0728}\n"
			"        [woody] - libpng 1.0.12-3.woody.2\n"
			"        [woody] - libpng3 1.2.1-1.1.woody.2\n"
			"        [sarge] - libpng3 <not-affected> (Vulnerable code not present)\n"
			"        [lenny] - libpng3 <end-of-life>\n"
			"[01 Apr 2023] DLA-3380-1 firmware-nonfree - security update\n"
			"\t[buster] - firmware-nonfree 20190114+really20220913-0+deb10u1")),
		"", &t));
	CHECK(t.bad == 0 && t.records == 4);
	CHECK_STR(buf_view(&t.b),
		  S("DSA-5380-1 \"xorg-server - security update\" related CVE-2023-1393 published "
		    "2023-03-29T00:00:00Z\n"
		    "  debian:11 source:xorg-server fixed <2:1.20.11-1+deb11u6 on 2023-03-29\n"
		    "DSA-5356-2 \"sox - regression update\" published 2023-03-17T00:00:00Z\n"
		    "  debian:11 source:sox fixed <14.4.2+git20190427-2+deb11u2 on 2023-03-17\n"
		    "DSA-140 \"libpng - buffer overflow\" related CVE-2002-0660,CVE-2002-0728 "
		    "published 2002-08-05T00:00:00Z\n"
		    "  debian:woody source:libpng fixed <1.0.12-3.woody.2 on 2002-08-05\n"
		    "  debian:woody source:libpng3 fixed <1.2.1-1.1.woody.2 on 2002-08-05\n"
		    "  debian:sarge source:libpng3 not_affected urgency not-affected\n"
		    "  debian:5 source:libpng3 end_of_life urgency end-of-life\n"
		    "DLA-3380-1 \"firmware-nonfree - security update\" published "
		    "2023-04-01T00:00:00Z\n"
		    "  debian:10 source:firmware-nonfree fixed <20190114+really20220913-0+deb10u1 "
		    "on 2023-04-01\n"));
	return 0;
}

static int counts_broken_lines(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(op, &feed_debian_dsa, S("list"),
		      exact(S("\n[\n[] DSA-\n\t[x] - a 1\n[29 Mar 2023] CVE-1 x\n\t[sid] - b 1\n"
			      "[30 Mar 2023] DSA-1-1 x - y\n\t[sid]\n\t[sid] - c\n\t[] - d 1\n"
			      "\t[sid - e 1\n\t{\n\t{CVE-1\n\t[sid] - f 1\n")),
		      "", &t));
	CHECK(t.bad == 7);
	CHECK_STR(buf_view(&t.b),
		  S("DSA-1-1 \"x - y\" related CVE-1 published 2023-03-30T00:00:00Z\n"
		    "  debian:sid source:f fixed <1 on 2023-03-30\n"));
	return 0;
}

/* The whole lists of April 2023; what they hold was counted with other means. */
static int reads_all_of_2023(struct op *op)
{
	struct told dsa = { .count_only = true }, dla = { .count_only = true };
	str list;

	if (!told_shared(op, "debian-security-tracker-2023/data-DSA-list", &list))
		SKIP("no tracker of 2023: TEMPER_SHARED_DATA names no directory that has it");
	TRY(told_read(op, &feed_debian_dsa, S("data-DSA-list"), list, "", &dsa));
	CHECK(dsa.bad == 0);
	CHECK(feed_debian_dsa.looks_like(&(struct feed_document){ .bytes = list }));
	MUST(told_shared(op, "debian-security-tracker-2023/data-DLA-list", &list));
	TRY(told_read(op, &feed_debian_dsa, S("data-DLA-list"), list, "", &dla));
	CHECK(dla.bad == 0);
	CHECK(dsa.records == 5383 && dsa.affected == 6988 && dsa.spans == 6926);
	CHECK(dla.records == 3530 && dla.affected == 3535 && dla.spans == 3534);
	return 0;
}

/* Every kind of release, as the tracker writes them. */
static int reads_tracker(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_debian_tracker, S("json"),
		exact(S("{\"389-ds-base\":{\"CVE-2016-5416\":{\"description\":\"It \\\"is\\\" "
			"so.\","
			"\"debianbug\":834233,\"scope\":\"local\",\"releases\":{"
			"\"bookworm\":{\"status\":\"resolved\",\"repositories\":{\"bookworm\":"
			"\"2\"},"
			"\"fixed_version\":\"1.4-1\",\"urgency\":\"not yet assigned\"},"
			"\"bullseye\":{\"status\":\"open\",\"repositories\":{},\"urgency\":\"not "
			"yet "
			"assigned\",\"nodsa\":\"Minor issue\",\"nodsa_reason\":\"ignored\"},"
			"\"buster\":{\"status\":\"open\",\"urgency\":\"low**\",\"nodsa\":\"Minor\","
			"\"nodsa_reason\":\"postponed\"},"
			"\"stretch\":{\"status\":\"open\",\"urgency\":\"medium\",\"nodsa\":"
			"\"Minor\","
			"\"nodsa_reason\":\"\"},"
			"\"jessie\":{\"status\":\"open\",\"urgency\":\"end-of-life\"},"
			"\"trixie\":{\"status\":\"resolved\",\"fixed_version\":\"0\",\"urgency\":"
			"\"unimportant\"},"
			"\"forky\":{\"status\":\"undetermined\",\"urgency\":\"unimportant\"},"
			"\"hamm\":{\"status\":\"open\",\"urgency\":\"high\"},"
			"\"sid\":{\"status\":\"open\",\"urgency\":\"not yet assigned\"}}},"
			"\"CVE-1\":{\"releases\":[]}},"
			"\"wordpress\":{\"TEMP-0000000-0CA7E3\":{\"releases\":{\"sid\":{\"status\":"
			"\"resolved\",\"fixed_version\":\"0\",\"urgency\":\"unimportant\"}}}}}")),
		"", &t));
	CHECK(t.bad == 0);
	CHECK_STR(buf_view(&t.b),
		  S("CVE-2016-5416\n"
		    "  debian:12 source:389-ds-base fixed <1.4-1\n"
		    "  debian:11 source:389-ds-base will_not_fix urgency ignored\n"
		    "  debian:10 source:389-ds-base fix_deferred severity low urgency postponed\n"
		    "  debian:9 source:389-ds-base affected severity medium urgency no-dsa\n"
		    "  debian:8 source:389-ds-base end_of_life urgency end-of-life\n"
		    "  debian:13 source:389-ds-base not_affected severity negligible urgency "
		    "unimportant\n"
		    "  debian:14 source:389-ds-base under_investigation severity negligible "
		    "urgency unimportant\n"
		    "  debian:hamm source:389-ds-base affected severity high urgency high\n"
		    "  debian:sid source:389-ds-base affected\n"
		    "TEMP-0000000-0CA7E3\n"
		    "  debian:sid source:wordpress not_affected severity negligible urgency "
		    "unimportant\n"));
	return 0;
}

static int counts_broken_releases(struct op *op)
{
	struct told t = { 0 };

	CHECK_FAILS(op, told_read(op, &feed_debian_tracker, S("json"), exact(S("[]")), "", &t),
		    ERR_FORMAT, "no mapping of sources");
	CHECK_FAILS(op, told_read(op, &feed_debian_tracker, S("json"), exact(S("{")), "", &t),
		    ERR_FORMAT, "");
	TRY(told_read(op, &feed_debian_tracker, S("json"),
		      exact(S("{\"a\":[],\"b\":{\"CVE-1\":{}},\"c\":{\"CVE-2\":{\"releases\":{"
			      "\"sid\":{\"status\":\"resolved\"},\"trixie\":{},\"bookworm\":7,"
			      "\"bullseye\":{\"status\":\"maybe\"},"
			      "\"buster\":{\"status\":\"open\"}}}}}")),
		      "", &t));
	CHECK(t.bad == 6);
	CHECK_STR(buf_view(&t.b), S("CVE-2\n  debian:10 source:c affected\n"));
	return 0;
}

static int as_vunnel(struct op *op, void *arg, const struct golden *g)
{
	struct told *t = arg;
	str line, ns = g->ns;

	/* What comes of vunnel's old databases and of releases that its input no longer has. */
	if (str_eq(ns, S("debian:7")) || str_eq(g->id, S("CVE-2012-0833")))
		return 0;
	if (str_eq(ns, S("debian:unstable")))
		ns = S("debian:sid");
	if (str_eq(g->version, S("0")))
		TRY(op_text(op, &line, "%.*s %.*s source:%.*s not_affected", STR_ARG(g->id),
			    STR_ARG(ns), STR_ARG(g->name)));
	else if (str_eq(g->version, S("None"))) /* all of these are out of support */
		TRY(op_text(op, &line, "%.*s %.*s source:%.*s end_of_life", STR_ARG(g->id),
			    STR_ARG(ns), STR_ARG(g->name)));
	else
		TRY(op_text(op, &line, "%.*s %.*s source:%.*s fixed <%.*s", STR_ARG(g->id),
			    STR_ARG(ns), STR_ARG(g->name), STR_ARG(g->version)));
	if (severity_of(g->severity))
		TRY(op_text(op, &line, "%.*s severity %s", STR_ARG(line),
			    severities[severity_of(g->severity)]));
	CHECK_STR(told_has(t, line) ? S("told") : line, S("told"));
	t->records++;
	return 0;
}

static int agrees_with_vunnel(struct op *op)
{
	struct told t = { .brief = true };
	str text;

	if (!told_shared(op, "vunnel/tests/unit/providers/debian/test-fixtures/input/debian.json",
			 &text))
		SKIP("no samples of vunnel: TEMPER_SHARED_DATA names no directory that has them");
	CHECK(feed_debian_tracker.looks_like(&(struct feed_document){ .bytes = text }));
	CHECK(!feed_debian_dsa.looks_like(&(struct feed_document){ .bytes = text }));
	TRY(told_read(op, &feed_debian_tracker, S("debian.json"), text, "", &t));
	CHECK(t.bad == 0 && t.records == 6);
	t.records = 0;
	TRY(golden_walk(op, "vunnel/tests/unit/providers/debian/test-fixtures/snapshots", as_vunnel,
			&t));
	CHECK(t.records == 25);
	return 0;
}

TESTS({ "reads lists", reads_lists }, { "counts broken lines", counts_broken_lines },
      { "reads all of 2023", reads_all_of_2023, .once = true },
      { "reads the tracker", reads_tracker }, { "counts broken releases", counts_broken_releases },
      { "agrees with vunnel", agrees_with_vunnel, .once = true })
