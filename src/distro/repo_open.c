#include "repo.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "codec/stream.h"
#include "repo_parts.h"
#include "sys/clock.h"

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

enum {
	DEBIAN_POCKETS = 3, /* the suite, -updates, -security: the first of all */
	RECORD_MAX = 1024,  /* bytes of a record of ours in the store */
};

/*
 * A pocket while it is being opened. Pockets of one repository's components share its InRelease:
 * it is fetched and judged for the first of them, the leader.
 */
struct source {
	const struct repo_source *of; /* NULL: of Debian's own archive */
	ptrdiff_t leader;             /* index into opening.source */
	str suite, base, root;        /* root: base/dists/suite; of a flat one base/... */
	str dir;                      /* of the index, below root */
	str component;
	bool optional; /* the mirror may do without */
	bool have;
	str url; /* of its InRelease */
	str inrelease;
	struct buf bytes; /* of it, while it arrives */
	struct repo_release release;
	str text; /* of it, as it was signed */
	struct digest digest, key;
	str signer;
	int64_t offered; /* date of the older one that the mirror answered with; 0: none */
	int fd;          /* Packages, packed, while it is fetched */
	uint64_t got;
};

struct opening {
	struct op *op;
	const struct store *store;
	const struct repo_spec *spec;
	str arch, keyring;
	int64_t now;
	struct client *client;
	struct source *source; /* [n], of at most LIMIT_POCKETS */
	ptrdiff_t n;
};

/* --- InRelease ---------------------------------------------------------------------------------
 */

static int add_source(struct opening *o, str base, const char *pocket, bool optional)
{
	struct source *s = &o->source[o->n];
	int rc = op_text(o->op, &s->suite, "%.*s%s", STR_ARG(o->spec->suite), pocket);

	s->base = base;
	s->leader = o->n++;
	s->optional = optional;
	if (rc < 0 ||
	    (rc = op_text(o->op, &s->root, "%.*s/dists/%.*s", STR_ARG(base), STR_ARG(s->suite))) <
		    0 ||
	    (rc = op_text(o->op, &s->dir, "main/binary-%.*s/", STR_ARG(o->arch))) < 0 ||
	    (rc = op_text(o->op, &s->url, "%.*s/InRelease", STR_ARG(s->root))) < 0)
		return rc;
	/* Of one mirror: that another mirror lags behind is no attack, and the user's choice. */
	s->key = digest_of(s->url);
	return 0;
}

/* Where the suite of a repository is: below dists/, or, flat, where its address says. */
static int find_root(struct op *op, const struct repo_source *r, str *ret)
{
	str path = r->suite;

	if (!str_ends(path, S("/")))
		return op_text(op, ret, "%.*s/dists/%.*s", STR_ARG(r->url), STR_ARG(path));
	path = str_starts(path, S("./")) ? str_from(path, 2) : path;
	path = str_head(path, path.len - 1);
	return op_text(op, ret, "%.*s%s%.*s", STR_ARG(r->url), path.len ? "/" : "", STR_ARG(path));
}

/* A pocket for each component. */
static int add_repository(struct opening *o, const struct repo_source *r)
{
	static str none[] = { S_INIT("") };
	const struct texts flat = { none, 1 },
			   *components = r->components.n ? &r->components : &flat;
	ptrdiff_t leader = o->n;

	for (ptrdiff_t i = 0; i < components->n; i++) {
		struct source *s = &o->source[o->n];
		str c = components->p[i];
		MUST(o->n < LIMIT_POCKETS); /* the recipe has been checked */
		o->n++;
		s->of = r;
		s->leader = leader;
		s->suite = r->suite;
		s->component = c;
		s->base = r->url;
		int rc = find_root(o->op, r, &s->root);
		if (rc == 0 && c.len)
			rc = op_text(o->op, &s->dir, "%.*s/binary-%.*s/", STR_ARG(c),
				     STR_ARG(o->arch));
		if (rc == 0)
			rc = op_text(o->op, &s->url, "%.*s/InRelease", STR_ARG(s->root));
		if (rc < 0)
			return rc;
		s->key = digest_of(s->url);
	}
	return 0;
}

static int plan_debian(struct opening *o)
{
	static const char *const rolling[] = { "sid", "unstable", "experimental", "rc-buggy" };
	str suite = o->spec->suite;
	bool pockets = true;

	for (ptrdiff_t i = 0; i < suite.len; i++) {
		char c = suite.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!word && (i == 0 || (c != '-' && c != '.')))
			return op_fail(o->op, ERR_USAGE, "'%.*s' is no name of a suite",
				       STR_ARG(suite));
	}
	if (suite.len == 0 || suite.len > 64)
		return op_fail(o->op, ERR_USAGE, "'%.*s' is no name of a suite", STR_ARG(suite));
	for (size_t i = 0; i < sizeof(rolling) / sizeof(rolling[0]); i++)
		pockets = pockets && !str_eq(suite, str_of(rolling[i]));
	int rc = add_source(o, o->spec->mirror.archive, "", false);
	if (rc < 0 || !pockets)
		return rc;
	if ((rc = add_source(o, o->spec->mirror.archive, "-updates", true)) < 0)
		return rc;
	return add_source(o, o->spec->mirror.security, "-security", false);
}

static int plan(struct opening *o)
{
	int rc = plan_debian(o);

	for (ptrdiff_t i = 0; rc == 0 && i < o->spec->extra_n; i++)
		rc = add_repository(o, &o->spec->extra[i]);
	return rc;
}

static int add_to_buf(struct op *op, void *to, str bytes)
{
	struct buf *b = to;

	buf_add(b, bytes);
	return b->bad ? op->code : 0;
}

static int fetch_releases(struct opening *o)
{
	struct client_request *req = op_new(o->op, struct client_request, o->n);
	struct client_result *res = op_new(o->op, struct client_result, o->n);
	ptrdiff_t *which = op_new(o->op, ptrdiff_t, o->n), n = 0;
	int rc;

	if (!req || !res || !which)
		return o->op->code;
	for (ptrdiff_t i = 0; i < o->n; i++) {
		struct source *s = &o->source[i];
		if (s->leader != i)
			continue;
		which[n] = i;
		buf_init(&s->bytes, o->op, LIMIT_RELEASE);
		req[n++] = (struct client_request){ .url = s->url,
						    .max = LIMIT_RELEASE,
						    .size = CLIENT_SIZE_UNKNOWN,
						    .sink = add_to_buf,
						    .to = &s->bytes };
	}
	if ((rc = client_fetch(o->op, o->client, req, n, NULL, NULL, res)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct source *s = &o->source[which[i]];
		s->have = !res[i].gone;
		if (res[i].code && !res[i].gone)
			return op_fail(o->op, res[i].code, "%.*s", STR_ARG(res[i].error));
		if (s->have && (rc = buf_take(&s->bytes, &s->inrelease)) < 0)
			return rc;
	}
	return 0;
}

/* "date SECONDS" and "release sha256:HEX": what was last seen of a pocket. 1: nothing. */
static int read_record(struct opening *o, const struct source *s, int64_t *ret_date,
		       struct digest *ret)
{
	uint64_t date = 0;
	str text;
	int rc = store_key_get(o->op, o->store, "release", &s->key, RECORD_MAX, &text);

	if (rc != 0)
		return rc;
	str line = str_cut(&text, '\n'), release = str_cut(&text, '\n');
	if (!str_eq(str_word(&line), S("date")) || !num_parse(str_trim(line), INT64_MAX, &date) ||
	    !str_eq(str_word(&release), S("release")) || !digest_parse(str_trim(release), ret))
		return 1;
	*ret_date = (int64_t)date;
	return 0;
}

static int write_record(struct opening *o, const struct source *s)
{
	char hex[DIGEST_TEXT];
	struct digest seen, put;
	int64_t date;
	str text;
	int rc = read_record(o, s, &date, &seen);

	if (rc < 0 || (rc == 0 && date == s->release.date && digest_eq(&seen, &s->digest) &&
		       store_blob_has(o->store, &seen)))
		return rc;
	if ((rc = store_blob_put(o->op, o->store, s->inrelease, &put)) < 0 ||
	    (rc = op_text(o->op, &text, "date %lld\nrelease %s\n", (long long)s->release.date,
			  digest_text(&s->digest, hex))) < 0)
		return rc;
	return store_key_put(o->op, o->store, "release", &s->key, text);
}

static int recall_releases(struct opening *o)
{
	for (ptrdiff_t i = 0; i < o->n; i++) {
		struct source *s = &o->source[i];
		struct digest seen;
		int64_t date;
		int rc = s->leader == i ? read_record(o, s, &date, &seen) : 1;
		if (rc == 0)
			rc = store_blob_read(o->op, o->store, &seen, LIMIT_RELEASE, &s->inrelease);
		if (rc < 0)
			return rc;
		s->have = rc == 0;
	}
	return 0;
}

static int is_missing(struct opening *o, const struct source *s)
{
	const struct repo_mirror *m = &o->spec->mirror;

	if (o->spec->offline)
		return op_fail(o->op, ERR_NET,
			       "the store knows nothing of %.*s on %.*s: run once with the network",
			       STR_ARG(s->suite), STR_ARG(s->base));
	if (s->of)
		return op_fail(
			o->op, ERR_USAGE,
			"repository '%.*s': %.*s is not there (is the suite right, and does it "
			"have InRelease? Release.gpg alone is not read)",
			STR_ARG(s->of->name), STR_ARG(s->url));
	if (s == &o->source[0])
		return op_fail(o->op, ERR_USAGE, "the mirror %.*s (from %.*s) has no suite %.*s",
			       STR_ARG(s->base), STR_ARG(m->source), STR_ARG(s->suite));
	return op_fail(o->op, ERR_USAGE,
		       "the security mirror %.*s has no suite %.*s: name one that does "
		       "(security-mirror: http://...)",
		       STR_ARG(s->base), STR_ARG(s->suite));
}

static struct repo_keys keys_of(const struct opening *o, const struct source *s)
{
	if (!s->of)
		return (struct repo_keys){ .name = o->keyring };
	return (struct repo_keys){ .name = s->of->name,
				   .bytes = s->of->keyring,
				   .accept = &s->of->fingerprint };
}

/* The signature, the form, the suite, and the time. */
static int check_release(struct opening *o, struct source *s)
{
	struct repo_keys keys = keys_of(o, s);
	int rc = repo_release_verify(o->op, s->inrelease, s->url, &keys, &s->text, &s->signer);

	if (rc < 0)
		return rc;
	s->digest = digest_of(s->inrelease);
	if ((rc = repo_release_parse(o->op, s->text, s->dir, &s->release)) < 0)
		return op_fail_in(o->op, "%.*s", STR_ARG(s->url));
	struct repo_release timeless = s->release;
	if (o->spec->offline)
		timeless.valid_until = 0;
	if ((rc = repo_release_check(o->op, &timeless, s->suite, o->now)) < 0)
		return op_fail_in(o->op, "%.*s", STR_ARG(s->url));
	return 0;
}

/* 1: the store does not have the index. */
static int has_index(struct opening *o, const struct repo_release *r)
{
	struct repo_index *x = NULL;
	int rc = repo_index_open(o->op, o->store, &r->plain.sha256, o->arch, &x);

	repo_index_close(&x);
	return rc;
}

/* 0: the store holds this state whole, and *s is of it now. 1: not. */
static int take_held(struct opening *o, struct source *s, const struct digest *seen)
{
	struct source held = *s;
	int rc = store_blob_read(o->op, o->store, seen, LIMIT_RELEASE, &held.inrelease);

	if (rc == 0)
		rc = check_release(o, &held);
	for (ptrdiff_t i = s->leader; rc == 0 && i < o->n && o->source[i].leader == s->leader;
	     i++) {
		struct repo_release r;
		rc = repo_release_parse(o->op, held.text, o->source[i].dir, &r);
		if (rc == 0)
			rc = has_index(o, &r);
	}
	if (rc == ERR_VERIFY) { /* it is no longer valid, or an index is broken */
		op_forgive(o->op);
		return 1;
	}
	if (rc == 0) {
		held.offered = s->release.date;
		*s = held;
	}
	return rc;
}

/*
 * A good state, and time does not run backwards: an older one than was seen before is not taken.
 * A mirror of several servers shows one while it is updated, and so does an attacker.
 */
static int check_leader(struct opening *o, struct source *s)
{
	struct digest seen;
	int64_t date = 0;
	char then[CLOCK_TEXT], now[CLOCK_TEXT];
	int rc = check_release(o, s);

	if (rc < 0 || (rc = read_record(o, s, &date, &seen)) < 0)
		return rc;
	if (rc == 0 && s->release.date < date && (rc = take_held(o, s, &seen)) != 0)
		return rc < 0 ? rc
			      : op_fail(o->op, ERR_VERIFY,
					"%.*s is of %s, older than the one of %s that was seen "
					"before: the mirror is stale or rolled back",
					STR_ARG(s->url), clock_rfc3339(s->release.date, then),
					clock_rfc3339(date, now));
	return 0;
}

static int follow_leader(struct opening *o, struct source *s)
{
	const struct source *l = &o->source[s->leader];

	s->text = l->text;
	s->digest = l->digest;
	s->signer = l->signer;
	int rc = repo_release_parse(o->op, s->text, s->dir, &s->release);
	return rc < 0 ? op_fail_in(o->op, "%.*s", STR_ARG(s->url)) : 0;
}

static int check_source(struct opening *o, struct source *s)
{
	int rc = s == &o->source[s->leader] ? check_leader(o, s) : follow_leader(o, s);

	if (rc < 0)
		return rc;
	if (s->release.plain.path.len == 0 || s->release.packed.path.len == 0)
		return op_fail(o->op, ERR_USAGE, "%.*s lists no packages for %.*s%s%.*s",
			       STR_ARG(s->url), STR_ARG(o->arch),
			       s->component.len ? " in the component " : "", STR_ARG(s->component));
	return 0;
}

static int check_sources(struct opening *o)
{
	for (ptrdiff_t i = 0; i < o->n; i++) {
		struct source *s = &o->source[i];
		s->have = o->source[s->leader].have;
		bool testing = i > 0 && !s->of && str_eq(o->source[0].release.suite, S("testing"));
		if (!s->have && !s->optional && !testing)
			return is_missing(o, s);
		int rc = s->have ? check_source(o, s) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* --- Packages ----------------------------------------------------------------------------------
 */

static int add_to_file(struct op *op, void *to, str bytes)
{
	struct source *s = to;
	int rc = file_pwrite(op, s->fd, s->url, bytes, s->got);

	s->got += (uint64_t)bytes.len;
	return rc;
}

/* Nothing is parsed before this holds. */
static int verify_packed(struct op *op, void *to)
{
	struct source *s = to;
	struct digest got;
	int rc = repo_file_digest(op, s->fd, s->url, s->got, &got);

	if (rc < 0 ||
	    (s->got == s->release.packed.size && digest_eq(&got, &s->release.packed.sha256)))
		return rc;
	s->got = 0;
	return 1;
}

static int packed_url(struct opening *o, const struct source *s, bool by_hash, str *ret)
{
	const struct repo_listed *l = &s->release.packed;
	char hex[DIGEST_HEX];

	if (!by_hash)
		return op_text(o->op, ret, "%.*s/%.*s", STR_ARG(s->root), STR_ARG(l->path));
	return op_text(o->op, ret, "%.*s/%.*sby-hash/SHA256/%s", STR_ARG(s->root), STR_ARG(s->dir),
		       digest_hex(&l->sha256, hex));
}

/* Fetch what is wanted (want[i]); what came is wanted no more. Gone is no failure if by_hash. */
static int fetch_packed(struct opening *o, bool *want, bool by_hash)
{
	struct client_request *req = op_new(o->op, struct client_request, o->n);
	struct client_result *res = op_new(o->op, struct client_result, o->n);
	ptrdiff_t *which = op_new(o->op, ptrdiff_t, o->n), n = 0;
	int rc;

	if (!req || !res || !which)
		return o->op->code;

	for (ptrdiff_t i = 0; i < o->n; i++) {
		struct source *s = &o->source[i];
		if (!want[i] || (by_hash && !s->release.by_hash))
			continue;
		s->got = 0;
		if (s->fd < 0 && (rc = file_temp(o->op, o->store->tmp, &s->fd)) < 0)
			return rc;
		req[n] = (struct client_request){ .max = LIMIT_INDEX,
						  .size = s->release.packed.size,
						  .sink = add_to_file,
						  .done = verify_packed,
						  .to = s };
		if ((rc = packed_url(o, s, by_hash, &req[n].url)) < 0)
			return rc;
		which[n++] = i;
	}
	if ((rc = client_fetch(o->op, o->client, req, n, NULL, NULL, res)) < 0)
		return rc;
	for (ptrdiff_t k = 0; k < n; k++) {
		if (res[k].code && !(by_hash && res[k].gone))
			return op_fail(o->op, res[k].code,
				       "%.*s (the signed Release file announces it: the mirror "
				       "is being updated, or lies)",
				       STR_ARG(res[k].error));
		want[which[k]] = res[k].code != 0;
	}
	return 0;
}

static int build_index(struct opening *o, struct source *s)
{
	AUTO_STREAM *in = NULL;
	int rc = stream_open_fd(o->op, s->fd, s->release.packed.path, 0, s->got,
				s->release.plain.size, &in);

	if (rc == 0)
		rc = repo_index_build(o->op, o->store, in, &s->release.plain, o->arch);
	fd_close(&s->fd);
	return rc < 0 ? op_fail_in(o->op, "%.*s of %.*s", STR_ARG(s->release.packed.path),
				   STR_ARG(s->suite))
		      : 0;
}

/* Have the index of every pocket in the store. */
static int ensure_indexes(struct opening *o)
{
	bool *want = op_new(o->op, bool, o->n), *missing = op_new(o->op, bool, o->n);
	bool any = false;
	int rc;

	if (!want || !missing)
		return o->op->code;
	for (ptrdiff_t i = 0; i < o->n; i++) {
		if (!o->source[i].have)
			continue;
		rc = has_index(o, &o->source[i].release);
		if (rc == ERR_VERIFY)
			op_forgive(o->op);
		else if (rc < 0)
			return rc;
		want[i] = missing[i] = rc != 0;
		any = any || rc != 0;
	}
	if (any && o->spec->offline)
		return op_fail(o->op, ERR_NET,
			       "the index of %.*s for %.*s is not in the store: run once with the "
			       "network",
			       STR_ARG(o->spec->suite), STR_ARG(o->arch));
	if (any &&
	    ((rc = fetch_packed(o, want, true)) < 0 || (rc = fetch_packed(o, want, false)) < 0))
		return rc;
	for (ptrdiff_t i = 0; i < o->n; i++)
		if (missing[i] && (rc = build_index(o, &o->source[i])) < 0)
			return rc;
	return 0;
}

/* --- the repository ----------------------------------------------------------------------------
 */

static int keep_pocket(struct repo *r, const struct source *s, struct repo_pocket *ret)
{
	const struct repo_release *rel = &s->release;
	struct {
		str from, *to;
	} text[] = {
		{ s->suite, &ret->suite },
		{ rel->codename, &ret->codename },
		{ rel->version, &ret->version },
		{ rel->origin, &ret->origin },
		{ rel->label, &ret->label },
		{ s->signer, &ret->signer },
		{ s->url, &ret->url },
		{ s->component, &ret->component },
		{ s->of ? s->of->name : S(""), &ret->repository },
		{ s->of ? s->of->url : S(""), &ret->base },
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (op_copy(&r->own, text[i].from, text[i].to) < 0)
			return r->own.code;
	ret->override = s->of && s->of->override;
	ret->date = rel->date;
	ret->valid_until = rel->valid_until;
	ret->release = s->digest;
	ret->packages = rel->plain.sha256;
	ret->offered = s->offered;
	return 0;
}

static int keep_sources(struct repo *r, const struct source *s, struct repo_source_index *ret)
{
	const struct repo_release *rel = &s->release;

	*ret = (struct repo_source_index){ .by_hash = rel->by_hash,
					   .plain = rel->sources_plain,
					   .packed = rel->sources_packed };
	if (op_copy(&r->own, s->root, &ret->root) < 0 ||
	    op_copy(&r->own, rel->sources_plain.path, &ret->plain.path) < 0 ||
	    op_copy(&r->own, rel->sources_packed.path, &ret->packed.path) < 0)
		return r->own.code;
	return 0;
}

static int keep(struct opening *o, struct repo *r)
{
	struct op *own = &r->own;
	int rc;

	r->state.pocket = op_new(own, struct repo_pocket, o->n);
	r->index = op_new(own, struct repo_index *, o->n);
	r->sources = op_new(own, struct repo_source_index, o->n);
	if (!r->state.pocket || !r->index || !r->sources)
		return op_adopt_error(o->op, own);
	for (ptrdiff_t i = 0; i < o->n; i++) {
		const struct source *s = &o->source[i];
		ptrdiff_t at = r->state.n;
		if (!s->have)
			continue;
		rc = keep_pocket(r, s, &r->state.pocket[at]);
		if (rc == 0)
			rc = keep_sources(r, s, &r->sources[at]);
		if (rc == 0)
			rc = repo_index_open(own, o->store, &s->release.plain.sha256, o->arch,
					     &r->index[at]);
		if (rc > 0)
			rc = op_fail(own, ERR_IO,
				     "the index of %.*s went out of the store while it was opened",
				     STR_ARG(s->suite));
		if (rc < 0)
			return op_adopt_error(o->op, own);
		r->state.n++;
		if (!o->spec->offline && s->leader == i && (rc = write_record(o, s)) < 0)
			return rc;
	}
	return 0;
}

static int open_all(struct opening *o, struct repo *r)
{
	int rc = plan(o);

	if (rc < 0)
		return rc;
	rc = o->spec->offline ? recall_releases(o) : fetch_releases(o);
	if (rc < 0 || (rc = check_sources(o)) < 0 || (rc = ensure_indexes(o)) < 0)
		return rc;
	return keep(o, r);
}

/* It lies in its own arena, so that it may be closed after the op that opened it is gone. */
static struct repo *new_repo(struct op *op, const struct store *store)
{
	struct op own;

	op_init(&own, 0);
	own.fault = op->fault;
	struct repo *r = op_new(&own, struct repo, 1);
	if (!r) {
		op_adopt_error(op, &own);
		op_done(&own);
		return NULL;
	}
	r->own = own;
	r->store = store;
	map_init(&r->found[REPO_INDEX_REAL], &r->own);
	map_init(&r->found[REPO_INDEX_PROVIDED], &r->own);
	return r;
}

int repo_open(struct op *op, const struct store *store, const struct repo_spec *spec,
	      struct repo **ret)
{
	struct opening o = {
		.op = op, .store = store, .spec = spec, .arch = str_of(spec->platform->deb_arch)
	};
	struct op_mark mark = op_mark(op);
	struct repo *r = new_repo(op, store);

	if (!r)
		return op->code;
	o.keyring = spec->keyring.len ? spec->keyring : spec->mirror.keyring;
	o.keyring = o.keyring.len ? o.keyring : S(KEYRING);
	o.now = spec->now ? spec->now : clock_now();
	o.source = op_new(op, struct source, LIMIT_POCKETS);
	int rc = o.source ? client_open(op, &o.client) : op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < LIMIT_POCKETS; i++)
		o.source[i].fd = -1;
	if (rc == 0)
		rc = open_all(&o, r);
	client_close(&o.client);
	for (ptrdiff_t i = 0; i < o.n; i++)
		fd_close(&o.source[i].fd);
	op_reset(op, mark);
	if (rc < 0) {
		repo_close(&r);
		return rc;
	}
	r->opened = op_mark(&r->own);
	*ret = r;
	return 0;
}

void repo_close(struct repo **r)
{
	if (!*r)
		return;
	for (ptrdiff_t i = 0; (*r)->index && i < (*r)->state.n; i++)
		repo_index_close(&(*r)->index[i]);
	struct op own = (*r)->own;
	op_done(&own);
	*r = NULL;
}
