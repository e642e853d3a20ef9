#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include "inventory/inventory.h"
#include "sys/file.h"
#include "unit/harness.h"
#include "vex/evidence.h"

/* An image of a few programs, the C library of this machine among them, and their packages. */

enum { FILES_MAX = 16 };

struct image {
	struct op *op;
	struct tree_given file[FILES_MAX];
	struct at at[FILES_MAX];
	int fd[FILES_MAX];
	ptrdiff_t n;
	struct package package[8];
	struct package_file owned[8];
	struct inventory inventory;
};

static int add_from(struct image *i, str path, str from)
{
	uint64_t size;

	TRY(file_open_user(i->op, from, &i->fd[i->n]));
	TRY(file_size(i->op, i->fd[i->n], from, &size));
	i->at[i->n] = at_of_fd(i->fd[i->n], 0, size, path);
	i->file[i->n] = (struct tree_given){ .path = path, .at = &i->at[i->n], .mode = 0755 };
	i->n++;
	return 0;
}

/* The C library and its loader, where this process has them. */
static int add_loaded(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct image *i = arg;
	str path = str_of(info->dlpi_name), name = str_base_name(path), copy;

	(void)size;
	if (!str_starts(name, S("libc.so")) && !str_starts(name, S("ld-")))
		return 0;
	return op_copy(i->op, str_from(path, 1), &copy) < 0 || add_from(i, copy, path) < 0;
}

/* A fixture of the build as a package with that one file. */
static int add_package(struct image *i, const char *name, str path, const char *fixture)
{
	ptrdiff_t p = i->inventory.package_n++;
	char self[4096];
	str from;

	/* They lie beside this program: tests/test_vex_evidence, tests/unit/vex/reach_main. */
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	TRY(op_text(i->op, &from, "%.*s/unit/vex/%s",
		    STR_ARG(str_dir_name((str){ self, n < 0 ? 0 : n })), fixture));
	TRY(add_from(i, path, from));
	i->owned[p] = (struct package_file){ .path = path };
	i->package[p] = (struct package){
		.type = PACKAGE_DEB, .name = str_of(name), .file = &i->owned[p], .file_n = 1
	};
	i->inventory.package = i->package;
	return 0;
}

static void done(struct image *i)
{
	for (ptrdiff_t k = 0; k < i->n; k++)
		fd_close(&i->fd[k]);
}

static int begin(struct image *i, const char *main)
{
	TRY(add_package(i, "main", S("usr/bin/main"), main));
	TRY(add_package(i, "unused", S("usr/lib/libreach_unused.so"), "libreach_unused.so"));
	TRY(add_package(i, "used", S("usr/lib/libreach_used.so"), "libreach_used.so"));
	TRY(dl_iterate_phdr(add_loaded, i) ? i->op->code : 0);
	return 0;
}

static int reach(struct image *i, const char *config, struct evidence_report *ret)
{
	struct inventory_wish wish = { .image = true, .programs = true };
	struct tree_wish ask;
	AUTO_TREE *t = NULL;

	i->inventory.subject.config_json = exact(str_of(config));
	TRY(inventory_interest(i->op, &wish, &ask));
	TRY(tree_of_files(i->op, i->file, i->n, &ask, &t));
	return evidence_make(i->op, t, &i->inventory, ret);
}

static const struct {
	const char *main, *config;
	enum reach used, unused;
	const char *doubt;
} images[] = {
	{ "reach_main", "{\"config\":{\"Entrypoint\":[\"/usr/bin/main\"]}}", REACH_REACHED,
	  REACH_UNREACHED, "" },
	{ "reach_main", "{\"config\":{\"Cmd\":[\"main\"],\"Env\":[\"PATH=/bin:/usr/bin\"]}}",
	  REACH_REACHED, REACH_UNREACHED, "" },
	{ "reach_main", "{\"config\":{\"Cmd\":[\"main\"],\"Env\":[\"PATH=/bin\"]}}",
	  REACH_CANNOT_TELL, REACH_CANNOT_TELL, "the entry point is not in the image: main" },
	{ "reach_main", "{\"config\":{\"Cmd\":[\"/usr/bin/main\"],\"Env\":[\"LD_PRELOAD=/x.so\"]}}",
	  REACH_REACHED, REACH_CANNOT_TELL, "the environment sets LD_PRELOAD=/x.so" },
	{ "reach_main",
	  "{\"config\":{\"Cmd\":[\"/usr/bin/"
	  "main\"],\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"x\"]}}}",
	  REACH_REACHED, REACH_CANNOT_TELL, "the health check runs in a shell" },
	{ "reach_main", "{\"config\":{}}", REACH_CANNOT_TELL, REACH_CANNOT_TELL,
	  "the image names no entry point" },
	{ "reach_open", "{\"config\":{\"Cmd\":[\"/usr/bin/main\"]}}", REACH_CANNOT_TELL,
	  REACH_CANNOT_TELL, "usr/bin/main can load any library (it imports dlopen)" },
};

static enum reach of(const struct evidence_report *e, uint32_t package)
{
	for (ptrdiff_t i = 0; i < e->package_n; i++)
		if (e->package[i].package == package)
			return e->package[i].reach;
	bool has_a_line = false;
	CHECK(has_a_line);
	return REACH_CANNOT_TELL;
}

static int follows(struct op *op)
{
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		struct image image = { .op = op };
		struct evidence_report e = { 0 };
		int rc = begin(&image, images[i].main);
		if (rc == 0)
			rc = reach(&image, images[i].config, &e);
		done(&image);
		TRY(rc);
		CHECK(of(&e, 2) == images[i].used);
		CHECK(of(&e, 1) == images[i].unused);
		CHECK_STR(e.doubt, str_of(images[i].doubt));
	}
	return 0;
}

/* A needed library that is not there is a doubt; the same name anywhere is enough. */
static int needs(struct op *op)
{
	static const char config[] = "{\"config\":{\"Cmd\":[\"/usr/bin/main\"]}}";
	struct image image = { .op = op };
	struct evidence_report e = { 0 };
	int rc;

	rc = begin(&image, "reach_main");
	image.file[2].path = S("opt/else/libreach_used.so");
	image.owned[2].path = image.file[2].path;
	if (rc == 0)
		rc = reach(&image, config, &e);
	CHECK(rc < 0 || of(&e, 2) == REACH_REACHED);
	image.file[2].path = S("opt/else/other.so");
	if (rc == 0)
		rc = reach(&image, config, &e);
	done(&image);
	TRY(rc);
	CHECK_STR(e.doubt, S("usr/bin/main needs a library that is not there: libreach_used.so"));
	return 0;
}

TESTS({ "follows what is loaded", follows, .once = true }, { "needs", needs, .once = true })
