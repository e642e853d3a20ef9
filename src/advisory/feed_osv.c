/*
 * OSV: one record a document, an array of them, or what the service answers; as JSON or YAML. Source: ossf.github.io/osv-schema,
 * 1.7; what is particular to a database stands in its documentation:
 *
 *	{"id", "modified", "published", "withdrawn", "aliases": [], "related": [], "upstream": [],
 *	 "summary", "details", "severity": [{"type", "score"}], "references": [{"type", "url"}],
 *	 "database_specific": {},
 *	 "affected": [{"package": {"ecosystem", "name", "purl"}, "versions": [], "severity": [],
 *	   "ranges": [{"type", "events": [{"introduced" | "fixed" | "last_affected" | "limit"}]}],
 *	   "ecosystem_specific": {}, "database_specific": {}}]}
 *
 * Ranges of type GIT say nothing of packages and are passed over, and so is what is about an
 * ecosystem that is unknown here: the schema gets new ones. A record that has ranges without sense
 * is broken as a whole.
 */
#include "base/limits.h"
#include "codec/json.h"
#include "codec/yaml_block.h"
#include "feed_values.h"
#include "osv_spans.h"

/* The members of a record and of an affected package that are read. */
struct record {
	const struct node *id, *aliases, *related, *upstream, *summary, *details, *severity,
		*references, *published, *modified, *withdrawn, *affected, *specific;
};
struct part {
	const struct node *package, *versions, *ranges, *severity, *ecosystem, *database;
};
struct member {
	str key;
	size_t offset;
};
#define RECORD(name, field)                                  \
	{                                                    \
		S_INIT(name), offsetof(struct record, field) \
	}
#define PART(name, field)                                  \
	{                                                  \
		S_INIT(name), offsetof(struct part, field) \
	}

static const struct member record_members[] = {
	RECORD("id", id),
	RECORD("summary", summary),
	RECORD("details", details),
	RECORD("affected", affected),
	RECORD("aliases", aliases),
	RECORD("references", references),
	RECORD("modified", modified),
	RECORD("published", published),
	RECORD("severity", severity),
	RECORD("related", related),
	RECORD("upstream", upstream),
	RECORD("withdrawn", withdrawn),
	RECORD("database_specific", specific),
	{ { 0 }, 0 },
};
static const struct member part_members[] = {
	PART("package", package),
	PART("ranges", ranges),
	PART("versions", versions),
	PART("ecosystem_specific", ecosystem),
	PART("database_specific", database),
	PART("severity", severity),
	{ { 0 }, 0 },
};

static inline bool is_key(str a, str b)
{
	return a.len == b.len && memcmp(a.p, b.p, (size_t)a.len) == 0;
}

static void take_members(const struct node *map, const struct member *member, void *to)
{
	for (ptrdiff_t i = 0; i < map->n; i++) {
		const struct node *child = &map->child[i];
		for (const struct member *m = member; m->key.len; m++) {
			if (!is_key(m->key, child->key))
				continue;
			if (child->kind != NODE_NULL)
				memcpy((char *)to + m->offset, &child, sizeof(child));
			break;
		}
	}
}

static str text_of(const struct node *node)
{
	str text = { 0 };

	return node_text(node, &text) ? text : S("");
}

/* What is read at the moment. The ecosystem of the last package is kept: the next one is mostly of
 * the same. */
struct reading {
	struct op *op;
	struct advisory a;
	struct record r;
	str osv, key, channel;
	const struct ecosystem_row *row; /* NULL: unknown here */
	feed_texts cvss, cwe;
	osv_events events;
};

static int ecosystem(struct reading *r, str osv)
{
	if (r->osv.p && str_eq(osv, r->osv))
		return 0;
	int rc = ecosystem_of_osv(r->op, osv, &r->key, &r->channel);
	r->osv = osv;
	r->row = rc == 0 ? ecosystem_row(r->key) : NULL;
	return rc < 0 ? rc : 0;
}

/* [{"introduced": "0"}, {"fixed": "1.2"}]; one event may hold several members. */
static int add_events(struct reading *r, const struct node *list)
{
	static const str kind[] = { S_INIT("introduced"), S_INIT("fixed"), S_INIT("last_affected"),
				    S_INIT("limit") };

	if (!list || list->kind != NODE_LIST)
		return feed_broken(r->op, r->a.id, "a range without events");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct node *event = &list->child[i];
		if (event->kind != NODE_MAP)
			return feed_broken(r->op, r->a.id, "an event that is no mapping");
		for (ptrdiff_t j = 0; j < event->n; j++) {
			str version = text_of(&event->child[j]);
			int k = 0;
			while (k < 4 && !str_eq(event->child[j].key, kind[k]))
				k++;
			if (k == 4)
				continue;
			if (!feed_name_good(version))
				return feed_broken(r->op, r->a.id, "an event that has no version");
			struct osv_event *place = vec_push(r->op, &r->events);
			if (!place)
				return r->op->code;
			*place = (struct osv_event){ (enum osv_event_kind)k, version };
		}
	}
	return 0;
}

static int add_range(struct reading *r, const struct node *range, struct affected *to,
		     osv_span_list *spans)
{
	str type = feed_get(range, S("type"));

	if (range->kind != NODE_MAP)
		return feed_broken(r->op, r->a.id, "a range that is no mapping");
	if (str_eq(type, S("GIT")))
		return 0;
	r->events.n = 0;
	int rc = add_events(r, node_get(range, S("events")));
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < r->events.n; i++) {
		if (r->events.p[i].kind == OSV_FIXED)
			to->state = FIX_FIXED;
	}
	ptrdiff_t before = spans->n;
	rc = osv_spans(r->op, r->row->scheme, r->events.p, r->events.n, spans);
	if (rc == 1)
		return feed_broken(r->op, r->a.id, "a range that nothing introduces");
	for (ptrdiff_t i = before; i < spans->n && to->state == FIX_UNKNOWN; i++) {
		if (spans->p[i].until.len == 0 && spans->p[i].last.len == 0)
			to->state = FIX_AFFECTED;
	}
	return rc;
}

static int add_ranges(struct reading *r, const struct part *part, struct affected *to)
{
	osv_span_list spans = { 0 };
	int rc = 0;

	if (part->ranges && part->ranges->kind != NODE_LIST)
		return feed_broken(r->op, r->a.id, "ranges that are no list");
	for (ptrdiff_t i = 0; part->ranges && i < part->ranges->n && rc == 0; i++)
		rc = add_range(r, &part->ranges->child[i], to, &spans);
	to->span = spans.p;
	to->span_n = spans.n;
	return rc;
}

/* The listed versions that no span has. */
static int add_versions(struct reading *r, const struct part *part, struct affected *to)
{
	const struct node *list = part->versions;
	ptrdiff_t n = 0;

	if (!list)
		return 0;
	if (list->kind != NODE_LIST)
		return feed_broken(r->op, r->a.id, "versions that are no list");
	for (ptrdiff_t i = 0; i < to->span_n; i++) {
		const struct version_span *s = &to->span[i];
		if (s->from.len == 0 && s->until.len == 0 && s->last.len == 0)
			return 0;
	}
	str *p = op_new(r->op, str, list->n);
	if (!p)
		return r->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		str v = { 0 };
		if (!node_text(&list->child[i], &v) || !feed_name_good(v))
			return feed_broken(r->op, r->a.id, "a version that is none");
		ptrdiff_t j = 0;
		while (j < to->span_n && !version_in(r->row->scheme, v, &to->span[j]))
			j++;
		if (j == to->span_n)
			p[n++] = v;
	}
	to->versions = (struct texts){ p, n };
	return 0;
}

/* "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/..."}, {"type": "Ubuntu", "score": "low"}]. */
static int add_severity(struct reading *r, const struct node *list, enum severity *to)
{
	double score = 0, worst = -1;
	const char *version;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		str text = feed_get(&list->child[i], S("score"));
		if (severity_of(text) != SEVERITY_UNKNOWN) {
			*to = severity_of(text);
			worst = 11;
		}
		if (!cvss_score(text, &score, &version))
			continue;
		worst = score > worst ? score : worst;
		int rc = r->cvss.n < LIMIT_ADVISORY_VECTORS ? feed_add(r->op, text, &r->cvss) : 0;
		if (rc < 0)
			return rc;
	}
	/* Of a package of many the vectors do not tell: its own rank is kept. */
	if (to != &r->a.severity && worst >= 0 && worst <= 10)
		*to = severity_of_score(worst);
	return 0;
}

/* Words that databases have for what became of a package. */
static const struct {
	str word;
	enum fix_state state;
} states[] = {
	{ S_INIT("affected"), FIX_AFFECTED },
	{ S_INIT("deferred"), FIX_DEFERRED },
	{ S_INIT("end-of-life"), FIX_END_OF_LIFE },
	{ S_INIT("eol"), FIX_END_OF_LIFE },
	{ S_INIT("ignored"), FIX_WILL_NOT },
	{ S_INIT("needed"), FIX_AFFECTED },
	{ S_INIT("not-affected"), FIX_NOT_AFFECTED },
	{ S_INIT("not_affected"), FIX_NOT_AFFECTED },
	{ S_INIT("pending"), FIX_AFFECTED },
	{ S_INIT("postponed"), FIX_DEFERRED },
	{ S_INIT("under-investigation"), FIX_INVESTIGATING },
	{ S_INIT("under_investigation"), FIX_INVESTIGATING },
	{ S_INIT("will-not-fix"), FIX_WILL_NOT },
	{ S_INIT("will_not_fix"), FIX_WILL_NOT },
	{ S_INIT("wont-fix"), FIX_WILL_NOT },
};

static void take_word(str word, struct affected *to)
{
	if (word.len == 0 || str_eq(word, S("not yet assigned")))
		return;
	if (to->urgency.len == 0)
		to->urgency = str_head(word, LIMIT_ADVISORY_NAME);
	if (severity_of(word) != SEVERITY_UNKNOWN)
		to->severity = severity_of(word);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (str_eq(word, states[i].word) && to->state != FIX_FIXED)
			to->state = states[i].state;
	}
}

/* "imports": [{"path": "crypto/tls", "symbols": ["Conn.Read"]}]: go.dev/doc/security/vuln/database. */
static int add_imports(struct reading *r, const struct node *list, struct affected *to)
{
	feed_texts imports = { 0 };
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		str path = feed_get(&list->child[i], S("path"));
		const struct node *symbols = node_get(&list->child[i], S("symbols"));
		ptrdiff_t n = symbols && symbols->kind == NODE_LIST ? symbols->n : 0;
		if (!feed_name_good(path))
			continue;
		for (ptrdiff_t j = 0; j < (n ? n : 1); j++) {
			str *place = vec_push(r->op, &imports), symbol = { 0 };
			if (!place)
				return r->op->code;
			*place = path;
			if (n && node_text(&symbols->child[j], &symbol))
				rc = op_text(r->op, place, "%.*s:%.*s", STR_ARG(path),
					     STR_ARG(symbol));
			if (rc < 0)
				return rc;
		}
	}
	to->imports = feed_taken(&imports);
	return 0;
}

/* What databases say of a package in words of their own: Debian's urgency, Ubuntu's priority, GHSA's and
 * RustSec's kinds, Go's packages and symbols, the module stream of an rpm. */
static int add_specific(struct reading *r, const struct node *map, struct affected *to)
{
	static const str word[] = { S_INIT("ubuntu_priority"), S_INIT("urgency"),
				    S_INIT("severity"),        S_INIT("status"),
				    S_INIT("fix_state"),       S_INIT("informational") };
	static const str module[] = { S_INIT("rpm_modularity"), S_INIT("module") };

	if (!map || map->kind != NODE_MAP)
		return 0;
	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		take_word(feed_get(map, word[i]), to);
	for (size_t i = 0; i < sizeof(module) / sizeof(module[0]); i++) {
		str label = feed_get(map, module[i]);
		if (feed_name_good(label) && feed_only(r->op, &to->only, S("module"), label) < 0)
			return r->op->code;
	}
	return add_imports(r, node_get(map, S("imports")), to);
}

static bool has_module(const struct affected *a)
{
	for (ptrdiff_t i = 0; i < a->span_n; i++) {
		if (str_find_str(a->span[i].until, S(".module")) >= 0)
			return true;
	}
	return false;
}

/* "Important: nodejs:12 security update": the word with a colon in it. */
static str module_of_summary(str summary)
{
	for (str word = str_word(&summary); word.len; word = str_word(&summary)) {
		ptrdiff_t colon = str_find(word, ':');
		if (colon > 0 && colon < word.len - 1 && str_find(word, '/') < 0)
			return word;
	}
	return S("*");
}

/* What an rpm must be besides of that name and version. */
static int add_conditions(struct reading *r, const struct part *part, struct affected *to)
{
	bool rpm = r->row->type == PACKAGE_RPM, labelled = to->only.n > 0;
	str purl = rpm ? feed_get(part->package, S("purl")) : S("");
	ptrdiff_t sig = str_find_str(purl, S("-sig-"));
	str channel = r->channel;

	if (rpm && !labelled && has_module(to) &&
	    feed_only(r->op, &to->only, S("module"), module_of_summary(r->a.summary)) < 0)
		return r->op->code;
	if (sig >= 0 && channel.len == 0) {
		str rest = str_from(purl, sig + 1);
		channel = str_cut(&rest, '&');
	}
	return channel.len ? feed_only(r->op, &to->only, S("channel"), channel) : 0;
}

/* Is it an erratum, which comes with the fix, and no record of a vulnerability? */
static bool is_erratum(const struct reading *r)
{
	return package_kinds[r->row->type].is_system && str_find_str(r->a.id, S("CVE-")) < 0;
}

static int add_affected(struct reading *r, const struct node *node, struct affected *to,
			bool *ret_usable)
{
	struct part part = { 0 };

	*ret_usable = false;
	if (node->kind != NODE_MAP)
		return feed_broken(r->op, r->a.id, "an affected package that is no mapping");
	take_members(node, part_members, &part);
	str osv = feed_get(part.package, S("ecosystem")), name = feed_get(part.package, S("name"));
	if (osv.len == 0) /* of repositories only */
		return 0;
	if (!feed_name_good(osv) || !feed_name_good(name))
		return feed_broken(r->op, r->a.id, "an affected package without its name");
	int rc = ecosystem(r, osv);
	if (rc < 0 || !r->row)
		return rc;
	to->ecosystem = r->key;
	to->names = r->row->by_source ? AFFECTED_SOURCE : AFFECTED_ANY;
	rc = ecosystem_name(r->op, r->row, name, &to->name);
	if (rc == 0)
		rc = add_ranges(r, &part, to);
	if (rc == 0)
		rc = add_versions(r, &part, to);
	if (rc == 0)
		rc = add_severity(r, part.severity, &to->severity);
	if (rc == 0)
		rc = add_specific(r, part.database, to);
	if (rc == 0)
		rc = add_specific(r, part.ecosystem, to);
	if (rc == 0)
		rc = add_conditions(r, &part, to);
	if (to->state == FIX_FIXED && is_erratum(r))
		to->fixed_on = str_head(r->a.published, 10);
	/* Without ranges and versions nothing is affected (OSV schema, "Evaluation"). */
	*ret_usable = rc == 0 && (to->span_n || to->versions.n);
	return rc;
}

static int read_affected(struct reading *r)
{
	const struct node *list = r->r.affected;
	bool usable = false;

	if (!list)
		return 0;
	if (list->kind != NODE_LIST || list->n > LIMIT_ADVISORY_AFFECTED)
		return feed_broken(r->op, r->a.id,
				   "affected packages that are no list, or too many");
	r->a.affected = op_new(r->op, struct affected, list->n);
	if (!r->a.affected)
		return r->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct affected *to = &r->a.affected[r->a.affected_n];
		*to = (struct affected){ 0 };
		int rc = add_affected(r, &list->child[i], to, &usable);
		if (rc < 0)
			return rc;
		r->a.affected_n += usable;
	}
	return 0;
}

/* The best first: what the publisher says, then the fix, then what others say. */
static int reference_rank(str type)
{
	static const str order[] = { S_INIT("ADVISORY"), S_INIT("FIX"),      S_INIT("REPORT"),
				     S_INIT("ARTICLE"),  S_INIT("EVIDENCE"), S_INIT("WEB") };
	int rank = 0;

	while (rank < 6 && !str_eq(type, order[rank]))
		rank++;
	return rank;
}

static int read_references(struct reading *r)
{
	const struct node *list = r->r.references;
	ptrdiff_t n = list && list->kind == NODE_LIST ? list->n : 0, count[8] = { 0 }, kept = 0;
	unsigned char *rank = op_new(r->op, unsigned char, n);

	if (n > LIMIT_ADVISORY_REFERENCES)
		n = LIMIT_ADVISORY_REFERENCES;
	if (!rank || !(r->a.references.p = op_new(r->op, str, n)))
		return r->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		str url = feed_get(&list->child[i], S("url"));
		rank[i] = feed_name_good(url) ? (unsigned char)reference_rank(
							feed_get(&list->child[i], S("type")))
					      : 7;
		count[rank[i]]++;
	}
	for (int k = 0; k < 7; k++) {
		ptrdiff_t next = kept + count[k];
		count[k] = kept;
		kept = next;
	}
	for (ptrdiff_t i = 0; i < n; i++) {
		if (rank[i] < 7)
			r->a.references.p[count[rank[i]]++] = feed_get(&list->child[i], S("url"));
	}
	r->a.references.n = kept;
	return 0;
}

/* The vendor's word: GHSA's, "Important: ..." in front of a distribution's summary, or the part of Red
 * Hat's classification that an erratum points to. */
static void read_severity_word(struct reading *r)
{
	str class = S("https://access.redhat.com/security/updates/classification/#");
	enum severity s = severity_of(feed_get(r->r.specific, S("severity")));
	ptrdiff_t colon = str_find(r->a.summary, ':');

	if (s == SEVERITY_UNKNOWN && colon > 0 && colon < 12)
		s = severity_of(str_head(r->a.summary, colon));
	for (ptrdiff_t i = r->a.references.n - 1; i >= 0 && s == SEVERITY_UNKNOWN; i--) {
		if (str_starts(r->a.references.p[i], class))
			s = severity_of(str_from(r->a.references.p[i], class.len));
	}
	if (s != SEVERITY_UNKNOWN)
		r->a.severity = s;
}

/* An id that ends in a CVE's is that vulnerability in its distribution's words ("DEBIAN-CVE-2024-1");
 * what else stands in `upstream` and, for a distribution, in `related` is what the record is about.
 * Elsewhere `related` is what merely looks alike. */
static int read_ids(struct reading *r)
{
	feed_texts aliases = { 0 }, related = { 0 }, seen = { 0 };
	str id = r->a.id;
	ptrdiff_t tail = str_find_str(id, S("-CVE-"));
	str own = tail < 0 ? S("") : str_from(id, tail + 1);
	bool system = r->row && package_kinds[r->row->type].is_system;
	int rc = own.len ? feed_add(r->op, own, &aliases) : 0;

	if (rc == 0)
		rc = feed_add_texts(r->op, id, r->r.aliases, LIMIT_ADVISORY_ALIASES, &aliases);
	if (rc == 0)
		rc = feed_add_texts(r->op, id, r->r.upstream, LIMIT_ADVISORY_RELATED, &seen);
	if (rc == 0 && system)
		rc = feed_add_texts(r->op, id, r->r.related, LIMIT_ADVISORY_RELATED, &seen);
	/* Of the same by two names the CVE's is enough. */
	for (ptrdiff_t i = 0; i < seen.n && rc == 0; i++) {
		tail = str_find_str(seen.p[i], S("-CVE-"));
		str s = tail < 0 ? seen.p[i] : str_from(seen.p[i], tail + 1);
		rc = str_eq(s, own) ? 0 : feed_add(r->op, s, &related);
	}
	r->a.aliases = feed_taken(&aliases);
	r->a.related = feed_taken(&related);
	return rc;
}

static int read_record(struct reading *r, const struct node *root)
{
	if (root->kind != NODE_MAP)
		return feed_broken(r->op, S("a record"), "it is no mapping");
	take_members(root, record_members, &r->r);
	struct advisory *a = &r->a;
	a->id = text_of(r->r.id);
	if (!feed_name_good(a->id) || a->id.len > LIMIT_ADVISORY_ID)
		return feed_broken(r->op, S("a record"), "it has no id");
	a->summary = text_of(r->r.summary);
	a->details = text_of(r->r.details);
	a->published = feed_time(text_of(r->r.published));
	a->modified = feed_time(text_of(r->r.modified));
	a->withdrawn = feed_time(text_of(r->r.withdrawn));
	a->malicious = str_starts(a->id, S("MAL-"));
	int rc = read_affected(r);
	if (rc == 0)
		rc = read_ids(r);
	if (rc == 0)
		rc = add_severity(r, r->r.severity, &a->severity);
	if (rc == 0)
		rc = feed_add_texts(r->op, a->id, node_get(r->r.specific, S("cwe_ids")),
				    LIMIT_ADVISORY_RELATED, &r->cwe);
	if (rc == 0)
		rc = read_references(r);
	if (rc < 0)
		return rc;
	read_severity_word(r);
	a->cvss = feed_taken(&r->cvss);
	a->cwe = feed_taken(&r->cwe);
	return 0;
}

static int one(struct op *op, const struct node *root, const struct feed_sink *sink)
{
	struct reading r = { .op = op };
	int rc = read_record(&r, root);

	return rc < 0 ? rc : sink->advisory(op, sink->to, &r.a);
}

/* A list of records; one that is broken is passed over. */
static int read_list(struct op *op, const struct feed_document *d, str within,
		     const struct feed_sink *sink, uint64_t *ret_bad)
{
	AUTO_JSON_MEMBERS *m = NULL;
	struct node node = { 0 };
	int rc = json_members_open(op, d->name, d->bytes, within, false, &m);

	while (rc == 0) {
		struct op_mark mark = op_mark(op);
		struct reading r = { .op = op };
		rc = json_members_next(op, m, &node);
		if (rc <= 0)
			return rc;
		rc = read_record(&r, &node);
		if (rc == ERR_FORMAT) {
			op_forgive(op);
			++*ret_bad;
			rc = 0;
		} else if (rc == 0) {
			rc = sink->advisory(op, sink->to, &r.a);
		}
		op_reset(op, mark);
	}
	return rc;
}

/* What the service answers: {"vulns": [...]}. */
static bool is_answer(str text)
{
	str first = str_trim(str_head(text, 64));

	return str_starts(first, S("{")) &&
	       str_starts(str_trim(str_from(first, 1)), S("\"vulns\""));
}

static int read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		uint64_t *ret_bad)
{
	struct doc doc = { 0 };
	bool yaml = str_ends(d->name, S(".yaml")) || str_ends(d->name, S(".yml"));

	if (!yaml && is_answer(d->bytes))
		return read_list(op, d, S("vulns"), sink, ret_bad);
	if (!yaml && str_starts(str_trim(str_head(d->bytes, 64)), S("[")))
		return read_list(op, d, S(""), sink, ret_bad);
	int rc = yaml ? yaml_quick_parse(op, d->name, d->bytes, &doc)
		      : json_parse(op, d->name, d->bytes, &doc);
	return rc < 0 ? rc : one(op, &doc.root, sink);
}

/* Only OSV has both a "modified" and an "affected" or "withdrawn"; the order of members is free. */
static bool looks_like(const struct feed_document *d)
{
	str head = str_head(d->bytes, 64 << 10);
	bool yaml = str_ends(d->name, S(".yaml")) || str_ends(d->name, S(".yml"));

	if (yaml)
		return (str_starts(head, S("id: ")) || str_find_str(head, S("\nid: ")) >= 0) &&
		       (str_starts(head, S("modified: ")) ||
			str_find_str(head, S("\nmodified: ")) >= 0);
	return (str_starts(str_trim(head), S("{")) || str_starts(str_trim(head), S("["))) &&
	       str_find_str(head, S("\"modified\"")) >= 0 && str_find_str(head, S("\"id\"")) >= 0 &&
	       (str_find_str(head, S("\"affected\"")) >= 0 ||
		str_find_str(head, S("\"schema_version\"")) >= 0 ||
		str_find_str(head, S("\"withdrawn\"")) >= 0);
}

const struct feed feed_osv = {
	.name = "osv",
	.what = "OSV: JSON, YAML, NDJSON, zip of them",
	.ends = ".json .yaml .yml .ndjson .jsonl",
	.looks_like = looks_like,
	.read = read,
};
