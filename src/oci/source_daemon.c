/* Images that an engine has: it writes them into a file without a name, which is an archive. */
#include "daemon.h"
#include "source_parts.h"

struct note {
	const struct source_wish *wish;
	const char *step;
};

static void note(void *arg, uint64_t done, uint64_t total)
{
	const struct note *n = arg;

	n->wish->note(n->wish->arg, n->step, done, total);
}

/* What the engine knows and the archive does not. */
static void add_names(struct source *s, const struct daemon_saved *saved)
{
	for (ptrdiff_t i = 0; i < s->image_n; i++) {
		struct subject *subject = &s->image[i].subject;
		subject->repo_digests = saved->repo_digests;
		if (saved->tags.n)
			subject->tags = saved->tags;
		if (saved->repo_digests.n)
			subject->reference = saved->repo_digests.p[0];
		subject->version = S("");
		for (ptrdiff_t k = 0; k < subject->tags.n && !subject->version.len; k++) {
			str tag = subject->tags.p[k];
			ptrdiff_t colon = str_rfind(tag, ':');
			if (colon > str_rfind(tag, '/'))
				subject->version = str_from(tag, colon + 1);
		}
	}
}

static int from_daemon(struct op *op, struct source_ask *a, str name, enum daemon_kind kind)
{
	AUTO_FD fd = -1;
	struct note to = { a->wish, daemon_names[kind] };
	const struct daemon_wish wish = { .platform = a->wish->platform,
					  .all = a->wish->all_platforms,
					  .casual = a->casual,
					  .note = a->wish->note ? note : NULL,
					  .arg = &to };
	struct daemon_saved saved = { 0 };
	str what;
	int rc = op_text(op, &what, "%s:%.*s", daemon_names[kind], STR_ARG(name));

	if (rc < 0 || (rc = source_temp(op, &fd)) < 0 ||
	    (rc = daemon_save(op, kind, name, &wish, fd, &saved, &a->why)) < 0)
		return rc;
	a->idle = rc == DAEMON_NOBODY;
	if (rc > 0)
		return 1;
	if ((rc = box_of_archive(op, fd, what, &a->s->open->box)) > 0)
		return op_fail(op, ERR_FORMAT, "%.*s: the engine gives no archive of an image",
			       STR_ARG(what));
	/* Any name in it is the image's: only this one was asked for. */
	if (rc < 0 || (rc = source_keep_fd(op, a->s, &fd)) < 0 ||
	    (rc = source_from_box(op, a, S(""))) < 0)
		return rc;
	add_names(a->s, &saved);
	return 0;
}

int source_from_docker(struct op *op, struct source_ask *a, str name)
{
	return from_daemon(op, a, name, DAEMON_DOCKER);
}

int source_from_podman(struct op *op, struct source_ask *a, str name)
{
	return from_daemon(op, a, name, DAEMON_PODMAN);
}

int source_from_containerd(struct op *op, struct source_ask *a, str name)
{
	return from_daemon(op, a, name, DAEMON_CONTAINERD);
}
