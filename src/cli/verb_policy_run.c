#include "base/limits.h"
#include "gate.h"
#include "policies.h"
#include "policy/facts_json.h"
#include "report/text.h"
#include "sys/file.h"

static int put(struct op *op, const struct cli *cli, struct buf *b)
{
	str text;

	return buf_take(b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

static int list(struct op *op, const struct cli *cli, const struct gate_options *o)
{
	struct buf b;

	(void)o;
	buf_init(&b, op, LIMIT_DOCUMENT);
	for (size_t i = 0; i < policies_shipped_n; i++)
		buf_fmt(&b, "%-24s %s\n", policies_shipped[i].name, policies_shipped[i].what);
	return put(op, cli, &b);
}

static int show(struct op *op, const struct cli *cli, const struct gate_options *o)
{
	const char *names[64];
	str name = cli->operand.p[1];
	size_t n = 0;

	(void)o;
	for (size_t i = 0; i < policies_shipped_n; i++) {
		if (str_eq(name, str_of(policies_shipped[i].name)))
			return term_write(op, &cli->out, str_of(policies_shipped[i].text));
		if (n < 64)
			names[n++] = policies_shipped[i].name;
	}
	const char *near = nearest_word(name, names, n);
	return op_fail(op, ERR_USAGE, "no policy '%.*s' ships%s%s%s", STR_ARG(name),
		       near ? "; did you mean '" : ": see temper policy list", near ? near : "",
		       near ? "'?" : "");
}

static int check(struct op *op, const struct cli *cli, const struct gate_options *o)
{
	const struct texts names = { cli->operand.p + 1, cli->operand.n - 1 };
	struct policy **p;
	ptrdiff_t n;
	struct buf b;
	str told;

	(void)o;
	if (policies_read(op, &names, &p, &n, &told) < 0)
		return op->code;
	buf_init(&b, op, LIMIT_DOCUMENT);
	for (ptrdiff_t i = 0; i < n; i++)
		policy_describe(&b, p[i]);
	return put(op, cli, &b);
}

static void write_params(struct buf *b, str params, bool verbose)
{
	while (params.len > 0) {
		str word = str_word(&params);
		bool must = str_ends(word, S("!"));
		str name = str_head(word, word.len - must);
		struct policy_param about;
		if (!verbose) {
			buf_fmt(b, " %.*s%s", STR_ARG(name), must ? "!" : "");
			continue;
		}
		for (size_t at = 0; (at = policy_params(at, &about)) > 0;)
			if (str_eq(name, str_of(about.name)))
				buf_fmt(b, "\n    %-12s %s: %s%s", about.name, about.expected,
					about.what, must ? " (must be given)" : "");
	}
}

static int rules(struct op *op, const struct cli *cli, const struct gate_options *o)
{
	const struct policy_kind *k;
	bool found = cli->operand.n == 1;
	struct buf b;
	size_t n;

	if (policy_kinds(op, &k, &n) < 0)
		return op->code;
	buf_init(&b, op, LIMIT_DOCUMENT);
	for (size_t i = 0; i < n; i++) {
		bool asked = cli->operand.n == 1;
		for (ptrdiff_t w = 1; w < cli->operand.n && !asked; w++)
			asked = str_eq(cli->operand.p[w], str_of(k[i].name));
		if (!asked)
			continue;
		found = true;
		buf_fmt(&b, "%s\n  %s", k[i].name, k[i].title);
		if (!o->verbose && cli->operand.n == 1)
			buf_add(&b, S("\n   "));
		write_params(&b, str_of(k[i].params), o->verbose || cli->operand.n > 1);
		buf_char(&b, '\n');
	}
	if (!found)
		return op_fail(op, ERR_USAGE, "there is no rule '%.*s': see temper policy rules",
			       STR_ARG(cli->operand.p[1]));
	return put(op, cli, &b);
}

static int input(struct op *op, const struct cli *cli, const struct gate_options *o)
{
	struct gate_facts *g = op_new(op, struct gate_facts, 1);
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct buf b;
	str text;
	int64_t now;

	if (!g || gate_now(op, &now) < 0 ||
	    gate_facts_make(op, cli, o, cli->operand.p[1], now, &look, &db, g) < 0)
		return op->code;
	buf_init(&b, op, LIMIT_SBOM);
	if (facts_json_write(op, &g->facts, &b) < 0 || buf_take(&b, &text) < 0)
		return op->code;
	int rc = o->output.n ? file_replace_user(op, o->output.p[0], text, 0644)
			     : term_write(op, &cli->out, text);
	return rc < 0 ? rc : g->whole ? 0 : 4;
}

static const struct {
	const char *word;
	ptrdiff_t min, max; /* operands behind it */
	int (*run)(struct op *op, const struct cli *cli, const struct gate_options *o);
} words[] = {
	{ "list", 0, 0, list },      { "show", 1, 1, show },   { "check", 0, 1000, check },
	{ "rules", 0, 1000, rules }, { "input", 1, 1, input },
};

int verb_policy_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct gate_options *o = options;
	ptrdiff_t n = cli->operand.n - 1;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!str_eq(cli->operand.p[0], str_of(words[i].word)))
			continue;
		if (n < words[i].min || n > words[i].max)
			return op_fail(op, ERR_USAGE, "policy %s takes %s", words[i].word,
				       words[i].max == 0 ? "nothing more" : "one name");
		if (o->output.n > 1 || (o->output.n && words[i].run != input))
			return op_fail(op, ERR_USAGE, "--output is for policy input, once");
		return words[i].run(op, cli, o);
	}
	return op_fail(op, ERR_USAGE, "policy %.*s: list, show, check, rules or input",
		       STR_ARG(cli->operand.p[0]));
}
