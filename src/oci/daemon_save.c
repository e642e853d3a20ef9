#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/json.h"
#include "daemon_impl.h"
#include "model/platform.h"
#include "model/reference.h"
#include "net/unix_http.h"
#include "sys/proc.h"

struct save {
	enum daemon_kind kind;
	str name;
	const struct daemon_wish *wish;
	int fd;
	uint64_t done, total;
	struct daemon_saved saved;
	str *why;
};

static int has_not(struct op *op, struct save *s)
{
	int rc = op_text(op, s->why, "%s has no such image", daemon_names[s->kind]);

	return rc < 0 ? rc : DAEMON_HAS_NOT;
}

static int keep_piece(struct op *op, void *to, str bytes)
{
	struct save *s = to;

	s->done += (uint64_t)bytes.len;
	if (s->done > LIMIT_SPOOL)
		return op_fail(op, ERR_LIMIT, "%s saves more than %llu bytes",
			       daemon_names[s->kind], (unsigned long long)LIMIT_SPOOL);
	if (s->wish->note)
		s->wish->note(s->wish->arg, s->done, s->total > s->done ? s->total : s->done);
	return file_write(op, s->fd, S("a temporary file (see TMPDIR)"), bytes);
}

static int get_texts(struct op *op, const struct node *list, struct texts *ret)
{
	ptrdiff_t n = list && list->kind == NODE_LIST ? list->n : 0;

	if (!(ret->p = op_new(op, str, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		if (node_text(&list->child[i], &ret->p[ret->n]))
			ret->n++;
	return 0;
}

static int refused(struct op *op, const struct save *s, const struct unix_http_answer *answer)
{
	str complaint = S("no reason given");

	(void)daemon_complaint(op, answer->body, &complaint);
	return op_fail(op, ERR_NET, "%s does not give the image (status %d): %.*s",
		       daemon_names[s->kind], answer->status, STR_ARG(complaint));
}

/* Whether the engine has the image, and what it calls it. 1: nobody listens. */
static int inspect(struct op *op, struct save *s, str socket, const char *api)
{
	struct unix_http_request get = { .method = "GET" };
	struct unix_http_answer answer;
	struct doc doc;
	int rc = op_text(op, &get.target, "%s/images/%.*s/json", api, STR_ARG(s->name));

	if (rc < 0 || (rc = unix_http(op, socket, &get, &answer)) != 0)
		return rc;
	if (answer.status == 404)
		return has_not(op, s);
	if (answer.status != 200)
		return refused(op, s, &answer);
	if ((rc = json_parse(op, S("the daemon's answer"), answer.body, &doc)) < 0)
		return rc;
	(void)node_u64(node_get(&doc.root, S("Size")), &s->total);
	if ((rc = get_texts(op, node_get(&doc.root, S("RepoTags")), &s->saved.tags)) < 0)
		return rc;
	return get_texts(op, node_get(&doc.root, S("RepoDigests")), &s->saved.repo_digests);
}

/* {"os":"linux","architecture":"arm64"} as Docker 28 wants it in a query; older ones do not look.
 */
static int platform_query(struct op *op, str platform, str *ret)
{
	str rest = platform, os = str_cut(&rest, '/'), arch = str_cut(&rest, '/');

	*ret = S("");
	if (!os.len || !arch.len)
		return 0;
	return op_text(op, ret,
		       "?platform=%%7B%%22os%%22:%%22%.*s%%22,%%22architecture%%22:%%22%.*s%%22%s%."
		       "*s%s%%7D",
		       STR_ARG(os), STR_ARG(arch), rest.len ? ",%22variant%22:%22" : "",
		       STR_ARG(rest), rest.len ? "%22" : "");
}

static int save_by_socket(struct op *op, struct save *s, str socket)
{
	bool docker = s->kind == DAEMON_DOCKER;
	const char *api = docker ? "" : "/v4.0.0/libpod";
	struct unix_http_request get = { .method = "GET", .sink = keep_piece, .to = s };
	struct unix_http_answer answer;
	str query = S("?format=docker-archive");
	int rc = inspect(op, s, socket, api);

	if (rc || (docker && (rc = platform_query(op, s->wish->platform, &query)) < 0) ||
	    (rc = op_text(op, &get.target, "%s/images/%.*s/get%.*s", api, STR_ARG(s->name),
			  STR_ARG(query))) < 0 ||
	    (rc = unix_http(op, socket, &get, &answer)) != 0)
		return rc;
	return answer.status == 200 ? 0 : refused(op, s, &answer);
}

/*
 * The engine's own program, its output into the file: a shell is what makes descriptor 3 of it 1.
 * The arguments are "$@": no part of them is a command.
 */
static int run_into(struct op *op, const struct save *s, const char *const *argv,
		    struct proc_result *ret)
{
	const char *full[16] = { "sh", "-c", "exec \"$@\" >&3", "sh" };
	struct proc_spec spec = { .argv = full,
				  .timeout_ms = DAEMON_PROGRAM_MS,
				  .output_max = DAEMON_SAID,
				  .fd = s->fd };
	size_t n = 4;

	if (!proc_exists(argv[0]))
		return 1;
	for (; *argv; argv++) {
		MUST(n < 15);
		full[n++] = *argv;
	}
	return proc_run(op, &spec, ret);
}

/* Does its complaint mean that there is no such image? */
static bool means_none(str said)
{
	static const char *const words[] = { "not known", "No such image", "no such image",
					     "not found", "unable to find" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_find_str(said, str_of(words[i])) >= 0)
			return true;
	return false;
}

static int judge_program(struct op *op, struct save *s, const struct proc_result *r)
{
	if (r->status == 0)
		return 0;
	if (means_none(r->err))
		return has_not(op, s);
	return op_fail(op, ERR_NET, "%s does not give the image (status %d): %.*s",
		       daemon_names[s->kind], r->status, STR_ARG(str_trim(r->err)));
}

static int save_by_program(struct op *op, struct save *s)
{
	const char *name = op_cstr(op, s->name);
	const char *const docker[] = { "docker", "save", "--", name, NULL };
	const char *const podman[] = { "podman",         "save", "-q", "--format",
				       "docker-archive", "--",   name, NULL };
	struct proc_result result;
	int rc;

	if (!name)
		return op->code;
	if ((rc = run_into(op, s, s->kind == DAEMON_DOCKER ? docker : podman, &result)) != 0)
		return rc;
	return judge_program(op, s, &result);
}

/* --- containerd, which speaks gRPC: its program does --- */

static int has_containerd(struct op *op, struct save *s, const char *space, const char *name)
{
	struct proc_result result;
	str filter;
	int rc = op_text(op, &filter, "name==%s", name);

	if (rc < 0)
		return rc;
	const char *const argv[] = { "ctr", "-n", space, "images", "ls", "-q", filter.p, NULL };
	const struct proc_spec spec = { .argv = argv,
					.timeout_ms = DAEMON_PROGRAM_MS,
					.output_max = DAEMON_SAID };
	if ((rc = proc_run(op, &spec, &result)) != 0)
		return rc;
	if (result.status != 0)
		return op_fail(op, ERR_NET, "containerd does not answer: %.*s",
			       STR_ARG(str_trim(result.err)));
	return str_trim(result.out).len ? 0 : has_not(op, s);
}

/* One platform, or (NULL) as many as the image has. */
static int export_containerd(struct op *op, struct save *s, const char *space, const char *name,
			     const char *platform, struct proc_result *ret)
{
	const char *const one[] = { "ctr",        "-n",     space, "images", "export",
				    "--platform", platform, "-",   name,     NULL };
	const char *const all[] = { "ctr", "-n", space, "images", "export", "--all-platforms",
				    "-",   name, NULL };

	if (ftruncate(s->fd, 0) < 0 || lseek(s->fd, 0, SEEK_SET) < 0)
		return op_fail_errno(op, "cannot empty a temporary file");
	return run_into(op, s, platform ? one : all, ret);
}

/* The namespace that has it, own or one of those that programs use. 1, DAEMON_HAS_NOT: none. */
static int find_space(struct op *op, struct save *s, const char *name, const char **ret)
{
	const char *const known[] = { "default", "k8s.io" };
	const char *own = getenv("CONTAINERD_NAMESPACE");
	bool set = own && own[0];
	int rc = 0;

	for (int i = 0; i < (set ? 1 : 2); i++) {
		*ret = set ? own : known[i];
		if ((rc = has_containerd(op, s, *ret, name)) != DAEMON_HAS_NOT)
			return rc;
	}
	return rc;
}

static int save_containerd(struct op *op, struct save *s)
{
	const char *socket = getenv("CONTAINERD_ADDRESS"), *space = NULL;
	const char *wanted = op_cstr(op, s->wish->platform), *platform = platform_host()->name;
	struct reference ref;
	struct proc_result result;
	str full;
	int rc;

	if (!wanted)
		return op->code;
	if (!socket || !socket[0])
		socket = "/run/containerd/containerd.sock";
	if (faccessat(AT_FDCWD, socket, F_OK, 0) < 0 || !proc_exists("ctr"))
		return 1;
	if ((rc = reference_parse(op, s->name, &ref)) < 0 ||
	    (rc = reference_text(op, &ref, &full)) < 0 ||
	    (rc = find_space(op, s, full.p, &space)) != 0)
		return rc;
	if (s->wish->all || wanted[0])
		platform = s->wish->all ? NULL : wanted;
	rc = export_containerd(op, s, space, full.p, platform, &result);
	/* An image for one other platform is taken as it is. */
	if (rc == 0 && result.status != 0 && !wanted[0] && platform)
		rc = export_containerd(op, s, space, full.p, NULL, &result);
	if (rc)
		return rc;
	return result.status == 0 ? 0
				  : op_fail(op, ERR_NET,
					    "containerd does not give the image (status %d): %.*s",
					    result.status, STR_ARG(str_trim(result.err)));
}

/* Where podman keeps images of root and of others: containers-storage.conf(5). */
static bool podman_has_store(void)
{
	const char *home = getenv("XDG_DATA_HOME"), *below = "containers/storage";
	AUTO_FD dir = -1;

	if (faccessat(AT_FDCWD, "/var/lib/containers/storage", F_OK, 0) == 0)
		return true;
	if (!home || !home[0]) {
		home = getenv("HOME");
		below = ".local/share/containers/storage";
	}
	dir = home ? open(home, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	return dir >= 0 && faccessat(dir, below, F_OK, 0) == 0;
}

static int save_image(struct op *op, struct save *s)
{
	struct daemon_place p;
	int rc;

	if (s->kind == DAEMON_CONTAINERD)
		return save_containerd(op, s);
	if ((rc = daemon_place(op, s->kind, &p)) < 0)
		return rc;
	for (int i = 0; i < p.n; i++)
		if ((rc = save_by_socket(op, s, p.path[i])) != DAEMON_NOBODY)
			return rc;
	if (p.far.len ||
	    (s->kind == DAEMON_PODMAN && !p.said.len && (!s->wish->casual || podman_has_store())))
		rc = save_by_program(op, s);
	return rc == 1 && p.far.len ? daemon_nobody(op, s->kind, &p) : rc;
}

int daemon_save(struct op *op, enum daemon_kind kind, str name, const struct daemon_wish *wish,
		int fd, struct daemon_saved *ret, str *ret_why)
{
	struct save s = { .kind = kind, .name = name, .wish = wish, .fd = fd, .why = ret_why };
	str checked;
	int rc = store_name(op, name, &checked);

	if (rc == ERR_USAGE) {
		op_forgive(op);
		return has_not(op, &s);
	}
	if (rc < 0 || (rc = save_image(op, &s)) < 0)
		return rc;
	if (rc == DAEMON_NOBODY &&
	    (rc = op_text(op, ret_why, "no %s is running", daemon_names[kind])) == 0)
		rc = DAEMON_NOBODY;
	if (rc == 0)
		*ret = s.saved;
	return rc;
}
