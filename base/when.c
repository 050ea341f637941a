/* SPDX-License-Identifier: ISC */
#include "base/when.h"

#include "base/clk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* "12.345" at *s: whole seconds and nanoseconds; digits beyond the ninth are cut. */
static int
parse_number(const char **s, int64_t *whole, int64_t *frac)
{
	const char *p = *s;
	int64_t unit = NS_PER_S / 10;

	*whole = *frac = 0;
	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (*whole > INT64_C(100000000))
			return -1;
		*whole = *whole * 10 + (*p - '0');
	}
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
			*frac += (*p - '0') * unit;
	}
	*s = p;
	return 0;
}

static int
bad_time(const char *text, struct err *e)
{
	return err_set(e, ERR_USAGE,
		"'%.40s' is no time: write 1:30, 1h30m, 50%%, end, @14:02, 2026-11-21 "
		"14:02",
		text);
}

/* "1:02:03.5" at *S; how many parts it has, negative: that is no such thing. */
static int
parse_parts(const char **s, int64_t *ns)
{
	int64_t whole, frac, total = 0;
	int parts = 0;

	for (;;) {
		if (parse_number(s, &whole, &frac) < 0 || ++parts > 3 ||
			(parts > 1 && whole > 59))
			return -1;
		total = total * 60 + whole;
		if (**s != ':')
			break;
		if (frac)
			return -1;
		(*s)++;
	}
	if (total > INT64_MAX / NS_PER_S - 1)
		return -1;
	*ns = total * NS_PER_S + frac;
	return parts;
}

/* "1h30m" at *S, with a unit behind every number, and nothing else. */
static int
parse_units(const char **s, int64_t *ns)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 7 * 86400 } };
	const size_t n = sizeof units / sizeof *units;
	const char *p = *s;
	int64_t whole, frac, total = 0;

	do {
		size_t i = 0;

		if (parse_number(&p, &whole, &frac) < 0 || frac)
			return -1;
		while (i < n && units[i].letter != *p)
			i++;
		if (i == n || whole > (INT64_MAX / NS_PER_S - total) / units[i].seconds)
			return -1;
		total += whole * units[i].seconds;
		p++;
	} while (*p);
	*ns = total * NS_PER_S;
	*s = p;
	return 0;
}

/* A time of day behind a date or an "@": "14:02", "14:02:11.5". */
static int
parse_clock(const char **s, int64_t *ns)
{
	int parts = parse_parts(s, ns);

	if (parts == 2)
		*ns *= 60;
	return parts >= 2 && *ns < 24 * 3600 * NS_PER_S ? 0 : -1;
}

static bool
looks_like_date(const char *p)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? p[i] < '0' || p[i] > '9' : p[i] != form[i])
			return false;
	return true;
}

static int
parse_date(struct when *w, const char **s)
{
	struct tm tm = { 0 }, back;
	int64_t clock = 0;
	time_t t;

	if (sscanf(*s, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday) != 3 ||
		tm.tm_year < 1970 || tm.tm_year > 2261)
		return -1;
	*s += 10;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	back = tm;
	t = timegm(&back);
	if (back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday)
		return -1; /* no such day */
	if (**s == ' ' || **s == 'T') {
		(*s)++;
		if (parse_clock(s, &clock) < 0)
			return -1;
	}
	w->kind = WHEN_DATE;
	w->ns = ns_add((int64_t)t * NS_PER_S, clock);
	return 0;
}

/* From the start, or a percentage. */
static int
parse_place(struct when *w, const char **s)
{
	int parts;

	if (parse_units(s, &w->ns) == 0)
		return 0;
	parts = parse_parts(s, &w->ns);
	if (parts < 0)
		return -1;
	w->either = parts == 3 && w->ns < 24 * 3600 * NS_PER_S;
	if (**s == '%' && parts == 1) {
		w->kind = WHEN_PERCENT;
		w->percent = (double)w->ns / (double)NS_PER_S;
		(*s)++;
	} else if (**s == 's') {
		w->either = false;
		(*s)++;
	} else if (**s == 'Z' && w->either) {
		w->kind = WHEN_CLOCK;
	}
	return 0;
}

int
when_parse(struct when *w, const char *text, struct err *e)
{
	const char *p = text;
	int rc;

	*w = (struct when){ .kind = WHEN_NS };
	if (strcmp(text, "end") == 0) {
		w->kind = WHEN_END;
		return 0;
	}
	if (looks_like_date(p)) {
		rc = parse_date(w, &p);
	} else if (*p == '@') {
		p++;
		w->kind = WHEN_CLOCK;
		rc = parse_clock(&p, &w->ns);
	} else {
		rc = parse_place(w, &p);
	}
	w->utc = *p == 'Z' && (w->kind == WHEN_CLOCK || w->kind == WHEN_DATE);
	p += w->utc;
	if (rc < 0 || *p)
		return bad_time(text, e);
	if (w->kind == WHEN_PERCENT && w->percent > 100)
		return err_set(e, ERR_USAGE, "'%.40s' is more than 100%%", text);
	return 0;
}

int
when_check(const struct when *w, bool has_wall, struct err *e)
{
	if (has_wall || (w->kind != WHEN_CLOCK && w->kind != WHEN_DATE))
		return 0;
	return err_set(
		e, ERR_USAGE, "the recording does not say at what date it was made");
}

/* What clocks show at a moment, counted as if they showed UTC; and the moment when they do. */
static int64_t
shown_at(int64_t wall_ns, bool utc)
{
	int64_t frac = wall_ns % NS_PER_S;
	time_t s = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	if (utc || !localtime_r(&s, &tm))
		return wall_ns;
	return ns_add((int64_t)timegm(&tm) * NS_PER_S, frac);
}

static int64_t
moment_of(int64_t shown_ns, bool utc)
{
	int64_t frac = shown_ns % NS_PER_S;
	time_t s = (time_t)(shown_ns / NS_PER_S);
	struct tm tm;

	if (utc || !gmtime_r(&s, &tm))
		return shown_ns;
	tm.tm_isdst = -1;
	return ns_add((int64_t)mktime(&tm) * NS_PER_S, frac);
}

/* The first such time of day, counted from the second in which the recording began. */
static int64_t
next_clock(const struct when *w, int64_t start_ns)
{
	const int64_t day = 24 * 3600 * NS_PER_S;
	int64_t start = shown_at(start_ns - start_ns % NS_PER_S, w->utc);
	int64_t at = ns_add(start - start % day, w->ns);

	return moment_of(at < start ? ns_add(at, day) : at, w->utc);
}

struct when
when_settle(const struct when *w, bool has_wall, int64_t start_ns, int64_t duration_ns)
{
	struct when out = { .kind = WHEN_NS };
	int64_t at;

	if (w->kind == WHEN_DATE)
		at = moment_of(w->ns, w->utc);
	else if (w->kind == WHEN_CLOCK || (w->either && has_wall && w->ns > duration_ns))
		at = next_clock(w, start_ns);
	else
		return *w;
	out.ns = ns_sub(at, start_ns);
	if (out.ns < 0)
		out.ns = 0;
	return out;
}

int64_t
when_resolve(const struct when *w, int64_t duration_ns)
{
	int64_t ns = 0;

	switch (w->kind) {
	case WHEN_CLOCK:
	case WHEN_DATE: /* not settled */
	case WHEN_NS:
		ns = w->ns;
		break;
	case WHEN_PERCENT:
		ns = (int64_t)((double)duration_ns * w->percent / 100.0);
		break;
	case WHEN_END:
		ns = duration_ns;
		break;
	}
	if (ns > duration_ns)
		ns = duration_ns;
	return ns < 0 ? 0 : ns;
}

static void
add_fraction(char *out, size_t size, int64_t frac, int decimals)
{
	char digits[16];
	size_t n = strlen(out);

	if (decimals <= 0)
		return;
	snprintf(digits, sizeof digits, "%09" PRId64, frac);
	snprintf(out + n, size - n, ".%.*s", decimals > 9 ? 9 : decimals, digits);
}

const char *
when_format(char out[WHEN_TEXT_MAX], int64_t ns, int decimals)
{
	const char *sign = ns < 0 ? "-" : "";
	uint64_t u = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	uint64_t s = u / (uint64_t)NS_PER_S;

	if (s >= 3600)
		snprintf(out, WHEN_TEXT_MAX, "%s%" PRIu64 ":%02d:%02d", sign, s / 3600,
			(int)(s / 60 % 60), (int)(s % 60));
	else
		snprintf(out, WHEN_TEXT_MAX, "%s%d:%02d", sign, (int)(s / 60),
			(int)(s % 60));
	add_fraction(out, WHEN_TEXT_MAX, (int64_t)(u % (uint64_t)NS_PER_S), decimals);
	return out;
}

/* Whole seconds below WALL_NS, and the nanoseconds behind. */
static time_t
split(int64_t wall_ns, int64_t *frac)
{
	time_t s = (time_t)(wall_ns / NS_PER_S);

	*frac = wall_ns % NS_PER_S;
	if (*frac < 0) {
		*frac += NS_PER_S;
		s--;
	}
	return s;
}

static void
format_tm(char out[WHEN_TEXT_MAX], const struct tm *tm, char between, int64_t frac,
	int decimals, const char *zone)
{
	size_t n;

	snprintf(out, WHEN_TEXT_MAX, "%04d-%02d-%02d%c%02d:%02d:%02d", tm->tm_year + 1900,
		tm->tm_mon + 1, tm->tm_mday, between, tm->tm_hour, tm->tm_min,
		tm->tm_sec);
	add_fraction(out, WHEN_TEXT_MAX - 1, frac, decimals);
	n = strlen(out);
	snprintf(out + n, WHEN_TEXT_MAX - n, "%s", zone);
}

const char *
when_format_utc(char out[WHEN_TEXT_MAX], int64_t wall_ns, int decimals)
{
	int64_t frac;
	time_t s = split(wall_ns, &frac);
	struct tm tm;

	gmtime_r(&s, &tm);
	format_tm(out, &tm, 'T', frac, decimals, "Z");
	return out;
}

const char *
when_format_stamp(char out[WHEN_TEXT_MAX], int64_t wall_ns)
{
	char text[WHEN_TEXT_MAX];
	size_t n = 0;

	when_format_utc(text, wall_ns, 0);
	for (const char *p = text; *p; p++)
		if (*p != ':' && (*p != '-' || p == text))
			out[n++] = *p;
	out[n] = 0;
	return out;
}

const char *
when_format_local(char out[WHEN_TEXT_MAX], int64_t wall_ns, int decimals)
{
	int64_t frac;
	time_t s = split(wall_ns, &frac);
	struct tm tm = { 0 };
	char zone[12];

	tzset();
	localtime_r(&s, &tm);
	snprintf(zone, sizeof zone, " %.9s", tm.tm_zone ? tm.tm_zone : "");
	format_tm(out, &tm, ' ', frac, decimals, zone);
	return out;
}
