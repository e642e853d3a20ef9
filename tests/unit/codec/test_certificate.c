#include "codec/certificate.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "sys/file.h"
#include "unit/harness.h"

/* CN=temper test root, self-signed; made by openssl req -x509, which hashes its name as below. */
static const char sample[] =
	"-----BEGIN CERTIFICATE-----\n"
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

static int known(struct op *op)
{
	struct certificate c;

	TRY(certificate_read(op, S("sample"), exact(str_of(sample)), &c));
	CHECK(c.hash == 0x5f33a6e7);
	CHECK(c.der.len == 479 && c.der.p[0] == 0x30);
	return 0;
}

static int refused(struct op *op)
{
	static const char *const bad[] = {
		"", "nothing", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMAQwAgIA\n-----END CERTIFICATE-----\n",
		"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
	};
	struct certificate c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, certificate_read(op, S("bad.crt"), exact(str_of(bad[i])), &c), ERR_FORMAT,
			    "bad.crt is no certificate");
	/* Cut anywhere, it is refused or still whole enough to have its name. */
	for (ptrdiff_t n = 0; n < (ptrdiff_t)sizeof(sample) - 1; n += 7) {
		if (certificate_read(op, S("cut"), exact(str_head(str_of(sample), n)), &c) < 0)
			op_forgive(op);
	}
	return 0;
}

static int facts(struct op *op)
{
	struct certificate_facts f;
	struct certificate c;
	char hex[DIGEST_HEX];
	str text, block, two;
	int n = 0;

	TRY(op_text(op, &two, "a comment\n%s\nanother\n%s", sample, sample));
	for (text = exact(two); certificate_block(&text, &block); n++) {
		CHECK(str_starts(block, S("-----BEGIN CERT")) && str_ends(block, S("CERTIFICATE-----\n")));
		TRY(certificate_read(op, S("sample"), block, &c));
		TRY(certificate_facts(op, S("sample"), &c, &f));
		CHECK_STR(f.subject, S("CN=temper test root,O=Example Widgets,C=XX"));
		CHECK(f.authority && f.self_signed && f.not_before == 1795339636 && f.not_after == 4948939636);
		CHECK(digest_hex(&f.sha256, hex) && strlen(hex) == 64);
	}
	CHECK(n == 2);
	TRY(certificate_check(op, S("two"), two));
	CHECK_FAILS(op, certificate_check(op, S("none"), S("a comment\n")), ERR_FORMAT, "no certificate in PEM");
	CHECK_FAILS(op, certificate_check(op, S("key"), S("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")),
		    ERR_FORMAT, "key is no certificate");
	return 0;
}

/* What this machine trusts, as OpenSSL reads it whole. */
static int as_openssl(struct op *op)
{
	str *name;
	ptrdiff_t n;
	AUTO_FD dir = -1;

	if (dir_open(op, AT_FDCWD, S("/etc/ssl/certs"), false, &dir) < 0) {
		op_forgive(op);
		return 0;
	}
	TRY(dir_list(op, dir, S("/etc/ssl/certs"), &name, &n));
	for (ptrdiff_t i = 0; i < n; i++) {
		str path, pem;
		struct certificate c;
		if (!str_ends(name[i], S(".pem")))
			continue;
		TRY(op_text(op, &path, "/etc/ssl/certs/%.*s", STR_ARG(name[i])));
		if (file_read_user(op, path, 1 << 20, &pem) < 0) {
			op_forgive(op);
			continue;
		}
		BIO *in = BIO_new_mem_buf(pem.p, (int)pem.len);
		X509 *cert = PEM_read_bio_X509(in, NULL, NULL, NULL);
		if (cert) {
			TRY(certificate_read(op, name[i], pem, &c));
			CHECK(c.hash == X509_NAME_hash_ex(X509_get_subject_name(cert), NULL, NULL, NULL));
		}
		X509_free(cert);
		BIO_free(in);
	}
	return 0;
}

TESTS({ "a known certificate", known }, { "what is none is refused", refused },
      { "what one says of itself", facts },
      { "as OpenSSL hashes them", as_openssl, .once = true })
