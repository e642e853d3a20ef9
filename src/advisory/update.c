/*
 * In rounds: what is asked of every unit is fetched at once, and what came may lead to another round:
 * a pointer to its file, a table of changes to the whole where it changed too much. Then each
 * unit's document is read into shards, and all of them are put in use by one commit. State of a
 * unit (FEEDS/NAME.state) is written after that, so that it never tells of what is not in use.
 */
#include "update.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "changelog_facts.h"
#include "update_impl.h"

enum {
	ROUNDS = 4, /* pointer, table, whole: and none */
	STATE_MAX = 64 << 10,
	DAYS = 4, /* back, for feeds with a {date} */
	DAY = 86400,
};

/* What shards of changelogs are told to be; no document is one. */
static const struct feed changelog_row = { .name = "changelog", .fixed_only = true };

/* --- what was put in use last -------------------------------------------------------------------
 */

static bool is_in_use(const struct updating *u, const struct unit *unit)
{
	const struct database *db = database_update_now(u->db);

	for (ptrdiff_t i = 0; i < db->shard_n; i++)
		if (str_eq(db->shard[i].feed, unit->name))
			return true;
	return false;
}

static int read_state(struct updating *u, struct unit *unit)
{
	struct op_mark mark = op_mark(u->op);
	str path;
	int rc = op_text(u->op, &path, "%.*s.state", STR_ARG(unit->file));

	unit->in_use = is_in_use(u, unit);
	if (rc == 0)
		rc = file_read(u->op, u->feeds, path, STATE_MAX, &unit->state);
	bool holds = rc == 0 && unit->in_use && !u->wish->full &&
		     str_eq(update_lines_get(unit->state, S("reader")), S(TEMPER_VERSION)) &&
		     str_eq(update_lines_get(unit->state, S("format")), unit->source->format);
	if (rc >= 0 && !holds) {
		unit->state = S("");
		op_reset(u->op, mark);
	}
	return rc < 0 ? rc : 0;
}

static int write_state(struct updating *u, const struct unit *unit)
{
	const struct update_fetch *f = &unit->fetch;
	str path, text;
	int rc = op_text(u->op, &path, "%.*s.state", STR_ARG(unit->file));

	if (rc < 0 || (rc = op_text(u->op, &text,
				    "reader %s\nformat %.*s\nurl %.*s\netag %.*s\nmodified %.*s\n"
				    "target %.*s\nmark %.*s\n",
				    TEMPER_VERSION, STR_ARG(unit->source->format), STR_ARG(f->from),
				    STR_ARG(f->got_etag), STR_ARG(f->got_modified),
				    STR_ARG(unit->target), STR_ARG(unit->mark))) < 0)
		return rc;
	return file_replace(u->op, u->feeds, path, text, 0644);
}

/* --- addresses ----------------------------------------------------------------------------------
 */

/* Those of the unit, mirrors and days, into its fetch. */
static int expand_urls(struct updating *u, struct unit *unit)
{
	const struct feed_source *s = unit->source;
	str *url = op_new(u->op, str, s->url.n * DAYS);
	ptrdiff_t n = 0;
	int rc = url ? 0 : u->op->code;

	for (int day = 0; rc == 0 && day < DAYS; day++) {
		for (ptrdiff_t i = 0; rc == 0 && i < s->url.n; i++) {
			bool dated = str_find_str(s->url.p[i], S("{date}")) >= 0;
			if (day == 0 || dated)
				rc = feed_source_url(u->op, s->url.p[i], unit->release,
						     u->now - (int64_t)day * DAY, &url[n++]);
		}
	}
	unit->fetch.url = (struct texts){ url, n };
	return rc;
}

static int one_url(struct updating *u, struct unit *unit, str address)
{
	str *url = op_new(u->op, str, 1);

	if (!url)
		return u->op->code;
	unit->fetch.url = (struct texts){ url, 1 };
	return feed_source_url(u->op, address, unit->release, u->now, url);
}

/* What a unit asks first: nothing of one whose feed has no reader. */
static int prepare(struct updating *u, struct unit *unit)
{
	const struct feed_source *s = unit->source;
	int rc = read_state(u, unit);

	if (rc < 0 || unit->want == UNIT_CHANGELOG)
		return rc;
	if (!feed_of(s->format)) {
		unit->line.how = UPDATE_FAILED;
		unit->want = UNIT_DONE;
		return op_text(u->op, &unit->line.why, "there is no format '%.*s'",
			       STR_ARG(s->format));
	}
	if (u->wish->feed_dir.len) {
		unit->want = UNIT_DONE;
		return 0;
	}
	unit->mark = update_lines_get(unit->state, S("mark"));
	if (s->follow)
		unit->want = UNIT_POINTER;
	else if (s->delta.len && unit->mark.len)
		unit->want = UNIT_TABLE;
	return 0;
}

static int ask(struct updating *u, struct unit *unit)
{
	const struct feed_source *s = unit->source;
	struct update_fetch *f = &unit->fetch;
	bool whole = unit->want == UNIT_WHOLE;

	*f = (struct update_fetch){ .name = unit->file, .max = s->max };
	if (unit->want != UNIT_POINTER) {
		f->etag = update_lines_get(unit->state, S("etag"));
		f->modified = update_lines_get(unit->state, S("modified"));
		f->etag_url = update_lines_get(unit->state, S("url"));
	}
	if (unit->want == UNIT_TABLE)
		return one_url(u, unit, s->delta);
	return whole && unit->target.len ? one_url(u, unit, unit->target) : expand_urls(u, unit);
}

/* --- rounds -------------------------------------------------------------------------------------
 */

struct telling {
	const struct update_wish *wish;
	const char *step;
};

static void tell(void *arg, uint64_t bytes)
{
	const struct telling *t = arg;

	if (t->wish->note)
		t->wish->note(t->wish->arg, t->step, bytes, 0);
}

static void tell_reading(void *arg, uint64_t done_bytes, uint64_t total)
{
	const struct telling *t = arg;

	if (t->wish->note)
		t->wish->note(t->wish->arg, t->step, done_bytes, total);
}

/* The text of a pointer: the name of the file that is beside it. */
static int read_pointer(struct updating *u, struct unit *unit)
{
	AUTO_FD fd = -1;
	uint64_t size;
	str text;
	int rc = update_fetch_open(u->op, u->feeds, unit->file, &fd, &size);

	if (rc == 0)
		rc = file_read_fd(u->op, fd, unit->file, LIMIT_RELEASE, &text);
	if (rc < 0)
		return rc;
	update_fetch_forget(u->feeds, unit->file);
	text = str_trim(str_cut(&text, '\n'));
	for (ptrdiff_t i = 0; i < text.len; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '/')
			text = S("");
	if (!text.len || text.p[0] == '.') {
		unit->want = UNIT_DONE;
		unit->line.how = UPDATE_FAILED;
		return op_text(u->op, &unit->line.why, "%.*s names no file",
			       STR_ARG(unit->fetch.from));
	}
	bool known = false;
	rc = op_text(u->op, &unit->target, "%.*s/%.*s", STR_ARG(str_dir_name(unit->fetch.from)),
		     STR_ARG(text));
	if (rc == 0)
		known = str_eq(unit->target, update_lines_get(unit->state, S("target")));
	unit->want = known && unit->mark.len && unit->source->delta.len ? UNIT_TABLE : UNIT_WHOLE;
	return rc;
}

/* One unit's answer: what it asks next, or UNIT_DONE with a line or something to read. */
static int advance(struct updating *u, struct unit *unit)
{
	struct update_fetch *f = &unit->fetch;

	unit->line.bytes += f->bytes;
	if (f->how == FETCH_FAILED && unit->want == UNIT_TABLE && f->gone) {
		unit->want = UNIT_WHOLE;
		return 0;
	}
	if (f->how == FETCH_FAILED) {
		unit->want = UNIT_DONE;
		unit->line.how = UPDATE_FAILED;
		unit->line.why = f->why;
		unit->line.url = f->url.n ? f->url.p[0] : S("");
		return 0;
	}
	if (unit->want == UNIT_POINTER)
		return read_pointer(u, unit);
	if (unit->want == UNIT_TABLE && f->how == FETCH_NEW)
		return update_table_read(u, unit);
	unit->want = UNIT_DONE;
	return 0;
}

static bool is_asked(const struct unit *unit)
{
	return unit->want != UNIT_DONE && unit->want != UNIT_CHANGELOG;
}

static int fetch_round(struct updating *u)
{
	struct update_fetch *f = op_new(u->op, struct update_fetch, u->unit.n);
	struct telling t = { u->wish, "Fetching feeds" };
	ptrdiff_t n = 0, k = 0;
	int rc = f ? 0 : u->op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < u->unit.n; i++) {
		if (!is_asked(&u->unit.p[i]))
			continue;
		rc = ask(u, &u->unit.p[i]);
		f[n++] = u->unit.p[i].fetch;
	}
	if (rc < 0 || n == 0)
		return rc < 0 ? rc : 1;
	if ((rc = update_fetch(u->op, u->feeds, f, n, tell, &t)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc == 0 && i < u->unit.n; i++) {
		struct unit *unit = &u->unit.p[i];
		if (!is_asked(unit))
			continue;
		unit->fetch = f[k++];
		rc = advance(u, unit);
	}
	return rc;
}

/* --- reading what came --------------------------------------------------------------------------
 */

/* The mark for the next table: an hour before the whole was published, for what was on its way. */
static int first_mark(struct updating *u, struct unit *unit, str newest)
{
	char text[CLOCK_TEXT];
	int64_t seconds;

	if (!unit->source->delta.len)
		return 0;
	(void)clock_rfc3339(u->now - DAY, text);
	if (!clock_parse_rfc5322(unit->fetch.got_modified, &seconds)) /* nor from the future */
		return op_copy(u->op, str_cmp(newest, str_of(text)) > 0 ? str_of(text) : newest,
			       &unit->mark);
	return op_copy(u->op, str_of(clock_rfc3339(seconds - 3600, text)), &unit->mark);
}

static int open_set(struct op *own, const struct unit *unit, const struct feed *feed,
		    struct shard_set **ret)
{
	return shard_set_open(own, unit->source->name, feed, ret);
}

static int read_whole(struct updating *u, struct op *own, struct unit *unit, struct shard_set *set)
{
	struct feed_sink sink = shard_sink(set);
	struct telling t = { u->wish, "Reading" };
	struct feed_wish wish = { .feed = feed_of(unit->source->format),
				  .note = tell_reading,
				  .arg = &t };
	struct feed_count count;
	AUTO_FD fd = -1;
	uint64_t size;
	str what = str_base_name(unit->fetch.from), step;
	int rc = update_fetch_open(own, u->feeds, unit->file, &fd, &size);

	if (rc < 0 ||
	    (rc = feed_source_url(own, unit->source->release, unit->release, u->now,
				  &wish.release)) < 0 ||
	    (rc = op_text(own, &step, "Reading %.*s", STR_ARG(unit->name))) < 0)
		return rc;
	t.step = step.p;
	struct at at = at_of_fd(fd, 0, size, what);
	if ((rc = feed_read(own, what, &at, &wish, &sink, &count)) < 0)
		return rc;
	unit->line.url = unit->fetch.from;
	if ((rc = update_http_time(u->op, unit->fetch.got_modified, &unit->line.upstream)) < 0)
		return rc;
	return first_mark(u, unit, count.newest);
}

static int read_changes(struct updating *u, struct op *own, struct unit *unit,
			struct shard_set *set, struct texts *ret_gone)
{
	struct feed_sink sink = shard_sink(set);
	struct feed_count count = { 0 };
	char text[CLOCK_TEXT];
	int64_t seconds;
	int rc = update_table_fetch(u, own, unit, &sink, &count, ret_gone);

	unit->line.bytes += count.bytes;
	unit->line.url = unit->fetch.from;
	if (rc < 0)
		return rc;
	/* The database has whole seconds. */
	bool whole = unit->mark.len >= 19 &&
		     op_text(u->op, &unit->line.upstream, "%.*sZ", 19, unit->mark.p) == 0 &&
		     clock_parse_rfc3339(unit->line.upstream, &seconds);
	if (!whole || seconds > u->now)
		return op_copy(u->op, str_of(clock_rfc3339(u->now, text)), &unit->line.upstream);
	return 0;
}

static int put_document(struct updating *u, struct unit *unit, bool changes)
{
	AUTO_OP own;
	AUTO_SHARD_SET *set = NULL;
	struct texts gone = { 0 };

	op_init(&own, 0);
	own.fault = u->op->fault;
	int rc = open_set(&own, unit, feed_of(unit->source->format), &set);
	if (rc == 0)
		rc = changes ? read_changes(u, &own, unit, set, &gone)
			     : read_whole(u, &own, unit, set);
	if (rc < 0) {
		if (!u->op->code && own.code == ERR_FORMAT)
			update_fetch_forget(u->feeds, unit->file); /* it may be whole tomorrow */
		return u->op->code ? u->op->code : update_failed(u, unit, &own);
	}
	return update_put(u, unit, set, &gone, changes);
}

/* --- changelogs ---------------------------------------------------------------------------------
 */

struct naming {
	struct op *op;
	struct texts *names;
	ptrdiff_t cap;
};

static bool add_name(void *arg, str name)
{
	struct naming *n = arg;
	str *to = vec_grow(n->op, (void **)&n->names->p, &n->names->n, &n->cap, sizeof(str))
			  ? &n->names->p[n->names->n - 1]
			  : NULL;

	return to && op_copy(n->op, name, to) == 0;
}

/* The sources of the image, and those that are in use: what is there is not lost by asking for
 * less. Without an image: all. */
static int names_of(struct updating *u, const struct unit *unit, struct texts *ret)
{
	struct database *db = database_update_now(u->db);
	struct naming n = { .op = u->op, .names = ret };
	const struct inventory *inv = u->wish->inventory;
	int rc = 0;

	for (ptrdiff_t i = 0; inv && i < inv->package_n; i++) {
		const struct package *p = &inv->package[i];
		if (p->type == PACKAGE_DEB)
			(void)add_name(&n, p->source.len ? p->source : p->name);
	}
	for (ptrdiff_t i = 0; inv && rc == 0 && i < db->shard_n; i++) {
		const struct shard *s;
		if (!str_eq(db->shard[i].feed, unit->name))
			continue;
		if ((rc = database_map(u->op, db, i, &s)) == 0)
			rc = shard_names(u->op, s, add_name, &n);
	}
	for (ptrdiff_t i = 0; i < ret->n; i++)
		if (str_eq(ret->p[i], CHANGELOG_ALL)) /* all were read, and will be */
			ret->n = 0;
	return rc < 0 ? rc : u->op->code;
}

static int read_changelogs(struct updating *u, struct op *own, struct unit *unit,
			   struct shard_set *set)
{
	struct telling t = { u->wish, "Fetching changelogs" };
	struct changelog_wish wish = { .store = u->wish->store,
				       .mirror = u->wish->mirror,
				       .suite = unit->release,
				       .note = tell_reading,
				       .arg = &t };
	struct feed_sink sink = shard_sink(set);
	struct feed_count count;
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	int rc = names_of(u, unit, &wish.names);

	if (rc == 0 && !wish.store && (rc = store_open(own, S(""), &store)) == 0)
		wish.store = &store;
	if (rc == 0 && !wish.mirror.archive.len)
		rc = repo_mirror_find(own, S(""), S(""), &wish.mirror);
	if (rc < 0 || (rc = changelog_feed(own, &wish, &sink, &count)) < 0)
		return rc;
	if ((rc = op_text(u->op, &unit->line.url, "distribution:%.*s", STR_ARG(unit->release))) <
		    0 ||
	    (rc = op_copy(u->op, count.note, &unit->line.why)) < 0)
		return rc;
	return op_copy(u->op, count.newest, &unit->line.upstream);
}

static int put_changelogs(struct updating *u, struct unit *unit)
{
	AUTO_OP own;
	AUTO_SHARD_SET *set = NULL;

	op_init(&own, 0);
	own.fault = u->op->fault;
	int rc = open_set(&own, unit, &changelog_row, &set);
	if (rc == 0)
		rc = read_changelogs(u, &own, unit, set);
	if (rc < 0)
		return u->op->code ? u->op->code : update_failed(u, unit, &own);
	return update_put(u, unit, set, NULL, false);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static int put_unit(struct updating *u, struct unit *unit)
{
	struct update_fetch *f = &unit->fetch;

	if (unit->want == UNIT_CHANGELOG)
		return put_changelogs(u, unit);
	if (unit->line.how == UPDATE_FAILED || u->wish->feed_dir.len)
		return unit->line.how == UPDATE_FAILED ? 0 : update_from_put(u, unit);
	if (f->how == FETCH_SAME)
		return update_still(u, unit);
	if (unit->changed.n || (unit->mark.len && str_eq(f->from, unit->source->delta)))
		return unit->changed.n ? put_document(u, unit, true) : update_still(u, unit);
	return put_document(u, unit, false);
}

static int finish(struct updating *u)
{
	int rc = database_update_commit(u->op, u->db);

	for (ptrdiff_t i = 0; rc == 0 && i < u->unit.n; i++) {
		const struct unit *unit = &u->unit.p[i];
		bool good = unit->line.how != UPDATE_FAILED && unit->line.how != UPDATE_REFUSED;
		if (!good || unit->want == UNIT_CHANGELOG || u->wish->feed_dir.len)
			continue;
		if ((rc = write_state(u, unit)) == 0)
			update_fetch_forget(u->feeds, unit->file);
	}
	return rc;
}

static int lines_of(struct updating *u, struct update_line **ret, ptrdiff_t *ret_n)
{
	struct update_line *line = op_new(u->op, struct update_line, u->unit.n + u->told.n);

	if (!line)
		return u->op->code;
	for (ptrdiff_t i = 0; i < u->unit.n; i++)
		line[i] = u->unit.p[i].line;
	for (ptrdiff_t i = 0; i < u->told.n; i++)
		line[u->unit.n + i] = u->told.p[i];
	*ret = line;
	*ret_n = u->unit.n + u->told.n;
	return update_lines_keep(u->op, line, *ret_n);
}

static int open_feeds(struct updating *u)
{
	str path, below;
	int rc = database_place(u->op, u->wish->db, &path);

	if (rc < 0 || (rc = op_text(u->op, &below, "%.*s/feeds", STR_ARG(path))) < 0)
		return rc;
	return dir_open(u->op, AT_FDCWD, below, true, &u->feeds);
}

static int run(struct updating *u)
{
	int rc = update_plan(u);

	if (rc == 0 && u->wish->feed_dir.len)
		rc = update_from(u);
	for (ptrdiff_t i = 0; rc == 0 && i < u->unit.n; i++)
		rc = prepare(u, &u->unit.p[i]);
	for (int i = 0; rc == 0 && i < ROUNDS && !u->wish->feed_dir.len; i++)
		rc = fetch_round(u);
	rc = rc > 0 ? 0 : rc;
	for (ptrdiff_t i = 0; rc == 0 && i < u->unit.n; i++) {
		struct unit *unit = &u->unit.p[i];
		if (is_asked(unit)) { /* it leads from one to the next for ever */
			unit->line.how = UPDATE_FAILED;
			unit->line.why = S("it does not come to an end");
		}
		rc = put_unit(u, unit);
	}
	return rc < 0 ? rc : finish(u);
}

int update_run(struct op *op, const struct update_wish *wish, struct update_line **ret,
	       ptrdiff_t *ret_n)
{
	AUTO_DATABASE_UPDATE *db = NULL;
	AUTO_FD fetched = -1;
	struct updating u = { .op = op, .wish = wish, .feeds = -1, .now = clock_now() };
	int rc = feed_sources_read(op, S(""), &u.source, &u.source_n);

	if (rc < 0 || (rc = open_feeds(&u)) < 0)
		return rc;
	fetched = u.feeds;
	if ((rc = database_update_begin(op, wish->db, &db)) < 0)
		return rc;
	u.db = db;
	if ((rc = run(&u)) < 0)
		return rc;
	return lines_of(&u, ret, ret_n);
}
