/*
 * shard: the advisories of one source for one ecosystem ("debian-tracker" of "debian:12"), as one
 * immutable file that is used as it lies on disk: mapped read-only, nothing parsed at start.
 * docs/database.md describes it to the byte. Three kinds: advisories, scores (EPSS), lives (ends of
 * support). The same records give the same bytes, in whatever order they came.
 *
 * Records lie whole, one behind the other, in order of id, with their strings in them and nothing
 * that points elsewhere, so that a new shard is made of an old one by copying runs of bytes. An
 * index by the hash of package names and one by ids and aliases follow. Texts for people
 * (summary, details, references) have a part of their own, which matching never touches.
 */
#ifndef ADVISORY_SHARD_H
#define ADVISORY_SHARD_H

#include "codec/digest.h"
#include "feed.h"

enum shard_kind { SHARD_ADVISORIES, SHARD_SCORES, SHARD_LIVES };

struct shard_head {
	enum shard_kind kind;
	str source;    /* "debian-tracker" */
	str ecosystem; /* key; empty for scores and lives, and for records that name no package */
	bool fixed_only;
	uint64_t records;
	str newest; /* the latest time in its records, or of the document that they were in */
};

struct shard; /* opaque: a mapped file */

/*
 * shard_open(op, dirfd, path, ret): map it and check its head, sections and sizes: O(1), some pages.
 * What it points to is checked as it is read: a broken shard gives ERR_FORMAT or finds nothing, and
 * never reads outside. shard_verify() reads all of it, against its digest.
 */
int shard_open(struct op *op, int dirfd, str path, struct shard **ret) MUST_USE;
void shard_close(struct shard **s);
#define AUTO_SHARD __attribute__((cleanup(shard_close))) struct shard
const struct shard_head *shard_head(const struct shard *s);

/*
 * shard_affected(op, s, name, ret, ret_n): what is said of a package (name by ecosystem_name()).
 * The list is in op, its texts in the map: they live as long as the shard. O(1) and the records.
 */
struct shard_affected {
	struct affected affected;
	uint32_t record;
};
int shard_affected(struct op *op, const struct shard *s, str name, struct shard_affected **ret,
		   ptrdiff_t *ret_n) MUST_USE;

/* A record: without affected; `texts`: with summary, details and references too. */
int shard_record(struct op *op, const struct shard *s, uint32_t record, bool texts,
		 struct advisory *ret) MUST_USE;

/* All that it is about, too: for explain and search. */
int shard_record_affected(struct op *op, const struct shard *s, uint32_t record,
			  struct advisory *ret) MUST_USE;

/* Records whose id, alias or related id this is, in order. O(1) expected. */
int shard_by_id(struct op *op, const struct shard *s, str id, uint32_t **ret,
		ptrdiff_t *ret_n) MUST_USE;

/* Package names in it, in order of their bytes: for search. Calls until `each` says false. */
int shard_names(struct op *op, const struct shard *s, bool (*each)(void *arg, str name),
		void *arg) MUST_USE;

/* EPSS of a CVE; false: it has none. And the support of a release, or of a package in it. */
bool shard_score(const struct shard *s, str cve, double *ret_epss, double *ret_percentile);
bool shard_life(const struct shard *s, str ecosystem, str name, struct life *ret);

/*
 * Making shards: a set of them is filled by a feed (shard_sink()), and written: one file an
 * ecosystem, below dirfd, named by its digest. `base` (may be none): shards of the same source that
 * the feed's records are laid over: records of the same id are replaced, ids in `gone` go, all
 * others are copied as they lie. Memory: the records as they will lie on disk.
 *
 * Of several records of one id the ones with the newest `modified` count, each once; so a feed may
 * tell of one id piece by piece, each with other packages. A record whose packages are of several
 * ecosystems is in the shard of each, with what is of it; one without packages is in that of "". A
 * score of what is no CVE is passed over. An advisory needs an id: ERR_FORMAT.
 */
struct shard_set; /* opaque; close it before its op */
int shard_set_open(struct op *op, str source, const struct feed *feed,
		   struct shard_set **ret) MUST_USE;
/* As what it goes, where only reading has shown what it is. Before it is written. */
int shard_set_feed(struct op *op, struct shard_set *set, str source,
		   const struct feed *feed) MUST_USE;
void shard_set_close(struct shard_set **set);
#define AUTO_SHARD_SET __attribute__((cleanup(shard_set_close))) struct shard_set
struct feed_sink shard_sink(struct shard_set *set);

struct shard_file {
	struct shard_head head;
	struct digest digest; /* SHA-256 of its head, which holds those of all the rest; its name */
	uint64_t size;
};
int shard_set_write(struct op *op, struct shard_set *set, const struct shard *const *base,
		    ptrdiff_t base_n, const struct texts *gone, int dirfd, struct shard_file **ret,
		    ptrdiff_t *ret_n) MUST_USE;

int shard_verify(struct op *op, const struct shard *s, const struct digest *digest) MUST_USE;

/* What differs for matching between two shards of the same source: ids added, removed, changed
 * (anything but texts). Either may be NULL. O(records). */
struct shard_change {
	str id;
	char how; /* '+', '-', '~' */
};
int shard_diff(struct op *op, const struct shard *before, const struct shard *after,
	       struct shard_change **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
