#include "update_impl.h"

#include <stdlib.h>

static bool has_release(const struct feed_source *s)
{
	for (ptrdiff_t i = 0; i < s->url.n; i++)
		if (str_find_str(s->url.p[i], S("{release}")) >= 0)
			return true;
	return false;
}

static bool is_changelog(const struct feed_source *s)
{
	return str_eq(s->format, S("changelog"));
}

/* A release becomes part of addresses and names of files. */
static bool release_is_plain(str release)
{
	for (ptrdiff_t i = 0; i < release.len; i++) {
		char c = release.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!word && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return release.len > 0 && release.len <= 32;
}

int update_unit_add(struct updating *u, const struct feed_source *source, str release)
{
	struct op *op = u->op;
	struct unit unit = { .source = source, .release = release, .name = source->name };
	int rc = 0;

	unit.file = unit.name;
	if (release.len && !release_is_plain(release))
		return op_fail(op, ERR_USAGE, "'%.*s' is no release", STR_ARG(release));
	if (release.len &&
	    ((rc = op_text(op, &unit.name, "%.*s:%.*s", STR_ARG(source->name), STR_ARG(release))) <
		     0 ||
	     (rc = op_text(op, &unit.file, "%.*s-%.*s", STR_ARG(source->name), STR_ARG(release))) <
		     0))
		return rc;
	for (ptrdiff_t i = 0; i < u->unit.n; i++)
		if (str_eq(u->unit.p[i].name, unit.name))
			return 0;
	struct unit *to = vec_push(op, &u->unit);
	if (!to)
		return op->code;
	unit.line.feed = unit.name;
	unit.line.ecosystem = source->ecosystems.n ? source->ecosystems.p[0] : S("");
	unit.want = is_changelog(source) ? UNIT_CHANGELOG : UNIT_WHOLE;
	*to = unit;
	return 0;
}

/* Of which suite changelogs are wanted, where nobody said it. */
static str suite_of_wish(const struct update_wish *w)
{
	if (w->suite.len || !w->inventory || !str_eq(w->inventory->os.id, S("debian")))
		return w->suite;
	return w->inventory->os.version_id.len ? w->inventory->os.version_id
					       : w->inventory->os.codename;
}

/* All of a source, or what of it is of a release. */
static int add_source(struct updating *u, const struct feed_source *s, str release)
{
	int rc = 0;

	if (is_changelog(s)) {
		release = changelog_suite(release.len ? release : suite_of_wish(u->wish));
		if (!release.len)
			return op_fail(u->op, ERR_USAGE,
				       "%.*s needs a release: %.*s:bookworm (or --for an image)",
				       STR_ARG(s->name), STR_ARG(s->name));
		return update_unit_add(u, s, release);
	}
	if (!has_release(s))
		return update_unit_add(u, s, S(""));
	if (release.len)
		return update_unit_add(u, s, release);
	for (ptrdiff_t i = 0; rc == 0 && i < s->releases.n; i++)
		rc = update_unit_add(u, s, s->releases.p[i]);
	return rc;
}

static str release_of(str key)
{
	ptrdiff_t colon = str_find(key, ':');

	return colon < 0 ? S("") : str_from(key, colon + 1);
}

/* What is there only for those who accept its terms, or its size. */
static int tell_optional(struct updating *u, const struct feed_source *s, str ecosystem)
{
	struct update_line *line = vec_push(u->op, &u->told);

	if (!line)
		return u->op->code;
	*line = (struct update_line){ .feed = s->name,
				      .ecosystem = ecosystem,
				      .how = UPDATE_SKIPPED };
	return op_text(u->op, &line->why, "only when it is named (%.*s%s%.*s)", STR_ARG(s->licence),
		       s->note.len ? ": " : "", STR_ARG(s->note));
}

/* The feeds of an ecosystem. 1: none knows it. */
static int add_ecosystem(struct updating *u, str ecosystem)
{
	ptrdiff_t before = u->unit.n;
	bool some = false;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < u->source_n; i++) {
		const struct feed_source *s = &u->source[i];
		if (!feed_source_covers(s, ecosystem) || s->optional)
			continue;
		some = true;
		rc = add_source(u, s, release_of(ecosystem));
	}
	for (ptrdiff_t i = 0; rc == 0 && !some && i < u->source_n; i++) {
		const struct feed_source *s = &u->source[i];
		if (!feed_source_covers(s, ecosystem))
			continue;
		rc = tell_optional(u, s, ecosystem);
		before = -1;
	}
	return rc < 0 ? rc : !some && before >= 0;
}

static int unknown_word(struct updating *u, str word)
{
	const char **known = op_new(u->op, const char *, u->source_n);

	if (!known)
		return u->op->code;
	for (ptrdiff_t i = 0; i < u->source_n; i++)
		known[i] = op_cstr(u->op, u->source[i].name);
	if (u->op->code)
		return u->op->code;
	const char *near = nearest_word(word, known, (size_t)u->source_n);
	return op_fail(u->op, ERR_USAGE,
		       "'%.*s' is no feed and no ecosystem%s%s%s; 'temper db feeds' lists them",
		       STR_ARG(word), near ? "; did you mean '" : "", near ? near : "",
		       near ? "'?" : "");
}

static int add_word(struct updating *u, str word)
{
	str rest = word, name = str_cut(&rest, ':');
	const struct feed_source *s = feed_source_find(u->source, u->source_n, name);
	int rc = 0;

	if (str_eq(word, S("all"))) {
		for (ptrdiff_t i = 0; rc == 0 && i < u->source_n; i++)
			if (!u->source[i].optional)
				rc = add_source(u, &u->source[i], S(""));
		return rc;
	}
	if (s && (!rest.len || has_release(s)))
		rc = add_source(u, s, str_starts(rest, S("debian:")) ? str_from(rest, 7) : rest);
	bool named = rc == 0 && s && (!rest.len || has_release(s));
	if (rc < 0 || !ecosystem_row(word))
		return rc < 0 || named ? rc : unknown_word(u, word);
	rc = add_ecosystem(u, word); /* "alpine:3.20" is both */
	if (rc > 0 && !named)
		return op_fail(u->op, ERR_USAGE, "no feed is known for '%.*s'", STR_ARG(word));
	return rc < 0 ? rc : 0;
}

static int add_for_all(struct updating *u)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < u->source_n; i++) {
		const struct feed_source *s = &u->source[i];
		if (s->ecosystems.n == 0 && s->standard)
			rc = add_source(u, s, S(""));
	}
	return rc;
}

static int add_inventory(struct updating *u, const struct inventory *inv)
{
	VEC(str) seen = { 0 };
	str os, key;
	int rc = ecosystem_of_os(u->op, &inv->os, &os);

	for (ptrdiff_t i = -1; rc == 0 && i < inv->package_n; i++) {
		bool known = false;
		key = os;
		if (i >= 0)
			rc = ecosystem_of_package(u->op, &inv->package[i], os, &key);
		for (ptrdiff_t k = 0; k < seen.n && !known; k++)
			known = str_eq(seen.p[k], key);
		if (rc < 0 || known || !key.len)
			continue;
		str *to = vec_push(u->op, &seen);
		if (!to)
			return u->op->code;
		*to = key;
		rc = add_ecosystem(u, key);
		rc = rc > 0 ? 0 : rc; /* that nothing is known of it is the scan's to say */
	}
	return rc < 0 ? rc : add_for_all(u);
}

static int add_in_use(struct updating *u)
{
	const struct database *db = database_update_now(u->db);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < db->shard_n; i++) {
		str release = db->shard[i].feed, name = str_cut(&release, ':');
		const struct feed_source *s = feed_source_find(u->source, u->source_n, name);
		if (s) /* what was imported under another name stays as it is */
			rc = release.len ? update_unit_add(u, s, release)
					 : add_source(u, s, release);
	}
	return rc;
}

static int add_standard(struct updating *u)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < u->source_n; i++)
		if (u->source[i].standard)
			rc = add_source(u, &u->source[i], S(""));
	return rc;
}

int update_plan(struct updating *u)
{
	const struct update_wish *w = u->wish;
	bool changelog = false;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->what.n; i++)
		rc = add_word(u, w->what.p[i]);
	for (ptrdiff_t i = 0; i < u->unit.n; i++)
		changelog = changelog || u->unit.p[i].want == UNIT_CHANGELOG;
	/* Of a feed that was named, and an image: what of the feed the image needs. */
	if (rc == 0 && w->inventory && (w->what.n == 0 || !changelog))
		rc = add_inventory(u, w->inventory);
	if (rc < 0 || w->what.n || w->inventory || w->feed_dir.len)
		return rc;
	if ((rc = add_in_use(u)) == 0 && u->unit.n == 0)
		rc = add_standard(u);
	return rc;
}
