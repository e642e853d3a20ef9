/*
 * repo: a Debian archive as an image is built from it: mirror, suites, signed state, index.
 * Source: DebianRepository/Format; apt's sources.list(5), apt-secure(8).
 */
#ifndef DISTRO_REPO_H
#define DISTRO_REPO_H

#include "codec/node.h"
#include "model/platform.h"
#include "oci/store.h"

/* Where a suite's pockets live. Addresses have no trailing slash. */
struct repo_mirror {
	str archive;  /* of main and -updates: ".../debian" */
	str security; /* of -security: ".../debian-security" */
	str source;   /* where that was found: "recipe", a file name with line, ... */
	str keyring;  /* the configuration's word, or empty; absolute */
};

/*
 * repo_mirror_find(op, recipe_mirror, recipe_security, ret): the recipe's word; else the
 * configuration file (the first there is of $TEMPER_CONFIG, $XDG_CONFIG_HOME/temper/config.yaml or
 * ~/.config/temper/config.yaml, and /etc/temper/config.yaml; keys mirror, security-mirror,
 * keyring; feeds is advisory/update.h's); else the host's apt sources (/etc/apt/sources.list, sources.list.d: *.sources and
 * *.list), of which the address of a Debian archive counts and not the suite. A mirror without a
 * security address gets "-security" appended to its last component; whether that answers,
 * repo_open() sees. Else ERR_USAGE with one line that says how to name one. http:, https: and file:
 * addresses. No network is used. Everything lives in op.
 */
int repo_mirror_find(struct op *op, str recipe_mirror, str recipe_security,
		     struct repo_mirror *ret) MUST_USE;

/* The configuration file: its path and text. 1: there is none. */
int repo_config_find(struct op *op, str *ret_path, str *ret_text) MUST_USE;

/*
 * A signed repository in Debian's format beside the suite: a vendor's, or the user's own. Its
 * packages never stand for Debian's of the same name unless that was asked for: solve.h.
 */
struct repo_source {
	str name;  /* what the user calls it: lower-case letters, digits, dashes */
	str url;   /* without trailing slashes */
	str suite; /* below dists/; or, ending with a slash, of a flat one: "./", "stable/" */
	struct texts components;  /* none in a flat one */
	str keyring;              /* OpenPGP packets */
	struct texts fingerprint; /* of primary keys in keyring, upper-case; one must have signed */
	bool override;            /* its packages compete with Debian's */
};

/* One signed pocket at one moment. */
struct repo_pocket {
	str repository;        /* the source's name; empty: Debian's own archive */
	str component;         /* of such a source; empty in a flat one */
	str base;              /* its address; empty for Debian's own, whose mirrors come and go */
	bool override;         /* as the source says */
	str suite;             /* "trixie", "trixie-updates", "trixie-security" */
	str codename, version; /* of the Release file; version "13.8" may be empty */
	str origin, label;
	int64_t date, valid_until; /* seconds; valid_until 0 when the file has none */
	struct digest release;     /* of InRelease */
	struct digest packages;    /* of the Packages file, uncompressed */
	str signer;                /* fingerprint of the key whose signature was good */
	str url;                   /* of InRelease, as it was asked for */
	int64_t offered;           /* Date of the older InRelease that the mirror answered with; 0:
				      it answered with this one */
};
struct repo_state {
	struct repo_pocket *pocket; /* [n]: suite, -updates, -security, those that the mirror has;
				       then those of other repositories, in their order */
	ptrdiff_t n;
};

/* One package of the index. Views live as long as the index. Dependency fields as written. */
struct repo_package {
	str name, version, arch, source, source_version, multi_arch, priority, section;
	str depends, pre_depends, provides, conflicts, breaks, replaces, description;
	bool essential;
	str path;      /* repository-relative: "pool/main/n/nginx/nginx_..._amd64.deb" */
	uint64_t size; /* of the .deb, bytes */
	uint64_t installed_kib;
	struct digest sha256;
	int pocket; /* index into repo_state.pocket */
};

struct repo; /* opaque: state and index of one suite and architecture */

struct repo_spec {
	str suite; /* "trixie" */
	const struct platform *platform;
	struct repo_mirror mirror;
	str keyring; /* path, or empty: the mirror's, else Debian's archive keyring */
	const struct repo_source *extra; /* [extra_n]: besides, behind the suite's pockets */
	ptrdiff_t extra_n;
	bool offline; /* the newest state in the store, no network, however old */
	int64_t now;  /* for Valid-Until; 0: the clock's word */
};

/*
 * repo_open(op, store, spec, ret): fetch and verify each pocket's InRelease (gpgv, decided by
 * VALIDSIG; Valid-Until honoured; one with an older Date than was seen before refused: the newer
 * is taken from the store, if all of it is there, and repo_state() tells), fetch the Packages
 * index it names by hash unless the store has it, and open the parsed index, which is cached in
 * the store under the digests of the three Packages files. -updates and -security are used where
 * the mirror has them; a mirror without -security is an error unless the suite is sid, unstable,
 * testing or experimental. Offline, the newest state that the store remembers is verified and used
 * again, its Valid-Until passed over: the user asked for it, and repo_state() tells. The newest
 * Date is remembered for each mirror's address. *store must outlive the repo; op need not. Runs
 * gpgv: not from a pool. First time 1.2 s and 65 MiB for trixie, then 12 ms a pocket, nearly all of
 * them gpgv's.
 */
int repo_open(struct op *op, const struct store *store, const struct repo_spec *spec,
	      struct repo **ret) MUST_USE;
void repo_close(struct repo **r);
#define AUTO_REPO __attribute__((cleanup(repo_close))) struct repo

/* Forget what was looked up if it takes more than `max` bytes: what repo_find() and
 * repo_providers() gave holds no longer then. */
void repo_forget(struct repo *r, size_t max);

const struct repo_state *repo_state(const struct repo *r);

/*
 * Packages by name (all versions, highest first; of one version Debian's before others') and by
 * what they provide (names in Provides; real packages of that name not included). The records live
 * in op, their texts in the repo.
 */
int repo_find(struct op *op, struct repo *r, str name, struct repo_package **ret,
	      ptrdiff_t *ret_n) MUST_USE;
int repo_providers(struct op *op, struct repo *r, str name, struct repo_package **ret,
		   ptrdiff_t *ret_n) MUST_USE;

/*
 * repo_packages_each(op, r, pocket, each, arg): every package of one pocket, in order of its name, to
 * each(), whose failure ends it. A package lives until that returns. 0.1 s for all of Debian's main.
 */
typedef int repo_each(struct op *op, void *arg, const struct repo_package *p);
int repo_packages_each(struct op *op, struct repo *r, int pocket, repo_each *each,
		       void *arg) MUST_USE;

/* The package name nearest to a misspelt one, or the empty view. */
int repo_nearest(struct op *op, struct repo *r, str name, str *ret) MUST_USE;

/*
 * repo_fetch(op, store, mirror, want, n, offline, progress, arg): have the .debs in the store:
 * those that are missing come in parallel (resumed, retried), size and SHA-256 verified before
 * they are kept. A package that the mirror no longer has is ERR_NET, with its name and version.
 * `progress` (may be NULL) hears bytes done and to do, from the calling thread. repo_fetch_some()
 * goes on without packages that the mirror no longer has: gone[i] says which.
 */
struct repo_want {
	str name, version; /* for messages */
	str path;
	bool security; /* from the security mirror */
	uint64_t size;
	struct digest sha256;
	str base; /* of a repository of its own: its address; else empty */
};
typedef void repo_progress(void *arg, uint64_t done, uint64_t total);
int repo_fetch(struct op *op, const struct store *store, const struct repo_mirror *mirror,
	       const struct repo_want *want, ptrdiff_t n, bool offline, repo_progress *progress,
	       void *arg) MUST_USE;
int repo_fetch_some(struct op *op, const struct store *store, const struct repo_mirror *mirror,
		    const struct repo_want *want, ptrdiff_t n, bool offline,
		    repo_progress *progress, void *arg, bool *gone) MUST_USE;

#endif
