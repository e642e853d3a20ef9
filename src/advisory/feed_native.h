/* feed_native: the rows of feeds[] that are a distribution's or a language's own format. */
#ifndef ADVISORY_FEED_NATIVE_H
#define ADVISORY_FEED_NATIVE_H

#include "feed.h"

extern const struct feed feed_debian_dsa;
extern const struct feed feed_debian_tracker;
extern const struct feed feed_facts;

#endif
