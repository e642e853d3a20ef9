#include "init.h"

#include <string.h>

#include "base/buf.h"
#include "codec/json.h"

enum {
	RECIPE_MAX = 64 * 1024, /* bytes of what is written */
	NAME_MAX_LEN = 100,     /* of a package; Debian's longest is 80 */
};

/* What is known of a package's program. Texts are YAML as it will stand in the recipe. */
struct known {
	const char *package, *what;
	const char *entrypoint, *cmd;
	const char *port;        /* or NULL */
	const char *data;        /* a directory that the server writes, or NULL */
	const char *config_path; /* its configuration, or NULL */
	const char *config;      /* lines, indented for a block of text */
	const char *args, *says; /* a command that ends by itself, and a pattern in its output */
	bool on_stderr;
	const char *body; /* a pattern in what port answers to GET /, or NULL */
	const char *note; /* a comment above the command, or NULL */
};

static const struct known table[] = {
	{ .package = "caddy",
	  .what = "The Caddy web server",
	  .entrypoint = "[/usr/bin/caddy]",
	  .cmd = "[file-server, --root, /usr/share/caddy, --listen, \":8080\"]",
	  .port = "8080",
	  .args = "[version]",
	  .says = "^2\\\\." },
	{ .package = "haproxy",
	  .what = "The HAProxy load balancer",
	  .entrypoint = "[/usr/sbin/haproxy]",
	  .cmd = "[-db, -f, /etc/haproxy/haproxy.cfg]",
	  .port = "8080",
	  .config_path = "/etc/haproxy/haproxy.cfg",
	  .config = "      global\n"
		    "        log stdout format raw local0\n"
		    "      defaults\n"
		    "        mode http\n"
		    "        timeout connect 5s\n"
		    "        timeout client 30s\n"
		    "        timeout server 30s\n"
		    "      frontend web\n"
		    "        bind :8080\n"
		    "        http-request return status 200 content-type text/plain string \"It "
		    "works\"\n",
	  .args = "[-v]",
	  .says = "HAProxy version",
	  .body = "It works" },
	{ .package = "memcached",
	  .what = "The memcached cache",
	  .entrypoint = "[/usr/bin/memcached]",
	  .cmd = "[-m, \"64\", -c, \"1024\"]",
	  .port = "11211",
	  .args = "[-V]",
	  .says = "^memcached 1",
	  .note = "64 MiB of memory, 1024 connections. Whoever reaches the port may read and "
		  "write." },
	{ .package = "nodejs",
	  .what = "The Node.js runtime",
	  .entrypoint = "[/usr/bin/node]",
	  .cmd = "[--version]",
	  .args = "[-e, console.log(6 * 7)]",
	  .says = "^42" },
	{ .package = "perl",
	  .what = "The Perl language",
	  .entrypoint = "[/usr/bin/perl]",
	  .cmd = "[-v]",
	  .args = "[-e, print 6 * 7]",
	  .says = "^42" },
	{ .package = "prometheus-node-exporter",
	  .what = "Prometheus's exporter of machine metrics",
	  .entrypoint = "[/usr/bin/prometheus-node-exporter]",
	  .cmd = "[]",
	  .port = "9100",
	  .args = "[--version]",
	  .says = "node_exporter, version",
	  .body = "Node Exporter" },
	{ .package = "python3",
	  .what = "The Python language",
	  .entrypoint = "[/usr/bin/python3]",
	  .cmd = "[--version]",
	  .args = "[-c, print(6 * 7)]",
	  .says = "^42" },
	{ .package = "redis-server",
	  .what = "The Redis database",
	  .entrypoint = "[/usr/bin/redis-server]",
	  .cmd = "[--bind, 0.0.0.0, --dir, /data]",
	  .port = "6379",
	  .data = "/data",
	  .args = "[--version]",
	  .says = "Redis server v=",
	  .note = "Without a password Redis answers its own container only: add --requirepass or "
		  "an ACL file." },
	{ .package = "ruby",
	  .what = "The Ruby language",
	  .entrypoint = "[/usr/bin/ruby]",
	  .cmd = "[--version]",
	  .args = "[-e, puts 6 * 7]",
	  .says = "^42" },
	{ .package = "unbound",
	  .what = "The Unbound DNS resolver",
	  .entrypoint = "[/usr/sbin/unbound]",
	  .cmd = "[-d, -c, /etc/unbound/unbound.conf]",
	  .port = "5353/udp",
	  .config_path = "/etc/unbound/unbound.conf",
	  .config = "      server:\n"
		    "        interface: 0.0.0.0@5353\n"
		    "        access-control: 10.0.0.0/8 allow\n"
		    "        username: \"\"\n"
		    "        chroot: \"\"\n"
		    "        pidfile: \"\"\n"
		    "        use-syslog: no\n",
	  .args = "[-V]",
	  .says = "^Version 1" },
	{ .package = "valkey-server",
	  .what = "The Valkey database",
	  .entrypoint = "[/usr/bin/valkey-server]",
	  .cmd = "[--bind, 0.0.0.0, --dir, /data]",
	  .port = "6379",
	  .data = "/data",
	  .args = "[--version]",
	  .says = "(Server|server) v=",
	  .note = "Without a password Valkey answers its own container only: add --requirepass or "
		  "an ACL file." },
};

static const struct known *find_known(str package)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (str_eq(package, str_of(table[i].package)))
			return &table[i];
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

static void put_packages(struct buf *b, str package)
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
}

static void put_paths(struct buf *b, const struct known *k)
{
	if (!k->data && !k->config_path)
		return;
	buf_add(b, S("\n# Files and directories beyond the packages' own.\npaths:\n"));
	if (k->data)
		buf_fmt(b,
			"  - path: %s\n    type: directory\n    mode: \"0750\"\n    owner: "
			"nonroot\n    group: nonroot\n",
			k->data);
	if (k->config_path)
		buf_fmt(b, "  - path: %s\n    text: |\n%s", k->config_path, k->config);
}

static void put_command(struct buf *b, const struct known *k)
{
	buf_add(b, S("\n# It runs as nonroot (65532), and works with a read-only root file "
		     "system.\n"));
	if (k->note)
		buf_fmt(b, "# %s\n", k->note);
	buf_fmt(b, "entrypoint: %s\ncmd: %s\n", k->entrypoint, k->cmd);
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

static void put_tests_tail(struct buf *b)
{
	buf_add(b, S("  fileExistenceTests:\n"
		     "    - name: no shell\n"
		     "      path: /bin/sh\n"
		     "      shouldExist: false\n"
		     "  metadataTest:\n"
		     "    user: \"65532:65532\"\n"));
}

static void put_known(struct buf *b, const struct known *k)
{
	str program = str_of(k->entrypoint + 1);

	put_packages(b, str_of(k->package));
	put_paths(b, k);
	put_command(b, k);
	put_tests_head(b);
	buf_fmt(b,
		"  commandTests:\n    - name: it runs\n      command: %.*s\n      args: %s\n      "
		"%s: [\"%s\"]\n"
		"      exitCode: 0\n",
		STR_ARG(str_head(program, program.len - 1)), k->args,
		k->on_stderr ? "expectedError" : "expectedOutput", k->says);
	if (k->body)
		buf_fmt(b,
			"  httpTests:\n    - name: it answers\n      port: %s\n      path: /\n"
			"      expectedStatus: 200\n      expectedBody: [\"%s\"]\n",
			k->port, k->body);
	put_tests_tail(b);
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
	put_tests_tail(b);
}

static void put_generic(struct buf *b, str package)
{
	put_packages(b, package);
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
	const struct known *known = find_known(package);
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
	else
		put_generic(&b, package);
	return buf_take(&b, ret);
}
