/*
 * repo_parts: what the files of repo share among themselves, and what their tests reach for.
 */
#ifndef DISTRO_REPO_PARTS_H
#define DISTRO_REPO_PARTS_H

#include "base/map.h"
#include "net/client.h"
#include "repo.h"

struct repo_index; /* opaque; lives in the op that opened it */

struct repo_source_index; /* where a pocket's index of source packages is */

struct repo {
	struct op own; /* state, samples and every text that was given out */
	struct op_mark opened; /* what is above it was looked up */
	struct repo_state state;
	struct repo_index **index; /* [state.n] */
	struct repo_source_index *sources; /* [state.n] */
	struct map found[2];       /* by enum repo_index_kind: name to struct repo_packages */
	const struct store *store;
};

/* --- apt's sources (repo_mirror.c) -------------------------------------------------------------
 */

/* The likeliest addresses of a Debian archive among all sources read so far. */
struct repo_sources {
	str archive, archive_where; /* "file:line" */
	str security, security_where;
	int archive_score, security_score; /* 0: none yet */
};

/*
 * repo_sources_read(op, file, text, deb822, acc): weigh the sources of one file. Those that are
 * commented out, disabled, of another kind than deb, without the component main, on a CD or not
 * of a Debian suite do not count, nor do lines that make no sense: apt will have complained.
 */
int repo_sources_read(struct op *op, str file, str text, bool deb822,
		      struct repo_sources *acc) MUST_USE;

/* All of an /etc/apt at path. A missing directory is an empty one. */
int repo_sources_scan(struct op *op, str path, struct repo_sources *acc) MUST_USE;

/* --- Release files (repo_release.c) ------------------------------------------------------------
 */

/* One file that a Release file vouches for. An empty path: it is not listed. */
struct repo_listed {
	str path; /* below dists/SUITE/ */
	uint64_t size;
	struct digest sha256;
};

struct repo_release {
	str origin, label, suite, codename, version;
	int64_t date, valid_until; /* valid_until 0: the file has none */
	bool by_hash;
	struct repo_listed plain;  /* Packages in the directory that was asked for */
	struct repo_listed packed; /* the same, best compressed: .xz, .gz or plain */
	struct repo_listed sources_plain, sources_packed; /* Sources of the same component */
};

struct repo_source_index {
	str root; /* address of dists/SUITE */
	bool by_hash;
	struct repo_listed plain, packed; /* empty paths: the pocket has none */
};

/* Who may have signed. */
struct repo_keys {
	str name;                   /* path of the keyring; of one in memory what to call it */
	str bytes;                  /* its packets; empty: it is a file */
	const struct texts *accept; /* fingerprints of primary keys; NULL: every key in it */
};

/*
 * repo_release_verify(op, inrelease, what, keys, ret_text, ret_signer): have gpgv check the
 * signature of a clear-signed file, and take the text that was signed from gpgv: what stands around
 * it is nobody's word. One good signature of a key that is accepted and has not expired, by a
 * digest that is not broken, is asked for; signatures of unknown keys are passed over, bad ones are
 * not. ERR_VERIFY; ERR_USAGE for the keyring.
 */
int repo_release_verify(struct op *op, str inrelease, str what, const struct repo_keys *keys,
			str *ret_text, str *ret_signer) MUST_USE;

/*
 * repo_release_judge(status, accept, ret_signer): gpgv's status lines as a verdict: NULL when they
 * say that the signature of an accepted key is good (*ret_signer aliases status), else why not, and
 * in *ret_signer who else signed, or nobody. Source: GnuPG, doc/DETAILS.
 */
const char *repo_release_judge(str status, const struct texts *accept, str *ret_signer);

/*
 * repo_release_parse(op, text, dir, ret): the signed text, and the index in dir of it:
 * "main/binary-amd64/", or empty. ERR_FORMAT for what is missing, malformed or listed twice
 * differently.
 */
int repo_release_parse(struct op *op, str text, str dir, struct repo_release *ret) MUST_USE;

/* Is it the suite that was asked for (of a flat repository, "./", any), of now, and not from the
 * future? Else ERR_VERIFY. */
int repo_release_check(struct op *op, const struct repo_release *r, str suite,
		       int64_t now) MUST_USE;

/* --- the parsed index (repo_index.c, repo_index_build.c) ----------------------------------------
 *
 * A blob of the store, found by a record of the kind "index". Numbers are little endian.
 *
 *	offset  size  meaning
 *	0       8     REPO_INDEX_MAGIC
 *	8             records: the texts of struct repo_package in the order of repo_index_texts,
 *	              each u32 length and bytes; u64 size, u64 installed_kib, 32 bytes sha256,
 *	              u8 essential
 *	table         entries sorted by key, kind and version (highest first), in blocks of about
 *	              4 KiB: u8 kind, u64 offset and u32 length of the record, u16 length of the
 *	              key, the key
 *	samples       for each block: u64 offset, u32 length, u16 length of its first key, that key
 *	end - 36      u64 table, u64 samples, u32 bytes of samples, u32 blocks, u32 packages, magic
 */
#define REPO_INDEX_MAGIC "tmprepo1"
enum {
	REPO_INDEX_FOOTER = 36,
	REPO_INDEX_BLOCK = 4096, /* a block ends with the entry that passes this */
	REPO_INDEX_BLOCK_MAX = 8192,
	REPO_INDEX_TEXTS = 16,
};
enum repo_index_kind { REPO_INDEX_REAL, REPO_INDEX_PROVIDED };
extern const size_t repo_index_texts[REPO_INDEX_TEXTS]; /* offsets in struct repo_package */

/* A repository-relative path that is safe to ask for: no "..", no odd bytes; of a .deb. */
bool repo_path_plain(str path);
bool repo_path_valid(str path);

/*
 * repo_package_read(op, s, arch, ret): a stanza of Packages, checked: ERR_FORMAT without Package,
 * Version, Architecture (arch or all), Filename, Size or SHA256, or with one that is malformed.
 */
struct deb822_stanza;
int repo_package_read(struct op *op, const struct deb822_stanza *s, str arch,
		      struct repo_package *ret) MUST_USE;

/*
 * repo_index_build(op, store, in, plain, arch): parse the Packages file that comes out of `in` and
 * put its index into the store. Nothing is kept unless size and digest are those of `plain`.
 */
struct stream;
int repo_index_build(struct op *op, const struct store *store, struct stream *in,
		     const struct repo_listed *plain, str arch) MUST_USE;

/*
 * repo_stanzas(op, in, plain, each, arg): the deb822 text that comes out of `in`, in pieces that end
 * where a stanza does. ERR_VERIFY after the last unless size and digest are those of `plain`
 * (that its packed form is what the Release file names was seen to before). ERR_LIMIT for a stanza above LIMIT_STANZA.
 */
typedef int repo_stanzas_each(struct op *op, void *arg, str text);
int repo_stanzas(struct op *op, struct stream *in, const struct repo_listed *plain,
		 repo_stanzas_each *each, void *arg) MUST_USE;

/* SHA-256 of the first n bytes of a file; `what` for messages. */
int repo_file_digest(struct op *op, int fd, str what, uint64_t n, struct digest *ret) MUST_USE;

/* Under which key of the kind "index" its record stands. */
int repo_index_key(struct op *op, const struct digest *packages, str arch,
		   struct digest *ret) MUST_USE;

/* The index of the Packages file of that digest. 1: the store has none. Two preads. */
int repo_index_open(struct op *op, const struct store *store, const struct digest *packages,
		    str arch, struct repo_index **ret) MUST_USE;
void repo_index_close(struct repo_index **x);

/* Packages of the name, or that provide it: appended to *list. Records and texts live in op. */
struct repo_packages {
	struct repo_package *p;
	ptrdiff_t n, cap;
};
int repo_index_find(struct op *op, struct repo_index *x, str name, enum repo_index_kind kind,
		    struct repo_packages *list) MUST_USE;

/* Every name of a real package, in order, to see(). */
typedef int repo_index_see(struct op *op, void *arg, str name);
int repo_index_names(struct op *op, struct repo_index *x, repo_index_see *see, void *arg) MUST_USE;

/* Every real package, in order of its name; it lives until the call returns. */
int repo_index_each(struct op *op, struct repo_index *x, repo_each *each, void *arg) MUST_USE;

#endif
