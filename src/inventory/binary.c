/*
 * Programs and libraries that no package manager brought are recognised by their bytes: the rules
 * are data (binary_rules.h). A file that a system's package lists costs a look at a table and
 * nothing else; of another one whose name a rule knows all bytes are passed over once, in blocks
 * that overlap, and only the patterns for that name are looked for.
 */
#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "binary_rules.h"
#include "cataloger.h"
#include "codec/patterns.h"

enum {
	/* Bytes that are looked at in one go, and that two such have in common: more than any
	   match. */
	BINARY_BLOCK = 512 << 10,
	BINARY_OVERLAP = 2 << 10,
	/* Before and behind the end of a match, in which its group is. */
	BINARY_BEFORE = 1 << 10,
	BINARY_BEHIND = 128,
	/* Bytes of a file that is no program. */
	BINARY_TEXT_MAX = 32 << 20,
	BINARY_RULES = 16, /* for one name */
	BINARY_SETS = 64,
	BINARY_PATTERNS = BINARY_RULES * RULE_PATTERNS,
};

/* Sets of patterns that were compiled. */
struct binary {
	struct {
		const char **pattern; /* [n] */
		int n;
		struct patterns *compiled;
	} set[BINARY_SETS];
	int n;
};

struct candidate {
	struct op *op;
	struct catalog *c;
	const struct found *f;
	const struct binary_rule *rule[BINARY_RULES];
	int rule_n;
	str number; /* in the file's name: "3.11" */

	/* Of the pass that runs. */
	const char *pattern[BINARY_PATTERNS];
	struct {
		int rule, rank;
	} of[BINARY_PATTERNS];
	int pattern_n;
	str block;
	bool last; /* block */
	str version[BINARY_RULES];
	int rank[BINARY_RULES]; /* of the pattern that told it; RULE_PATTERNS: none has */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static str number_in(str name)
{
	ptrdiff_t i = 0;

	while (i < name.len && !is_digit(name.p[i]))
		i++;
	ptrdiff_t from = i;
	while (i < name.len && (is_digit(name.p[i]) ||
				(name.p[i] == '.' && i + 1 < name.len && is_digit(name.p[i + 1]))))
		i++;
	return str_from(str_head(name, i), from);
}

/* "3.11" is how "3.11.2" begins; "3.1" is not. */
static bool begins_with(str version, str number)
{
	return str_starts(version, number) &&
	       (version.len == number.len || !is_digit(version.p[number.len]));
}

static bool acceptable(const struct candidate *c, int rule, int rank, str version)
{
	if (!(c->rule[rule]->flags & RULE_NAMED))
		return true;
	/* The last pattern is any version at all: the name must tell more than "3". */
	if (rank + 1 == RULE_PATTERNS || !c->rule[rule]->pattern[rank + 1]) {
		if (str_find(c->number, '.') < 0)
			return false;
	}
	return c->number.len == 0 || begins_with(version, c->number);
}

static int on_hit(void *arg, int which, size_t end)
{
	struct candidate *c = arg;
	int rule = c->of[which].rule, rank = c->of[which].rank;
	ptrdiff_t to = (ptrdiff_t)end, from = to > BINARY_BEFORE ? to - BINARY_BEFORE : 0;
	bool matched = false;
	str version;

	if (rank >= c->rank[rule] || (!c->last && to > c->block.len - BINARY_BEHIND))
		return 0; /* told by a surer one; or the next block will have all of it */
	str region = str_head(c->block, to + BINARY_BEHIND);
	/* Region by region from the far end of it: an earlier match may be another one. */
	for (; from < to; from++) {
		int rc = pattern_group(c->op, c->pattern[which], str_from(region, from), &version);
		if (rc != 0)
			return rc < 0 ? rc : 0;
		from = version.p - region.p;
		if (acceptable(c, rule, rank, version))
			break;
	}
	if (from >= to)
		return 0;
	int rc = op_copy(c->op, version, &c->version[rule]);
	c->rank[rule] = rank;
	for (int i = 0; i < c->rule_n; i++) {
		matched = c->rank[i] == 0 || (matched && c->rule[i]->flags & RULE_ELSE);
		if (!matched && !c->rule[i]->beside)
			return rc;
	}
	return rc < 0 ? rc : 1;
}

/* The patterns, compiled once for each set of them: names that one rule knows come in dozens. */
static int compiled(struct candidate *c, struct patterns **ret)
{
	struct binary *all = *catalog_state(c->c);

	if (!all && !(*catalog_state(c->c) = all = op_new(c->op, struct binary, 1)))
		return c->op->code;
	for (int i = 0; i < all->n; i++)
		if (all->set[i].n == c->pattern_n &&
		    memcmp(all->set[i].pattern, c->pattern,
			   sizeof(*c->pattern) * (size_t)c->pattern_n) == 0) {
			*ret = all->set[i].compiled;
			return 0;
		}
	int rc = patterns_open(c->op, c->pattern, c->pattern_n, ret);
	if (rc < 0 || all->n == BINARY_SETS)
		return rc;
	const char **kept = op_new(c->op, const char *, c->pattern_n);
	if (!kept)
		return c->op->code;
	memcpy(kept, c->pattern, sizeof(*kept) * (size_t)c->pattern_n);
	all->set[all->n].pattern = kept;
	all->set[all->n].n = c->pattern_n;
	all->set[all->n++].compiled = *ret;
	return 0;
}

static int scan_blocks(struct candidate *c, const struct found *f, uint64_t max)
{
	struct patterns *p = NULL;
	struct at whole, *a = &whole;
	AUTO_OP own; /* what must be unpacked again for this is not kept */
	int rc = compiled(c, &p);

	op_init(&own, c->op->ceiling);
	own.fault = c->op->fault;
	if (rc < 0)
		return rc;
	if ((rc = catalog_at(&own, c->c, f, a)) < 0)
		return op_adopt_error(c->op, &own);
	uint64_t size = a->size < max ? a->size : max;
	for (uint64_t at = 0; rc == 0 && at < size; at += BINARY_BLOCK - BINARY_OVERLAP) {
		struct op_mark mark = op_mark(&own);
		uint64_t n = size - at < BINARY_BLOCK ? size - at : BINARY_BLOCK;
		c->last = at + n == size;
		if ((rc = at_view(&own, a, at, n, &c->block)) < 0)
			return op_adopt_error(c->op, &own);
		rc = patterns_scan(c->op, p, c->block, on_hit, c);
		op_reset(&own, mark);
		if (c->last)
			break;
	}
	return rc;
}

/* In an image a program has a program's form; in a directory it may be cut out of one. */
static bool may_be_program(const struct candidate *c)
{
	return c->f->probe & (PROBE_ELF | PROBE_PE | PROBE_MACHO) ||
	       !(c->f->probe & PROBE_SCRIPT || catalog_is_image(c->c));
}

/* All patterns of the rules that look into the file itself (which < 0), or of one that looks
 * elsewhere. */
static void collect(struct candidate *c, int which)
{
	c->pattern_n = 0;
	for (int i = 0; i < c->rule_n; i++) {
		const struct binary_rule *r = c->rule[i];
		if (which < 0 ? r->beside != NULL : i != which)
			continue;
		if (!(r->flags & RULE_TEXT) && !may_be_program(c))
			continue;
		for (int k = 0; k < RULE_PATTERNS && r->pattern[k]; k++) {
			c->pattern[c->pattern_n] = r->pattern[k];
			c->of[c->pattern_n].rule = i;
			c->of[c->pattern_n++].rank = k;
		}
	}
}

static uint64_t most(const struct found *f)
{
	return f->probe & (PROBE_ELF | PROBE_PE | PROBE_MACHO) ? UINT64_MAX : BINARY_TEXT_MAX;
}

/* Files beside it are asked in the order of the rule. */
static int ask_beside(struct candidate *c, int which)
{
	str names = str_of(c->rule[which]->beside), name;
	int rc = 0;

	while (rc == 0 && c->version[which].len == 0 && (name = str_word(&names)).len) {
		struct found other;
		if ((rc = catalog_beside(c->op, c->c, c->f, name, &other)) != 0) {
			rc = rc < 0 ? rc : 0;
			continue;
		}
		collect(c, which);
		if (c->pattern_n)
			rc = scan_blocks(c, &other, most(&other));
	}
	return rc;
}

/* A CPE's version: without what Java puts behind a '+'; 1.8.0_352 is 1.8.0 update352; odd bytes are
 * quoted. */
static int write_cpe(struct op *op, const char *product, str version, str *ret)
{
	char text[2 * LIMIT_NAME + 1];
	str update = S("*");
	ptrdiff_t n = 0, plus = str_find(version, '+'), under = str_find(version, '_');

	version = str_head(version, plus < 0 ? version.len : plus);
	if (str_starts(version, S("1.8.0_")) && under > 0) {
		update = str_from(version, under + 1);
		update = str_cut(&update, '-');
		version = str_head(version, under);
	}
	for (ptrdiff_t i = 0; i < version.len && n + 2 < (ptrdiff_t)sizeof(text); i++) {
		char c = version.p[i];
		if (!is_digit(c) && !((c | 32) >= 'a' && (c | 32) <= 'z') && !strchr("._-", c))
			text[n++] = '\\';
		text[n++] = c;
	}
	return op_text(op, ret, "cpe:2.3:a:%s:%.*s:%s%.*s:*:*:*:*:*:*", product, (int)n, text,
		       update.p[0] == '*' ? "" : "update", STR_ARG(update));
}

static int name_package(struct op *op, const struct binary_rule *r, str path, str version,
			struct package *p)
{
	str purl = str_from(str_of(r->purl), 4), rest = purl;
	str type = str_cut(&rest, '/');
	bool go = str_eq(type, S("golang"));
	ptrdiff_t slash = str_rfind(rest, '/');

	*p = (struct package){ .type = go ? PACKAGE_GO : PACKAGE_BINARY, .version = version };
	p->ns = str_head(rest, slash < 0 ? 0 : slash);
	p->name = str_from(rest, slash + 1);
	if (go)
		return op_text(op, &p->version, "v%.*s", STR_ARG(version));
	if (r->flags & RULE_STEM) {
		str stem = str_base_name(path);
		stem = str_cut(&stem, '.');
		return op_text(op, &p->name, "%.*s%.*s", STR_ARG(p->name), STR_ARG(stem));
	}
	return str_eq(type, S("generic"))
		       ? 0
		       : op_text(op, &p->purl, "%s@%.*s", r->purl, STR_ARG(version));
}

static int add_package(struct candidate *c, int which)
{
	const struct binary_rule *r = c->rule[which];
	struct package p;
	int rc = name_package(c->op, r, c->f->path, c->version[which], &p);

	if (rc < 0 || !(p.cpe.p = op_new(c->op, str, RULE_CPES)))
		return c->op->code;
	for (; rc == 0 && p.cpe.n < RULE_CPES && r->cpe[p.cpe.n]; p.cpe.n++)
		rc = write_cpe(c->op, r->cpe[p.cpe.n], c->version[which], &p.cpe.p[p.cpe.n]);
	if (rc == 0)
		rc = package_fact(c->op, &p.facts, "binary:class", str_of(r->class));
	return rc < 0 ? rc : catalog_add(c->op, c->c, c->f, EVIDENCE_BYTES, &p, NULL);
}

/* A runtime with a release file tells more than its launcher (jvm.c). */
static bool has_release(struct candidate *c)
{
	struct found release;

	return (str_starts(str_of(c->rule[0]->files), S("java")) ||
		str_starts(str_of(c->rule[0]->files), S("jdb"))) &&
	       (catalog_beside(c->op, c->c, c->f, S("../release"), &release) == 0 ||
		catalog_beside(c->op, c->c, c->f, S("../../release"), &release) == 0);
}

static int look_into(struct candidate *c)
{
	bool matched = false;
	int rc = 0;

	collect(c, -1);
	if (c->pattern_n)
		rc = scan_blocks(c, c->f, most(c->f));
	for (int i = 0; rc == 0 && i < c->rule_n; i++) {
		bool or_else = c->rule[i]->flags & RULE_ELSE;
		if (or_else && matched)
			continue;
		if (c->rule[i]->beside && (rc = ask_beside(c, i)) < 0)
			return rc;
		matched = (or_else && matched) || c->version[i].len;
		if (c->version[i].len)
			rc = add_package(c, i);
	}
	return rc;
}

static bool is_named(const struct binary_rule *r, str path, str name)
{
	str globs = str_of(r->files), glob;

	while ((glob = str_word(&globs)).len)
		if (glob_match(glob, str_find(glob, '/') < 0 ? name : path))
			return true;
	return false;
}

static int read_binary(struct op *op, struct catalog *c, const struct found *f)
{
	struct candidate w = { .op = op, .c = c, .f = f };
	str name = str_base_name(f->path);

	if (catalog_owned(c, f->node) || f->size == 0)
		return 0;
	for (size_t i = 0; i < binary_rules_n && w.rule_n < BINARY_RULES; i++) {
		if (!is_named(&binary_rules[i], f->path, name))
			continue;
		w.rank[w.rule_n] = RULE_PATTERNS;
		w.rule[w.rule_n++] = &binary_rules[i];
	}
	if (w.rule_n == 0)
		return 0;
	if (has_release(&w))
		return catalog_recognised(op, c, f->node);
	w.number = number_in(name);
	return look_into(&w);
}

#define GLANCE(name)             \
	{                        \
		.glob = "**"     \
			"/" name \
	}

const struct cataloger cataloger_binary = {
	.name = "binary",
	.what = "programs that no package manager brought, by patterns in their bytes",
	.wants = {
		GLANCE("apache2"),
		GLANCE("arangosh"),
		GLANCE("auditbeat"),
		GLANCE("bash"),
		GLANCE("beam.smp"),
		GLANCE("bun"),
		GLANCE("busybox"),
		GLANCE("cabal"),
		GLANCE("chrome"),
		GLANCE("composer"),
		GLANCE("composer-[0-9]*"),
		GLANCE("composer.phar"),
		GLANCE("composer[0-9]*"),
		GLANCE("consul"),
		GLANCE("curl"),
		GLANCE("dart"),
		GLANCE("deno"),
		GLANCE("elastic-agent"),
		GLANCE("elixir"),
		GLANCE("elixir.app"),
		GLANCE("envoy"),
		GLANCE("erlexec"),
		GLANCE("ffmpeg"),
		GLANCE("filebeat"),
		GLANCE("firefox"),
		GLANCE("firefox-esr"),
		GLANCE("firefox.exe"),
		GLANCE("fluent-bit"),
		GLANCE("gcc"),
		GLANCE("getopt"),
		GLANCE("ghc*"),
		GLANCE("go"),
		GLANCE("go.exe"),
		GLANCE("grafana"),
		GLANCE("grafana-server"),
		GLANCE("gzip"),
		GLANCE("haproxy"),
		GLANCE("heartbeat"),
		GLANCE("helm"),
		GLANCE("httpd"),
		GLANCE("java"),
		GLANCE("jdb"),
		GLANCE("jq"),
		GLANCE("julia"),
		GLANCE("ldapsearch"),
		GLANCE("libQt*Core.so*"),
		GLANCE("libav*"),
		GLANCE("libcrypto.so*"),
		GLANCE("liberts_internal.a"),
		GLANCE("libjulia-internal.so*"),
		GLANCE("libkrb5.so*"),
		GLANCE("libnode.so*"),
		GLANCE("libphp*.so"),
		GLANCE("libpypy*.so*"),
		GLANCE("libpython*.so*"),
		GLANCE("libruby*.so*"),
		GLANCE("libstd-????????????????.dylib"),
		GLANCE("libstd-????????????????.so"),
		GLANCE("libswresample*"),
		GLANCE("lighttpd"),
		GLANCE("mariadb"),
		GLANCE("mariadbd"),
		GLANCE("memcached"),
		GLANCE("metricbeat"),
		GLANCE("mongod"),
		GLANCE("mysql"),
		GLANCE("mysqld"),
		GLANCE("ndb_mgmd"),
		GLANCE("ndbd"),
		GLANCE("ndbmtd"),
		GLANCE("nginx"),
		GLANCE("nginx-ingress-controller"),
		GLANCE("node"),
		GLANCE("openssl"),
		GLANCE("packetbeat"),
		GLANCE("perl"),
		GLANCE("php*"),
		GLANCE("php*/**/*.so"),
		GLANCE("pilot-agent"),
		GLANCE("pilot-discovery"),
		GLANCE("postgres"),
		GLANCE("proftpd"),
		GLANCE("python*"),
		GLANCE("redis-server"),
		GLANCE("ruby"),
		GLANCE("sqlcipher"),
		GLANCE("stack"),
		GLANCE("swipl"),
		GLANCE("traefik"),
		GLANCE("valkey-server"),
		GLANCE("vault"),
		GLANCE("wp"),
		GLANCE("xtrabackup"),
		GLANCE("xz"),
		GLANCE("zstd"),
	},
	.read = read_binary,
};
