/*
 * PFX ::= { 3, data: AuthenticatedSafe }; AuthenticatedSafe ::= { data: SafeContents };
 * SafeContents ::= { SafeBag ... }, each
 * { certBag, [0] { x509Certificate, [0] OCTET STRING }, SET { friendlyName, trustedKeyUsage } }.
 * Every length stands before what it counts, so texts are wrapped from the inside out.
 */
#include "truststore.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"

enum { DER_OCTETS = 0x04, DER_BMP = 0x1e, DER_SEQUENCE = 0x30, DER_SET = 0x31, DER_0 = 0xa0 };

/* Object identifiers with their tag and length. */
#define OID_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01" /* 1.2.840.113549.1.7.1 */
#define OID_CERT_BAG "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03" /* ...1.12.10.1.3 */
#define OID_X509 "\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01"         /* ...1.9.22.1 */
#define OID_FRIENDLY_NAME "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14"    /* ...1.9.20 */
#define OID_TRUSTED_KEY_USAGE /* 2.16.840.1.113894... */ \
	"\x06\x0c\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01"
#define OID_ANY_USAGE "\x06\x04\x55\x1d\x25\x00" /* 2.5.29.37.0 */

/* Tag and length of what follows. */
static void head(struct buf *b, int tag, size_t len)
{
	int bytes = 0;

	buf_char(b, (char)tag);
	for (size_t rest = len; len > 127 && rest; rest >>= 8)
		bytes++;
	if (bytes)
		buf_char(b, (char)(0x80 | bytes));
	for (int i = bytes - 1; i > 0; i--)
		buf_char(b, (char)(len >> (8 * i)));
	buf_char(b, (char)len);
}

/* *in becomes { before, *in } with this tag around it. */
static int wrap(struct op *op, int tag, str before, str *in)
{
	struct buf b;

	buf_init(&b, op, LIMIT_CAPTURE);
	head(&b, tag, (size_t)before.len + (size_t)in->len);
	buf_add(&b, before);
	buf_add(&b, *in);
	return buf_take(&b, in);
}

struct layer {
	int tag;
	str before;
};

static int wrap_all(struct op *op, const struct layer *layer, size_t n, str *in)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = wrap(op, layer[i].tag, layer[i].before, in);
	return rc;
}
#define WRAP_ALL(op, layers, in) wrap_all(op, layers, sizeof(layers) / sizeof(layers[0]), in)

/* Big-endian; Java reads what is beyond 16 bits as a pair of surrogates. */
static void put_utf16(struct buf *b, uint32_t code)
{
	uint32_t high = code < 0x10000 ? 0 : 0xd800 + ((code - 0x10000) >> 10);
	uint32_t low = high ? 0xdc00 + (code & 0x3ff) : code;

	if (high) {
		buf_char(b, (char)(high >> 8));
		buf_char(b, (char)high);
	}
	buf_char(b, (char)(low >> 8));
	buf_char(b, (char)low);
}

/* The two attributes, in the order of DER's sets: by their bytes. */
static int attributes(struct op *op, str alias, str *ret)
{
	static const struct layer usage_in[] = {
		{ DER_SET, S_INIT("") },
		{ DER_SEQUENCE, S_INIT(OID_TRUSTED_KEY_USAGE) },
	};
	static const struct layer name_in[] = {
		{ DER_BMP, S_INIT("") },
		{ DER_SET, S_INIT("") },
		{ DER_SEQUENCE, S_INIT(OID_FRIENDLY_NAME) },
	};
	str usage = S(OID_ANY_USAGE), name;
	struct buf b;

	buf_init(&b, op, LIMIT_CAPTURE);
	while (alias.len > 0) {
		uint32_t code = (unsigned char)alias.p[0];
		ptrdiff_t width = utf8_decode(alias, &code);
		put_utf16(&b, code);
		alias = str_from(alias, width ? width : 1);
	}
	int rc = buf_take(&b, &name);
	if (rc == 0)
		rc = WRAP_ALL(op, usage_in, &usage);
	if (rc == 0)
		rc = WRAP_ALL(op, name_in, &name);
	if (rc < 0)
		return rc;
	bool name_first = str_cmp(name, usage) < 0;
	*ret = name_first ? usage : name;
	return wrap(op, DER_SET, name_first ? name : usage, ret);
}

static int add_bag(struct buf *b, const struct truststore_entry *e)
{
	static const struct layer certificate_in[] = {
		{ DER_OCTETS, S_INIT("") },
		{ DER_0, S_INIT("") },
		{ DER_SEQUENCE, S_INIT(OID_X509) },
		{ DER_0, S_INIT("") },
	};
	str cert = e->der, rest;
	int rc = attributes(b->op, e->alias, &rest);

	if (rc == 0)
		rc = WRAP_ALL(b->op, certificate_in, &cert);
	if (rc < 0)
		return rc;
	str id = S(OID_CERT_BAG);
	head(b, DER_SEQUENCE, (size_t)(id.len + cert.len + rest.len));
	buf_add(b, id);
	buf_add(b, cert);
	buf_add(b, rest);
	return 0;
}

int truststore_write(struct op *op, const struct truststore_entry *entry, ptrdiff_t n, str *ret)
{
	/* From the inside: the safe's content as data, the one safe, and that as data again. */
	static const struct layer safe_in[] = {
		{ DER_SEQUENCE, S_INIT("") },
		{ DER_OCTETS, S_INIT("") },
		{ DER_0, S_INIT("") },
		{ DER_SEQUENCE, S_INIT(OID_DATA) },
		{ DER_SEQUENCE, S_INIT("") },
		{ DER_OCTETS, S_INIT("") },
		{ DER_0, S_INIT("") },
		{ DER_SEQUENCE, S_INIT(OID_DATA) },
		{ DER_SEQUENCE, S_INIT("\x02\x01\x03") },
	};
	struct buf b;
	str text;
	int rc = 0;

	buf_init(&b, op, LIMIT_CAPTURE);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = add_bag(&b, &entry[i]);
	if (rc == 0)
		rc = buf_take(&b, &text);
	if (rc == 0)
		rc = WRAP_ALL(op, safe_in, &text);
	if (rc < 0)
		return rc;
	*ret = text;
	return 0;
}
