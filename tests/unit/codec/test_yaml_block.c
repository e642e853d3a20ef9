#include <fcntl.h>
#include <stdlib.h>

#include "base/vec.h"
#include "codec/yaml.h"
#include "codec/yaml_block.h"
#include "sys/file.h"
#include "unit/harness.h"

/* Where two trees differ, as a place in the first; NULL where they are one. */
static const struct node *differs(const struct node *a, const struct node *b, bool is_root)
{
	if (a->kind != b->kind || !str_eq(a->text, b->text) || !str_eq(a->key, b->key) ||
	    a->n != b->n || (!is_root && (a->key_line != b->key_line || a->key_col != b->key_col)))
		return a;
	if (a->line != b->line || a->col != b->col)
		return a;
	for (ptrdiff_t i = 0; i < a->n; i++) {
		const struct node *d = differs(&a->child[i], &b->child[i], false);
		if (d)
			return d;
	}
	return NULL;
}

static const struct {
	const char *text;
	bool beyond;
} samples[] = {
	{ "a: b\n", false },
	{ "a: b", false },
	{ "---\n# c\nname: x\nlist:\n  - 1\n  - two # c\n  - '3'\nmap:\n  k: \"v w\"\n  l: it''s\n",
	  false },
	{ "list:\n- a: 1\n  b: ~\n- a: 2\n  b: true\nnext: 1.5\n", false },
	{ "- - a\n  - b\n- - c\n", false },
	{ "- a:\n    - b: c\n      d: e\n  f: 'it''s'\n", false },
	{ "v: ['>=1.0', \"<2\", x y, 3]\nw: []\n", false },
	{ "a: |\n  one\n    two\n\n  three\nb: 1\n", false },
	{ "- a: |-\n    one\n\n- b\n", false },
	{ "- |\n  x\n", false },
	{ "a: |\n  x", true },
	{ "a: 2023-02-07T16:50:00Z\nb: http://x.example/#y\nc: -1\nd: 0x1f\ne: .5\nf: 1e3\n",
	  false },
	{ "a:\n\n  # c\n\n  b: 1\n# d\n  c: 2\n", false },
	{ "\"a b\": 1\n'c': 2\n", false },
	{ "a: x\n  y\n", true },
	{ "a: x\n  b: y\n", true },
	{ "a: b: c\n", true },
	{ "a:\n", true },
	{ "a: 1\na: 2\n", true },
	{ "a: &x 1\n", true },
	{ "a: !!str 1\n", true },
	{ "a: \"x\\n\"\n", true },
	{ "a: >\n  x\n", true },
	{ "a: {b: c}\n", true },
	{ "a: |2\n  x\n", true },
	{ "a: 1\n---\nb: 2\n", true },
	{ "a: 1\n  b: 2\n", true },
	{ "  a: 1\n b: 2\n", true },
	{ "- a\nb: 1\n", true },
	{ "a: 'x\n  y'\n", true },
	{ "a:\t1\n", true },
	{ "a: 1\r\n", true },
	{ "plain\n", true },
	{ "", true },
	{ "a: [b, [c]]\n", true },
	{ "<<: *a\n", true },
	{ "a: [1,]\n", true },
};

static int gives_what_libfyaml_gives(struct op *op)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		str text = exact(str_of(samples[i].text));
		struct doc quick = { 0 }, slow = { 0 };
		int rc = yaml_block_parse(op, S("x"), text, &quick);
		TRY(rc);
		test_check(rc == samples[i].beyond, samples[i].text, __FILE__, __LINE__);
		if (rc)
			continue;
		TRY(yaml_parse(op, S("x"), text, &slow));
		test_check(!differs(&quick.root, &slow.root, true), samples[i].text, __FILE__,
			   __LINE__);
	}
	return 0;
}

struct tally {
	int files, quick;
};

static int compare_file(struct op *op, int dirfd, str name, struct tally *t)
{
	AUTO_OP own;
	op_init(&own, 0);
	struct doc quick = { 0 }, slow = { 0 };
	str text;

	if (file_read(&own, dirfd, name, 16 << 20, &text) != 0)
		return op_adopt_error(op, &own);
	int rc = yaml_block_parse(&own, name, text, &quick);
	t->files++;
	t->quick += rc == 0;
	if (rc == 0 && yaml_parse(&own, name, text, &slow) == 0) {
		const struct node *d = differs(&quick.root, &slow.root, true);
		if (d)
			test_check_str(d->text, (str){ name.p, name.len }, "trees differ", name.p,
				       d->line);
	} else if (rc == 0) {
		test_check(false, own.text, name.p, 0);
	}
	return rc < 0 ? op_adopt_error(op, &own) : 0;
}

/* All YAML below a directory; the list of directories grows as they are seen. */
static int compare_below(struct op *op, const char *top, struct tally *t)
{
	VEC(str) todo = { 0 };
	str *first = vec_push(op, &todo);

	if (!first)
		return op->code;
	*first = str_of(top);
	while (todo.n) {
		AUTO_FD fd = -1;
		str dir = todo.p[--todo.n], *name;
		ptrdiff_t n;
		TRY(dir_open(op, AT_FDCWD, dir, false, &fd));
		TRY(dir_list(op, fd, dir, &name, &n));
		for (ptrdiff_t i = 0; i < n; i++) {
			struct stat st;
			if (fstatat(fd, name[i].p, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			    S_ISDIR(st.st_mode)) {
				str *more = vec_push(op, &todo);
				if (!more)
					return op->code;
				TRY(op_text(op, more, "%.*s/%.*s", STR_ARG(dir), STR_ARG(name[i])));
			} else if (str_ends(name[i], S(".yaml")) || str_ends(name[i], S(".yml"))) {
				TRY(compare_file(op, fd, name[i], t));
			}
		}
	}
	return 0;
}

static int all_of_the_feeds(struct op *op)
{
	static const char *const dirs[] = { "ruby-advisory-db", "friendsofphp", "alpine-secdb-2020",
					    "trivy-db", "vunnel" };
	const char *shared = getenv("TEMPER_SHARED_DATA");
	struct tally t = { 0 };
	str path;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		TRY(op_text(op, &path, "%s/advisories/%s", shared ? shared : "", dirs[i]));
		if (!shared || access(path.p, R_OK))
			SKIP("no YAML of feeds: TEMPER_SHARED_DATA names no directory that has it");
		TRY(compare_below(op, path.p, &t));
	}
	CHECK(t.files > 3000);
	CHECK(t.quick > t.files / 2);
	return 0;
}

TESTS({ "gives what libfyaml gives", gives_what_libfyaml_gives },
      { "all of the feeds", all_of_the_feeds, .once = true })
