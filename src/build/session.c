#include "session.h"

#include "base/buf.h"
#include "base/map.h"
#include "sys/turns.h"

enum {                          /* bytes that may be kept between recipes */
       LOOKED_UP_MAX = 8 << 20, /* of what a repo has looked up */
       CONTENTS_MAX = 16 << 20,
};

struct known_mirror {
	struct repo_mirror mirror;
	int code;
	str error;
};

struct known_repo {
	struct known_repo *next;
	struct repo *repo;
	int code;
	str error;
};

struct session {
	struct op own;
	const struct store *store;
	struct effects *effects;
	struct map mirrors;      /* by both words: struct known_mirror */
	struct map repos;        /* by all that a spec says: struct known_repo */
	struct known_repo *repo; /* all of them */
	struct map told;
	struct op read;      /* of what follows */
	struct map contents; /* by digest: struct contents */
	int turns;
};

int session_open(struct op *op, const struct store *store, str effects, struct session **ret)
{
	struct op own;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	struct session *s = op_new(&own, struct session, 1);
	if (!s || effects_open(&own, effects, &s->effects) < 0) {
		int rc = op_adopt_error(op, &own);
		op_done(&own);
		return rc;
	}
	s->own = own;
	s->store = store;
	map_init(&s->mirrors, &s->own);
	map_init(&s->repos, &s->own);
	map_init(&s->told, &s->own);
	op_init(&s->read, op->ceiling);
	s->read.fault = op->fault;
	map_init(&s->contents, &s->read);
	*ret = s;
	return 0;
}

void session_close(struct session **s)
{
	if (!*s)
		return;
	for (struct known_repo *r = (*s)->repo; r; r = r->next)
		repo_close(&r->repo);
	if ((*s)->turns > 0)
		fd_close(&(*s)->turns);
	op_done(&(*s)->read);
	struct op own = (*s)->own;
	op_done(&own);
	*s = NULL;
}

struct effects *session_effects(const struct session *s)
{
	return s->effects;
}

/* What the session's own op could not do is the caller's error. */
static int own_failed(struct op *op, struct session *s)
{
	int rc = op_adopt_error(op, &s->own);

	op_forgive(&s->own);
	return rc;
}

int session_mirror(struct op *op, struct session *s, str recipe_mirror, str recipe_security,
		   struct repo_mirror *ret)
{
	str key;

	if (op_text(&s->own, &key, "%.*s\n%.*s", STR_ARG(recipe_mirror), STR_ARG(recipe_security)) <
	    0)
		return own_failed(op, s);
	struct known_mirror *m = map_get(&s->mirrors, key);
	if (!m) {
		m = op_new(&s->own, struct known_mirror, 1);
		if (!m || map_put(&s->mirrors, key, m) < 0)
			return own_failed(op, s);
		str security = key,
		    archive = str_cut(&security, '\n'); /* the result may alias them */
		m->code = repo_mirror_find(&s->own, archive, security, &m->mirror);
		if (m->code < 0) {
			int rc = op_copy(&s->own, str_of(s->own.text), &m->error);
			op_forgive(&s->own);
			if (rc < 0)
				return op_fail(op, ERR_MEMORY, "out of memory");
		}
	}
	if (m->code < 0)
		return op_fail(op, m->code, "%.*s", STR_ARG(m->error));
	*ret = m->mirror;
	return 0;
}

static int open_repo(struct op *op, struct session *s, const struct repo_spec *spec,
		     struct known_repo *r)
{
	AUTO_OP turn;

	op_init(&turn, op->ceiling);
	turn.fault = op->fault;
	r->next = s->repo;
	s->repo = r;
	r->code = repo_open(&turn, s->store, spec, &r->repo);
	if (r->code == 0)
		return 0;
	return op_copy(&s->own, str_of(turn.text), &r->error) < 0 ? own_failed(op, s) : 0;
}

static void put_words(struct buf *b, const struct texts *words)
{
	for (ptrdiff_t i = 0; i < words->n; i++)
		buf_fmt(b, "%.*s ", STR_ARG(words->p[i]));
	buf_char(b, '\n');
}

/* All that a spec says, but for `now`. */
static int spec_key(struct op *op, const struct repo_spec *spec, str *ret)
{
	const struct repo_mirror *m = &spec->mirror;
	char hex[DIGEST_HEX];
	struct buf b;

	buf_init(&b, op, 1 << 20);
	buf_fmt(&b, "%.*s\n%s\n%.*s\n%.*s\n%.*s\n%.*s\n%d\n", STR_ARG(spec->suite),
		spec->platform->deb_arch, STR_ARG(m->archive), STR_ARG(m->security),
		STR_ARG(m->keyring), STR_ARG(spec->keyring), spec->offline);
	for (ptrdiff_t i = 0; i < spec->extra_n; i++) {
		const struct repo_source *r = &spec->extra[i];
		struct digest keys = digest_of(r->keyring);
		buf_fmt(&b, "%.*s\n%.*s\n%.*s\n%s\n%d\n", STR_ARG(r->name), STR_ARG(r->url),
			STR_ARG(r->suite), digest_hex(&keys, hex), r->override);
		put_words(&b, &r->components);
		put_words(&b, &r->fingerprint);
	}
	return buf_take(&b, ret);
}

int session_repo(struct op *op, struct session *s, const struct repo_spec *spec, struct repo **ret)
{
	int rc = 0;
	str key;

	if (spec_key(&s->own, spec, &key) < 0)
		return own_failed(op, s);
	struct known_repo *r = map_get(&s->repos, key);
	if (!r) {
		r = op_new(&s->own, struct known_repo, 1);
		if (!r || map_put(&s->repos, key, r) < 0)
			return own_failed(op, s);
		rc = open_repo(op, s, spec, r);
	}
	if (rc < 0)
		return rc;
	if (r->code < 0)
		return op_fail(op, r->code, "%.*s", STR_ARG(r->error));
	*ret = r->repo;
	return 0;
}

int session_contents(struct op *op, struct session *s, const struct digest *deb,
		     struct contents *ret)
{
	struct contents *known =
		map_get(&s->contents, (str){ (const char *)deb->b, sizeof(deb->b) });
	str key;
	int rc = 0;

	if (known) {
		*ret = *known;
		return 0;
	}
	known = op_new(&s->read, struct contents, 1);
	if (known && (rc = contents_load(&s->read, s->store, deb, known)) == 1)
		return 1;
	if (!known || rc < 0 ||
	    (rc = op_copy(&s->read, (str){ (const char *)deb->b, sizeof(deb->b) }, &key)) < 0 ||
	    (rc = map_put(&s->contents, key, known)) < 0) {
		rc = op_adopt_error(op, &s->read);
		op_forgive(&s->read);
		return rc;
	}
	*ret = *known;
	return 0;
}

void session_learn(struct session *s, str package)
{
	if (effects_learn(&s->own, s->effects, package) < 0)
		op_forgive(&s->own); /* who asks next reads it again, and says what is wrong */
}

int session_first(struct op *op, struct session *s, str what, bool *ret)
{
	str key;

	*ret = !map_get(&s->told, what);
	if (*ret && (op_copy(&s->own, what, &key) < 0 || map_put(&s->told, key, s) < 0))
		return own_failed(op, s);
	return 0;
}

void session_rest(struct session *s)
{
	for (struct known_repo *r = s->repo; r; r = r->next)
		if (r->repo)
			repo_forget(r->repo, LOOKED_UP_MAX);
	if (s->read.held <= CONTENTS_MAX)
		return;
	op_done(&s->read);
	map_init(&s->contents, &s->read);
}

int session_share(struct op *op, struct session *s)
{
	return s->turns > 0 ? 0 : turns_open(op, &s->turns);
}

int session_turns(const struct session *s)
{
	return s->turns;
}
