/* Contents that hold a secret and contents that only look so. Values are put together here: no line of this
 * file is one. tests/interop/secrets.sh has every family in every carrier. */
#include "audit/secrets.h"

#include "base/buf.h"
#include "codec/base64.h"
#include "unit/harness.h"

/* GitHub's published example of its checksum: the last six signs belong to the thirty before. */
#define GH                               \
	"gh"                             \
	"p_"                             \
	"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" \
	"0mLq17"
#define BODY "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"

static const struct {
	const char *path, *text, *family; /* NULL: none */
	uint64_t line;
} rows[] = {
	{ "a", "x\nt=" GH "\n", "github-pat", 2 },
	{ "a", GH, "github-pat", 1 },
	{ "a",
	  "t=gh"
	  "p_" BODY "0mLq18\n",
	  NULL, 0 },                     /* another checksum */
	{ "a", "t=" GH "x\n", NULL, 0 }, /* longer */
	{ "a", "tx" GH "\n", NULL, 0 },  /* the end of something else */
	{ "a",
	  "AK"
	  "IAIOSFODNN7EXAMPLE",
	  NULL, 0 },
	{ "a",
	  "id = AK"
	  "IAJQ3RZ7PLMN2XKVTD\n",
	  "aws-access-key-id", 1 },
	{ "a.yaml", "password: ${PASSWORD_OF_9_THINGS}\n", NULL, 0 },
	{ "a.yaml", "password: 'changeme1234567'\n", NULL, 0 },
	{ "a.yaml",
	  "password: \"k9Qx2"
	  "vR7tLw4Zp\"\n",
	  "generic-secret", 1 },
	{ "a.yaml",
	  "# password: \"k9Qx2"
	  "vR7tLw4Zp\"\n",
	  NULL, 0 }, /* a comment */
	{ "usr/share/doc/a.yaml",
	  "password: \"k9Qx2"
	  "vR7tLw4Zp\"\n",
	  NULL, 0 },
	{ "a.py", "password = get_password_1(x)\n", NULL, 0 },
	{ "a", "https://user:password@host/", NULL, 0 },
	{ "a",
	  "https://me:k9Qx2"
	  "vR7tLw4Zp@host/",
	  "url-password", 1 },
	{ "root/.netrc", "machine a login b password hunter22\n", "netrc-password", 1 },
	{ "root/netrc.txt", "machine a login b password hunter22\n", NULL, 0 },
	{ "etc/shadow", "root:*:19000:0:99999:7:::\n", NULL, 0 },
	{ "a",
	  "-----BEGIN "
	  "PRIVATE KEY-----\nMC4CAQAw\n-----END "
	  "PRIVATE KEY-----\n",
	  NULL, 0 },
	{ "a",
	  "-----BEGIN "
	  "CERTIFICATE-----\nMC4CAQAw\n-----END "
	  "CERTIFICATE-----\n",
	  NULL, 0 },
};

static int contents(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret_found *f;
		struct secrets *s;
		ptrdiff_t n;
		TRY(secrets_open(op, NULL, NULL, &s));
		TRY(secrets_text(op, s, str_of(rows[i].path), exact(str_of(rows[i].text))));
		TRY(secrets_found(op, s, NULL, &f, &n));
		if (n != (rows[i].family != NULL)) {
			test_check(false, rows[i].text, __FILE__, __LINE__);
			continue;
		}
		if (n == 0)
			continue;
		CHECK_STR(f[0].family, str_of(rows[i].family));
		CHECK(f[0].line == rows[i].line && f[0].layer == -1 && !f[0].hidden);
		CHECK(str_find_str(f[0].around, S("***")) >= 0);
		CHECK(str_find_str(f[0].around, S(BODY)) < 0 &&
		      str_find_str(f[0].around, S("k9Qx2"
						  "vR7t")) < 0);
	}
	return 0;
}

static int settings(struct op *op)
{
	struct pair env[] = { { S("PATH"), S("/bin") }, { S("TOKEN"), S(GH) } };
	str cmd[] = { S("/bin/x"), S("--token"), S(GH) };
	struct config_step step[] = {
		{ .instruction = S("RUN make"),
		  .created_by = S("RUN |1 DB_PASSWORD=hunter22 /bin/sh -c make"),
		  .layer = 0 },
		{ .instruction = S("RUN curl -H " GH), .created_by = S("x"), .layer = 1 },
	};
	struct config c = { .env = { env, 2 }, .cmd = { cmd, 3 }, .step = step, .step_n = 2 },
		      masked;
	struct secret_found *f;
	struct secrets *s;
	ptrdiff_t n;
	str text;

	TRY(secrets_open(op, NULL, NULL, &s));
	TRY(secrets_config(op, s, &c));
	TRY(secrets_found(op, s, NULL, &f, &n));
	CHECK(n == 4);
	if (n == 4) {
		CHECK_STR(f[0].where, S("build argument DB_PASSWORD"));
		CHECK_STR(f[0].family, S("config-credential"));
		CHECK_STR(f[1].where, S("command"));
		CHECK_STR(f[2].where, S("environment TOKEN"));
		CHECK_STR(f[3].where, S("history step 2"));
	}
	TRY(secrets_mask_config(op, s, &c, &masked));
	CHECK_STR(masked.env.p[0].value, S("/bin"));
	CHECK_STR(masked.env.p[1].value, S("***"));
	CHECK_STR(masked.cmd.p[2], S("***"));
	CHECK_STR(masked.step[0].instruction, S("RUN make"));
	CHECK_STR(masked.step[1].instruction, S("RUN curl -H ***"));
	CHECK(str_find_str(masked.step[0].created_by, S("hunter22")) < 0);
	TRY(secrets_mask(op, s, S("token " GH " and no more"), &text));
	CHECK_STR(text, S("token *** and no more"));
	return 0;
}

TESTS({ "contents", contents, .once = true }, { "settings and masks", settings, .once = true })
