#include "certificate.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"

/*
 * Only the subject's name is read: OpenSSL decodes the public key of every certificate that it
 * parses, which takes ten times as long as all the rest. Source: RFC 5280 section 4.1.
 */
struct der {
	const unsigned char *p;
	long left;
};

/* Step into the next element if it has this tag of the universal class. */
static bool enter(struct der *d, int want)
{
	int tag, class;
	long len;

	if (ASN1_get_object(&d->p, &len, &tag, &class, d->left) & 0x80)
		return false;
	d->left = len;
	return tag == want && class == V_ASN1_UNIVERSAL;
}

/* Step over the next element; *ret_tag is -1 for one that is not of the universal class. */
static bool skip(struct der *d, int *ret_tag)
{
	struct der at = *d;
	int tag, class;
	long len;

	if (ASN1_get_object(&at.p, &len, &tag, &class, at.left) & 0x80)
		return false;
	d->left -= (at.p - d->p) + len;
	d->p = at.p + len;
	*ret_tag = class == V_ASN1_UNIVERSAL ? tag : -1;
	return d->left >= 0;
}

/* Certificate, TBSCertificate, then: version (optional), serial number, algorithm, issuer,
 * validity. */
static X509_NAME *subject(const unsigned char *bytes, long n)
{
	struct der d = { bytes, n };
	int tag;

	if (!enter(&d, V_ASN1_SEQUENCE) || !enter(&d, V_ASN1_SEQUENCE) || !skip(&d, &tag))
		return NULL;
	if (tag == -1 && !skip(&d, &tag))
		return NULL;
	for (int i = 0; tag == V_ASN1_INTEGER && i < 3; i++) {
		int sequence;
		if (!skip(&d, &sequence) || sequence != V_ASN1_SEQUENCE)
			return NULL;
	}
	return tag == V_ASN1_INTEGER ? d2i_X509_NAME(NULL, &d.p, d.left) : NULL;
}

int certificate_read(struct op *op, str what, str pem, struct certificate *ret)
{
	BIO *in = pem.len > 0 && pem.len < INT32_MAX ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
	char *kind = NULL, *header = NULL;
	unsigned char *bytes = NULL;
	X509_NAME *name = NULL;
	long n = 0;
	int ok = 0, rc = 0;
	str der = { 0 };

	if (in && PEM_read_bio(in, &kind, &header, &bytes, &n) &&
	    strcmp(kind, PEM_STRING_X509) == 0)
		name = subject(bytes, n);
	unsigned long hash = name ? X509_NAME_hash_ex(name, NULL, NULL, &ok) : 0;
	if (ok)
		rc = op_copy(op, (str){ (const char *)bytes, n }, &der);
	X509_NAME_free(name);
	OPENSSL_free(kind);
	OPENSSL_free(header);
	OPENSSL_free(bytes);
	BIO_free(in);
	if (!ok)
		return op_fail(op, ERR_FORMAT, "%.*s is no certificate", STR_ARG(what));
	if (rc < 0)
		return rc;
	*ret = (struct certificate){ .der = der, .hash = (uint32_t)hash };
	return 0;
}

bool certificate_block(str *text, str *ret)
{
	ptrdiff_t at = str_find_str(*text, S("-----BEGIN "));

	if (at < 0)
		return false;
	str rest = str_from(*text, at);
	ptrdiff_t end = str_find_str(rest, S("-----END "));
	str tail = end < 0 ? S("") : str_from(rest, end);
	(void)str_cut(&tail, '\n');
	*ret = str_head(rest, rest.len - tail.len);
	*text = tail;
	return true;
}

static bool read_time(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(t, &tm))
		return false;
	*ret = timegm(&tm);
	return true;
}

static int copy_subject(struct op *op, X509 *x, str *ret)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	int rc = ERR_FORMAT;

	if (out && X509_NAME_print_ex(out, X509_get_subject_name(x), 0,
				      XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		long n = BIO_get_mem_data(out, &text);
		rc = n < LIMIT_PATH ? op_copy(op, (str){ text, n }, ret) : ERR_FORMAT;
	}
	BIO_free(out);
	return rc;
}

static int read_facts(struct op *op, X509 *x, struct certificate_facts *ret)
{
	struct certificate_facts f = { .authority = X509_check_ca(x) == 1 };

	f.self_signed = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 &&
			X509_self_signed(x, 1) == 1;
	if (!read_time(X509_get0_notBefore(x), &f.not_before) ||
	    !read_time(X509_get0_notAfter(x), &f.not_after))
		return ERR_FORMAT;
	int rc = copy_subject(op, x, &f.subject);
	if (rc == 0)
		*ret = f;
	return rc;
}

int certificate_facts(struct op *op, str what, const struct certificate *c,
		      struct certificate_facts *ret)
{
	const unsigned char *p = (const unsigned char *)c->der.p;
	X509 *x = d2i_X509(NULL, &p, c->der.len);
	bool whole = x && p == (const unsigned char *)c->der.p + c->der.len;
	int rc = whole ? read_facts(op, x, ret) : ERR_FORMAT;

	X509_free(x);
	if (rc < 0)
		return op->code ? op->code
				: op_fail(op, ERR_FORMAT, "%.*s is no certificate", STR_ARG(what));
	ret->sha256 = digest_of(c->der);
	return 0;
}

int certificate_check(struct op *op, str what, str text)
{
	struct certificate_facts f;
	struct certificate c;
	ptrdiff_t n = 0;
	str block;

	for (; certificate_block(&text, &block); n++) {
		int rc = certificate_read(op, what, block, &c);
		if (rc == 0)
			rc = certificate_facts(op, what, &c, &f);
		if (rc < 0)
			return rc;
		if (!f.authority && !f.self_signed)
			return op_fail(
				op, ERR_FORMAT,
				"%.*s: %.*s is neither an authority (CA:TRUE) nor self-signed: "
				"it can vouch for nobody",
				STR_ARG(what), STR_ARG(f.subject));
	}
	return n > 0 ? 0
		     : op_fail(op, ERR_FORMAT, "%.*s holds no certificate in PEM", STR_ARG(what));
}
