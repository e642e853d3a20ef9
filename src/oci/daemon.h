/*
 * daemon: the engines that run on this machine, by their sockets. Source: Docker Engine API 1.41,
 * ImageLoad; Podman serves the same.
 */
#ifndef OCI_DAEMON_H
#define OCI_DAEMON_H

#include "image.h"

enum daemon_kind { DAEMON_DOCKER, DAEMON_PODMAN };

/*
 * daemon_load(op, s, kind, image, name): hand an image to the engine. Sockets: $DOCKER_HOST or
 * /var/run/docker.sock; $CONTAINER_HOST, $XDG_RUNTIME_DIR/podman/podman.sock or
 * /run/podman/podman.sock. Podman usually has no server: then the program podman loads it.
 * ERR_NET if nobody is there or the engine refuses, in its words.
 */
int daemon_load(struct op *op, const struct store *s, enum daemon_kind kind,
		const struct image *image, str name) MUST_USE;

#endif
