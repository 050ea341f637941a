/* SPDX-License-Identifier: ISC */
/* A day is kept as a struct tm and turned into a moment by mktime() at the end, so that the
 * rules of the zone at that day count, not today's. */
#include "base/date.h"

#include "base/clk.h"
#include "base/when.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define NUMBER_MAX 1000000000 /* of a unit */

struct read {
	const char *p;
	int64_t now_ns;
	struct tm now;
};

enum unit { SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, YEAR, UNITS };

static const struct {
	const char *name, *other, *letter;
	int64_t ns; /* 0: by the calendar */
} units[UNITS] = {
	[SECOND] = { "second", "sec", "s", NS_PER_S },
	[MINUTE] = { "minute", "min", "m", 60 * NS_PER_S },
	[HOUR] = { "hour", "hr", "h", 3600 * NS_PER_S },
	[DAY] = { "day", "day", "d", 0 },
	[WEEK] = { "week", "week", "w", 0 },
	[MONTH] = { "month", "mon", "mo", 0 },
	[YEAR] = { "year", "yr", "y", 0 },
};

static const char *const days[] = { "sunday", "monday", "tuesday", "wednesday",
	"thursday", "friday", "saturday" };

static void
skip_blanks(struct read *r)
{
	while (*r->p == ' ')
		r->p++;
}

/* The whole word NAME comes next. */
static bool
take_word(struct read *r, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(r->p, name, n) != 0 || isalpha((unsigned char)r->p[n]))
		return false;
	r->p += n;
	skip_blanks(r);
	return true;
}

static int
take_number(struct read *r, int digits, int64_t *out)
{
	int n = 0;

	for (*out = 0; isdigit((unsigned char)*r->p) && (!digits || n < digits); n++) {
		*out = *out * 10 + (*r->p++ - '0');
		if (*out > NUMBER_MAX)
			return -1;
	}
	return n && (!digits || n == digits) ? 0 : -1;
}

/* --- the calendar --- */

static int64_t
moment(struct tm tm)
{
	time_t t;

	tm.tm_isdst = -1;
	t = mktime(&tm);
	if (t > INT64_MAX / NS_PER_S || t < INT64_MIN / NS_PER_S)
		return t < 0 ? INT64_MIN : INT64_MAX;
	return (int64_t)t * NS_PER_S;
}

static struct tm
midnight(struct tm tm)
{
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return tm;
}

static int
days_of(int year, int month)
{
	struct tm tm = {
		.tm_year = year, .tm_mon = month + 1, .tm_mday = 0, .tm_hour = 12
	};

	timegm(&tm);
	return tm.tm_mday;
}

static void
add_months(struct tm *tm, int64_t n)
{
	int64_t all = (int64_t)tm->tm_year * 12 + tm->tm_mon + n;
	int64_t year = all >= 0 ? all / 12 : -((11 - all) / 12);
	int last;

	tm->tm_year = (int)year;
	tm->tm_mon = (int)(all - year * 12);
	last = days_of(tm->tm_year, tm->tm_mon);
	if (tm->tm_mday > last)
		tm->tm_mday = last;
}

static int
go_back(struct tm *tm, int64_t *ns, enum unit u, int64_t n)
{
	if (units[u].ns) {
		if (n > INT64_MAX / units[u].ns)
			return -1;
		*ns = ns_add(*ns, n * units[u].ns);
		return 0;
	}
	if (n > 36500 * 7)
		return -1;
	if (u == DAY || u == WEEK)
		tm->tm_mday -= (int)n * (u == WEEK ? 7 : 1);
	else
		add_months(tm, -n * (u == YEAR ? 12 : 1));
	return 0;
}

/* --- how it is written --- */

static int
take_unit(struct read *r, bool letters, enum unit *out)
{
	for (enum unit u = SECOND; u < UNITS; u++) {
		char plural[16];

		snprintf(plural, sizeof plural, "%ss", units[u].name);
		if (letters ? take_word(r, units[u].letter)
			    : take_word(r, units[u].name) || take_word(r, plural) ||
					take_word(r, units[u].other)) {
			*out = u;
			return 0;
		}
	}
	return letters ? -1 : take_unit(r, true, out);
}

static void
at_moment(struct date_span *d, const struct read *r, struct tm tm, int64_t less_ns)
{
	d->from_ns = ns_sub(ns_add(moment(tm), r->now_ns % NS_PER_S), less_ns);
	d->to_ns = ns_add(d->from_ns, 1);
}

/* "-2h", "-1d12h" */
static int
read_minus(struct read *r, struct date_span *d)
{
	struct tm tm = r->now;
	int64_t n, less = 0;

	do {
		enum unit u;

		if (take_number(r, 0, &n) < 0)
			return -1;
		skip_blanks(r);
		if (take_unit(r, false, &u) < 0)
			return -1;
		if (go_back(&tm, &less, u, n) < 0)
			return -1;
	} while (isdigit((unsigned char)*r->p));
	at_moment(d, r, tm, less);
	return 0;
}

/* "3 days ago" */
static int
read_ago(struct read *r, struct date_span *d)
{
	struct tm tm = r->now;
	int64_t n = 1, less = 0;
	enum unit u;

	if (!take_word(r, "an") && !take_word(r, "a") && !take_word(r, "one") &&
		take_number(r, 0, &n) < 0)
		return -1;
	skip_blanks(r);
	if (take_unit(r, false, &u) < 0 || !take_word(r, "ago") ||
		go_back(&tm, &less, u, n) < 0)
		return -1;
	at_moment(d, r, tm, less);
	return 0;
}

/* "14:02", "14:02:11.5" behind a day; *LONG_NS: how exact it is. */
static int
read_clock(struct read *r, int64_t *ns, int64_t *long_ns)
{
	int64_t h, m, s = 0, unit = NS_PER_S / 10;

	if (take_number(r, 0, &h) < 0 || h > 23 || *r->p++ != ':' ||
		take_number(r, 2, &m) < 0 || m > 59)
		return -1;
	*long_ns = 60 * NS_PER_S;
	if (*r->p == ':') {
		r->p++;
		if (take_number(r, 2, &s) < 0 || s > 59)
			return -1;
		*long_ns = NS_PER_S;
	}
	*ns = (h * 3600 + m * 60 + s) * NS_PER_S;
	if (*long_ns != NS_PER_S || *r->p != '.')
		return 0;
	for (r->p++; isdigit((unsigned char)*r->p); r->p++, unit /= 10) {
		*ns += (*r->p - '0') * unit;
		*long_ns = unit ? unit : 1;
	}
	return 0;
}

/* "Z", "+01:00", "+0100": seconds east; false: none stands there. */
static bool
read_zone(struct read *r, int64_t *east)
{
	int64_t h, m = 0, sign = *r->p == '-' ? -1 : 1;
	const char *p = r->p;

	*east = 0;
	if (*p == 'Z') {
		r->p++;
		return true;
	}
	if (*p != '+' && *p != '-')
		return false;
	r->p++;
	if (take_number(r, 2, &h) == 0) {
		if (*r->p == ':')
			r->p++;
		if (!*r->p || take_number(r, 2, &m) == 0)
			*east = sign * (h * 3600 + m * 60);
		if (h < 24 && m < 60)
			return true;
	}
	r->p = p;
	return false;
}

/* The time of day and the zone that may stand behind DAY. */
static int
read_rest_of_day(struct read *r, struct tm day, struct date_span *d)
{
	int64_t ns = 0, long_ns = 0, east = 0;
	struct tm next;
	bool zone;

	if (isdigit((unsigned char)*r->p) && read_clock(r, &ns, &long_ns) < 0)
		return -1;
	zone = read_zone(r, &east);
	day.tm_hour = (int)(ns / NS_PER_S / 3600);
	day.tm_min = (int)(ns / NS_PER_S / 60 % 60);
	day.tm_sec = (int)(ns / NS_PER_S % 60);
	next = day;
	if (!long_ns)
		next.tm_mday++;
	d->from_ns = zone ? (int64_t)(timegm(&day) - east) * NS_PER_S : moment(day);
	d->to_ns = zone ? (int64_t)(timegm(&next) - east) * NS_PER_S : moment(next);
	d->from_ns = ns_add(d->from_ns, ns % NS_PER_S);
	if (long_ns)
		d->to_ns = ns_add(d->from_ns, long_ns);
	return 0;
}

/* "2026-11-21", "2026-11", "2026" */
static int
read_iso(struct read *r, struct date_span *d)
{
	int64_t year, month = 1, day = 1;
	struct tm tm = { 0 }, next;
	int parts = 1;

	if (take_number(r, 4, &year) < 0 || year < 1970 || year > 2261)
		return -1;
	if (*r->p == '-') {
		r->p++;
		if (take_number(r, 2, &month) < 0 || month < 1 || month > 12)
			return -1;
		parts++;
	}
	if (parts == 2 && *r->p == '-') {
		r->p++;
		if (take_number(r, 2, &day) < 0 || day < 1 ||
			day > days_of((int)year - 1900, (int)month - 1))
			return -1;
		parts++;
	}
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	if (parts == 3) {
		if (*r->p == 'T' && isdigit((unsigned char)r->p[1]))
			r->p++;
		skip_blanks(r);
		return read_rest_of_day(r, tm, d);
	}
	next = tm;
	add_months(&next, parts == 2 ? 1 : 12);
	d->from_ns = moment(tm);
	d->to_ns = moment(next);
	return 0;
}

/* "this week", "last month" */
static int
read_period(struct read *r, bool last, struct date_span *d)
{
	struct tm from = midnight(r->now), to;
	enum unit u;

	if (take_unit(r, false, &u) < 0 || units[u].ns)
		return -1;
	if (u == WEEK)
		from.tm_mday -= (from.tm_wday + 6) % 7;
	if (u == MONTH || u == YEAR)
		from.tm_mday = 1;
	if (u == YEAR)
		from.tm_mon = 0;
	if (last)
		go_back(&from, &(int64_t){ 0 }, u, 1);
	to = from;
	if (u == DAY || u == WEEK)
		to.tm_mday += u == WEEK ? 7 : 1;
	else
		add_months(&to, u == YEAR ? 12 : 1);
	d->from_ns = moment(from);
	d->to_ns = moment(to);
	return 0;
}

/* "monday", its first three letters too: the day of the week, or -1. */
static int
take_weekday(struct read *r)
{
	for (int i = 0; i < 7; i++) {
		char three[4];

		snprintf(three, sizeof three, "%.3s", days[i]);
		if (take_word(r, days[i]) || take_word(r, three))
			return i;
	}
	return -1;
}

static int
read_day(struct read *r, struct date_span *d)
{
	bool last = take_word(r, "last");
	struct tm day = midnight(r->now);
	int weekday = take_weekday(r), back;

	if (weekday >= 0) {
		back = (day.tm_wday - weekday + 7) % 7;
		day.tm_mday -= last && !back ? 7 : back;
	} else if (last || take_word(r, "this")) {
		return read_period(r, last, d);
	} else if (take_word(r, "yesterday")) {
		day.tm_mday--;
	} else if (take_word(r, "tomorrow")) {
		day.tm_mday++;
	} else if (!take_word(r, "today")) {
		return -1;
	}
	return read_rest_of_day(r, day, d);
}

static int
read_epoch(struct read *r, struct date_span *d)
{
	int64_t s = 0;

	for (; isdigit((unsigned char)*r->p); r->p++) {
		s = s * 10 + (*r->p - '0');
		if (s > INT64_MAX / NS_PER_S - 1)
			return -1;
	}
	d->from_ns = s * NS_PER_S;
	d->to_ns = d->from_ns + NS_PER_S;
	return isdigit((unsigned char)r->p[-1]) ? 0 : -1;
}

static int
read_any(struct read *r, struct date_span *d)
{
	const char *colon = strchr(r->p, ':'), *dash = strchr(r->p, '-');

	if (take_word(r, "now")) {
		at_moment(d, r, r->now, 0);
		return 0;
	}
	if (*r->p == '-' || *r->p == '@')
		return *r->p++ == '-' ? read_minus(r, d) : read_epoch(r, d);
	if (strstr(r->p, " ago"))
		return read_ago(r, d);
	if (!isdigit((unsigned char)*r->p))
		return read_day(r, d);
	if (colon && (!dash || dash > colon))
		return read_rest_of_day(r, midnight(r->now), d);
	return read_iso(r, d);
}

int
date_parse(struct date_span *d, const char *text, int64_t now_ns, struct err *e)
{
	time_t now = (time_t)(now_ns / NS_PER_S);
	struct read r = { .p = text, .now_ns = now_ns };

	tzset();
	skip_blanks(&r);
	if (!localtime_r(&now, &r.now) || read_any(&r, d) < 0)
		r.p = "?";
	skip_blanks(&r);
	if (*r.p)
		return err_set(e, ERR_USAGE,
			"'%.40s' is no date: write 2026-11-21, \"2026-11-21 14:02\", "
			"today, "
			"yesterday, \"last monday\", \"3 days ago\" or -2h",
			text);
	return 0;
}

int
date_parse_length(int64_t *ns, const char *text, struct err *e)
{
	struct when w;

	if (when_parse(&w, text, NULL) == 0 && w.kind == WHEN_NS) {
		*ns = w.ns;
		return 0;
	}
	return err_set(e, ERR_USAGE,
		"'%.40s' is no length of time: write 90, 1:30, 45s, 10m or 1h30m", text);
}
