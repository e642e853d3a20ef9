/* Tests that need a container: commands, and what is asked of a server. */
#include <poll.h>

#include "sys/clock.h"
#include "sys/interrupt.h"

#include "test_http.h"
#include "test_impl.h"

enum {
	SHOWN_MAX = 1500, /* bytes of an output that a failed test shows */
	PAUSE_MS = 200,   /* between two attempts at an exec test */
};

/* The tail of an output, for the reader of a failure. */
static int show(struct op *op, struct test_complaints *c, const char *what, str text)
{
	text = str_trim(text);
	if (text.len == 0)
		return 0;
	bool cut = text.len > SHOWN_MAX;
	text = str_from(text, text.len - SHOWN_MAX);
	return test_complain(op, c, "%s%s: %.*s", what, cut ? " (its end)" : "", STR_ARG(text));
}

/* One word of a setup or teardown list, in a container of its own. */
static int run_aside(struct test_session *s, struct test_complaints *c, struct test_bundle *bundle,
		     const struct test_argv *argv, ptrdiff_t n, const char *what)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		struct test_run run;
		bundle->argv = argv[i].words;
		int rc = test_runtime_run(s->op, &s->room.runtime, bundle, TEST_COMMAND_MS,
					  TEST_OUTPUT_MAX, &run);
		if (rc < 0)
			return rc;
		str name = argv[i].words.p[0];
		if (!run.started)
			rc = test_complain(s->op, c, "%s: %.*s did not start: %.*s", what,
					   STR_ARG(name), STR_ARG(run.why));
		else if (run.timed_out || run.status)
			rc = test_complain(s->op, c, "%s: %.*s ended with %d: %.*s", what,
					   STR_ARG(name), run.status, STR_ARG(str_trim(run.err)));
		if (rc < 0 || c->line.n)
			return rc;
	}
	return 0;
}

static int judge(struct op *op, struct test_complaints *c, const struct test_command *want,
		 const struct test_run *run)
{
	int rc = 0;

	if (!run->started)
		return test_complain(op, c, "it did not start: %.*s", STR_ARG(run->why));
	if (run->timed_out)
		rc = test_complain(op, c, "it did not end in %d s", want->timeout_s);
	else if (run->status != want->exit_code)
		rc = test_complain(op, c, "the exit code is %d and not %d", run->status,
				   want->exit_code);
	if (rc == 0)
		rc = test_complain_match(op, c, &want->out, run->out, "standard output");
	if (rc == 0)
		rc = test_complain_match(op, c, &want->err, run->err, "standard error");
	if (rc < 0 || c->line.n == 0)
		return rc;
	rc = show(op, c, "standard output", run->out);
	return rc < 0 ? rc : show(op, c, "standard error", run->err);
}

static int run_command(struct test_session *s, const struct tests *tests,
		       const struct test_command *want)
{
	struct test_complaints c = { 0 };
	struct test_bundle bundle = { 0 };
	struct test_run run;
	int64_t start = clock_monotonic_ms();
	int rc = test_room_bundle(s, tests, &want->env, &want->words, &bundle);

	if (rc == 0)
		rc = run_aside(s, &c, &bundle, want->setup, want->setup_n, "setup");
	if (rc == 0 && c.line.n == 0) {
		bundle.argv = want->words;
		rc = test_runtime_run(s->op, &s->room.runtime, &bundle, TEST_COMMAND_MS,
				      TEST_OUTPUT_MAX, &run);
		if (rc == 0)
			rc = judge(s->op, &c, want, &run);
	}
	struct test_complaints after = { 0 };
	if (rc == 0)
		rc = run_aside(s, &after, &bundle, want->teardown, want->teardown_n, "teardown");
	for (ptrdiff_t i = 0; rc == 0 && i < after.line.n; i++)
		rc = test_complain(s->op, &c, "%.*s", STR_ARG(after.line.p[i]));
	test_room_leave(s);
	return rc < 0 ? rc : test_record(s, want->name, start, &c);
}

/* Why no container of these tests can run; empty: they can. */
static str why_not(const struct test_session *s, const struct tests *tests)
{
	if (s->room.why_not.len || !tests->own_user || s->room.uid == 0 ||
	    !s->room.runtime.user_namespace)
		return s->room.why_not;
	return S("what runs here refuses to be root, and a caller who is not root cannot give it "
		 "another user");
}

int test_run_commands(struct test_session *s, const struct tests *tests)
{
	int rc = test_room_enter(s);
	str why = rc < 0 ? S("") : why_not(s, tests);

	for (ptrdiff_t i = 0; rc == 0 && i < tests->command_n; i++) {
		if (why.len)
			rc = test_record_skipped(s, tests->command[i].name, why);
		else
			rc = run_command(s, tests, &tests->command[i]);
	}
	return rc;
}

static int judge_answer(struct op *op, struct test_complaints *c, const struct test_http *want,
			const struct test_response *got)
{
	const struct test_match headers = { want->expected_headers, { 0 } };
	int rc = 0;

	if (got->status != want->status)
		rc = test_complain(op, c, "the status is %d and not %d", got->status, want->status);
	if (rc == 0)
		rc = test_complain_match(op, c, &headers, got->headers, "the header");
	if (rc == 0)
		rc = test_complain_match(op, c, &want->text, got->body, "the body");
	return rc < 0 || c->line.n == 0 ? rc : show(op, c, "the body", got->body);
}

/* What became of the server, after a test that failed. */
static int show_server(struct test_session *s, struct test_container *server,
		       struct test_complaints *c)
{
	str output;
	int rc = 0;

	if (test_container_gone(server))
		rc = test_complain(s->op, c, "the server ended with exit code %d", server->status);
	if (rc == 0)
		rc = test_container_output(s->op, server, SHOWN_MAX + 1, &output);
	return rc < 0 ? rc : show(s->op, c, "the server's output", output);
}

/* Run the command in the server until it comes out as told, the time is up or the server gone. */
static int run_exec(struct test_session *s, const struct tests *tests,
		    struct test_container *server, const struct test_command *want)
{
	struct test_complaints c = { 0 };
	struct test_bundle bundle = { 0 };
	struct test_run run;
	int64_t start = clock_monotonic_ms(), deadline = start + want->timeout_s * INT64_C(1000);
	int rc = test_room_process(s, tests, &want->env, &want->words, &bundle);

	while (rc == 0) {
		struct op_mark mark = op_mark(s->op);
		c = (struct test_complaints){ 0 };
		rc = test_container_exec(s->op, server, &bundle, want->timeout_s * INT64_C(1000),
					 TEST_OUTPUT_MAX, &run);
		if (rc == 0)
			rc = judge(s->op, &c, want, &run);
		if (rc < 0 || c.line.n == 0 || clock_monotonic_ms() + PAUSE_MS >= deadline ||
		    test_container_gone(server))
			break;
		if (interrupt_noted())
			return op_fail(s->op, ERR_IO, "interrupted");
		op_reset(s->op, mark);
		(void)poll(NULL, 0, PAUSE_MS);
	}
	if (rc == 0 && c.line.n)
		rc = show_server(s, server, &c);
	return rc < 0 ? rc : test_record(s, want->name, start, &c);
}

static int run_request(struct test_session *s, struct test_container *server,
		       const struct test_http *want)
{
	struct test_complaints c = { 0 };
	struct test_response got;
	int64_t start = clock_monotonic_ms();
	str why = { 0 };
	int rc = test_http_fetch(s->op, server->init, s->room.runtime.user_namespace, want,
				 test_container_gone, server, &got, &why);

	if (rc == 0)
		rc = judge_answer(s->op, &c, want, &got);
	else if (rc == 1)
		rc = test_complain(s->op, &c, "port %u: %.*s", want->port, STR_ARG(why));
	if (rc == 0 && c.line.n)
		rc = show_server(s, server, &c);
	return rc < 0 ? rc : test_record(s, want->name, start, &c);
}

/* The image's own entrypoint and command. */
static int server_words(struct test_session *s, struct texts *ret)
{
	const struct texts *part[] = { &s->image->config.entrypoint, &s->image->config.cmd };
	str *p = op_new(s->op, str, part[0]->n + part[1]->n);
	ptrdiff_t n = 0;

	if (!p)
		return s->op->code;
	for (int k = 0; k < 2; k++)
		for (ptrdiff_t i = 0; i < part[k]->n; i++)
			p[n++] = part[k]->p[i];
	*ret = (struct texts){ p, n };
	return 0;
}

static int fail_all(struct test_session *s, const struct tests *tests, str why)
{
	struct test_complaints c = { 0 };
	int rc = test_complain(s->op, &c, "the server did not start: %.*s", STR_ARG(why));

	for (ptrdiff_t i = 0; rc == 0 && i < tests->exec_n; i++)
		rc = test_record(s, tests->exec[i].name, clock_monotonic_ms(), &c);
	for (ptrdiff_t i = 0; rc == 0 && i < tests->http_n; i++)
		rc = test_record(s, tests->http[i].name, clock_monotonic_ms(), &c);
	return rc;
}

static int with_server(struct test_session *s, const struct tests *tests)
{
	struct texts words;
	struct test_bundle bundle;
	AUTO_TEST_CONTAINER server = { 0 };
	str why = { 0 };
	int rc = server_words(s, &words);

	if (rc == 0 && words.n == 0)
		return fail_all(s, tests, S("the image has neither entrypoint nor command"));
	if (rc == 0)
		rc = test_room_bundle(s, tests, NULL, &words, &bundle);
	if (rc == 0)
		rc = test_container_start(s->op, &s->room.runtime, &bundle, &server, &why);
	if (rc == 1)
		return fail_all(s, tests, why);
	for (ptrdiff_t i = 0; rc == 0 && i < tests->exec_n; i++)
		rc = run_exec(s, tests, &server, &tests->exec[i]);
	for (ptrdiff_t i = 0; rc == 0 && i < tests->http_n; i++)
		rc = run_request(s, &server, &tests->http[i]);
	return rc;
}

int test_run_server(struct test_session *s, const struct tests *tests)
{
	int rc = test_room_enter(s);
	str why = rc < 0 ? S("") : why_not(s, tests);

	for (ptrdiff_t i = 0; rc == 0 && why.len && i < tests->exec_n; i++)
		rc = test_record_skipped(s, tests->exec[i].name, why);
	for (ptrdiff_t i = 0; rc == 0 && why.len && i < tests->http_n; i++)
		rc = test_record_skipped(s, tests->http[i].name, why);
	if (rc < 0 || why.len)
		return rc;
	rc = with_server(s, tests); /* stopped by now: its directories may go */
	test_room_leave(s);
	return rc;
}
