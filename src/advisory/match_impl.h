/*
 * match_impl: the parts of matching (match.h): a package as it is asked about, one record held against
 * it, and the findings that come of it.
 */
#ifndef ADVISORY_MATCH_IMPL_H
#define ADVISORY_MATCH_IMPL_H

#include "base/map.h"
#include "base/vec.h"
#include "match.h"

/* What the system says of itself that conditions of records look at. */
struct match_system {
	str key;          /* "rhel:8" */
	str version_id;   /* "8.4": the minor release */
	str channels;     /* asked for with --distro: "esm", "eus" */
	str content_sets; /* blank-separated; empty: not known */
	str cpe, product; /* of the image: "cpe:/a:redhat:openshift:4.12::el8" */
	bool forced;      /* the key is --distro's */
};

/* What an affected's names may be, as bits of 1 << enum affected_name. */
enum {
	NAMES_ANY = 1 << AFFECTED_ANY,
	NAMES_SOURCE = 1 << AFFECTED_SOURCE,
	NAMES_BINARY = 1 << AFFECTED_BINARY,
};

/* One name under which a package is looked up. */
struct match_ask {
	str name, version;
	enum match_by by;
	unsigned names; /* NAMES_ */
	bool any_epoch; /* the version has none because nobody told it: bounds lose theirs */
};
enum { MATCH_ASKS = 2 };

/* A package as advisories are held against it. */
struct match_asker {
	const struct package *package; /* NULL: a name and a version only */
	const struct match_system *system;
	enum version_scheme scheme;
	bool rpm;
	str arch, module; /* module: "nodejs:12"; empty: none, or not told */
	bool modular;     /* belongs to a module, whether that is told or not */
	struct match_ask ask[MATCH_ASKS];
	int ask_n;
};

/* by: the row that p is looked up in; name: its own, as that ecosystem spells it. Allocates nothing. */
void match_asker_init(struct match_asker *a, const struct match_system *system,
		      const struct ecosystem_row *row, const struct package *p, str name);

/* Not the distribution's own: a vendor's repository. what: how that is told. Allocates nothing. */
bool match_is_foreign(const struct ecosystem_row *row, const struct package *p, str *ret_what);

/* The curated name of a recognised program, or NULL. */
struct match_curated {
	const char *program, *ecosystem, *name;
};
const struct match_curated *match_curated(str program);

/* One affected held against one name of a package. */
struct match_held {
	enum why_not how;
	struct version_span span; /* that decided */
	bool listed;
	int order;                 /* of the version against what decided */
	str fix;                   /* the version that mends it, if it is told */
	bool channel_fix;          /* which only subscribers get */
	bool fixed_for_subscriber; /* WHY_FIXED by such a fix: it counts against other records */
	str condition, wanted; /* WHY_CONDITION: the key that does not hold, and what it asks for */
};
/* Can it be put in order? "latest", "(devel)", "", "$VERSION", "^1.2", a branch or commit cannot: it is
 * only affected by what holds for every version, or lists it as it is written. */
bool match_is_version(enum version_scheme scheme, str v);

void match_hold(const struct match_asker *a, const struct match_ask *ask, const struct affected *f,
		struct match_held *ret);

/* One record that says something of the package that is being looked at. */
struct match_raw {
	const struct shard *shard;
	uint32_t record;
	int rank; /* of the source: 0 the vendor's own format, 1 OSV, 2 derived */
	struct match match;
	struct match_held held;
	bool clears;          /* says that the package is not affected */
	ptrdiff_t cves;       /* of a distribution's record: how many it is about */
	bool past;            /* a record of this very CVE, whose fix the version has */
	struct advisory head; /* without texts */
};
struct match_raws {
	struct match_raw *p;
	ptrdiff_t n, cap;
};

struct match_findings {
	struct finding *p;
	ptrdiff_t n, cap;
};

/*
 * match_merge(op, tmp, db, known, wish, package, distribution, raws, add_to): records of one package as
 * findings, in op; tmp is for what is not kept. `known`: a map of ids to knowledge, shared by all
 * calls. `distribution`: a finding per CVE that a record names; else per record and its aliases.
 */
struct match_merge {
	struct op *op, *tmp;
	struct database *db;
	struct map *known;
	const struct match_wish *wish;
	struct match_findings *to;
};
int match_merge(const struct match_merge *m, uint32_t package, bool distribution,
		struct match_raws *raws) MUST_USE;

/* A match with all that it holds in op, but for what shards hold. */
int match_keep(struct op *op, const struct match *from, struct match *ret) MUST_USE;

/* Rule 8: *ret_reason set where all files of the package are headers, documentation, or (of a package
 * that is not the source's own) data. Empty: it is not so, or cannot be told. */
int match_content(struct op *op, const struct package *p, bool by_source, str *ret_reason) MUST_USE;

/* "CVE-2024-1"? Also the one that an id ends with: "DEBIAN-CVE-2024-1" gives "CVE-2024-1". Empty: none. */
bool match_is_cve(str id);
str match_cve_of(str id);

/* Shards that a package of an ecosystem is held against: its own, and those of a release that it is
 * like. Made once each. */
struct match_where {
	str key, like; /* like: "rhel:8" of "centos:8"; empty: none */
	const struct ecosystem_row *row;
	struct match_place {
		const struct shard *shard;
		str source, ecosystem;
		int rank;
		bool partial;       /* of changelogs, and not of all */
		ptrdiff_t position; /* in the database */
	} * place;                  /* [place_n] */
	ptrdiff_t place_n;
	bool fixed_only; /* all of them */
	bool partial;    /* all of them hold what some source packages' changelogs say */
	uint64_t packages, foreign, unversioned, unread;
	struct match_examples {
		str text[5];
		int n;
	} examples, strangers, blanks, silent;
};
/* Where only some changelogs were read: was this package's source among them? */
int match_is_read(struct op *op, const struct match_where *w, const struct package *p,
		  bool *ret) MUST_USE;
int match_where_of(struct op *op, struct database *db, struct map *all, str key,
		   struct match_where **ret) MUST_USE;

/* A source package whose support ends before its release's, or is limited. */
struct match_limited {
	struct life life;
	str key; /* the ecosystem */
	uint64_t packages;
	struct match_examples examples;
};

/* Packages that nothing is asked for, and those whose support is told. */
struct match_skipped {
	struct map limited; /* struct match_limited by source package */
	uint64_t declared, programs, of_type[PACKAGE_TYPES];
	struct match_examples declare, program, types[PACKAGE_TYPES];
};

/* Coverage, sources, life and no_database of *ret. where: struct match_where by key. */
int match_cover(struct op *op, struct database *db, const struct match_system *system,
		const struct map *where, const struct match_skipped *skipped,
		struct report *ret) MUST_USE;

/* Does a feed that ships tell of it? */
bool match_is_fed(const struct ecosystem_row *row);

int match_system_of(struct op *op, const struct inventory *inv, str distro,
		    struct match_system *ret) MUST_USE;
/* The ecosystem of a package; *ret empty: none. */
int match_key_of(struct op *op, const struct match_system *system, const struct package *p,
		 str *ret) MUST_USE;

#endif
