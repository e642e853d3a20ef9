/*
 * The way of a patch: read the image, plan, fetch, judge each update, put the layer together. An update that
 * cannot be done is a package that must stay as it is, and the plan is made again without it, until one
 * holds; so nothing goes in that needs what does not.
 */
#include "patch.h"

#include <stdlib.h>

#include "advisory/database.h"
#include "base/limits.h"
#include "base/num.h"
#include "codec/keyring.h"
#include "patch_impl.h"
#include "patch_scan.h"

enum {
	ROUNDS_MAX = 512, /* each takes one package out of the plan */
	HISTORY_MAX = 4096,
	WORKS_MAX = 4096, /* updates in one layer: a descriptor each */
};

struct unpacked { /* of one .deb, once for all rounds */
	struct digest deb;
	struct contents contents;
	struct contents_data data;
};

struct patching {
	struct op *op;
	const struct store *store;
	const struct patch_options *options;
	const struct build_voice *voice;
	struct patch_image m;
	struct session *session;
	struct repo *repo;
	struct repo_mirror mirror;
	struct patch_plan plan;
	struct patch_layer layer;
	struct patch_scan scan;
	VEC(struct unpacked) unpacked;
	VEC(str) never;
	VEC(str) note;
	struct map unanswered;
};

static void patching_done(struct patching *p)
{
	for (ptrdiff_t i = 0; i < p->unpacked.n; i++)
		contents_data_close(&p->unpacked.p[i].data);
	session_close(&p->session);
}
#define AUTO_PATCHING __attribute__((cleanup(patching_done))) struct patching

static void begin(const struct patching *p, const char *step)
{
	if (p->voice && p->voice->begin)
		p->voice->begin(p->voice->arg, step);
}

static void done(const struct patching *p, const char *step, const char *fmt, ptrdiff_t n)
{
	str text;

	if (!p->voice || !p->voice->done || op_text(p->op, &text, "%td %s", n, fmt) < 0)
		return;
	p->voice->done(p->voice->arg, step, text);
}

static int note(struct patching *p, str text)
{
	str *to = vec_push(p->op, &p->note);

	if (to)
		*to = text;
	return to ? 0 : p->op->code;
}

/* The suite. */

/* Ubuntu's other component, in each pocket. */
static int universe(struct patching *p, str suite, str keyring, struct repo_source *extra)
{
	static const char *const pocket[] = { "", "-updates", "-security" };
	static str component[] = { S_INIT("universe") };
	struct keyring keys;
	str bytes;
	int rc = file_read_user(p->op, keyring, KEYRING_MAX, &bytes);

	if (rc < 0 || (rc = keyring_read(p->op, bytes, &keys)) < 0)
		return rc;
	for (int i = 0; rc == 0 && i < 3; i++) {
		extra[i] = (struct repo_source){ .url = p->mirror.archive,
						 .components = { component, 1 },
						 .keyring = keys.bytes,
						 .fingerprint = keys.keys,
						 .override = true };
		rc = op_text(p->op, &extra[i].suite, "%.*s%s", STR_ARG(suite), pocket[i]);
		if (rc == 0)
			rc = op_text(p->op, &extra[i].name, "universe%s", pocket[i]);
	}
	return rc;
}

static int open_suite(struct patching *p)
{
	const struct patch_options *o = p->options;
	bool ubuntu = str_eq(p->m.id, S("ubuntu"));
	struct repo_source extra[3] = { 0 };
	struct repo_spec spec = { .suite = o->suite.len ? o->suite : p->m.codename,
				  .platform = p->m.platform,
				  .keyring = o->keyring,
				  .offline = o->source.offline };

	if (!ubuntu && !str_eq(p->m.id, S("debian")) && !o->suite.len)
		return op_fail(p->op, ERR_USAGE,
			       "the image is of '%.*s': only Debian's and Ubuntu's packages are "
			       "patched (--suite says whose it has)",
			       STR_ARG(p->m.id));
	if (!spec.suite.len)
		return op_fail(p->op, ERR_USAGE,
			       "the image does not say which suite it is of: name it (--suite)");
	if (ubuntu && !o->source.mirror.len)
		return op_fail(p->op, ERR_USAGE,
			       "the image is of Ubuntu: name a mirror of its archive (--mirror)");
	int rc = session_open(p->op, p->store, o->source.effects, &p->session);
	if (rc == 0)
		effects_drops(session_effects(p->session), &p->m.drop, &p->m.keep);
	if (rc == 0)
		rc = session_mirror(p->op, p->session, o->source.mirror, S(""), &p->mirror);
	if (rc < 0)
		return rc;
	if (ubuntu) {
		if (!spec.keyring.len)
			spec.keyring =
				p->mirror.keyring.len
					? p->mirror.keyring
					: S("/usr/share/keyrings/ubuntu-archive-keyring.gpg");
		p->mirror.security = p->mirror.archive;
		if ((rc = universe(p, spec.suite, spec.keyring, extra)) < 0)
			return rc;
		spec.extra = extra;
		spec.extra_n = 3;
	}
	spec.mirror = p->mirror;
	return session_repo(p->op, p->session, &spec, &p->repo);
}

static int find(struct op *op, void *arg, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	return repo_find(op, arg, name, ret, ret_n);
}

static int providers(struct op *op, void *arg, str name, struct repo_package **ret,
		     ptrdiff_t *ret_n)
{
	return repo_providers(op, arg, name, ret, ret_n);
}

static bool wanted(void *arg, const struct patch_installed *in, const struct repo_package *to)
{
	const struct patching *p = arg;

	return !p->options->findings_only || patch_scan_clears(&p->scan, in->name, to);
}

static int plan(struct patching *p)
{
	const struct solve_source suite = {
		.arg = p->repo, .state = repo_state(p->repo), .find = find, .providers = providers
	};
	const struct patch_wish wish = { .platform = p->m.platform,
					 .only = p->options->only,
					 .never = { p->never.p, p->never.n },
					 .wanted = wanted,
					 .arg = p };

	return patch_plan(p->op, p->m.installed, p->m.n, &suite, &wish, &p->plan);
}

/* Packages. */

static int fetch(struct patching *p)
{
	const struct repo_state *state = repo_state(p->repo);
	struct repo_want *want = op_new(p->op, struct repo_want, p->plan.change_n);
	ptrdiff_t n = 0;

	if (!want)
		return p->op->code;
	for (ptrdiff_t i = 0; i < p->plan.change_n; i++) {
		const struct repo_package *to = &p->plan.change[i].to;
		const struct repo_pocket *pocket = &state->pocket[to->pocket];
		if (store_blob_has(p->store, &to->sha256))
			continue;
		want[n++] = (struct repo_want){ .name = to->name,
						.version = to->version,
						.path = to->path,
						.security = str_ends(pocket->suite, S("-security")),
						.base = pocket->base,
						.size = to->size,
						.sha256 = to->sha256 };
	}
	return n ? repo_fetch(p->op, p->store, &p->mirror, want, n, p->options->source.offline,
			      p->voice ? p->voice->bytes : NULL, p->voice ? p->voice->arg : NULL)
		 : 0;
}

static int unpack(struct patching *p, const struct repo_package *to, struct unpacked **ret)
{
	for (ptrdiff_t i = 0; i < p->unpacked.n; i++)
		if (digest_eq(&p->unpacked.p[i].deb, &to->sha256)) {
			*ret = &p->unpacked.p[i];
			return 0;
		}
	struct contents contents;
	struct contents_data data = { .spool = -1 };
	int rc = contents_unpack(p->op, p->store, &to->sha256, &contents, &data);
	if (rc < 0)
		return op_fail_in(p->op, "%.*s %.*s", STR_ARG(to->name), STR_ARG(to->version));
	if (!str_eq(contents.name, to->name) || !str_eq(contents.version, to->version)) {
		contents_data_close(&data);
		return op_fail(p->op, ERR_VERIFY, "%.*s %.*s is in its package %.*s %.*s",
			       STR_ARG(to->name), STR_ARG(to->version), STR_ARG(contents.name),
			       STR_ARG(contents.version));
	}
	struct unpacked *u = vec_push(p->op, &p->unpacked);
	if (!u) {
		contents_data_close(&data);
		return p->op->code;
	}
	*u = (struct unpacked){ to->sha256, contents, data };
	*ret = u;
	return 0;
}

/* The package must stay as it is, or out. The recorded error is the reason. */
static int bar(struct patching *p, const struct patch_change *c)
{
	str why;
	int rc = op_copy(p->op, str_of(p->op->text), &why);

	op_forgive(p->op);
	if (rc < 0)
		return rc;
	if (c->was >= 0) {
		p->m.installed[c->was].stay = why;
		return 1;
	}
	str *to = vec_push(p->op, &p->never), line;
	if (!to)
		return p->op->code;
	*to = c->to.name;
	rc = op_text(p->op, &line, "%.*s is not added: %.*s", STR_ARG(c->to.name), STR_ARG(why));
	return rc < 0 || (rc = note(p, line)) < 0 ? rc : 1;
}

/* Can it be done? 1: no, and the plan is to be made again. */
static int judge(struct patching *p, struct patch_work *w)
{
	const struct patch_change *c = w->change;
	struct effects *e = session_effects(p->session);
	str unanswered = S("");
	int rc;

	if (c->was >= 0) {
		const struct patch_record *r = &p->m.record[c->was];
		const struct effects_old old = { p->m.installed[c->was].version, r->prerm,
						 r->postrm };
		rc = effects_upgrade(p->op, e, &w->contents, &old, &w->answer, &unanswered);
	} else {
		rc = effects_answer(p->op, e, &w->contents, &w->answer, &unanswered);
	}
	if (rc == ERR_NO && unanswered.len && !map_get(&p->unanswered, w->contents.name)) {
		if (p->voice && p->voice->unanswered)
			p->voice->unanswered(p->voice->arg, unanswered);
		if (map_put(&p->unanswered, w->contents.name, p) < 0)
			return ERR_MEMORY;
	}
	if (rc == 0)
		rc = patch_effects_check(p->op, &p->m, w);
	if (rc == 0)
		rc = patch_paths(p->op, &p->m, w);
	return rc == ERR_NO ? bar(p, c) : rc;
}

/* SOURCE_DATE_EPOCH, else the newest of what is in the image now. */
static int date(struct patching *p)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	p->layer.created = p->m.image.config.created;
	for (ptrdiff_t i = 0; i < p->layer.n; i++)
		if (p->layer.work[i].contents.built > p->layer.created)
			p->layer.created = p->layer.work[i].contents.built;
	if (!epoch || !epoch[0])
		return 0;
	if (!num_parse(str_of(epoch), 253402300799, &seconds))
		return op_fail(p->op, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: %s",
			       epoch);
	p->layer.created = (int64_t)seconds;
	return 0;
}

/* One round. 1: something had to be taken out of the plan. */
static int attempt(struct patching *p)
{
	struct patch_layer *l = &p->layer;
	bool barred = false;
	int rc = plan(p);

	if (rc < 0 || (rc = fetch(p)) < 0)
		return rc;
	*l = (struct patch_layer){ .op = p->op, .m = &p->m, .n = p->plan.change_n };
	map_init(&l->at, p->op);
	map_init(&l->gone, p->op);
	if (l->n > WORKS_MAX)
		return op_fail(p->op, ERR_LIMIT, "%td updates; %d can be put in one layer", l->n,
			       WORKS_MAX);
	if (!(l->work = op_new(p->op, struct patch_work, l->n)))
		return p->op->code;
	for (ptrdiff_t i = 0; i < l->n; i++) {
		struct patch_work *w = &l->work[i];
		struct unpacked *u;
		w->change = &p->plan.change[i];
		if ((rc = unpack(p, &w->change->to, &u)) < 0)
			return rc;
		w->contents = u->contents;
		w->data = u->data;
		if ((rc = judge(p, w)) < 0)
			return rc;
		barred |= rc == 1;
	}
	if (barred)
		return 1;
	ptrdiff_t which = 0;
	if ((rc = date(p)) < 0 || (rc = patch_files(l)) < 0)
		return rc;
	if ((rc = patch_effects(l, &which)) == 0)
		rc = patch_triggers(l, &which);
	if (rc == ERR_NO)
		return bar(p, l->work[which].change);
	if (rc == 0 && l->n)
		rc = patch_cache(l);
	return rc < 0 || !l->n ? rc : patch_database(l);
}

/* The account. */

static int history(struct patching *p, str *ret)
{
	struct buf b;

	buf_init(&b, p->op, LIMIT_DOCUMENT);
	buf_add(&b, S("temper patch: "));
	for (ptrdiff_t i = 0; i < p->layer.n; i++) {
		const struct patch_change *c = p->layer.work[i].change;
		if (b.len > HISTORY_MAX) {
			buf_fmt(&b, " and %td more", p->layer.n - i);
			break;
		}
		buf_fmt(&b, "%s%.*s ", i ? ", " : "", STR_ARG(c->to.name));
		if (c->was >= 0)
			buf_fmt(&b, "%.*s -> ", STR_ARG(p->m.installed[c->was].version));
		buf_add(&b, c->to.version);
	}
	return buf_take(&b, ret);
}

static int tell_packages(struct patching *p, struct patched *ret)
{
	const struct repo_state *state = repo_state(p->repo);

	ret->package = op_new(p->op, struct patched_package, p->layer.n);
	ret->left = op_new(p->op, struct patched_left, p->plan.refusal_n);
	if (!ret->package || !ret->left)
		return p->op->code;
	for (ptrdiff_t i = 0; i < p->layer.n; i++) {
		const struct patch_work *w = &p->layer.work[i];
		const struct patch_change *c = w->change;
		ret->package[ret->package_n++] = (struct patched_package){
			.name = c->to.name,
			.arch = c->to.arch,
			.before = c->was < 0 ? S("") : p->m.installed[c->was].version,
			.after = c->to.version,
			.suite = state->pocket[c->to.pocket].suite,
			.answered = w->answer.by,
			.pulled = c->pulled,
			.kept = w->kept,
			.away = (uint64_t)w->away,
		};
	}
	for (ptrdiff_t i = 0; i < p->plan.refusal_n; i++) {
		const struct patch_refusal *r = &p->plan.refusal[i];
		ret->left[ret->left_n++] =
			(struct patched_left){ .name = r->to.name,
					       .arch = r->to.arch,
					       .before = p->m.installed[r->was].version,
					       .available = r->to.version,
					       .why = r->why };
	}
	for (ptrdiff_t i = 0; i < p->plan.note.n; i++)
		if (note(p, p->plan.note.p[i]) < 0)
			return p->op->code;
	return 0;
}

static int keep(struct op *op, str *const *text, int n)
{
	for (int i = 0; i < n; i++)
		if (op_copy(op, *text[i], text[i]) < 0)
			return op->code;
	return 0;
}

/* What the repository and the effects call things goes with them; the answer stays. */
static int keep_texts(struct op *op, struct patched *p)
{
	for (ptrdiff_t i = 0; i < p->package_n; i++) {
		struct patched_package *x = &p->package[i];
		str *text[] = { &x->name, &x->arch, &x->after, &x->suite, &x->answered };
		if (keep(op, text, sizeof(text) / sizeof(text[0])) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; i < p->left_n; i++) {
		struct patched_left *x = &p->left[i];
		str *text[] = { &x->name, &x->arch, &x->available, &x->why };
		if (keep(op, text, sizeof(text) / sizeof(text[0])) < 0)
			return op->code;
	}
	return 0;
}

static int tell(struct patching *p, struct patched *ret)
{
	int rc = tell_packages(p, ret);

	if (rc == 0)
		rc = keep_texts(p->op, ret);
	ret->name = p->m.name;
	ret->suite = p->options->suite.len ? p->options->suite : p->m.codename;
	ret->platform = str_of(p->m.platform->name);
	ret->image = ret->base = p->m.image.manifest.digest;
	for (ptrdiff_t i = 0; p->m.stripped && i < p->m.image.annotations.n; i++) {
		const struct pair *a = &p->m.image.annotations.p[i];
		if (str_eq(a->key, S("org.opencontainers.image.base.digest")) &&
		    !digest_parse(a->value, &ret->base))
			ret->base = p->m.image.manifest.digest;
	}
	ret->rebased = p->m.stripped > 0;
	ret->note = (struct texts){ p->note.p, p->note.n };
	for (ptrdiff_t i = 0; i < p->layer.file.n; i++)
		ret->files += p->layer.from.p[i] >= 0;
	ret->removed = (uint64_t)p->layer.gone.n;
	return rc;
}

/* The layer, and what comes of it looked at as any image is. */
static int make(struct patching *p, struct patched *ret, struct image_descriptor *ret_image)
{
	struct layer_blob layer;
	struct image made;
	str line;
	int rc = history(p, &line);

	begin(p, "compose");
	if (rc == 0)
		rc = patch_write(&p->layer, p->options->compression, line, ret_image, &layer);
	if (rc < 0)
		return rc;
	done(p, "compose", "bytes of a new layer", (ptrdiff_t)layer.size);
	begin(p, "prove");
	ret->image = ret_image->digest;
	ret->changed = !digest_eq(&ret->image, &p->m.image.manifest.digest);
	ret->layer = layer.digest;
	ret->layer_size = layer.size;
	if ((rc = image_get(p->op, p->store, &ret_image->digest, S(""), &made)) != 0)
		return rc < 0 ? rc : op_fail(p->op, ERR_IO, "the image vanished from the store");
	rc = patch_scan_after(p->op, p->store, &made, &p->layer, &p->scan, ret);
	if (rc == 0)
		done(p, "prove", "packages are as their packages say", ret->package_n);
	return rc;
}

int patch_make(struct op *op, const struct store *store, str what,
	       const struct patch_options *options, const struct build_voice *voice,
	       struct patched *ret, struct image_descriptor *ret_image)
{
	AUTO_PATCHING p = { .op = op, .store = store, .options = options, .voice = voice };
	struct patched out = { 0 };
	int rc;

	map_init(&p.unanswered, op);
	begin(&p, "read");
	if ((rc = patch_image_open(op, store, what, options->platform, false, &p.m)) < 0)
		return rc;
	done(&p, "read", "packages", p.m.n);
	if (image_tree_find(&p.m.tree, S("usr/share/temper/lock.json")) &&
	    note(&p, S("the image carries a lock of temper's, which tells of it as it was built: "
		       "temper lock and temper build bring it up to date whole")) < 0)
		return op->code;
	begin(&p, "resolve");
	if ((rc = open_suite(&p)) < 0 ||
	    (rc = patch_scan_before(op, store, &p.m, options->database, &p.scan, &out)) < 0)
		return rc;
	rc = 1;
	for (int round = 0; rc == 1 && round < ROUNDS_MAX; round++)
		rc = attempt(&p);
	if (rc == 1)
		return op_fail(op, ERR_LIMIT, "no plan holds after %d rounds", ROUNDS_MAX);
	if (rc < 0)
		return rc;
	done(&p, "resolve", "updates", p.layer.n);
	if ((rc = tell(&p, &out)) < 0)
		return rc;
	*ret_image = p.m.image.manifest;
	if (p.layer.n && !options->dry_run)
		rc = make(&p, &out, ret_image);
	if (rc == 0)
		rc = patch_scan_left(op, &p.scan, &p.plan, &out);
	if (rc == 0)
		*ret = out;
	return rc;
}
