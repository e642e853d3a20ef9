/*
 * Running buildah. Below the store's directory:
 *
 *	buildah/storage-TIME, run-TIME  its storage: intermediate layers are its cache, which knows nothing
 *	                                of the time that files get, so that each time has one
 *	buildah/work-XXXXXX             of one build: the Dockerfile, images for it, what it wrote
 *
 * It works in the last one, for it makes names of images of the paths that it is given, which must
 * then be such as images can have.
 */
#include "buildah.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/secrets.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "oci/layout.h"
#include "sys/clock.h"
#include "sys/interrupt.h"
#include "sys/proc.h"

enum {
	OUTPUT_MAX = 16 << 20,  /* bytes of what a build prints that are kept */
	VERSION_MS = 30 * 1000, /* it may take to say its version */
	IMAGE_MS = 600 * 1000,  /* or to take an image in */
	BUILD_MS = 6 * 3600 * 1000,
	SUBID_MAX = 1 << 20,
	STALE_S = 2 * 86400,
	SAID_LINES = 10,        /* of a command that fails that are told */
	MASKED_MAX = 256 << 10, /* bytes of its output that they are looked for in */
	HEREDOC_MAJOR = 1,      /* the first version that reads heredocs */
	HEREDOC_MINOR = 33,
};

typedef VEC(const char *) words;

struct building {
	struct op *op;
	const struct store *store;
	const struct buildah_wish *wish;
	struct buildah_built *built;
	str place, work; /* directories: below the store, and of this build */
	int64_t time;    /* of what is new */
	str bytes;       /* the Dockerfile */
	str dockerignore;
	const char *driver, *driver_option; /* NULL: as it finds itself */
};

/* Words of a command */

static int add(struct building *b, words *w, const char *word)
{
	const char **to = vec_push(b->op, w);

	if (!to)
		return b->op->code;
	*to = word;
	return 0;
}

static int add_text(struct building *b, words *w, const char *option, str value)
{
	const char *text = op_cstr(b->op, value);

	return !text || add(b, w, option) < 0 ? b->op->code : add(b, w, text);
}

static int add_texts(struct building *b, words *w, const char *option, const struct texts *list)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (add_text(b, w, option, list->p[i]) < 0)
			return b->op->code;
	return 0;
}

static int begin(struct building *b, words *w)
{
	str root, run;

	/* A time that was asked for comes once: nothing of it is kept. */
	str kept = b->wish->timestamp < 0 ? b->place : b->work;
	if (op_text(b->op, &root, "%.*s/storage-%lld", STR_ARG(kept), (long long)b->time) < 0 ||
	    op_text(b->op, &run, "%.*s/run-%lld", STR_ARG(kept), (long long)b->time) < 0 ||
	    add(b, w, "buildah") < 0 || add_text(b, w, "--root", root) < 0 ||
	    add_text(b, w, "--runroot", run) < 0)
		return b->op->code;
	if (b->driver && (add(b, w, "--storage-driver") < 0 || add(b, w, b->driver) < 0))
		return b->op->code;
	if (b->driver_option && (add(b, w, "--storage-opt") < 0 || add(b, w, b->driver_option) < 0))
		return b->op->code;
	return 0;
}

static int run(struct building *b, words *w, int64_t ms, bool heard, struct proc_result *ret)
{
	struct proc_spec spec = { .timeout_ms = ms, .output_max = OUTPUT_MAX };

	if (add(b, w, NULL) < 0 || (b->work.len && !(spec.dir = op_cstr(b->op, b->work))))
		return b->op->code;
	spec.argv = w->p;
	if (heard) {
		spec.heard = b->wish->heard;
		spec.arg = b->wish->arg;
	}
	int rc = proc_run(b->op, &spec, ret);
	if (rc > 0)
		return op_fail(b->op, ERR_IO,
			       "a Dockerfile is built by buildah, which is not installed: "
			       "apt-get install buildah");
	return rc;
}

/* The last line that says something. */
static str last_line(str text)
{
	str best = S("");

	while (text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len)
			best = line;
	}
	return best;
}

/* Before the build */

static int check_version(struct building *b)
{
	const struct dockerfile *d = &b->built->dockerfile;
	uint64_t major = 0, minor = 0;
	struct proc_result got;
	words w = { 0 };

	if (add(b, &w, "buildah") < 0 || add(b, &w, "--version") < 0 ||
	    run(b, &w, VERSION_MS, false, &got) < 0)
		return b->op->code;
	str said = got.out, version;
	(void)str_word(&said);
	(void)str_word(&said);
	str rest = version = str_word(&said);
	if (!num_parse(str_cut(&rest, '.'), 1000, &major) ||
	    !num_parse(str_cut(&rest, '.'), 1000, &minor))
		return 0; /* it says it otherwise: what it cannot do it will tell */
	bool reads = major > HEREDOC_MAJOR || (major == HEREDOC_MAJOR && minor >= HEREDOC_MINOR);
	for (ptrdiff_t i = 0; !reads && i < d->step_n; i++)
		if (d->step[i].heredoc_n)
			return op_fail(b->op, ERR_USAGE,
				       "%.*s:%d: heredocs need buildah %d.%d or later, and this is "
				       "%.*s: join commands by &&, or COPY a file",
				       STR_ARG(d->path), d->step[i].line, HEREDOC_MAJOR,
				       HEREDOC_MINOR, STR_ARG(version));
	return 0;
}

/* Has this user a range of ids in /etc/subuid? */
static bool has_ids(struct building *b)
{
	const struct passwd *me = getpwuid(getuid());
	str text, number;

	if (file_read(b->op, AT_FDCWD, S("/etc/subuid"), SUBID_MAX, &text) != 0 ||
	    op_text(b->op, &number, "%u", (unsigned)getuid()) < 0) {
		op_forgive(b->op);
		return false;
	}
	while (text.p) {
		str line = str_cut(&text, '\n'), who = str_cut(&line, ':');
		if (who.len && (str_eq(who, number) || (me && str_eq(who, str_of(me->pw_name)))))
			return true;
	}
	return false;
}

/* What buildah's storage rests on: root's is what the kernel has; others' is plain directories, which
 * give the same layers as root's. */
static void choose_driver(struct building *b)
{
	if (getuid() == 0 || getenv("STORAGE_DRIVER"))
		return;
	b->driver = "vfs";
	if (!has_ids(b))
		b->driver_option = "vfs.ignore_chown_errors=true";
}

static int find_dockerfile(struct building *b, str *ret)
{
	static const char *const names[] = { "Dockerfile", "Containerfile" };
	str context = b->wish->context;

	if (b->wish->file.len) {
		*ret = b->wish->file;
		return 0;
	}
	for (size_t i = 0; i < 2; i++) {
		if (op_text(b->op, ret, "%.*s%s%s", STR_ARG(context),
			    str_ends(context, S("/")) ? "" : "/", names[i]) < 0)
			return b->op->code;
		if (faccessat(AT_FDCWD, ret->p, R_OK, 0) == 0)
			return 0;
	}
	return op_fail(b->op, ERR_USAGE, "%.*s has no Dockerfile: name it with -f",
		       STR_ARG(context));
}

/* "NAME=VALUE"s as pairs; of a name alone the value that this process has. */
static int arguments(struct building *b, struct pairs *ret)
{
	const struct texts *list = &b->wish->build_args;
	struct pair *p = op_new(b->op, struct pair, list->n);
	ptrdiff_t n = 0;

	if (!p)
		return b->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		str value = list->p[i], name = str_cut(&value, '=');
		const char *own = value.p ? NULL : op_cstr(b->op, name);
		if (b->op->code)
			return b->op->code;
		if (own && !(own = getenv(own)))
			continue;
		p[n++] = (struct pair){ name, own ? str_of(own) : value };
	}
	*ret = (struct pairs){ p, n };
	return 0;
}

static int read_dockerfile(struct building *b)
{
	struct pairs args;
	str path;

	if (find_dockerfile(b, &path) < 0 ||
	    file_read_user(b->op, path, LIMIT_DOCUMENT, &b->bytes) < 0 ||
	    dockerfile_parse(b->op, path, b->bytes, &b->built->dockerfile) < 0 ||
	    arguments(b, &args) < 0 ||
	    dockerfile_resolve(b->op, &b->built->dockerfile, &args, b->wish->target) < 0)
		return b->op->code;
	if (b->built->dockerfile.target < 0)
		return op_fail(b->op, ERR_USAGE, "%.*s has no FROM", STR_ARG(path));
	if (op_text(b->op, &b->dockerignore, "%.*s.dockerignore", STR_ARG(path)) < 0)
		return b->op->code;
	if (faccessat(AT_FDCWD, b->dockerignore.p, R_OK, 0) != 0)
		b->dockerignore = S("");
	return 0;
}

/* Places */

static int absolute(struct building *b, str path, str *ret)
{
	const char *given = op_cstr(b->op, path);
	char *real = given ? realpath(given, NULL) : NULL;

	if (!given)
		return b->op->code;
	if (!real)
		return op_fail(b->op, ERR_USAGE, "there is no %.*s", STR_ARG(path));
	int rc = op_copy(b->op, str_of(real), ret);
	free(real);
	return rc;
}

/* What builds that were killed have left: nobody builds for two days. What cannot be removed stays. */
static int clean(struct building *b, int place)
{
	ptrdiff_t n;
	str *name;
	int rc = dir_list(b->op, place, b->place, &name, &n);

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct stat st;
		if (str_starts(name[i], S("work-")) &&
		    fstatat(place, name[i].p, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtime < clock_now() - STALE_S && dir_remove(b->op, place, name[i]) < 0)
			op_forgive(b->op);
	}
	return rc;
}

static int make_work(struct building *b)
{
	AUTO_FD fd = -1;
	str work;

	if (op_text(b->op, &b->place, "%.*s/buildah", STR_ARG(b->store->path)) < 0 ||
	    dir_open(b->op, AT_FDCWD, b->place, true, &fd) < 0 || clean(b, fd) < 0 ||
	    op_text(b->op, &work, "%.*s/work-XXXXXX", STR_ARG(b->place)) < 0)
		return b->op->code;
	if (!mkdtemp((char *)(uintptr_t)work.p))
		return op_fail_errno(b->op, "cannot make a directory in %.*s", STR_ARG(b->place));
	b->work = work;
	return 0;
}

static int write_file(struct building *b, const char *name, str bytes)
{
	AUTO_FD fd = -1;
	int rc = dir_open(b->op, AT_FDCWD, b->work, false, &fd);

	return rc < 0 ? rc : file_replace(b->op, fd, str_of(name), bytes, 0600);
}

/* An OCI layout of one image, whose blobs are the store's. */
static int make_layout(struct building *b, const struct buildah_image *image, str name)
{
	struct layout_entry entry = { .media_type = image->image.manifest.media_type,
				      .digest = image->image.manifest.digest,
				      .size = image->image.manifest.size,
				      .ref_name = S("x") };
	AUTO_FD fd = -1;
	str path, index, blobs;

	if (op_text(b->op, &path, "%.*s/%.*s", STR_ARG(b->work), STR_ARG(name)) < 0 ||
	    dir_open(b->op, AT_FDCWD, path, true, &fd) < 0 ||
	    layout_index_text(b->op, &entry, &index) < 0 ||
	    op_text(b->op, &blobs, "%.*s/blobs", STR_ARG(b->store->path)) < 0 ||
	    file_replace(b->op, fd, S("index.json"), index, 0600) < 0 ||
	    file_replace(b->op, fd, S("oci-layout"), layout_mark, 0600) < 0)
		return b->op->code;
	if (symlinkat(blobs.p, fd, "blobs") < 0)
		return op_fail_errno(b->op, "cannot make a link in %.*s", STR_ARG(path));
	return 0;
}

/* Into buildah's storage, unless it is there. */
static int bring(struct building *b, const struct buildah_image *image)
{
	words ask = { 0 }, pull = { 0 };
	struct proc_result got;
	str name, from, full;

	if (buildah_name(b->op, image, &name) < 0 ||
	    op_text(b->op, &full, "localhost/%.*s", STR_ARG(name)) < 0 ||
	    op_text(b->op, &from, "oci:%.*s:x", STR_ARG(name)) < 0 || begin(b, &ask) < 0 ||
	    add(b, &ask, "images") < 0 || add_text(b, &ask, "-q", full) < 0 ||
	    run(b, &ask, IMAGE_MS, false, &got) < 0)
		return b->op->code;
	if (got.status == 0 && str_trim(got.out).len)
		return 0;
	if (make_layout(b, image, name) < 0 || begin(b, &pull) < 0 || add(b, &pull, "pull") < 0 ||
	    add(b, &pull, "-q") < 0 ||
	    add_text(b, &pull, "--signature-policy", S("policy.json")) < 0 ||
	    add_text(b, &pull, "--", from) < 0 || run(b, &pull, IMAGE_MS, false, &got) < 0)
		return b->op->code;
	return got.status == 0 ? 0
			       : op_fail(b->op, ERR_IO, "buildah does not take %.*s: %.*s",
					 STR_ARG(image->name), STR_ARG(last_line(got.err)));
}

/* The build */

/* "id=x,src=FILE": the file is the caller's, from where the caller stands. */
static int add_secret(struct building *b, words *w, str secret)
{
	struct buf out;
	str rest = secret, text;

	buf_init(&out, b->op, LIMIT_DOCUMENT);
	while (rest.p) {
		str value = str_cut(&rest, ','), whole = value, key = str_cut(&value, '=');
		bool file = str_eq(key, S("src")) || str_eq(key, S("source"));
		if (file && absolute(b, value, &value) < 0)
			return b->op->code;
		if (out.len)
			buf_char(&out, ',');
		if (file)
			buf_add(&out, S("src="));
		buf_add(&out, file ? value : whole);
	}
	return buf_take(&out, &text) < 0 ? b->op->code : add_text(b, w, "--secret", text);
}

/* Where commands of a RUN are run. Chroot works everywhere, in containers too; it has the network of
 * this machine, so who wants none needs the other one. */
static int add_isolation(struct building *b, words *w)
{
	const struct buildah_wish *o = b->wish;
	const char *environment = getenv("BUILDAH_ISOLATION");
	bool apart = str_eq(o->network, S("none")) || str_eq(o->network, S("private"));
	str isolation = o->isolation.len ? o->isolation
			: environment    ? str_of(environment)
			: !apart         ? S("chroot")
			: getuid() == 0  ? S("oci")
					 : S("rootless");

	if (add_text(b, w, "--isolation", isolation) < 0 ||
	    (o->network.len && add_text(b, w, "--network", o->network) < 0))
		return b->op->code;
	return str_eq(isolation, S("chroot")) || !proc_exists("runc")
		       ? 0
		       : add_text(b, w, "--runtime", S("runc"));
}

static int command(struct building *b, words *w)
{
	const struct buildah_wish *o = b->wish;
	static const char *const fixed[] = { "build",
					     "--force-rm",
					     "--layers",
					     "--pull-never",
					     "--identity-label=false",
					     "--format",
					     "docker",
					     "--signature-policy",
					     "policy.json",
					     "--iidfile",
					     "id",
					     "--file",
					     "Dockerfile" };
	str context, stamp;

	if (begin(b, w) < 0)
		return b->op->code;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (add(b, w, fixed[i]) < 0)
			return b->op->code;
	if (op_text(b->op, &stamp, "%lld", (long long)b->time) < 0 ||
	    add_text(b, w, "--timestamp", stamp) < 0 || add_isolation(b, w) < 0 ||
	    add_texts(b, w, "--build-arg", &o->build_args) < 0 ||
	    add_texts(b, w, "--label", &o->labels) < 0)
		return b->op->code;
	for (ptrdiff_t i = 0; i < o->secrets.n; i++)
		if (add_secret(b, w, o->secrets.p[i]) < 0)
			return b->op->code;
	if ((o->target.len && add_text(b, w, "--target", o->target) < 0) ||
	    (o->platform.len && add_text(b, w, "--platform", o->platform) < 0) ||
	    (o->no_cache && add(b, w, "--no-cache") < 0))
		return b->op->code;
	if (b->dockerignore.len && (absolute(b, b->dockerignore, &context) < 0 ||
				    add_text(b, w, "--ignorefile", context) < 0))
		return b->op->code;
	return absolute(b, o->context, &context) < 0 ? b->op->code : add_text(b, w, "--", context);
}

/* Texts that are the same but for blanks. */
static bool same_words(str a, str b)
{
	while (a.len || b.len)
		if (!str_eq(str_word(&a), str_word(&b)))
			return false;
	return true;
}

/* `Error: building at STEP "RUN x": exit status 1`: the step, and what is wrong with it. */
static const struct dockerfile_step *failed_step(const struct dockerfile *d, str line, str *ret_why)
{
	str mark = S("building at STEP \"");
	ptrdiff_t at = str_find_str(line, mark);

	*ret_why = str_from(line, str_starts(line, S("Error: ")) ? 7 : 0);
	if (at < 0)
		return NULL;
	str rest = str_from(line, at + mark.len);
	ptrdiff_t end = str_find_str(rest, S("\": "));
	if (end < 0)
		return NULL;
	*ret_why = str_from(rest, end + 3);
	for (ptrdiff_t i = 0; i < d->step_n; i++)
		if (same_words(d->step[i].source, str_head(rest, end)))
			return &d->step[i];
	return NULL;
}

/* Is a line the failed command's, and not one of buildah's own words? */
static bool is_printed(str line)
{
	return line.len && !str_starts(line, S("Error: ")) &&
	       !str_starts(line, S("subprocess exited")) && !str_starts(line, S("time=\""));
}

/* The last lines of what it printed, without secrets, as built->said; the last of them as *ret. */
static int printed(struct building *b, str err, str *ret)
{
	const struct texts none = { 0 };
	struct secrets *secrets;
	str text = str_from(err, err.len > MASKED_MAX ? err.len - MASKED_MAX : 0);
	VEC(str) line = { 0 };

	*ret = S("");
	if (text.len < err.len)
		(void)str_cut(&text, '\n'); /* it may begin within a secret */
	/* What cannot be masked is not shown. */
	if (secrets_open(b->op, &none, &none, &secrets) < 0 ||
	    secrets_mask(b->op, secrets, text, &text) < 0) {
		op_forgive(b->op);
		return 0;
	}
	while (text.p) {
		str one = str_trim(str_cut(&text, '\n'));
		str *to = is_printed(one) ? vec_push(b->op, &line) : NULL;
		if (!to && b->op->code)
			return b->op->code;
		if (to)
			*to = one;
	}
	ptrdiff_t more = line.n > SAID_LINES ? line.n - SAID_LINES : 0;
	b->built->said = (struct texts){ line.p + more, line.n - more };
	*ret = line.n ? line.p[line.n - 1] : S("");
	return 0;
}

static int say_failed(struct building *b, const struct proc_result *got)
{
	const struct dockerfile *d = &b->built->dockerfile;
	str why, said;
	const struct dockerfile_step *s = failed_step(d, last_line(got->err), &why);
	const struct dockerfile_stage *stage = s && s->stage >= 0 ? &d->stage[s->stage] : NULL;

	ptrdiff_t copier =
		str_find_str(why, S("}: copier: ")); /* its whole request stands before it */
	if (copier >= 0)
		why = str_from(why, copier + 3);
	if (s && b->driver_option && str_find_str(why, S("chown")) >= 0)
		return op_fail(
			b->op, ERR_USAGE,
			"%.*s:%d: nothing can belong to another user here, for you have no ids "
			"in /etc/subuid: have a range added (usermod --add-subuids "
			"100000-165535 and --add-subgids), or build as root",
			STR_ARG(d->path), s->line);
	if (got->timed_out)
		return op_fail(b->op, ERR_IO, "%.*s: buildah took longer than %d hours",
			       STR_ARG(d->path), BUILD_MS / 3600 / 1000);
	if (s && str_find_str(got->err, S("/bin/sh: no such file")) >= 0)
		return op_fail(
			b->op, ERR_USAGE,
			"%.*s:%d: RUN needs a shell, and %.*s has none: run it in an earlier "
			"stage, from a -dev image, and COPY --from what it makes",
			STR_ARG(d->path), s->line, STR_ARG(stage ? stage->base : S("the base")));
	if (printed(b, got->err, &said) < 0)
		return b->op->code;
	if (s)
		return op_fail(b->op, ERR_IO, "%.*s:%d: %.*s: %.*s%s%.*s", STR_ARG(d->path),
			       s->line, STR_ARG(str_head(s->source, 200)), STR_ARG(why),
			       said.len ? ": " : "", STR_ARG(str_head(said, 400)));
	return op_fail(b->op, ERR_IO, "%.*s: buildah: %.*s%s%.*s", STR_ARG(d->path),
		       STR_ARG(why.len ? why : S("it failed and says nothing")),
		       said.len ? ": " : "", STR_ARG(str_head(said, 400)));
}

static int64_t time_of(const struct building *b)
{
	const struct buildah_image *base = b->built->base;
	int64_t time = b->wish->timestamp >= 0 ? b->wish->timestamp
		       : base                  ? base->image.config.created
					       : 0;

	return time > 0 ? time : 0;
}

/* A storage that is not kept: an ordinary user's has files of others, which buildah alone can remove. */
static void forget(struct building *b)
{
	struct proc_result got;
	words w = { 0 };

	if (getuid() != 0 && b->wish->timestamp >= 0 && b->op->code == 0 &&
	    (begin(b, &w) < 0 || add(b, &w, "rmi") < 0 || add(b, &w, "--all") < 0 ||
	     add(b, &w, "--force") < 0 || run(b, &w, IMAGE_MS, false, &got) < 0))
		op_forgive(b->op);
}

/* What was built, out of buildah's storage: a build that is all in its cache writes nothing by itself. */
static int take_out(struct building *b)
{
	struct proc_result got;
	AUTO_FD fd = -1;
	words w = { 0 };
	str id;

	if (dir_open(b->op, AT_FDCWD, b->work, false, &fd) < 0)
		return b->op->code;
	int rc = file_read(b->op, fd, S("id"), DIGEST_TEXT * 2, &id);
	if (rc)
		return rc < 0 ? rc : op_fail(b->op, ERR_IO, "buildah does not say what it built");
	if (begin(b, &w) < 0 || add(b, &w, "push") < 0 || add(b, &w, "-q") < 0 ||
	    add(b, &w, "--disable-compression") < 0 ||
	    add_text(b, &w, "--signature-policy", S("policy.json")) < 0 ||
	    add_text(b, &w, "--", str_trim(id)) < 0 || add(b, &w, "dir:out") < 0 ||
	    run(b, &w, IMAGE_MS, false, &got) < 0)
		return b->op->code;
	return got.status == 0
		       ? 0
		       : op_fail(b->op, ERR_IO, "buildah does not give out what it built: %.*s",
				 STR_ARG(last_line(got.err)));
}

static int build(struct building *b)
{
	static const str policy = S_INIT("{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n");
	struct proc_result got;
	AUTO_FD out = -1;
	words w = { 0 };
	str text, path;

	/* What goes in was verified by its digests when it came into the store. */
	if (write_file(b, "policy.json", policy) < 0)
		return b->op->code;
	for (ptrdiff_t i = 0; i < b->built->used_n; i++)
		if (bring(b, &b->built->used[i]) < 0)
			return b->op->code;
	if (buildah_renamed(b->op, b->built, b->bytes, &text) < 0 ||
	    write_file(b, "Dockerfile", text) < 0 || command(b, &w) < 0 ||
	    run(b, &w, BUILD_MS, true, &got) < 0)
		return b->op->code;
	if (got.status != 0)
		return say_failed(b, &got);
	if (take_out(b) < 0 || op_text(b->op, &path, "%.*s/out", STR_ARG(b->work)) < 0 ||
	    dir_open(b->op, AT_FDCWD, path, false, &out) < 0)
		return b->op->code;
	return buildah_result(b->op, b->store, out, b->built);
}

int buildah_build(struct op *op, const struct store *store, const struct buildah_wish *wish,
		  struct buildah_built *ret)
{
	struct building b = { .op = op, .store = store, .wish = wish, .built = ret };

	*ret = (struct buildah_built){ 0 };
	choose_driver(&b);
	int rc = read_dockerfile(&b);
	if (rc == 0)
		rc = check_version(&b);
	if (rc == 0)
		rc = buildah_images(op, store, wish, ret);
	if (rc < 0)
		return rc;
	b.time = time_of(&b);
	interrupt_hold();
	rc = make_work(&b);
	if (rc == 0)
		rc = build(&b);
	forget(&b);
	if (b.work.len)
		(void)dir_remove(op, AT_FDCWD, b.work);
	interrupt_release();
	return rc;
}
