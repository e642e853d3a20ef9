#include "resolve.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/certificate.h"
#include "sys/clock.h"

#include "local.h"

static int copy_edge(struct op *op, const struct solve_answer *a, const struct solve_edge *e,
		     struct lock_edge *ret)
{
	*ret = (struct lock_edge){ .cut = e->cut.len > 0 && !e->added, .added = e->added };
	int rc = op_copy(op, e->relation, &ret->relation);
	if (rc == 0 && e->to >= 0)
		rc = op_copy(op, a->chosen[e->to].name, &ret->on);
	if (rc == 0)
		rc = op_copy(op, e->why, &ret->why);
	return rc < 0 ? rc : op_copy(op, e->cut_by, &ret->by);
}

/* The edges that begin at `from`, copied into the lock. */
static int copy_edges(struct op *op, const struct solve_answer *a, ptrdiff_t from,
		      struct lock_edge **ret, ptrdiff_t *ret_n)
{
	VEC(struct lock_edge) edges = { 0 };

	for (ptrdiff_t i = 0; i < a->edge_n; i++) {
		if (a->edge[i].from != from)
			continue;
		struct lock_edge *slot = vec_push(op, &edges);
		if (!slot)
			return op->code;
		int rc = copy_edge(op, a, &a->edge[i], slot);
		if (rc < 0)
			return rc;
	}
	*ret = edges.p;
	*ret_n = edges.n;
	return 0;
}

/* Everything that the lock keeps of a package is copied: the repository forgets it. */
static int copy_package(struct op *op, const struct repo_state *state, const struct repo_package *p,
			struct lock_package *ret)
{
	static const struct repo_pocket none;
	bool local = p->pocket == SOLVE_LOCAL;
	const struct repo_pocket *pocket = local ? &none : &state->pocket[p->pocket];
	const struct {
		str from;
		str *to;
	} texts[] = {
		{ p->name, &ret->name },
		{ p->version, &ret->version },
		{ p->arch, &ret->arch },
		{ p->source, &ret->source },
		{ p->source_version, &ret->source_version },
		{ p->path, &ret->path },
		{ pocket->suite, &ret->suite },
		{ pocket->repository, &ret->repository },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int rc = op_copy(op, texts[i].from, texts[i].to);
		if (rc < 0)
			return rc;
	}
	ret->size = p->size;
	ret->sha256 = p->sha256;
	ret->local = local;
	ret->security = !pocket->repository.len && str_ends(pocket->suite, S("-security"));
	return 0;
}

static int copy_state(struct op *op, const struct repo_state *from, struct repo_state *ret)
{
	ret->pocket = op_new(op, struct repo_pocket, from->n);
	ret->n = from->n;
	if (!ret->pocket)
		return op->code;
	for (ptrdiff_t i = 0; i < from->n; i++) {
		const struct repo_pocket *p = &from->pocket[i];
		struct repo_pocket *to = &ret->pocket[i];
		*to = *p;
		const struct {
			str from;
			str *to;
		} texts[] = {
			{ p->suite, &to->suite },     { p->codename, &to->codename },
			{ p->version, &to->version }, { p->origin, &to->origin },
			{ p->label, &to->label },     { p->signer, &to->signer },
			{ p->url, &to->url },         { p->repository, &to->repository },
			{ p->base, &to->base },       { p->component, &to->component },
		};
		for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
			int rc = op_copy(op, texts[t].from, texts[t].to);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static int copy_answer(struct op *op, const struct repo_state *state, const struct solve_answer *a,
		       struct lock_platform *ret)
{
	int rc = copy_state(op, state, &ret->state);

	ret->package_n = a->n;
	ret->package = op_new(op, struct lock_package, a->n);
	if (!ret->package)
		return op->code;
	if (rc == 0)
		rc = copy_edges(op, a, -1, &ret->want, &ret->want_n);
	for (ptrdiff_t i = 0; rc == 0 && i < a->n; i++) {
		rc = copy_package(op, state, &a->chosen[i], &ret->package[i]);
		if (rc == 0)
			rc = copy_edges(op, a, i, &ret->package[i].edge, &ret->package[i].edge_n);
	}
	return rc;
}

/* One hash over all scripts of a package, so that a change of any shows; zeros for none. */
static int scripts_digest(struct op *op, const struct contents *c, struct digest *ret)
{
	struct buf b;
	str text;
	char hex[DIGEST_HEX];

	buf_init(&b, op, 4096);
	for (int k = 0; k < SCRIPT_KINDS; k++)
		if (c->script[k].text.len)
			buf_fmt(&b, "%s %s\n", script_name[k],
				digest_hex(&c->script[k].sha256, hex));
	int rc = buf_take(&b, &text);
	if (rc == 0 && text.len)
		*ret = digest_of(text);
	return rc;
}

static int fill_answers(struct op *op, const struct resolve_input *in, struct lock_platform *l)
{
	struct parts parts;
	int rc = parts_read(op, in->parts, l, &parts);

	if (rc == 0)
		rc = parts_answer(op, in->parts, &parts);
	for (ptrdiff_t i = 0; rc == 0 && i < parts.n; i++) {
		struct lock_package *p = &l->package[i];
		p->made = parts.part[i].made;
		p->answered = parts.part[i].answer.by;
		p->effects = parts.part[i].answer.digest;
		rc = scripts_digest(op, &parts.part[i].contents, &p->scripts);
	}
	return rc;
}

/* A mirror that answered with an older state than the one in use. Told once, of all platforms. */
static int warn_of_state(struct op *op, const struct resolve_input *in,
			 const struct repo_state *state)
{
	char then[CLOCK_TEXT], now[CLOCK_TEXT];

	for (ptrdiff_t i = 0; i < state->n; i++) {
		const struct repo_pocket *p = &state->pocket[i];
		bool first = false;
		str text;
		int rc = p->offered ? session_first(op, in->session, p->url, &first) : 0;
		if (rc < 0)
			return rc;
		if (!first)
			continue;
		rc = op_text(op, &text,
			     "%.*s is of %s, older than the one of %s that was seen before: "
			     "the mirror is stale or rolled back; the newer state is taken "
			     "from the store",
			     STR_ARG(p->url), clock_rfc3339(p->offered, then),
			     clock_rfc3339(p->date, now));
		if (rc < 0)
			return rc;
		in->warn(in->arg, text);
	}
	return 0;
}

static int open_repo(struct op *op, const struct resolve_input *in, const struct platform *platform,
		     struct repo **ret)
{
	struct repo_spec spec = { .suite = in->parts->recipe->suite,
				  .platform = platform,
				  .mirror = in->mirror,
				  .keyring = in->keyring,
				  .extra = in->parts->recipe->repository,
				  .extra_n = in->parts->recipe->repository_n,
				  .offline = in->parts->offline,
				  .now = clock_now() };

	return session_repo(op, in->session, &spec, ret);
}

int resolve_prepare(struct op *op, const struct resolve_input *in)
{
	const struct texts *platforms = &in->parts->recipe->platforms;
	struct repo *repo;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < platforms->n; i++) {
		rc = open_repo(op, in, platform_find(platforms->p[i]), &repo);
		if (rc == 0)
			rc = warn_of_state(op, in, repo_state(repo));
	}
	return rc;
}

/* What the recipe asks for on this platform: files of another architecture are left out. */
static int make_request(struct op *op, const struct resolve_input *in,
			const struct platform *platform, struct solve_request *ret)
{
	const struct recipe *r = in->parts->recipe;
	str *want = op_new(op, str, r->packages.n);
	struct solve_local *local = NULL;
	ptrdiff_t n = 0, local_n = 0;
	int rc = want ? local_read(op, in->parts->store, r, platform, &local, &local_n) : op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < r->packages.n; i++) {
		bool other = str_ends(r->packages.p[i], S(".deb"));
		for (ptrdiff_t k = 0; k < local_n && other; k++)
			other = !str_eq(local[k].line, r->packages.p[i]);
		if (!other)
			want[n++] = r->packages.p[i];
	}
	*ret = (struct solve_request){
		.want = want,
		.want_n = n,
		.local = local,
		.local_n = local_n,
		.platform = platform,
		.cut = r->cut,
		.uncut = recipe_full_database(r),
	};
	return rc;
}

static int tell_notes(struct op *op, const struct resolve_input *in, const struct texts *note)
{
	for (ptrdiff_t i = 0; i < note->n; i++) {
		bool first;
		int rc = session_first(op, in->session, note->p[i], &first);
		if (rc < 0)
			return rc;
		if (first)
			in->warn(in->arg, note->p[i]);
	}
	return 0;
}

static int resolve_platform(struct op *op, const struct resolve_input *in,
			    struct lock_platform *ret)
{
	struct solve_request request;
	struct solve_answer answer;
	struct repo *repo = NULL;
	AUTO_OP own; /* what the solver needed goes when the answer is copied */
	str text;

	op_init(&own, op->ceiling);
	in->begin(in->arg, "resolve");
	int rc = open_repo(&own, in, ret->platform, &repo);
	if (rc == 0)
		rc = make_request(&own, in, ret->platform, &request);
	if (rc == 0)
		rc = solve(&own, repo, in->parts->effects, &request, &answer);
	if (rc < 0)
		return op_adopt_error(op, &own);
	if ((rc = copy_answer(op, repo_state(repo), &answer, ret)) < 0 ||
	    (rc = warn_of_state(op, in, &ret->state)) < 0 ||
	    (rc = tell_notes(op, in, &answer.note)) < 0)
		return rc;
	if (op_text(op, &text, "%td packages for %s", answer.n, ret->platform->name) == 0)
		in->done(in->arg, "resolve", text);
	op_done(&own);
	if ((rc = artifacts_lock(op, in->parts->store, in->parts->recipe, in->parts->offline,
				 ret)) < 0)
		return rc;
	in->begin(in->arg, "unpack");
	rc = fill_answers(op, in, ret);
	if (rc == 0 && (rc = op_text(op, &text, "every script answered")) == 0)
		in->done(in->arg, "unpack", text);
	return rc;
}

/* The certificates that the recipe trusts, by what they say of themselves. */
static int lock_certificates(struct op *op, const struct recipe *r, struct lock *lock)
{
	VEC(struct lock_certificate) all = { 0 };
	struct certificate_facts f;
	struct certificate c;
	int rc = 0;

	for (ptrdiff_t i = 0; i < r->certificate_n; i++) {
		str text = r->certificate[i].text, block, name = r->certificate[i].name;
		while (certificate_block(&text, &block)) {
			if ((rc = certificate_read(op, name, block, &c)) < 0 ||
			    (rc = certificate_facts(op, name, &c, &f)) < 0)
				return rc;
			struct lock_certificate *slot = vec_push(op, &all);
			if (!slot)
				return op->code;
			*slot = (struct lock_certificate){ .file = name,
							   .subject = f.subject,
							   .sha256 = f.sha256,
							   .not_after = f.not_after };
		}
	}
	lock->certificate = all.p;
	lock->certificate_n = all.n;
	return 0;
}

int resolve(struct op *op, const struct resolve_input *in, struct lock *ret)
{
	const struct recipe *r = in->parts->recipe;
	struct lock lock = { .name = r->name,
			     .suite = r->suite,
			     .recipe = r->digest,
			     .rules = in->parts->rules,
			     .compressor = str_of(compress_id(in->parts->compression)),
			     .platform_n = r->platforms.n };

	lock.platform = op_new(op, struct lock_platform, lock.platform_n);
	if (!lock.platform)
		return op->code;
	for (ptrdiff_t i = 0; i < lock.platform_n; i++) {
		lock.platform[i].platform = platform_find(r->platforms.p[i]);
		MUST(lock.platform[i].platform);
		int rc = resolve_platform(op, in, &lock.platform[i]);
		if (rc < 0)
			return rc;
	}
	int rc = lock_certificates(op, r, &lock);
	if (rc == 0)
		*ret = lock;
	return rc;
}
