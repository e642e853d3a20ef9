/*
 * file_capability: what the extended attribute security.capability lets a program do that is not
 * started by root. Source: Linux capabilities(7), "File capability extended attribute versioning";
 * <linux/capability.h>.
 */
#ifndef CODEC_FILE_CAPABILITY_H
#define CODEC_FILE_CAPABILITY_H

#include "base/buf.h"

enum { FILE_CAPABILITY_MAX = 24 /* bytes of revision 3, the longest */, CAPABILITIES = 41 };

struct file_capability {
	uint8_t revision; /* 1 to 3; 0: malformed, with which the kernel starts no program */
	bool effective;   /* permitted ones are in force from the start */
	uint64_t permitted, inheritable; /* bit n: capability n */
	uint32_t root_uid;               /* of revision 3: the root of a user namespace */
};

extern const char *const capability_names[CAPABILITIES]; /* "cap_chown", ... by number */

/* The attribute's bytes; what is none gives revision 0. */
void file_capability_read(str value, struct file_capability *ret);

/* In the words of cap_from_text(3): "cap_net_bind_service,cap_net_raw=ep"; "malformed". */
void file_capability_text(struct buf *b, const struct file_capability *c);

#endif
