/* deb_make: .debs for tests, good and hostile, without dpkg: ar and our tar writer. */
#ifndef TESTS_DEB_MAKE_H
#define TESTS_DEB_MAKE_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/tar.h"

struct deb_file {
	const char *path;
	const char *text; /* a file's content; a link's target */
	enum tar_type type;
	uint32_t mode;
};

static inline void deb_make_tar(struct buf *b, const struct deb_file *f, size_t n)
{
	for (size_t i = 0; i < n && f[i].path; i++) {
		str text = str_of(f[i].text);
		bool file = f[i].type == TAR_FILE;
		struct tar_entry e = { .type = f[i].type,
				       .path = str_of(f[i].path),
				       .mode = f[i].mode ? f[i].mode : 0644,
				       .size = file ? (uint64_t)text.len : 0,
				       .link = file ? S("") : text,
				       .mtime = 1000 };
		tar_header(b, &e);
		if (file) {
			buf_add(b, text);
			buf_repeat(b, '\0', (ptrdiff_t)tar_padding(e.size));
		}
	}
	buf_repeat(b, '\0', TAR_END);
}

static inline void deb_make_member(struct buf *b, const char *name, str content)
{
	buf_fmt(b, "%-16s%-12d%-6d%-6d%-8s%-10td`\n", name, 1700000000, 0, 0, "100644",
		content.len);
	buf_add(b, content);
	if (content.len % 2)
		buf_char(b, '\n');
}

/* debian-binary, control.tar and data.tar of these files, each table ended by a NULL path. */
static inline int deb_make(struct op *op, const struct deb_file *control,
			   const struct deb_file *data, str *ret)
{
	struct buf c, d, b;

	buf_init(&c, op, 64 << 20);
	buf_init(&d, op, 64 << 20);
	buf_init(&b, op, 64 << 20);
	deb_make_tar(&c, control, SIZE_MAX);
	deb_make_tar(&d, data, SIZE_MAX);
	buf_add(&b, S("!<arch>\n"));
	deb_make_member(&b, "debian-binary", S("2.0\n"));
	deb_make_member(&b, "control.tar", buf_view(&c));
	deb_make_member(&b, "data.tar", buf_view(&d));
	str unused;
	int rc = buf_take(&c, &unused);
	if (rc < 0 || (rc = buf_take(&d, &unused)) < 0)
		return rc;
	return buf_take(&b, ret);
}

#endif
