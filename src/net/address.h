/*
 * address: how near an IP address is. Source: IANA's special-purpose address registries (RFC 6890,
 * RFC 6598, RFC 4193, RFC 4291); IPv4 within IPv6 (mapped, NAT64 of RFC 6052, 6to4) is judged as
 * IPv4.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/op.h"

enum address_kind {
	ADDRESS_UNKNOWN, /* a name, or no IP address */
	ADDRESS_PUBLIC,
	ADDRESS_PRIVATE,
	ADDRESS_LINK_LOCAL,
	ADDRESS_LOOPBACK, /* and the unspecified address, which reaches this machine as well */
};

struct sockaddr;
enum address_kind address_kind(const struct sockaddr *a);

/*
 * A host as an URL has it: IPv4 in any form that inet_aton(3) takes (127.1, 0x7f000001), IPv6 with
 * or without brackets, "localhost" and what ends in ".localhost" (RFC 6761). Asks nobody: other
 * names are unknown.
 */
enum address_kind address_kind_of_host(str host);

/* "a loopback address": for messages. */
const char *address_kind_text(enum address_kind kind);

#endif
