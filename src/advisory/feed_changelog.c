/*
 * A source package's changelog is in its binary packages: in /usr/share/doc/PACKAGE of most, while
 * the others have a link there to one that they depend on. The smallest is asked first, then
 * the one that it links to, else the next.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "changelog_facts.h"
#include "distro/contents.h"
#include "net/client.h"
#include "sys/clock.h"
#include "update.h"

#define RULES "changelog-2" /* of the facts that are kept in the store */

enum {
	TRIES = 8,            /* packages of one source */
	LINKED_MAX = 4 << 20, /* bytes of a package that is asked because it was linked to */
	OWN_MIN = 64 << 10,   /* and of one that is hardly a link alone */
	GONE_NAMES = 5,       /* that are told */
	GONE_TEXT = 8 << 10,  /* bytes of them */
};

struct candidate {
	struct repo_want want;
	bool tried;
};

struct source {
	str name, version;
	struct candidate *candidate; /* [n], smallest first */
	ptrdiff_t n, cap;
	ptrdiff_t turn; /* the candidate that this round asks */
	bool gone;      /* a candidate is on the mirror no longer */
	bool done;
};

struct collecting {
	struct op *op;
	const struct changelog_wish *wish;
	const struct repo_state *state;
	struct map names;  /* that matter; empty: all */
	struct map source; /* name to struct source */
	struct changelog_facts facts;
	uint64_t bad;
};

/* --- which sources, and which packages of them --------------------------------------------------
 */

/* "1.2-3+deb12u1", "1.2-3~deb12u1": changed in a stable release. */
static bool is_stable_update(str version)
{
	for (ptrdiff_t at; (at = str_find_str(version, S("deb"))) >= 0;) {
		bool mark = at > 0 && (version.p[at - 1] == '+' || version.p[at - 1] == '~');
		version = str_from(version, at + 3);
		ptrdiff_t n = 0;
		while (n < version.len && version.p[n] >= '0' && version.p[n] <= '9')
			n++;
		if (mark && n > 0 && n + 1 < version.len && version.p[n] == 'u')
			return true;
	}
	return false;
}

static int add_candidate(struct collecting *c, struct source *s, const struct repo_package *p)
{
	struct op *op = c->op;
	bool security = str_ends(c->state->pocket[p->pocket].suite, S("-security"));
	struct candidate *to = vec_grow(op, (void **)&s->candidate, &s->n, &s->cap, sizeof(*to))
				       ? &s->candidate[s->n - 1]
				       : NULL;

	if (!to || op_copy(op, p->name, &to->want.name) < 0 ||
	    op_copy(op, p->version, &to->want.version) < 0 ||
	    op_copy(op, p->path, &to->want.path) < 0)
		return op->code;
	to->want.security = security;
	to->want.size = p->size;
	to->want.sha256 = p->sha256;
	return 0;
}

static int find_source(struct collecting *c, const struct repo_package *p, struct source **ret)
{
	struct op *op = c->op;
	struct source *s = map_get(&c->source, p->source);
	int order = s ? version_compare(VERSION_DEB, p->source_version, s->version) : 1;

	*ret = order < 0 ? NULL : s;
	if (order <= 0)
		return 0;
	if (!s) {
		s = op_new(op, struct source, 1);
		if (!s || op_copy(op, p->source, &s->name) < 0 ||
		    map_put(&c->source, s->name, s) < 0)
			return op->code;
	}
	s->n = 0;
	*ret = s;
	return op_copy(op, p->source_version, &s->version);
}

static int see_package(struct op *op, void *arg, const struct repo_package *p)
{
	struct collecting *c = arg;
	struct source *s;

	(void)op;
	if ((c->names.n && map_find(&c->names, p->source) < 0) ||
	    (!str_ends(c->state->pocket[p->pocket].suite, S("-security")) &&
	     !is_stable_update(p->source_version)))
		return 0;
	int rc = find_source(c, p, &s);
	return rc < 0 || !s ? rc : add_candidate(c, s, p);
}

static int candidate_cmp(const void *a, const void *b)
{
	const struct repo_want *x = &((const struct candidate *)a)->want,
			       *y = &((const struct candidate *)b)->want;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	int order = str_cmp(x->name, y->name);
	return order ? order : x->security - y->security;
}

static int collect_sources(struct collecting *c, struct repo *r)
{
	static char there;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < c->wish->names.n; i++)
		rc = map_put(&c->names, c->wish->names.p[i], &there);
	for (ptrdiff_t i = 0; rc == 0 && i < c->state->n; i++)
		if (c->state->pocket[i].repository.len == 0)
			rc = repo_packages_each(c->op, r, (int)i, see_package, c);
	map_sort(&c->source);
	for (ptrdiff_t i = 0; rc == 0 && i < c->source.n; i++) {
		struct source *s = c->source.item[i].value;
		qsort(s->candidate, (size_t)s->n, sizeof(*s->candidate), candidate_cmp);
	}
	return rc;
}

/* --- what their changelogs say ------------------------------------------------------------------
 */

static int record_key(struct collecting *c, const struct source *s, struct digest *ret)
{
	char hex[DIGEST_HEX];
	str text;
	int rc = op_text(c->op, &text, RULES " %.*s %s", STR_ARG(s->name),
			 digest_hex(&s->candidate[0].want.sha256, hex));

	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

static int recall(struct collecting *c, struct source *s)
{
	struct digest key;
	str record;
	int rc = record_key(c, s, &key);

	if (rc < 0 || (rc = store_key_get(c->op, c->wish->store, "changelog", &key, LIMIT_CHANGELOG,
					  &record)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = changelog_facts_parse(c->op, record, s->name, &c->facts)) < 0)
		return rc;
	s->done = rc == 0;
	return 0;
}

static int keep(struct collecting *c, struct source *s, str text, str reference)
{
	struct changelog_facts facts = { 0 };
	struct digest key;
	str record;
	AUTO_OP own;

	op_init(&own, 0);
	own.fault = c->op->fault;
	int rc = changelog_facts_read(&own, s->name, text, reference, &facts);
	if (rc < 0)
		return op_adopt_error(c->op, &own);
	if ((rc = changelog_facts_write(c->op, facts.p, facts.n, &record)) < 0 ||
	    (rc = record_key(c, s, &key)) < 0 ||
	    (rc = store_key_put(c->op, c->wish->store, "changelog", &key, record)) < 0)
		return rc;
	rc = changelog_facts_parse(c->op, record, s->name, &c->facts);
	MUST(rc <= 0);
	s->done = true;
	return rc;
}

/* Which to ask next, or -1: the one that was linked to; but where that is large (linux-source has 140
 * MB), rather the smallest that is large enough to be more than a link itself. */
static ptrdiff_t next_candidate(const struct source *s, str linked)
{
	ptrdiff_t smallest = -1, own = -1;

	for (ptrdiff_t i = s->n - 1; i >= 0; i--) {
		const struct candidate *c = &s->candidate[i];
		if (c->tried)
			continue;
		if (str_eq(c->want.name, linked) && c->want.size <= LINKED_MAX)
			return i;
		smallest = i;
		if (c->want.size >= OWN_MIN)
			own = i;
	}
	return linked.len && own >= 0 ? own : smallest;
}

/* Ask the candidate of this round, which is in the store. */
static int ask(struct collecting *c, struct source *s)
{
	struct candidate *now = &s->candidate[s->turn];
	str text, path, other, reference;
	AUTO_OP own;

	op_init(&own, 0);
	own.fault = c->op->fault;
	for (ptrdiff_t i = 0; i < s->n; i++) /* it may be in two pockets */
		if (digest_eq(&s->candidate[i].want.sha256, &now->want.sha256))
			s->candidate[i].tried = true;
	int rc = contents_changelog_seek(&own, c->wish->store, &now->want.sha256, now->want.name,
					 &text, &path, &other);
	if (rc == 0 && (rc = op_text(&own, &reference, "/%.*s", STR_ARG(path))) == 0)
		return keep(c, s, text, reference);
	if (rc < 0) {
		(void)op_adopt_error(c->op, &own);
		return op_fail_in(c->op, "package %.*s", STR_ARG(now->want.name));
	}
	s->turn = next_candidate(s, other);
	return 0;
}

/* The mirror lists it and has it no longer: the next one may be there. */
static int pass_over(struct source *s)
{
	s->candidate[s->turn].tried = true;
	s->gone = true;
	s->turn = next_candidate(s, S(""));
	return 0;
}

/* One candidate of each source that has not been read. 1: there was none left. */
static int round_of(struct collecting *c)
{
	struct repo_want *want = op_new(c->op, struct repo_want, c->source.n);
	struct source **of = op_new(c->op, struct source *, c->source.n);
	bool *gone = op_new(c->op, bool, c->source.n);
	const struct changelog_wish *w = c->wish;
	ptrdiff_t n = 0;

	if (!want || !of || !gone)
		return c->op->code;
	for (ptrdiff_t i = 0; i < c->source.n; i++) {
		struct source *s = c->source.item[i].value;
		if (s->done || s->turn < 0)
			continue;
		want[n] = s->candidate[s->turn].want;
		of[n++] = s;
	}
	if (n == 0)
		return 1;
	int rc = repo_fetch_some(c->op, w->store, &w->mirror, want, n, w->offline, w->note, w->arg,
				 gone);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = gone[i] ? pass_over(of[i]) : ask(c, of[i]);
	return rc;
}

static int read_changelogs(struct collecting *c)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < c->source.n; i++)
		rc = recall(c, c->source.item[i].value);
	for (int turn = 0; rc == 0 && turn < TRIES; turn++)
		rc = round_of(c);
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < c->source.n; i++)
		c->bad += !((struct source *)c->source.item[i].value)->done;
	return 0;
}

/* --- the feed -----------------------------------------------------------------------------------
 */

/* "debian:12" of a suite whose Release file says 12.13. */
static int ecosystem_of(struct op *op, const struct repo_pocket *p, str *ret)
{
	struct os_identity os = { .id = S("debian"),
				  .version_id = p->version.len ? p->version : S("testing"),
				  .codename = p->codename };

	return ecosystem_of_os(op, &os, ret);
}

static int collect(struct op *op, struct collecting *c, struct repo *r)
{
	map_init(&c->names, op);
	map_init(&c->source, op);
	int rc = collect_sources(c, r);
	if (rc < 0 || (rc = read_changelogs(c)) < 0)
		return rc;
	changelog_facts_lowest(&c->facts);
	return 0;
}

/* Sources of which nothing was read, since the mirror does not have what it lists. */
static int tell_gone(struct collecting *c, str *ret)
{
	ptrdiff_t n = 0;
	struct buf b;

	buf_init(&b, c->op, GONE_TEXT);
	for (ptrdiff_t i = 0; i < c->source.n; i++) {
		const struct source *s = c->source.item[i].value;
		if (s->done || !s->gone)
			continue;
		if (n++ < GONE_NAMES)
			buf_fmt(&b, "%s%.*s", n > 1 ? ", " : "", STR_ARG(s->name));
	}
	str names = buf_view(&b);
	*ret = S("");
	if (n == 0 || b.bad)
		return b.bad ? c->op->code : 0;
	return op_text(
		c->op, ret,
		"nothing of %td source package%s, which the mirror lists and does not have: %.*s%s",
		n, n == 1 ? "" : "s", STR_ARG(names), n > GONE_NAMES ? " and others" : "");
}

/*
 * What was asked, so that whoever finds nothing knows whether that is an answer: a record of each source
 * that was read or has no update, of "*" where all of the suite was. It is withdrawn: it
 * matches nothing.
 */
static int tell_asked_one(struct collecting *c, str ecosystem, str name,
			  const struct feed_sink *sink, uint64_t *n)
{
	struct affected about = { .ecosystem = ecosystem,
				  .name = name,
				  .names = AFFECTED_SOURCE,
				  .state = FIX_NOT_AFFECTED };
	struct advisory a = { .summary = S("its changelog was read, or it has no update"),
			      .withdrawn = S("2000-01-01T00:00:00Z"),
			      .affected = &about,
			      .affected_n = 1 };
	int rc = op_text(c->op, &a.id, "read:%.*s", STR_ARG(name));

	++*n;
	return rc < 0 ? rc : sink->advisory(c->op, sink->to, &a);
}

static int tell_asked(struct collecting *c, str ecosystem, const struct feed_sink *sink,
		      uint64_t *n)
{
	int rc = 0;

	if (c->names.n == 0)
		return tell_asked_one(c, ecosystem, CHANGELOG_ALL, sink, n);
	for (ptrdiff_t i = 0; rc == 0 && i < c->names.n; i++) {
		const struct source *s = map_get(&c->source, c->names.item[i].key);
		if (!s || s->done)
			rc = tell_asked_one(c, ecosystem, c->names.item[i].key, sink, n);
	}
	return rc;
}

static int upstream_time(struct op *op, const struct repo_state *state, str *ret)
{
	char text[CLOCK_TEXT];
	int64_t date = 0;

	for (ptrdiff_t i = 0; i < state->n; i++)
		date = state->pocket[i].date > date ? state->pocket[i].date : date;
	return op_copy(op, str_of(clock_rfc3339(date, text)), ret);
}

int changelog_feed(struct op *op, const struct changelog_wish *wish, const struct feed_sink *sink,
		   struct feed_count *ret)
{
	AUTO_REPO *repo = NULL;
	struct feed_count count = { 0 };
	struct collecting c = { .op = op, .wish = wish };
	str ecosystem;
	/* Every source of a release is built for it, and the facts are the source's. */
	struct repo_spec spec = { .suite = wish->suite,
				  .platform = platform_find(S("linux/amd64")),
				  .mirror = wish->mirror,
				  .offline = wish->offline };
	int rc;

	if ((rc = repo_open(op, wish->store, &spec, &repo)) < 0)
		return rc;
	c.state = repo_state(repo);
	if ((rc = ecosystem_of(op, &c.state->pocket[0], &ecosystem)) < 0 ||
	    (rc = collect(op, &c, repo)) < 0 ||
	    (rc = changelog_facts_tell(op, &c.facts, ecosystem, sink, &count.records)) < 0 ||
	    (rc = tell_asked(&c, ecosystem, sink, &count.records)) < 0 ||
	    (rc = upstream_time(op, c.state, &count.newest)) < 0 ||
	    (rc = tell_gone(&c, &count.note)) < 0)
		return rc;
	count.documents = (uint64_t)c.source.n;
	count.bad = c.bad;
	*ret = count;
	return 0;
}

/* --- which suite, and whether there is a mirror of it -------------------------------------------
 */

str changelog_suite(str release)
{
	static const char *const suites[] = { "stretch",  "buster", "bullseye",
					      "bookworm", "trixie", "forky" };

	if (str_starts(release, S("debian:")))
		release = str_from(release, 7);
	str number = release;
	number = str_cut(&number, '.');
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		str key = ecosystem_of_codename(str_of(suites[i]));
		if (str_eq(str_from(key, str_find(key, ':') + 1), number))
			return str_of(suites[i]);
	}
	return release;
}

static int add_to_buf(struct op *op, void *to, str bytes)
{
	struct buf *b = to;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

/* The line "Codename: bookworm", if it is a plain word. */
static str codename_of(str text)
{
	while (text.len) {
		str line = str_cut(&text, '\n');
		if (!str_starts(line, S("Codename: ")))
			continue;
		line = str_trim(str_from(line, 10));
		for (ptrdiff_t i = 0; i < line.len; i++)
			if (line.p[i] < 'a' || line.p[i] > 'z')
				return S("");
		return line;
	}
	return S("");
}

int changelog_reachable(struct op *op, const struct repo_mirror *mirror, str suite,
			str *ret_codename)
{
	AUTO_OP own;
	AUTO_CLIENT *client = NULL;
	struct repo_mirror found = *mirror;
	struct client_result res;
	struct buf b;

	op_init(&own, 0);
	own.fault = op->fault;
	if (!found.archive.len && repo_mirror_find(&own, S(""), S(""), &found) < 0)
		return own.code == ERR_MEMORY ? op_adopt_error(op, &own) : 1;
	buf_init(&b, &own, LIMIT_RELEASE);
	struct client_request req = { .max = LIMIT_RELEASE,
				      .size = CLIENT_SIZE_UNKNOWN,
				      .sink = add_to_buf,
				      .to = &b,
				      .seconds = 10,
				      .once = true };
	int rc = op_text(&own, &req.url, "%.*s/dists/%.*s/InRelease", STR_ARG(found.archive),
			 STR_ARG(suite));
	if (rc == 0)
		rc = client_open(&own, &client);
	if (rc == 0)
		rc = client_fetch(&own, client, &req, 1, NULL, NULL, &res);
	if (rc < 0)
		return op_adopt_error(op, &own);
	str codename = res.code ? S("") : codename_of(buf_view(&b));
	return codename.len ? op_copy(op, codename, ret_codename) : 1;
}
