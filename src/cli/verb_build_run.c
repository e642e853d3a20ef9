/* temper build: what its options (verb_build.c) make it do. */
#include "base/limits.h"
#include "build/proof.h"
#include "build/test.h"
#include "build_report.h"
#include "build_run.h"
#include "codec/yaml.h"
#include "report/why.h"

struct run {
	struct op *op;
	const struct cli *cli;
	const struct build_options *o;
	struct progress progress;
	struct store store;
	struct built built;
};

static void run_done(struct run *r)
{
	store_close(&r->store);
}

static int build(struct run *r, str recipe)
{
	struct build_source source = source_of(&r->o->source, recipe);
	struct build_voice voice = voice_of(&r->progress);
	struct build_wish wish = { .locked = r->o->locked, .tested = !r->o->no_test };

	wish.whole = r->o->why.len || r->o->verbose || report_needs_all(&r->o->output);

	source.compression = r->o->compression;
	source.platforms = r->o->platform;
	source.all_platforms = r->o->all_platforms;
	return build_image(r->op, &r->store, &source, &wish, &voice, &r->built);
}

/* The tests */

static int read_test_file(struct op *op, str path, struct tests *ret)
{
	struct doc *doc = op_new(op, struct doc, 1);
	str text;
	int rc = doc ? file_read_user(op, path, LIMIT_DOCUMENT, &text) : op->code;

	if (rc == 0)
		rc = yaml_parse(op, path, text, doc);
	return rc < 0 ? rc : tests_read(op, doc, &doc->root, ret);
}

static int read_tests(struct run *r, struct tests **ret, ptrdiff_t *ret_n)
{
	const struct recipe *recipe = &r->built.recipe;
	struct tests *tests = op_new(r->op, struct tests, recipe->test_files.n + 1);

	if (!tests)
		return r->op->code;
	int rc = tests_read(r->op, recipe->doc, recipe->tests, &tests[0]);
	for (ptrdiff_t i = 0; rc == 0 && i < recipe->test_files.n; i++)
		rc = read_test_file(r->op, recipe->test_files.p[i], &tests[i + 1]);
	*ret = tests;
	*ret_n = recipe->test_files.n + 1;
	return rc;
}

/* Programs of another machine cannot run here. */
static int skip_tests(struct op *op, const char *why, struct outcome *o)
{
	o->test = op_new(op, struct outcome_test, 1);
	if (!o->test)
		return op->code;
	o->test[0] = (struct outcome_test){ .name = S("the recipe's tests"), .verdict = VERDICT_SKIPPED,
					    .detail = str_of(why) };
	o->test_n = 1;
	return 0;
}

static int test_platform(struct run *r, const struct tests *tests, ptrdiff_t n, struct outcome *o)
{
	struct image image;

	if (r->o->no_test)
		return skip_tests(r->op, "--no-test", o);
	if (o->platform != platform_host())
		return skip_tests(r->op, "this machine cannot run its programs", o);
	int rc = image_get(r->op, &r->store, &o->manifest, S(""), &image);
	if (rc)
		return rc < 0 ? rc : op_fail(r->op, ERR_IO, "the image vanished from the store");
	return test_image(r->op, &r->store, &image, tests, n, &o->test, &o->test_n);
}

static int test_all(struct run *r, bool *ret_ok, bool *ret_skipped)
{
	struct tests *tests;
	ptrdiff_t n, passed = 0, skipped = 0, all = 0;
	int rc = read_tests(r, &tests, &n);

	progress_step(&r->progress, "test");
	*ret_ok = true;
	for (ptrdiff_t i = 0; rc == 0 && i < r->built.n; i++) {
		struct outcome *o = &r->built.outcome[i];
		rc = test_platform(r, tests, n, o);
		*ret_ok &= rc == 0 && test_none_failed(o->test, o->test_n);
		passed += rc < 0 ? 0 : test_count(o->test, o->test_n, VERDICT_PASSED);
		skipped += rc < 0 ? 0 : test_count(o->test, o->test_n, VERDICT_SKIPPED);
		all += o->test_n;
	}
	*ret_skipped = skipped > 0;
	if (rc < 0 || !*ret_ok)
		progress_fail(&r->progress);
	else
		progress_done(&r->progress, "%td passed, %td skipped of %td", passed, skipped, all);
	return rc;
}

static bool all_proven(const struct built *b)
{
	for (ptrdiff_t i = 0; i < b->n; i++)
		if (!proof_holds(b->outcome[i].check, b->outcome[i].check_n))
			return false;
	return true;
}

/* Names and ways out */

static int publish(struct run *r)
{
	struct store_image image = { .media_type = r->built.image.media_type, .digest = r->built.image.digest,
				     .size = r->built.image.size };
	struct texts tags = r->o->tag;
	int rc = 0;

	if (tags.n == 0)
		tags = (struct texts){ &r->built.recipe.name, 1 };
	for (ptrdiff_t i = 0; rc == 0 && i < tags.n; i++) {
		image.name = tags.p[i];
		rc = store_image_put(r->op, &r->store, &image);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < r->o->to.n; i++) {
		progress_step(&r->progress, "write");
		rc = image_export(r->op, &r->store, &image.digest, tags.p[0], r->o->to.p[i]);
		if (rc == 0)
			progress_done(&r->progress, "%.*s", STR_ARG(r->o->to.p[i]));
	}
	return rc;
}

/* What a reader may want to do next, in commands to copy; an image that failed has no name. */
static int next_commands(struct run *r, bool good)
{
	str name = r->o->tag.n ? r->o->tag.p[0] : r->built.recipe.name;

	for (ptrdiff_t i = 0; i < r->built.n; i++) {
		str *line = op_new(r->op, str, 3);
		if (!line)
			return r->op->code;
		int rc = good ? op_text(r->op, &line[0], "temper rebuild --verify %.*s", STR_ARG(name)) :
				op_text(r->op, &line[0], "temper build --verbose %.*s",
					STR_ARG(r->cli->operand.p[0]));
		if (rc == 0)
			rc = op_text(r->op, &line[1], "temper build --to docker-archive:%.*s.tar %.*s",
				     STR_ARG(r->built.recipe.name), STR_ARG(r->cli->operand.p[0]));
		if (rc == 0)
			rc = op_text(r->op, &line[2], "temper lock %.*s", STR_ARG(r->cli->operand.p[0]));
		if (rc < 0)
			return rc;
		r->built.outcome[i].next = (struct texts){ line, good ? 3 : 1 };
	}
	return 0;
}

static int say_unchanged(struct run *r)
{
	struct text_style style = style_of(&r->cli->out, false);
	char digest[DIGEST_TEXT];
	struct buf b;
	str text;

	if (r->o->progress.quiet)
		return 0;
	buf_init(&b, r->op, 4096);
	text_colour(&b, &style, TEXT_BOLD);
	text_safe(&b, r->built.recipe.name);
	text_colour(&b, &style, TEXT_PLAIN);
	buf_fmt(&b, "  %s\nnothing has changed: the proof holds, tests %s\n", digest_text(&r->built.image.digest, digest),
		r->built.tested ? "passed" : "were not run");
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(r->op, &r->cli->out, text);
}

static int say_why(struct run *r)
{
	struct text_style style = style_of(&r->cli->out, r->o->verbose);
	struct buf b;
	str text;

	buf_init(&b, r->op, 64 << 20);
	int rc = why_write(r->op, &b, &r->built.outcome[0], r->o->why, &style);
	if (rc == 0)
		rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(r->op, &r->cli->out, text);
}

static int report(struct run *r)
{
	struct texts none = { NULL, 0 };

	progress_clear(&r->progress);
	if (r->o->progress.quiet && !r->o->output.n)
		return 0;
	return report_outputs(r->op, r->cli, r->o->output.n ? &r->o->output : &none, r->built.outcome, r->built.n,
			      r->o->verbose);
}

static void tell_lock(struct run *r)
{
	if (r->built.lock_state == BUILD_LOCK_FOUND)
		return;
	progress_step(&r->progress, "lock");
	if (r->built.lock_state == BUILD_LOCK_MADE)
		progress_done(&r->progress, "there was none: wrote %.*s; commit it beside the recipe",
			      STR_ARG(r->built.lock_path));
	else
		progress_done(&r->progress, "it was stale: refreshed %.*s", STR_ARG(r->built.lock_path));
}

static int say_no(struct run *r)
{
	ptrdiff_t check_n = 0, test_n = 0;

	for (ptrdiff_t i = 0; i < r->built.n; i++) {
		const struct outcome *o = &r->built.outcome[i];
		for (ptrdiff_t c = 0; c < o->check_n; c++)
			check_n += !o->check[c].ok;
		test_n += test_count(o->test, o->test_n, VERDICT_FAILED);
	}
	return op_fail(r->op, ERR_NO, "%.*s: %td checks of the proof and %td tests failed; the image was not named",
		       STR_ARG(r->built.recipe.name), check_n, test_n);
}

static int judge(struct run *r)
{
	bool proven = all_proven(&r->built), tested, skipped;
	int rc = test_all(r, &tested, &skipped);

	if (rc == 0 && proven && tested)
		rc = publish(r);
	if (rc == 0 && proven && tested)
		rc = build_remember(r->op, &r->store, &r->built, !skipped);
	if (rc == 0)
		rc = next_commands(r, proven && tested);
	if (rc == 0)
		rc = report(r);
	return rc < 0 || (proven && tested) ? rc : say_no(r);
}

int verb_build_run(struct op *op, const struct cli *cli, const void *options)
{
	__attribute__((cleanup(run_done))) struct run r = { .op = op, .cli = cli, .o = options,
		.store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 } };
	int rc = 0;

	/* What is wrong with the command line is said before an hour of work, not after it. */
	for (ptrdiff_t i = 0; rc == 0 && i < r.o->to.n; i++)
		rc = image_export_check(op, r.o->to.p[i]);
	for (ptrdiff_t i = 0; rc == 0 && i < r.o->tag.n; i++)
		rc = store_name(op, r.o->tag.p[i], &(str){ 0 });
	if (rc == 0)
		rc = store_open(op, r.o->source.store, &r.store);
	progress_init(&r.progress, &cli->err, r.o->progress.progress, r.o->progress.quiet);
	if (rc == 0 && (rc = build(&r, cli->operand.p[0])) < 0)
		progress_fail(&r.progress);
	if (rc < 0)
		return rc;
	if (r.built.unchanged) {
		progress_clear(&r.progress);
		rc = publish(&r);
		return rc < 0 ? rc : say_unchanged(&r);
	}
	tell_lock(&r);
	return r.o->why.len ? say_why(&r) : judge(&r);
}
