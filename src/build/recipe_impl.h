/*
 * recipe_impl: what the files of the recipe noun share. Not for others.
 */
#ifndef BUILD_RECIPE_IMPL_H
#define BUILD_RECIPE_IMPL_H

#include "base/buf.h"
#include "recipe.h"

enum {
	RECIPE_EXTENDS_MAX = 8, /* recipes in a chain of extends */
	RECIPE_DEFAULT_BUDGET = 40,
	RECIPE_ARTIFACTS_MAX = 64, /* artifacts, and files of certificates */
	RECIPE_LIST_MAX = 10000,   /* lines of a list in which no two may be the same */
};

/* A recipe as one file says it, or as a chain of files says it after recipe_merge(). */
struct recipe_raw {
	struct recipe r;
	str extends, from;
	str keyring_dir; /* beside what a relative keyring is meant */
	bool has_entrypoint, has_cmd, has_healthcheck;
	const struct node *accounts, *paths, *files, *health, *allow, *ports, *platforms, *volumes,
		*setuid;
	const struct node *packages, *repositories, *artifacts, *certificates, *extends_node,
		*from_node, *tests_node;
};

/* Where a recipe and the files beside it come from. */
struct recipe_place {
	struct op *op;
	str file;       /* as messages name it */
	str dir;        /* of the files beside it; "" or with a trailing slash */
	bool shipped;   /* dir is inside the program */
	bool canonical; /* read back from an image: nothing beside it */
	struct doc *doc;
};

/* A file of images/ as the program carries it: "nginx/nginx.yaml". The table ends with a NULL. */
struct shipped_file {
	const char *path;
	const unsigned char *bytes;
	size_t n;
};
extern const struct shipped_file shipped_files[];

/* The shipped file at path, or NULL. */
const struct shipped_file *recipe_shipped(str path);

/* The content of a file beside the recipe, links followed as long as they stay in its directory.
 * ERR_USAGE naming the node that asks for it. */
int recipe_beside(const struct recipe_place *at, const struct node *node, str name,
		  str *ret) MUST_USE;

/* One document into a raw recipe; nothing is inherited, no default is set. */
int recipe_read_one(const struct recipe_place *at, struct recipe_raw *ret) MUST_USE;

/* The path of what lies beside the recipe: at->dir and the name, checked as above. */
int recipe_beside_path(const struct recipe_place *at, const struct node *node, str name,
		       str *ret) MUST_USE;

/* `artifacts` and `certificates` of one document; the two in canonical JSON. recipe_artifacts.c */
struct json_out;
int recipe_read_artifacts(const struct recipe_place *at, struct recipe_raw *raw) MUST_USE;
int recipe_read_certificates(const struct recipe_place *at, struct recipe_raw *raw) MUST_USE;
void recipe_write_artifacts(struct json_out *j, const struct recipe *r);
void recipe_sort_artifacts(struct recipe *r);

/* `accounts`, `paths` and `files` of one document. */
int recipe_read_accounts(const struct recipe_place *at, struct recipe_raw *raw) MUST_USE;
int recipe_read_paths(const struct recipe_place *at, struct recipe_raw *raw) MUST_USE;

/* `repositories` of one document. */
int recipe_read_repositories(const struct recipe_place *at, struct recipe_raw *raw) MUST_USE;

/* Does a line of `packages` name a file? */
bool recipe_names_deb(str line);

/* The files among `packages` of one document, which check_package() has seen. */
int recipe_read_debs(const struct recipe_place *at, struct recipe_raw *raw) MUST_USE;

/* Links below the recipe's directory must stay there: what they lead to would end in the image. A
 * missing file is left to who reads it. */
int recipe_check_links(const struct recipe_place *at, const struct node *node,
		       const char *path) MUST_USE;

/* The bytes of lower-case hexadecimal digits; ERR_USAGE at the node, whose key is named. */
int recipe_hex(const struct recipe_place *at, const struct node *node, str hex, str *ret) MUST_USE;

/* "http://", "https://" or "file:/", without blanks. */
bool recipe_good_address(str s);

/* Fill in what child does not say from base. Lists of child come behind base's. */
int recipe_merge(struct op *op, const struct recipe_raw *base, struct recipe_raw *child) MUST_USE;

/* The canonical JSON of a whole recipe. */
int recipe_write(struct op *op, const struct recipe_raw *raw, str *ret) MUST_USE;

/* "1m30s" as nanoseconds; units ns, us, ms, s, m, h. False for anything else, and for overflow. */
bool recipe_duration(str s, uint64_t *ret);

/*
 * A path in the image without leading, trailing and doubled slashes, in op. False in *ret_ok for
 * an empty one, ".", "..", a NUL byte, a component over LIMIT_NAME or LIMIT_PATH in all.
 */
int recipe_clean_path(struct op *op, str in, bool *ret_ok, str *ret) MUST_USE;

/* The name in a line of `packages`: "mawk" of "!mawk", "nginx" of "nginx=1.26.3-3". */
str recipe_package_name(str line);

#endif
