/*
 * entry: one path of a package or an image, as temper keeps it after the bytes are gone.
 */
#ifndef MODEL_ENTRY_H
#define MODEL_ENTRY_H

#include "codec/digest.h"
#include "codec/elf.h"

enum entry_type { ENTRY_DIRECTORY, ENTRY_FILE, ENTRY_SYMLINK, ENTRY_HARDLINK };

struct entry {
	str path; /* canonical (see tar_clean()) and after the /usr merge: "usr/bin/x" */
	str link; /* symlink: as it will be; hard link: path of the file, canonical */
	enum entry_type type;
	uint32_t mode; /* 07777 */
	uint32_t uid, gid;
	uint64_t size;        /* of a file */
	int64_t mtime;        /* seconds since 1970 */
	struct digest sha256; /* of a file's content; hard links repeat their file's */
	uint8_t sha1[20];
	bool conffile;    /* a package's configuration file */
	struct elf *elf;  /* of an ELF file, else NULL; .interpreter and .needed are in the arena */
	str script;       /* of a file that begins with "#!": that line, without "#!" and newline */
	bool private_key; /* the file's head looks like private key material */
};

/* Order by path with '/' lowest, so that a directory stands before all that is below it. */
int entry_cmp(const struct entry *a, const struct entry *b);
int entry_path_cmp(str a, str b);

#endif
