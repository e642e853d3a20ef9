/* dpkg's whole database of packages made by hand: each file in full. */
#include "build/top.h"

#include <string.h>

#include "unit/harness.h"

enum { PACKAGES = 3, ENTRIES = 8, EFFECTS = 8 };

/* Two packages and an artifact. */
struct fixture {
	struct store store;
	struct entry entry[PACKAGES][ENTRIES];
	bool keep[ENTRIES];
	struct effect effect[PACKAGES][EFFECTS];
	struct contents contents[PACKAGES];
	struct contents_file info[2];
	str conffile[3], md5[3];
	struct artifact_spec artifact;
	struct top_package package[PACKAGES];
	struct lock_package locked[2];
	struct lock_edge want, edge;
	struct recipe recipe;
	struct lock lock;
	struct lock_platform platform;
	struct select_rules rules;
	struct top top;
};

static void tear_down(struct fixture *f)
{
	store_close(&f->store);
}
#define FIXTURE __attribute__((cleanup(tear_down))) struct fixture

static const struct fixture empty = { .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 } };

static void ship(struct fixture *f, int i, const char *path, enum entry_type type)
{
	struct contents *c = &f->contents[i];

	f->entry[i][c->n++] = (struct entry){ .path = str_of(path),
					      .type = type,
					      .mode = type == ENTRY_FILE ? 0644 : 0755 };
}

static struct effect *add(struct fixture *f, int i, enum effect_kind kind, const char *path,
			  const char *to)
{
	struct effect *e = &f->effect[i][f->package[i].answer.n++];

	*e = (struct effect){ .kind = kind,
			      .path = str_of(path),
			      .to = str_of(to),
			      .package = f->contents[i].name,
			      .mode = UINT32_MAX,
			      .id = UINT32_MAX,
			      .origin = S("effects/x.yaml:1") };
	return e;
}

static void alternative(struct fixture *f, int i, const char *name, const char *path,
			const char *to, const char *master, int64_t priority)
{
	struct effect *e = add(f, i, EFFECT_ALTERNATIVE, path, to);

	e->name = str_of(name);
	e->master = str_of(master);
	e->priority = priority;
}

static const str drops[] = { S_INIT("usr/share/doc/**"), S_INIT("etc/rc?.d/**") };
static const str keeps[] = { S_INIT("usr/share/doc/*"), S_INIT("usr/share/doc/*/copyright*") };
static const str own_keeps[] = { S_INIT("etc/**") };

static int set_up(struct op *op, struct fixture *f)
{
	memset(f->keep, true, sizeof(f->keep));
	f->contents[0] = (struct contents){
		.name = S("aa"),
		.version = S("1"),
		.arch = S("amd64"),
		.control = S("Package: aa\nVersion: 1\nArchitecture: amd64\nMulti-Arch: same\n"
			     "Description: x\n y\n"),
		.md5sums = S("00  usr/bin/aa\n"),
		.triggers = S("# a comment\ninterest-noawait /usr/share/aa # here\n"
			      "interest ldconfig\nactivate-noawait ldconfig\n"),
		.script[SCRIPT_PRERM].text = S("#!/bin/sh\n"),
	};
	f->info[0] = (struct contents_file){
		S("conffiles"),
		S("/etc/aa\nremove-on-upgrade /etc/old\n/etc/none\n/lib/aa.conf\n")
	};
	f->info[1] = (struct contents_file){ S("shlibs"), S("liba 1 aa\n") };
	f->md5[0] = S("0cc175b9c0f1b6a831c399e269772661");
	f->md5[1] = S("");
	f->md5[2] = S("92eb5ffee6ae2fec3ad71c777531578f");
	f->contents[0].info = (struct contents_info){ .file = f->info,
						      .file_n = 2,
						      .list = S("/.\n/etc\n/etc/aa\n"),
						      .conffile_md5 = { f->md5, 3 } };
	f->contents[1] = (struct contents){ .name = S("bb"),
					    .version = S("2"),
					    .arch = S("all"),
					    .control = S("Package: bb\nVersion: 2\n"),
					    .triggers = S("interest ldconfig\n"),
					    .info = { .list = S("/.\n") } };
	f->contents[2] = (struct contents){ .name = S("mine"), .version = S("") };
	for (int i = 0; i < PACKAGES; i++) {
		f->contents[i].entry = f->entry[i];
		f->package[i] =
			(struct top_package){ .select = { &f->contents[i], f->keep, NULL, 0 },
					      .artifact = i == 2 ? &f->artifact : NULL,
					      .answer = { .effect = f->effect[i] } };
	}
	f->want.on = S("aa");
	f->locked[0] = (struct lock_package){ .name = S("aa"), .edge = &f->edge, .edge_n = 1 };
	f->locked[1] = (struct lock_package){ .name = S("bb") };
	f->edge.on = S("bb");
	f->platform = (struct lock_platform){ .platform = platform_find(S("linux/amd64")),
					      .want = &f->want,
					      .want_n = 1,
					      .package = f->locked,
					      .package_n = 2 };
	f->lock = (struct lock){ .name = S("x"),
				 .suite = S("trixie"),
				 .rules = S("r"),
				 .compressor = S("c"),
				 .platform = &f->platform,
				 .platform_n = 1 };
	f->recipe = (struct recipe){ .file = S("x.yaml"),
				     .name = S("x"),
				     .canonical = S("{}"),
				     .package_database = S("full") };
	f->rules = (struct select_rules){ .drop = { (str *)(uintptr_t)drops, 2 },
					  .keep = { (str *)(uintptr_t)keeps, 2 },
					  .recipe_keep = { (str *)(uintptr_t)own_keeps, 1 } };
	return store_open(op, str_of(test_dir(NULL)), &f->store);
}

static int make(struct op *op, struct fixture *f)
{
	struct top_input in = { .store = &f->store,
				.recipe = &f->recipe,
				.lock = &f->lock,
				.platform = &f->platform,
				.package = f->package,
				.package_n = PACKAGES,
				.rules = &f->rules,
				.created = 99 };

	return top_make(op, &in, &f->top);
}

/* The file at a path of the top layer; NULL if there is none. */
static const struct layer_file *find(const struct fixture *f, const char *path)
{
	for (ptrdiff_t i = 0; i < f->top.file.n; i++)
		if (str_eq(f->top.file.p[i].entry.path, str_of(path)))
			return &f->top.file.p[i];
	return NULL;
}

static str text(const struct fixture *f, const char *path)
{
	const struct layer_file *file = find(f, path);

	return file ? file->bytes : S("(there is no such file)");
}

static int packages(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	TRY(make(op, &f));
	CHECK_STR(text(&f, "var/lib/dpkg/status"),
		  S("Package: aa\nStatus: install ok installed\nConffiles:\n"
		    " /etc/aa 0cc175b9c0f1b6a831c399e269772661\n"
		    " /lib/aa.conf 92eb5ffee6ae2fec3ad71c777531578f\n"
		    "Version: 1\nArchitecture: amd64\nMulti-Arch: same\nDescription: x\n y\n\n"
		    "Package: bb\nStatus: install ok installed\nVersion: 2\n\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/info/aa:amd64.list"), S("/.\n/etc\n/etc/aa\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/info/aa:amd64.md5sums"), S("00  usr/bin/aa\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/info/aa:amd64.shlibs"), S("liba 1 aa\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/info/aa:amd64.triggers"), f.contents[0].triggers);
	CHECK_STR(text(&f, "var/lib/dpkg/info/bb.list"), S("/.\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/info/format"), S("1\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/arch-native"), S("amd64\n"));
	const struct layer_file *script = find(&f, "var/lib/dpkg/info/aa:amd64.prerm");
	CHECK(script && script->entry.mode == 0755);
	CHECK(!find(&f, "var/lib/dpkg/info/bb.md5sums") &&
	      !find(&f, "var/lib/dpkg/info/mine.list"));
	CHECK_STR(text(&f, "var/lib/apt/extended_states"),
		  S("Package: bb\nArchitecture: amd64\nAuto-Installed: 1\n\n"));
	CHECK_STR(text(&f, "etc/dpkg/dpkg.cfg.d/temper"),
		  S("# What this image was made without; what is installed later goes without it, "
		    "too.\n"
		    "path-exclude=/usr/share/doc/*\npath-exclude=/etc/rc?.d/*\n"
		    "path-include=/usr/share/doc/*/copyright*\npath-include=/etc/*\n"));
	return 0;
}

/* Records of the packages' layers are hidden, and no path of the image. */
static int no_second_record(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	TRY(make(op, &f));
	CHECK(find(&f, "var/lib/dpkg/.wh.status.d") != NULL);
	for (ptrdiff_t i = 0; i < f.top.path_n; i++) {
		str path = f.top.path[i].entry->path;
		CHECK(str_find_str(path, S("status.d")) < 0);
	}
	f.recipe.package_database = S("records");
	TRY(make(op, &f));
	CHECK(!find(&f, "var/lib/dpkg/.wh.status.d") && !find(&f, "var/lib/dpkg/status"));
	return 0;
}

static int triggers(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	TRY(make(op, &f));
	CHECK_STR(text(&f, "var/lib/dpkg/triggers/File"), S("/usr/share/aa aa:amd64/noawait\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/triggers/ldconfig"), S("aa:amd64\nbb\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/triggers/Unincorp"), S(""));
	f.contents[1].triggers = S("interest ../../x\n");
	CHECK(make(op, &f) == ERR_FORMAT);
	op_forgive(op);
	return 0;
}

static int alternatives(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	ship(&f, 0, "usr", ENTRY_DIRECTORY);
	ship(&f, 0, "usr/bin", ENTRY_DIRECTORY);
	ship(&f, 0, "usr/bin/x1", ENTRY_FILE);
	ship(&f, 1, "usr", ENTRY_DIRECTORY);
	ship(&f, 1, "usr/bin", ENTRY_DIRECTORY);
	ship(&f, 1, "usr/bin/x2", ENTRY_FILE);
	alternative(&f, 1, "x", "usr/bin/x", "/usr/bin/x2", "", -5);
	alternative(&f, 1, "y", "usr/bin/y", "/usr/bin/y2", "x", -5);
	alternative(&f, 1, "none", "usr/bin/none", "/usr/bin/none2", "", 9);
	alternative(&f, 0, "x", "usr/bin/x", "/usr/bin/x1", "", 20);
	alternative(&f, 0, "x.1", "usr/share/man/x.1", "/usr/share/man/x1.1", "x", 20);
	TRY(make(op, &f));
	CHECK_STR(text(&f, "var/lib/dpkg/alternatives/x"),
		  S("auto\n/usr/bin/x\nx.1\n/usr/share/man/x.1\ny\n/usr/bin/y\n\n"
		    "/usr/bin/x1\n20\n/usr/share/man/x1.1\n\n"
		    "/usr/bin/x2\n-5\n\n/usr/bin/y2\n\n"));
	CHECK(!find(&f, "var/lib/dpkg/alternatives/none"));
	const struct layer_file *link = find(&f, "etc/alternatives/x");
	CHECK(link && str_eq(link->entry.link, S("/usr/bin/x1")));
	return 0;
}

static int diversions(struct op *op)
{
	FIXTURE f = empty;

	TRY(set_up(op, &f));
	add(&f, 1, EFFECT_DIVERT, "usr/bin/a", "usr/bin/a.real");
	TRY(make(op, &f));
	CHECK_STR(text(&f, "var/lib/dpkg/diversions"), S("/usr/bin/a\n/usr/bin/a.real\nbb\n"));
	CHECK_STR(text(&f, "var/lib/dpkg/statoverride"), S(""));
	return 0;
}

TESTS({ "packages", packages }, { "no second record", no_second_record }, { "triggers", triggers },
      { "alternatives", alternatives }, { "diversions", diversions })
