#include "certificate.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

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
