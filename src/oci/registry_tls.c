/*
 * Certificates of one registry, as Docker and Podman keep them: in DIR/HOST[:PORT], certificates
 * *.crt to trust beside the machine's own, and NAME.cert with NAME.key, the client's. Source:
 * docs.docker.com, "Verify repository client with certificates"; containers-certs.d(5).
 */
#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "sys/file.h"

#include "registry_impl.h"

/* A directory by an environment variable (or ~/otherwise), or one that always has that name. */
static const struct {
	const char *variable, *otherwise, *path;
} places[] = {
	{ "DOCKER_CONFIG", "/.docker", "/certs.d" },
	{ "XDG_CONFIG_HOME", "/.config", "/containers/certs.d" },
	{ NULL, NULL, "/etc/docker/certs.d" },
	{ NULL, NULL, "/etc/containers/certs.d" },
};

/* The i-th place's directory for the host. 1: no such place. */
static int place(struct op *op, const struct registry *r, size_t i, str *ret)
{
	const char *base = places[i].variable ? getenv(places[i].variable) : "";
	const char *home = getenv("HOME");
	bool by_home = !base || (places[i].variable && !base[0]);

	if (by_home && (!home || !home[0]))
		return 1;
	return op_text(op, ret, "%s%s%s/%.*s", by_home ? home : base,
		       by_home ? places[i].otherwise : "", places[i].path, STR_ARG(r->ref.host));
}

static int take_file(struct op *op, struct registry *r, struct buf *ca, int dir, str path, str name)
{
	str text, other;
	int rc;

	if (str_ends(name, S(".crt"))) {
		if ((rc = op_text(op, &other, "%.*s/%.*s", STR_ARG(path), STR_ARG(name))) < 0 ||
		    (rc = file_read_user(op, other, LIMIT_DOCUMENT, &text)) < 0)
			return rc;
		buf_add(ca, text);
		buf_char(ca, '\n');
		return 0;
	}
	if (!str_ends(name, S(".cert")) || r->tls.cert.len)
		return 0;
	if ((rc = op_text(op, &other, "%.*s.key", STR_ARG(str_head(name, name.len - 5)))) < 0)
		return rc;
	if (faccessat(dir, other.p, F_OK, 0) < 0)
		return op_fail(op, ERR_USAGE, "%.*s/%.*s: there is no %.*s beside it",
			       STR_ARG(path), STR_ARG(name), STR_ARG(other));
	rc = op_text(op, &r->tls.cert, "%.*s/%.*s", STR_ARG(path), STR_ARG(name));
	return rc < 0 ? rc : op_text(op, &r->tls.key, "%.*s/%.*s", STR_ARG(path), STR_ARG(other));
}

static int take_place(struct op *op, struct registry *r, int dir, str path)
{
	const char *system = getenv("SSL_CERT_FILE");
	struct buf ca;
	str *name, text;
	ptrdiff_t n;
	int rc = dir_list(op, dir, path, &name, &n);

	if (rc < 0)
		return rc;
	buf_init(&ca, op, 4 * LIMIT_DOCUMENT);
	for (ptrdiff_t i = 0; i < n; i++)
		if ((rc = take_file(op, r, &ca, dir, path, name[i])) < 0)
			return rc;
	if (ca.len && system && system[0]) {
		if ((rc = file_read_user(op, str_of(system), LIMIT_DOCUMENT, &text)) < 0)
			return rc;
		buf_add(&ca, text);
	}
	return buf_take(&ca, &r->tls.ca);
}

int registry_tls(struct op *op, struct registry *r)
{
	for (size_t i = 0; !r->tls_looked && !r->plain && i < sizeof(places) / sizeof(places[0]);
	     i++) {
		str path;
		int rc = place(&r->own, r, i, &path);
		AUTO_FD dir = rc == 0 ? open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
		if (rc >= 0 && dir >= 0) {
			rc = take_place(&r->own, r, dir, path);
			r->tls_looked = true;
		}
		if (rc < 0)
			return op_adopt_error(op, &r->own);
	}
	r->tls_looked = r->tls_looked || !r->plain;
	return 0;
}
