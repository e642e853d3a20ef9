/*
 * life: until when the releases of distributions are supported, as known when this version of temper was
 * made: what is said where no feed tells better. Sources: distro-info-data 0.58; the distributions'
 * own pages.
 */
#ifndef MODEL_LIFE_H
#define MODEL_LIFE_H

#include "advisory.h"

/* Of a key of ecosystem.h ("debian:12", "alpine:3.20"); false: not known. */
bool life_known(str ecosystem, struct life *ret);

#endif
