#include "codec/truststore.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "codec/certificate.h"
#include "unit/harness.h"

static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
			  "MIIB2zCCAYGgAwIBAgIUW7qlgVcmoE/KFVXvubqpOFuXHM8wCgYIKoZIzj0EAwIw\n"
			  "QjELMAkGA1UEBhMCWFgxGDAWBgNVBAoMD0V4YW1wbGUgV2lkZ2V0czEZMBcGA1UE\n"
			  "AwwQdGVtcGVyIHRlc3Qgcm9vdDAgFw0yNjExMjIwOTI3MTZaGA8yMTI2MTAyOTA5\n"
			  "MjcxNlowQjELMAkGA1UEBhMCWFgxGDAWBgNVBAoMD0V4YW1wbGUgV2lkZ2V0czEZ\n"
			  "MBcGA1UEAwwQdGVtcGVyIHRlc3Qgcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
			  "A0IABNH2jSPWLntrUGTtEiLUC9HuLHm9HiniJvZmulgsQtAmRh1ygiNXP/lll6q1\n"
			  "FYjYk6LPOlKNkd3dbsO3HPLEfgCjUzBRMB0GA1UdDgQWBBQ0uQfgMR+9lf7YrXGn\n"
			  "LhiXucVYUTAfBgNVHSMEGDAWgBQ0uQfgMR+9lf7YrXGnLhiXucVYUTAPBgNVHRMB\n"
			  "Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCuFWcnYZo7abrSXGvOOQTGj+s6\n"
			  "LUfW9TIZLyErOGr2/QIgJeXQlZt7sY+Rfr0lCXsVQQzGjSfopIYfZVZk7BwKav4=\n"
			  "-----END CERTIFICATE-----\n";

/* The attribute of this bag that makes Java trust it names any usage. */
static bool is_trusted(const PKCS12_SAFEBAG *bag)
{
	const STACK_OF(X509_ATTRIBUTE) *all = PKCS12_SAFEBAG_get0_attrs(bag);
	char oid[64];

	for (int i = 0; i < sk_X509_ATTRIBUTE_num(all); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(all, i);
		const ASN1_TYPE *v = X509_ATTRIBUTE_get0_type(a, 0);
		OBJ_obj2txt(oid, sizeof(oid), X509_ATTRIBUTE_get0_object(a), 1);
		if (strcmp(oid, "2.16.840.1.113894.746875.1.1") == 0)
			return v && v->type == V_ASN1_OBJECT &&
			       OBJ_obj2nid(v->value.object) == NID_anyExtendedKeyUsage;
	}
	return false;
}

static void check_bag(PKCS12_SAFEBAG *bag, const struct truststore_entry *e)
{
	char *name = PKCS12_get_friendlyname(bag);
	X509 *cert = PKCS12_SAFEBAG_get1_cert(bag);
	unsigned char *der = NULL;
	int n = cert ? i2d_X509(cert, &der) : 0;

	CHECK_STR(str_of(name), e->alias);
	CHECK(n == e->der.len && memcmp(der, e->der.p, (size_t)n) == 0);
	CHECK(is_trusted(bag));
	OPENSSL_free(name);
	OPENSSL_free(der);
	X509_free(cert);
}

/* Written here, read whole by OpenSSL; n beyond what one and two bytes of length can say. */
static int as_openssl(struct op *op)
{
	struct certificate c;
	str file;

	TRY(certificate_read(op, S("sample"), str_of(pem), &c));
	static const int counts[] = { 0, 1, 2, 150 };
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		int n = counts[k];
		struct truststore_entry *e = op_new(op, struct truststore_entry, n);
		if (!e)
			return op->code;
		for (int i = 0; i < n; i++) {
			e[i].der = c.der;
			TRY(op_text(op, &e[i].alias, "debian:%0*d.pem", 1 + i, i));
		}
		TRY(truststore_write(op, e, n, &file));
		const unsigned char *p = (const unsigned char *)file.p;
		PKCS12 *store = d2i_PKCS12(NULL, &p, file.len);
		CHECK(store && p == (const unsigned char *)file.p + file.len);
		STACK_OF(PKCS7) *safes = store ? PKCS12_unpack_authsafes(store) : NULL;
		CHECK(sk_PKCS7_num(safes) == 1);
		STACK_OF(PKCS12_SAFEBAG) *bags =
			safes ? PKCS12_unpack_p7data(sk_PKCS7_value(safes, 0)) : NULL;
		CHECK(sk_PKCS12_SAFEBAG_num(bags) == n);
		for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags) && i < n; i++)
			check_bag(sk_PKCS12_SAFEBAG_value(bags, i), &e[i]);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
		sk_PKCS7_pop_free(safes, PKCS7_free);
		PKCS12_free(store);
	}
	return 0;
}

/* One of Debian's certificates is called after its owner in Hungarian. */
static int names(struct op *op)
{
	static const struct {
		const char *alias, *utf16;
	} row[] = {
		{ "f\xc5\x91.pem", "\x1e\x0c\0f\1\x51\0.\0p\0e\0m" },
		{ "\xf0\x9f\x94\x92", "\x1e\x04\xd8\x3d\xdd\x12" },
		{ "\xff", "\x1e\x02\0\xff" },
	};
	static const ptrdiff_t len[] = { 14, 6, 4 };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct truststore_entry e = { .alias = exact(str_of(row[i].alias)), .der = S("x") };
		str file;
		TRY(truststore_write(op, &e, 1, &file));
		CHECK(str_find_str(file, (str){ row[i].utf16, len[i] }) > 0);
	}
	return 0;
}

TESTS({ "names beyond ASCII", names }, { "OpenSSL reads what is written", as_openssl })
