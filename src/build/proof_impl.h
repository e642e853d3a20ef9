/*
 * proof_impl: what the files of proof share. Not for others: see proof.h.
 */
#ifndef BUILD_PROOF_IMPL_H
#define BUILD_PROOF_IMPL_H

#include "base/map.h"
#include "base/vec.h"

#include "proof.h"

struct proof_missing { /* a library that object does not find by its own means */
	const struct entry *object;
	str name;
};

struct proof_edge {
	const struct entry *user, *used;
};

struct proof {
	struct op *op;
	const struct proof_input *in;
	struct map entry;     /* path -> const struct entry * */
	struct map directory; /* text of a library directory -> str *, its real path; empty: none */
	struct map common;    /* name -> library found in the common directories, or no_library */
	struct texts dirs;    /* common directories, in the loader's order */
	VEC(struct proof_edge) edge;
	VEC(struct proof_missing) missing;
	VEC(uint32_t) uid, gid; /* of accounts, sorted */
};

struct proof_tally { /* of one rule */
	VEC(str) bad, note;
	ptrdiff_t bad_n; /* all of them; bad.n stops at PROOF_DETAILS_MAX */
	ptrdiff_t seen, also;
};

/* One line more of what is wrong, or of what was exempt. */
int proof_bad(struct proof *p, struct proof_tally *t, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;
int proof_note(struct proof *p, struct proof_tally *t, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;

enum proof_found { PROOF_THERE, PROOF_ABSENT, PROOF_CIRCLE, PROOF_RUNTIME };

/*
 * Where target leads, seen from the directory dir, links followed, ".." kept inside the root.
 * PROOF_THERE fills *ret: a directory or file; a hard link gives its file. PROOF_RUNTIME: it ends
 * below /proc and the like, where the image cannot say.
 */
enum proof_found proof_resolve(const struct proof *p, str dir, str target,
			       const struct entry **ret);

/* The rule "libraries": each looks up what one file needs, end judges what was missed. */
int proof_library_each(struct proof *p, struct proof_tally *t, const struct entry *e) MUST_USE;
int proof_library_end(struct proof *p, struct proof_tally *t) MUST_USE;

/* Is e made for the platform? */
bool proof_fits(const struct proof *p, const struct elf *e);

#endif
