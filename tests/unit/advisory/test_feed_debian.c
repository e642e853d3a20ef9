#include "advisory/feed_native.h"
#include "unit/advisory/told.h"

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
		    "  debian:lenny source:libpng3 end_of_life urgency end-of-life\n"
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

TESTS({ "reads lists", reads_lists }, { "counts broken lines", counts_broken_lines },
      { "reads all of 2023", reads_all_of_2023, .once = true })
