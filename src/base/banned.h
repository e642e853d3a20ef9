/*
 * banned: names of libc that temper does not use. tools/check-banned reads them here and refuses
 * them in the source: poisoned before a system header, they would break it.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#pragma GCC poison strcpy strncpy strcat strncat strtok strtok_r stpcpy
#pragma GCC poison atoi atol atoll atof strtol strtoul strtoll strtoull strtod
#pragma GCC poison sscanf fscanf scanf sprintf vsprintf gets
#pragma GCC poison gmtime localtime ctime asctime mktime
#pragma GCC poison system popen access tmpnam mktemp tempnam alloca
#pragma GCC poison setlocale rand srand random

#endif
