#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../harness.h"
#include "base/buf.h"
#include "codec/yaml.h"
#include "lint/lint.h"
#include "sys/file.h"

/* tests/case/lint/dockerfile.txt tells its own form. */
struct told {
	str id, file, options;
	int line; /* in the case file */
	bool good;
	str lines; /* "2 5" */
};

static int add(struct op *op, struct texts *t, str s)
{
	str *p = op_new(op, str, t->n + 1);

	if (!p)
		return ERR_MEMORY;
	if (t->n > 0)
		memcpy(p, t->p, (size_t)t->n * sizeof(*p));
	p[t->n++] = s;
	t->p = p;
	return 0;
}

static int add_label(struct op *op, struct pairs *t, str s)
{
	struct pair *p = op_new(op, struct pair, t->n + 1);

	if (!p)
		return ERR_MEMORY;
	if (t->n > 0)
		memcpy(p, t->p, (size_t)t->n * sizeof(*p));
	p[t->n].value = s;
	p[t->n].key = str_cut(&p[t->n].value, ':');
	t->n++;
	t->p = p;
	return 0;
}

static int read_options(struct op *op, str options, struct lint_wish *wish)
{
	while (options.len > 0) {
		str value = str_word(&options), name = str_cut(&value, '=');

		if (str_eq(name, S("reasons")))
			wish->ignores_need_reason = true;
		if (str_eq(name, S("strict")))
			wish->strict_labels = true;
		while (value.p) {
			str one = str_cut(&value, ',');

			if (str_eq(name, S("also")))
				TRY(add(op, &wish->also, one));
			if (str_eq(name, S("trusted")))
				TRY(add(op, &wish->trusted_registries, one));
			if (str_eq(name, S("labels")))
				TRY(add_label(op, &wish->labels, one));
		}
	}
	return 0;
}

static int check(struct op *op, const struct told *t)
{
	struct lint_wish wish = { 0 };
	struct lint_file file;
	struct buf lines;
	str got;

	TRY(read_options(op, t->options, &wish));
	int rc = lint_bytes(op, S("Dockerfile"), LINT_DOCKERFILE, exact(t->file), &wish, &file);
	if (rc < 0) {
		op_fail_in(op, "the case in line %d", t->line);
		return rc;
	}
	buf_init(&lines, op, 1 << 16);
	for (ptrdiff_t i = 0; i < file.fault_n; i++)
		if (str_eq(str_of(file.fault[i].rule->id), t->id) &&
		    file.fault[i].waived_by.len == 0)
			buf_fmt(&lines, "%s%d", lines.len ? " " : "", file.fault[i].line);
	TRY(buf_take(&lines, &got));
	if (!str_eq(got, t->good ? S("") : t->lines)) {
		char what[200];

		snprintf(what, sizeof(what), "%.*s, the case in line %d", STR_ARG(t->id), t->line);
		test_check_str(got, t->good ? S("") : t->lines, what, __FILE__, __LINE__);
	}
	return 0;
}

/* Every rule has a good and a bad case. */
static int check_all(struct op *op, str text, bool (*seen)[2], const struct rule *const *rules,
		     size_t n)
{
	struct told t = { 0 };
	int line = 0;
	str rest = text, begin = { 0 };

	for (;;) {
		const char *at = rest.p;
		bool end = !rest.p || rest.len == 0;
		str one = end ? S("== ") : str_cut(&rest, '\n');

		line++;
		if (!str_starts(one, S("== ")) && !str_starts(one, S("-- ")))
			continue;
		if (begin.p && t.id.len > 0) {
			struct op_mark mark = op_mark(op);

			t.file = (str){ begin.p, (end ? text.p + text.len : at) - begin.p };
			while (str_ends(t.file, S("\n\n")))
				t.file.len--;
			TRY(check(op, &t));
			op_reset(op, mark);
			for (size_t i = 0; i < n; i++)
				if (str_eq(str_of(rules[i]->id), t.id))
					seen[i][t.good] = true;
		}
		if (end)
			return 0;
		begin = (str){ 0 };
		if (str_starts(one, S("== "))) {
			t.id = str_from(one, 3);
			CHECK(lint_rule_of(t.id) != NULL);
			continue;
		}
		t.options = str_from(one, 3);
		str head = str_trim(str_cut(&t.options, '|'));
		t.good = str_eq(head, S("good"));
		t.lines = t.good ? S("") : str_trim(str_from(head, 3));
		t.line = line;
		begin = rest;
	}
}

static int rules(struct op *op)
{
	size_t n;
	const struct rule *const *all = lint_rules(LINT_DOCKERFILE, &n);
	static bool seen[256][2];
	str text;

	TRY(test_file(op, "tests/case/lint/dockerfile.txt", &text));
	CHECK(n < 256);
	TRY(check_all(op, text, seen, all, n));
	for (size_t i = 0; i < n; i++) {
		if (!seen[i][0] || !seen[i][1])
			test_check_str(str_of(all[i]->id), S("a rule with a good and a bad case"),
				       "rule", __FILE__, __LINE__);
		CHECK(all[i]->title[0] && all[i]->rationale[0] && all[i]->remedy[0] &&
		      all[i]->severity);
		CHECK(lint_rule_of(str_of(all[i]->id)) == all[i]);
	}
	return 0;
}

/* The inputs that Trivy's checks come with: file of the check, and the rule that is meant. */
static const struct {
	const char *file, *id;
} trivy[] = {
	{ "add_instead_of_copy", "DL3020" },
	{ "apt_get_missing_yes_flag_to_avoid_manual_input", "DL3014" },
	{ "copy_from_references_current_from_alias", "DL3023" },
	{ "copy_with_more_than_two_arguments_not_ending_with_slash", "DL3021" },
	{ "latest_tag", "DL3007" },
	{ "maintainer_is_deprecated", "DL4000" },
	{ "missing_dnf_clean_all", "DL3040" },
	{ "missing_zypper_clean", "DL3036" },
	{ "multiple_cmd_instructions_listed", "DL4003" },
	{ "multiple_entrypoint_instructions_listed", "DL4004" },
	{ "multiple_healthcheck_instructions", "DL3012" },
	{ "port22", "DS-0004" },
	{ "root_user", "DS-0002" },
	{ "run_apt_get_dist_upgrade", "DS-0024" },
	{ "run_command_cd_instead_of_workdir", "DL3003" },
	{ "run_using_sudo", "DL3004" },
	{ "run_using_wget_and_curl", "DL4001" },
	{ "same_alias_in_different_froms", "DL3024" },
	{ "unix_ports_out_of_range", "DL3011" },
	{ "update_instruction_alone", "DS-0017" },
	{ "workdir_path_not_absolute", "DL3000" },
	{ "yum_clean_all_missing", "DL3032" },
};

static int check_examples(struct op *op, const struct node *list, const char *id, bool good, int *n)
{
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		struct lint_wish wish = { 0 };
		struct lint_file file;
		bool found = false;

		TRY(lint_bytes(op, S("Dockerfile"), LINT_DOCKERFILE, exact(list->child[i].text),
			       &wish, &file));
		for (ptrdiff_t j = 0; j < file.fault_n; j++)
			found = found || str_eq(str_of(file.fault[j].rule->id), str_of(id));
		if (found == good)
			test_check_str(str_of(id), good ? S("found nothing") : S("found"),
				       "Trivy's example", __FILE__, __LINE__);
		++*n;
	}
	return 0;
}

static int trivys(struct op *op)
{
	const char *data = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");
	char base[1024], path[2048];
	int n = 0;

	snprintf(base, sizeof(base), "%s%s",
		 data     ? data
		 : source ? source
			  : ".",
		 data ? "" : "/../shared/data");
	for (size_t i = 0; i < sizeof(trivy) / sizeof(trivy[0]); i++) {
		struct doc doc;
		str text;

		snprintf(path, sizeof(path), "%s/checks/trivy-checks/checks/docker/%s.yaml", base,
			 trivy[i].file);
		if (access(path, R_OK) < 0)
			SKIP("Trivy's examples are not there: %s", path);
		TRY(file_read_user(op, str_of(path), 1 << 20, &text));
		TRY(yaml_parse(op, str_of(path), text, &doc));
		const struct node *all = node_get(&doc.root, S("dockerfile"));
		TRY(check_examples(op, node_get(all, S("good")), trivy[i].id, true, &n));
		TRY(check_examples(op, node_get(all, S("bad")), trivy[i].id, false, &n));
	}
	CHECK(n == 45);
	return 0;
}

static int ignores(struct op *op)
{
	static const struct {
		const char *text;
		int line; /* of the fault of DL3008 */
		bool waived;
		const char *reason;
	} held[] = {
		{ "FROM a:1\nRUN apt-get install x\n", 2, false, "" },
		{ "FROM a:1\n# hadolint ignore=DL3008\nRUN apt-get install x\n", 3, true, "" },
		{ "FROM a:1\n# hadolint ignore=DL3009, DL3008\nRUN apt-get install x\n", 3, true,
		  "" },
		{ "FROM a:1\n#hadolint ignore=DL3008 - it is fine\nRUN apt-get install x\n", 3,
		  true, "it is fine" },
		{ "FROM a:1\n# why not\n# temper ignore=DL3008\nRUN apt-get install x\n", 4, true,
		  "why not" },
		{ "FROM a:1\n# hadolint ignore=DL3008\nRUN b\nRUN apt-get install x\n", 4, false,
		  "" },
		{ "FROM a:1\nRUN b \\\n # temper ignore=DL3008 in here\n && apt-get install x\n", 4,
		  true, "in here" },
		{ "# hadolint global ignore=DL3008\nFROM a:1\nRUN apt-get install x\n", 3, true,
		  "" },
		{ "FROM a:1\n# hadolint ignore=DL3009\nRUN apt-get install x\n", 3, false, "" },
		{ "FROM a:1\n# hadolint ignored=DL3008\nRUN apt-get install x\n", 3, false, "" },
	};

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		struct lint_wish wish = { 0 };
		struct lint_file file;
		bool found = false;

		TRY(lint_bytes(op, S("x/Dockerfile"), LINT_DOCKERFILE, exact(str_of(held[i].text)),
			       &wish, &file));
		for (ptrdiff_t j = 0; j < file.fault_n; j++) {
			const struct fault *f = &file.fault[j];

			if (!str_eq(str_of(f->rule->id), S("DL3008")))
				continue;
			found = true;
			CHECK(f->line == held[i].line);
			CHECK((f->waived_by.len > 0) == held[i].waived);
			CHECK_STR(f->reason, str_of(held[i].reason));
		}
		CHECK(found);
	}
	return 0;
}

/* A manifest's comments hold for the document that they stand in or above. */
static int documents(struct op *op)
{
	static const char pod[] =
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n"
		"  containers: [{name: c, image: i:1}]\n";
	struct lint_wish wish = { 0 };
	struct lint_file file;
	struct buf b;
	int waived = 0, open = 0;

	buf_init(&b, op, 1 << 16);
	buf_fmt(&b, "# temper ignore=KSV-0009 it is the node's agent\n---\n%s---\n%s", pod, pod);
	TRY(b.bad ? ERR_MEMORY : 0);
	TRY(add(op, &wish.only, S("KSV-0009")));
	TRY(lint_bytes(op, S("p.yaml"), LINT_KUBERNETES, exact(buf_view(&b)), &wish, &file));
	for (ptrdiff_t i = 0; i < file.fault_n; i++) {
		waived += file.fault[i].waived_by.len > 0;
		open += file.fault[i].waived_by.len == 0;
		CHECK((file.fault[i].line < 9) == (file.fault[i].waived_by.len > 0));
	}
	CHECK(waived == 1 && open == 1);
	return 0;
}

/* Another tool's name of a rule means it too. */
static int names(struct op *op)
{
	struct lint_wish wish = { 0 };
	struct lint_file file;
	str in = exact(S("#trivy:ignore:AVD-DS-0001\nFROM debian\n"));

	TRY(lint_bytes(op, S("D"), LINT_DOCKERFILE, in, &wish, &file));
	for (ptrdiff_t i = 0; i < file.fault_n; i++)
		if (str_eq(str_of(file.fault[i].rule->id), S("DL3006")))
			CHECK_STR(file.fault[i].waived_by, S("D:1"));
	TRY(add(op, &wish.only, S("ds001")));
	TRY(lint_bytes(op, S("D"), LINT_DOCKERFILE, in, &wish, &file));
	CHECK(file.fault_n == 1);
	CHECK(lint_rule_of(S("DS-0005")) == lint_rule_of(S("DL3020")));
	CHECK(lint_rule_of(S("CIS-4.6")) == lint_rule_of(S("DL3057")));
	CHECK(lint_rule_of(S("DL9999")) == NULL);
	CHECK(lint_kind_of(S("a/Dockerfile"), S("")) == LINT_DOCKERFILE);
	CHECK(lint_kind_of(S("x.dockerfile"), S("")) == LINT_DOCKERFILE);
	CHECK(lint_kind_of(S("Containerfile.dev"), S("")) == LINT_DOCKERFILE);
	CHECK(lint_kind_of(S("Dockerfile.dockerignore"), S("")) < 0);
	CHECK(lint_kind_of(S("a.yaml"), S("apiVersion: v1\nkind: Pod\n")) == LINT_KUBERNETES);
	CHECK(lint_kind_of(S("a.yaml"), S("x: 1\n")) < 0);
	return 0;
}

TESTS({ "rules", rules, .once = true }, { "Trivy's examples", trivys, .once = true },
      { "inline ignores", ignores }, { "documents", documents }, { "names", names })
