#include "model/inventory.h"

#include "base/buf.h"
#include "unit/harness.h"

static int sorted(struct op *op, str paths, str *ret)
{
	struct package_file file[16] = { 0 };
	struct package p = { .file = file };
	struct buf b;

	for (str word = str_word(&paths); word.len; word = str_word(&paths)) {
		struct package_file *f = &file[p.file_n++];
		f->flags = word.p[0] == '!' ? FILE_CONFIG : 0;
		f->hash = word.p[0] == '#' ? HASH_MD5 : 0;
		f->digest[0] = f->hash ? (uint8_t)p.file_n : 0;
		f->path = str_from(word, f->flags || f->hash);
	}
	TRY(package_sort_files(op, &p));
	buf_init(&b, op, 1000);
	for (ptrdiff_t i = 0; i < p.file_n; i++) {
		CHECK(package_find_file(&p, p.file[i].path) == &p.file[i]);
		buf_fmt(&b, "%.*s/%d/%d ", STR_ARG(p.file[i].path), p.file[i].flags, p.file[i].digest[0]);
	}
	CHECK(!package_find_file(&p, S("none")) && !package_find_file(&p, S("")));
	return buf_take(&b, ret);
}

static int sorts(struct op *op)
{
	static const struct {
		const char *paths, *want;
	} row[] = {
		{ "", "" },
		{ "a", "a/0/0 " },
		{ "a a/b a-b", "a/0/0 a-b/0/0 a/b/0/0 " },
		{ "c b a", "a/0/0 b/0/0 c/0/0 " },
		{ "b d f a c e g x z y w", "a/0/0 b/0/0 c/0/0 d/0/0 e/0/0 f/0/0 g/0/0 w/0/0 x/0/0 y/0/0 z/0/0 " },
		/* The first digest counts, flags are joined. */
		{ "b #a !a #a", "a/1/2 b/0/0 " },
		{ "a !a", "a/1/0 " },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(sorted(op, str_of(row[i].paths), &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

TESTS({ "sorts", sorts })
