#include "audit_options.h"
#include "audit_select.h"
#include "audit/spec.h"
#include "base/limits.h"
#include "build_report.h"
#include "checks_output.h"
#include "look.h"
#include "scan/scan.h"
#include "scan_options.h"

struct run {
	const struct cli *cli;
	const struct audit_verb_options *o;
	struct checks_outputs out;
	struct audit_select select;
	struct database *db;
	struct look *look;
	int64_t now;
	int exit_code;
	bool no, whole;
};

/* Rules that need what is published: without it those that do are errors, and how long a distribution is
 * supported is known nevertheless. */
static int judge_findings(struct op *op, const struct run *r, const struct inventory *v,
			  struct checks *c)
{
	struct scan_wish wish = { .now = r->now };
	struct report report;

	if (scan_inventory(op, r->db, v, &wish, &report) < 0)
		return op->code;
	return audit_findings(op, &report, c);
}

/* Is a rule broken that --fail-on or --exit-code asks about? */
static bool fails(const struct run *r, const struct checks *c)
{
	enum severity from = severity_of(r->o->fail_on);

	if (r->o->fail_on.len == 0 && r->o->exit_code.len == 0)
		return false;
	for (ptrdiff_t i = 0; i < c->n; i++)
		for (ptrdiff_t k = 0; k < c->p[i].fault_n; k++)
			if (c->p[i].fault[k].waived_by.len == 0 &&
			    fault_severity(&c->p[i].fault[k]) >= from)
				return true;
	return false;
}

static bool is_whole(const struct inventory *v, const struct checks *c)
{
	for (ptrdiff_t i = 0; i < c->n; i++)
		if (c->p[i].unread)
			return false;
	return v->warning_n == 0;
}

static int audit_one(struct op *op, struct run *r, ptrdiff_t i)
{
	struct inventory *v = op_new(op, struct inventory, 1);
	struct checks_report report = { .tool = "audit", .inventory = v, .time = r->now };

	if (!v || look_at(op, r->look, i, v) < 0)
		return op->code;
	struct checks *c = &r->look->checks;
	if (judge_findings(op, r, v, c) < 0)
		return op->code;
	report.subject = v->subject.name;
	audit_select_apply(&r->select, c);
	struct checks items;
	if (r->o->spec.len && audit_spec(op, r->o->spec, c, &items) < 0)
		return op->code;
	report.checks = r->o->spec.len ? &items : c;
	r->no = r->no || fails(r, c);
	r->whole = r->whole && is_whole(v, c);
	return checks_output_write(op, r->cli, &r->out, &report, i);
}

static struct look_wish wish_of(const struct audit_verb_options *o)
{
	return (struct look_wish){ .from = o->from,
				   .insecure = o->insecure,
				   .platform = o->platform,
				   .name = o->name,
				   .store = o->store,
				   .progress = o->progress,
				   .all_platforms = o->all_platforms,
				   .trust = o->trust,
				   .offline = o->offline,
				   .compare = true,
				   .licences = true,
				   .quiet = o->quiet,
				   .verbose = o->verbose };
}

static int list_rules(struct op *op, const struct cli *cli)
{
	struct text_style style = style_of(&cli->out, false);
	int width = 0;
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (size_t i = 0; i < audit_rules_n(); i++) {
		int n = (int)str_of(audit_rule(i)->id).len;
		width = n > width ? n : width;
	}
	for (size_t i = 0; i < audit_rules_n(); i++) {
		const struct rule *r = audit_rule(i);
		text_colour(&b, &style, TEXT_BOLD);
		buf_fmt(&b, "%-*s", width + 2, r->id);
		text_colour(&b, &style, TEXT_PLAIN);
		buf_fmt(&b, "%-10s  %s%s%s%s\n", severities[r->severity], r->title,
			r->also[0] ? " (" : "", r->also, r->also[0] ? ")" : "");
	}
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

static int run_all(struct op *op, struct run *r, str what)
{
	if (str_starts(what, S("purl:")) || str_starts(what, S("pkg:")))
		return op_fail(op, ERR_USAGE,
			       "%.*s names packages, which have no files: name an image",
			       STR_ARG(what));
	if (look_open(op, r->look, what) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < r->look->n; i++)
		if (audit_one(op, r, i) < 0)
			return op->code;
	return r->no ? r->exit_code : r->whole ? 0 : 4;
}

int verb_audit_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct audit_verb_options *o = options;
	struct look_wish wish = wish_of(o);
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct run r = {
		.cli = cli, .o = o, .db = &db, .look = &look, .exit_code = 1, .whole = true
	};
	struct audit_options how = { .secrets = !o->no_secrets,
				     .secret_rules = o->secret_rules,
				     .secret_skip = o->secret_skip };

	if (o->list)
		return list_rules(op, cli);
	if (cli->operand.n == 0)
		return op_fail(op, ERR_USAGE,
			       "name one image or directory; see temper audit --help");
	look_init(&look, cli, &wish);
	if (o->secrets && o->no_secrets)
		return op_fail(op, ERR_USAGE, "--secrets or --no-secrets, not both");
	if (scan_options_now(op, &r.now) < 0 ||
	    scan_options_exit_code(op, o->exit_code, &r.exit_code) < 0 ||
	    audit_select_read(op, &o->only, &o->skip, &r.select) < 0 ||
	    checks_output_read(op, cli, &o->output, o->all, o->verbose, &r.out) < 0)
		return op->code;
	how.now = r.now;
	int no_db = database_open(op, o->db, &db);
	if (no_db < 0 || audit_open(op, &how, &look.wish.audit) < 0)
		return op->code;
	return run_all(op, &r, cli->operand.p[0]);
}
