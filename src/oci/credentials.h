/*
 * credentials: who the user is at a registry, as Docker and Podman keep it.
 * Source: docker-login(1), docker/cli config file; docker-credential-helpers' protocol;
 * containers-auth.json(5).
 *
 * Files, in this order; the first that has an entry counts:
 *	$REGISTRY_AUTH_FILE                                   alone, if it is set
 *	$DOCKER_AUTH_CONFIG                                   the file's text itself
 *	$DOCKER_CONFIG/config.json, else ~/.docker/config.json
 *	$XDG_RUNTIME_DIR/containers/auth.json
 *	$XDG_CONFIG_HOME/containers/auth.json, else ~/.config/containers/auth.json
 * In a file: credHelpers, then credsStore, then auths. A key is a host, with its port where the
 * image's name has one, which must be the same text (letter case aside), or a host and the beginning
 * of a repository's path, of which the longest counts; "https://" before it and "/v1/" behind it are
 * Docker's old way. Docker Hub's names (docker.io, index.docker.io, registry-1.docker.io) are one.
 *
 * No text here but `from` may get into a message.
 */
#ifndef OCI_CREDENTIALS_H
#define OCI_CREDENTIALS_H

#include "codec/node.h"
#include "model/reference.h"

enum {
	CREDENTIALS_HELPER_S = 60,  /* a helper may ask its user for a password */
	CREDENTIALS_MAX = 64 << 10, /* bytes of what a helper says */
};

struct credentials {
	str user, password;
	str identity; /* a token for the token server, instead of the password */
	str bearer;   /* a token for the registry itself */
	str from; /* "~/.docker/config.json", "docker-credential-pass"; all that was looked at if
		     there are none */
};

/*
 * credentials_find(op, ref, ret): for the registry and repository of ref. 1: none; ret->from tells
 * what was looked at, and why a helper gave nothing. ERR_FORMAT for a file that is no JSON. Helpers
 * are run: see sys/proc.h.
 */
int credentials_find(struct op *op, const struct reference *ref, struct credentials *ret) MUST_USE;

/*
 * For the above and its fuzz target: what a file's text says of ref. 1: nothing. *ret_helper is the
 * program to ask
 * ("docker-credential-x") for the server *ret_server, if it is not empty; the rest is then not
 * filled.
 */
int credentials_parse(struct op *op, str file, str text, const struct reference *ref,
		      struct credentials *ret, str *ret_helper, str *ret_server) MUST_USE;

/* What a helper says on its standard output. 1: nothing of use. */
int credentials_parse_helper(struct op *op, str text, struct credentials *ret) MUST_USE;

#endif
