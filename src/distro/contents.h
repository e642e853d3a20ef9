/*
 * contents: what one .deb holds: control data, scripts, every path, and the few small files that
 * later steps read. Made once a .deb, kept in the store as a record under the package's digest
 * (kind "contents") and read back from there.
 */
#ifndef DISTRO_CONTENTS_H
#define DISTRO_CONTENTS_H

#include "codec/deb822.h"
#include "codec/node.h"
#include "model/entry.h"
#include "oci/store.h"

enum script_kind {
	SCRIPT_PREINST,
	SCRIPT_POSTINST,
	SCRIPT_PRERM,
	SCRIPT_POSTRM,
	SCRIPT_CONFIG,
	SCRIPT_KINDS
};
extern const char *const script_name[SCRIPT_KINDS]; /* "preinst", ... */

struct contents_script {
	str text; /* empty: the package has none */
	struct digest sha256;
};

struct contents_file { /* a small file kept whole, see contents_file() */
	str path;
	str bytes;
};

/*
 * What only dpkg reads: for an image with its whole database. Filled when a package is unpacked and
 * kept beside the record on request, since it is large and most images never ask.
 */
struct contents_info {
	struct contents_file *file; /* [file_n], by name: other files of the control member as
				       shipped (conffiles, shlibs, symbols, templates ...), and
				       md5sums where the package has none */
	ptrdiff_t file_n;
	str list; /* all paths as shipped, "/." first, one a line */
	struct texts
		conffile_md5; /* hex, of contents.conffiles in their order; empty: not shipped */
};

struct contents {
	struct digest deb; /* SHA-256 of the .deb */
	str name, version, arch, source, source_version;
	str control;  /* the stanza as shipped, with its last newline */
	str md5sums;  /* as shipped */
	str triggers; /* as shipped */
	struct contents_script script[SCRIPT_KINDS];
	struct texts conffiles; /* canonical paths, after the /usr merge */
	struct entry *entry;    /* [n], sorted by entry_cmp(); after the /usr merge */
	ptrdiff_t n;
	struct contents_file *file; /* [file_n], sorted by path */
	ptrdiff_t file_n;
	str licence; /* SPDX expression from the copyright file, "NOASSERTION" if it cannot be told
		      */
	str copyright_sha256; /* hex digest of the copyright file, or empty */
	struct texts cves;    /* CVE ids of the changelog's entries, with their version: "1.2-3
				 CVE-2025-1" , newest first */
	int64_t built; /* seconds: the newest ar member's time (SOURCE_DATE_EPOCH of the package) */
	struct contents_info info; /* after contents_unpack() only */
};

/*
 * The unpacked data of one .deb, readable by position as long as it is open: `spool` is an
 * unlinked file with the contents of all files one after the other; offset[i] is where
 * contents.entry[i]'s content begins (UINT64_MAX: none).
 */
struct contents_data {
	int spool;
	uint64_t *offset; /* [contents.n]; hard links have their file's */
};
void contents_data_close(struct contents_data *d);
#define AUTO_CONTENTS_DATA __attribute__((cleanup(contents_data_close))) struct contents_data

/*
 * contents_unpack(op, store, deb, ret, ret_data): read the .deb with this digest from the store
 * (verified before a byte is interpreted), make its contents, keep the record, and give the data.
 * ERR_NET naming nothing but the digest if the store has no such blob (the caller knows the name).
 * Refused: everything on the attack list for tars; paths below a symlink of the same package; a
 * directory over a symlink; `.wh.*` names; a control member that disagrees with itself; device
 * nodes. Setuid and setgid bits are kept in the entry (proof judges them); xattrs are dropped.
 * The /usr merge: bin, sbin, lib, lib32, lib64, libx32, libo32 become usr/..., and the package's
 * own top-level symlinks of those names stay (base-files ships them).
 */
int contents_unpack(struct op *op, const struct store *store, const struct digest *deb,
		    struct contents *ret, struct contents_data *ret_data) MUST_USE;

/* The kept record. 1 if there is none. */
int contents_load(struct op *op, const struct store *store, const struct digest *deb,
		  struct contents *ret) MUST_USE;

/* Keep c->info of an unpacked package in the store (kind "info"), and read it back; 1 if there is
 * none: unpack the package, and keep it. */
int contents_info_keep(struct op *op, const struct store *store, const struct contents *c) MUST_USE;
int contents_info_load(struct op *op, const struct store *store, const struct digest *deb,
		       struct contents_info *ret) MUST_USE;

/* The entry at path, or NULL. O(log n). */
const struct entry *contents_find(const struct contents *c, str path);

/* A captured file's bytes, or false. Captured: etc/ld.so.conf, etc/ld.so.conf.d/ *.conf,
 * usr/lib/sysusers.d, usr/lib/tmpfiles.d, usr/lib/os-release, usr/share/base-passwd/ *.master,
 * usr/share/base-files/ *, usr/share/ca-certificates/ ** .crt, each of at most 256 KiB. */
bool contents_file(const struct contents *c, str path, str *ret);

/* Any file of a package, out of its .deb (slow: it is unpacked). 1 if there is no such file. */
int contents_read(struct op *op, const struct store *store, const struct digest *deb, str path,
		  size_t max, str *ret) MUST_USE;

/* What a package's changelog is called below usr/share/doc/NAME, the likeliest first. */
enum { CHANGELOG_NAMES = 3 };
extern const char *const changelog_name[CHANGELOG_NAMES];

/* The changelog that a package ships, unpacked, out of its .deb. 1 if the store has no such .deb or
 * it ships none of its own (its documentation is a link to another package's). */
int contents_changelog(struct op *op, const struct store *store, const struct digest *deb, str name,
		       str *ret) MUST_USE;

/*
 * contents_changelog_seek(op, store, deb, name, ret, ret_path, ret_other): the same of a package that
 * nobody has unpacked: one pass over its .deb up to the changelog. 1: it ships none; *ret_other
 * is then the package that its documentation is a link to, or empty. ERR_NET: no such .deb.
 */
int contents_changelog_seek(struct op *op, const struct store *store, const struct digest *deb,
			    str name, str *ret, str *ret_path, str *ret_other) MUST_USE;

/* What the first bytes of a file say: its "#!" line without these two, or empty; whether it looks
 * like private key material. */
str contents_script(str head);
bool contents_private_key(str head);

/* What version of the rules made the record; part of every key that depends on it. */
#define CONTENTS_RULES "contents-1"

#endif
