#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "layout.h"
#include "store.h"
#include "sys/clock.h"

enum {
	HEX = DIGEST_HEX - 1,
	GRACE = 3600, /* seconds for which a file that somebody may be writing is left alone */
};

struct prune {
	const struct store *store;
	str *name; /* [n]: what is in blobs/sha256, sorted */
	ptrdiff_t n;
	bool *needed;   /* [n] */
	bool *by_image; /* [n]: needed by an image, not only by a record */
	bool keep_records, shared, dry_run;
	int64_t now;
	struct store_pruned *count;
};

static bool is_hex(str s)
{
	struct digest d;

	return s.len == HEX && digest_parse(s, &d);
}

/* The next digest that a text mentions, off its front: its hex digits, or the empty view. */
static str next_mention(str *in)
{
	for (ptrdiff_t at; (at = str_find_str(*in, S("sha256:"))) >= 0;) {
		str hex = str_head(str_from(*in, at + 7), HEX);
		*in = str_from(*in, at + 7);
		if (is_hex(hex))
			return hex;
	}
	return S("");
}

static ptrdiff_t find_blob(const struct prune *p, str hex)
{
	str *at = p->n ? bsearch(&hex, p->name, (size_t)p->n, sizeof(str), str_qsort) : NULL;

	return at ? at - p->name : -1;
}

/*
 * Mark all that a text reached from index.json mentions, and what the JSON blobs among them do.
 * Recursion ends at STORE_MENTION_DEPTH and at marked blobs.
 */
static int mark_text(struct op *op, struct prune *p, str text, int depth)
{
	for (str hex; (hex = next_mention(&text)).len;) {
		ptrdiff_t i = find_blob(p, hex);
		if (i < 0 || p->by_image[i])
			continue;
		p->needed[i] = p->by_image[i] = true;
		struct op_mark mark = op_mark(op);
		AUTO_FD fd = -1;
		struct stat st;
		char first = 0;
		str inner;
		if (depth == 0 || file_open(op, p->store->blobs, hex, &fd) != 0 ||
		    fstat(fd, &st) < 0 || st.st_size > LIMIT_CONFIG ||
		    pread(fd, &first, 1, 0) != 1 || first != '{')
			continue;
		int rc = file_read_fd(op, fd, hex, LIMIT_CONFIG, &inner);
		if (rc < 0 || (rc = mark_text(op, p, inner, depth - 1)) < 0)
			return rc;
		op_reset(op, mark);
	}
	return op->code;
}

static int mark_images(struct op *op, struct prune *p)
{
	str text;
	int rc = file_read(op, p->store->dir, S("index.json"), LIMIT_MANIFEST, &text);

	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "%.*s/index.json is missing",
			       STR_ARG(p->store->path));
	return rc < 0 ? rc : mark_text(op, p, text, STORE_MENTION_DEPTH);
}

static bool is_young(const struct prune *p, const struct stat *st)
{
	return st->st_mtim.tv_sec > p->now - GRACE;
}

static int drop(struct op *op, struct prune *p, int dirfd, str name, uint64_t *count)
{
	struct stat st;

	if (fstatat(dirfd, name.p, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : op_fail_errno(op, "cannot examine %s", name.p);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (!p->dry_run && unlinkat(dirfd, name.p, 0) < 0 && errno != ENOENT)
		return op_fail_errno(op, "cannot delete %s", name.p);
	*count += 1;
	p->count->bytes += (uint64_t)st.st_size;
	return 0;
}

/* What a writer left behind: tmp-..., older than the grace. */
static int drop_temporary(struct op *op, struct prune *p, int dirfd, str name)
{
	struct stat st;
	uint64_t files = 0;

	if (fstatat(dirfd, name.p, &st, AT_SYMLINK_NOFOLLOW) < 0 || is_young(p, &st))
		return 0;
	return drop(op, p, dirfd, name, &files);
}

static int sweep_temporary(struct op *op, struct prune *p, int dirfd)
{
	str *name = NULL;
	ptrdiff_t n = 0;
	int rc = dir_list(op, dirfd, S("the store"), &name, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		if (str_starts(name[i], S("tmp-")))
			rc = drop_temporary(op, p, dirfd, name[i]);
	return rc;
}

/* Does the record stay? If so, all that it mentions is needed. */
static bool keep_record(struct prune *p, str text)
{
	bool any = false, alive = false, wanted = false;

	for (str rest = text, hex; (hex = next_mention(&rest)).len;) {
		ptrdiff_t i = find_blob(p, hex);
		any = true;
		alive |= i >= 0;
		wanted |= i >= 0 && p->by_image[i];
	}
	if (!(wanted || (p->keep_records && (alive || !any))))
		return false;
	for (str rest = text, hex; (hex = next_mention(&rest)).len;) {
		ptrdiff_t i = find_blob(p, hex);
		if (i >= 0)
			p->needed[i] = true;
	}
	return true;
}

static int sweep_record(struct op *op, struct prune *p, int dirfd, str name)
{
	AUTO_FD fd = -1;
	struct stat st;
	str text;
	int rc = file_open(op, dirfd, name, &fd);

	if (rc)
		return rc < 0 ? rc : 0;
	if (fstat(fd, &st) < 0)
		return op_fail_errno(op, "cannot examine %s", name.p);
	bool grace = p->shared && is_young(p, &st);
	if (!S_ISREG(st.st_mode))
		return 0;
	if ((rc = file_read_fd(op, fd, name, LIMIT_LOCK, &text)) < 0)
		return rc;
	return keep_record(p, text) || grace ? 0 : drop(op, p, dirfd, name, &p->count->records);
}

static int sweep_kind(struct op *op, struct prune *p, str kind)
{
	AUTO_FD dir = -1;
	str *name = NULL;
	ptrdiff_t n = 0;
	int rc = dir_open(op, p->store->keys, kind, false, &dir);

	if (rc < 0 || (rc = sweep_temporary(op, p, dir)) < 0 ||
	    (rc = dir_list(op, dir, kind, &name, &n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct op_mark mark = op_mark(op);
		if (is_hex(name[i]))
			rc = sweep_record(op, p, dir, name[i]);
		op_reset(op, mark);
	}
	return rc;
}

static int sweep_records(struct op *op, struct prune *p)
{
	str *kind = NULL;
	ptrdiff_t n = 0;
	int rc = dir_list(op, p->store->keys, S("keys"), &kind, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = sweep_kind(op, p, kind[i]);
	return rc;
}

static int sweep_blobs(struct op *op, struct prune *p)
{
	for (ptrdiff_t i = 0; i < p->n; i++) {
		struct stat st;
		if (p->needed[i] || !is_hex(p->name[i]) ||
		    fstatat(p->store->blobs, p->name[i].p, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    (p->shared && is_young(p, &st)))
			continue;
		int rc = drop(op, p, p->store->blobs, p->name[i], &p->count->blobs);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int prune_locked(struct op *op, struct prune *p)
{
	int rc = dir_list(op, p->store->blobs, S("blobs"), &p->name, &p->n);

	if (rc < 0)
		return rc;
	p->needed = op_new(op, bool, p->n);
	p->by_image = op_new(op, bool, p->n);
	if (!p->needed || !p->by_image)
		return op->code;
	if ((rc = mark_images(op, p)) < 0 || (rc = sweep_records(op, p)) < 0 ||
	    (rc = sweep_blobs(op, p)) < 0 || (rc = sweep_temporary(op, p, p->store->tmp)) < 0)
		return rc;
	return sweep_temporary(op, p, p->store->dir);
}

int store_prune(struct op *op, const struct store *s, bool keep_packages, bool dry_run,
		struct store_pruned *ret)
{
	struct store_pruned count = { 0 };
	AUTO_FD lock = -1;
	int rc = layout_lock_file(op, s->dir, "lock", F_WRLCK, &lock);

	if (rc < 0)
		return rc;
	/* Alone: nobody opens the store until this is done. Else what others may need stays. */
	int shared = layout_relock(op, s->use, "use", F_WRLCK, false);
	if (shared < 0)
		return shared;
	struct prune p = { .store = s,
			   .keep_records = keep_packages || shared,
			   .shared = shared,
			   .dry_run = dry_run,
			   .now = clock_now(),
			   .count = &count };
	rc = prune_locked(op, &p);
	int back = layout_relock(op, s->use, "use", F_RDLCK, true);
	if (rc < 0 || back < 0)
		return rc < 0 ? rc : back;
	*ret = count;
	return 0;
}
