/* temper build: what its options (verb_build.c) make it do. */
#include "build/proof.h"
#include "build_next.h"
#include "build_report.h"
#include "build_run.h"
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

	wish.whole = r->o->why.len || r->o->verbose || r->o->output.n;

	source.compression = r->o->compression;
	source.platforms = r->o->platform;
	source.all_platforms = r->o->all_platforms;
	return build_image(r->op, &r->store, &source, &wish, &voice, &r->built);
}

/* The tests */

/* Programs of another machine cannot run here. */
static int skip_tests(struct op *op, const char *why, struct outcome *o)
{
	o->test = op_new(op, struct outcome_test, 1);
	if (!o->test)
		return op->code;
	o->test[0] = (struct outcome_test){ .name = S("the recipe's tests"),
					    .verdict = VERDICT_SKIPPED,
					    .detail = str_of(why) };
	o->test_n = 1;
	return 0;
}

static int test_platform(struct run *r, struct outcome *o)
{
	struct image image;

	if (r->o->no_test)
		return skip_tests(r->op, "--no-test", o);
	if (o->platform != platform_host())
		return skip_tests(r->op, "this machine cannot run its programs", o);
	int rc = image_get(r->op, &r->store, &o->manifest, S(""), &image);
	if (rc)
		return rc < 0 ? rc : op_fail(r->op, ERR_IO, "the image vanished from the store");
	return test_image(r->op, &r->store, &image, r->built.tests, r->built.tests_n, &o->test,
			  &o->test_n);
}

static int test_all(struct run *r, bool *ret_ok, bool *ret_skipped)
{
	ptrdiff_t passed = 0, skipped = 0, all = 0;
	int rc = 0;

	progress_step(&r->progress, "test");
	*ret_ok = true;
	for (ptrdiff_t i = 0; rc == 0 && i < r->built.n; i++) {
		struct outcome *o = &r->built.outcome[i];
		rc = test_platform(r, o);
		*ret_ok &= rc == 0 && test_none_failed(o->test, o->test_n);
		passed += rc < 0 ? 0 : test_count(o->test, o->test_n, VERDICT_PASSED);
		skipped += rc < 0 ? 0 : test_count(o->test, o->test_n, VERDICT_SKIPPED);
		all += o->test_n;
	}
	*ret_skipped = skipped > 0;
	if (rc < 0 || !*ret_ok)
		progress_fail(&r->progress);
	else
		progress_done(&r->progress,
			      skipped ? "%td of %td passed, %td skipped" : "%td of %td passed",
			      passed, all, skipped);
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
	struct store_image image = { .media_type = r->built.image.media_type,
				     .digest = r->built.image.digest,
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

static str first_name(const struct run *r)
{
	return r->o->tag.n ? r->o->tag.p[0] : r->built.recipe.name;
}

/* What the image and its reports were written as. */
static int fill_written(struct run *r, bool kept, ptrdiff_t i, struct outcome *o)
{
	const struct texts *to = &r->o->to, *output = &r->o->output;
	struct texts tag = r->o->tag.n ? r->o->tag : (struct texts){ &r->built.recipe.name, 1 };
	str *line = op_new(r->op, str, tag.n + to->n + output->n), name, file;
	ptrdiff_t n = 0;
	int rc = line ? 0 : r->op->code;

	for (ptrdiff_t k = 0; rc == 0 && kept && k < tag.n; k++) {
		rc = store_name(r->op, tag.p[k], &name);
		if (rc == 0)
			rc = op_text(r->op, &line[n++], "%.*s in the store", STR_ARG(name));
	}
	for (ptrdiff_t k = 0; rc == 0 && kept && k < to->n; k++)
		line[n++] = to->p[k];
	for (ptrdiff_t k = 0; rc == 0 && k < output->n; k++) {
		rc = report_file(r->op, output->p[k], o, i, &file);
		if (rc == 0 && file.len)
			line[n++] = file;
	}
	o->written = (struct texts){ line, n };
	return rc;
}

static int fill_locked(struct run *r, str *ret)
{
	static const char *const what[] = { [BUILD_LOCK_FOUND] = "",
					    [BUILD_LOCK_MADE] =
						    " is new: commit it beside the recipe",
					    [BUILD_LOCK_REFRESHED] =
						    " was stale, and is made anew" };

	return op_text(r->op, ret, "%.*s%s", STR_ARG(r->built.lock_path),
		       what[r->built.lock_state]);
}

static int fill_run(struct run *r, bool kept)
{
	str locked;
	int rc = fill_locked(r, &locked);

	for (ptrdiff_t i = 0; rc == 0 && i < r->built.n; i++) {
		struct outcome *o = &r->built.outcome[i];
		o->locked = locked;
		rc = fill_written(r, kept, i, o);
		if (rc == 0)
			rc = build_next(r->op, r->o, r->cli->operand.p[0], first_name(r), kept, o);
	}
	return rc;
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
	buf_fmt(&b,
		"  %s\nnothing has changed: the proof holds, its tests %s; -v shows all of it\n",
		digest_text(&r->built.image.digest, digest),
		r->built.tested ? "passed" : "have not run");
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
	int absent = rc;
	if (rc >= 0)
		rc = buf_take(&b, &text);
	if (r->cli->out.tty)
		progress_rub(&r->progress);
	if (rc == 0)
		rc = term_write(r->op, &r->cli->out, text);
	return rc < 0 ? rc : absent;
}

static int report(struct run *r)
{
	if (r->cli->out.tty)
		progress_rub(&r->progress);
	progress_clear(&r->progress);
	return report_outputs(r->op, r->cli, &r->o->output, r->built.outcome, r->built.n,
			      r->o->verbose, r->o->progress.quiet);
}

static void tell_lock(struct run *r)
{
	if (r->built.lock_state == BUILD_LOCK_FOUND)
		return;
	progress_step(&r->progress, "lock");
	if (r->built.lock_state == BUILD_LOCK_MADE)
		progress_done(&r->progress,
			      "there was none: wrote %.*s; commit it beside the recipe",
			      STR_ARG(r->built.lock_path));
	else
		progress_done(&r->progress, "it was stale: refreshed %.*s",
			      STR_ARG(r->built.lock_path));
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
	return op_fail(
		r->op, ERR_NO,
		"%.*s: %td check%s of the proof and %td test%s failed; the image was not named",
		STR_ARG(r->built.recipe.name), check_n, check_n == 1 ? "" : "s", test_n,
		test_n == 1 ? "" : "s");
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
		rc = fill_run(r, proven && tested);
	if (rc == 0)
		rc = report(r);
	return rc < 0 || (proven && tested) ? rc : say_no(r);
}

int verb_build_run(struct op *op, const struct cli *cli, const void *options)
{
	__attribute__((cleanup(run_done))) struct run r = {
		.op = op,
		.cli = cli,
		.o = options,
		.store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 }
	};
	int rc = report_check(op, &r.o->output);

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
