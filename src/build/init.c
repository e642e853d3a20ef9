#include "init.h"

#include <string.h>

#include "base/buf.h"
#include "codec/json.h"

#include "init_impl.h"

enum {
	RECIPE_MAX = 64 * 1024, /* bytes of what is written */
	NAME_MAX_LEN = 100,     /* of a package; Debian's longest is 80 */
};

/* Scripts of libraries that many servers use. */
#define COMMON_DROP "usr/bin/perldoc, usr/share/perl-openssl-defaults/**"

static const struct init_known *find_known(str package)
{
	for (size_t i = 0; i < init_known_n; i++) {
		if (str_eq(package, str_of(init_known[i].package)))
			return &init_known[i];
	}
	for (size_t i = 0; i < init_known_web_n; i++) {
		if (str_eq(package, str_of(init_known_web[i].package)))
			return &init_known_web[i];
	}
	return NULL;
}

/* The recipe that temper ships around the package, or NULL. */
static const char *find_shipped(str package)
{
	for (size_t i = 0; i < init_shipped_n; i++) {
		if (str_eq(package, str_of(init_shipped[i].package)))
			return init_shipped[i].recipe;
	}
	return NULL;
}

/* Debian Policy 5.6.1. */
static bool good_package(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (i == 0 || !memchr("+-.", c, 3)))
			return false;
	}
	return s.len >= 2 && s.len <= NAME_MAX_LEN;
}

/* A package's name as an image's: "+" has no place there, nor has a dot or dash at the end. */
static void put_image_name(struct buf *b, str package)
{
	for (ptrdiff_t i = 0; i < package.len; i++) {
		char c = package.p[i];
		bool last = i + 1 == package.len;
		buf_char(b, c == '+' || (last && (c == '-' || c == '.')) ? 'p' : c);
	}
}

/* JSON's texts are YAML's quoted ones. */
static void put_quoted(struct buf *b, str text)
{
	struct json_out j;

	json_begin(&j, b, 0);
	json_text(&j, text);
}

static void put_head(struct buf *b, str package, str description)
{
	buf_fmt(b, "# An image of %.*s. All keys: docs/recipe.md. Build it:\n#   temper build ",
		STR_ARG(package));
	put_image_name(b, package);
	buf_add(b, S(".yaml\nname: "));
	/* A name such as 7zip or 0ad stays a text for whatever reads it. */
	const char *quote = package.p[0] <= '9' ? "\"" : "";
	buf_add(b, str_of(quote));
	put_image_name(b, package);
	buf_fmt(b, "%s\ndescription: ", quote);
	put_quoted(b, description);
	buf_char(b, '\n');
}

static void put_packages(struct buf *b, str package, const char *also)
{
	buf_add(b, S("\n# The C library, certificates, time zones, name tables and an account "
		     "without rights: a\n"
		     "# recipe that temper ships.\n"
		     "extends: base\n\n"
		     "# The suite whose packages are taken, with its security updates.\n"
		     "from: debian/trixie\n\n"
		     "# Dependencies come along. A version is pinned by name=version, a package "
		     "refused by "
		     "'!name'.\n"
		     "packages:\n"));
	buf_fmt(b, "  - %.*s\n", STR_ARG(package));
	if (also)
		buf_fmt(b, "  - %s\n", also);
}

static void put_directories(struct buf *b, str list, const char *owner)
{
	while (list.len) {
		str path = str_trim(str_cut(&list, ','));
		buf_fmt(b,
			"  - path: %.*s\n    type: directory\n    mode: \"0750\"\n    owner: "
			"%s\n    group: %s\n",
			STR_ARG(path), owner, owner);
	}
}

static void put_config(struct buf *b, const char *path, str lines)
{
	buf_fmt(b, "  - path: %s\n    text: |\n", path);
	while (lines.len) {
		str line = str_cut(&lines, '\n');
		buf_fmt(b, "%s%.*s\n", line.len ? "      " : "", STR_ARG(line));
	}
}

static void put_paths(struct buf *b, const struct init_known *k)
{
	if (k->data || k->config)
		buf_add(b, S("\n# Files and directories beyond the packages' own.\npaths:\n"));
	if (k->data)
		put_directories(b, str_of(k->data),
				k->needs  ? "root"
				: k->user ? k->user
					  : "nonroot");
	if (k->config)
		put_config(b, k->path, str_of(k->config));
	buf_fmt(b,
		"\n# What would need a shell or another interpreter, and what is left out with "
		"it.\ndrop: [%s%s%s]\n",
		k->drop ? k->drop : "", k->drop ? ", " : "", COMMON_DROP);
}

static void put_command(struct buf *b, const struct init_known *k)
{
	if (k->needs)
		buf_fmt(b, "\n# It starts as root: %s.\naccounts: {run-as: \"0\"}\n", k->needs);
	else if (k->user)
		buf_fmt(b,
			"\n# Its files belong to an account of the package, which runs "
			"it.\naccounts: {run-as: %s}\n",
			k->user);
	else
		buf_add(b, S("\n# It runs as nonroot (65532), and works with a read-only root file "
			     "system.\n"));
	if (k->shell)
		buf_fmt(b, "allow: [shell]   # %s\n", k->shell);
	if (k->note)
		buf_fmt(b, "# %s\n", k->note);
	buf_fmt(b, "entrypoint: [%s]\ncmd: [%s]\n", k->entrypoint, k->cmd);
	if (k->port)
		buf_fmt(b, "ports: [%s]\n", k->port);
	buf_fmt(b, "volumes: [/tmp%s%s]\n", k->data ? ", " : "", k->data ? k->data : "");
}

static void put_tests_head(struct buf *b)
{
	buf_add(b, S("\n# What must hold of the image before anybody gets it. The schema is "
		     "container-structure-test's\n"
		     "# and more: docs/tests.md.\n"
		     "tests:\n"
		     "  schemaVersion: 2.0.0\n"));
}

static void put_tests_tail(struct buf *b, bool shell, bool nonroot)
{
	buf_fmt(b,
		"  fileExistenceTests:\n    - name: no %s\n      path: %s\n      shouldExist: "
		"false\n",
		shell ? "package manager" : "shell", shell ? "/usr/bin/apt-get" : "/bin/sh");
	if (nonroot)
		buf_add(b, S("  metadataTest:\n"
			     "    user: \"65532:65532\"\n"));
}

static void put_command_test(struct buf *b, const struct init_known *k)
{
	buf_fmt(b, "  commandTests:\n    - name: it runs\n      command: %s\n      args: [%s]\n",
		k->command ? k->command : k->entrypoint, k->args);
	if (k->says)
		buf_fmt(b, "      expectedOutput: [\"%s\"]\n", k->says);
	if (k->complains)
		buf_fmt(b, "      expectedError: [\"%s\"]\n", k->complains);
	buf_fmt(b, "      exitCode: %d\n", k->exit);
}

static void put_http_test(struct buf *b, const struct init_known *k)
{
	str path = str_of(k->http), port = str_cut(&path, '/');

	buf_fmt(b,
		"  httpTests:\n    - name: it answers\n      port: %.*s\n      path: /%.*s\n"
		"      expectedStatus: %d\n      expectedBody: [\"%s\"]\n",
		STR_ARG(port), STR_ARG(path), k->status ? k->status : 200, k->body);
}

static void put_known(struct buf *b, const struct init_known *k)
{
	put_packages(b, str_of(k->package), k->also);
	put_paths(b, k);
	put_command(b, k);
	put_tests_head(b);
	if (k->args)
		put_command_test(b, k);
	if (k->http)
		put_http_test(b, k);
	put_tests_tail(b, k->shell != NULL, !k->needs && !k->user);
}

/* One that stands on a recipe which temper ships, and is tested there. */
static void put_shipped(struct buf *b, const char *recipe)
{
	buf_fmt(b,
		"\n# Starts from the %s that temper ships, with its packages, user, ports and "
		"command.\nextends: %s\n\n"
		"# What goes over it: paths in the image, and files beside this one or texts.\n"
		"# files:\n#   /etc/app.conf: app.conf\n",
		recipe, recipe);
	put_tests_head(b);
	put_tests_tail(b, false, false);
}

/* nginx stands on the recipe that temper ships, which brings the configuration that fits. */
static void put_nginx(struct buf *b)
{
	buf_add(b,
		S("\n# Starts from the nginx that temper ships: port 8080, read-only root, logs to "
		  "the output.\n"
		  "extends: nginx\n\n"
		  "# What goes over it: paths in the image, and files beside this one or texts.\n"
		  "# files:\n"
		  "#   /etc/nginx/nginx.conf: nginx.conf\n"
		  "paths:\n"
		  "  - path: /var/www/html/index.html\n"
		  "    text: |\n"
		  "      <!doctype html>\n"
		  "      <title>My page</title>\n"
		  "      <h1>My page</h1>\n"));
	put_tests_head(b);
	buf_add(b, S("  httpTests:\n"
		     "    - name: my page is served\n"
		     "      port: 8080\n"
		     "      path: /\n"
		     "      expectedStatus: 200\n"
		     "      expectedBody: [\"My page\"]\n"
		     "    - name: a page that is not there\n"
		     "      port: 8080\n"
		     "      path: /missing\n"
		     "      expectedStatus: 404\n"
		     "  commandTests:\n"
		     "    - name: the configuration is good\n"
		     "      command: /usr/sbin/nginx\n"
		     "      args: [-e, stderr, -t]\n"
		     "      expectedError: [\"test is successful\"]\n"
		     "      exitCode: 0\n"));
	put_tests_tail(b, false, true);
}

static void put_generic(struct buf *b, str package)
{
	put_packages(b, package, NULL);
	buf_fmt(b,
		"\n# The program to run: the package's own, if it has the package's name (apt-file "
		"list %.*s).\n"
		"# It runs as nonroot (65532), and should work with a read-only root file system.\n"
		"entrypoint: [/usr/bin/%.*s]\n# ports: [8080]\nvolumes: [/tmp]\n",
		STR_ARG(package), STR_ARG(package));
	put_tests_head(b);
	buf_fmt(b,
		"  # commandTests:\n  #   - name: it runs\n  #     command: /usr/bin/%.*s\n  #     "
		"args: [--version]\n"
		"  #     exitCode: 0\n"
		"  fileExistenceTests:\n    - name: the program is there\n      path: "
		"/usr/bin/%.*s\n"
		"      isExecutableBy: any\n"
		"    - name: no shell\n      path: /bin/sh\n      shouldExist: false\n"
		"  metadataTest:\n    user: \"65532:65532\"\n",
		STR_ARG(package), STR_ARG(package));
}

int init_recipe(struct op *op, str package, str description, str *ret)
{
	const struct init_known *known = find_known(package);
	const char *shipped = find_shipped(package);
	struct buf b;

	if (!good_package(package))
		return op_fail(op, ERR_USAGE, "not the name of a package: '%.*s'",
			       STR_ARG(package));
	if (description.len == 0 && known)
		description = str_of(known->what);
	if (description.len == 0 &&
	    op_text(op, &description, "%.*s from Debian", STR_ARG(package)) < 0)
		return op->code;
	buf_init(&b, op, RECIPE_MAX);
	put_head(&b, package, description);
	if (str_eq(package, S("nginx")))
		put_nginx(&b);
	else if (known)
		put_known(&b, known);
	else if (shipped)
		put_shipped(&b, shipped);
	else
		put_generic(&b, package);
	return buf_take(&b, ret);
}
