#include "base/limits.h"
#include "build_report.h"
#include "report/statements.h"
#include "sys/file.h"
#include "vex_options.h"

struct run {
	const struct cli *cli;
	const struct vex_options *o;
	struct scan_asked asked;
	struct database *db;
	struct look *look;
};

static void say(const struct run *r, str text)
{
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	buf_init(&b, &own, LIMIT_DOCUMENT);
	buf_add(&b, S("temper: "));
	text_safe(&b, text);
	buf_char(&b, '\n');
	if (!b.bad && term_write(&own, &r->cli->err, buf_view(&b)) < 0)
		op_forgive(&own);
}

static int put(struct op *op, const struct run *r, struct buf *b)
{
	str text;

	if (buf_take(b, &text) < 0)
		return op->code;
	if (r->o->output.len == 0)
		return term_write(op, &r->cli->out, text);
	return file_replace_user(op, r->o->output, text, 0644);
}

static int scan(struct op *op, struct run *r, str operand, struct report *ret)
{
	struct inventory *v = op_new(op, struct inventory, 1);
	const struct texts one = { &operand, 1 };
	ptrdiff_t n;

	if (!v || scan_options_open(op, r->look, &one, v, &n) < 0)
		return op->code;
	if (n && look_at(op, r->look, 0, v) < 0)
		return op->code;
	if (r->o->scan.name.len)
		v->subject.name = r->o->scan.name;
	struct scan_wish wish = r->asked.wish;
	wish.match.declared = v->subject.kind == SUBJECT_DIRECTORY;
	wish.reach = r->look->reach.package;
	wish.reach_n = r->look->reach.package_n;
	wish.reach_entry = r->look->reach.entry;
	wish.reach_loaded = r->look->reach.closure;
	if (scan_inventory(op, r->db, v, &wish, ret) < 0)
		return op->code;
	for (ptrdiff_t i = 0; !r->o->scan.quiet && i < ret->coverage_n; i++) {
		if (ret->coverage[i].incomplete)
			say(r, ret->coverage[i].what);
	}
	return 0;
}

static int state(struct op *op, struct run *r)
{
	const struct vex_wish wish = { .author = r->o->author,
				       .product = r->o->product,
				       .time = r->asked.wish.now,
				       .waivers = true,
				       .evidence = r->o->scan.evidence };
	struct report report;
	struct buf b;

	if (r->cli->operand.n > 1)
		return op_fail(op, ERR_USAGE, "one image, SBOM or directory at a time");
	buf_init(&b, op, LIMIT_VEX);
	int rc = scan(op, r, r->cli->operand.p[0], &report);
	rc = rc < 0 ? rc : vex_write(&report, &wish, &b);
	if (rc < 0)
		return rc;
	if (rc > 0)
		return op_fail(op, ERR_NO, "nothing to state: no waiver%s hides a finding of %.*s",
			       r->o->scan.evidence ? " and no evidence" : "",
			       STR_ARG(r->cli->operand.p[0]));
	rc = put(op, r, &b);
	return rc < 0 ? rc : report.incomplete ? 4 : 0;
}

static int check(struct op *op, struct run *r)
{
	struct text_style style = style_of(&r->cli->out, r->o->scan.verbose);
	struct statements s = r->asked.wish.statements;
	struct report report = { 0 };
	bool on = r->o->on.len > 0;
	struct buf b;

	if (r->o->output.len)
		style.colour = false;
	if (on && scan(op, r, r->o->on, &report) < 0)
		return op->code;
	buf_init(&b, op, LIMIT_VEX);
	if (r->o->json)
		statements_json_write(&b, on ? &report : NULL, s.p, s.n);
	else
		statements_text_write(&b, on ? &report : NULL, s.p, s.n, &style);
	int rc = put(op, r, &b);
	return rc < 0 ? rc : report.incomplete ? 4 : 0;
}

int verb_vex_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct vex_options *o = options;
	struct scan_options asked = o->scan;
	bool checks = str_eq(cli->operand.p[0], S("check"));
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct run r = { .cli = cli, .o = o, .db = &db, .look = &look };
	struct look_wish wish = scan_options_look(&o->scan);

	look_init(&look, cli, &wish);
	if (checks && cli->operand.n == 1)
		return op_fail(op, ERR_USAGE, "usage: temper vex check FILE... [--on INPUT]");
	if (!checks && (o->on.len || o->json))
		return op_fail(op, ERR_USAGE, "--on and --json are for temper vex check");
	if (checks) {
		asked.vex = (struct texts){ cli->operand.p + 1, cli->operand.n - 1 };
		asked.waivers = asked.ignorefile = (struct texts){ 0 };
		asked.no_ignorefile = true;
	}
	if (scan_options_read(op, &asked, &r.asked) < 0 ||
	    ((!checks || o->on.len) && database_open(op, o->scan.db, &db) < 0))
		return op->code;
	for (ptrdiff_t i = 0; !o->scan.quiet && i < r.asked.wish.waivers.warning.n; i++)
		say(&r, r.asked.wish.waivers.warning.p[i]);
	return checks ? check(op, &r) : state(op, &r);
}
