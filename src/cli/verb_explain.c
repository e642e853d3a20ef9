#include "base/limits.h"
#include "build_report.h"
#include "explain_text.h"
#include "scan_options.h"

struct explain_options {
	struct scan_options scan;
	str form, package;
};

#define AT(member) offsetof(struct explain_options, member)
#define OF_SCAN(member) AT(scan.member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXT, "FORMAT", AT(form), "Result", "text (without it) or json.",
	  "text json" },
	{ "package", 'p', OPTION_TEXT, "NAME", AT(package), "Result", "Of this package alone." },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(scan.verbose), "Result",
	  "All files that tell of a package." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(scan.quiet), "Result",
	  "Print yes or no: whether something is affected that nothing suppresses." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(scan.progress), "Result", "How progress is shown.",
	  "auto plain tree" },
	{ "vex", 0, OPTION_TEXTS, "FILE", AT(scan.vex), "What is known",
	  "Statements of what does not affect this; or a directory of them.", .hint = OPTION_HINT_FILE },
	{ "waivers", 0, OPTION_TEXTS, "FILE", AT(scan.waivers), "What is known",
	  "What you have decided to live with.", .hint = OPTION_HINT_FILE },
	{ "ignorefile", 0, OPTION_TEXTS, "FILE", AT(scan.ignorefile), "What is known",
	  "Ignore rules of Trivy, Grype or osv-scanner, instead of those that lie here.",
	  .hint = OPTION_HINT_FILE },
	{ "evidence", 0, OPTION_FLAG, NULL, AT(scan.evidence), "What is known",
	  "Tell what the image's entry points reach." },
	{ "distro", 0, OPTION_TEXT, "NAME:RELEASE", AT(scan.distro), "What is looked at",
	  "Take it for this system: debian:12." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(scan.platform), "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	SCAN_WHERE_OPTIONS(OF_SCAN),
};

static const struct example example[] = {
	{ "temper explain CVE-2024-6387 debian:12", "Am I affected, and why?" },
	{ "temper explain GHSA-35jh-r3h4-6jhm sbom:app.json --package lodash", "Of one package:" },
	{ "temper explain -q CVE-2021-44228 app", "yes or no, for a script:" },
};

/* What is asked about, as one inventory: of an image's platforms, one. */
static int look_for(struct op *op, struct look *look, const struct texts *operand,
		    struct inventory *ret)
{
	ptrdiff_t n;
	int rc = scan_options_open(op, look, operand, ret, &n);

	return rc < 0 || n == 0 ? rc : look_at(op, look, 0, ret);
}

static int say(struct op *op, const struct cli *cli, const struct explain_options *o,
	       const struct explanation *e)
{
	struct text_style style = style_of(&cli->out, o->scan.verbose);
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_SBOM);
	if (o->scan.quiet && o->form.len == 0)
		buf_add(&b, explanation_affected(e) ? S("yes\n") : S("no\n"));
	else if (str_eq(o->form, S("json")))
		explain_json_write(&b, e);
	else
		explain_text_write(&b, e, &style);
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct explain_options *o = options;
	struct look_wish wish = scan_options_look(&o->scan);
	struct texts operand = { cli->operand.p + 1, cli->operand.n - 1 };
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct inventory *v = op_new(op, struct inventory, 1);
	struct scan_asked asked;
	struct report report;
	struct explanation e = { .id = cli->operand.p[0], .report = &report };
	struct why_line *line;

	look_init(&look, cli, &wish);
	if (!v || scan_options_read(op, &o->scan, &asked) < 0 ||
	    database_open(op, o->scan.db, &db) < 0 || look_for(op, &look, &operand, v) < 0)
		return op->code;
	asked.wish.match.declared = true;
	asked.wish.reach = look.reach.package;
	asked.wish.reach_n = look.reach.package_n;
	if (scan_inventory(op, &db, v, &asked.wish, &report) < 0 ||
	    match_why(op, &db, v, e.id, o->package, &line, &e.line_n) < 0 ||
	    database_knows(op, &db, e.id, true, &e.knows) < 0)
		return op->code;
	e.line = line;
	e.reach = o->scan.evidence ? &look.reach : NULL;
	int rc = say(op, cli, o, &e);
	return rc < 0 ? rc : report.no_database ? 4 : 0;
}

const struct verb verb_explain = {
	.name = "explain",
	.operands = "VULNERABILITY IMAGE|SBOM|DIR|purl:PACKAGE",
	.operand_min = 2,
	.operand_max = 2,
	.summary = "tell why a vulnerability is, or is not, a finding",
	.description =
		"VULNERABILITY is any of its names: CVE-2024-6387, GHSA-..., DSA-5724-1. For each package that a "
		"record could be about it tells the record, its range, the versions that were compared and how, the files "
		"that tell of the package, and the statements and waivers that apply: for what is a finding and for "
		"what is not.\n\n"
		"Exit 0 whatever the answer is; -q prints it as yes or no. Exit 4 without any advisories.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct explain_options),
	VERB_EXAMPLES(example),
	.run = run,
};
