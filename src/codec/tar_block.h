/*
 * tar_block: where things stand in a tar header block. For tar's files only.
 *
 *	  0 100  name       148   8  checksum     257   6  "ustar\0" (POSIX) or "ustar " (GNU)
 *	100   8  mode       156   1  type         263   2  "00" (POSIX) or " \0" (GNU)
 *	108   8  uid        157 100  link         265  32  user name, group name: 32 each
 *	116   8  gid                              329   8  major, minor: 8 each
 *	124  12  size                             345 155  prefix (POSIX only)
 *	136  12  mtime                            500  12  unused
 */
#ifndef CODEC_TAR_BLOCK_H
#define CODEC_TAR_BLOCK_H

enum {
	TAR_BLOCK = 512,
	TAR_NAME = 0,
	TAR_MODE = 100,
	TAR_UID = 108,
	TAR_GID = 116,
	TAR_SIZE = 124,
	TAR_MTIME = 136,
	TAR_SUM = 148,
	TAR_TYPE = 156,
	TAR_LINK = 157,
	TAR_MAGIC = 257,
	TAR_MAJOR = 329,
	TAR_MINOR = 337,
	TAR_PREFIX = 345,
	TAR_SPARSE_MORE = 482, /* GNU, type 'S': more blocks of the map follow; 504 in those */
	TAR_SPARSE_SIZE = 483, /* and the size that the file has unpacked */
	TAR_SPARSE_NEXT = 504,
	TAR_NAME_MAX = 100,
	TAR_PREFIX_MAX = 155,
};

#endif
