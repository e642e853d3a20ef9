/*
 * script: what a maintainer script would do on a fresh installation, as far as that can be told
 * without running it. Source: Debian Policy 6; debhelper's autoscripts; dpkg(1).
 *
 * Nothing is guessed. A script is cut into debhelper's sections, which are known by the tool that
 * wrote them, and the rest, of which only these are understood: comments, `set -e`, plain
 * assignments, messages, debconf's beginning and end, functions that nobody calls,
 * `update-alternatives --install` with literal words, and `case "$1"` and `if` whose conditions
 * have one value when a package is installed for the first time ($1 is "install" or "configure",
 * $2 is empty). Whatever stands where it would be executed and is something else is left over.
 */
#ifndef DISTRO_SCRIPT_H
#define DISTRO_SCRIPT_H

#include "codec/node.h"

#include "effects.h"

struct script {
	bool sections;             /* debhelper's sections were in it */
	bool sysusers;             /* one of them applies usr/lib/sysusers.d */
	bool tmpfiles;             /* one of them applies usr/lib/tmpfiles.d */
	struct texts alternatives; /* "update-alternatives --install ..." commands, one line each */
	str code; /* without its first line and the sections known here; empty: no shell script */
	str left; /* lines that were not understood; empty: the script is answered */
};

/* kind: SCRIPT_PREINST or SCRIPT_POSTINST. Lives in op and in text. Only memory can fail. */
int script_read(struct op *op, str text, enum script_kind kind, struct script *ret) MUST_USE;

/*
 * script_read_upgrade(op, text, kind, from, to, ret): the same of what is run when version `to` of a
 * package replaces `from`: of the new one's preinst ("upgrade", from) and postinst ("configure",
 * from), and of the old one's prerm and postrm ("upgrade", to). What debhelper's conffile
 * commands would move or remove between these versions is left over too. Source: Debian Policy 6.6;
 * dpkg-maintscript-helper(1).
 */
int script_read_upgrade(struct op *op, str text, enum script_kind kind, str from, str to,
			struct script *ret) MUST_USE;

/* The same of an installed package's postinst for a trigger: ("triggered", its names). */
int script_read_triggered(struct op *op, str text, str names, struct script *ret) MUST_USE;

/*
 * Digest of a script's own code with the package's version read as @VERSION@: it lives through
 * rebuilds that change nothing else. A script that is not shell has the digest of no code.
 */
int script_code_digest(struct op *op, const struct script *s, str version,
		       struct digest *ret) MUST_USE;

#endif
