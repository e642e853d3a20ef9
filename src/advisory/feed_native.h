/* feed_native: every reader that feed_list.h names: feed_osv, feed_debian_dsa ... */
#ifndef ADVISORY_FEED_NATIVE_H
#define ADVISORY_FEED_NATIVE_H

#include "feed.h"

#define FEED(name) extern const struct feed feed_##name;
#include "feed_list.h"
#undef FEED

#endif
