/*
 * build: the work of the verbs build, lock and rebuild, without their words and colours.
 */
#ifndef BUILD_BUILD_H
#define BUILD_BUILD_H

#include "compose.h"
#include "resolve.h"
#include "session.h"
#include "test.h"

/* What the three have in common: where things are and come from. */
struct build_source {
	str recipe;             /* path of the recipe */
	str lock;               /* path of the lock; empty: beside the recipe */
	str mirror;             /* the user's word, before the recipe's */
	str effects;            /* a directory of the user's effects, or empty */
	str vendor;             /* an OCI layout with packages and layers, or empty */
	str compression;        /* "gzip" or "zstd"; empty: the recipe's */
	struct texts platforms; /* to build for; empty: this machine's if the recipe lists it, else
				   all */
	bool all_platforms;     /* all that the recipe lists */
	bool offline;
	struct session *session; /* of several recipes, opened with `effects`; NULL: its own */
};

/* What is heard while it works. */
struct build_voice {
	void (*begin)(void *arg, const char *step);            /* a step begins; may be NULL */
	void (*done)(void *arg, const char *step, str detail); /* and is done; may be NULL */
	repo_progress *bytes;                                  /* of downloads; may be NULL */
	void (*warn)(void *arg, str text); /* what stops nothing and should be known; may be NULL */
	void (*unanswered)(
		void *arg,
		str text); /* a script without an effect, and what to write; may be NULL */
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
	struct image_descriptor image;     /* manifest, or index of several platforms */
	struct image_descriptor *manifest; /* [n], one a platform that was built */
	struct texts platforms;            /* [n], as they were asked for */
	struct outcome *outcome; /* [n]; outcome.test empty. Not filled when `unchanged` */
	ptrdiff_t n;
	bool unchanged; /* the store had exactly this image: nothing was done */
	bool tested;    /* of an unchanged one: its tests were run too, and passed */
	struct recipe recipe;
	struct tests *tests; /* [tests_n] files of tests: the recipe's own, and its test-files */
	ptrdiff_t tests_n;
};

struct build_wish {
	bool locked; /* build exactly what the lock says */
	bool whole;  /* the account of the image is wanted, not only the image */
	bool tested; /* an image whose tests were not run is not finished */
};

/*
 * build_image(op, store, source, wish, voice, ret): with wish->locked, a missing or stale lock is
 * ERR_NO with the command that makes it; otherwise one is made or refreshed and written. Unless
 * wish->whole, an image that build_remember() knows from exactly this lock is told as unchanged, at
 * the cost of a few look-ups. The lock's outcome half is written back when it was empty or differs.
 */
int build_image(struct op *op, const struct store *store, const struct build_source *source,
		const struct build_wish *wish, const struct build_voice *voice,
		struct built *ret) MUST_USE;

/*
 * build_prepare(op, store, source, anew, voice, ret_name): for one of several recipes, before
 * processes are forked that share source->session: read it, and if it must be resolved (`anew`, or
 * its lock does not hold) have the session open its repositories. *ret_name lives in op.
 */
int build_prepare(struct op *op, const struct store *store, const struct build_source *source,
		  bool anew, const struct build_voice *voice, str *ret_name) MUST_USE;

/* The tests of a recipe and of its test-files, read and checked. */
int recipe_test_file(struct op *op, const struct recipe *recipe, ptrdiff_t i, str *ret_path,
		     str *ret) MUST_USE;
int recipe_tests(struct op *op, const struct recipe *recipe, struct tests **ret,
		 ptrdiff_t *ret_n) MUST_USE;

/* Remember a build that is proven and, if `tested`, passed all its tests: it need not be done
 * again. */
int build_remember(struct op *op, const struct store *store, const struct built *b,
		   bool tested) MUST_USE;

/* A package that differs between two locks. */
struct lock_change {
	const struct platform *platform;
	str name, before, after; /* versions, with their origin if that differs; empty: not there */
	struct texts cves;       /* named in the changelog between the two versions */
};
struct relocked {
	struct built built;
	struct lock was; /* the lock that was there; nothing in it without had_lock */
	struct lock_change *change;
	ptrdiff_t change_n;
	bool had_lock, differs; /* differs: the written lock is not the old one (with `check`: asks
				   for something else) */
};

/* lock_change.c: fill r->change with what r->built.lock has otherwise than `was`. */
int lock_compare(struct op *op, const struct store *store, const struct lock *was,
		 struct relocked *r) MUST_USE;

/* Resolve anew, compose (so that the lock tells digests), write the lock unless `check`. With
 * source->vendor, packages and layers are copied there. */
int build_lock(struct op *op, const struct store *store, const struct build_source *source,
	       bool check, const struct build_voice *voice, struct relocked *ret) MUST_USE;

/* rebuild.c: one platform's image made again from the lock that it carries, beside itself. */
struct rebuilt {
	const struct platform *platform;
	struct image_descriptor was;
	str name;
	bool same_config; /* the configuration, and with it all diff_ids, is the same bytes */
	ptrdiff_t layers, same_diff_ids, same_digests;
	str encoder_was, encoder_is; /* compressors */
	ptrdiff_t kept_blobs; /* layers whose digest this encoder cannot make, but whose stored blob
				 unpacks to the diff_id */
	struct texts detail;  /* what differs, one line each */
	bool same;            /* the manifest is the same bytes */
	bool bare; /* the image's manifest has no annotations: a docker archive keeps none */
};
int build_rebuild(struct op *op, const struct store *store, const struct build_source *source,
		  str image, const struct build_voice *voice, struct rebuilt **ret,
		  ptrdiff_t *ret_n) MUST_USE;

/* The recipe that an image of temper's carries in its top layer; 1: it has none. */
int rebuild_recipe(struct op *op, const struct store *store, const struct image *image,
		   struct recipe *ret) MUST_USE;

/* vendor.c: packages and layers in an OCI layout beside the lock. */
int vendor_save(struct op *op, const struct store *store, str dir, const struct built *b) MUST_USE;

/* Bring from the vendor layout what the store lacks of the lock's packages and layers. */
int vendor_load(struct op *op, const struct store *store, str dir,
		const struct lock *lock) MUST_USE;

#endif
