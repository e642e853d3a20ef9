/*
 * Who signed: the issuer of an OpenPGP signature packet.
 *
 *	packet   tag 1 (10tttttl: old, 11tttttt: new)   length 1, 2, 4 or 5   body
 *	body v3   3   5   type 1   time 4   key 8
 *	body v4   4   type 1   key algorithm 1   hash 1   length 2, subpackets   length 2, subpackets
 *	body v6   6   the same with lengths of 4
 *	subpacket   length 1, 2 or 5   type 1 (16: key 8; 33: version 1, fingerprint)   value
 */
#include <string.h>

#include "base/rd.h"
#include "digest.h"
#include "rpm_header.h"

enum {
	PACKET_SIGNATURE = 2,
	SUBPACKET_ISSUER = 16,
	SUBPACKET_FINGERPRINT = 33,
	ARMOUR_BYTES = 4096, /* of a signature as base 64 that are looked at */
};

/* A length of the new format, of packets and subpackets. */
static uint64_t new_length(struct rd *r)
{
	uint8_t first = rd_u8(r);

	if (first < 192)
		return first;
	if (first < 255)
		return (uint64_t)(first - 192) * 256 + rd_u8(r) + 192;
	return rd_u32(r);
}

static str packet_body(str packet)
{
	struct rd r = { .in = packet, .big = true };
	uint8_t tag = rd_u8(&r);
	uint64_t n;

	if (tag & 0x40) {
		n = new_length(&r);
		tag &= 0x3f;
	} else {
		static const uint8_t widths[] = { 1, 2, 4 };
		int width = (tag & 3) < 3 ? widths[tag & 3] : 0;
		n = width == 1   ? rd_u8(&r)
		    : width == 2 ? rd_u16(&r)
		    : width == 4 ? rd_u32(&r)
				 : (uint64_t)r.in.len;
		tag = tag >> 2 & 0xf;
	}
	str body = rd_take(&r, n);
	return r.bad || tag != PACKET_SIGNATURE ? S("") : body;
}

static bool issuer_in(str area, uint8_t key[8])
{
	struct rd r = { .in = area, .big = true };

	while (r.in.len > 0 && !r.bad) {
		struct rd sub = { .in = rd_take(&r, new_length(&r)), .big = true };
		uint8_t type = rd_u8(&sub) & 0x7f;
		if (type == SUBPACKET_ISSUER && sub.in.len == 8) {
			memcpy(key, sub.in.p, 8);
			return true;
		}
		if (type != SUBPACKET_FINGERPRINT || sub.in.len < 21)
			continue;
		uint8_t version = rd_u8(&sub);
		str print = sub.in;
		memcpy(key, version >= 5 ? print.p : print.p + print.len - 8, 8);
		return true;
	}
	return false;
}

static bool issuer(str packet, uint8_t key[8])
{
	struct rd r = { .in = packet_body(packet), .big = true };
	uint8_t version = rd_u8(&r);

	if (version == 3) {
		rd_skip(&r, 6);
		str id = rd_take(&r, 8);
		if (!r.bad)
			memcpy(key, id.p, 8);
		return !r.bad;
	}
	if (version < 4 || version > 6)
		return false;
	rd_skip(&r, 3);
	str hashed = rd_take(&r, version == 6 ? rd_u32(&r) : rd_u16(&r));
	str other = rd_take(&r, version == 6 ? rd_u32(&r) : rd_u16(&r));
	return !r.bad && (issuer_in(hashed, key) || issuer_in(other, key));
}

static int base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The bytes of base 64, as many as fit into out. */
static str base64(str in, char *out, ptrdiff_t max)
{
	uint32_t bits = 0;
	ptrdiff_t n = 0;
	int have = 0;

	for (ptrdiff_t i = 0; i < in.len && n < max && in.p[i] != '='; i++) {
		int value = base64_value(in.p[i]);
		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 255);
		}
	}
	return (str){ out, n };
}

bool rpm_signature_key(const struct rpm_header *h, char out[RPM_KEY_HEX])
{
	char room[ARMOUR_BYTES];
	const str packets[] = { h->rsa, h->dsa, h->pgp, h->gpg,
				base64(h->openpgp, room, sizeof(room)) };
	uint8_t key[8];

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		if (issuer(packets[i], key)) {
			(void)hex_text(key, sizeof(key), out);
			return true;
		}
	}
	return false;
}
