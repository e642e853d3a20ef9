/*
 * source_fixture: files for tests of sources, and sources opened on them.
 */
#ifndef TESTS_SOURCE_FIXTURE_H
#define TESTS_SOURCE_FIXTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "oci/source.h"
#include "oci/source_parts.h"
#include "unit/harness.h"

static const struct source_wish plain_wish;

static const char *here; /* test_dir() empties it: begin() once for each run of a case */
static int here_fd;

static inline void begin(void)
{
	here = test_dir(&here_fd);
}

/* "%" in a pattern is the directory of the test. */
static inline int place(struct op *op, const char *pattern, str *ret)
{
	str rest = str_of(pattern), head = str_cut(&rest, '%');

	return op_text(op, ret, "%.*s%s%.*s", STR_ARG(head), rest.p ? here : "", STR_ARG(rest));
}

static inline int put(struct op *op, const char *name, str bytes)
{
	return file_replace(op, here_fd, str_of(name), bytes, 0644);
}

static inline int open_pattern(struct op *op, const char *pattern, const struct source_wish *wish,
			const struct store *store, struct source *ret)
{
	str what;

	TRY(place(op, pattern, &what));
	return source_open(op, what, wish, store, ret);
}

/* Do the bytes of a layer lie where the source says? */
static inline int layer_is(struct op *op, const struct tree_layer *l, const struct digest *want)
{
	char *p = op_new(op, char, l->size);

	if (!p)
		return op->code;
	TRY(file_pread(op, l->fd, l->what, p, l->size, l->offset));
	struct digest got = digest_of((str){ p, (ptrdiff_t)l->size });
	CHECK(digest_eq(&got, want));
	return 0;
}

struct member {
	const char *path;
	str content;
	const char *link; /* "=" before it: a hard link */
};

static inline int make_tar(struct op *op, const struct member *m, size_t n, str *ret)
{
	struct buf b;

	buf_init(&b, op, 16 << 20);
	for (size_t i = 0; i < n && m[i].path; i++) {
		struct tar_entry e = { .path = str_of(m[i].path), .mode = 0644, .size = (uint64_t)m[i].content.len };
		if (m[i].link) {
			bool hard = m[i].link[0] == '=';
			e.type = hard ? TAR_HARDLINK : TAR_SYMLINK;
			e.link = str_of(m[i].link + hard);
			e.size = 0;
		}
		tar_header(&b, &e);
		buf_add(&b, m[i].link ? S("") : m[i].content);
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding(e.size));
	}
	buf_repeat(&b, '\0', TAR_END);
	return buf_take(&b, ret);
}

static inline int gzip_add(struct op *op, void *to, str bytes)
{
	(void)op;
	buf_add(to, bytes);
	return 0;
}

static inline int gzip(struct op *op, str bytes, str *ret)
{
	AUTO_COMPRESS *c = NULL;
	struct buf b;

	buf_init(&b, op, 4 << 20);
	TRY(compress_open(op, COMPRESS_GZIP, gzip_add, &b, &c));
	TRY(compress_add(op, c, bytes));
	TRY(compress_end(op, c));
	return buf_take(&b, ret);
}

#endif
