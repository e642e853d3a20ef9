#include "daemon_impl.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/json.h"

/* unix:///path, or what is no socket of this machine. */
static void take_address(str address, struct daemon_place *p)
{
	if (!str_starts(address, S("unix://"))) {
		p->far = address;
		return;
	}
	p->path[0] = str_from(address, 7);
	p->n = 1;
}

/* A file below $DOCKER_CONFIG or ~/.docker as JSON. 1: there is none that can be read. */
static int read_below(struct op *op, const char *name, struct doc *ret)
{
	const char *dir = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
	str path, bytes;
	int rc;

	if (dir && dir[0])
		rc = op_text(op, &path, "%s/%s", dir, name);
	else if (home && home[0])
		rc = op_text(op, &path, "%s/.docker/%s", home, name);
	else
		return 1;
	if (rc < 0 || (rc = file_read(op, AT_FDCWD, path, LIMIT_DOCUMENT, &bytes)) == 0)
		rc = rc < 0 ? rc : json_parse(op, path, bytes, ret);
	if (rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	return rc ? 1 : 0;
}

/* The context that is in use, where it is another than "default". */
static int context_name(struct op *op, str *ret)
{
	str name = str_of(getenv("DOCKER_CONTEXT"));
	struct doc doc;
	int rc = name.len ? 1 : read_below(op, "config.json", &doc);

	if (rc < 0)
		return rc;
	if (rc == 0)
		(void)node_text(node_get(&doc.root, S("currentContext")), &name);
	*ret = str_eq(name, S("default")) ? S("") : name;
	return 0;
}

static int read_context(struct op *op, struct daemon_place *p)
{
	char hex[DIGEST_HEX];
	struct digest d;
	struct doc doc;
	str name = { 0 }, path, host = { 0 };
	int rc = context_name(op, &name);

	if (rc < 0 || !name.len)
		return rc;
	d = digest_of(name);
	if ((rc = op_text(op, &path, "contexts/meta/%s/meta.json", digest_hex(&d, hex))) < 0 ||
	    (rc = op_text(op, &p->said, "the docker context '%.*s'", STR_ARG(name))) < 0 ||
	    (rc = read_below(op, path.p, &doc)) < 0)
		return rc;
	if (rc == 0)
		(void)node_text(node_get(node_get(node_get(&doc.root, S("Endpoints")), S("docker")),
					 S("Host")),
				&host);
	if (!host.len)
		return op_fail(op, ERR_USAGE, "there is no docker context '%.*s'", STR_ARG(name));
	take_address(host, p);
	return 0;
}

/* Where they listen when nobody says anything. */
static int known_sockets(struct op *op, enum daemon_kind kind, struct daemon_place *p)
{
	bool docker = kind == DAEMON_DOCKER;
	str run = str_of(getenv("XDG_RUNTIME_DIR")), own = { 0 };
	str all = docker ? S("/var/run/docker.sock") : S("/run/podman/podman.sock");
	int rc = run.len ? op_text(op, &own, "%.*s/%s", STR_ARG(run),
				   docker ? "docker.sock" : "podman/podman.sock")
			 : 0;

	if (rc < 0)
		return rc;
	p->path[0] = docker || !own.len ? all : own;
	p->path[1] = docker ? own : all;
	p->n = own.len ? 2 : 1;
	return 0;
}

int daemon_place(struct op *op, enum daemon_kind kind, struct daemon_place *ret)
{
	const char *variable = kind == DAEMON_DOCKER ? "DOCKER_HOST" : "CONTAINER_HOST";
	str address = str_of(getenv(variable));
	struct daemon_place p = { 0 };
	int rc = 0;

	if (address.len) {
		p.said = str_of(variable);
		take_address(address, &p);
	} else if (kind == DAEMON_DOCKER) {
		rc = read_context(op, &p);
	}
	if (rc == 0 && !p.n && !p.far.len)
		rc = known_sockets(op, kind, &p);
	if (rc == 0)
		*ret = p;
	return rc;
}
