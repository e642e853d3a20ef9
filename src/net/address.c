#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

static const struct {
	uint32_t net;
	int bits;
	enum address_kind kind;
} ipv4[] = {
	{ 0x00000000, 8, ADDRESS_LOOPBACK },    { 0x0a000000, 8, ADDRESS_PRIVATE },
	{ 0x64400000, 10, ADDRESS_PRIVATE },    { 0x7f000000, 8, ADDRESS_LOOPBACK },
	{ 0xa9fe0000, 16, ADDRESS_LINK_LOCAL }, { 0xac100000, 12, ADDRESS_PRIVATE },
	{ 0xc0000000, 24, ADDRESS_PRIVATE },    { 0xc0a80000, 16, ADDRESS_PRIVATE },
	{ 0xc6120000, 15, ADDRESS_PRIVATE },    { 0xe0000000, 3, ADDRESS_PRIVATE },
};

static enum address_kind kind_of_ipv4(uint32_t address)
{
	for (size_t i = 0; i < sizeof(ipv4) / sizeof(ipv4[0]); i++)
		if ((address ^ ipv4[i].net) >> (32 - ipv4[i].bits) == 0)
			return ipv4[i].kind;
	return ADDRESS_PUBLIC;
}

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum address_kind kind_of_ipv6(const uint8_t *a)
{
	static const uint8_t zeros[15];
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(a, zeros, 15) == 0 && a[15] <= 1)
		return ADDRESS_LOOPBACK;
	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0 || memcmp(a, zeros, 12) == 0)
		return kind_of_ipv4(word(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)
		return kind_of_ipv4(word(a + 2));
	if (a[0] == 0xfe && (a[1] & 0xc0) == 0x80)
		return ADDRESS_LINK_LOCAL;
	return (a[0] & 0xe0) == 0x20 ? ADDRESS_PUBLIC : ADDRESS_PRIVATE;
}

enum address_kind address_kind(const struct sockaddr *a)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (a->sa_family == AF_INET) {
		memcpy(&in, a, sizeof(in));
		return kind_of_ipv4(ntohl(in.sin_addr.s_addr));
	}
	if (a->sa_family == AF_INET6) {
		memcpy(&in6, a, sizeof(in6));
		return kind_of_ipv6(in6.sin6_addr.s6_addr);
	}
	return ADDRESS_UNKNOWN;
}

static bool is_localhost(str host)
{
	str name = S("localhost");

	if (str_ends(host, S(".")))
		host.len--;
	if (host.len < name.len || (host.len > name.len && host.p[host.len - name.len - 1] != '.'))
		return false;
	return strncasecmp(host.p + host.len - name.len, name.p, (size_t)name.len) == 0;
}

enum address_kind address_kind_of_host(str host)
{
	struct in_addr in;
	struct in6_addr in6;
	char text[INET6_ADDRSTRLEN];

	if (is_localhost(host))
		return ADDRESS_LOOPBACK;
	if (str_starts(host, S("[")) && str_ends(host, S("]")))
		host = str_head(str_from(host, 1), host.len - 2);
	if (host.len == 0 || (size_t)host.len >= sizeof(text))
		return ADDRESS_UNKNOWN;
	memcpy(text, host.p, (size_t)host.len);
	text[host.len] = '\0';
	if (inet_pton(AF_INET6, text, &in6) == 1)
		return kind_of_ipv6(in6.s6_addr);
	return inet_aton(text, &in) ? kind_of_ipv4(ntohl(in.s_addr)) : ADDRESS_UNKNOWN;
}

const char *address_kind_text(enum address_kind kind)
{
	static const char *const text[] = {
		[ADDRESS_UNKNOWN] = "an unknown address",
		[ADDRESS_PUBLIC] = "a public address",
		[ADDRESS_PRIVATE] = "a private address",
		[ADDRESS_LINK_LOCAL] = "a link-local address",
		[ADDRESS_LOOPBACK] = "a loopback address",
	};

	return text[kind];
}
