/* temper lock: the lock made anew, and the difference as a change record. */
#include <stdio.h>

#include "base/map.h"
#include "build_report.h"
#include "build_run.h"
#include "many.h"
#include "report/findings_change.h"
#include "scan/change.h"
#include "scan/image.h"

/* On lines of their own, below the package that fixes them. */
static void put_cves(struct buf *b, const struct texts *cves, const struct text_style *style)
{
	struct buf list;

	if (cves->n == 0)
		return;
	buf_init(&list, b->op, 1 << 20);
	for (ptrdiff_t i = 0; i < cves->n; i++)
		buf_fmt(&list, "%s%.*s", i ? " " : "", STR_ARG(cves->p[i]));
	buf_add(b, S("    fixes "));
	text_wrap(b, buf_view(&list), 10, 10, style);
	buf_char(b, '\n');
}

static void put_change(struct buf *b, const struct lock_change *c, const struct text_style *style)
{
	bool added = c->before.len == 0, removed = c->after.len == 0;

	text_colour(b, style, added ? TEXT_GREEN : removed ? TEXT_RED : TEXT_YELLOW);
	buf_char(b, added ? '+' : removed ? '-' : '~');
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, ' ');
	text_safe(b, c->name);
	buf_char(b, ' ');
	text_safe(b, removed ? c->before : added ? c->after : c->before);
	if (!added && !removed) {
		buf_add(b, S(" -> "));
		text_safe(b, c->after);
	}
	buf_char(b, '\n');
	put_cves(b, &c->cves, style);
}

/* How many changes the first platform has, if every other has the same; else 0. */
static ptrdiff_t same_everywhere(const struct relocked *r)
{
	ptrdiff_t n = 0;

	while (n < r->change_n && r->change[n].platform == r->change[0].platform)
		n++;
	if (n * r->built.lock.platform_n != r->change_n)
		return 0;
	for (ptrdiff_t i = n; i < r->change_n; i++) {
		const struct lock_change *x = &r->change[i], *y = &r->change[i % n];
		if (x->platform == y->platform || !str_eq(x->name, y->name) ||
		    !str_eq(x->before, y->before) || !str_eq(x->after, y->after))
			return 0;
	}
	return n;
}

static void put_changes(struct buf *b, const struct relocked *r, const struct text_style *style)
{
	const struct platform *last = NULL;
	ptrdiff_t same = same_everywhere(r), n = same ? same : r->change_n;

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct lock_change *c = &r->change[i];
		if (c->platform != last && !same)
			buf_fmt(b, "%s\n", c->platform->name);
		last = c->platform;
		put_change(b, c, style);
	}
}

/* "2 packages change, 13 CVEs fixed"; what several platforms have in common counts once. */
static int put_sum(struct op *op, struct buf *b, const struct relocked *r)
{
	struct map package, cve;

	map_init(&package, op);
	map_init(&cve, op);
	for (ptrdiff_t i = 0; i < r->change_n; i++) {
		const struct lock_change *c = &r->change[i];
		if (map_put(&package, c->name, &r->change[i]) < 0)
			return op->code;
		for (ptrdiff_t k = 0; k < c->cves.n; k++)
			if (map_put(&cve, c->cves.p[k], &r->change[i]) < 0)
				return op->code;
	}
	buf_add(b, S(": "));
	text_count(b, (uint64_t)package.n, "package differs", "packages differ");
	if (cve.n) {
		buf_add(b, S(", "));
		text_count(b, (uint64_t)cve.n, "CVE fixed", "CVEs fixed");
	}
	return 0;
}

/* Which findings the update removes, and which it brings: of one platform, for all. */
static int compare_findings(struct op *op, const struct lock_options *o, const struct relocked *r,
			    struct difference_findings *ret)
{
	AUTO_DATABASE db = { .dir = -1 };
	struct inventory was, is;
	struct report before, after;

	*ret = (struct difference_findings){ 0 };
	if (!r->differs || !r->had_lock || r->was.platform_n == 0 || r->built.lock.platform_n == 0)
		return 0;
	const struct lock_platform *now = &r->built.lock.platform[0];
	const struct lock_platform *then = lock_platform_find(&r->was, now->platform);
	if (!then)
		return 0;
	if (database_open(op, o->source.db, &db) < 0 ||
	    lock_inventory(op, &r->was, then, &was) < 0 ||
	    lock_inventory(op, &r->built.lock, now, &is) < 0 ||
	    scan_plain(op, &db, &was, &before) < 0 || scan_plain(op, &db, &is, &after) < 0)
		return op->code;
	return scan_compare(op, &before, &after, ret);
}

static int say(struct op *op, const struct cli *cli, const struct lock_options *o,
	       const struct relocked *r)
{
	struct text_style style = style_of(&cli->out, false);
	struct difference_findings findings;
	struct buf b;
	str text;

	if (compare_findings(op, o, r, &findings) < 0)
		return op->code;
	buf_init(&b, op, 64 << 20);
	put_changes(&b, r, &style);
	findings_change_text(&b, &findings, &style);
	text_safe(&b, r->built.lock_path);
	if (!r->differs)
		buf_add(&b, S(" is up to date\n"));
	else if (o->check)
		buf_add(&b, r->had_lock ? S(" would change") : S(" is missing"));
	else
		buf_add(&b,
			r->had_lock ? S(" refreshed") : S(" written: commit it beside the recipe"));
	if (r->differs && r->had_lock && r->change_n == 0)
		buf_add(&b, S(": the same packages"));
	if (r->differs && r->had_lock && r->change_n && put_sum(op, &b, r) < 0)
		return op->code;
	if (r->differs)
		buf_char(&b, '\n');
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(op, &cli->out, text);
}

static int relock(struct op *op, const struct store *store, struct session *session,
		  const struct lock_options *o, str recipe, struct progress *progress,
		  struct relocked *ret)
{
	struct build_source source = source_of(&o->source, recipe);
	struct build_voice voice = voice_of(progress);

	source.platforms = o->platform;
	source.session = session;
	return build_lock(op, store, &source, o->check, &voice, ret);
}

static int run_alone(struct op *op, const struct cli *cli, const struct lock_options *o)
{
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	AUTO_SESSION *session = NULL;
	struct progress progress;
	struct relocked r;
	int rc = store_open(op, o->source.store, &store);

	if (rc < 0 || (rc = session_open(op, &store, o->source.effects, &session)) < 0)
		return rc;
	progress_init(&progress, &cli->err, o->progress.progress, o->progress.quiet);
	if ((rc = relock(op, &store, session, o, cli->operand.p[0], &progress, &r)) < 0) {
		progress_fail(&progress);
		return rc;
	}
	if (cli->out.tty)
		progress_rub(&progress);
	progress_clear(&progress);
	if (!o->progress.quiet && (rc = say(op, cli, o, &r)) < 0)
		return rc;
	return o->check && r.differs ? 1 : 0;
}

/* Of several recipes: a change that many have in common is told once, with their number. */

struct common_change {
	struct lock_change change; /* its CVE ids are one text */
	str cves;
	ptrdiff_t recipes, last;
};

struct common {
	const struct lock_options *o;
	struct map changes; /* by their text: struct common_change */
};

/* A line for each change: name, before, after, CVE ids, with tabs between. */
static void put_common(struct buf *more, const struct relocked *r)
{
	for (ptrdiff_t i = 0; i < r->change_n && r->had_lock; i++) {
		const struct lock_change *c = &r->change[i];
		buf_fmt(more, "%.*s\t%.*s\t%.*s\t", STR_ARG(c->name), STR_ARG(c->before),
			STR_ARG(c->after));
		for (ptrdiff_t k = 0; k < c->cves.n; k++)
			buf_fmt(more, "%s%.*s", k ? " " : "", STR_ARG(c->cves.p[k]));
		buf_char(more, '\n');
	}
}

static int fill_what(struct op *op, const struct lock_options *o, const struct relocked *r,
		     struct many_row *row)
{
	struct buf b;

	buf_init(&b, op, 4096);
	if (!r->differs)
		buf_add(&b, S("up to date"));
	else if (!r->had_lock)
		buf_add(&b, o->check ? S("has no lock") : S("locked"));
	else
		buf_add(&b, o->check ? S("would change") : S("refreshed"));
	if (r->differs && r->had_lock && r->change_n == 0)
		buf_add(&b, S(": the same packages"));
	if (r->differs && r->had_lock && r->change_n && put_sum(op, &b, r) < 0)
		return op->code;
	(void)snprintf(row->what, sizeof(row->what), "%.*s", (int)b.len, b.p);
	return b.bad ? op->code : 0;
}

static int one_of_many(struct op *own, const struct many *m, const struct cli *cli, str recipe,
		       struct many_row *row, struct buf *more)
{
	const struct lock_options *o = ((const struct common *)m->arg)->o;
	struct progress progress;
	struct relocked r;

	progress_init(&progress, &cli->err, S(""), true);
	int rc = relock(own, &m->store, m->session, o, recipe, &progress, &r);
	if (rc < 0)
		return rc;
	many_row_fill(row, &r.built);
	row->unchanged = !r.differs;
	row->exit = o->check && r.differs ? 1 : 0;
	put_common(more, &r);
	return fill_what(own, o, &r, row);
}

/* Count what changes in one recipe; the same on several platforms counts once. */
static int hear_changes(struct op *op, struct many *m, str more)
{
	struct common *common = m->arg;

	if (!common->changes.op)
		map_init(&common->changes, &m->own);
	while (more.len) {
		str line = str_cut(&more, '\n'), key;
		struct common_change *c = map_get(&common->changes, line);
		if (!c) {
			c = op_new(&m->own, struct common_change, 1);
			if (!c || op_copy(&m->own, line, &key) < 0 ||
			    map_put(&common->changes, key, c) < 0)
				return op_adopt_error(op, &m->own);
			str cves = key;
			c->change.name = str_cut(&cves, '\t');
			c->change.before = str_cut(&cves, '\t');
			c->change.after = str_cut(&cves, '\t');
			c->change.cves = (struct texts){ &c->cves, cves.len ? 1 : 0 };
			c->cves = cves;
		}
		c->recipes += c->last != m->well;
		c->last = m->well;
	}
	return 0;
}

static int say_common(struct op *op, struct many *m, struct buf *b)
{
	struct common *common = m->arg;
	struct text_style style = style_of(&m->cli->out, false);

	(void)op;
	if (common->changes.n)
		map_sort(&common->changes);
	for (ptrdiff_t i = 0; i < common->changes.n; i++) {
		const struct common_change *c = common->changes.item[i].value;
		put_change(b, &c->change, &style);
		buf_fmt(b, "    in %td of %td\n", c->recipes, m->cli->operand.n);
	}
	return 0;
}

int verb_lock_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct lock_options *o = options;
	struct common common = { .o = o };
	struct many m = { .cli = cli,
			  .source = &o->source,
			  .progress = &o->progress,
			  .anew = true,
			  .table = !o->progress.quiet,
			  .one = one_of_many,
			  .more = hear_changes,
			  .sum = say_common,
			  .arg = &common };

	if (cli->operand.n == 1)
		return run_alone(op, cli, o);
	if (o->source.lock.len)
		return many_refuse(op, cli, "--lock", "names one lock");
	return many_run(op, &m);
}
