/* FEED(name): every feed_name there is, sorted; feed.c makes feeds[] of it. */
FEED(alpine_secdb)
FEED(debian_dsa)
FEED(debian_tracker)
FEED(facts)
FEED(osv)
