#include "diff_hardening.h"

#include "base/limits.h"
#include "build_report.h"
#include "report/hardening.h"
#include "scan/base.h"
#include "scan_options.h"
#include "sys/file.h"

enum { TEXT_MAX = 1 << 30 };

struct choice { /* -o FORMAT[=FILE] */
	const struct hardening_format *format;
	str file;
};

struct choices {
	struct choice *p;
	ptrdiff_t n;
};

int look_facts(struct op *op, struct look *l, struct database *db, int64_t now, struct facts **ret)
{
	struct inventory *inv = op_new(op, struct inventory, 1);
	struct report *report = op_new(op, struct report, 1);
	struct facts *facts = op_new(op, struct facts, 1);
	struct scan_wish wish = { .now = now };

	if (!inv || !report || !facts || look_at(op, l, 0, inv) < 0 ||
	    facts_make(op, db, inv, &l->checks, &l->config, &wish, report, facts) < 0 ||
	    base_find(op, l->store.dir >= 0 ? &l->store : NULL, inv, &facts->base) < 0)
		return op->code;
	*ret = facts;
	return 0;
}

static int open_side(struct op *op, const struct cli *cli, const struct diff_options *o, str what,
		     int64_t now, struct look *l)
{
	const struct look_wish wish = { .insecure = o->insecure,
					.platform = o->platform,
					.store = o->store,
					.progress = o->progress,
					.offline = o->offline,
					.compare = true,
					.licences = true,
					.quiet = o->quiet,
					.verbose = false };
	const struct audit_options how = { .secrets = true,
					   .secret_rules = o->secret_rules,
					   .secret_skip = o->secret_skip,
					   .now = now };

	look_init(l, cli, &wish);
	return audit_open(op, &how, &l->wish.audit) < 0 ? op->code : look_open(op, l, what);
}

static int read_choices(struct op *op, const struct diff_options *o, struct choices *ret)
{
	ptrdiff_t n = o->output.n ? o->output.n : 1;
	struct choice *p = op_new(op, struct choice, n);

	if (!p)
		return op->code;
	p[0].format = hardening_format_of(o->json ? S("json") : S("table"));
	for (ptrdiff_t i = 0; i < o->output.n; i++) {
		str file = o->output.p[i], name = str_cut(&file, '=');
		p[i] = (struct choice){ hardening_format_of(name), file };
		if (!p[i].format)
			return op_fail(op, ERR_USAGE,
				       "--hardening is written as table, json or markdown, not as "
				       "'%.*s'",
				       STR_ARG(name));
		if (file.len && report_place_check(op, file, false, S("-o")) < 0)
			return op->code;
	}
	*ret = (struct choices){ p, n };
	return 0;
}

static int write_all(struct op *op, const struct cli *cli, const struct diff_options *o,
		     const struct choices *c, const struct hardening *h)
{
	for (ptrdiff_t i = 0; i < c->n; i++) {
		struct text_style style = style_of(&cli->out, o->verbose);
		struct buf b;
		str text;
		if (c->p[i].file.len)
			style = (struct text_style){ .utf8 = true, .verbose = true, .width = 100 };
		buf_init(&b, op, TEXT_MAX);
		c->p[i].format->write(&b, h, &style);
		if (buf_take(&b, &text) < 0 ||
		    (c->p[i].file.len ? file_replace_user(op, c->p[i].file, text, 0644)
				      : term_write(op, &cli->out, text)) < 0)
			return op->code;
	}
	return 0;
}

int diff_hardening(struct op *op, const struct cli *cli, const struct diff_options *o)
{
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK was = { .source = { .fd = -1 } };
	AUTO_LOOK is = { .source = { .fd = -1 } };
	struct facts *before = NULL, *after = NULL;
	struct choices choices = { 0 };
	struct hardening h;
	int64_t now;

	if (read_choices(op, o, &choices) < 0 || scan_options_now(op, &now) < 0 ||
	    database_open(op, o->db, &db) < 0 ||
	    open_side(op, cli, o, cli->operand.p[0], now, &was) < 0 ||
	    open_side(op, cli, o, cli->operand.p[1], now, &is) < 0 ||
	    look_facts(op, &was, &db, now, &before) < 0 ||
	    look_facts(op, &is, &db, now, &after) < 0 ||
	    hardening_make(op, before, after, &h) < 0 || write_all(op, cli, o, &choices, &h) < 0)
		return op->code;
	return o->exit_code && h.weaker_n ? 1 : 0;
}
