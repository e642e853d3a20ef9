#include "distro/repo_parts.h"
#include "sys/clock.h"
#include "unit/harness.h"

#define V "[GNUPG:] VALIDSIG SUBKEY 2026-09-12 1789199778 0 4 0 1 8 01 PRIMARY\n"
#define G "[GNUPG:] GOODSIG 6ED0E7B82643E131 Somebody\n"
#define N "[GNUPG:] NEWSIG\n"
#define P "[GNUPG:] PLAINTEXT 74 0 \n"

static const struct {
	const char *status, *signer, *says;
} verdicts[] = {
	{ P N G V, "PRIMARY", NULL },
	{ P N "[GNUPG:] ERRSIG X 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY X\n" N G V, "PRIMARY", NULL },
	{ P N G V N "[GNUPG:] ERRSIG X 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY X\n", "PRIMARY", NULL },
	{ P N "[GNUPG:] EXPKEYSIG X Y\n" V N G V, "PRIMARY", NULL },
	{ P N G "[GNUPG:] VALIDSIG ONLY 2026-09-12 1 0 4 0 1 10 01\n", "ONLY", NULL },
	{ "", "", "no signature" },
	{ P N "[GNUPG:] ERRSIG X 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY X\n", "", "no signature" },
	{ P N "[GNUPG:] BADSIG X Y\n", "", "changed after" },
	{ P N G V N "[GNUPG:] BADSIG X Y\n", "", "changed after" },
	{ P N "[GNUPG:] EXPKEYSIG X Y\n" V, "", "expired" },
	{ P N "[GNUPG:] EXPSIG X Y\n" V, "", "expired" },
	{ P N "[GNUPG:] REVKEYSIG X Y\n" V, "", "revoked" },
	{ P N G N V, "", "no signature" },
	{ P N G, "", "no signature" },
	{ P P N G V, "", "more than one" },
	{ P N G V "[GNUPG:] ERROR proc_pkt.plaintext 89_BAD_DATA\n", "", "not a signed" },
	{ "[GNUPG:] NODATA 1\n", "", "not a signed" },
	{ P N G "[GNUPG:] VALIDSIG S 2026-09-12 1 0 4 0 1 2 01 P\n", "", "broken digest" },
	{ P N G "[GNUPG:] VALIDSIG S\n", "", "broken digest" },
	{ "gpgv: " N "GOODSIG VALIDSIG\nx" V, "", "no signature" },
};

static int judges(struct op *op)
{
	(void)op;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		str signer = S("");
		const char *why = repo_release_judge(exact(str_of(verdicts[i].status)), NULL, &signer);
		CHECK_STR(signer, str_of(verdicts[i].signer));
		CHECK(verdicts[i].says ? str_find_str(str_of(why), str_of(verdicts[i].says)) >= 0 : !why);
	}
	return 0;
}

#define HEX "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define HEY "1f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define HEAD "Suite: stable\nCodename: trixie\nDate: Sat, 12 Sep 2026 07:55:41 UTC\n"
#define LIST "SHA256:\n " HEX " 100 main/binary-amd64/Packages\n " HEX " 90 main/binary-amd64/Packages.gz\n"

static const struct {
	const char *text, *packed;
	int code;
	const char *says;
} texts[] = {
	{ HEAD LIST, "main/binary-amd64/Packages.gz", 0, "" },
	{ HEAD LIST " " HEX " 80 main/binary-amd64/Packages.xz\n", "main/binary-amd64/Packages.xz", 0, "" },
	{ HEAD LIST " " HEX " 100 main/binary-amd64/Packages\n", "main/binary-amd64/Packages.gz", 0, "" },
	{ HEAD "SHA256:\n " HEX " 9 main/binary-arm64/Packages\n", "", 0, "" },
	{ HEAD "SHA256:\n " HEX " 9 x/main/binary-amd64/Packages\n", "", 0, "" },
	{ HEAD LIST " " HEY " 100 main/binary-amd64/Packages\n", NULL, ERR_FORMAT, "twice" },
	{ HEAD LIST " " HEX " 101 main/binary-amd64/Packages\n", NULL, ERR_FORMAT, "twice" },
	{ HEAD "SHA256:\n " HEX " -1 main/binary-amd64/Packages\n", NULL, ERR_FORMAT, "malformed" },
	{ HEAD "SHA256:\n 12 1 main/binary-amd64/Packages\n", NULL, ERR_FORMAT, "malformed" },
	{ HEAD "SHA256:\n " HEX " 999999999999 main/binary-amd64/Packages\n", NULL, ERR_LIMIT, "larger" },
	{ HEAD "MD5Sum:\n 3e498904a30e240573dac8ddac594e6f 1 main/binary-amd64/Packages\n", NULL, ERR_FORMAT, "SHA-256" },
	{ HEAD "Valid-Until: soon\n" LIST, NULL, ERR_FORMAT, "Valid-Until" },
	{ "Suite: stable\nDate: yesterday\n" LIST, NULL, ERR_FORMAT, "Date" },
	{ "Suite: stable\n" LIST, NULL, ERR_FORMAT, "Date" },
	{ HEAD LIST "\nPackage: x\n", NULL, ERR_FORMAT, "more than one stanza" },
	{ HEAD HEAD LIST, NULL, ERR_FORMAT, "twice" },
	{ "", NULL, ERR_FORMAT, "empty" },
	{ "<html>\n", NULL, ERR_FORMAT, "colon" },
};

static int parses(struct op *op)
{
	struct repo_release r;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		str text = exact(str_of(texts[i].text));
		if (texts[i].code) {
			CHECK_FAILS(op, repo_release_parse(op, text, S("main/binary-amd64/"), &r), texts[i].code, texts[i].says);
			continue;
		}
		TRY(repo_release_parse(op, text, S("main/binary-amd64/"), &r));
		CHECK_STR(r.packed.path, str_of(texts[i].packed));
		CHECK_STR(r.codename, S("trixie"));
		CHECK(r.date == 1789199741 && r.valid_until == 0);
	}
	return 0;
}

static int checks(struct op *op)
{
	struct repo_release r = { .suite = S("stable"), .codename = S("trixie"), .date = 1000000 };

	TRY(repo_release_check(op, &r, S("trixie"), 1000000));
	TRY(repo_release_check(op, &r, S("stable"), 900000000));
	CHECK_FAILS(op, repo_release_check(op, &r, S("bookworm"), 1000000), ERR_VERIFY, "swaps");
	CHECK_FAILS(op, repo_release_check(op, &r, S(""), 1000000), ERR_VERIFY, "swaps");
	CHECK_FAILS(op, repo_release_check(op, &r, S("trixie"), 900000), ERR_VERIFY, "future");
	r.suite = r.codename = S("");
	CHECK_FAILS(op, repo_release_check(op, &r, S("trixie"), 1000000), ERR_FORMAT, "neither");
	TRY(repo_release_check(op, &r, S("./"), 1000000));
	r.codename = S("trixie");
	r.valid_until = 2000000;
	TRY(repo_release_check(op, &r, S("trixie"), 2000000));
	CHECK_FAILS(op, repo_release_check(op, &r, S("trixie"), 2000001), ERR_VERIFY, "valid until 1970-01-24");
	return 0;
}

TESTS({ "verdicts", judges }, { "texts", parses }, { "checks", checks })
