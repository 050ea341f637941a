/* SPDX-License-Identifier: ISC */
/* Dates as a person writes them, against a fixed now, across changes of the clocks. */
#include "base/date.h"

#include "base/clk.h"
#include "base/when.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void
zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

/* NOW is a time of day in the zone. */
static int64_t
now_of(const char *now)
{
	struct date_span d;

	ck_assert_int_eq(date_parse(&d, now, 0, NULL), 0);
	return d.from_ns;
}

/* "FROM TO", to the second. */
static const char *
span_text(const struct date_span *d)
{
	static char out[100];
	char a[WHEN_TEXT_MAX], b[WHEN_TEXT_MAX];

	when_format_utc(a, d->from_ns, 0);
	when_format_utc(b, d->to_ns, 0);
	snprintf(out, sizeof out, "%s %s", a, b);
	return out;
}

struct sample {
	const char *text, *want;
};

static void
check_all(const struct sample *v, size_t n, const char *now)
{
	int64_t now_ns = now_of(now);

	for (size_t i = 0; i < n; i++) {
		struct date_span d;
		struct err e = { .text = "" };

		ck_assert_msg(date_parse(&d, v[i].text, now_ns, &e) == 0, "%s: %s",
			v[i].text, e.text);
		ck_assert_msg(strcmp(span_text(&d), v[i].want) == 0, "%s: %s, not %s",
			v[i].text, span_text(&d), v[i].want);
		ck_assert(d.to_ns > d.from_ns);
	}
}

/* A Saturday. */
START_TEST(in_utc)
{
	static const struct sample v[] = {
		{ "2026-11-20", "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z" },
		{ "2026-11", "2026-11-01T00:00:00Z 2026-12-01T00:00:00Z" },
		{ "2026-12", "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z" },
		{ "2026", "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z" },
		{ "2026-11-20 14:02", "2026-11-20T14:02:00Z 2026-11-20T14:03:00Z" },
		{ "2026-11-20T14:02:11", "2026-11-20T14:02:11Z 2026-11-20T14:02:12Z" },
		{ "2026-11-20T14:02Z", "2026-11-20T14:02:00Z 2026-11-20T14:03:00Z" },
		{ "2026-11-20T14:02+01:00", "2026-11-20T13:02:00Z 2026-11-20T13:03:00Z" },
		{ "2026-11-20T14:02-0530", "2026-11-20T19:32:00Z 2026-11-20T19:33:00Z" },
		{ "14:02", "2026-11-21T14:02:00Z 2026-11-21T14:03:00Z" },
		{ "today", "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z" },
		{ "Yesterday", "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z" },
		{ "yesterday 9:30", "2026-11-20T09:30:00Z 2026-11-20T09:31:00Z" },
		{ "saturday", "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z" },
		{ "last saturday", "2026-11-14T00:00:00Z 2026-11-15T00:00:00Z" },
		{ "monday", "2026-11-16T00:00:00Z 2026-11-17T00:00:00Z" },
		{ "last mon", "2026-11-16T00:00:00Z 2026-11-17T00:00:00Z" },
		{ "last sunday", "2026-11-15T00:00:00Z 2026-11-16T00:00:00Z" },
		{ "this week", "2026-11-16T00:00:00Z 2026-11-23T00:00:00Z" },
		{ "last week", "2026-11-09T00:00:00Z 2026-11-16T00:00:00Z" },
		{ "last month", "2026-10-01T00:00:00Z 2026-11-01T00:00:00Z" },
		{ "last year", "2025-01-01T00:00:00Z 2026-01-01T00:00:00Z" },
		{ "3 days ago", "2026-11-18T12:00:00Z 2026-11-18T12:00:00Z" },
		{ "a week ago", "2026-11-14T12:00:00Z 2026-11-14T12:00:00Z" },
		{ "an hour ago", "2026-11-21T11:00:00Z 2026-11-21T11:00:00Z" },
		{ "14 months ago", "2025-09-21T12:00:00Z 2025-09-21T12:00:00Z" },
		{ "-2h", "2026-11-21T10:00:00Z 2026-11-21T10:00:00Z" },
		{ "-1d12h", "2026-11-20T00:00:00Z 2026-11-20T00:00:00Z" },
		{ "-30min", "2026-11-21T11:30:00Z 2026-11-21T11:30:00Z" },
		{ "now", "2026-11-21T12:00:00Z 2026-11-21T12:00:00Z" },
		{ "@1000000000", "2001-09-09T01:46:40Z 2001-09-09T01:46:41Z" },
	};

	zone("UTC");
	check_all(v, sizeof v / sizeof *v, "2026-11-21 12:00");
}
END_TEST

/* Clocks go back on 2026-10-25 at 3:00 and on on 2026-03-29 at 2:00. */
START_TEST(clocks_that_change)
{
	static const struct sample autumn[] = {
		{ "yesterday", "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z" },
		{ "1 day ago", "2026-10-25T11:00:00Z 2026-10-25T11:00:00Z" },
		{ "2 days ago", "2026-10-24T10:00:00Z 2026-10-24T10:00:00Z" },
		{ "-48h", "2026-10-24T11:00:00Z 2026-10-24T11:00:00Z" },
		{ "last week", "2026-10-18T22:00:00Z 2026-10-25T23:00:00Z" },
		{ "2026-07-01", "2026-06-30T22:00:00Z 2026-07-01T22:00:00Z" },
	};
	static const struct sample spring[] = {
		{ "yesterday", "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z" },
		{ "2 days ago", "2026-03-28T11:00:00Z 2026-03-28T11:00:00Z" },
	};

	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	check_all(autumn, sizeof autumn / sizeof *autumn, "2026-10-26 12:00");
	check_all(spring, sizeof spring / sizeof *spring, "2026-03-30 12:00");
}
END_TEST

START_TEST(months_of_unequal_length)
{
	static const struct sample v[] = {
		{ "1 month ago", "2028-02-29T12:00:00Z 2028-02-29T12:00:00Z" },
		{ "13 months ago", "2027-02-28T12:00:00Z 2027-02-28T12:00:00Z" },
		{ "last month", "2028-02-01T00:00:00Z 2028-03-01T00:00:00Z" },
	};

	zone("UTC");
	check_all(v, sizeof v / sizeof *v, "2028-03-31 12:00");
}
END_TEST

static struct date_span
span_at(const char *text, int64_t now_ns)
{
	struct err e = { .text = "" };
	struct date_span d;

	ck_assert_msg(date_parse(&d, text, now_ns, &e) == 0, "%s: %s", text, e.text);
	return d;
}

/* Days, weeks, months and years follow each other without a gap, in any zone, whatever the
 * clocks are changed by and at what hour: here also at midnight, which then is not. */
START_TEST(stretches_adjoin)
{
	static const char *const zones[] = { "UTC", "CET-1CEST,M3.5.0,M10.5.0/3",
		"<-03>3<-02>,M11.1.0/0,M2.3.0/0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"EST5EDT,M3.2.0,M11.1.0" };
	const int64_t hour = 3600 * NS_PER_S;

	zone(zones[_i]);
	for (int64_t now = now_of("2026-01-01 00:30"); now < now_of("2028-03-02");
		now += 11 * hour) {
		struct date_span day = span_at("today", now), last, next;

		ck_assert(day.from_ns <= now && now < day.to_ns);
		ck_assert(day.to_ns - day.from_ns >= 23 * hour);
		ck_assert(day.to_ns - day.from_ns <= 25 * hour);
		last = span_at("yesterday", now);
		next = span_at("tomorrow", now);
		ck_assert(last.to_ns == day.from_ns && next.from_ns == day.to_ns);
		ck_assert_int_eq(span_at("-24h", now).from_ns, now - 24 * hour);
		ck_assert(span_at("1 day ago", now).from_ns >= now - 25 * hour);
		ck_assert(span_at("1 day ago", now).from_ns <= now - 23 * hour);
		last = span_at("last week", now);
		next = span_at("this week", now);
		ck_assert(last.to_ns == next.from_ns);
		ck_assert(next.from_ns <= now && now < next.to_ns);
		last = span_at("last month", now);
		ck_assert(last.to_ns <= day.from_ns);
		ck_assert(now - last.to_ns <= 31 * 25 * hour);
		last = span_at("last year", now);
		ck_assert(last.to_ns <= day.from_ns);
		ck_assert(span_at("monday", now).from_ns == next.from_ns);
	}
}
END_TEST

/* An hour that clocks leave out, and one that they have twice. */
START_TEST(hours_that_are_not)
{
	static const struct sample v[] = {
		{ "2026-03-29 01:59", "2026-03-29T00:59:00Z 2026-03-29T01:00:00Z" },
		{ "2026-03-29 03:00", "2026-03-29T01:00:00Z 2026-03-29T01:01:00Z" },
		{ "2026-10-25 03:00", "2026-10-25T02:00:00Z 2026-10-25T02:01:00Z" },
		{ "2026-10-25T02:30+02:00", "2026-10-25T00:30:00Z 2026-10-25T00:31:00Z" },
		{ "2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z 2026-10-25T01:31:00Z" },
		{ "2026-03-29", "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z" },
		{ "2026-10-25", "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z" },
		{ "2026-03", "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z" },
		{ "2026", "2025-12-31T23:00:00Z 2026-12-31T23:00:00Z" },
	};

	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	check_all(v, sizeof v / sizeof *v, "2026-11-21 12:00");
}
END_TEST

START_TEST(ends_of_months)
{
	static const struct sample march[] = {
		{ "1 month ago", "2027-02-28T12:00:00Z 2027-02-28T12:00:00Z" },
		{ "3 months ago", "2026-12-31T12:00:00Z 2026-12-31T12:00:00Z" },
		{ "a year ago", "2026-03-31T12:00:00Z 2026-03-31T12:00:00Z" },
		{ "-1mo", "2027-02-28T12:00:00Z 2027-02-28T12:00:00Z" },
	};
	static const struct sample leap[] = {
		{ "a year ago", "2027-02-28T12:00:00Z 2027-02-28T12:00:00Z" },
		{ "yesterday", "2028-02-28T00:00:00Z 2028-02-29T00:00:00Z" },
		{ "tomorrow", "2028-03-01T00:00:00Z 2028-03-02T00:00:00Z" },
		{ "4 years ago", "2024-02-29T12:00:00Z 2024-02-29T12:00:00Z" },
	};

	zone("UTC");
	check_all(march, sizeof march / sizeof *march, "2027-03-31 12:00");
	check_all(leap, sizeof leap / sizeof *leap, "2028-02-29 12:00");
}
END_TEST

START_TEST(what_is_no_date)
{
	static const char *const v[] = { "", "soon", "2026-02-30", "2026-13-01",
		"2026-1-1", "25:00", "12:60", "3 days", "3 ages ago", "-2", "-", "@",
		"@x", "last", "last second", "today tomorrow", "2026-11-21 12:00 CET",
		"1969-01-01", "99999999999999999999 days ago", "-999999999y",
		"2026-11-21T12:00+99:00", "now and then" };

	zone("UTC");
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct date_span d;
		struct err e = { .text = "" };

		ck_assert_msg(date_parse(&d, v[i], 0, &e) == ERR_USAGE, "'%s'", v[i]);
		ck_assert_msg(strstr(e.text, v[i]) || v[i][20], "%s", e.text);
	}
}
END_TEST

START_TEST(lengths)
{
	static const struct {
		const char *text;
		int64_t s;
	} v[] = { { "90", 90 }, { "1:30", 90 }, { "1:00:00", 3600 }, { "45s", 45 },
		{ "10m", 600 }, { "1h30m", 5400 }, { "2d", 172800 }, { "1w", 604800 } };
	static const char *const bad[] = { "", "x", "5x", "50%", "end", "-1", "1h30",
		"999999999w999999999w999999999w999999999w" };
	int64_t ns;

	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		ck_assert_int_eq(date_parse_length(&ns, v[i].text, NULL), 0);
		ck_assert_int_eq(ns, v[i].s * NS_PER_S);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(date_parse_length(&ns, bad[i], NULL) == ERR_USAGE, "'%s'",
			bad[i]);
}
END_TEST

static TCase *
tcase_dates(void)
{
	TCase *tc = tcase_create("dates");

	tcase_add_test(tc, in_utc);
	tcase_add_test(tc, clocks_that_change);
	tcase_add_test(tc, months_of_unequal_length);
	tcase_add_test(tc, ends_of_months);
	tcase_add_test(tc, hours_that_are_not);
	tcase_add_loop_test(tc, stretches_adjoin, 0, 5);
	tcase_add_test(tc, what_is_no_date);
	tcase_add_test(tc, lengths);
	return tc;
}

UNIT_MAIN("date", tcase_dates)
