/*
 * effects_read: one file of effects as checked structs.
 */
#ifndef DISTRO_EFFECTS_READ_H
#define DISTRO_EFFECTS_READ_H

#include "effect_list.h"

struct effects_script { /* one entry of `scripts` */
	enum script_kind kind;
	struct effects_hash {
		struct digest digest;
		bool code; /* of the code alone, without sections and version: see effects.c */
	} * hash;          /* [hash_n] */
	ptrdiff_t hash_n;
	str since;    /* from this version on; empty: any */
	bool upgrade; /* what it does besides when it replaces an older version needs nothing */
	struct effect_list effects;
	bool sysusers, tmpfiles; /* the script applies the package's data of that kind */
};
struct effects_file {
	str label; /* "effects/nginx-common.yaml" or the user's path */
	str package;
	struct effects_script *script; /* [script_n] */
	ptrdiff_t script_n;
	struct effect_list effects;
	bool sysusers, tmpfiles;
	struct effect_cut *cut; /* [cut_n]: additions are behind the cuts */
	ptrdiff_t cut_n;
	struct effect_absent *absent; /* [absent_n] */
	ptrdiff_t absent_n;
};

/*
 * effects_file_read(op, label, text, package, ret): ERR_USAGE with file, line and column for what
 * is no file of effects, for one of another package than `package` (empty: "*", as in
 * common.yaml, where only cut, add and absent are allowed), for setuid and setgid bits and private
 * keys, and for an absent path that an effect beside it makes.
 */
int effects_file_read(struct op *op, str label, str text, str package,
		      struct effects_file *ret) MUST_USE;

struct effects_rank {
	str package;
	int rank;
};
int effects_rank_read(struct op *op, str label, str text, struct effects_rank **ret,
		      ptrdiff_t *ret_n) MUST_USE;

/* Globs of `drop` and `keep`, appended behind what is in the lists already. */
int effects_drop_read(struct op *op, str label, str text, struct texts *drop,
		      struct texts *keep) MUST_USE;

#endif
