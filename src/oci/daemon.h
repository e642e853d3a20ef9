/*
 * daemon: the engines that run on this machine, by their sockets, or by their programs where there
 * is no socket to speak to. Source: Docker Engine API 1.41, ImageLoad, ImageGet, ImageInspect;
 * Podman's libpod API 4.0; ctr(8).
 */
#ifndef OCI_DAEMON_H
#define OCI_DAEMON_H

#include "image.h"

enum daemon_kind { DAEMON_DOCKER, DAEMON_PODMAN, DAEMON_CONTAINERD };
extern const char *const daemon_names[3]; /* "docker", "podman", "containerd" */

/*
 * daemon_load(op, s, kind, image, name): hand an image to docker or podman. An engine that is far
 * away (tcp:, ssh:) is asked by the program docker or podman, and so is Podman, which usually has
 * no server. ERR_NET if nobody is there or the engine refuses, in its words.
 */
int daemon_load(struct op *op, const struct store *s, enum daemon_kind kind,
		const struct image *image, str name) MUST_USE;

struct daemon_saved { /* what an engine tells of the image beside it */
	struct texts tags, repo_digests;
};

enum { DAEMON_NOBODY = 1, DAEMON_HAS_NOT = 2 };

/*
 * daemon_save(op, kind, name, wish, fd, ret): have an engine write an image into fd (an empty
 * file), as an archive that may be compressed nowhere and hold a Docker archive, an OCI layout or
 * both. DAEMON_NOBODY: no engine runs here; DAEMON_HAS_NOT: it has no such image; *ret_why then
 * says so for a reader. More than LIMIT_SPOOL bytes are ERR_LIMIT.
 */
struct daemon_wish {
	str platform; /* empty: the engine's choice */
	bool all;     /* platforms: as far as the engine has them */
	bool casual;  /* nobody said podman: its program, which makes itself a store when it is run,
			 is only  asked where it has one */
	void (*note)(void *arg, uint64_t done, uint64_t total); /* may be NULL */
	void *arg;
};
int daemon_save(struct op *op, enum daemon_kind kind, str name, const struct daemon_wish *wish,
		int fd, struct daemon_saved *ret, str *ret_why) MUST_USE;

#endif
