/*
 * installed: the packages that dpkg's database in an image names. Source: dpkg's status file
 * (Debian Policy 5.1, dpkg-query(1)); var/lib/dpkg/status.d/NAME as distroless and temper write it.
 */
#ifndef DISTRO_INSTALLED_H
#define DISTRO_INSTALLED_H

#include "base/op.h"

struct installed_package {
	str name, version, arch, source, source_version;
};

/* One stanza of a status file: views, as written, continuation lines included; empty: not told. */
struct installed_stanza {
	str package, status, version, architecture, multi_arch, source, maintainer, homepage;
	str description, section, priority, essential, installed_size, depends, pre_depends;
	str provides, conffiles, licence;
	str bad; /* the first line that is not well-formed, or that says a field again */
};

/*
 * installed_next(in, ret): take the next stanza off the front of *in; false at the end. Fields that
 * are not in the struct are passed over; of one that is there twice the first counts. Nothing is
 * allocated. O(bytes).
 */
bool installed_next(str *in, struct installed_stanza *ret);

/* Are its files in place? By its Status, of which a status.d record has none: not where only the
 * configuration is left, or nothing. */
bool installed_is_there(const struct installed_stanza *s);

/* "name (version)" of a Source field; without one, name and version are the binary package's. */
void installed_source(str field, struct installed_package *p);

#endif
