#include "advisory/update.h"

#include "base/limits.h"
#include "base/num.h"
#include "build/side.h"
#include "build_report.h"
#include "codec/json.h"
#include "db_options.h"
#include "look.h"
#include "sys/clock.h"

enum {
	TEXT_MAX = 64 << 20, /* bytes of what is printed */
	WHY_MAX = 400,       /* of one line's reason */
};

/* --- what became of the feeds -------------------------------------------------------------------
 */

static const struct {
	const char *mark, *plain;
	enum text_colour colour;
	bool good;
} outcomes[] = {
	[UPDATE_SAME] = { "✔", "same", TEXT_GREEN, true },
	[UPDATE_NEW] = { "✔", "new", TEXT_GREEN, true },
	[UPDATE_DELTA] = { "✔", "changes", TEXT_GREEN, true },
	[UPDATE_SKIPPED] = { "-", "left out", TEXT_DIM, true },
	[UPDATE_REFUSED] = { "✘", "refused", TEXT_RED, false },
	[UPDATE_FAILED] = { "✘", "failed", TEXT_RED, false },
};

static void put_figures(struct buf *b, const struct update_line *l, int64_t now)
{
	char size[NUM_SIZE_TEXT];

	buf_fmt(b, "%9llu record%s", (unsigned long long)l->records, l->records == 1 ? "" : "s");
	if (l->how == UPDATE_SAME)
		buf_add(b, S(", as before"));
	else if (l->before == 0)
		buf_add(b, S(", all new"));
	else
		buf_fmt(b, ", %llu more, %llu less, %llu changed", (unsigned long long)l->added,
			(unsigned long long)l->removed, (unsigned long long)l->changed);
	if (l->upstream.len) {
		buf_add(b, S(", of "));
		db_age_text(b, db_age(l->upstream, now));
		buf_add(b, S(" ago"));
	}
	if (l->bytes)
		buf_fmt(b, ", %s fetched", num_size_text(l->bytes, size));
}

static void put_line(struct buf *b, const struct text_style *style, const struct update_line *l,
		     ptrdiff_t width, int64_t now)
{
	bool figures = l->how == UPDATE_SAME || l->how == UPDATE_NEW || l->how == UPDATE_DELTA;

	if (style->colour) {
		text_colour(b, style, outcomes[l->how].colour);
		buf_fmt(b, " %s ", style->utf8 ? outcomes[l->how].mark : outcomes[l->how].plain);
		text_colour(b, style, TEXT_PLAIN);
	}
	text_safe(b, l->feed);
	buf_repeat(b, ' ', width - l->feed.len + 2);
	if (!style->colour)
		buf_fmt(b, "%-8s  ", outcomes[l->how].plain);
	if (figures)
		put_figures(b, l, now);
	if (figures && l->why.len)
		buf_add(b, S("; "));
	if (l->why.len)
		text_safe(b, str_head(l->why, WHY_MAX));
	buf_char(b, '\n');
}

static void put_json(struct buf *b, const struct update_line *l, ptrdiff_t n)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++, l++) {
		json_object(&j);
		json_pair_u64(&j, "added", l->added);
		json_pair_u64(&j, "before", l->before);
		json_pair_u64(&j, "bytes", l->bytes);
		json_pair_u64(&j, "changed", l->changed);
		json_pair(&j, "feed", l->feed);
		json_pair(&j, "outcome", str_of(outcomes[l->how].plain));
		json_pair_u64(&j, "records", l->records);
		json_pair_u64(&j, "removed", l->removed);
		json_pair(&j, "upstream", l->upstream);
		json_pair(&j, "url", l->url);
		json_pair(&j, "why", l->why);
		json_object_end(&j);
	}
	json_array_end(&j);
	buf_char(b, '\n');
}

static int tell(struct op *op, const struct cli *cli, const struct db_options *o,
		const struct update_line *line, ptrdiff_t n)
{
	struct text_style style = style_of(&cli->out, false);
	bool json = str_eq(o->output, S("json"));
	ptrdiff_t width = 0;
	struct buf b;
	str text;

	buf_init(&b, op, TEXT_MAX);
	for (ptrdiff_t i = 0; i < n; i++)
		width = line[i].feed.len > width ? line[i].feed.len : width;
	if (json)
		put_json(&b, line, n);
	for (ptrdiff_t i = 0; i < n && !json; i++)
		put_line(&b, &style, &line[i], width, clock_now());
	if (buf_take(&b, &text) < 0)
		return op->code;
	return term_write(op, &cli->out, text);
}

/* 3: nothing could be brought; 4: not all. */
static int exit_of(const struct update_line *line, ptrdiff_t n)
{
	ptrdiff_t good = 0, bad = 0;

	for (ptrdiff_t i = 0; i < n; i++) {
		good += outcomes[line[i].how].good && line[i].how != UPDATE_SKIPPED;
		bad += !outcomes[line[i].how].good ||
		       (line[i].how != UPDATE_SKIPPED && line[i].why.len);
	}
	return bad == 0 ? 0 : good ? 4 : 3;
}

/* --- what an image needs ------------------------------------------------------------------------
 */

static bool is_recipe(str what)
{
	return str_ends(what, S(".yaml")) || str_ends(what, S(".yml")) ||
	       str_ends(what, S(".lock.json"));
}

/* A recipe's lock tells packages and a suite. */
static int look_at_recipe(struct op *op, const struct db_options *o, str what,
			  struct inventory *ret)
{
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	struct side *side = op_new(op, struct side, 1);
	int rc = side ? store_open(op, o->store, &store) : op->code;

	if (rc < 0 || (rc = side_open(op, &store, what, S(""), NULL, side)) < 0)
		return rc;
	*ret = side->inventory;
	str release = ecosystem_of_codename(side->suite);
	if (!ret->os.id.len && release.len) {
		ret->os.id = str_cut(&release, ':');
		ret->os.version_id = release;
	}
	return 0;
}

static int look_at_one(struct op *op, const struct cli *cli, const struct db_options *o, str what,
		       struct inventory *ret)
{
	struct look_wish wish = { .store = o->store, .progress = o->progress, .quiet = true };
	AUTO_LOOK l;
	int rc;

	look_init(&l, cli, &wish);
	if (is_recipe(what))
		return look_at_recipe(op, o, what, ret);
	if ((rc = look_open(op, &l, what)) < 0)
		return rc;
	return look_at(op, &l, 0, ret);
}

/* --- update -------------------------------------------------------------------------------------
 */

struct telling {
	struct steps steps;
	const char *step;
};

static void note(void *arg, const char *step, uint64_t done, uint64_t total)
{
	struct telling *t = arg;

	if (step != t->step) {
		steps_clear(&t->steps);
		steps_begin(&t->steps, step);
	}
	t->step = step;
	steps_note(&t->steps, done, total);
}

/* The suite whose changelogs could stand in for what failed: that of the image, or what was asked. */
static str suite_wanted(const struct update_wish *w)
{
	for (ptrdiff_t i = 0; i < w->what.n; i++)
		if (str_starts(w->what.p[i], S("debian:")))
			return changelog_suite(str_from(w->what.p[i], 7));
	if (w->inventory && str_eq(w->inventory->os.id, S("debian")))
		return changelog_suite(w->inventory->os.version_id);
	return S("");
}

/* Where a feed of Debian's could not be reached, but a mirror can. */
static int hint(struct op *op, const struct cli *cli, const struct update_wish *w,
		const struct update_line *line, ptrdiff_t n)
{
	str suite = suite_wanted(w), text;
	bool failed = false, known = false;

	for (ptrdiff_t i = 0; i < n; i++) {
		bool changelog = str_starts(line[i].feed, S("changelog"));
		known = known || changelog;
		failed = failed || (!changelog && line[i].how == UPDATE_FAILED &&
				    str_eq(line[i].ecosystem, S("debian")));
	}
	if (!failed || known)
		return 0;
	int rc = changelog_reachable(op, &w->mirror, suite.len ? suite : S("stable"), &suite);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = op_text(op, &text,
		     "temper: a mirror of Debian can be reached; its changelogs tell what is "
		     "fixed: temper db update changelog:%.*s\n",
		     STR_ARG(suite));
	return rc < 0 ? rc : term_write(op, &cli->err, text);
}

static int run(struct op *op, const struct cli *cli, const struct db_options *o,
	       struct update_wish *w, struct telling *t)
{
	struct update_line *line;
	ptrdiff_t n;
	int rc = update_run(op, w, &line, &n);

	steps_clear(&t->steps);
	if (rc < 0 || (rc = tell(op, cli, o, line, n)) < 0 || (rc = hint(op, cli, w, line, n)) < 0)
		return rc;
	return exit_of(line, n);
}

int db_update(struct op *op, const struct cli *cli, const struct db_options *o)
{
	struct inventory inventory;
	struct telling t = { 0 };
	struct update_wish w = { .what = { cli->operand.p + 1, cli->operand.n - 1 },
				 .db = o->db,
				 .feed_dir = o->from,
				 .force = o->force,
				 .full = o->full,
				 .note = note,
				 .arg = &t };
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	int rc;

	if (o->for_.n > 1)
		return op_fail(op, ERR_USAGE, "--for takes one image for an update");
	if (o->for_.n && (rc = look_at_one(op, cli, o, o->for_.p[0], &inventory)) < 0)
		return rc;
	w.inventory = o->for_.n ? &inventory : NULL;
	if (o->store.len) {
		if ((rc = store_open(op, o->store, &store)) < 0)
			return rc;
		w.store = &store;
	}
	steps_init(&t.steps, &cli->err, o->progress, o->quiet);
	return run(op, cli, o, &w, &t);
}

/* --- import -------------------------------------------------------------------------------------
 */

static int import_export(struct op *op, const struct cli *cli, const struct db_options *o, str path)
{
	str trust = S(""), text;
	int rc = o->trust.len ? file_read_user(op, o->trust, LIMIT_DOCUMENT, &trust) : 0;

	if (rc < 0 || (rc = database_import(op, path, trust, o->force, o->db)) < 0)
		return rc;
	rc = op_text(op, &text, "%.*s  in use\n", STR_ARG(path));
	return rc < 0 ? rc : term_write(op, &cli->out, text);
}

int db_import(struct op *op, const struct cli *cli, const struct db_options *o)
{
	bool good = false, bad = false;

	for (ptrdiff_t i = 1; i < cli->operand.n; i++) {
		str path = cli->operand.p[i];
		struct update_line *line;
		ptrdiff_t n;
		int rc;
		if (database_is_export(op, path)) {
			if ((rc = import_export(op, cli, o, path)) < 0)
				return rc;
			good = true;
			continue;
		}
		if (o->trust.len)
			return op_fail(op, ERR_USAGE,
				       "%.*s is no export of temper's: nobody signed it",
				       STR_ARG(path));
		rc = update_import(op, o->db, path, o->format, o->name, o->release, o->force, &line,
				   &n);
		if (rc < 0 || (rc = tell(op, cli, o, line, n)) < 0)
			return rc;
		good = good || exit_of(line, n) == 0;
		bad = bad || exit_of(line, n) != 0;
	}
	return bad ? (good ? 4 : 3) : 0;
}
