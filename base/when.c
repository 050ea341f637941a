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
		"'%.40s' is no time: write 90, 1:30, 1:02:03.250, 50%% or end", text);
}

int
when_parse(struct when *w, const char *text, struct err *e)
{
	const char *p = text;
	int64_t whole, frac, total = 0;
	int parts = 0;

	*w = (struct when){ .kind = WHEN_NS };
	if (strcmp(text, "end") == 0) {
		w->kind = WHEN_END;
		return 0;
	}
	for (;;) {
		if (parse_number(&p, &whole, &frac) < 0 || ++parts > 3 ||
			(parts > 1 && whole > 59))
			return bad_time(text, e);
		total = total * 60 + whole;
		if (*p != ':')
			break;
		if (frac)
			return bad_time(text, e);
		p++;
	}
	if (*p == '%' && !p[1] && parts == 1) {
		w->kind = WHEN_PERCENT;
		w->percent = (double)whole + (double)frac / (double)NS_PER_S;
		if (w->percent > 100)
			return err_set(e, ERR_USAGE, "'%.40s' is more than 100%%", text);
		return 0;
	}
	if (*p == 's' && !p[1])
		p++;
	if (*p || total > INT64_MAX / NS_PER_S - 1)
		return bad_time(text, e);
	w->ns = total * NS_PER_S + frac;
	return 0;
}

int64_t
when_resolve(const struct when *w, int64_t duration_ns)
{
	int64_t ns = 0;

	switch (w->kind) {
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

const char *
when_format_utc(char out[WHEN_TEXT_MAX], int64_t wall_ns, int decimals)
{
	int64_t frac = wall_ns % NS_PER_S;
	time_t s = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;
	size_t n;

	if (frac < 0) {
		frac += NS_PER_S;
		s--;
	}
	gmtime_r(&s, &tm);
	snprintf(out, WHEN_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	add_fraction(out, WHEN_TEXT_MAX - 1, frac, decimals);
	n = strlen(out);
	snprintf(out + n, WHEN_TEXT_MAX - n, "Z");
	return out;
}
