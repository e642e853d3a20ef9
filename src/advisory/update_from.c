/* Feeds from files that were carried here: by the names of feeds (--from), or whatever they are
 * (db import). */
#include <fcntl.h>

#include "base/buf.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "update_impl.h"

/* "osv-npm.zip", "alpine-3.20.json.gz": without what tells the format. */
static str stem_of(str name)
{
	static const char *const ends[] = { ".gz",  ".xz",     ".zst",  ".bz2", ".zip",
					    ".tar", ".tgz",    ".json", ".csv", ".yaml",
					    ".yml", ".ndjson", ".txt" };
	bool some = true;

	while (some) {
		some = false;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			if (!str_ends(name, str_of(ends[i])) || name.len <= str_of(ends[i]).len)
				continue;
			name.len -= str_of(ends[i]).len;
			some = true;
		}
	}
	return name;
}

/* A unit for each file whose name is one's; the longest name of a feed that it begins with. */
static int add_for_file(struct updating *u, str stem)
{
	const struct feed_source *best = NULL;

	for (ptrdiff_t i = 0; i < u->source_n; i++) {
		const struct feed_source *s = &u->source[i];
		bool exact = str_eq(stem, s->name);
		bool more = s->releases.n && str_starts(stem, s->name) &&
			    str_starts(str_from(stem, s->name.len), S("-"));
		if ((exact || more) && (!best || s->name.len > best->name.len))
			best = s;
	}
	if (!best || str_eq(best->format, S("changelog")))
		return 0;
	return update_unit_add(u, best, str_from(stem, best->name.len + 1));
}

int update_from(struct updating *u)
{
	struct op *op = u->op;
	AUTO_FD dir = -1;
	str *name;
	ptrdiff_t n;
	bool all = u->unit.n == 0;
	int rc = dir_open(op, AT_FDCWD, u->wish->feed_dir, false, &dir);

	if (rc == 0)
		rc = dir_list(op, dir, u->wish->feed_dir, &name, &n);
	for (ptrdiff_t i = 0; rc == 0 && all && i < n; i++)
		rc = add_for_file(u, stem_of(name[i]));
	for (ptrdiff_t i = 0; rc == 0 && i < u->unit.n; i++) {
		struct unit *unit = &u->unit.p[i];
		for (ptrdiff_t k = 0; rc == 0 && k < n && !unit->fetch.from.len; k++)
			if (str_eq(stem_of(name[k]), unit->file))
				rc = op_text(op, &unit->fetch.from, "%.*s/%.*s",
					     STR_ARG(u->wish->feed_dir), STR_ARG(name[k]));
		if (rc < 0 || unit->fetch.from.len || unit->want == UNIT_CHANGELOG)
			continue;
		unit->line.how = UPDATE_FAILED;
		rc = op_text(op, &unit->line.why, "no file %.*s.* in %.*s", STR_ARG(unit->file),
			     STR_ARG(u->wish->feed_dir));
	}
	if (rc == 0 && u->unit.n == 0)
		return op_fail(op, ERR_USAGE,
			       "%.*s holds no file that is named as a feed is: debian.json, "
			       "osv-npm.zip ('temper db import' takes any)",
			       STR_ARG(u->wish->feed_dir));
	return rc;
}

/* --- db import ----------------------------------------------------------------------------------
 */

/* A name for what a file's name says: what the index allows in one. */
static int plain_name(struct op *op, str from, str *ret)
{
	struct buf b;

	buf_init(&b, op, 64);
	for (ptrdiff_t i = 0; i < from.len && b.len < 60; i++) {
		char c = from.p[i];
		c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (word || b.len)
			buf_char(&b, word ? c : '-');
	}
	if (b.len == 0)
		buf_add(&b, S("import"));
	return buf_take(&b, ret);
}

/* The feed that it is: by the name that was given, by the file's, or the only one of its format. */
static int source_of(struct updating *u, str path, str name, const struct feed *feed,
		     struct feed_source *ret)
{
	const struct feed_source *s, *only = NULL;
	int same = 0;
	str stem = stem_of(str_base_name(path));

	s = feed_source_find(u->source, u->source_n, name.len ? name : stem);
	for (ptrdiff_t i = 0; feed && i < u->source_n; i++) {
		if (!str_eq(u->source[i].format, str_of(feed->name)))
			continue;
		only = &u->source[i];
		same++;
	}
	if (!s && !name.len && same == 1)
		s = only;
	*ret = s ? *s : (struct feed_source){ 0 };
	return s ? 0 : plain_name(u->op, name.len ? name : stem, &ret->name);
}

/* By what reading has shown it to be. */
static int name_unit(struct updating *u, struct unit *unit, str name, const struct feed *seen)
{
	struct feed_source *source = op_new(u->op, struct feed_source, 1);

	if (!source || source_of(u, unit->fetch.from, name, seen, source) < 0)
		return u->op->code;
	unit->source = source;
	unit->name = source->name;
	unit->line.feed = source->name;
	return 0;
}

static int read_path(struct updating *u, struct op *own, struct unit *unit, const struct feed *feed,
		     struct shard_set *set, const struct feed **ret)
{
	struct feed_wish wish = { .feed = feed };
	struct feed_sink sink = shard_sink(set);
	struct feed_count count;
	int rc = feed_source_url(own, unit->source->release, unit->release, u->now, &wish.release);

	if (rc < 0 || (rc = feed_read_path(own, unit->fetch.from, &wish, &sink, &count)) < 0)
		return rc;
	*ret = count.feed;
	return op_text(u->op, &unit->line.url, "file:%.*s", STR_ARG(unit->fetch.from));
}

/* feed: what it is; NULL: what it turns out to be, which may tell its name too. */
static int put_path(struct updating *u, struct unit *unit, const struct feed *feed, str name)
{
	const struct feed *seen = feed;
	AUTO_OP own;
	AUTO_SHARD_SET *set = NULL;

	op_init(&own, 0);
	own.fault = u->op->fault;
	int rc = shard_set_open(&own, unit->source->name, feed, &set);
	if (rc == 0)
		rc = read_path(u, &own, unit, feed, set, &seen);
	if (rc == 0 && !feed && name_unit(u, unit, name, seen) < 0)
		return u->op->code;
	if (rc == 0 && !feed)
		rc = shard_set_feed(&own, set, unit->name, seen);
	if (rc < 0)
		return u->op->code ? u->op->code : update_failed(u, unit, &own);
	return update_put(u, unit, set, NULL, false);
}

int update_from_put(struct updating *u, struct unit *unit)
{
	return put_path(u, unit, feed_of(unit->source->format), S(""));
}

static int import_path(struct updating *u, str path, const struct feed *feed, str name, str release)
{
	struct feed_source *source = op_new(u->op, struct feed_source, 1);
	int rc = source ? 0 : u->op->code;

	if (rc == 0)
		rc = source_of(u, path, name, feed, source);
	if (rc == 0 && release.len)
		source->release = release;
	if (rc < 0 || (rc = update_unit_add(u, source, S(""))) < 0)
		return rc;
	struct unit *unit = &u->unit.p[u->unit.n - 1];
	unit->want = UNIT_DONE;
	unit->fetch.from = path;
	if ((rc = put_path(u, unit, feed, name)) < 0)
		return rc;
	return database_update_commit(u->op, u->db);
}

int update_import(struct op *op, str db, str path, str format, str name, str release, bool force,
		  struct update_line **ret, ptrdiff_t *ret_n)
{
	AUTO_DATABASE_UPDATE *update = NULL;
	struct update_wish wish = { .db = db, .force = force };
	struct updating u = { .op = op, .wish = &wish, .feeds = -1, .now = clock_now() };
	const struct feed *feed = NULL;
	int rc = feed_sources_read(op, S(""), &u.source, &u.source_n);

	if (rc < 0)
		return rc;
	if (format.len && !(feed = feed_of(format)))
		return op_fail(op, ERR_USAGE, "there is no format '%.*s'", STR_ARG(format));
	if ((rc = database_update_begin(op, db, &update)) < 0)
		return rc;
	u.db = update;
	if ((rc = import_path(&u, path, feed, name, release)) < 0)
		return rc;
	struct update_line *line = op_new(op, struct update_line, 1);
	if (!line)
		return op->code;
	*line = u.unit.p[0].line;
	*ret = line;
	*ret_n = 1;
	return update_lines_keep(op, line, 1);
}
