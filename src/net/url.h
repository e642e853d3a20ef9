/*
 * url: an http: or https: address in its parts, strictly. Source: RFC 3986.
 *
 * Whatever two readers could take for different hosts is refused: user names, percent signs,
 * backslashes and blanks in the host, and ports that are none.
 */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/op.h"

enum { URL_MAX = 8192 }; /* bytes: storage providers' signed addresses have 3000 */

struct url {
	bool tls;
	str host; /* as written; an IPv6 address in its brackets */
	uint16_t port;
	str target; /* path and query, without a fragment; may be empty */
};

/* Views alias text. False for what is no such address; visible ASCII only, at most URL_MAX bytes.
 */
bool url_parse(str text, struct url *ret);

/* The same scheme, host and port. */
bool url_same_origin(const struct url *a, const struct url *b);
bool url_same_host(const struct url *a, const struct url *b);

/*
 * url_resolve(op, base, location, ret): where a Location field leads to from base, which
 * url_parse() takes. 1: to something that is no http: or https: address.
 */
int url_resolve(struct op *op, str base, str location, str *ret) MUST_USE;

/* Append s with all but unreserved bytes as %XX, for a query. */
struct buf;
void url_escape(struct buf *b, str s);

#endif
