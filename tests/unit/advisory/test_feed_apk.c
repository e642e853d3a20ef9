#include "advisory/feed_native.h"
#include "unit/advisory/golden.h"

static const char yaml[] = "---\n"
			   "distroversion: v3.10\n"
			   "reponame: main\n"
			   "urlprefix: http://example.invalid/alpine\n"
			   "apkurl: \"x\"\n"
			   "packages:\n"
			   "  - pkg:\n"
			   "      name: xen\n"
			   "      secfixes:\n"
			   "        4.10:\n"
			   "          - CVE-2017-1000 CVE-2017-1001 XSA-3\n"
			   "          - CVE-2018-14468 (FrameRelay)\n"
			   "          - CVE-2018-xxxx XSA-182\n"
			   "        4.9-r0:\n"
			   "          - CVE-2019-5060 TALOS-2019-0844\n"
			   "          - CVE-2018-14468\n"
			   "          - CVE_2019-2426 (+ something)\n"
			   "          - CVE-2017-17434-1\n"
			   "        0:\n"
			   "          - CVE-2019-5060\n"
			   "          - CVE-2020-1234\n"
			   "  - pkg:\n"
			   "      name: empty\n"
			   "      secfixes:\n"
			   "  - pkg:\n"
			   "      secfixes:\n"
			   "        1:\n"
			   "          - CVE-2020-9999\n";

static int reads(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(op, &feed_alpine_secdb, S("main.yaml"), exact(str_of(yaml)), "", &t));
	CHECK(t.bad == 1);
	CHECK_STR(buf_view(&t.b), S("CVE-2017-1000 related XSA-3\n"
				    "  alpine:3.10 source:xen fixed <4.10\n"
				    "CVE-2017-1001 related XSA-3\n"
				    "  alpine:3.10 source:xen fixed <4.10\n"
				    "CVE-2017-17434\n"
				    "  alpine:3.10 source:xen fixed <4.9-r0\n"
				    "CVE-2018-14468\n"
				    "  alpine:3.10 source:xen fixed <4.10\n"
				    "CVE-2019-2426\n"
				    "  alpine:3.10 source:xen fixed <4.9-r0\n"
				    "CVE-2019-5060 alias TALOS-2019-0844\n"
				    "  alpine:3.10 source:xen fixed <4.9-r0\n"
				    "CVE-2020-1234\n"
				    "  alpine:3.10 source:xen not_affected\n"
				    "XSA-182\n"
				    "  alpine:3.10 source:xen fixed <4.10\n"));
	return 0;
}

/* Whose it is: the configuration says, or who serves it, or the release. */
static int knows_whose(struct op *op)
{
	static const struct {
		const char *release, *head, *key;
	} cases[] = {
		{ "", "\"distroversion\":\"edge\"", "alpine:edge" },
		{ "", "\"urlprefix\":\"https://packages.wolfi.dev\",\"reponame\":\"os\"", "wolfi" },
		{ "", "\"urlprefix\":\"https://packages.cgr.dev/chainguard\"", "chainguard" },
		{ "minimos", "\"urlprefix\":\"https://packages.wolfi.dev\"", "minimos" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told t = { .brief = true };
		str text, want;
		TRY(op_text(op, &text,
			    "{%s,\"packages\":[{\"pkg\":{\"name\":\"a\",\"secfixes\":{\"1-r0\":["
			    "\"GHSA-aaaa-bbbb-cccc\"]}}}]}",
			    cases[i].head));
		TRY(told_read(op, &feed_alpine_secdb, S("x.json"), exact(text), cases[i].release,
			      &t));
		TRY(op_text(op, &want, "GHSA-aaaa-bbbb-cccc %s source:a fixed <1-r0\n",
			    cases[i].key));
		CHECK_STR(buf_view(&t.b), want);
	}
	struct told t = { 0 };
	CHECK_FAILS(op,
		    told_read(op, &feed_alpine_secdb, S("x.json"), exact(S("{\"packages\":[]}")),
			      "", &t),
		    ERR_FORMAT, "does not say of which release");
	CHECK_FAILS(op, told_read(op, &feed_alpine_secdb, S("x.json"), exact(S("{}")), "", &t),
		    ERR_FORMAT, "no list of packages");
	return 0;
}

static int as_vunnel(struct op *op, void *arg, const struct golden *g)
{
	struct told *t = arg;
	str line;

	TRY(op_text(op, &line, "%.*s %.*s source:%.*s fixed <%.*s", STR_ARG(g->id), STR_ARG(g->ns),
		    STR_ARG(g->name), STR_ARG(g->version)));
	CHECK_STR(told_has(t, line) ? S("told") : line, S("told"));
	t->records--;
	return 0;
}

static int agrees_with_vunnel(struct op *op)
{
	static const char *const names[] = { "main", "community" };
	struct told t = { .brief = true };
	str text, path;

	for (int i = 0; i < 2; i++) {
		TRY(op_text(op, &path,
			    "vunnel/tests/unit/providers/alpine/test-fixtures/input/secdb/v3.15/"
			    "%s.yaml",
			    names[i]));
		if (!told_shared(op, path.p, &text))
			SKIP("no samples of vunnel: TEMPER_SHARED_DATA names no directory that "
			     "has them");
		CHECK(feed_alpine_secdb.looks_like(&(struct feed_document){ .bytes = text }));
		TRY(told_read(op, &feed_alpine_secdb, path, text, "", &t));
		CHECK(t.bad == 0);
	}
	TRY(golden_walk(op, "vunnel/tests/unit/providers/alpine/test-fixtures/snapshots", as_vunnel,
			&t));
	CHECK(t.records == 0); /* nothing that vunnel has not */
	return 0;
}

/* All of 2020: what they hold was counted with other means. */
static int reads_all_of_2020(struct op *op)
{
	struct told t = { .count_only = true };
	str path, text;

	for (int release = 3; release <= 11; release++) {
		for (int i = 0; i < 2; i++) {
			TRY(op_text(op, &path, "alpine-secdb-2020/v3.%d/%s.yaml", release,
				    i ? "community" : "main"));
			if (!told_shared(op, path.p, &text))
				SKIP("no secdb of 2020: TEMPER_SHARED_DATA names no directory "
				     "that has it");
			TRY(told_read(op, &feed_alpine_secdb, path, text, "", &t));
			CHECK(t.bad == 0);
		}
	}
	CHECK(t.records == 11877 && t.spans == 11872);
	return 0;
}

/* The latest event holds, wherever it stands. */
static int reads_determinations(struct op *op)
{
	struct told t = { 0 };

	TRY(told_read(
		op, &feed_wolfi_advisories, S("a.advisories.yaml"),
		exact(S("schema-version: 2.0.2\n\npackage:\n  name: aws-ebs-csi-driver\n\n"
			"advisories:\n"
			"  - id: CGA-2926-jmm7-pjv5\n    aliases:\n      - CVE-2023-45289\n"
			"      - GHSA-32ch-6x54-q4h9\n    events:\n"
			"      - timestamp: 2024-03-12T07:08:16Z\n        type: fixed\n"
			"        data:\n          fixed-version: 1.28.0-r1\n"
			"      - timestamp: 2024-03-01T07:08:16Z\n        type: detection\n"
			"        data:\n          type: manual\n"
			"  - id: CGA-2fwg-fxgv-vq96\n    aliases: []\n    events:\n"
			"      - timestamp: 2023-09-19T16:39:53Z\n"
			"        type: false-positive-determination\n        data:\n"
			"          type: vulnerable-code-not-included-in-package\n"
			"          note: Go vulndb has marked this code.\n"
			"  - id: CGA-1\n    events:\n"
			"      - timestamp: 2024-01-01T00:00:00Z\n        type: detection\n"
			"  - id: CGA-2\n    events:\n"
			"      - timestamp: 2024-01-01T00:00:00Z\n        type: fix-not-planned\n"
			"        data:\n          note: no\n"
			"  - id: CGA-3\n    events:\n"
			"      - timestamp: 2024-01-01T00:00:00Z\n"
			"        type: pending-upstream-fix\n"
			"  - id: CGA-4\n    events: []\n"
			"  - id: CGA-5\n    events:\n"
			"      - timestamp: 2024-01-01T00:00:00Z\n        type: fixed\n")),
		"", &t));
	CHECK(t.bad == 2);
	CHECK_STR(buf_view(&t.b),
		  S("CGA-2926-jmm7-pjv5 alias CVE-2023-45289,GHSA-32ch-6x54-q4h9 published "
		    "2024-03-12T07:08:16Z modified 2024-03-12T07:08:16Z\n"
		    "  wolfi source:aws-ebs-csi-driver fixed <1.28.0-r1 on 2024-03-12\n"
		    "CGA-2fwg-fxgv-vq96 published 2023-09-19T16:39:53Z modified "
		    "2023-09-19T16:39:53Z\n"
		    "  wolfi source:aws-ebs-csi-driver not_affected urgency "
		    "vulnerable-code-not-included-in-package\n"
		    "CGA-1 published 2024-01-01T00:00:00Z modified 2024-01-01T00:00:00Z\n"
		    "  wolfi source:aws-ebs-csi-driver under_investigation urgency detection\n"
		    "CGA-2 published 2024-01-01T00:00:00Z modified 2024-01-01T00:00:00Z\n"
		    "  wolfi source:aws-ebs-csi-driver will_not_fix urgency fix-not-planned\n"
		    "CGA-3 published 2024-01-01T00:00:00Z modified 2024-01-01T00:00:00Z\n"
		    "  wolfi source:aws-ebs-csi-driver affected urgency pending-upstream-fix\n"));
	return 0;
}

TESTS({ "reads", reads }, { "reads determinations", reads_determinations },
      { "knows whose", knows_whose }, { "agrees with vunnel", agrees_with_vunnel, .once = true },
      { "reads all of 2020", reads_all_of_2020, .once = true })
