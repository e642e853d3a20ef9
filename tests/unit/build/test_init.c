#include "build/init.h"
#include "build/init_impl.h"
#include "build/recipe.h"
#include "build/test.h"
#include "sys/file.h"
#include "unit/harness.h"

/* What init writes must be a recipe, with tests, to the word. */
static int accepted(struct op *op, str package, str description, struct recipe *ret,
		    struct tests *ret_tests)
{
	int dir;
	const char *where = test_dir(&dir);
	str text, path;

	TRY(init_recipe(op, package, description, &text));
	TRY(file_replace(op, dir, S("r.yaml"), text, 0644));
	TRY(op_text(op, &path, "%s/r.yaml", where));
	TRY(recipe_read(op, path, ret));
	return tests_read(op, ret->doc, ret->tests, ret_tests);
}

static const struct {
	const char *package, *program, *port;
	int commands, https;
} known[] = {
	{ "nginx", "/usr/sbin/nginx", "8080/tcp", 1, 2 },
	{ "valkey-server", "/usr/bin/valkey-server", "6379/tcp", 1, 0 },
	/* these stand on what temper ships */
	{ "redis-server", "/usr/bin/redis-server", "6379/tcp", 0, 0 },
	{ "memcached", "/usr/bin/memcached", "11211/tcp", 0, 0 },
	{ "default-jre-headless", "/usr/bin/java", NULL, 0, 0 },
	{ "python3", "/usr/bin/python3", NULL, 0, 0 },
	{ "nodejs", "/usr/bin/nodejs", NULL, 0, 0 },
	{ "perl", "/usr/bin/perl", NULL, 0, 0 },
	{ "ruby", "/usr/bin/ruby", NULL, 0, 0 },
	{ "caddy", "/usr/bin/caddy", "8080/tcp", 1, 1 },
	{ "mosquitto", "/usr/sbin/mosquitto", "1883/tcp", 1, 0 },
	{ "prometheus-node-exporter", "/usr/bin/prometheus-node-exporter", "9100/tcp", 1, 1 },
	{ "hello", "/usr/bin/hello", NULL, 0, 0 },
	{ "g++", "/usr/bin/g++", NULL, 0, 0 },
	{ "7zip", "/usr/bin/7zip", NULL, 0, 0 },
};

static int packages(struct op *op)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct recipe r;
		struct tests t;
		TRY(accepted(op, str_of(known[i].package), S(""), &r, &t));
		CHECK(r.entrypoint.n > 0 && r.description.len > 0);
		CHECK_STR(r.entrypoint.p[0], str_of(known[i].program));
		CHECK(t.command_n == known[i].commands && t.http_n == known[i].https &&
		      t.file_n > 0);
		CHECK(r.ports.n == (known[i].port ? 1 : 0));
		if (known[i].port && r.ports.n)
			CHECK_STR(r.ports.p[0], str_of(known[i].port));
	}
	return 0;
}

/* Every row of a table gives a recipe that is read, with a test; the rows stand in order. */
static int rows(struct op *op, const struct init_known *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct recipe r;
		struct tests t;
		const struct init_known *k = &row[i];
		CHECK(i == 0 || str_cmp(str_of(row[i - 1].package), str_of(k->package)) < 0);
		struct op_mark mark = op_mark(op);
		TRY(accepted(op, str_of(k->package), S(""), &r, &t));
		CHECK(t.command_n + t.http_n > 0);
		CHECK(!k->config == !k->path);
		CHECK(r.allow_shell == (k->shell != NULL));
		op_reset(op, mark);
	}
	return 0;
}

static int table(struct op *op)
{
	TRY(rows(op, init_known, init_known_n));
	TRY(rows(op, init_known_web, init_known_web_n));
	for (size_t i = 0; i < init_shipped_n; i++) {
		struct recipe r;
		struct tests t;
		TRY(accepted(op, str_of(init_shipped[i].package), S(""), &r, &t));
		CHECK(r.entrypoint.n > 0);
	}
	return 0;
}

static int descriptions(struct op *op)
{
	struct recipe r;
	struct tests t;

	TRY(accepted(op, S("hello"), S("a \"quoted\": # line \\ with {all}\n"), &r, &t));
	CHECK_STR(r.description, S("a \"quoted\": # line \\ with {all}\n"));
	return 0;
}

static int refuses(struct op *op)
{
	static const char *const bad[] = { "", "x", "Nginx", "a b", "-a", "../x", "a\nb: c" };
	str text;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, init_recipe(op, str_of(bad[i]), S(""), &text), ERR_USAGE,
			    "not the name of a package");
	return 0;
}

TESTS({ "packages", packages, .once = true }, { "table", table, .once = true },
      { "descriptions", descriptions },
      { "refuses", refuses })
