/*
 * recipe: the YAML that describes an image to build. Documented in docs/recipe.md.
 */
#ifndef BUILD_RECIPE_H
#define BUILD_RECIPE_H

#include "codec/digest.h"
#include "codec/node.h"
#include "distro/repo.h"
#include "model/platform.h"
#include "oci/image.h"

struct recipe_account {
	str name, home, shell, comment, group; /* group: primary, by name; default its own */
	uint32_t id;                           /* uid, or gid for a group */
	struct texts members;                  /* of a group */
};

enum recipe_path_type { PATH_DIRECTORY, PATH_FILE, PATH_SYMLINK, PATH_MODE };
struct recipe_path {
	str path; /* canonical, no leading slash */
	enum recipe_path_type type;
	str to;     /* symlink target */
	str text;   /* content of a file given in the recipe, or read from `source` */
	str source; /* file beside the recipe that text was read from, or empty */
	uint32_t
		mode; /* UINT32_MAX: 0755 for directories, 0644 for files, as it is for PATH_MODE */
	str owner, group; /* name or number; empty: root */
	int line;         /* in the recipe, for --why */
	str file;         /* the recipe file that says so */
};

/* Software that no package brings: an archive, a file or a directory. */
struct recipe_artifact {
	str name, version;
	str path; /* beside the recipe, or empty: url is given */
	str dir;  /* what path is relative to; "" or with a trailing slash */
	str url;
	struct digest sha256;          /* zeros for a path: the lock tells */
	bool extract;                  /* an archive is unpacked; a directory always is */
	uint64_t strip;                /* leading components of the archive's paths to leave out */
	struct texts include, exclude; /* globs over the archive's paths; no include: everything */
	str destination;               /* canonical: the directory, or the file's own path */
	str owner, group;              /* name or number; empty: root */
	uint32_t mode;                 /* of a file that is not extracted; UINT32_MAX: 0644 */
	str platform;                  /* only for this one; empty: for all */
	str licence, purl;             /* for the SBOM; may be empty */
	int line;
	str file; /* the recipe file that says so */
};

struct recipe_certificate { /* a file of certificates to trust, in PEM */
	str name;           /* of the file, without directories */
	str text;
	int line;
	str file;
};

/* A package beside the recipe: a line of `packages` that ends with ".deb". */
struct recipe_deb {
	str line; /* as it stands in `packages`: "./dist/app_1.0-1_amd64.deb" */
	str path; /* to open it; of an image's recipe: as if it lay in the current directory */
};

struct recipe {
	str file; /* as the user named it */
	str name, description;
	str usage; /* how the image is used, in Markdown: for its page */
	str suite; /* of "from: debian/trixie" */
	str mirror, security_mirror, keyring;
	struct repo_source *repository; /* [repository_n]: signed ones of its own */
	ptrdiff_t repository_n;
	struct texts packages; /* as written, extends' first */
	struct pairs cut;      /* dependency to leave out, and why */
	struct recipe_deb *deb;
	ptrdiff_t deb_n;
	struct recipe_account *user, *group;
	ptrdiff_t user_n, group_n;
	str run_as;               /* the image's user: account name or number; default nonroot */
	struct recipe_path *path; /* [path_n] */
	ptrdiff_t path_n;
	struct recipe_artifact *artifact; /* [artifact_n], in the order of names */
	ptrdiff_t artifact_n;
	struct recipe_certificate *certificate; /* [certificate_n], in the order of names */
	ptrdiff_t certificate_n;
	struct pairs environment, labels, annotations;
	str work_dir, stop_signal;
	struct texts entrypoint, cmd, ports, volumes;
	struct image_healthcheck healthcheck;
	struct texts keep, drop;   /* globs */
	struct texts allow_setuid; /* paths that may be setuid, setgid or hold capabilities */
	bool allow_shell, allow_package_manager; /* `allow: [shell, package-manager]` */
	str package_database; /* "records" (a file a package) or "full" (all of dpkg's) */
	uint64_t layer_budget;                   /* default 40 */
	str compression;                         /* "gzip" or "zstd" */
	struct texts platforms;                  /* default: the host's */
	const struct node *tests; /* the `tests` mapping, or NULL; build/test.h reads it */
	struct texts test_files; /* `test-files`: container-structure-test YAML beside the recipe */
	struct doc *doc;         /* of the recipe itself, for messages */
	struct digest digest; /* of canonical: of everything above and of all files that go into the
				 image (not of test-files' content): the lock holds it */
	str canonical;        /* the recipe with extends resolved and files inlined, as JSON, that
				 recipe_read_canonical() reads back: what goes into the image */
};

/*
 * recipe_read(op, path, ret): read, resolve `extends` (a path beside the recipe, or the name of a
 * recipe that temper ships; at most 8 deep, a cycle is an error that shows it), apply defaults,
 * check everything that can be checked without a repository. ERR_USAGE with file:line:col.
 */
int recipe_read(struct op *op, str path, struct recipe *ret) MUST_USE;
int recipe_read_canonical(struct op *op, str file, str json, struct recipe *ret) MUST_USE;

/* Does the image get dpkg's whole database (`package-database: full`)? Then no dependency is cut. */
bool recipe_full_database(const struct recipe *r);

#endif
