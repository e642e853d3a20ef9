/* The top layer of small packages made by hand: what effects and recipes may and may not do. */
#include "build/top.h"

#include <string.h>

#include "unit/harness.h"

enum { ENTRIES = 12, EFFECTS = 6 };

/* A package: entries, which of them are kept, and effects. */
struct hand {
	struct entry entry[ENTRIES];
	bool keep[ENTRIES];
	struct contents_file file[ENTRIES];
	struct effect effect[EFFECTS];
	struct contents contents;
	struct layer_rename rename;
};

struct fixture {
	struct store store;
	struct hand hand[2];
	struct top_package package[2];
	struct recipe recipe;
	struct lock lock;
	struct lock_platform platform;
	struct top top;
};

static void tear_down(struct fixture *f)
{
	store_close(&f->store);
}
#define FIXTURE __attribute__((cleanup(tear_down))) struct fixture

static const struct fixture empty = { .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 } };

static int set_up(struct op *op, struct fixture *f)
{
	f->platform = (struct lock_platform){ .platform = platform_find(S("linux/amd64")) };
	f->lock = (struct lock){ .name = S("x"), .suite = S("trixie"), .rules = S("r"), .compressor = S("c"),
				 .platform = &f->platform, .platform_n = 1 };
	f->recipe = (struct recipe){ .file = S("x.yaml"), .name = S("x"), .canonical = S("{}") };
	for (size_t i = 0; i < 2; i++) {
		struct hand *h = &f->hand[i];
		memset(h->keep, true, sizeof(h->keep));
		h->contents = (struct contents){ .name = i ? S("bb") : S("aa"), .version = S("1"), .entry = h->entry,
			.file = h->file, .control = i ? S("Package: bb\n") : S("Package: aa\n"), .built = 50 };
		f->package[i] = (struct top_package){ .select = { &h->contents, h->keep, &h->rename, 0 },
						      .answer = { .effect = h->effect } };
	}
	return store_open(op, str_of(test_dir(NULL)), &f->store);
}

/* Entries must be added in their order. */
static struct entry *ship(struct fixture *f, int i, const char *path, enum entry_type type, const char *bytes)
{
	struct contents *c = &f->hand[i].contents;
	struct entry *e = &f->hand[i].entry[c->n++];

	*e = (struct entry){ .path = str_of(path), .type = type, .mode = type == ENTRY_FILE ? 0644 : 0755, .mtime = 5 };
	if (type == ENTRY_FILE) {
		f->hand[i].file[c->file_n++] = (struct contents_file){ e->path, str_of(bytes) };
		e->size = (uint64_t)strlen(bytes);
	}
	return e;
}

static struct effect *add(struct fixture *f, int i, enum effect_kind kind, const char *path)
{
	struct effects_answer *a = &f->package[i].answer;
	struct effect *e = &a->effect[a->n++];

	*e = (struct effect){ .kind = kind, .path = str_of(path), .mode = UINT32_MAX, .id = UINT32_MAX,
			      .origin = S("effects/x.yaml:1") };
	return e;
}

static int make(struct op *op, struct fixture *f)
{
	struct top_input in = { .store = &f->store, .recipe = &f->recipe, .lock = &f->lock, .platform = &f->platform,
				.package = f->package, .package_n = 2, .created = 99 };

	return top_make(op, &in, &f->top);
}

/* What is at a path of the image, or of its top layer; one without a path if nothing is. */

static const struct entry *at(const struct fixture *f, const char *path)
{
	static const struct entry nothing;

	for (ptrdiff_t i = 0; i < f->top.path_n; i++)
		if (str_eq(f->top.path[i].entry->path, str_of(path)))
			return f->top.path[i].entry;
	return &nothing;
}

static const struct layer_file *in_top(const struct fixture *f, const char *path)
{
	static const struct layer_file nothing;

	for (ptrdiff_t i = 0; i < f->top.file.n; i++)
		if (str_eq(f->top.file.p[i].entry.path, str_of(path)))
			return &f->top.file.p[i];
	return &nothing;
}

static bool has(const struct fixture *f, const char *path)
{
	return at(f, path)->path.len > 0;
}

static bool top_has(const struct fixture *f, const char *path)
{
	return in_top(f, path)->entry.path.len > 0;
}

static int generates(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	ship(&f, 0, "usr", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "usr/lib", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "var", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "var/mail", ENTRY_DIRECTORY, NULL)->mode = 02775;
	TRY(make(op, &f));
	CHECK(top_has(&f, "etc/passwd") && top_has(&f, "etc/group") && top_has(&f, "usr/share/temper/lock.json"));
	CHECK(top_has(&f, "lib") && str_eq(in_top(&f, "lib")->entry.link, S("usr/lib")) && !top_has(&f, "bin"));
	CHECK(top_has(&f, "home/nonroot") && in_top(&f, "home/nonroot")->entry.uid == 65532);
	CHECK(top_has(&f, "var/mail") && top_has(&f, "var") && in_top(&f, "etc/passwd")->entry.mtime == 99);
	CHECK(has(&f, "var/lib/dpkg/status.d/aa") && !top_has(&f, "var/lib/dpkg/status.d/aa"));
	for (ptrdiff_t i = 1; i < f.top.path_n; i++)
		CHECK(entry_cmp(f.top.path[i - 1].entry, f.top.path[i].entry) < 0);
	return 0;
}

/* A change of what temper or the recipe left out has nothing to do; of what never was, is an error. */
static int dropped_paths(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	ship(&f, 0, "usr", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "usr/manual", ENTRY_FILE, "text");
	f.hand[0].keep[1] = false;
	add(&f, 0, EFFECT_MODE, "usr/manual")->mode = 0600;
	TRY(make(op, &f));
	CHECK(!has(&f, "usr/manual"));
	f.hand[0].effect[0].path = S("usr/nowhere");
	CHECK_FAILS(op, make(op, &f), ERR_USAGE, "usr/nowhere is not in the image");
	return 0;
}

/* Of a path that two packages ship, and of a diverted one, the right bytes change their mode. */
static int right_bytes(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	ship(&f, 0, "usr", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "usr/x", ENTRY_FILE, "loser");
	ship(&f, 0, "usr/y", ENTRY_FILE, "diverted");
	ship(&f, 1, "usr", ENTRY_DIRECTORY, NULL);
	ship(&f, 1, "usr/x", ENTRY_FILE, "winner!");
	ship(&f, 1, "usr/y", ENTRY_FILE, "diverter");
	f.hand[0].keep[1] = false;
	f.hand[0].rename = (struct layer_rename){ S("usr/y"), S("usr/new/y.distrib") };
	f.package[0].select.rename_n = 1;
	add(&f, 0, EFFECT_MODE, "usr/x")->mode = 0600;
	add(&f, 0, EFFECT_MODE, "usr/y")->mode = 0600;
	add(&f, 0, EFFECT_MODE, "usr/new/y.distrib")->mode = 0600;
	add(&f, 0, EFFECT_COPY, "usr/z")->from = S("usr/x");
	TRY(make(op, &f));
	CHECK_STR(in_top(&f, "usr/x")->bytes, S("winner!"));
	CHECK_STR(in_top(&f, "usr/y")->bytes, S("diverter"));
	CHECK_STR(in_top(&f, "usr/new/y.distrib")->bytes, S("diverted"));
	CHECK_STR(in_top(&f, "usr/z")->bytes, S("winner!"));
	CHECK(has(&f, "usr/new") && at(&f, "usr/new")->type == ENTRY_DIRECTORY);
	return 0;
}

/* Paths that packages say in their data never leave the image's root. */
static int escapes(struct op *op)
{
	static const char *const home[] = { "/home/../../etc/x", "/home/a/../b" };

	for (size_t i = 0; i < 2; i++) {
		FIXTURE f = empty;
		TRY(set_up(op, &f));
		struct effect *e = add(&f, 0, EFFECT_USER, "");
		e->name = S("web");
		e->home = str_of(home[i]);
		CHECK_FAILS(op, make(op, &f), ERR_USAGE, "is no path of an image");
	}
	FIXTURE f = empty;
	TRY(set_up(op, &f));
	ship(&f, 0, "usr", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "usr/tool", ENTRY_FILE, "x");
	struct effect *e = add(&f, 0, EFFECT_ALTERNATIVE, "usr/link");
	e->to = S("/usr/tool");
	e->name = S("..");
	CHECK_FAILS(op, make(op, &f), ERR_USAGE, "is no path of an image");
	return 0;
}

/* What a recipe brings is proven like what packages bring. */
static int recipe_files(struct op *op)
{
	FIXTURE f = empty;
	struct recipe_path path[] = {
		{ .path = S("usr/bin/run"), .type = PATH_FILE, .mode = 0755, .text = S("#!/bin/sh -e\ntrue\n"), .file = S("r") },
		{ .path = S("etc/key"), .type = PATH_FILE, .mode = 0600, .file = S("r"),
		  .text = S("-----BEGIN PRIVATE KEY-----\n") },
		{ .path = S("usr/bin/elf"), .type = PATH_FILE, .mode = 0755, .text = S("\177ELF?"), .file = S("r") },
		{ .path = S("etc/ld.so.conf.d/own.conf"), .type = PATH_FILE, .mode = 0644, .file = S("r"),
		  .text = S("# mine\n/opt/lib\n/lib/own # too\n/library\n") },
	};

	TRY(set_up(op, &f));
	f.recipe.path = path;
	f.recipe.path_n = 4;
	TRY(make(op, &f));
	CHECK_STR(at(&f, "usr/bin/run")->script, S("/bin/sh -e"));
	CHECK(at(&f, "etc/key")->private_key && !at(&f, "usr/bin/run")->private_key);
	CHECK(at(&f, "usr/bin/elf")->elf && at(&f, "usr/bin/elf")->elf->type == 0);
	CHECK(f.top.library_dirs.n == 5);
	CHECK_STR(f.top.library_dirs.p[0], S("/opt/lib"));
	CHECK_STR(f.top.library_dirs.p[1], S("/usr/lib/own"));
	CHECK_STR(f.top.library_dirs.p[2], S("/library"));
	return 0;
}

static int refuses(struct op *op)
{
	static const struct { struct recipe_path path; const char *message; } row[] = {
		{ { .path = S_INIT("usr/link/x"), .type = PATH_FILE }, "goes through the link usr/link -> /etc" },
		{ { .path = S_INIT("usr/file/x"), .type = PATH_FILE }, "is below the file usr/file" },
		{ { .path = S_INIT("usr/file"), .type = PATH_DIRECTORY }, "is a file already" },
		{ { .path = S_INIT("usr"), .type = PATH_SYMLINK, .to = S_INIT("etc") }, "is a directory already" },
		{ { .path = S_INIT("../x"), .type = PATH_FILE }, "is no path of an image" },
		{ { .path = S_INIT("usr/none"), .type = PATH_MODE, .mode = 0600 }, "is not in the image" },
		{ { .path = S_INIT("usr/new"), .type = PATH_FILE, .owner = S_INIT("who") }, "there is no user who" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		FIXTURE f = empty;
		struct recipe_path path = row[i].path;
		TRY(set_up(op, &f));
		ship(&f, 0, "usr", ENTRY_DIRECTORY, NULL);
		ship(&f, 0, "usr/file", ENTRY_FILE, "x");
		ship(&f, 0, "usr/link", ENTRY_SYMLINK, NULL)->link = S("/etc");
		path.file = S("r.yaml");
		f.recipe.path = &path;
		f.recipe.path_n = 1;
		CHECK_FAILS(op, make(op, &f), ERR_USAGE, row[i].message);
	}
	return 0;
}

/* Two packages that disagree about a directory; one that only passes through does not count. */
static int directories(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	ship(&f, 0, "srv", ENTRY_DIRECTORY, NULL)->mode = 0700;
	ship(&f, 1, "srv", ENTRY_DIRECTORY, NULL);
	TRY(make(op, &f));
	CHECK(at(&f, "srv")->mode == 0700 && in_top(&f, "srv")->entry.mode == 0700);
	f.hand[1].entry[0].mode = 0750;
	CHECK_FAILS(op, make(op, &f), ERR_NO, "directory srv is shipped with mode 0700 and with 0750");
	return 0;
}

/* A link in each directory that matches; what one package makes and another does without. */
static int links(struct op *op)
{
	FIXTURE f = empty;
	str drop = S("etc/m/fpm/conf.d/9-no");

	TRY(set_up(op, &f));
	ship(&f, 0, "etc", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "etc/m", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "etc/m/file", ENTRY_FILE, "no directory");
	ship(&f, 0, "etc/m/fpm", ENTRY_DIRECTORY, NULL);
	ship(&f, 0, "etc/m/fpm/conf.d", ENTRY_DIRECTORY, NULL);
	ship(&f, 1, "etc/m/cli", ENTRY_DIRECTORY, NULL);
	ship(&f, 1, "etc/m/cli/conf.d", ENTRY_DIRECTORY, NULL);
	f.recipe.drop = (struct texts){ &drop, 1 };
	add(&f, 0, EFFECT_LINK, "etc/m/*/conf.d/1-x")->to = S("/etc/x");
	add(&f, 1, EFFECT_LINK, "etc/m/*/conf.d/9-no")->to = S("/etc/no");
	add(&f, 1, EFFECT_LINK, "etc/on/a")->to = S("../a");
	add(&f, 1, EFFECT_LINK, "etc/on/b")->to = S("../b");
	add(&f, 0, EFFECT_REMOVE, "etc/on/b");
	for (int i = 0; i < 2; i++)
		for (ptrdiff_t k = 0; k < f.package[i].answer.n; k++)
			f.hand[i].effect[k].package = f.hand[i].contents.name;
	TRY(make(op, &f));
	CHECK_STR(at(&f, "etc/m/fpm/conf.d/1-x")->link, S("/etc/x"));
	CHECK_STR(at(&f, "etc/m/cli/conf.d/1-x")->link, S("/etc/x"));
	CHECK(has(&f, "etc/m/cli/conf.d/9-no") && !has(&f, "etc/m/fpm/conf.d/9-no"));
	CHECK(!has(&f, "etc/m/file/conf.d") && !has(&f, "etc/m/*"));
	CHECK(has(&f, "etc/on/a") && !has(&f, "etc/on/b"));
	f.hand[0].effect[f.package[0].answer.n - 1].package = f.hand[1].contents.name;
	TRY(make(op, &f));
	CHECK(has(&f, "etc/on/b"));
	return 0;
}

TESTS({ "what every image gets", generates }, { "changes of what was dropped", dropped_paths },
      { "the bytes of the owner", right_bytes }, { "paths that would escape", escapes },
      { "a recipe's files", recipe_files }, { "what is refused", refuses }, { "directories", directories },
      { "links in many directories, and removed ones", links })
