#include "distro/source.h"

#include "base/buf.h"
#include "codec/deb822.h"
#include "unit/harness.h"

#define HEX "0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b0a0b"
#define HEAD "Package: a\nVersion: 1-1\n"

static int reads(struct op *op)
{
	static const struct {
		const char *text, *want; /* what it is, or NULL: ERR_FORMAT */
	} row[] = {
		{ HEAD "Directory: pool/a\nChecksums-Sha256:\n " HEX " 5 a_1.tar.xz\n " HEX " 6 a_1-1.dsc\n",
		  "a 1-1: pool/a/a_1-1.dsc 6, pool/a/a_1.tar.xz 5" },
		{ HEAD "Directory: pool/a\nVcs-Git: g\nVcs-Browser: b\nChecksums-Sha256:\n " HEX " 6 a.dsc\n", "a 1-1 b: pool/a/a.dsc 6" },
		{ HEAD "Directory: pool/a\n", NULL },
		{ HEAD "Checksums-Sha256:\n " HEX " 6 a.dsc\n", NULL },
		{ "Package: a\nDirectory: pool/a\nChecksums-Sha256:\n " HEX " 6 a.dsc\n", NULL },
		{ HEAD "Directory: ../a\nChecksums-Sha256:\n " HEX " 6 a.dsc\n", NULL },
		{ HEAD "Directory: pool/a\nChecksums-Sha256:\n " HEX " 6 ../a.dsc\n", NULL },
		{ HEAD "Directory: pool/a\nChecksums-Sha256:\n " HEX " six a.dsc\n", NULL },
		{ HEAD "Directory: pool/a\nChecksums-Sha256:\n 0a0b 6 a.dsc\n", NULL },
		{ HEAD "Directory: pool/a\nChecksums-Sha256:\n " HEX " 6\n", NULL },
		{ HEAD "Directory: pool/a\nChecksums-Sha256:\n " HEX " 6 a.dsc more\n", NULL },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str text = exact(str_of(row[i].text)), name, version, said;
		struct deb822_stanza s;
		struct source got;
		struct buf b;
		CHECK(deb822_next(op, &text, &s) == 1 || op->code == ERR_MEMORY);
		if (op->code)
			return op->code;
		if (!row[i].want) {
			CHECK_FAILS(op, source_read(op, &s, &name, &version, &got), ERR_FORMAT, "Checksums-Sha256");
			continue;
		}
		TRY(source_read(op, &s, &name, &version, &got));
		buf_init(&b, op, 1 << 12);
		buf_fmt(&b, "%.*s %.*s%s%.*s:", STR_ARG(name), STR_ARG(version), got.vcs.len ? " " : "", STR_ARG(got.vcs));
		for (ptrdiff_t k = 0; k < got.n; k++)
			buf_fmt(&b, "%s %.*s %llu", k ? "," : "", STR_ARG(got.file[k].path), (unsigned long long)got.file[k].size);
		TRY(buf_take(&b, &said));
		CHECK_STR(said, str_of(row[i].want));
	}
	return 0;
}

TESTS({ "reads", reads })
