#include "daemon.h"

#include "archive.h"
#include "daemon_impl.h"
#include "net/unix_http.h"
#include "sys/proc.h"

const char *const daemon_names[3] = { "docker", "podman", "containerd" };

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

bool daemon_complaint(struct op *op, str body, str *ret)
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
	bool told = daemon_complaint(op, answer->body, &complaint);

	if (answer->status == 200 && !told)
		return 0;
	return op_fail(op, ERR_NET, "%s does not take the image (status %d): %.*s", who,
		       answer->status, STR_ARG(complaint));
}

/* podman load -i FILE, the file below the store's directory for temporary ones. 1: no such program.
 */
static int load_by_program(struct op *op, enum daemon_kind kind, struct load *load)
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
	const char *const argv[] = { daemon_names[kind], "load", "-q", "-i", path.p, NULL };
	struct proc_spec spec = { .argv = argv,
				  .timeout_ms = DAEMON_PROGRAM_MS,
				  .output_max = DAEMON_SAID };
	if ((rc = proc_run(op, &spec, &result)) != 0)
		return rc;
	if (result.status == 0)
		return 0;
	return op_fail(op, ERR_NET, "%s load does not take the image (status %d): %.*s",
		       daemon_names[kind], result.status, STR_ARG(str_trim(result.err)));
}

int daemon_nobody(struct op *op, enum daemon_kind kind, const struct daemon_place *p)
{
	const char *who = daemon_names[kind];

	if (p->far.len)
		return op_fail(op, ERR_USAGE,
			       "%.*s is '%.*s'; temper speaks to unix:// sockets, and has no "
			       "program %s to ask; use a docker-archive:",
			       STR_ARG(p->said), STR_ARG(p->far), who);
	return op_fail(op, ERR_NET, "no %s listens at %.*s%s", who,
		       STR_ARG(p->path[kind == DAEMON_PODMAN ? p->n - 1 : 0]),
		       kind == DAEMON_PODMAN ? ", and there is no program podman"
					     : "; is its daemon running?");
}

int daemon_load(struct op *op, const struct store *s, enum daemon_kind kind,
		const struct image *image, str name)
{
	struct load load = { s, image, name };
	const struct unix_http_request post = { .method = "POST",
						.target = S("/images/load?quiet=1"),
						.type = S("application/x-tar"),
						.body = send_image,
						.arg = &load };
	struct unix_http_answer answer;
	struct daemon_place p;
	int rc = daemon_place(op, kind, &p);

	if (rc < 0)
		return rc;
	for (int i = 0; i < p.n; i++) {
		if ((rc = unix_http(op, p.path[i], &post, &answer)) < 0)
			return rc;
		if (rc == 0)
			return judge(op, daemon_names[kind], &answer);
	}
	if (p.far.len || (kind == DAEMON_PODMAN && !p.said.len)) {
		rc = load_by_program(op, kind, &load);
		if (rc <= 0)
			return rc;
	}
	return daemon_nobody(op, kind, &p);
}
