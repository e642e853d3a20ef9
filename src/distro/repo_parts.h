/*
 * repo_parts: what the files of repo share among themselves, and what their tests reach for.
 */
#ifndef DISTRO_REPO_PARTS_H
#define DISTRO_REPO_PARTS_H

#include "net/client.h"
#include "repo.h"

/* --- apt's sources (repo_mirror.c) ------------------------------------------------------------- */

/* The likeliest addresses of a Debian archive among all sources read so far. */
struct repo_sources {
	str archive, archive_where;   /* "file:line" */
	str security, security_where;
	int archive_score, security_score; /* 0: none yet */
};

/*
 * repo_sources_read(op, file, text, deb822, acc): weigh the sources of one file. Those that are
 * commented out, disabled, of another kind than deb, without the component main, on a CD or not
 * of a Debian suite do not count, nor do lines that make no sense: apt will have complained.
 */
int repo_sources_read(struct op *op, str file, str text, bool deb822, struct repo_sources *acc) MUST_USE;

/* All of an /etc/apt at path. A missing directory is an empty one. */
int repo_sources_scan(struct op *op, str path, struct repo_sources *acc) MUST_USE;

#endif
