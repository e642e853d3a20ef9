/* temper build: what its options (verb_build.c) make it do. */
#include <stdio.h>

#include "base/num.h"
#include "base/vec.h"
#include "build/proof.h"
#include "build_dockerfile.h"
#include "build_findings.h"
#include "build_next.h"
#include "build_report.h"
#include "build_run.h"
#include "many.h"
#include "report/why.h"
#include "sys/clock.h"

struct run {
	struct op *op;
	const struct cli *cli;
	const struct build_options *o;
	const struct store *store;
	struct session *session;
	str recipe;
	bool among; /* other recipes: one line tells of it, not a report */
	struct progress progress;
	struct built built;
	struct database db; /* of advisories; the findings of `built` alias it */
	struct texts tag;   /* what the image is called: at least one */
	struct buf
		*names; /* of several recipes: who waits for them all gives the names; else NULL */
};

/* Its names: as they were given, ":TAG" behind the recipe's own, or the recipe's. */
static int find_names(struct run *r)
{
	const struct texts *given = &r->o->tag;
	str *tag = op_new(r->op, str, given->n + 1);
	int rc = tag ? 0 : r->op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < given->n; i++) {
		tag[i] = given->p[i];
		if (str_starts(tag[i], S(":")))
			rc = op_text(r->op, &tag[i], "%.*s%.*s", STR_ARG(r->built.recipe.name),
				     STR_ARG(given->p[i]));
	}
	if (rc == 0 && given->n == 0)
		tag[0] = r->built.recipe.name;
	r->tag = (struct texts){ tag, given->n ? given->n : 1 };
	return rc;
}

static int build(struct run *r)
{
	struct build_source source = source_of(&r->o->source, r->recipe);
	struct build_voice voice = voice_of(&r->progress);
	struct build_wish wish = { .locked = r->o->locked, .tested = !r->o->no_test };

	wish.whole = r->o->why.len || r->o->verbose || r->o->output.n;
	source.session = r->session;
	source.compression = r->o->compression;
	source.platforms = r->o->platform;
	source.all_platforms = r->o->all_platforms;
	int rc = build_image(r->op, r->store, &source, &wish, &voice, &r->built);
	return rc < 0 ? rc : find_names(r);
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
	int rc = image_get(r->op, r->store, &o->manifest, S(""), &image);
	if (rc)
		return rc < 0 ? rc : op_fail(r->op, ERR_IO, "the image vanished from the store");
	return test_image(r->op, r->store, &image, r->built.tests, r->built.tests_n, &o->test,
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

/* One way out; a directory of archives gets one of the image's name. */
static int write_to(struct run *r, str to)
{
	str place = to, scheme = str_cut(&place, ':'), file = to;
	const char *ext = str_eq(scheme, S("oci-archive"))      ? "oci.tar"
			  : str_eq(scheme, S("docker-archive")) ? "docker.tar"
								: NULL;
	int rc = ext ? report_place(r->op, place, r->built.recipe.name, ext, &place) : 0;

	if (rc == 0 && ext)
		rc = op_text(r->op, &file, "%.*s:%.*s", STR_ARG(scheme), STR_ARG(place));
	if (rc < 0)
		return rc;
	progress_step(&r->progress, "write");
	rc = r->among ? image_export_among(r->op, r->store, &r->built.image.digest, r->tag.p[0],
					   file)
		      : image_export(r->op, r->store, &r->built.image.digest, r->tag.p[0], file);
	if (rc == 0)
		progress_done(&r->progress, "%.*s", STR_ARG(file));
	return rc;
}

/* One line: name, kind, digest, size. */
static void put_name(struct buf *b, const struct store_image *image)
{
	char digest[DIGEST_TEXT];

	buf_fmt(b, "%.*s %.*s %s %llu\n", STR_ARG(image->name), STR_ARG(image->media_type),
		digest_text(&image->digest, digest), (unsigned long long)image->size);
}

static int publish(struct run *r)
{
	struct store_image image = { .media_type = r->built.image.media_type,
				     .digest = r->built.image.digest,
				     .size = r->built.image.size };
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < r->tag.n; i++) {
		image.name = r->tag.p[i];
		if (r->names)
			put_name(r->names, &image);
		else
			rc = store_image_put(r->op, r->store, &image);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < r->o->to.n; i++)
		rc = write_to(r, r->o->to.p[i]);
	return rc;
}

/* What the image and its reports were written as. */
static int fill_written(struct run *r, bool kept, ptrdiff_t i, struct outcome *o)
{
	const struct texts *to = &r->o->to, *output = &r->o->output;
	const struct texts tag = r->tag;
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
			rc = build_next(r->op, r->o, r->recipe, r->tag.p[0], kept, o);
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
			      r->o->verbose, r->o->progress.quiet || (r->among && !r->o->verbose));
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

static void put_failed(struct buf *b, str name, str detail, const struct text_style *style)
{
	if (name.len)
		buf_add(b, style->utf8 ? S("✘ ") : S("! "));
	text_safe(b, name);
	buf_add(b, name.len ? S("\n") : S(""));
	while (detail.len) {
		buf_add(b, S("  "));
		text_safe(b, str_cut(&detail, '\n'));
		buf_char(b, '\n');
	}
}

/* Where no report follows: which checks and tests they were, and why. */
static int say_failed(struct run *r)
{
	struct text_style style = style_of(&r->cli->err, false);
	struct buf b;
	str text;

	buf_init(&b, r->op, 1 << 20);
	for (ptrdiff_t i = 0; i < r->built.n; i++) {
		const struct outcome *o = &r->built.outcome[i];
		for (ptrdiff_t c = 0; c < o->check_n; c++) {
			if (o->check[c].ok)
				continue;
			put_failed(&b, o->check[c].name, o->check[c].summary, &style);
			for (ptrdiff_t d = 0; d < o->check[c].detail.n; d++)
				put_failed(&b, S(""), o->check[c].detail.p[d], &style);
		}
		for (ptrdiff_t t = 0; t < o->test_n; t++)
			if (o->test[t].verdict == VERDICT_FAILED)
				put_failed(&b, o->test[t].name, o->test[t].detail, &style);
	}
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(r->op, &r->cli->err, text);
}

/* Of several recipes nobody looks at them unless a report is written. */
static int find_findings(struct run *r)
{
	bool told = r->o->output.n || r->o->verbose || !(r->among || r->o->progress.quiet);
	int rc = told ? database_open(r->op, r->o->source.db, &r->db) : 1;

	return rc ? (rc < 0 ? rc : 0) : build_findings(r->op, r->store, &r->db, &r->built);
}

static int judge(struct run *r)
{
	bool proven = all_proven(&r->built), tested, skipped;
	int rc = test_all(r, &tested, &skipped);

	if (rc == 0 && proven && tested)
		rc = publish(r);
	if (rc == 0 && proven && tested)
		rc = build_remember(r->op, r->store, &r->built, !skipped);
	if (rc == 0)
		rc = find_findings(r);
	if (rc == 0)
		rc = fill_run(r, proven && tested);
	if (rc == 0)
		rc = report(r);
	if (rc == 0 && r->among && !(proven && tested))
		rc = say_failed(r);
	return rc < 0 || (proven && tested) ? rc : say_no(r);
}

/* 0, or a positive exit code that has been explained, or an error. */
static int run_one(struct run *r)
{
	int rc = build(r);

	if (rc < 0) {
		progress_fail(&r->progress);
		return rc;
	}
	if (r->built.unchanged) {
		progress_clear(&r->progress);
		rc = publish(r);
		return rc < 0 || r->among ? rc : say_unchanged(r);
	}
	tell_lock(r);
	return r->o->why.len ? say_why(r) : judge(r);
}

/* Of several */

static void fill_what(const struct run *r, struct many_row *row)
{
	static const char *const lock[] = { [BUILD_LOCK_FOUND] = "",
					    [BUILD_LOCK_MADE] = "; its lock is new",
					    [BUILD_LOCK_REFRESHED] = "; its lock is refreshed" };
	ptrdiff_t passed = 0, skipped = 0;
	char left[32] = "";

	for (ptrdiff_t i = 0; i < r->built.n && !r->built.unchanged; i++) {
		const struct outcome *o = &r->built.outcome[i];
		passed += test_count(o->test, o->test_n, VERDICT_PASSED);
		skipped += test_count(o->test, o->test_n, VERDICT_SKIPPED);
	}
	if (skipped)
		(void)snprintf(left, sizeof(left), ", %td skipped", skipped);
	if (r->built.unchanged)
		(void)snprintf(row->what, sizeof(row->what), "unchanged");
	else if (r->o->no_test || passed + skipped == 0)
		(void)snprintf(row->what, sizeof(row->what), "%s%s",
			       r->o->no_test ? "not tested" : "no tests",
			       lock[r->built.lock_state]);
	else
		(void)snprintf(row->what, sizeof(row->what), "%td test%s passed%s%s", passed,
			       passed == 1 ? "" : "s", left, lock[r->built.lock_state]);
}

/*
 * Names are given in lots: the store's index.json is written whole each time, which for each image
 * of many would grow with the square of their number.
 */
enum { LOT = 64, LOT_MS = 1000 };

struct names {
	const struct build_options *o;
	struct op own; /* of those that wait */
	VEC(struct store_image) wait;
	int64_t given_ms;
};

static int give_names(struct op *op, struct many *m)
{
	struct names *n = m->arg;
	int rc = n->wait.n ? store_images_put(op, &m->store, n->wait.p, n->wait.n) : 0;

	op_done(&n->own);
	n->wait.p = NULL;
	n->wait.n = n->wait.cap = 0;
	n->given_ms = clock_monotonic_ms();
	return rc;
}

static int hear_names(struct op *op, struct many *m, str more)
{
	struct names *n = m->arg;

	while (more.len) {
		str line = str_cut(&more, '\n'), copy;
		struct store_image *image = vec_push(&n->own, &n->wait);
		if (!image || op_copy(&n->own, line, &copy) < 0)
			return op_adopt_error(op, &n->own);
		*image = (struct store_image){ .name = str_cut(&copy, ' ') };
		image->media_type = str_cut(&copy, ' ');
		MUST(digest_parse(str_cut(&copy, ' '), &image->digest) &&
		     num_parse(copy, INT64_MAX, &image->size));
	}
	return n->wait.n >= LOT || clock_monotonic_ms() - n->given_ms >= LOT_MS ? give_names(op, m)
										: 0;
}

static int one_of_many(struct op *own, const struct many *m, const struct cli *cli, str recipe,
		       struct many_row *row, struct buf *more)
{
	struct run r = { .op = own,
			 .cli = cli,
			 .o = ((const struct names *)m->arg)->o,
			 .store = &m->store,
			 .session = m->session,
			 .recipe = recipe,
			 .among = true,
			 .names = more,
			 .db = { .dir = -1 } };

	progress_init(&r.progress, &cli->err, S(""), true);
	int rc = run_one(&r);
	database_close(&r.db);
	if (rc < 0)
		return rc;
	many_row_fill(row, &r.built);
	fill_what(&r, row);
	return 0;
}

/* What speaks of one image has no sense for several. */
static int check_several(struct op *op, const struct cli *cli, const struct build_options *o)
{
	if (o->why.len)
		return many_refuse(op, cli, "--why", "asks about one image");
	if (o->source.lock.len)
		return many_refuse(op, cli, "--lock", "names one lock");
	for (ptrdiff_t i = 0; i < o->tag.n; i++)
		if (!str_starts(o->tag.p[i], S(":")))
			return many_refuse(op, cli, "--tag",
					   "names one image (:TAG tags each under its own name)");
	for (ptrdiff_t i = 0; i < o->to.n; i++) {
		str place = o->to.p[i], scheme = str_cut(&place, ':');
		bool daemon = str_eq(scheme, S("docker")) || str_eq(scheme, S("podman"));
		bool layout = str_eq(scheme, S("oci-dir")) || str_eq(scheme, S("oci"));
		if (daemon && place.len)
			return many_refuse(op, cli,
					   scheme.p[0] == 'd' ? "--to docker:NAME"
							      : "--to podman:NAME",
					   "names one image");
		if (layout && str_rfind(place, ':') > str_rfind(place, '/') &&
		    str_rfind(place, ':') < place.len - 1)
			return many_refuse(op, cli, "--to oci-dir:DIR:TAG", "names one image");
	}
	return 0;
}

/* What is wrong with the command line is said before an hour of work, not after it. */
static int check(struct op *op, const struct cli *cli, const struct build_options *o)
{
	bool several = cli->operand.n > 1;
	int rc = several ? check_several(op, cli, o) : 0;

	if (rc == 0)
		rc = report_check(op, &o->output, several);
	for (ptrdiff_t i = 0; rc == 0 && i < o->to.n; i++) {
		str place = o->to.p[i], scheme = str_cut(&place, ':'), option;
		rc = image_export_check(op, o->to.p[i]);
		if (rc < 0 || !str_ends(scheme, S("-archive")))
			continue;
		rc = op_text(op, &option, "--to %.*s", STR_ARG(o->to.p[i]));
		if (rc == 0 && (several || str_ends(place, S("/"))))
			rc = report_place_check(op, place, several, option);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < o->tag.n; i++) {
		str tag = o->tag.p[i], name = tag;
		if (str_starts(tag, S(":")))
			rc = op_text(op, &name, "x%.*s", STR_ARG(tag));
		if (rc == 0 && store_name(op, name, &name) < 0) {
			op_forgive(op);
			rc = op_fail(op, ERR_USAGE, "'%.*s' is not an image name like nginx:1.28",
				     STR_ARG(tag));
		}
	}
	return rc;
}

static bool prints(const struct texts *output)
{
	for (ptrdiff_t i = 0; i < output->n; i++)
		if (str_find(output->p[i], '=') < 0)
			return true;
	return false;
}

static int run_alone(struct op *op, const struct cli *cli, const struct build_options *o)
{
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	AUTO_SESSION *session = NULL;
	struct run r = { .op = op,
			 .cli = cli,
			 .o = o,
			 .store = &store,
			 .recipe = cli->operand.p[0],
			 .db = { .dir = -1 } };
	int rc = store_open(op, o->source.store, &store);

	if (rc < 0 || (rc = session_open(op, &store, o->source.effects, &session)) < 0)
		return rc;
	r.session = session;
	progress_init(&r.progress, &cli->err, o->progress.progress, o->progress.quiet);
	rc = run_one(&r);
	database_close(&r.db);
	return rc;
}

int verb_build_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct build_options *o = options;
	struct names names = { .o = o, .given_ms = clock_monotonic_ms() };
	struct many m = { .cli = cli,
			  .source = &o->source,
			  .progress = &o->progress,
			  .table = !o->progress.quiet && !o->verbose && !prints(&o->output),
			  .one = one_of_many,
			  .more = hear_names,
			  .end = give_names,
			  .arg = &names };
	if (build_is_dockerfile(cli, o))
		return build_dockerfile(op, cli, o);
	int rc = build_no_dockerfile(op, o);
	if (rc == 0)
		rc = check(op, cli, o);
	if (rc < 0)
		return rc;
	if (cli->operand.n == 1)
		return run_alone(op, cli, o);
	op_init(&names.own, 0);
	rc = many_run(op, &m);
	op_done(&names.own);
	return rc;
}
