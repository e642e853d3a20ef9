#include "base/limits.h"
#include "build_report.h"
#include "codec/json.h"
#include "report/words.h"
#include "scan/compare.h"
#include "scan_options.h"
#include "sys/file.h"

struct compare_options {
	struct scan_options scan;
	str form;
};

#define AT(member) offsetof(struct compare_options, member)
#define OF_SCAN(member) AT(scan.member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXT, "FORMAT", AT(form), "Result", "text (without it) or json.",
	  "text json" },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(scan.verbose), "Result",
	  "List what both found, too." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(scan.quiet), "Result",
	  "The result alone, nothing on standard error but errors." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(scan.progress), "Result", "How progress is shown.",
	  "auto plain tree" },
	{ "only-fixed", 0, OPTION_FLAG, NULL, AT(scan.only_fixed), "What is compared",
	  "Of ours only what an update fixes, as the report was made." },
	{ "severity", 0, OPTION_TEXTS, "LIST", AT(scan.severity), "What is compared",
	  "Of ours only these severities, as the report was made." },
	{ "vex", 0, OPTION_TEXTS, "FILE", AT(scan.vex), "What is known",
	  "Statements of what does not affect this; or a directory of them.", .hint = OPTION_HINT_FILE },
	{ "waivers", 0, OPTION_TEXTS, "FILE", AT(scan.waivers), "What is known",
	  "What you have decided to live with.", .hint = OPTION_HINT_FILE },
	{ "ignorefile", 0, OPTION_TEXTS, "FILE", AT(scan.ignorefile), "What is known",
	  "Ignore rules of Trivy, Grype or osv-scanner, instead of those that lie here.",
	  .hint = OPTION_HINT_FILE },
	{ "distro", 0, OPTION_TEXT, "NAME:RELEASE", AT(scan.distro), "What is looked at",
	  "Take it for this system: debian:12." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(scan.platform), "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	SCAN_WHERE_OPTIONS(OF_SCAN),
};

static const struct example example[] = {
	{ "grype app -o json >grype.json && temper compare grype.json app",
	  "Where do Grype and temper differ, and who is right?" },
	{ "temper compare trivy.json sbom:app.json -o json", "Trivy's report, for a program:" },
	{ "temper compare last-week.json app", "Our own of last week:" },
};

/* ---- what is told ---- */

struct line_text {
	str id, package, version, severity;
};

static struct line_text text_of(struct op *op, const struct report *r, const struct compare_line *l)
{
	if (l->theirs)
		return (struct line_text){ l->theirs->id, l->theirs->name, l->theirs->version,
					   l->theirs->severity };
	const struct package *p = words_package(r, l->ours);
	return (struct line_text){ l->ours->id, words_name(op, p), p->version,
				   str_of(severities[l->ours->severity]) };
}

static void put_text(struct buf *b, const struct report *r, const struct comparison *c,
		     const struct text_style *style)
{
	static const char *const heading[COMPARES] = { "both", "other severity", "only theirs",
						       "only ours" };

	for (int k = 0; k < COMPARES; k++) {
		text_colour(b, style, TEXT_BOLD);
		buf_fmt(b, "%-16s", heading[k]);
		text_colour(b, style, TEXT_PLAIN);
		buf_fmt(b, "%llu\n", (unsigned long long)c->count[k]);
		for (ptrdiff_t i = 0; i < c->line_n; i++) {
			const struct compare_line *l = &c->line[i];
			if ((int)l->how != k || (k == COMPARED_BOTH && !style->verbose))
				continue;
			struct line_text t = text_of(b->op, r, l);
			buf_add(b, S("  "));
			text_safe(b, t.id);
			buf_char(b, ' ');
			text_safe(b, t.package);
			buf_char(b, ' ');
			text_safe(b, t.version);
			buf_add(b, S(" ("));
			text_safe(b, t.severity);
			buf_add(b, l->why.len ? S("): ") : S(")"));
			text_safe(b, l->why);
			buf_char(b, '\n');
		}
	}
}

static void put_json(struct buf *b, const struct report *r, const struct other_report *other,
		     const struct comparison *c)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "schema", S("temper-comparison/1"));
	json_pair(&j, "tool", str_of(other->tool));
	json_pair_opt(&j, "tool-version", other->version);
	json_key(&j, S("counts"));
	json_object(&j);
	for (int k = 0; k < COMPARES; k++)
		json_pair_u64(&j, compareds[k], c->count[k]);
	json_object_end(&j);
	json_key(&j, S("findings"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < c->line_n; i++) {
		const struct compare_line *l = &c->line[i];
		struct line_text t = text_of(b->op, r, l);
		json_object(&j);
		json_pair(&j, "how", str_of(compareds[l->how]));
		json_pair(&j, "id", t.id);
		json_pair(&j, "package", t.package);
		json_pair(&j, "version", t.version);
		if (l->theirs)
			json_pair(&j, "their-severity", l->theirs->severity);
		if (l->ours)
			json_pair(&j, "our-severity", str_of(severities[l->ours->severity]));
		json_pair_opt(&j, "reason", str_of(l->reason));
		json_pair_opt(&j, "why", l->why);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}

static int say(struct op *op, const struct cli *cli, const struct compare_options *o,
	       const struct report *r, const struct other_report *other, const struct comparison *c)
{
	struct text_style style = style_of(&cli->out, o->scan.verbose);
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_SBOM);
	if (str_eq(o->form, S("json")))
		put_json(&b, r, other, c);
	else
		put_text(&b, r, c, &style);
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

/* ---- the verb ---- */

static int read_other(struct op *op, str file, struct other_report *ret)
{
	str bytes;
	int rc = file_read_user(op, file, LIMIT_SBOM, &bytes);

	rc = rc < 0 ? rc : other_report_read(op, file, bytes, ret);
	return rc > 0 ? op_fail(op, ERR_USAGE,
				"%.*s is no report of findings that is known: Grype's, Trivy's or "
				"temper's JSON",
				STR_ARG(file))
		      : rc;
}

static int look_for(struct op *op, struct look *look, const struct texts *operand,
		    struct inventory *ret)
{
	ptrdiff_t n;
	int rc = scan_options_open(op, look, operand, ret, &n);

	return rc < 0 || n == 0 ? rc : look_at(op, look, 0, ret);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct compare_options *o = options;
	struct look_wish wish = scan_options_look(&o->scan);
	struct texts operand = { cli->operand.p + 1, cli->operand.n - 1 };
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct inventory *v = op_new(op, struct inventory, 1);
	struct scan_asked asked;
	struct other_report other;
	struct comparison c;
	struct report report;

	look_init(&look, cli, &wish);
	if (!v || scan_options_read(op, &o->scan, &asked) < 0 ||
	    read_other(op, cli->operand.p[0], &other) < 0 ||
	    database_open(op, o->scan.db, &db) < 0 || look_for(op, &look, &operand, v) < 0)
		return op->code;
	asked.wish.match.declared = v->subject.kind == SUBJECT_DIRECTORY;
	if (scan_inventory(op, &db, v, &asked.wish, &report) < 0 ||
	    compare_reports(op, &db, &report, &other, &c) < 0)
		return op->code;
	int rc = say(op, cli, o, &report, &other, &c);
	if (rc < 0)
		return rc;
	if (c.count[COMPARED_THEIRS] + c.count[COMPARED_OURS])
		return 1;
	return report.incomplete ? 4 : 0;
}

const struct verb verb_compare = {
	.name = "compare",
	.operands = "REPORT IMAGE|SBOM|DIR",
	.operand_min = 2,
	.operand_max = 2,
	.summary = "compare findings with those of Grype or Trivy",
	.description =
		"REPORT is what Grype (-o json), Trivy (--format json) or temper scan (-o json) wrote of the same thing. "
		"Findings meet by package and by any name of the vulnerability. Each difference has its reason: "
		"what our records say of what only they have, what suppresses it here, and which record is "
		"behind what only we have.\n\n"
		"Exit 1 when one has a finding that the other has not; 4 when advisories for a part are not here.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct compare_options),
	VERB_EXAMPLES(example),
	.run = run,
};
