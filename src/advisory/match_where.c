/* Where packages are looked up: the system, ecosystems and their shards. */
#include "changelog_facts.h"
#include "match_impl.h"

static str fact(const struct pairs *facts, const char *key)
{
	for (ptrdiff_t i = 0; i < facts->n; i++)
		if (str_eq(facts->p[i].key, str_of(key)))
			return facts->p[i].value;
	return S("");
}

/* "debian:12", "debian-12", "rhel:9.4+eus": what people say after --distro. */
static int forced_key(struct op *op, str distro, struct match_system *ret)
{
	struct os_identity os = { 0 };
	ptrdiff_t plus = str_find(distro, '+'), at;
	str text;

	if (plus >= 0) {
		ret->channels = str_from(distro, plus + 1);
		distro = str_head(distro, plus);
	}
	if ((at = str_find(distro, ':')) < 0)
		at = str_rfind(distro, '-');
	if (at > 0 && (distro.p[at] == ':' || at + 1 == distro.len || distro.p[at + 1] < 'a')) {
		os.id = str_head(distro, at);
		os.version_id = str_from(distro, at + 1);
	} else {
		os.id = distro;
	}
	text = ecosystem_of_codename(os.version_id);
	if (text.len) {
		ret->key = text;
		return 0;
	}
	ret->version_id = os.version_id;
	return ecosystem_of_os(op, &os, &ret->key);
}

int match_system_of(struct op *op, const struct inventory *inv, str distro,
		    struct match_system *ret)
{
	*ret = (struct match_system){
		.version_id = inv->os.version_id,
		.content_sets = fact(&inv->os.facts, "redhat:content-sets"),
		.cpe = inv->os.cpe,
		.product = fact(&inv->os.facts, "redhat:cpe"),
	};
	if (distro.len) {
		ret->forced = true;
		return forced_key(op, distro, ret);
	}
	return ecosystem_of_os(op, &inv->os, &ret->key);
}

int match_key_of(struct op *op, const struct match_system *system, const struct package *p,
		 str *ret)
{
	if (system->forced && package_kinds[p->type].is_system) {
		*ret = system->key;
		return 0;
	}
	return ecosystem_of_package(op, p, system->key, ret);
}

/* The vendor's own words count most, a common form of them next, what was concluded last. */
static int rank_of(str source)
{
	return str_find_str(source, S("changelog")) >= 0 ? 2
	       : str_find_str(source, S("errata")) >= 0  ? 1
	       : str_find_str(source, S("osv")) >= 0     ? 1
							 : 0;
}

/* Changelogs of some source packages: of others their silence says nothing. */
static int is_partial(struct op *op, const struct shard *s, bool *ret)
{
	struct op_mark mark = op_mark(op);
	struct shard_affected *list;
	ptrdiff_t n = 1;
	int rc = str_eq(shard_head(s)->source, CHANGELOG_SOURCE)
			 ? shard_affected(op, s, CHANGELOG_ALL, &list, &n)
			 : 0;

	*ret = n == 0;
	op_reset(op, mark);
	return rc;
}

int match_is_read(struct op *op, const struct match_where *w, const struct package *p, bool *ret)
{
	struct op_mark mark = op_mark(op);
	struct shard_affected *list;
	ptrdiff_t n = 0;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && n == 0 && i < w->place_n; i++)
		rc = shard_affected(op, w->place[i].shard, p->source.len ? p->source : p->name,
				    &list, &n);
	*ret = n > 0;
	op_reset(op, mark);
	return rc;
}

static int add_places(struct op *op, struct database *db, str key, struct match_where *w)
{
	ptrdiff_t *at = NULL, n = 0;
	int rc = database_of_ecosystem(op, db, key, &at, &n);

	if (rc < 0 || n == 0)
		return rc < 0 ? rc : 0;
	struct match_place *place = op_new(op, struct match_place, w->place_n + n);
	if (!place)
		return op->code;
	if (w->place_n)
		memcpy(place, w->place, (size_t)w->place_n * sizeof(*place));
	w->place = place;
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct shard *s = NULL;
		if ((rc = database_map(op, db, at[i], &s)) < 0)
			return rc;
		const struct shard_head *head = shard_head(s);
		bool partial;
		if ((rc = is_partial(op, s, &partial)) < 0)
			return rc;
		w->fixed_only = w->fixed_only && head->fixed_only;
		w->partial = w->partial && partial;
		place[w->place_n++] = (struct match_place){
			.shard = s,
			.source = head->source,
			.ecosystem = head->ecosystem,
			.rank = rank_of(head->source),
			.partial = partial,
			.position = at[i],
		};
	}
	return 0;
}

int match_where_of(struct op *op, struct database *db, struct map *all, str key,
		   struct match_where **ret)
{
	struct match_where *w = map_get(all, key);
	int rc;

	*ret = w;
	if (w)
		return 0;
	if (!(w = op_new(op, struct match_where, 1)) || op_copy(op, key, &w->key) < 0)
		return op->code;
	w->row = ecosystem_row(key);
	w->fixed_only = true;
	w->partial = true;
	if ((rc = add_places(op, db, w->key, w)) < 0)
		return rc;
	if (w->row && w->row->like) {
		ptrdiff_t colon = str_find(key, ':');
		str release = colon < 0 ? S("") : str_from(key, colon);
		rc = op_text(op, &w->like, "%s%.*s", w->row->like, STR_ARG(release));
		if (rc == 0)
			rc = add_places(op, db, w->like, w);
	}
	w->fixed_only = w->fixed_only && w->place_n;
	w->partial = w->partial && w->place_n;
	*ret = w;
	return rc < 0 ? rc : map_put(all, w->key, w);
}
