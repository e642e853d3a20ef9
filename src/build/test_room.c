/* The private directory in which an image is unpacked and its containers run. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/num.h"
#include "codec/tar.h"

#include "test_impl.h"

enum {
	SPARE = 64 << 20, /* bytes left over beside twice the image */
	PASSWD_MAX = 1 << 20,
	EXPANDED_MAX = 1 << 20, /* bytes of a variable's value */
};

/* What a process may write to besides the image's volumes. */
static const str writable[] = { S_INIT("/tmp"), S_INIT("/run") };

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void test_room_done(struct test_room *room)
{
	AUTO_OP op;

	op_init(&op, 0);
	fd_close(&room->fd);
	if (room->path.len)
		(void)dir_remove(&op, AT_FDCWD, room->path);
	room->path = S("");
}

static uint64_t room_needed(const struct image_tree *t)
{
	uint64_t sum = SPARE;

	for (ptrdiff_t i = 0; i < t->n; i++)
		if (t->entry[i].type == ENTRY_FILE)
			sum += 2 * (t->entry[i].size + 4096);
	return sum;
}

/* A new directory where there is room and programs may be started (/dev/shm of a container is
 * mostly noexec), or ERR_IO. */
static int make_place(struct test_session *s)
{
	const char *base[] = { getenv("TMPDIR"), "/dev/shm", "/tmp" };
	uint64_t need = room_needed(&s->tree);
	char size[NUM_SIZE_TEXT];

	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		struct statvfs st;
		str path;
		if (!base[i] || base[i][0] != '/' || statvfs(base[i], &st) < 0 ||
		    st.f_bavail * st.f_frsize < need || (st.f_flag & ST_NOEXEC))
			continue;
		int rc = op_text(s->op, &path, "%s/temper-test-XXXXXX", base[i]);
		if (rc < 0)
			return rc;
		if (!mkdtemp((char *)(uintptr_t)path.p))
			continue;
		s->room.path = path;
		return dir_open(s->op, AT_FDCWD, path, false, &s->room.fd);
	}
	return op_fail(s->op, ERR_IO,
		       "no %s of room to unpack and run the image in $TMPDIR, /dev/shm or /tmp",
		       num_size_text(need, size));
}

static int unpack(struct test_session *s)
{
	int rc = op_text(s->op, &s->room.root, "%.*s/root", STR_ARG(s->room.path));

	if (rc < 0)
		return rc;
	if (mkdirat(s->room.fd, "root", 0755) < 0)
		return op_fail_errno(s->op, "cannot make %.*s", STR_ARG(s->room.root));
	AUTO_FD root = openat(s->room.fd, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || fchmod(root, 0755) < 0)
		return op_fail_errno(s->op, "cannot open %.*s", STR_ARG(s->room.root));
	rc = image_tree_unpack(s->op, s->store, s->image, root, geteuid() == 0);
	return rc == 1 ? op_fail(s->op, ERR_IO, "the image is not whole in the store") : rc;
}

/* The fields of the line of passwd or group whose field `at` is key; field[7]. */
static bool account(str text, int at, str key, str field[7])
{
	while (text.p) {
		str line = str_cut(&text, '\n');
		for (int i = 0; i < 7; i++)
			field[i] = str_cut(&line, ':');
		if (field[0].len && str_eq(field[at], key))
			return true;
	}
	return false;
}

static int read_accounts(struct test_session *s, str path, str *ret)
{
	const struct entry *e = image_tree_find(&s->tree, path);

	*ret = S("");
	if (!e || (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK) || e->size > PASSWD_MAX)
		return 0;
	return image_tree_content(s->op, s->store, s->image, &s->tree, e, PASSWD_MAX, ret);
}

/* The image's user as numbers, and its home. Source: OCI image-spec config.md, "User". */
static int find_user(struct test_session *s)
{
	str group = s->image->config.user, user = str_cut(&group, ':'), passwd, groups, field[7];
	uint64_t uid = 0, gid = 0;
	bool named = user.len && !num_parse(user, UINT32_MAX, &uid);
	int rc = read_accounts(s, S("etc/passwd"), &passwd);

	if (rc == 0)
		rc = read_accounts(s, S("etc/group"), &groups);
	if (rc < 0)
		return rc;
	bool known = account(passwd, named ? 0 : 2, user.len ? user : S("0"), field);
	if (named && (!known || !num_parse(field[2], UINT32_MAX, &uid)))
		return op_text(s->op, &s->room.why_not,
			       "the image's user '%.*s' has no account in it", STR_ARG(user));
	if (known && !num_parse(field[3], UINT32_MAX, &gid))
		gid = 0;
	s->room.home = known && field[5].len ? field[5] : S("/");
	if (group.len && !num_parse(group, UINT32_MAX, &gid) &&
	    (!account(groups, 0, group, field) || !num_parse(field[2], UINT32_MAX, &gid)))
		return op_text(s->op, &s->room.why_not, "the image's group '%.*s' is not in it",
			       STR_ARG(group));
	s->room.uid = (uint32_t)uid;
	s->room.gid = (uint32_t)gid;
	return 0;
}

int test_room_enter(struct test_session *s)
{
	const struct platform *host = platform_host();
	str arch = s->image->config.architecture, why;

	if (s->room.tried)
		return 0;
	s->room.tried = true;
	if (!host || !str_eq(arch, str_of(host->oci_arch)))
		return op_text(s->op, &s->room.why_not,
			       "the image is for %.*s and this machine is %s", STR_ARG(arch),
			       host ? host->oci_arch : "another");
	int rc = find_user(s);
	if (rc < 0 || s->room.why_not.len)
		return rc;
	rc = make_place(s);
	if (rc == 0)
		rc = test_runtime_find(s->op, s->room.fd, s->room.path, &s->room.runtime, &why);
	if (rc == 1)
		return op_text(s->op, &s->room.why_not,
			       "no OCI runtime starts a container here (%.*s)", STR_ARG(why));
	return rc < 0 ? rc : unpack(s);
}

/* $NAME and ${NAME} in a value are variables of the image's. */
static int expand(struct op *op, const struct map *env, str in, str *ret)
{
	struct buf b;

	buf_init(&b, op, EXPANDED_MAX);
	while (in.len) {
		bool braces = in.len > 1 && in.p[1] == '{';
		ptrdiff_t start = braces ? 2 : 1, end = start;
		while (end < in.len &&
		       ((in.p[end] | 0x20) >= 'a' && (in.p[end] | 0x20) <= 'z'
				? true
				: in.p[end] == '_' ||
					  (end > start && in.p[end] >= '0' && in.p[end] <= '9')))
			end++;
		bool closed = !braces || (end < in.len && in.p[end] == '}');
		if (in.p[0] != '$' || end == start || !closed) {
			buf_char(&b, in.p[0]);
			in = str_from(in, 1);
			continue;
		}
		const str *value = map_get(env, str_from(str_head(in, end), start));
		buf_add(&b, value ? *value : S(""));
		in = str_from(in, braces ? end + 1 : end);
	}
	return buf_take(&b, ret);
}

static int set_variable(struct map *env, str key, str value)
{
	str *slot = op_new(env->op, str, 1);

	if (!slot)
		return env->op->code;
	*slot = value;
	return map_put(env, key, slot);
}

static int set_variables(struct map *env, const struct pairs *pairs)
{
	for (ptrdiff_t i = 0; i < pairs->n; i++) {
		str value;
		int rc = expand(env->op, env, pairs->p[i].value, &value);
		if (rc == 0)
			rc = set_variable(env, pairs->p[i].key, value);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* PATH and HOME unless the image sets them, the image's, those for all tests, those of the test. */
static int environment(struct test_session *s, const struct tests *tests, const struct pairs *own,
		       struct texts *ret)
{
	struct map env;
	int rc;

	map_init(&env, s->op);
	rc = set_variable(&env, S("PATH"), str_of(default_path));
	if (rc == 0)
		rc = set_variable(&env, S("HOME"), s->room.home);
	for (ptrdiff_t i = 0; rc == 0 && i < s->image->config.env.n; i++) {
		str value = s->image->config.env.p[i], key = str_cut(&value, '=');
		rc = set_variable(&env, key, value);
	}
	if (rc == 0)
		rc = set_variables(&env, &tests->env);
	if (rc == 0 && own)
		rc = set_variables(&env, own);
	str *line = rc < 0 ? NULL : op_new(s->op, str, env.n);
	if (!line)
		return s->op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < env.n; i++)
		rc = op_text(s->op, &line[i], "%.*s=%.*s", STR_ARG(env.item[i].key),
			     STR_ARG(*(str *)env.item[i].value));
	*ret = (struct texts){ line, env.n };
	return rc;
}

/* Give a new directory or file the owner that it has in the image, as far as the caller may. */
static int own(struct op *op, int dirfd, const char *path, uint32_t uid, uint32_t gid,
	       uint32_t mode)
{
	bool failed = geteuid() == 0 && fchownat(dirfd, path, uid, gid, AT_SYMLINK_NOFOLLOW) < 0;

	if (failed || (mode != UINT32_MAX && fchmodat(dirfd, path, mode & 01777, 0) < 0))
		return op_fail_errno(op, "cannot set the owner of %s", path);
	return 0;
}

/* Write one entry of the image again, at to in the room: what a volume holds at first. */
static int copy_entry(struct test_session *s, const struct entry *e, const char *to)
{
	str link, from, bytes;
	int rc = 0;

	switch (e->type) {
	case ENTRY_DIRECTORY:
		if (mkdirat(s->room.fd, to, 0700) < 0)
			return op_fail_errno(s->op, "cannot make %s", to);
		return own(s->op, s->room.fd, to, e->uid, e->gid, e->mode);
	case ENTRY_SYMLINK:
		rc = op_copy(s->op, e->link, &link);
		if (rc == 0 && symlinkat(link.p, s->room.fd, to) < 0)
			return op_fail_errno(s->op, "cannot make %s", to);
		return rc < 0 ? rc : own(s->op, s->room.fd, to, e->uid, e->gid, UINT32_MAX);
	case ENTRY_FILE:
	case ENTRY_HARDLINK:
		break;
	}
	rc = op_text(s->op, &from, "root/%.*s", STR_ARG(e->path));
	if (rc == 0)
		rc = file_read(s->op, s->room.fd, from, LIMIT_CAPTURE, &bytes);
	if (rc != 0)
		return rc < 0 ? rc
			      : op_fail(s->op, ERR_IO, "%.*s was not unpacked", STR_ARG(e->path));
	AUTO_FD fd = openat(s->room.fd, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return op_fail_errno(s->op, "cannot write %s", to);
	rc = file_write(s->op, fd, from, bytes);
	return rc < 0 ? rc : own(s->op, s->room.fd, to, e->uid, e->gid, e->mode);
}

/* A fresh directory for one path of the container, with what the image has there. */
static int make_writable(struct test_session *s, str path, bool volume, const char *to)
{
	char space[LIMIT_PATH];
	str clean;
	const struct entry *at = tar_clean(path, space, &clean) && clean.len
					 ? image_tree_find(&s->tree, clean)
					 : NULL;
	struct entry fresh = { .type = ENTRY_DIRECTORY,
			       .mode = volume ? 0755 : 01777,
			       .uid = s->room.uid,
			       .gid = s->room.gid };
	bool known = at && at->type == ENTRY_DIRECTORY;

	if (known && volume)
		fresh = *at;
	int rc = copy_entry(s, &fresh, to);
	if (rc < 0 || !known)
		return rc;
	for (ptrdiff_t i = at - s->tree.entry + 1; rc == 0 && i < s->tree.n; i++) {
		const struct entry *e = &s->tree.entry[i];
		struct op_mark mark = op_mark(s->op);
		str below;
		if (!str_starts(e->path, at->path) || e->path.len <= at->path.len ||
		    e->path.p[at->path.len] != '/')
			break;
		rc = op_text(s->op, &below, "%s%.*s", to, STR_ARG(str_from(e->path, at->path.len)));
		if (rc == 0)
			rc = copy_entry(s, e, below.p);
		op_reset(s->op, mark);
	}
	return rc;
}

/*
 * May a directory be mounted there? Not over what the kernel provides, nor over the root: what is
 * masked and made read-only there would be an image's own. A link to nothing may lead there later.
 */
static bool may_mount(const struct image_tree *t, str path)
{
	static const str kernels[] = { S_INIT("proc"), S_INIT("sys"), S_INIT("dev") };
	char space[LIMIT_PATH];
	const struct entry *e = NULL;
	str at;

	if (!str_starts(path, S("/")) || !tar_clean(path, space, &path))
		return false;
	for (at = path; at.len && !(e = image_tree_find(t, at)); at = str_dir_name(at))
		if (image_tree_find_link(t, at))
			return false;
	str real = e && e->path.len ? e->path
				    : str_from(path, at.len + (at.len > 0 && at.len < path.len));
	str top = str_cut(&real, '/');
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (str_eq(top, kernels[i]))
			return false;
	return top.len > 0;
}

static int make_mounts(struct test_session *s, struct test_bundle *b)
{
	const struct texts *volumes = &s->image->config.volumes;
	ptrdiff_t fixed = (ptrdiff_t)(sizeof(writable) / sizeof(writable[0]));
	char set[32];
	str to;

	s->room.serial++;
	(void)snprintf(set, sizeof(set), "writable-%d", s->room.serial);
	if (mkdirat(s->room.fd, set, 0755) < 0)
		return op_fail_errno(s->op, "cannot make %.*s/%s", STR_ARG(s->room.path), set);
	if (!(b->mount = op_new(s->op, struct test_mount, fixed + volumes->n)))
		return s->op->code;
	for (ptrdiff_t i = 0; i < fixed + volumes->n; i++) {
		str path = i < fixed ? writable[i] : volumes->p[i - fixed];
		if (!may_mount(&s->tree, path))
			continue;
		struct test_mount *m = &b->mount[b->mount_n++];
		*m = (struct test_mount){ .destination = path, .writable = true };
		int rc = op_text(s->op, &m->source, "%.*s/%s/%td", STR_ARG(s->room.path), set, i);
		if (rc == 0)
			rc = op_text(s->op, &to, "%s/%td", set, i);
		if (rc == 0)
			rc = make_writable(s, path, i >= fixed, to.p);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int test_room_process(struct test_session *s, const struct tests *tests, const struct pairs *env,
		      const struct texts *words, struct test_bundle *ret)
{
	str dir = s->image->config.work_dir;
	struct test_bundle b = {
		.root = s->room.root,
		.argv = *words,
		.cwd = str_starts(dir, S("/")) ? dir : S("/"),
		.uid = s->room.uid,
		.gid = s->room.gid,
		.platform = platform_host(),
	};
	int rc = environment(s, tests, env, &b.env);

	if (rc == 0)
		*ret = b;
	return rc;
}

int test_room_bundle(struct test_session *s, const struct tests *tests, const struct pairs *env,
		     const struct texts *words, struct test_bundle *ret)
{
	struct test_bundle b;
	int rc = test_room_process(s, tests, env, words, &b);

	if (rc == 0)
		rc = make_mounts(s, &b);
	if (rc == 0)
		*ret = b;
	return rc;
}

void test_room_leave(struct test_session *s)
{
	AUTO_OP op;
	char set[32];

	op_init(&op, 0);
	(void)snprintf(set, sizeof(set), "writable-%d", s->room.serial);
	(void)dir_remove(&op, s->room.fd, str_of(set));
}
