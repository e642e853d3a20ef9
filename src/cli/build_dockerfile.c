#include "build_dockerfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "build/build.h"
#include "build_gate.h"
#include "build_report.h"
#include "codec/yaml.h"
#include "diff_hardening.h"
#include "look.h"
#include "progress.h"
#include "report/verdict.h"
#include "sbom/format.h"
#include "sbom_report.h"
#include "scan_options.h"

enum {
	STEP_WIDTH = 60,
	LINE_WIDTH = 400, /* of what a command that fails printed */
	TEXT_MAX = 1 << 30,
	RULES = 10, /* that the error names */
};

struct run {
	struct op *op;
	const struct cli *cli;
	const struct build_options *o;
	const struct store *store;
	struct progress progress;
	struct database db;
	int64_t now;
	struct texts tag; /* at least one */
	struct buildah_built built;
	struct lint_file lint;
	struct look is, was;
	struct facts *facts;
	struct hardening hardening;
	struct outcome_test *test;
	ptrdiff_t test_n;
	struct build_gate gate;
	struct verdict verdict;
	bool judged;
};

/* Which of the two */

static bool is_file(str dir, const char *name)
{
	char path[4096];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%.*s/%s", STR_ARG(dir), name);

	return n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool build_is_dockerfile(const struct cli *cli, const struct build_options *o)
{
	str only = cli->operand.n == 1 ? cli->operand.p[0] : S("");

	return o->dockerfile.file.len ||
	       (only.len && (is_file(only, "Dockerfile") || is_file(only, "Containerfile")));
}

int build_no_dockerfile(struct op *op, const struct build_options *o)
{
	const struct dockerfile_options *d = &o->dockerfile;
	const struct {
		const char *name;
		bool given;
	} options[] = {
		{ "build-arg", d->build_args.n > 0 },
		{ "target", d->target.len > 0 },
		{ "build-context", d->sources.n > 0 },
		{ "secret", d->secrets.n > 0 },
		{ "label", d->labels.n > 0 },
		{ "pull", d->pull },
		{ "no-cache", d->no_cache },
		{ "network", d->network.len > 0 },
		{ "isolation", d->isolation.len > 0 },
		{ "timestamp", d->timestamp.len > 0 },
		{ "test", d->tests.n > 0 },
		{ "policy", d->policies.n > 0 },
		{ "waivers", d->waivers.n > 0 },
		{ "no-gate", d->no_gate },
		{ "keep", d->keep },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].given)
			return op_fail(
				op, ERR_USAGE,
				"--%s goes with a Dockerfile: name one with -f, and its context",
				options[i].name);
	return 0;
}

/* Before the work */

static int check_outputs(struct run *r)
{
	for (ptrdiff_t i = 0; i < r->o->output.n; i++) {
		str file = r->o->output.p[i], name = str_cut(&file, '=');
		struct sbom_format_choice sbom = { 0 };
		bool known = str_eq(name, S("tree")) || verdict_format_of(name) ||
			     sbom_format_parse(r->op, name, &sbom) == 0;
		if (r->op->code)
			return r->op->code;
		if (!known)
			return op_fail(r->op, ERR_USAGE,
				       "an image of a Dockerfile is not told as '%.*s'",
				       STR_ARG(name));
		if (r->o->dockerfile.no_gate && verdict_format_of(name) && !sbom.format)
			return op_fail(r->op, ERR_USAGE,
				       "-o %.*s tells the gate's verdict, and "
				       "--no-gate asks for none",
				       STR_ARG(name));
	}
	return report_check(r->op, &r->o->output, false);
}

static int check(struct run *r)
{
	const struct build_options *o = r->o;
	str name;

	if (o->locked || o->why.len || o->all_platforms || o->source.lock.len)
		return op_fail(r->op, ERR_USAGE,
			       "--locked, --lock, --why and --all-platforms go with a recipe");
	if (o->platform.n > 1)
		return op_fail(r->op, ERR_USAGE,
			       "a Dockerfile is built for one --platform at a time");
	if (r->cli->operand.n != 1)
		return op_fail(r->op, ERR_USAGE, "name one directory as the context");
	if (o->tag.n == 0)
		return op_fail(r->op, ERR_USAGE, "give the image a name: -t NAME:TAG");
	for (ptrdiff_t i = 0; i < o->tag.n; i++)
		if (store_name(r->op, o->tag.p[i], &name) < 0)
			return r->op->code;
	for (ptrdiff_t i = 0; i < o->to.n; i++)
		if (image_export_check(r->op, o->to.p[i]) < 0)
			return r->op->code;
	r->tag = o->tag;
	return check_outputs(r);
}

/* The build */

static void hear(void *arg, str bytes)
{
	struct run *r = arg;
	AUTO_OP own;

	op_init(&own, 0);
	if (r->o->verbose) {
		progress_clear(&r->progress);
		if (term_write(&own, &r->cli->err, bytes) < 0)
			op_forgive(&own);
		return;
	}
	while (bytes.p) {
		str line = str_cut(&bytes, '\n');
		ptrdiff_t at = str_find_str(line, S("STEP "));
		if (at >= 0)
			progress_note(&r->progress, "%.*s",
				      STR_ARG(str_head(str_from(line, at), STEP_WIDTH)));
	}
}

/* The last that buildah printed, where it has not been heard already; its last line is in the error. */
static void tell_failed(struct run *r)
{
	const struct texts *said = &r->built.said;
	AUTO_OP own;
	struct buf b;

	if (r->o->verbose || said->n < 2)
		return;
	op_init(&own, 0);
	buf_init(&b, &own, LIMIT_DOCUMENT);
	progress_rub(&r->progress);
	progress_clear(&r->progress);
	for (ptrdiff_t i = 0; i < said->n; i++) {
		buf_add(&b, S("  "));
		text_safe(&b, str_head(said->p[i], LINE_WIDTH));
		buf_char(&b, '\n');
	}
	if (b.bad || term_write(&own, &r->cli->err, buf_view(&b)) < 0)
		op_forgive(&own);
}

static int timestamp(struct run *r, int64_t *ret)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	str text = r->o->dockerfile.timestamp.len ? r->o->dockerfile.timestamp : str_of(epoch);
	uint64_t seconds = 0;

	*ret = -1;
	if (text.len == 0)
		return 0;
	if (!num_parse(text, INT32_MAX * UINT64_C(64), &seconds))
		return op_fail(r->op, ERR_USAGE, "'%.*s' is no number of seconds since 1970",
			       STR_ARG(text));
	*ret = (int64_t)seconds;
	return 0;
}

static int build(struct run *r)
{
	const struct dockerfile_options *d = &r->o->dockerfile;
	struct buildah_wish wish = { .file = d->file,
				     .context = r->cli->operand.p[0],
				     .build_args = d->build_args,
				     .labels = d->labels,
				     .secrets = d->secrets,
				     .sources = d->sources,
				     .insecure = d->insecure,
				     .target = d->target,
				     .platform = r->o->platform.n ? r->o->platform.p[0] : S(""),
				     .network = d->network,
				     .isolation = d->isolation,
				     .no_cache = d->no_cache,
				     .pull = d->pull,
				     .offline = r->o->source.offline,
				     .heard = hear,
				     .arg = r };

	if (timestamp(r, &wish.timestamp) < 0)
		return r->op->code;
	progress_step(&r->progress, "build");
	if (buildah_build(r->op, r->store, &wish, &r->built) < 0) {
		tell_failed(r);
		return r->op->code;
	}
	progress_done(&r->progress, "%.*s", STR_ARG(r->built.dockerfile.path));
	return 0;
}

static int lint(struct run *r)
{
	const struct lint_wish wish = { 0 };
	str bytes;

	return file_read_user(r->op, r->built.dockerfile.path, LIMIT_DOCUMENT, &bytes) < 0
		       ? r->op->code
		       : lint_bytes(r->op, r->built.dockerfile.path, LINT_DOCKERFILE, bytes, &wish,
				    &r->lint);
}

/* What is in it */

/* Layers of the base are known to be that. */
static int mark(struct op *op, void *arg, struct subject *s, struct config *c)
{
	const struct run *r = arg;

	(void)op, (void)c;
	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		s->layer[i].is_base = i < r->built.base_layers;
	return 0;
}

static int look_in(struct run *r, struct look *l, str name, const struct digest *d, bool is_base,
		   struct facts **ret)
{
	struct look_wish wish = { .store = r->o->source.store,
				  .platform = r->o->platform.n ? r->o->platform.p[0] : S(""),
				  .name = name,
				  .offline = true,
				  .files = true,
				  .licences = true,
				  .quiet = true,
				  .hear = is_base ? NULL : mark,
				  .arg = r };
	const struct audit_options how = { .secrets = true, .now = r->now };
	char text[DIGEST_TEXT];
	str what;

	look_init(l, r->cli, &wish);
	if (audit_open(r->op, &how, &l->wish.audit) < 0 ||
	    op_text(r->op, &what, "store:%s", digest_text(d, text)) < 0 ||
	    look_open(r->op, l, what) < 0)
		return r->op->code;
	return look_facts(r->op, l, &r->db, r->now, ret);
}

/* Instructions get their lines: when all has been asked that reads them as they are. */
static int place(struct run *r)
{
	struct config *config = &r->facts->config;

	for (ptrdiff_t i = 0; i < r->facts->checks.n; i++) {
		struct check *c = &r->facts->checks.p[i];
		for (ptrdiff_t k = 0; k < c->fault_n; k++)
			if (buildah_place(r->op, &r->built, config, c->fault[k].layer,
					  &c->fault[k].instruction) < 0)
				return r->op->code;
	}
	return buildah_mark(r->op, &r->built, config);
}

static int look_at_both(struct run *r)
{
	const struct buildah_image *base = r->built.base;
	struct facts *before = NULL;

	progress_step(&r->progress, "audit");
	if (look_in(r, &r->is, r->tag.p[0], &r->built.image.digest, false, &r->facts) < 0 ||
	    place(r) < 0)
		return r->op->code;
	if (base) {
		r->facts->base.known = true;
		r->facts->base.name = base->name;
		r->facts->base.digest = base->root.digest;
		r->facts->base.layers = r->built.base_layers;
		r->facts->base.created = base->image.config.created;
		if (look_in(r, &r->was, base->name, &base->image.manifest.digest, true, &before) <
			    0 ||
		    hardening_make(r->op, before, r->facts, &r->hardening) < 0)
			return r->op->code;
		r->facts->hardening = &r->hardening;
	} else { /* on nothing: what a label of the Dockerfile says is known to be wrong */
		r->facts->base = (struct facts_base){ 0 };
	}
	progress_done(&r->progress, "%td packages, %td rules",
		      r->facts->report->inventory->package_n, r->facts->checks.n);
	return 0;
}

/* The tests */

static bool same(const struct texts *a, const struct texts *b)
{
	bool same = a->n == b->n;

	for (ptrdiff_t i = 0; same && i < a->n; i++)
		same = str_eq(a->p[i], b->p[i]);
	return same;
}

static ptrdiff_t count_tests(const struct tests *t)
{
	return t->command_n + t->exec_n + t->file_n + t->content_n + t->http_n + t->metadata.given;
}

/* Those of the base's recipe, if that lies in the image; they ask about what the base starts. */
static int base_tests(struct run *r, const struct image *image, struct tests **ret,
		      ptrdiff_t *ret_n, const char **ret_skip)
{
	const struct image_config *is = &image->config, *was;
	struct recipe *recipe = op_new(r->op, struct recipe, 1);
	int rc;

	*ret_n = 0;
	*ret_skip = NULL;
	if (!recipe)
		return r->op->code;
	if (!r->built.base)
		return 0;
	was = &r->built.base->image.config;
	if ((rc = rebuild_recipe(r->op, r->store, &r->built.base->image, recipe)) != 0)
		return rc < 0 ? rc : 0;
	recipe->test_files = (struct texts){ 0 }; /* they did not come along */
	if (recipe_tests(r->op, recipe, ret, ret_n) < 0)
		return r->op->code;
	ptrdiff_t tests = 0;
	for (ptrdiff_t i = 0; i < *ret_n; i++)
		tests += count_tests(&(*ret)[i]);
	if (tests == 0)
		*ret_n = 0;
	if (*ret_n && (!same(&is->entrypoint, &was->entrypoint) || !same(&is->cmd, &was->cmd))) {
		*ret_n = 0;
		*ret_skip = "the image starts something else than its base does";
	}
	return 0;
}

static int own_tests(struct run *r, struct tests *to)
{
	const struct texts *file = &r->o->dockerfile.tests;

	for (ptrdiff_t i = 0; i < file->n; i++) {
		struct doc *doc = op_new(r->op, struct doc, 1);
		str text;
		if (!doc || file_read_user(r->op, file->p[i], LIMIT_DOCUMENT, &text) < 0 ||
		    yaml_parse(r->op, file->p[i], text, doc) < 0 ||
		    tests_read(r->op, doc, &doc->root, &to[i]) < 0)
			return r->op->code;
	}
	return 0;
}

static int skipped(struct run *r, const char *why)
{
	struct outcome_test *p = op_new(r->op, struct outcome_test, r->test_n + 1);

	if (!p)
		return r->op->code;
	for (ptrdiff_t i = 0; i < r->test_n; i++)
		p[i] = r->test[i];
	p[r->test_n++] = (struct outcome_test){ .name = S("the tests of the base's recipe"),
						.verdict = VERDICT_SKIPPED,
						.detail = str_of(why) };
	r->test = p;
	return 0;
}

static int test(struct run *r)
{
	const struct platform *platform = NULL;
	const char *skip = NULL;
	struct tests *base = NULL, *all;
	ptrdiff_t base_n = 0, own_n = r->o->dockerfile.tests.n;
	struct image image;
	int rc = image_get(r->op, r->store, &r->built.image.digest, S(""), &image);

	if (rc)
		return rc < 0 ? rc : op_fail(r->op, ERR_IO, "the image vanished from the store");
	if (r->o->no_test)
		return skipped(r, "--no-test");
	if (base_tests(r, &image, &base, &base_n, &skip) < 0 ||
	    !(all = op_new(r->op, struct tests, base_n + own_n)) || own_tests(r, all + base_n) < 0)
		return r->op->code;
	for (ptrdiff_t i = 0; i < base_n; i++)
		all[i] = base[i];
	platform = platform_find(r->built.image.platform);
	if (base_n + own_n > 0 && platform != platform_host())
		return skipped(r, "this machine cannot run its programs");
	if (base_n + own_n > 0) {
		progress_step(&r->progress, "test");
		if (test_image(r->op, r->store, &image, all, base_n + own_n, &r->test, &r->test_n) <
		    0)
			return r->op->code;
		progress_done(&r->progress, "%td of %td passed",
			      test_count(r->test, r->test_n, VERDICT_PASSED), r->test_n);
	}
	return skip ? skipped(r, skip) : 0;
}

/* The answer */

static int judge(struct run *r)
{
	if (r->o->dockerfile.no_gate)
		return 0;
	progress_step(&r->progress, "gate");
	if (build_gate(r->op, &r->gate, r->now, r->facts, &r->verdict) < 0)
		return r->op->code;
	r->judged = true;
	progress_done(&r->progress, "%s", r->verdict.passed ? "passed" : "it does not pass");
	return 0;
}

static int publish(struct run *r)
{
	struct store_image image = { .media_type = r->built.image.media_type,
				     .digest = r->built.image.digest,
				     .size = r->built.image.size };

	for (ptrdiff_t i = 0; i < r->tag.n; i++) {
		image.name = r->tag.p[i];
		if (store_image_put(r->op, r->store, &image) < 0)
			return r->op->code;
	}
	for (ptrdiff_t i = 0; i < r->o->to.n; i++) {
		str to = r->o->to.p[i], place = to, scheme = str_cut(&place, ':');
		const char *ext = str_eq(scheme, S("oci-archive"))      ? "oci.tar"
				  : str_eq(scheme, S("docker-archive")) ? "docker.tar"
									: NULL;
		if (ext && (report_place(r->op, place, r->tag.p[0], ext, &place) < 0 ||
			    op_text(r->op, &to, "%.*s:%.*s", STR_ARG(scheme), STR_ARG(place)) < 0))
			return r->op->code;
		if (image_export(r->op, r->store, &r->built.image.digest, r->tag.p[0], to) < 0)
			return r->op->code;
	}
	return 0;
}

/* The reports */

static int written(struct run *r, bool kept, struct texts *ret)
{
	VEC(str) line = { 0 };
	str name;

	for (ptrdiff_t i = 0; kept && i < r->tag.n; i++) {
		str *to = vec_push(r->op, &line);
		if (!to || store_name(r->op, r->tag.p[i], &name) < 0 ||
		    op_text(r->op, to, "%.*s in the store", STR_ARG(name)) < 0)
			return r->op->code;
	}
	for (ptrdiff_t i = 0; i < (kept ? r->o->to.n : 0) + r->o->output.n; i++) {
		bool out = i >= (kept ? r->o->to.n : 0);
		str file = out ? r->o->output.p[i - (kept ? r->o->to.n : 0)] : r->o->to.p[i];
		if (out)
			(void)str_cut(&file, '=');
		str *to = file.len ? vec_push(r->op, &line) : NULL;
		if (file.len && !to)
			return r->op->code;
		if (to)
			*to = file;
	}
	*ret = (struct texts){ line.p, line.n };
	return 0;
}

static int write_verdict(struct run *r, str name, str file)
{
	struct verdict_choice c = { .format = verdict_format_of(name),
				    .file = file,
				    .explain = r->o->verbose,
				    .more = S("-v"),
				    .width = file.len ? 100 : r->cli->out.width,
				    .style = style_of(&r->cli->out, r->o->verbose) };
	struct buf b;
	str text;

	if (file.len)
		c.style = (struct text_style){ .utf8 = true, .width = 100 };
	buf_init(&b, r->op, TEXT_MAX);
	if (verdict_write(r->op, &r->verdict, &c, &b) < 0 || buf_take(&b, &text) < 0)
		return r->op->code;
	return file.len ? file_replace_user(r->op, file, text, 0644)
			: term_write(r->op, &r->cli->out, text);
}

static int write_tree(struct run *r, const struct dockerfile_outcome *o, str file)
{
	struct text_style style = style_of(&r->cli->out, r->o->verbose);
	struct buf b;
	str text;

	if (file.len)
		style = (struct text_style){ .utf8 = true, .verbose = true, .width = 100 };
	buf_init(&b, r->op, TEXT_MAX);
	dockerfile_tree_write(&b, o, &style);
	if (r->judged && !r->verdict.passed && b.bad == false) {
		struct verdict_choice c = { .format = verdict_format_of(S("table")),
					    .explain = style.verbose,
					    .more = S("-v"),
					    .width = style.width,
					    .style = style };
		buf_char(&b, '\n');
		if (verdict_write(r->op, &r->verdict, &c, &b) < 0)
			return r->op->code;
	}
	if (buf_take(&b, &text) < 0)
		return r->op->code;
	return file.len ? file_replace_user(r->op, file, text, 0644)
			: term_write(r->op, &r->cli->out, text);
}

static int report(struct run *r, bool kept)
{
	struct dockerfile_outcome o = { .name = r->tag.p[0],
					.built = &r->built,
					.lint = &r->lint,
					.facts = r->facts,
					.test = r->test,
					.test_n = r->test_n,
					.verdict = r->judged ? &r->verdict : NULL,
					.kept = kept };
	bool printed = r->o->progress.quiet;

	progress_rub(&r->progress);
	progress_clear(&r->progress);
	if (written(r, kept, &o.written) < 0)
		return r->op->code;
	for (ptrdiff_t i = 0; i < r->o->output.n; i++) {
		str file = r->o->output.p[i], name = str_cut(&file, '=');
		bool tree = str_eq(name, S("tree")), verdict = !tree && verdict_format_of(name);
		struct sbom_options sbom = { .output = { &r->o->output.p[i], 1 } };
		printed |= file.len == 0;
		if ((tree      ? write_tree(r, &o, file)
		     : verdict ? write_verdict(r, name, file)
			       : sbom_report_write(r->op, r->cli, &sbom,
						   r->facts->report->inventory, 0)) < 0)
			return r->op->code;
	}
	return printed ? 0 : write_tree(r, &o, S(""));
}

/* "CONF-001, SECRET-001 and 3 more": why the gate says no, where nothing else is printed. */
static int rules_that_fail(struct run *r, str *ret)
{
	ptrdiff_t n = 0;
	struct buf b;

	buf_init(&b, r->op, TEXT_MAX);
	for (ptrdiff_t i = 0; i < r->verdict.rule_n; i++) {
		const struct verdict_rule *rule = &r->verdict.rule[i];
		if (rule->mode != POLICY_ENFORCE || rule->outcome == OUTCOME_PASS || n++ >= RULES)
			continue;
		buf_add(&b, b.len ? S(", ") : S(""));
		text_safe(&b, rule->id);
	}
	if (n > RULES)
		buf_fmt(&b, " and %td more", n - RULES);
	return buf_take(&b, ret);
}

static int answer(struct run *r)
{
	bool tested = test_none_failed(r->test, r->test_n);
	bool passed = tested && (!r->judged || r->verdict.passed);
	bool kept = passed || r->o->dockerfile.keep;
	str rules = S("");

	if ((kept && publish(r) < 0) || report(r, kept) < 0)
		return r->op->code;
	if (passed)
		return 0;
	if (tested && rules_that_fail(r, &rules) < 0)
		return r->op->code;
	return op_fail(r->op, ERR_NO, "%.*s: %s%.*s%s", STR_ARG(r->tag.p[0]),
		       tested ? "the gate says no: " : "tests failed", STR_ARG(rules),
		       kept ? "; it has its name because of --keep" : "; the image was not named");
}

static int run_all(struct run *r)
{
	const struct dockerfile_options *d = &r->o->dockerfile;
	const int no_db = database_open(r->op, r->o->source.db, &r->db);

	/* What is wrong with a policy is said before the work. */
	if (no_db < 0 ||
	    (!d->no_gate && build_gate_read(r->op, &d->policies, &d->waivers, &r->gate) < 0) ||
	    scan_options_now(r->op, &r->now) < 0 || build(r) < 0 || lint(r) < 0 ||
	    look_at_both(r) < 0 || test(r) < 0 || judge(r) < 0)
		return r->op->code;
	return answer(r);
}

int build_dockerfile(struct op *op, const struct cli *cli, const struct build_options *o)
{
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	struct run r = { .op = op,
			 .cli = cli,
			 .o = o,
			 .store = &store,
			 .db = { .dir = -1 },
			 .is = { .source = { .fd = -1 } },
			 .was = { .source = { .fd = -1 } } };
	int rc = check(&r);

	progress_init(&r.progress, &cli->err, o->progress.progress, o->progress.quiet);
	if (rc == 0)
		rc = store_open(op, o->source.store, &store);
	if (rc == 0)
		rc = run_all(&r);
	if (rc < 0)
		progress_fail(&r.progress);
	look_done(&r.is);
	look_done(&r.was);
	database_close(&r.db);
	return rc;
}
