/*
 * contents_record: contents as the text that the store keeps.
 *
 * First line: CONTENTS_RULES, "sha256:" and digest of the .deb, digest of all that follows. Then a
 * line of blank-separated words a fact, in a fixed order, and a line an entry. In words, bytes up
 * to blank, DEL and '%' are written as %XX and the empty text as "-", so any bytes come back as
 * they went in, and most of them without a copy. 5,000 entries are read in 2 ms.
 */
#ifndef DISTRO_CONTENTS_RECORD_H
#define DISTRO_CONTENTS_RECORD_H

#include "contents.h"

enum {
	CONTENTS_RECORD_MAX = 1 << 30, /* bytes; 250 an entry */
};

int contents_write(struct op *op, const struct contents *c, str *ret) MUST_USE;

/* 1 if the text was made by other rules, for another .deb, or is damaged: make it anew. Texts alias
 * record. */
int contents_parse(struct op *op, str record, const struct digest *deb,
		   struct contents *ret) MUST_USE;

/* contents_info likewise: first line "info-2", the two digests; a line of words each for the files,
 * the list and the conffiles' digests. */
int contents_info_write(struct op *op, const struct digest *deb, const struct contents_info *info,
			str *ret) MUST_USE;
int contents_info_parse(struct op *op, str record, const struct digest *deb,
			struct contents_info *ret) MUST_USE;

#endif
