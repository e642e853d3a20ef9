/*
 * proof: what can be known of an image without running any of it.
 *
 * Pure: values in, values out. The rules, in the order of their checks:
 *
 *	tree       every path stands once, in a directory that is there
 *	libraries  every library that an ELF file needs is found, as the loader would look for it
 *	machine    every program and library is made for the platform
 *	interpreters   of programs and of executable scripts exist, `#!/usr/bin/env x` too
 *	links      no symbolic link dangles or turns in a circle, no hard link lacks its file
 *	setuid     no setuid or setgid file that the recipe does not list
 *	keys       no private key material
 *	owners     every uid and gid has an account
 *	writable   no file that everybody may write; such directories are sticky
 *	shell, package manager   absent unless asked for
 *	usr-merge  bin, sbin and lib* are links into usr, and nothing lies below them
 *
 * File capabilities need no rule of their own: extended attributes are never written.
 * Libraries that programs open by name at run time (dlopen) cannot be seen. Of what no program is
 * linked with, a library below its own directory is taken to be loaded already, and told.
 */
#ifndef BUILD_PROOF_H
#define BUILD_PROOF_H

#include "model/outcome.h"

enum {
	PROOF_LINKS_MAX = 40,    /* symbolic links in one look-up. Source: Linux MAXSYMLINKS */
	PROOF_DETAILS_MAX = 200, /* lines told by a check; the others are counted */
};

struct proof_input {
	const struct platform *platform;
	const struct outcome_file
		*file; /* [file_n]: every path of the image; entry.elf and .script filled */
	ptrdiff_t file_n;
	str passwd, group;         /* the texts of etc/passwd and etc/group */
	struct texts library_dirs; /* of etc/ld.so.conf and its includes, in order: "/usr/lib/x" */
	struct texts allow_setuid; /* globs of paths that may be setuid or setgid */
	bool allow_shell, allow_package_manager;
};

/*
 * proof_check(op, in, ret, ret_n): judge every rule. 0 whatever the answer: each check says ok or
 * what is wrong, one line each. Lines of a check that is ok tell what was exempt: links to what is
 * there only at run time (below /proc, /dev, /run, /sys, /tmp). ERR_LIMIT for more entries than
 * LIMIT_ENTRIES. O(paths + needed libraries); 100,000 paths take some 50 ms.
 */
int proof_check(struct op *op, const struct proof_input *in, struct outcome_check **ret,
		ptrdiff_t *ret_n) MUST_USE;

/* Are all of them ok? */
bool proof_holds(const struct outcome_check *check, ptrdiff_t n);

#endif
