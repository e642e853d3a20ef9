#include "daemon.h"

#include <stdlib.h>

#include "archive.h"
#include "net/unix_http.h"
#include "sys/proc.h"

struct load {
	const struct store *store;
	const struct image *image;
	str name;
};

static int send_piece(struct op *op, void *to, str bytes)
{
	return unix_http_send(op, to, bytes);
}

static int send_image(struct op *op, void *arg, struct unix_http *h)
{
	struct load *load = arg;

	return archive_write_docker(op, load->store, load->image, load->name, send_piece, h);
}

/* The path of an address; unix: only. */
static int socket_path(struct op *op, const char *variable, str address, str *ret)
{
	if (!str_starts(address, S("unix://")))
		return op_fail(op, ERR_USAGE,
			       "%s is '%.*s'; temper speaks to unix:// sockets only; "
			       "write a docker-archive: and load that",
			       variable, STR_ARG(address));
	*ret = str_from(address, 7);
	return 0;
}

/* Where the engine may listen, best first. */
static int find_sockets(struct op *op, enum daemon_kind kind, str ret[2], int *ret_n)
{
	const char *variable = kind == DAEMON_DOCKER ? "DOCKER_HOST" : "CONTAINER_HOST";
	str address = str_of(getenv(variable)), run = str_of(getenv("XDG_RUNTIME_DIR"));
	int rc = 0;

	*ret_n = 1;
	if (address.len)
		return socket_path(op, variable, address, &ret[0]);
	ret[0] = kind == DAEMON_DOCKER ? S("/var/run/docker.sock") : S("/run/podman/podman.sock");
	if (kind == DAEMON_PODMAN && run.len) {
		ret[1] = ret[0];
		*ret_n = 2;
		rc = op_text(op, &ret[0], "%.*s/podman/podman.sock", STR_ARG(run));
	}
	return rc;
}

/* The engine's complaint in an answer: {"message":"..."} or a line {"error":"..."}. */
static bool find_complaint(struct op *op, str body, str *ret)
{
	static const char *const key[] = { "error", "message", "cause" };

	while (body.p) {
		str line = str_trim(str_cut(&body, '\n'));
		struct doc doc;
		if (line.len == 0)
			continue;
		if (json_parse(op, S("answer"), line, &doc) < 0) {
			op_forgive(op);
			continue;
		}
		for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
			if (node_text(node_get(&doc.root, str_of(key[i])), ret))
				return true;
	}
	return false;
}

static int judge(struct op *op, const char *who, const struct unix_http_answer *answer)
{
	str complaint = S("no reason given");
	bool told = find_complaint(op, answer->body, &complaint);

	if (answer->status == 200 && !told)
		return 0;
	return op_fail(op, ERR_NET, "%s does not take the image (status %d): %.*s", who,
		       answer->status, STR_ARG(complaint));
}

/* podman load -i FILE, the file below the store's directory for temporary ones. */
static int load_by_program(struct op *op, struct load *load)
{
	AUTO_FILE_NEW f = { .fd = -1 };
	struct proc_result result;
	str path;
	int rc = file_new_open(op, load->store->tmp, 0600, &f);

	if (rc < 0 ||
	    (rc = archive_write_docker(op, load->store, load->image, load->name, archive_to_file,
				       &f.fd)) < 0 ||
	    (rc = op_text(op, &path, "%.*s/tmp/%s", STR_ARG(load->store->path), f.name)) < 0)
		return rc;
	const char *const argv[] = { "podman", "load", "-q", "-i", path.p, NULL };
	struct proc_spec spec = { .argv = argv, .timeout_ms = 600 * 1000, .output_max = 4096 };
	if ((rc = proc_run(op, &spec, &result)) != 0)
		return rc;
	if (result.status == 0)
		return 0;
	return op_fail(op, ERR_NET, "podman load does not take the image (status %d): %.*s",
		       result.status, STR_ARG(str_trim(result.err)));
}

int daemon_load(struct op *op, const struct store *s, enum daemon_kind kind,
		const struct image *image, str name)
{
	const char *who = kind == DAEMON_DOCKER ? "docker" : "podman";
	struct load load = { s, image, name };
	const struct unix_http_request post = { .method = "POST",
						.target = S("/images/load?quiet=1"),
						.type = S("application/x-tar"),
						.body = send_image,
						.arg = &load };
	struct unix_http_answer answer;
	str path[2];
	int n = 0, rc = find_sockets(op, kind, path, &n);

	for (int i = 0; rc == 0 && i < n; i++) {
		rc = unix_http(op, path[i], &post, &answer);
		if (rc < 0)
			return rc;
		if (rc == 0)
			return judge(op, who, &answer);
		rc = 0;
	}
	if (rc < 0)
		return rc;
	if (kind == DAEMON_PODMAN && !getenv("CONTAINER_HOST") &&
	    (rc = load_by_program(op, &load)) <= 0)
		return rc;
	return op_fail(op, ERR_NET, "no %s listens at %.*s%s", who, STR_ARG(path[n - 1]),
		       kind == DAEMON_PODMAN ? ", and there is no program podman"
					     : "; is its daemon running?");
}
