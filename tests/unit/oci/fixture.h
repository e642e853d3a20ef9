/*
 * fixture: small images for tests, written as text.
 *
 *	d PATH        directory          f PATH TEXT   file with that text as content; '|' ends a line of it
 *	p PATH TEXT   the same, of mode 0644 where that of f is 04644
 *	s PATH LINK   symlink            h PATH FILE   hard link
 *	--            the next layer begins
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "codec/compress.h"
#include "codec/tar.h"
#include "oci/image.h"

#define FIXTURE_STORE { -1, -1, -1, -1, .use = -1 }

static inline int fixture_add(struct op *op, void *to, str bytes)
{
	return store_writer_add(op, to, bytes);
}

static inline int fixture_tar(struct op *op, str *spec, str *ret)
{
	static const struct { char c; enum tar_type type; } types[] = {
		{ 'd', TAR_DIRECTORY }, { 'f', TAR_FILE }, { 'p', TAR_FILE }, { 's', TAR_SYMLINK }, { 'h', TAR_HARDLINK },
	};
	struct buf b;

	buf_init(&b, op, 1 << 20);
	while (spec->p) {
		str line = str_cut(spec, '\n'), kind = str_word(&line), path = str_word(&line);
		struct tar_entry e = { .path = path, .mode = 0755, .mtime = 1000 };
		if (str_eq(kind, S("--")))
			break;
		if (!kind.len)
			continue;
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (types[i].c == kind.p[0])
				e.type = types[i].type;
		if (e.type == TAR_HARDLINK)
			e.mode = 0644; /* what its file has in any case */
		e.link = e.type == TAR_SYMLINK || e.type == TAR_HARDLINK ? str_word(&line) : S("");
		str content = e.type == TAR_FILE ? str_trim(line) : S("");
		e.size = (uint64_t)content.len;
		if (e.type == TAR_FILE)
			e.mode = kind.p[0] == 'f' ? 04644 : 0644;
		tar_header(&b, &e);
		for (ptrdiff_t i = 0; i < content.len; i++)
			buf_char(&b, content.p[i] == '|' ? '\n' : content.p[i]);
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding(e.size));
	}
	buf_repeat(&b, '\0', TAR_END);
	return buf_take(&b, ret);
}

/* One layer into the store: plain, or compressed (gzip, zstd). */
static inline int fixture_layer(struct op *op, const struct store *s, str tar, const char *how,
				struct image_layer *ret)
{
	AUTO_STORE_WRITER w = { .file.fd = -1 };
	AUTO_COMPRESS *c = NULL;
	int rc = store_writer_open(op, s, &w);

	if (rc < 0)
		return rc;
	if (!how) {
		rc = store_writer_add(op, &w, tar);
	} else if ((rc = compress_open(op, how[0] == 'g' ? COMPRESS_GZIP : COMPRESS_ZSTD, fixture_add, &w,
				       &c)) == 0 && (rc = compress_add(op, c, tar)) == 0) {
		rc = compress_end(op, c);
	}
	*ret = (struct image_layer){ .diff_id = digest_of(tar), .size = w.size, .tar_size = (uint64_t)tar.len,
				     .created_by = S("fixture") };
	ret->media_type = !how ? S("application/vnd.oci.image.layer.v1.tar") :
			  how[0] == 'g' ? S("application/vnd.oci.image.layer.v1.tar+gzip") :
					  S("application/vnd.oci.image.layer.v1.tar+zstd");
	return rc < 0 ? rc : store_writer_commit(op, &w, NULL, &ret->digest);
}

/* The image of a spec; layers are compressed as `how` says. */
static inline int fixture_image(struct op *op, const struct store *s, str spec, const char *how,
				struct image_descriptor *ret)
{
	static const str env = S_INIT("PATH=/usr/bin"), user = S_INIT("65532");
	static const str cmd[] = { S_INIT("/bin/sh"), S_INIT("-c"), S_INIT("exit 0") };
	static struct pair label = { S_INIT("k"), S_INIT("v") };
	static str port = S_INIT("8080/tcp");
	struct image_config c = { .os = S("linux"), .architecture = S("amd64"), .created = 1700000000,
				  .user = user, .cmd = { (str *)(uintptr_t)cmd, 3 }, .env = { (str *)(uintptr_t)&env, 1 },
				  .labels = { &label, 1 }, .ports = { &port, 1 } };
	c.healthcheck = (struct image_healthcheck){ .test = c.cmd, .interval = 30000000000, .retries = 3 };
	c.layer = op_new(op, struct image_layer, 16);
	if (!c.layer)
		return op->code;
	while (spec.p) {
		str tar;
		int rc = fixture_tar(op, &spec, &tar);
		if (rc < 0 || (rc = fixture_layer(op, s, tar, how, &c.layer[c.layer_n++])) < 0)
			return rc;
	}
	struct pairs notes = { &label, 1 };
	return image_put(op, s, &c, &notes, ret);
}

#endif
