/*
 * daemon_impl: what the files of daemon share: where the engines of this machine listen, and what
 * they say. For them only. Source: docker(1), docker-context(1); podman-system-connection(1).
 *
 *	docker   $DOCKER_HOST; the context of $DOCKER_CONTEXT or of $DOCKER_CONFIG/config.json (else
 *	         ~/.docker), whose host is in contexts/meta/SHA256-OF-NAME/meta.json;
 *	         /var/run/docker.sock, $XDG_RUNTIME_DIR/docker.sock
 *	podman   $CONTAINER_HOST; $XDG_RUNTIME_DIR/podman/podman.sock, /run/podman/podman.sock
 */
#ifndef OCI_DAEMON_IMPL_H
#define OCI_DAEMON_IMPL_H

#include "daemon.h"

struct daemon_place {
	str path[2]; /* [n], sockets, the likelier one first */
	int n;
	str said; /* who named them: "DOCKER_HOST", "the docker context 'x'"; empty: nobody */
	str far; /* an address that is no socket of this machine: the program may know what to do */
};

int daemon_place(struct op *op, enum daemon_kind kind, struct daemon_place *ret) MUST_USE;

/* Nobody listens anywhere, and there is no program either: an error that says so. */
int daemon_nobody(struct op *op, enum daemon_kind kind, const struct daemon_place *p);

/* The engine's complaint in an answer: {"message":"..."} or a line {"error":"..."}. */
bool daemon_complaint(struct op *op, str body, str *ret);

enum {
	DAEMON_PROGRAM_MS = 1800 * 1000, /* a program may take */
	DAEMON_SAID = 4096,              /* bytes of its words are kept */
};

#endif
