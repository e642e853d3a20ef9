/*
 * database: the shards that are in use, and where each came from.
 *
 *	DIR/index.json           the set in use, sorted; replaced whole, by rename
 *	DIR/index.json.sig       DSSE envelope that it came with, if it was imported and signed
 *	DIR/index.before.json    the set before it
 *	DIR/shards/SHA256        shards; never changed
 *	DIR/feeds/               what was fetched, as far as the next fetch can use it
 *	DIR/lock                 held by whoever updates; readers need none
 *
 * Invariants: (1) every shard that index.json names is there, whole, and has its digest; (2) a reader
 * sees one index for as long as it has it open, whatever an update does: a shard goes only when no
 * index of the last two names it, and a map outlives its file; (3) two updates never run at once.
 */
#ifndef ADVISORY_DATABASE_H
#define ADVISORY_DATABASE_H

#include "shard.h"

/* One line of index.json. */
struct database_shard {
	struct shard_file file;
	str feed;     /* the feed's name in the configuration */
	str url;      /* where it was fetched; "file:..." where it was imported */
	str upstream; /* the publisher's time: Last-Modified, or the newest record; RFC 3339 */
	str updated;  /* when it was asked last and this was the newest; RFC 3339 */
	str licence;  /* of the data, where the configuration tells */
	const struct shard *shard; /* mapped on first use; NULL before */
};

struct database {
	int dir;
	struct database_shard *shard; /* [shard_n], by ecosystem, source */
	ptrdiff_t shard_n;
	struct digest digest; /* of index.json: names this state of the database */
	str signer; /* key id of a signature that held when it came; empty: unsigned, or changed since */
	struct op own; /* shards and their names live in it */
};

/* The type of a signed index (DSSE payloadType). */
#define DATABASE_TYPE "application/vnd.temper.database+json"

/* --db DIR, $TEMPER_DB, or $XDG_DATA_HOME/temper/db; else /var/lib/temper/db where that is and the
 * former is not. 1: there is none yet (*ret is empty and may be used: it covers nothing). */
int database_open(struct op *op, str dir, struct database *ret) MUST_USE;
void database_close(struct database *db);
#define AUTO_DATABASE __attribute__((cleanup(database_close))) struct database
int database_place(struct op *op, str dir, str *ret_path) MUST_USE;

/* The shard's map, opened once. Not from two threads at once: open what is needed before. */
int database_map(struct op *op, struct database *db, ptrdiff_t i,
		 const struct shard **ret) MUST_USE;

/* A time as publishers write it, in seconds: RFC 3339, with fractions of a second or a date alone too.
 * What stands after the seconds is taken for UTC. False for what is none. */
bool database_time(str time, int64_t *ret);

/* Shards of advisories of this ecosystem, as positions. */
int database_of_ecosystem(struct op *op, const struct database *db, str ecosystem, ptrdiff_t **ret,
			  ptrdiff_t *ret_n) MUST_USE;

/* What all sources know of one vulnerability, whatever the package: the best severity's vectors, KEV,
 * EPSS, texts. Zero where nothing is known. Records without packages (CVE5, KEV) speak first; others
 * by id or alias, where these have no vectors (or no summary, with `texts`). Its texts live as
 * long as the database. */
struct knowledge {
	bool scored, exploited;
	double epss, percentile;
	str kev_added, kev_due;
	bool ransomware;
	struct texts cvss;
	enum severity severity;
	str summary;
	struct texts cwe;
};
int database_knows(struct op *op, struct database *db, str id, bool texts,
		   struct knowledge *ret) MUST_USE;

/* Support of a release ("debian:12"), or of a source package in it. False: nothing is known. */
bool database_life(struct op *op, struct database *db, str ecosystem, str name, struct life *ret);

/*
 * An update: hold the lock, bring shards, put them in use at once or not at all. `source` is
 * what the configuration calls the feed: shards of that source which are not among the new ones
 * go. A shard that would lose more than a tenth of its records (of 20 or more), or whose upstream
 * time goes back, is refused with ERR_VERIFY naming both figures, unless `force`; the others stand.
 */
struct database_update; /* opaque, in op */
int database_update_begin(struct op *op, str dir, struct database_update **ret) MUST_USE;
int database_update_shards_dir(const struct database_update *u); /* to write shards into */
struct database *database_update_now(struct database_update *u); /* what is in use */
/* A refused shard's error names it; those that are not refused are put all the same. */
int database_update_put(struct op *op, struct database_update *u, str source,
			const struct database_shard *shard, ptrdiff_t n, bool force) MUST_USE;
int database_update_commit(struct op *op, struct database_update *u) MUST_USE;
void database_update_end(struct database_update **u);
#define AUTO_DATABASE_UPDATE __attribute__((cleanup(database_update_end))) struct database_update

/* The whole database, or what some ecosystems need, as one file (tar of the index and shards,
 * zstd), signed with `key` (PEM, Ed25519; empty: unsigned); and such a file put in use, if `trust`
 * (PEM; empty: none asked for) signed it. Same database, same bytes. What an export has takes the
 * place of what is here of the same feeds and ecosystems; all else stays. An ecosystem without a
 * release ("debian") is all of its releases. ERR_USAGE for one that is not there. */
int database_export(struct op *op, struct database *db, const struct texts *ecosystems, str key,
		    str path) MUST_USE;
int database_import(struct op *op, str path, str trust, bool force, str dir) MUST_USE;

/* Is the file an export: does its first member say so? False for what cannot be read, too. */
bool database_is_export(struct op *op, str path);

#endif
