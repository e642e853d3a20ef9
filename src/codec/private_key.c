#include "private_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/rd.h"
#include "base64.h"

enum { LABEL_MAX = 48 };

static bool is_base64(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '+' ||
	       c == '/' || c == '=';
}

/* "-----BEGIN X-----" off the front. */
static bool take_label(str *text, str *ret)
{
	str rest = str_from(*text, 11);
	ptrdiff_t end = str_find_str(str_head(rest, LABEL_MAX + 5), S("-----"));

	if (!str_starts(*text, S("-----BEGIN ")) || end <= 0)
		return false;
	*ret = str_head(rest, end);
	*text = str_from(rest, end + 5);
	return true;
}

/* An end of line, as it is or as a program's source writes it. */
static ptrdiff_t line_end(str s)
{
	if (s.len && (s.p[0] == '\n' || s.p[0] == '\r'))
		return 1;
	if (str_starts(s, S("\\n")) || str_starts(s, S("\\r")))
		return 2;
	if (str_starts(s, S("\\\\n")) || str_starts(s, S("\\\\r")))
		return 3;
	return 0;
}

/* What stands between two lines: quotes, commas, operators, blanks, comment signs. */
static str skip_between(str s)
{
	for (ptrdiff_t n; s.len;) {
		bool quote = s.p[0] == '"' || s.p[0] == '\'';
		if ((n = line_end(s)) > 0) {
			s = str_from(s, n);
		} else if (strchr("\"' \t,.;*#>|\\", s.p[0]) && s.p[0]) {
			s = str_from(s, 1);
			while (quote && s.len && (s.p[0] == ' ' || s.p[0] == '+')) /* "a" + "b" */
				s = str_from(s, 1);
		} else {
			break;
		}
	}
	return s;
}

/* "Proc-Type: 4,ENCRYPTED" and other fields, up to the empty line. */
static str skip_fields(str body, bool *locked)
{
	str rest = skip_between(body);

	for (int i = 0; i < 8; i++) {
		ptrdiff_t end = 0;
		while (end < rest.len && end < 200 && !line_end(str_from(rest, end)))
			end++;
		str line = str_head(rest, end);
		if (str_find(line, ':') < 1)
			break;
		*locked |= str_find_str(line, S("ENCRYPTED")) >= 0;
		body = str_from(rest, end);
		rest = skip_between(body);
	}
	return rest;
}

/* The block's base64 without what stands between, into to[size]. */
static size_t gather(str body, char *to, size_t size)
{
	size_t n = 0;

	while (body.len) {
		body = skip_between(body);
		if (body.len == 0 || !is_base64(body.p[0]))
			break;
		for (; body.len && is_base64(body.p[0]); body = str_from(body, 1)) {
			if (n == size)
				return 0;
			to[n++] = body.p[0];
		}
	}
	return body.len ? 0 : n; /* another byte: it is no key */
}

/* OpenSSH's own format. Source: PROTOCOL.key: magic, cipher, kdf, options, number of keys, ... */
static enum private_key openssh(str der)
{
	struct rd r = { der, true, false };
	str magic = rd_take(&r, 15), cipher = rd_take(&r, rd_u32(&r)),
	    kdf = rd_take(&r, rd_u32(&r));

	rd_take(&r, rd_u32(&r));
	uint32_t keys = rd_u32(&r);
	str public = rd_take(&r, rd_u32(&r)), private = rd_take(&r, rd_u32(&r));
	if (r.bad || !str_eq(magic, (str){ "openssh-key-v1", 15 }) || keys != 1 ||
	    public.len < 16 || private.len < 32)
		return PRIVATE_KEY_NONE;
	if (!str_eq(cipher, S("none")))
		return kdf.len ? PRIVATE_KEY_LOCKED : PRIVATE_KEY_NONE;
	struct rd p = { private, true, false };
	return rd_u32(&p) == rd_u32(&p) && !p.bad ? PRIVATE_KEY_PLAIN : PRIVATE_KEY_NONE;
}

/* OpenPGP: the first packet is a secret key or subkey (tags 5 and 7), with its version. */
static enum private_key openpgp(str der)
{
	struct rd r = { der, true, false };
	uint8_t tag = rd_u8(&r);
	int kind = tag & 0x40 ? tag & 0x3f : tag >> 2 & 0x0f;

	if (tag & 0x40)
		rd_skip(&r, rd_u8(&r) < 192 ? 0 : 1);
	else
		rd_skip(&r, (uint64_t)1 << (tag & 3));
	uint8_t version = rd_u8(&r);
	return !r.bad && (tag & 0x80) && (kind == 5 || kind == 7) && version >= 3 && version <= 6 &&
			       der.len > 64
		       ? PRIVATE_KEY_PLAIN
		       : PRIVATE_KEY_NONE;
}

static enum private_key plain_der(str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)der.len);

	EVP_PKEY_free(key);
	if (key)
		return PRIVATE_KEY_PLAIN;
	ERR_clear_error();
	return PRIVATE_KEY_NONE;
}

/* PKCS #8's EncryptedPrivateKeyInfo. */
static enum private_key locked_der(str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509_SIG *sig = d2i_X509_SIG(NULL, &p, (long)der.len);

	X509_SIG_free(sig);
	if (sig)
		return PRIVATE_KEY_LOCKED;
	ERR_clear_error();
	return PRIVATE_KEY_NONE;
}

static enum private_key judge(str label, str base64, bool locked, uint8_t *to, size_t size)
{
	size_t n;
	bool pgp = str_starts(label, S("PGP "));
	ptrdiff_t pad = str_find(base64, '=');

	if (pgp && pad > 0) /* a checksum stands behind */
		base64 = str_head(base64, (pad + 3) / 4 * 4);
	if (!base64_read(base64, to, size, &n))
		return PRIVATE_KEY_NONE;
	str der = { (char *)to, (ptrdiff_t)n };
	if (pgp)
		return openpgp(der);
	if (str_starts(label, S("OPENSSH ")))
		return openssh(der);
	if (str_starts(label, S("ENCRYPTED ")))
		return locked_der(der);
	if (locked) /* RFC 1421: what is encrypted can be told by its size alone: whole blocks */
		return n >= 32 && n % 8 == 0 ? PRIVATE_KEY_LOCKED : PRIVATE_KEY_NONE;
	return plain_der(der);
}

enum private_key private_key_pem(struct op *op, str text, ptrdiff_t *ret_len)
{
	struct op_mark mark = op_mark(op);
	str label, rest = text;
	bool locked = false;
	enum private_key ret = PRIVATE_KEY_NONE;

	*ret_len = 0;
	if (!take_label(&rest, &label) || str_find_str(label, S("PRIVATE KEY")) < 0)
		return ret;
	ptrdiff_t end = str_find_str(str_head(rest, PRIVATE_KEY_MAX), S("-----END "));
	str body = str_head(rest, end);
	if (end < 0)
		return ret;
	ptrdiff_t close =
		str_find_str(str_head(str_from(rest, end + 9), LABEL_MAX + 5), S("-----"));
	*ret_len = text.len - rest.len + end + 9 + (close < 0 ? 0 : close + 5);
	char *base64 = op_new(op, char, body.len + 1);
	uint8_t *der = op_new(op, uint8_t, body.len + 1);
	if (base64 && der) {
		size_t n = gather(skip_fields(body, &locked), base64, (size_t)body.len);
		ret = n ? judge(label, (str){ base64, (ptrdiff_t)n }, locked, der, (size_t)body.len)
			: PRIVATE_KEY_NONE;
	}
	op_reset(op, mark);
	return ret;
}

enum private_key private_key_der(str bytes)
{
	/* SEQUENCE of two bytes' length, and a version: what else is a sequence of a number? */
	static const char begin[] = { 0x02, 0x01 };

	if (bytes.len < 32 || bytes.len > PRIVATE_KEY_MAX || bytes.p[0] != 0x30)
		return PRIVATE_KEY_NONE;
	ptrdiff_t head = bytes.p[1] == (char)0x82 ? 4 : bytes.p[1] == (char)0x81 ? 3 : 2;
	if (!str_starts(str_from(bytes, head), (str){ begin, 2 }))
		return PRIVATE_KEY_NONE;
	return plain_der(bytes);
}
