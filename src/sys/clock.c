#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

int64_t clock_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
int64_t clock_days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

const char *clock_rfc3339(int64_t seconds, char out[CLOCK_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099)
		tm = (struct tm){ .tm_year = 70, .tm_mday = 1 };
	(void)snprintf(out, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		       (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
		       (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
		       (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
	return out;
}

struct date {
	uint64_t year, month, day, hour, minute, second;
	int64_t east; /* of UTC, seconds */
};

static bool date_seconds(const struct date *d, int64_t *ret)
{
	if (d->month < 1 || d->month > 12 || d->day < 1 || d->day > 31)
		return false;
	*ret = clock_days((int64_t)d->year, (int)d->month, (int)d->day) * 86400 +
	       (int64_t)(d->hour * 3600 + d->minute * 60 + d->second) - d->east;
	return true;
}

static bool read_time(str s, struct date *d)
{
	str hour = str_cut(&s, ':'), minute = str_cut(&s, ':');

	return num_parse(hour, 23, &d->hour) && num_parse(minute, 59, &d->minute) &&
	       num_parse(s, 60, &d->second);
}

bool clock_parse_rfc3339(str s, int64_t *ret)
{
	struct date d = { .east = 0 };

	if (s.len != 20 || s.p[10] != 'T' || s.p[19] != 'Z')
		return false;
	str date = str_head(s, 10);
	str year = str_cut(&date, '-'), month = str_cut(&date, '-');
	return num_parse(year, 9999, &d.year) && num_parse(month, 12, &d.month) &&
	       num_parse(date, 31, &d.day) && read_time(str_head(str_from(s, 11), 8), &d) &&
	       date_seconds(&d, ret);
}

bool clock_parse_rfc3339_zone(str s, int64_t *ret)
{
	char text[] = "0000-00-00T00:00:00Z";
	uint64_t hours = 0, minutes = 0;
	int64_t at = 0, east = 0;
	str zone = str_from(s, 19);

	if (zone.len && zone.p[0] == '.')
		do
			zone = str_from(zone, 1);
		while (zone.len && zone.p[0] >= '0' && zone.p[0] <= '9');
	if (zone.len == 6 && (zone.p[0] == '+' || zone.p[0] == '-') && zone.p[3] == ':' &&
	    num_parse(str_head(str_from(zone, 1), 2), 23, &hours) &&
	    num_parse(str_from(zone, 4), 59, &minutes))
		east = (int64_t)(hours * 3600 + minutes * 60) * (zone.p[0] == '-' ? -1 : 1);
	else if (!str_eq(zone, S("Z")))
		return false;
	memcpy(text, s.p, 19);
	if (!clock_parse_rfc3339((str){ text, 20 }, &at))
		return false;
	*ret = at - east;
	return true;
}

static bool read_zone(str s, struct date *d)
{
	uint64_t hour, minute;

	if (s.len == 0 || str_eq(s, S("UTC")) || str_eq(s, S("GMT")) || str_eq(s, S("Z")))
		return true;
	if (s.len != 5 || (s.p[0] != '+' && s.p[0] != '-') ||
	    !num_parse(str_head(str_from(s, 1), 2), 14, &hour) ||
	    !num_parse(str_from(s, 3), 59, &minute))
		return false;
	d->east = (int64_t)(hour * 3600 + minute * 60) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

bool clock_parse_rfc5322(str s, int64_t *ret)
{
	struct date d = { .east = 0 };

	if (str_find(s, ',') >= 0)
		(void)str_cut(&s, ',');
	str day = str_word(&s), month = str_word(&s), year = str_word(&s), time = str_word(&s);
	ptrdiff_t at = month.len == 3
			       ? str_find_str(S("JanFebMarAprMayJunJulAugSepOctNovDec"), month)
			       : -1;
	if (at < 0 || at % 3)
		return false;
	d.month = (uint64_t)at / 3 + 1;
	return num_parse(day, 31, &d.day) && num_parse(year, 9999, &d.year) &&
	       read_time(time, &d) && read_zone(str_word(&s), &d) && date_seconds(&d, ret);
}
