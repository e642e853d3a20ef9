/*
 * clock: the time of day and the time that passes. Nothing that temper builds may read them;
 * they are for deadlines, Valid-Until and progress.
 */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include "base/op.h"

int64_t clock_now(void);          /* seconds since 1970-01-01T00:00:00Z */
int64_t clock_monotonic_ms(void); /* milliseconds since some moment, never backwards */

enum { CLOCK_TEXT = 24 };

/* Seconds as RFC 3339 in UTC: 2026-11-22T06:55:16Z. Years 0 to 9999; returns out. */
const char *clock_rfc3339(int64_t seconds, char out[CLOCK_TEXT]);

/* RFC 3339 date-time in UTC ("Z" only), or false. */
bool clock_parse_rfc3339(str s, int64_t *ret);

/* As clock_parse_rfc3339(), with fractions of a second, which are left out, and any zone:
 * 2024-01-02T03:04:05.678+01:00. */
bool clock_parse_rfc3339_zone(str s, int64_t *ret);

/*
 * RFC 5322 date as Debian writes it in Release files ("Sat, 13 Sep 2025 09:27:01 UTC", the zone
 * also GMT, Z or +0000) and changelogs (any +hhmm zone); the weekday is optional. Or false.
 */
bool clock_parse_rfc5322(str s, int64_t *ret);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, month 1 to 12. */
int64_t clock_days(int64_t year, int month, int day);

#endif
