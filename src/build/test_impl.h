/*
 * test_impl: what the files of test share. Not for others: see test.h.
 */
#ifndef BUILD_TEST_IMPL_H
#define BUILD_TEST_IMPL_H

#include "base/vec.h"
#include "oci/image_tree.h"

#include "test.h"
#include "test_runtime.h"

/* The room that containers of one image need: made when the first is wanted, removed at the end. */
struct test_room {
	bool tried;
	str path; /* private directory, absolute; empty: none was made */
	int fd;   /* of it, or -1 */
	str root; /* the unpacked image, absolute */
	struct test_runtime runtime;
	str why_not;       /* why no container can run here; empty: they can */
	uint32_t uid, gid; /* of the image's user */
	str home;
	int serial; /* of the last set of writable directories */
};
void test_room_done(struct test_room *room);

struct test_session {
	struct op *op;
	const struct store *store;
	const struct image *image;
	struct image_tree tree;
	struct test_room room;
	VEC(struct outcome_test) test;
};

/* What is wrong with a test, line by line; nothing: it passed. */
struct test_complaints {
	VEC(str) line;
};
int test_complain(struct op *op, struct test_complaints *c, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;

/* Complain of every pattern that text should match and does not, and the other way round. */
int test_complain_match(struct op *op, struct test_complaints *c, const struct test_match *match,
			str text, const char *what) MUST_USE;

/* Put down the outcome: failed with the complaints, or passed. */
int test_record(struct test_session *s, str name, int64_t start_ms,
		const struct test_complaints *c) MUST_USE;
int test_record_skipped(struct test_session *s, str name, str why) MUST_USE;

/* Everything of `tests` that needs a container. */
int test_run_commands(struct test_session *s, const struct tests *tests) MUST_USE;
int test_run_server(struct test_session *s, const struct tests *tests) MUST_USE;

/*
 * test_room_enter(s): make the room. 0 also when no container can run: see room.why_not.
 * test_room_bundle(s, tests, env, words, ret): the bundle for one more set of writable
 * directories; the same bundle may be run several times. test_room_leave(s) removes the
 * directories again. test_room_process(): a bundle without directories, for one more process in a
 * container that runs.
 */
int test_room_enter(struct test_session *s) MUST_USE;
int test_room_bundle(struct test_session *s, const struct tests *tests, const struct pairs *env,
		     const struct texts *words, struct test_bundle *ret) MUST_USE;
int test_room_process(struct test_session *s, const struct tests *tests, const struct pairs *env,
		      const struct texts *words, struct test_bundle *ret) MUST_USE;
void test_room_leave(struct test_session *s);

#endif
