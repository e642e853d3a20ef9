/*
 * Gemfile.lock, by whatever name. Source: Bundler's LockfileGenerator.
 *
 *	GEM                                     or GIT, PATH, PLUGIN SOURCE
 *	  remote: https://rubygems.org/
 *	  specs:
 *	    rack (2.2.3)                        NAME (VERSION[-PLATFORM])
 *	      other (~> 1.0)                    what it needs
 *	CHECKSUMS
 *	  rack (2.2.3) sha256=...
 */
#include "base/map.h"

#include "lock_graph.h"

struct need {
	uint32_t from;
	str name;
};

struct lock {
	struct lock_graph g;
	struct map by_name, by_spec; /* "rack", "rack (2.2.3)": number + 1 */
	VEC(struct need) need;
	str section, remote, revision;
	bool specs;
};

/* "rack (2.2.3-java)": the version ends at the first dash, the platform follows. */
static int read_spec(struct lock *l, str line)
{
	struct op *op = &l->g.r->tmp;
	str spec = line, name = str_trim(str_cut(&line, '(')), version = str_cut(&line, ')');
	ptrdiff_t dash = str_find(version, '-');
	struct package p = { .type = PACKAGE_GEM, .name = name, .version = version };
	uint32_t at;
	int rc = 0;

	if (dash >= 0) {
		p.version = str_head(version, dash);
		rc = package_fact(op, &p.qualifiers, "platform", str_from(version, dash + 1));
	}
	if (str_eq(l->section, S("GIT"))) {
		p.vcs = l->remote;
		rc = rc < 0 ? rc : package_fact(op, &p.facts, "gem:revision", l->revision);
	}
	if (rc == 0)
		rc = lock_graph_package(&l->g, &p, &at);
	if (rc == 0)
		rc = map_put(&l->by_spec, spec, (void *)(intptr_t)(at + 1));
	if (rc == 0 && map_find(&l->by_name, name) < 0)
		rc = map_put(&l->by_name, name, (void *)(intptr_t)(at + 1));
	return rc;
}

static int read_need(struct lock *l, str line)
{
	struct need *n = l->g.package.n ? vec_push(&l->g.r->tmp, &l->need) : NULL;

	if (!n)
		return l->g.r->tmp.code;
	*n = (struct need){ (uint32_t)(l->g.package.n - 1), str_word(&line) };
	return 0;
}

/* "rack (2.2.3) sha256=...": none of a gem from git. */
static int read_checksum(struct lock *l, str line)
{
	ptrdiff_t end = str_find(line, ')');
	intptr_t at = (intptr_t)map_get(&l->by_spec, str_head(line, end + 1));
	str sums = str_from(line, end + 1);
	int rc = 0;

	for (str sum = str_word(&sums); sum.len && at && rc == 0; sum = str_word(&sums)) {
		ptrdiff_t equals = str_find(sum, '=');
		rc = draft_hex(&l->g.r->tmp, &l->g.package.p[at - 1], str_from(sum, equals + 1));
	}
	return rc;
}

static int read_line(struct lock *l, str line)
{
	ptrdiff_t indent = 0;

	while (indent < line.len && line.p[indent] == ' ')
		indent++;
	line = str_trim(line);
	if (!line.len)
		return 0;
	if (indent == 0) {
		l->section = line;
		l->specs = false;
		l->revision = S("");
	} else if (str_eq(l->section, S("CHECKSUMS"))) {
		return read_checksum(l, line);
	} else if (indent == 2) {
		str value = line, key = str_cut(&value, ':');
		l->specs = str_eq(key, S("specs"));
		if (str_eq(key, S("remote")))
			l->remote = str_trim(value);
		if (str_eq(key, S("revision")))
			l->revision = str_trim(value);
	} else if (l->specs && indent == 4) {
		return read_spec(l, line);
	} else if (l->specs && indent == 6) {
		return read_need(l, line);
	}
	return 0;
}

static int read_lock(struct reading *r)
{
	struct lock l = { 0 };
	str rest = r->text;
	int rc = 0;

	lock_graph_init(&l.g, r);
	map_init(&l.by_name, &r->tmp);
	map_init(&l.by_spec, &r->tmp);
	while (rest.p && rc == 0)
		rc = read_line(&l, str_cut(&rest, '\n'));
	for (ptrdiff_t i = 0; i < l.need.n && rc == 0; i++) {
		intptr_t to = (intptr_t)map_get(&l.by_name, l.need.p[i].name);
		if (to)
			rc = lock_graph_edge(&l.g, l.need.p[i].from, (uint32_t)(to - 1));
	}
	return rc < 0 ? rc : lock_graph_add(&l.g);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_lock);
}

const struct cataloger cataloger_ruby_lock = {
	.name = "ruby-lock",
	.what = "Ruby gems in Gemfile.lock",
	.wants = { { .glob = "**/Gemfile.lock", .lock = true },
		   { .glob = "**/Gemfile.next.lock", .lock = true },
		   { .glob = "**/gems.locked", .lock = true } },
	.read = read_file,
};
