#include <fcntl.h>

#include "base/limits.h"
#include "build_report.h"
#include "report/words.h"
#include "scan_options.h"
#include "scan/attestations.h"
#include "scan_report.h"
#include "sys/file.h"

struct run {
	const struct cli *cli;
	const struct scan_options *o;
	struct scan_asked asked;
	struct scan_outputs out;
	struct database *db;
	struct look *look;
	bool no, whole; /* over all reports: the answer is no; nothing was missing */
};

/* One line on standard error; what cannot be written is not missed. */
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

static void tell_steps(struct run *r, const struct report *report)
{
	struct steps *s = &r->look->steps;
	struct report_counts n;
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	report_count(report, &n);
	buf_init(&b, &own, LIMIT_DOCUMENT);
	for (ptrdiff_t i = 0; i < report->source_n; i++) {
		buf_fmt(&b, "%s%.*s ", i ? ", " : "[", STR_ARG(report->source[i].source));
		words_age(&b, report->source[i].age_s);
		if (report->source[i].age_s >= 0)
			buf_add(&b, S(" old"));
	}
	buf_add(&b, report->source_n ? S("]") : S("[none]"));
	steps_done(s, "Vulnerability DB", buf_view(&b));
	buf_init(&b, &own, LIMIT_DOCUMENT);
	buf_fmt(&b, "[%td vulnerability match%s]", report->shown_n,
		report->shown_n == 1 ? "" : "es");
	steps_done(s, "Scanned for vulnerabilities", buf_view(&b));
	steps_leaf(s, false,
		   "by severity: %llu critical, %llu high, %llu medium, %llu low, %llu "
		   "negligible (%llu unknown)",
		   (unsigned long long)n.by_severity[SEVERITY_CRITICAL],
		   (unsigned long long)n.by_severity[SEVERITY_HIGH],
		   (unsigned long long)n.by_severity[SEVERITY_MEDIUM],
		   (unsigned long long)n.by_severity[SEVERITY_LOW],
		   (unsigned long long)n.by_severity[SEVERITY_NEGLIGIBLE],
		   (unsigned long long)n.by_severity[SEVERITY_UNKNOWN]);
	steps_leaf(s, true, "by status:   %llu fixed, %llu not-fixed, %llu ignored",
		   (unsigned long long)n.fixed, (unsigned long long)n.not_fixed,
		   (unsigned long long)n.suppressed);
}

/* Why the exit code is not 0, for those who read no table. */
static void tell_missing(const struct run *r, const struct report *report)
{
	if (r->o->quiet || scan_report_has_table(&r->out))
		return;
	for (ptrdiff_t i = 0; i < report->coverage_n; i++) {
		const struct coverage *c = &report->coverage[i];
		if (!c->incomplete)
			continue;
		say(r, c->what);
		if (report->no_database)
			return;
	}
}

/* What has no severity is not of the one that fails, and that must not be taken for its being harmless. */
static void tell_unrated(struct op *op, const struct run *r, const struct report *report)
{
	struct report_counts n;
	struct buf b;

	report_count(report, &n);
	if (report->filter.fail_on == SEVERITY_UNKNOWN || r->o->quiet ||
	    n.by_severity[SEVERITY_UNKNOWN] == 0)
		return;
	buf_init(&b, op, LIMIT_DOCUMENT);
	text_count(&b, n.by_severity[SEVERITY_UNKNOWN], "finding has", "findings have");
	buf_fmt(&b, " no severity: --fail-on any counts %s",
		n.by_severity[SEVERITY_UNKNOWN] == 1 ? "it" : "them");
	if (!b.bad)
		say(r, buf_view(&b));
}

static void check_age(struct op *op, struct run *r, const struct report *report)
{
	for (ptrdiff_t i = 0; r->asked.max_age_s && i < report->source_n; i++) {
		const struct report_source *s = &report->source[i];
		struct buf b;
		if (s->age_s >= 0 && s->age_s <= r->asked.max_age_s)
			continue;
		r->no = true;
		buf_init(&b, op, LIMIT_DOCUMENT);
		buf_fmt(&b, "%.*s %.*s is ", STR_ARG(s->source), STR_ARG(s->ecosystem));
		words_age(&b, s->age_s);
		buf_fmt(&b, "%s; --max-age is %.*s: run temper db update",
			s->age_s < 0 ? "" : " old", STR_ARG(r->o->max_age));
		if (!b.bad)
			say(r, buf_view(&b));
	}
}

/* What is attached to the image, among the statements; said, since nobody vouches for it. */
static int take_attached(struct op *op, struct run *r, ptrdiff_t i, struct statements *to)
{
	struct source *s = &r->look->source;
	const struct source_wish wish = { .offline = r->o->offline, .insecure = r->o->insecure };
	ptrdiff_t before = to->n;
	struct texts notes;
	str text;

	if (!r->o->vex_from_image || s->kind != SOURCE_IMAGES || i >= s->image_n)
		return 0;
	if (vex_of_image(op, s, i, &wish, to, &notes) < 0 ||
	    op_text(op, &text,
		    "%td statement%s attached to the image, of nobody's verified signature",
		    to->n - before, to->n - before == 1 ? "" : "s") < 0)
		return op->code;
	for (ptrdiff_t k = 0; !r->o->quiet && k < notes.n; k++)
		say(r, notes.p[k]);
	if (!r->o->quiet && to->n > before)
		say(r, text);
	return 0;
}

/* Which of an image's platforms the table is of. */
static int heading(struct op *op, const struct run *r, const struct inventory *v)
{
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_DOCUMENT);
	text_safe(&b, v->subject.name);
	buf_char(&b, ' ');
	text_safe(&b, v->subject.platform);
	buf_add(&b, S(":\n"));
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &r->cli->out, text);
}

static int scan_one(struct op *op, struct run *r, const struct inventory *v, ptrdiff_t i)
{
	struct scan_wish wish = r->asked.wish;
	struct report report;

	wish.match.declared = r->o->declared || v->subject.kind == SUBJECT_DIRECTORY;
	wish.reach = r->look->reach.package;
	wish.reach_n = r->look->reach.package_n;
	wish.reach_entry = r->look->reach.entry;
	wish.reach_loaded = r->look->reach.closure;
	if (take_attached(op, r, i, &wish.statements) < 0)
		return op->code;
	steps_begin(&r->look->steps, "Scanning for vulnerabilities");
	steps_note(&r->look->steps, 0, 0);
	if (scan_inventory(op, r->db, v, &wish, &report) < 0) {
		steps_clear(&r->look->steps);
		return op->code;
	}
	report.failed = report.failed || (r->asked.any_fails && report.shown_n > 0);
	tell_steps(r, &report);
	tell_missing(r, &report);
	tell_unrated(op, r, &report);
	check_age(op, r, &report);
	if (r->look->n > 1 && scan_report_has_table(&r->out) && heading(op, r, v) < 0)
		return op->code;
	r->no = r->no || report.failed;
	r->whole = r->whole && !report.incomplete;
	return scan_report_write(op, r->cli, &r->out, &report, i);
}

static int scan_all(struct op *op, struct run *r, const struct texts *operand)
{
	struct inventory *v = op_new(op, struct inventory, 1);
	ptrdiff_t n;

	if (!v || scan_options_open(op, r->look, operand, v, &n) < 0)
		return op->code;
	if (n == 0 && scan_one(op, r, v, 0) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		v = op_new(op, struct inventory, 1);
		if (!v || look_at(op, r->look, i, v) < 0)
			return op->code;
		if (r->o->name.len)
			v->subject.name = r->o->name;
		if (scan_one(op, r, v, i) < 0)
			return op->code;
	}
	if (r->no)
		return r->asked.exit_code;
	return r->whole ? 0 : 4;
}

/* --input is a file or a layout's directory: no registry is asked for its name. */
static int check_there(struct op *op, str path)
{
	const char *name = op_cstr(op, path);
	AUTO_FD fd = name ? open(name, O_PATH | O_CLOEXEC) : -1;

	if (!name)
		return op->code;
	return fd >= 0 ? 0 : op_fail(op, ERR_USAGE, "--input %.*s: no such file", STR_ARG(path));
}

int verb_scan_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct scan_options *o = options;
	struct look_wish wish = scan_options_look(o);
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct run r = { .cli = cli, .o = o, .db = &db, .look = &look, .whole = true };
	struct texts operand = cli->operand;
	str input = o->input;

	look_init(&look, cli, &wish);
	if (input.len && operand.n)
		return op_fail(op, ERR_USAGE, "--input %.*s, or an operand, not both",
			       STR_ARG(input));
	if (input.len && check_there(op, input) < 0)
		return op->code;
	if (input.len)
		operand = (struct texts){ &input, 1 };
	if (scan_report_read(op, cli, o, &r.out) < 0 || scan_options_read(op, o, &r.asked) < 0 ||
	    database_open(op, o->db, &db) < 0)
		return op->code;
	r.asked.wish.match.texts = scan_report_wants_texts(&r.out);
	if (!o->quiet)
		for (ptrdiff_t i = 0; i < r.asked.wish.waivers.warning.n; i++)
			say(&r, r.asked.wish.waivers.warning.p[i]);
	return scan_all(op, &r, &operand);
}
