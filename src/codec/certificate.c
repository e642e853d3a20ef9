#include "certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

int certificate_hash(struct op *op, str what, str pem, uint32_t *ret)
{
	BIO *in = pem.len > 0 && pem.len < INT32_MAX ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
	X509 *cert = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	int ok = 0;
	unsigned long hash =
		cert ? X509_NAME_hash_ex(X509_get_subject_name(cert), NULL, NULL, &ok) : 0;

	X509_free(cert);
	BIO_free(in);
	if (!ok)
		return op_fail(op, ERR_FORMAT, "%.*s is no certificate", STR_ARG(what));
	*ret = (uint32_t)hash;
	return 0;
}
