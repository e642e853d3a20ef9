#include "source_fixture.h"

static const struct {
	const char *name, *content; /* no content: a directory */
	enum source_kind kind;
} files[] = {
	{ "cyclonedx.json", "\xef\xbb\xbf {\n \"bomFormat\": \"CycloneDX\" }", SOURCE_SBOM },
	{ "spdx.json", "{\"SPDXID\":\"SPDXRef-DOCUMENT\",\"spdxVersion\":\"SPDX-2.3\"}", SOURCE_SBOM },
	{ "syft.json", "{\"artifacts\":[],\"schema\":{\"url\":\"https://raw.githubusercontent.com/anchore/syft/main/x\"}}",
	  SOURCE_SBOM },
	{ "bom.xml", "<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">", SOURCE_SBOM },
	{ "x.spdx", "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n", SOURCE_SBOM },
	{ "commented.spdx", "# by hand\nSPDXVersion: SPDX-2.3\n", SOURCE_SBOM },
	{ "package-lock.json", "{\"lockfileVersion\":3}", SOURCE_FILE },
	{ "index.json", "{\"manifests\":[]}", SOURCE_FILE },
	{ "page.xml", "<html>SPDXVersion:</html>", SOURCE_FILE },
	{ "short", "x", SOURCE_FILE },
	{ "empty", "", SOURCE_FILE },
	{ "some.gz", "\x1f\x8b no gzip at all", SOURCE_FILE },
	{ "tree", NULL, SOURCE_DIRECTORY },
	{ "debian", NULL, SOURCE_DIRECTORY },
};

static int kinds(struct op *op)
{
	begin();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		AUTO_SOURCE s = { .fd = -1 };
		AUTO_FD fd = -1;
		str what;
		if (files[i].content)
			TRY(put(op, files[i].name, str_of(files[i].content)));
		else
			TRY(dir_open(op, here_fd, str_of(files[i].name), true, &fd));
		TRY(op_text(op, &what, "%s/%s", here, files[i].name));
		TRY(source_open(op, what, &plain_wish, NULL, &s));
		CHECK(s.kind == files[i].kind && s.fd >= 0 && s.image_n == 0);
		CHECK(s.kind == SOURCE_DIRECTORY || s.size == strlen(files[i].content));
		CHECK_STR(s.name, what);
	}
	/* debian:13 is no version of a directory that happens to be called debian */
	AUTO_SOURCE s = { .fd = -1 };
	CHECK_FAILS(op, open_pattern(op, "%/debian:13", &plain_wish, NULL, &s), ERR_USAGE, "no such file");
	TRY(open_pattern(op, "dir:%/debian", &plain_wish, NULL, &s));
	CHECK(s.kind == SOURCE_DIRECTORY);
	source_close(&s);
	TRY(open_pattern(op, "file:%/cyclonedx.json", &plain_wish, NULL, &s));
	CHECK(s.kind == SOURCE_FILE);
	source_close(&s);
	TRY(open_pattern(op, "sbom:%/short", &plain_wish, NULL, &s));
	CHECK(s.kind == SOURCE_SBOM);
	return 0;
}

/* A tar of files, and one that is compressed: a tree. */
static int tars(struct op *op)
{
	static const struct member members[] = {
		{ "etc/os-release", S_INIT("ID=x\n"), NULL },
		{ "manifest.json", S_INIT("{\"manifest_version\":3}"), NULL }, /* of a browser's extension */
	};
	str tar, packed;

	begin();
	TRY(make_tar(op, members, 2, &tar));
	TRY(gzip(op, tar, &packed));
	TRY(put(op, "files.tar", tar));
	TRY(put(op, "files.tgz", packed));
	for (int i = 0; i < 2; i++) {
		AUTO_SOURCE s = { .fd = -1 };
		struct digest want = digest_of(tar);
		TRY(open_pattern(op, i ? "%/files.tgz" : "%/files.tar", &plain_wish, NULL, &s));
		CHECK(s.kind == SOURCE_TAR && s.image_n == 1 && s.image[0].layer_n == 1);
		CHECK(digest_is_zero(&s.image[0].layer[0].diff_id) && s.image[0].subject.kind == SUBJECT_FILE);
		TRY(layer_is(op, &s.image[0].layer[0], &want));
	}
	return 0;
}

/* What begins as a tar and is a bad one is an error, never a file in which nothing is found. */
static int bad_tars(struct op *op)
{
	static const struct member escape[] = { { "escape", S_INIT("x"), NULL }, { "etc/x", S_INIT(""), "../../etc" } };
	AUTO_SOURCE s = { .fd = -1 };
	char *p;
	str tar;

	begin();
	TRY(make_tar(op, escape, 1, &tar));
	p = op_new(op, char, tar.len);
	if (!p)
		return op->code;
	memcpy(p, tar.p, (size_t)tar.len);
	memcpy(p, "../../x", 8);
	unsigned sum = 0;
	memset(p + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (uint8_t)p[i];
	(void)snprintf(p + 148, 8, "%06o", sum);
	TRY(put(op, "bad.tar", (str){ p, tar.len }));
	CHECK_FAILS(op, open_pattern(op, "%/bad.tar", &plain_wish, NULL, &s), ERR_FORMAT, "bad path '../../x'");
	p[0] = 'x';
	TRY(put(op, "bad.tar", (str){ p, tar.len }));
	CHECK_FAILS(op, open_pattern(op, "%/bad.tar", &plain_wish, NULL, &s), ERR_FORMAT, "bad checksum");
	return 0;
}

TESTS({ "a file is what its bytes are", kinds }, { "a tar of files is a tree", tars },
      { "tars that are bad are no files", bad_tars })
