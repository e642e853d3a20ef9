/*
 * effects: what maintainer scripts would have done on a fresh installation, as data.
 *
 * effects/NAME.yaml (NAME: a binary package) answers for scripts by their hash and cuts or adds
 * dependencies; effects/common.yaml cuts for every package. They are compiled into the program;
 * a directory of the user's own is read before them. The format is documented in
 * docs/effects.md.
 */
#ifndef DISTRO_EFFECTS_H
#define DISTRO_EFFECTS_H

#include "contents.h"

enum effect_kind {
	EFFECT_USER,      /* name, uid, group (primary, by name), home, shell, comment */
	EFFECT_GROUP,     /* name, gid */
	EFFECT_MEMBER,    /* user `name` also in group `group` */
	EFFECT_DIRECTORY, /* path, mode, owner, group */
	EFFECT_FILE,      /* path, text, mode, owner, group */
	EFFECT_COPY,      /* path, from (a path of the same package or of any package in the image),
			     mode, owner, group */
	EFFECT_LINK, /* path, to: a symlink; `*` in the path's directory: one in each that matches
		      */
	EFFECT_MODE, /* path, mode, owner, group: of what a package ships */
	EFFECT_ALTERNATIVE,     /* link path, to, name, priority: the highest of a name wins; slaves
				   follow */
	EFFECT_DIVERT,          /* path goes to `to` for every package but this one */
	EFFECT_CA_BUNDLE,       /* the CA bundle with its links is wanted */
	EFFECT_JAVA_TRUSTSTORE, /* the same certificates, for Java, are wanted */
	EFFECT_REMOVE,          /* path: what another package's effect would make is not made */
};

struct effect {
	enum effect_kind kind;
	str name, path, to, from, text, group, owner, home, shell, comment;
	str master;    /* of a slave alternative: the name that it follows */
	uint32_t mode; /* 07777; UINT32_MAX: leave it */
	uint32_t id;   /* uid or gid; UINT32_MAX: the next free one from 900 down, by name order */
	int64_t priority;
	str package; /* whose effect it is */
	str origin;  /* "effects/nginx-common.yaml:12", "dh_installsysusers",
			"usr/lib/tmpfiles.d/x.conf:3" */
};

struct effect_cut {  /* an edge that is left out, or (added) put in */
	str package; /* whose dependency; "*" for any */
	str depends; /* on which package name */
	str why;
	str origin; /* file and line */
	bool added;
};

struct effect_absent { /* what an installation would make, and an image is left without */
	str package;   /* whose installation; "*" for any */
	str path;      /* a glob */
	str why;
	str origin; /* file and line */
};

struct effects; /* opaque; threads may share it: only effects_learn() changes it */

/* dir: a directory of the user's effects, or empty. Lives in op. */
int effects_open(struct op *op, str dir, struct effects **ret) MUST_USE;

/*
 * effects_learn(keep, e, package): read the package's file once for all that ask later; `keep` must
 * live as long as e. Of several images most packages are the same ones. While no thread uses e.
 */
int effects_learn(struct op *keep, struct effects *e, str package) MUST_USE;

/* Cuts and additions that hold for a package's dependencies; [n], own first, then common. */
int effects_cuts(struct op *op, const struct effects *e, str package, struct effect_cut **ret,
		 ptrdiff_t *ret_n) MUST_USE;

/*
 * What is left out of all that a package's installation would make; [n], own first, then common. It
 * changes nothing in an image: it is there to be told, and to be compared with an installation.
 */
int effects_absent(struct op *op, const struct effects *e, str package, struct effect_absent **ret,
		   ptrdiff_t *ret_n) MUST_USE;

/* How a package's scripts are answered. */
struct effects_answer {
	struct effect *effect; /* [n], in the order in which they apply */
	ptrdiff_t n;
	str by; /* "no scripts", "debhelper sections only", "effects/x.yaml", ... for the lock */
	struct digest digest; /* of all effects in a canonical form */
};

/*
 * effects_answer(op, e, c, ret): what c's preinst and postinst amount to on a fresh installation.
 * debhelper's sections are recognised by their markers and skipped or interpreted from data files;
 * what is left must be empty, upgrade-only, or answered by hash in effects/. Otherwise ERR_NO: the
 * message names the package, script and hash; `ret_unanswered` gets the script's unrecognised
 * lines and a template of the effect to write.
 */
int effects_answer(struct op *op, const struct effects *e, const struct contents *c,
		   struct effects_answer *ret, str *ret_unanswered) MUST_USE;

/*
 * effects_upgrade(op, e, c, old, ret, ret_unanswered): what is run when c replaces an older version
 * of itself (script.h): c's preinst and postinst, and the old one's prerm and postrm. Each must do
 * nothing then, or no more than on a fresh installation, for which it is answered by hash, or be
 * answered by hash with `upgrade: true`. *ret is what effects_answer() says of a fresh
 * installation, for whoever keeps it true; without effects where nothing answers for that. Else
 * ERR_NO, which names package, script and the first line that nobody answers for; all of them are in
 * *ret_unanswered.
 */
struct effects_old { /* the version that is replaced */
	str version, prerm, postrm;
};
int effects_upgrade(struct op *op, const struct effects *e, const struct contents *c,
		    const struct effects_old *old, struct effects_answer *ret,
		    str *ret_unanswered) MUST_USE;

/* Paths that images do without, by glob, and those kept all the same: effects/drop.yaml. */
void effects_drops(const struct effects *e, struct texts *ret_drop, struct texts *ret_keep);

/* The rank of a package's layer, 0 (rarely updated, lowest) to 99: effects/rank.yaml; 50 if
 * unnamed. */
int effects_rank(struct op *op, const struct effects *e, str package, int *ret) MUST_USE;

/*
 * A digest of all that drop.yaml and rank.yaml say: what they decide is not in any package's
 * answer, and a lock must tell when it has changed.
 */
int effects_rules(struct op *op, const struct effects *e, struct digest *ret) MUST_USE;

#endif
