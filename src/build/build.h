/*
 * build: the work of the verbs build, lock and rebuild, without their words and colours.
 */
#ifndef BUILD_BUILD_H
#define BUILD_BUILD_H

#include "compose.h"
#include "resolve.h"

/* What the three have in common: where things are and come from. */
struct build_source {
	str recipe;         /* path of the recipe */
	str lock;           /* path of the lock; empty: beside the recipe */
	str mirror;         /* the user's word, before the recipe's */
	str effects;        /* a directory of the user's effects, or empty */
	str vendor;         /* an OCI layout with packages and layers, or empty */
	str compression;    /* "gzip" or "zstd"; empty: the recipe's */
	struct texts platforms; /* empty: the recipe's */
	bool offline;
};

/* What is heard while it works. */
struct build_voice {
	void (*step)(void *arg, const char *step, str detail); /* a step is done; may be NULL */
	repo_progress *bytes;                                  /* of downloads; may be NULL */
	void *arg;
};

enum build_lock_state {
	BUILD_LOCK_FOUND,     /* the lock was there and held */
	BUILD_LOCK_MADE,      /* there was none */
	BUILD_LOCK_REFRESHED, /* it was stale: the recipe had changed */
};

struct built {
	struct lock lock;
	str lock_path;
	enum build_lock_state lock_state;
	struct image_descriptor image;  /* manifest, or index of several platforms */
	struct image_descriptor *manifest; /* [n], one a platform, in the lock's order */
	struct outcome *outcome;        /* [n]; outcome.test empty. Not filled when `unchanged` */
	ptrdiff_t n;
	bool unchanged;                 /* the store had exactly this image: nothing was done */
	bool proven, tested, skipped;   /* of an unchanged one: what its build found */
	struct recipe recipe;
};

/*
 * build_image(op, store, source, locked, whole, voice, ret): with `locked`, a missing or stale lock is
 * ERR_NO with the command that makes it; otherwise one is made or refreshed and written. Unless
 * `whole`, an image that the store has from exactly this lock is told as unchanged at the cost of
 * a few look-ups. The lock's outcome half is written back when it was empty or differs.
 */
int build_image(struct op *op, const struct store *store, const struct build_source *source, bool locked,
		bool whole, const struct build_voice *voice, struct built *ret) MUST_USE;

/* Remember what the tests of a build found, so that an unchanged one need not run them again. */
int build_remember(struct op *op, const struct store *store, const struct built *b, bool proven, bool tested,
		   bool skipped) MUST_USE;

/* A package that differs between two locks. */
struct lock_change {
	const struct platform *platform;
	str name, before, after; /* versions; empty: not there */
	struct texts cves;       /* named in the changelog between the two versions */
};
struct relocked {
	struct built built;
	struct lock_change *change;
	ptrdiff_t change_n;
	bool had_lock, differs;  /* differs: the written lock is not the old one */
};

/* Resolve anew, compose (so that the lock tells digests), write the lock unless `check`. With
 * source->vendor, packages and layers are copied there. */
int build_lock(struct op *op, const struct store *store, const struct build_source *source, bool check,
	       const struct build_voice *voice, struct relocked *ret) MUST_USE;

/* rebuild.c: one platform's image made again from the lock that it carries, beside itself. */
struct rebuilt {
	const struct platform *platform;
	struct image_descriptor was;
	str name;
	bool same_config;       /* the configuration, and with it all diff_ids, is the same bytes */
	ptrdiff_t layers, same_diff_ids, same_digests;
	str encoder_was, encoder_is; /* compressors */
	ptrdiff_t kept_blobs;   /* layers whose digest this encoder cannot make, but whose stored blob
				   unpacks to the diff_id */
	struct texts detail;    /* what differs, one line each */
	bool same;              /* the manifest is the same bytes */
};
int build_rebuild(struct op *op, const struct store *store, const struct build_source *source, str image,
		  const struct build_voice *voice, struct rebuilt **ret, ptrdiff_t *ret_n) MUST_USE;

/* vendor.c: packages and layers in an OCI layout beside the lock. */
int vendor_save(struct op *op, const struct store *store, str dir, const struct built *b) MUST_USE;

/* Bring from the vendor layout what the store lacks of the lock's packages and layers. */
int vendor_load(struct op *op, const struct store *store, str dir, const struct lock *lock) MUST_USE;

#endif
