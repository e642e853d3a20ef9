#include "keyring.h"

#include "base/buf.h"
#include "base/vec.h"
#include "digest.h"

/* RFC 9580 table 3. */
enum packet {
	PACKET_SECRET_KEY = 5,
	PACKET_PUBLIC_KEY = 6,
	PACKET_SECRET_SUBKEY = 7,
};

static const str block_begin = S_INIT("-----BEGIN PGP PUBLIC KEY BLOCK-----");
static const str block_end = S_INIT("-----END PGP PUBLIC KEY BLOCK-----");

/* --- armour ------------------------------------------------------------------------------------
 */

/* The value of a digit of base 64, or -1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Digits on their way to bytes. */
struct base64 {
	uint32_t bits;
	int n;      /* of the four that make three bytes */
	bool ended; /* by '=' */
};

/* A line of digits; false for anything else, and for digits behind the end. */
static bool base64_line(struct base64 *d, str line, struct buf *out)
{
	for (ptrdiff_t i = 0; i < line.len; i++) {
		int value = base64_value(line.p[i]);
		if (line.p[i] == '=' && d->n >= 2) {
			d->ended = true;
			continue;
		}
		if (value < 0 || d->ended)
			return false;
		d->bits = d->bits << 6 | (uint32_t)value;
		if (++d->n < 4)
			continue;
		buf_char(out, (char)(d->bits >> 16 & 255));
		buf_char(out, (char)(d->bits >> 8 & 255));
		buf_char(out, (char)(d->bits & 255));
		*d = (struct base64){ 0 };
	}
	return true;
}

/* What is left of the last group: two digits make a byte, three make two. */
static bool base64_end(const struct base64 *d, struct buf *out)
{
	if (d->n >= 2)
		buf_char(out, (char)(d->bits >> (d->n == 3 ? 10 : 4) & 255));
	if (d->n == 3)
		buf_char(out, (char)(d->bits >> 2 & 255));
	return d->n != 1;
}

/* One block, from behind its first line. Its checksum is not looked at, as RFC 9580 6.1 advises. */
static int read_block(struct op *op, str *in, struct buf *out)
{
	struct base64 d = { 0 };
	bool headers = true;

	while (in->p) {
		str line = str_trim(str_cut(in, '\n'));
		if (str_eq(line, block_end))
			return base64_end(&d, out) ? 0
						   : op_fail(op, ERR_FORMAT, "its armour is cut");
		if (headers && (line.len == 0 || str_find(line, ':') > 0)) {
			headers = line.len > 0;
			continue;
		}
		headers = false;
		bool checksum = str_starts(line, S("=")) && line.len == 5;
		if (checksum)
			d.ended = true;
		else if (!base64_line(&d, line, out))
			return op_fail(op, ERR_FORMAT, "its armour is damaged");
	}
	return op_fail(op, ERR_FORMAT, "its armour has no end");
}

static int read_armour(struct op *op, str in, str *ret)
{
	struct buf out;

	buf_init(&out, op, KEYRING_MAX);
	while (in.p) {
		if (!str_eq(str_trim(str_cut(&in, '\n')), block_begin))
			continue;
		int rc = read_block(op, &in, &out);
		if (rc < 0)
			return rc;
	}
	return buf_take(&out, ret);
}

/* --- packets -----------------------------------------------------------------------------------
 */

/* n bytes off the front of *in as a number; false if there are less. */
static bool take_number(str *in, int n, uint64_t *ret)
{
	uint64_t v = 0;

	if (in->len < n)
		return false;
	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)in->p[i];
	*in = str_from(*in, n);
	*ret = v;
	return true;
}

/* The length of a packet's body. Lengths that are not known beforehand are not for keys. */
static bool take_length(str *in, unsigned char tag, uint64_t *ret)
{
	uint64_t first, second;

	if (!(tag & 0x40))
		return (tag & 3) != 3 && take_number(in, 1 << (tag & 3), ret);
	if (!take_number(in, 1, &first))
		return false;
	if (first == 255)
		return take_number(in, 4, ret);
	*ret = first;
	if (first < 192)
		return true;
	if (first >= 224 || !take_number(in, 1, &second))
		return false;
	*ret = (first - 192) * 256 + second + 192;
	return true;
}

/* A packet off the front of *in; 0, or 1 at its end. */
static int next_packet(struct op *op, str *in, int *ret_kind, str *ret_body)
{
	uint64_t n = 0;

	if (in->len == 0)
		return 1;
	unsigned char tag = (unsigned char)in->p[0];
	*in = str_from(*in, 1);
	int kind = tag & 0x40 ? tag & 63 : tag >> 2 & 15;
	if (!(tag & 0x80) || kind == 0 || !take_length(in, tag, &n) || n > (uint64_t)in->len)
		return op_fail(op, ERR_FORMAT, "it holds no OpenPGP keys, or is cut");
	*ret_kind = kind;
	*ret_body = str_head(*in, (ptrdiff_t)n);
	*in = str_from(*in, (ptrdiff_t)n);
	return 0;
}

/* Empty for a key of a version that has no fingerprint of these kinds. */
static int fingerprint(struct op *op, str body, str *ret)
{
	bool old = body.len > 0 && body.p[0] == 4, new = body.len > 0 && body.p[0] == 6;
	char head[5] = { (char)0x9b, (char)(body.len >> 24 & 255), (char)(body.len >> 16 & 255),
			 (char)(body.len >> 8 & 255), (char)(body.len & 255) };
	uint8_t sum[32];
	char hex[65];
	AUTO_HASH *h = NULL;

	*ret = S("");
	if ((!old && !new) || (old && body.len > UINT16_MAX))
		return 0;
	if (old) {
		head[0] = (char)0x99;
		head[1] = head[3];
		head[2] = head[4];
	}
	int rc = hash_open(op, old ? HASH_SHA1 : HASH_SHA256, &h);
	if (rc < 0)
		return rc;
	hash_add(h, (str){ head, old ? 3 : 5 });
	hash_add(h, body);
	hash_result(h, old ? HASH_SHA1 : HASH_SHA256, sum);
	(void)hex_text(sum, old ? 20 : 32, hex);
	for (char *c = hex; *c; c++)
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	return op_copy(op, str_of(hex), ret);
}

static int read_packets(struct op *op, str in, struct texts *ret)
{
	VEC(str) keys = { 0 };
	bool first = true;
	int kind = 0, rc;
	str body = S("");

	while ((rc = next_packet(op, &in, &kind, &body)) == 0) {
		str print;
		if (kind == PACKET_SECRET_KEY || kind == PACKET_SECRET_SUBKEY)
			return op_fail(op, ERR_FORMAT,
				       "it holds a secret key: export the public "
				       "one");
		if (first && kind != PACKET_PUBLIC_KEY)
			return op_fail(op, ERR_FORMAT, "it does not begin with a public key");
		first = false;
		if (kind != PACKET_PUBLIC_KEY)
			continue;
		if ((rc = fingerprint(op, body, &print)) < 0)
			return rc;
		if (print.len == 0)
			continue;
		if (keys.n >= KEYRING_KEYS)
			return op_fail(op, ERR_LIMIT, "it holds more than %d keys", KEYRING_KEYS);
		str *slot = vec_push(op, &keys);
		if (!slot)
			return op->code;
		*slot = print;
	}
	if (rc < 0)
		return rc;
	if (keys.n == 0)
		return op_fail(op, ERR_FORMAT, "it holds no key");
	*ret = (struct texts){ keys.p, keys.n };
	return 0;
}

int keyring_read(struct op *op, str in, struct keyring *ret)
{
	struct keyring k = { .bytes = in };
	int rc = 0;

	if (in.len > 2 * KEYRING_MAX)
		return op_fail(op, ERR_LIMIT, "it is larger than %d bytes", KEYRING_MAX);
	if (str_eq(str_head(str_from(in, 8), 4), S("KBXf")))
		return op_fail(op, ERR_FORMAT, "it is a keybox: export the key with gpg --export");
	if (in.len && !(in.p[0] & 0x80))
		rc = read_armour(op, in, &k.bytes);
	if (rc == 0 && k.bytes.len > KEYRING_MAX)
		rc = op_fail(op, ERR_LIMIT, "it is larger than %d bytes", KEYRING_MAX);
	if (rc == 0)
		rc = read_packets(op, k.bytes, &k.keys);
	if (rc == 0)
		*ret = k;
	return rc;
}
