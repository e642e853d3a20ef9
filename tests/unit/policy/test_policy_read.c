#include "judged.h"

static const struct {
	const char *text, *error;
} refused[] = {
	{ "", "p.yaml:1:1: a mapping is expected here" },
	{ "name: p\n", "a policy without rules would let everything pass" },
	{ "name: p\nrules: []\n", "a policy without rules" },
	{ "name: 'p q'\nrules: []\n", "p.yaml:1:7: 'p q' is no name" },
	{ "rules: [{id: A, rule: vuln.kev}]\n", "the key 'name' is missing" },
	{ "name: p\nrulez: []\n", "p.yaml:2:1: unknown key 'rulez'; did you mean 'rules'?" },
	{ "name: p\nname: q\n", "p.yaml:2:" },
	{ "name: p\nmode: enforced\nrules: [{id: A, rule: vuln.kev}]\n",
	  "p.yaml:2:7: 'enforced' is no mode" },
	{ "name: p\nrules: [{id: A, rule: vuln.kevv}]\n",
	  "p.yaml:2:23: there is no rule 'vuln.kevv'; did you mean 'vuln.kev'?" },
	{ "name: p\nrules: [{id: A}]\n", "the key 'rule' is missing" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity}]\n", "vuln.severity needs 'min'" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity, with: {min: hgh}}]\n",
	  "'min' of A must be negligible, low" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity, with: {mni: high}}]\n",
	  "vuln.severity takes no 'mni'; did you mean 'min'?" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {min: high}}]\n",
	  "vuln.kev takes no 'min'" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {grace: 7}}]\n", "must be a time" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {grace: {hi: 7d}}}]\n",
	  "must be a time" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {due: yes}}]\n", "true or false" },
	{ "name: p\nrules: [{id: A, rule: vuln.epss, with: {above: -1}}]\n", "must be a number" },
	{ "name: p\nrules: [{id: A, rule: image.max_size, with: {max_size: 1 XB}}]\n",
	  "must be a size" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity, with: {min: low, ignore_states: [x]}}]\n",
	  "must be a list of states" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {only_app: true, only_base: true}}]\n",
	  "leave nothing" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, effective_on: 2027-02-30}]\n", "is no date" },
	{ "name: p\nrules: [{id: 'A B', rule: vuln.kev}]\n", "'A B' is no id" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev}, {id: A, rule: vuln.malicious}]\n",
	  "the id A stands twice" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev}, {id: B, rule: vuln.kev}]\n",
	  "B says the same as A" },
	{ "name: p\nrules:\n- {id: A, rule: vuln.severity, with: {min: high}}\n"
	  "- {id: B, rule: vuln.severity, with: {min: low}}\n",
	  "p.yaml:4:3: B contradicts A (p.yaml:3)" },
	{ "name: p\nrules:\n- {id: A, rule: config.nonroot}\n"
	  "- {id: B, rule: CIS-4.1, with: {allow: [x]}}\n",
	  "B contradicts A" },
	{ "name: p\nrules:\n- {id: A, rule: package.required, with: {purls: "
	  "['pkg:deb/debian/x']}}\n"
	  "- {id: B, rule: package.deny, with: {purls: ['pkg:deb/debian/x']}}\n",
	  "one asks for 'pkg:deb/debian/x', the other refuses it" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, cel: 'true'}]\n", "either 'rule' or 'cel'" },
	{ "name: p\nrules: [{id: A, cel: 'tru'}]\n", "p.yaml:2:" },
	{ "name: p\nrules: [{id: A, cel: '1 + 1'}]\n", "must give true or false" },
	{ "name: p\nrules: [{id: A, cel: 'true', message: '1'}]\n", "that gives a text" },
	{ "name: p\nrules: [{id: A, cel: 'true', with: {min: low}}]\n", "takes no 'with'" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, message: '\"x\"'}]\n", "goes with 'cel'" },
	{ "name: p\nrules: [{id: A, cel: 'true'}, {id: B, cel: 'true'}]\n",
	  "B says the same as A" },
	{ "name: p\nextends: [nothing]\n", "names the file nothing" },
	{ "name: p\nmatch: {}\nrules: [{id: A, rule: vuln.kev}]\n", "'match' names no images" },
	{ "name: p\nmatch: {images: [a], except: ['**']}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "would except nearly everything" },
	{ "name: p\nmatch: {image: [a]}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "did you mean 'images'?" },
	{ "name: p\ndata: {a: 1d}\nrules: [{id: A, rule: vuln.kev}]\n", "no rule uses 'a'" },
	{ "name: p\nrules: [{id: A, rule: kev}]\n", "p.yaml:2:23: there is no rule 'kev'" },
	{ "name: p\nrules: [{id: A, rule: DL9999}]\n", "p.yaml:2:23: there is no rule 'DL9999'" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {grace: $a}}]\n", "'data' has no 'a'" },
	{ "name: p\ndata: {a: 7}\nrules: [{id: A, rule: vuln.kev, with: {grace: $a}}]\n",
	  "p.yaml:2:11: 'grace' of A must be a time" },
	{ "name: p\nrules: [{id: A, rule: audit.all, with: {rules: [config.nonrot]}}]\n",
	  "p.yaml:2:48: there is no rule 'config.nonrot'; did you mean 'config.nonroot'?" },
	{ "name: p\noverride: {B: {mode: warn}}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "p.yaml:2:12: there is no rule with the id 'B'" },
	{ "name: p\noverride: {A: {rule: x}}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "unknown key 'rule'" },
	{ "name: p\nwaivers: {max_day: 3}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "did you mean 'max_days'?" },
	{ "name: p\nwaivers: {max_days: 0}\nrules: [{id: A, rule: vuln.kev}]\n", "max_days is 1" },
};

static int what_is_refused(struct op *op)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct policy *p;
		CHECK_FAILS(op,
			    policy_read(op, S("p.yaml"), exact(str_of(refused[i].text)), NULL, NULL,
					&p),
			    ERR_USAGE, refused[i].error);
	}
	return 0;
}

/* ---- files ---- */

static const struct {
	const char *path, *text;
} files[] = {
	{ "d/base.yaml", "name: base\ndata: {age: 48h}\nrules:\n"
			 "- {id: A, rule: feed.freshness, with: {max_age: $age}}\n"
			 "- {id: B, rule: vuln.severity, with: {min: high}}\n" },
	{ "d/left.yaml", "name: left\nextends: [base.yaml]\n" },
	{ "d/right.yaml", "name: right\nmode: warn\nextends: [base.yaml]\n"
			  "rules: [{id: C, rule: vuln.kev}]\n" },
	{ "d/loop.yaml", "name: loop\nextends: [pool.yaml]\n" },
	{ "d/pool.yaml", "name: pool\nextends: [loop.yaml]\n" },
	{ "d/over.yaml", "data: {age: 9h}\nrules: {B: {min: critical}}\n" },
	{ "d/over_typo.yaml", "data: {aeg: 9h}\n" },
	{ "d/over_rule.yaml", "rules: {X: {min: critical}}\n" },
	{ "d/w.yaml", "waivers: [{id: CVE-2023-2975, " GOOD "}]\n" },
	{ "d/.trivyignore", "CVE-2023-2975\n" },
};

static int open_file(void *arg, struct op *op, str path, str *ret)
{
	(void)arg;
	(void)op;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!str_eq(path, str_of(files[i].path)))
			continue;
		*ret = str_of(files[i].text);
		return 0;
	}
	return 1;
}

static int read_with(struct op *op, const char *text, struct policy **ret)
{
	return policy_read(op, S("d/p.yaml"), exact(str_of(text)), open_file, NULL, ret);
}

static int policies_of_several_files(struct op *op)
{
	struct policy *one, *two;
	struct policy_wish wish = { 0 };
	struct verdict v;
	struct world w;

	TRY(read_with(op,
		      "name: p\nextends: [left.yaml, right.yaml]\noverlays: [over.yaml]\n"
		      "override: {C: {mode: log}}\n",
		      &one));
	TRY(read_with(op, "name: p\nextends: [left.yaml, right.yaml]\n", &two));
	make(&w);
	find(&w);
	wish.now = w.facts.time;
	TRY(policy_judge(op, &one, 1, &w.facts, &w.s.report, &wish, &v));
	CHECK(v.rule_n == 3 && v.passed);
	CHECK_STR(v.rule[0].with, S("max_age: 9h"));
	CHECK_STR(v.rule[1].with, S("min: critical"));
	CHECK(v.rule[0].mode == POLICY_ENFORCE && v.rule[2].mode == POLICY_LOG);
	struct digest first = v.policy[0].digest;
	TRY(policy_judge(op, &two, 1, &w.facts, &w.s.report, &wish, &v));
	CHECK(v.rule_n == 3 && !v.passed);
	CHECK(v.rule[2].mode == POLICY_WARN);
	CHECK(!digest_eq(&first, &v.policy[0].digest));
	return 0;
}

static int files_that_are_refused(struct op *op)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "name: p\nextends: [loop.yaml]\n", "extends d/loop.yaml, which extends it" },
		{ "name: p\nextends: [p.yaml]\n", "which extends it" },
		{ "name: p\nextends: [none.yaml]\n", "d/p.yaml: there is no file d/none.yaml" },
		{ "name: p\nextends: [base.yaml]\noverlays: [over_typo.yaml]\n",
		  "d/over_typo.yaml:1:8: no policy has 'aeg'" },
		{ "name: p\nextends: [base.yaml]\noverlays: [over_rule.yaml]\n",
		  "d/over_rule.yaml:1:9: there is no rule with the id 'X'" },
		{ "name: p\nextends: [base.yaml]\nrules: [{id: A, rule: vuln.kev}]\n",
		  "the id A stands twice: d/base.yaml:4 has it too" },
		{ "name: p\nextends: [base.yaml]\nrules: [{id: N, rule: vuln.severity, with: {min: "
		  "low}}]\n",
		  "N contradicts B" },
		{ "name: p\nextends: [base.yaml]\nwaivers: {files: [.trivyignore]}\n",
		  "name it under 'foreign'" },
		{ "name: p\nextends: [base.yaml]\nwaivers: {foreign: [w.yaml]}\n",
		  "name it under 'files'" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct policy *p;
		CHECK_FAILS(op, read_with(op, bad[i].text, &p), ERR_USAGE, bad[i].error);
	}
	return 0;
}

/* Each policy has its own waivers: what one allows the other still refuses. */
TESTS({ "what is refused", what_is_refused, .once = true },
      { "policies of several files", policies_of_several_files },
      { "files that are refused", files_that_are_refused })
