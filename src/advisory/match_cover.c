/*
 * What was asked and what nothing could be asked of: one line for every ecosystem of the inventory, one for
 * each kind of thing that no advisories are held against, with what to do.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "match_impl.h"
#include "model/life.h"
#include "sys/clock.h"

enum { COMMAND_MAX = 4096 /* bytes of a command line that is proposed */ };

struct covers {
	struct op *op;
	struct coverage *p;
	ptrdiff_t n, cap;
};

static int add(struct covers *c, enum coverage_kind kind, str ecosystem, uint64_t packages,
	       const struct match_examples *e, str what)
{
	struct coverage *to = vec_push(c->op, c);
	str *p = op_new(c->op, str, e ? e->n : 0);

	if (!to || !p)
		return c->op->code;
	*to = (struct coverage){ .kind = kind,
				 .ecosystem = ecosystem,
				 .packages = packages,
				 .what = what,
				 .examples = { p, e ? e->n : 0 },
				 .incomplete = kind == NOT_COVERED_NO_SHARD ||
					       kind == NOT_COVERED_UNREADABLE };
	for (ptrdiff_t i = 0; e && i < e->n; i++)
		p[i] = e->text[i];
	return 0;
}

#define SAY(c, kind, ecosystem, packages, e, ...)                             \
	do {                                                                  \
		str say_;                                                     \
		if (op_text((c)->op, &say_, __VA_ARGS__) < 0 ||               \
		    add((c), (kind), (ecosystem), (packages), (e), say_) < 0) \
			return (c)->op->code;                                 \
	} while (0)

/* The line before: a system of which nothing is known is no answer about its packages. */
static void of_system(struct covers *c, bool is_system)
{
	c->p[c->n - 1].incomplete |= is_system;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Ecosystems that a feed of data/feeds.yaml is for. Sorted; test_match holds the two together. */
static const char *const fed[] = {
	"almalinux",  "alpine",   "arch",     "bitnami",       "cargo",
	"chainguard", "composer", "cran",     "debian",        "gem",
	"github",     "golang",   "hackage",  "hex",           "julia",
	"maven",      "npm",      "nuget",    "opensuse-leap", "opensuse-tumbleweed",
	"pub",        "pypi",     "rhel",     "rocky",         "sl-micro",
	"sle-micro",  "sles",     "sles_sap", "swift",         "ubuntu",
	"wolfi",
};

bool match_is_fed(const struct ecosystem_row *row)
{
	for (size_t i = 0; i < sizeof(fed) / sizeof(fed[0]); i++)
		if (!strcmp(fed[i], row->key) || (row->like && !strcmp(fed[i], row->like)))
			return true;
	return false;
}

/* A distribution that is like another is served by that one's advisories. */
static str update_name(const struct match_where *w)
{
	return w->like.len ? w->like : w->key;
}

static int cover_where(struct covers *c, const struct match_where *w)
{
	unsigned long long n = w->packages;

	if (w->packages == 0)
		return 0;
	if (!w->row)
		SAY(c, NOT_COVERED_NO_FEED, w->key, n, &w->examples,
		    "nobody publishes advisories for %.*s that are read here: --distro says what "
		    "it is like",
		    STR_ARG(w->key));
	else if (w->place_n == 0 && !match_is_fed(w->row))
		SAY(c, NOT_COVERED_NO_FEED, w->key, n, &w->examples,
		    "no feed of advisories for %s is known here: temper db import takes one",
		    w->row->title);
	else if (w->place_n == 0)
		SAY(c, NOT_COVERED_NO_SHARD, w->key, n, &w->examples,
		    "no advisories for %.*s: run temper db update %.*s", STR_ARG(w->key),
		    STR_ARG(update_name(w)));
	else if (w->fixed_only)
		SAY(c, COVERED_FIXED_ONLY, w->key, n - w->foreign - w->unread, &w->examples,
		    "only what is fixed: unfixed ones are not covered by this feed");
	else
		SAY(c, COVERED, w->key, n - w->foreign, &w->examples, "covered");
	of_system(c, w->place_n == 0 && (!w->row || package_kinds[w->row->type].is_system));
	if (w->unread)
		SAY(c, NOT_COVERED_NO_SHARD, w->key, w->unread, &w->silent,
		    "the changelogs of these were not read: run temper db update changelog:%.*s "
		    "--for IMAGE (without --for: all of the release)",
		    STR_ARG(str_from(w->key, str_find(w->key, ':') + 1)));
	if (w->foreign)
		SAY(c, NOT_COVERED_NO_FEED, w->key, w->foreign, &w->strangers,
		    "not %s's own but a vendor's: nobody publishes advisories for %s",
		    w->row ? w->row->title : "the system", w->foreign == 1 ? "it" : "them");
	if (w->unversioned)
		SAY(c, NOT_COVERED_UNKNOWN, w->key, w->unversioned, &w->blanks,
		    "package%s whose version is none: only what concerns every version is found",
		    plural(w->unversioned));
	return 0;
}

/* What support has ended for gets no fixes, and no advisories that say so. */
static int cover_limited(struct covers *c, const struct map *limited, str today)
{
	for (ptrdiff_t i = 0; i < limited->n; i++) {
		const struct match_limited *l = limited->item[i].value;
		if (l->life.standard_end.len && str_cmp(today, l->life.standard_end) <= 0)
			continue;
		SAY(c, NOT_COVERED_NO_FEED, l->key, l->packages, &l->examples, "%.*s: %.*s",
		    STR_ARG(limited->item[i].key), STR_ARG(l->life.note));
	}
	return 0;
}

static int cover_skipped(struct covers *c, const struct match_skipped *s)
{
	for (int i = 0; i < PACKAGE_TYPES; i++) {
		if (!s->of_type[i])
			continue;
		SAY(c, NOT_COVERED_NO_FEED, str_of(package_kinds[i].name), s->of_type[i],
		    &s->types[i], "%s",
		    package_kinds[i].is_system
			    ? "nothing tells which system these are of: --distro says it"
			    : "nobody publishes advisories for packages of this kind");
		of_system(c, package_kinds[i].is_system);
	}
	if (s->programs)
		SAY(c, NOT_COVERED_NO_FEED, str_of(package_kinds[PACKAGE_BINARY].name), s->programs,
		    &s->program,
		    "recognised by their bytes, and no advisories here go by their names");
	if (s->declared)
		SAY(c, NOT_COVERED_DECLARED, S(""), s->declared, &s->declare,
		    "asked for by lock files, and not installed: --declared takes them in");
	return 0;
}

static int cover_inventory(struct covers *c, const struct inventory *inv)
{
	struct match_examples e = { 0 };

	for (ptrdiff_t i = 0; i < inv->unknown_n && e.n < 5; i++)
		e.text[e.n++] = inv->unknown[i].path;
	if (inv->unknown_n)
		SAY(c, NOT_COVERED_UNKNOWN, S(""), (uint64_t)inv->unknown_n, &e,
		    "%lld program%s that nothing accounts for", (long long)inv->unknown_n,
		    plural((uint64_t)inv->unknown_n));
	for (ptrdiff_t i = 0; i < inv->warning_n; i++)
		SAY(c, NOT_COVERED_UNREADABLE, inv->warning[i].path, 0, NULL, "%.*s",
		    STR_ARG(inv->warning[i].message));
	return 0;
}

static int coverage_order(const void *x, const void *y)
{
	static const int order[COVERAGES] = {
		[NOT_COVERED_NO_SHARD] = 0,
		[NOT_COVERED_UNREADABLE] = 1,
		[NOT_COVERED_NO_FEED] = 2,
		[NOT_COVERED_UNKNOWN] = 3,
		[NOT_COVERED_DECLARED] = 4,
		[COVERED_FIXED_ONLY] = 5,
		[COVERED] = 6,
	};
	const struct coverage *a = x, *b = y;
	int rc = order[a->kind] - order[b->kind];

	if (rc == 0)
		rc = str_cmp(a->ecosystem, b->ecosystem);
	return rc ? rc : str_cmp(a->what, b->what);
}

/* ---- sources ---- */

static int64_t age_of(str upstream, int64_t now)
{
	int64_t t;

	return now && database_time(upstream, &t) && t <= now ? now - t : -1;
}

static int list_sources(struct op *op, const struct database *db, const struct map *where,
			struct report *ret)
{
	bool *used = op_new(op, bool, db->shard_n);
	ptrdiff_t n = 0;

	if (!used)
		return op->code;
	for (ptrdiff_t i = 0; i < where->n; i++) {
		const struct match_where *w = where->item[i].value;
		for (ptrdiff_t k = 0; k < w->place_n; k++)
			used[w->place[k].position] = true;
	}
	if (!(ret->source = op_new(op, struct report_source, db->shard_n)))
		return op->code;
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		const struct database_shard *s = &db->shard[i];
		if (!used[i])
			continue;
		ret->source[n++] = (struct report_source){
			.source = s->file.head.source,
			.ecosystem = s->file.head.ecosystem,
			.url = s->url,
			.upstream = s->upstream,
			.updated = s->updated,
			.digest = s->file.digest,
			.records = s->file.head.records,
			.age_s = age_of(s->upstream, ret->time),
			.fixed_only = s->file.head.fixed_only,
		};
	}
	ret->source_n = n;
	return 0;
}

static int describe_life(struct op *op, struct database *db, const struct match_system *system,
			 struct report *ret)
{
	char now[CLOCK_TEXT];

	ret->life = (struct life){ 0 };
	bool told = system->key.len > 0 && database_life(op, db, system->key, S(""), &ret->life);
	if (op->code || (!told && !life_known(system->key, &ret->life)))
		return op->code;
	clock_rfc3339(ret->time, now);
	str today = str_head(str_of(now), 10);
	ret->ended = ret->life.standard_end.len && str_cmp(today, ret->life.standard_end) > 0;
	ret->ended_extended = ret->ended && (ret->life.extended_end.len == 0 ||
					     str_cmp(today, ret->life.extended_end) > 0);
	return 0;
}

/* The command that brings all that is missing, when there is nothing at all. */
static int propose(struct covers *c, const struct map *where)
{
	struct buf b;
	str command;

	buf_init(&b, c->op, COMMAND_MAX);
	buf_add(&b, S("there are no advisories yet: run temper db update"));
	for (ptrdiff_t i = 0; i < where->n; i++) {
		const struct match_where *w = where->item[i].value;
		if (w->row && w->packages && match_is_fed(w->row) && b.len < COMMAND_MAX / 2)
			buf_fmt(&b, " %.*s", STR_ARG(update_name(w)));
	}
	int rc = buf_take(&b, &command);
	return rc < 0 ? rc : add(c, NOT_COVERED_NO_SHARD, S(""), 0, NULL, command);
}

static bool has_source(const struct database *db, str source)
{
	for (ptrdiff_t i = 0; i < db->shard_n; i++)
		if (str_eq(db->shard[i].file.head.source, source))
			return true;
	return false;
}

static int by_key(const void *x, const void *y)
{
	const struct map_item *a = x, *b = y;

	return str_cmp(a->key, b->key);
}

int match_cover(struct op *op, struct database *db, const struct match_system *system,
		const struct map *where, const struct match_skipped *skipped, struct report *ret)
{
	struct covers c = { .op = op };
	struct map sorted = *where;
	int rc = 0;

	if (!(sorted.item = op_new(op, struct map_item, where->n)))
		return op->code;
	for (ptrdiff_t i = 0; i < where->n; i++)
		sorted.item[i] = where->item[i];
	if (sorted.n)
		qsort(sorted.item, (size_t)sorted.n, sizeof(*sorted.item), by_key);
	ret->no_database = db->shard_n == 0;
	ret->knows_exploited = has_source(db, S("kev"));
	ret->knows_scores = has_source(db, S("epss"));
	if (ret->no_database)
		rc = propose(&c, &sorted);
	for (ptrdiff_t i = 0; rc == 0 && i < sorted.n; i++)
		rc = cover_where(&c, sorted.item[i].value);
	char now[CLOCK_TEXT];
	str today = str_head(str_of(clock_rfc3339(ret->time, now)), 10);
	if (rc < 0 || (rc = cover_skipped(&c, skipped)) < 0 ||
	    (rc = cover_limited(&c, &skipped->limited, today)) < 0 ||
	    (rc = cover_inventory(&c, ret->inventory)) < 0)
		return rc;
	if (c.n)
		qsort(c.p, (size_t)c.n, sizeof(*c.p), coverage_order);
	ret->coverage = c.p;
	ret->coverage_n = c.n;
	if ((rc = list_sources(op, db, &sorted, ret)) < 0)
		return rc;
	return describe_life(op, db, system, ret);
}
