/* SPDX-License-Identifier: ISC */
#include "store/s3_time.h"

#include "base/clk.h"

#include <stdio.h>
#include <time.h>

#define YEAR_MAX 2200

static bool
copy(char *out, size_t size, struct span text)
{
	if (text.n >= size || memchr(text.p, 0, text.n))
		return false;
	memcpy(out, text.p, text.n);
	out[text.n] = 0;
	return true;
}

static int64_t
wall(struct tm *tm)
{
	if (tm->tm_year < 1970 || tm->tm_year > YEAR_MAX)
		return 0;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return (int64_t)timegm(tm) * NS_PER_S;
}

int64_t
s3_time_iso(struct span text)
{
	struct tm tm = { 0 };
	char in[40];

	if (!copy(in, sizeof in, text) ||
		sscanf(in, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon,
			&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return 0;
	return wall(&tm);
}

int64_t
s3_time_http(struct span text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = { 0 };
	char in[40], month[4];
	const char *at;

	if (!copy(in, sizeof in, text) ||
		sscanf(in, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &tm.tm_mday, month,
			&tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return 0;
	at = strstr(months, month);
	if (!at || strlen(month) != 3 || (at - months) % 3)
		return 0;
	tm.tm_mon = (int)(at - months) / 3 + 1;
	return wall(&tm);
}

static struct tm
utc(int64_t wall_ns)
{
	time_t t = (time_t)(wall_ns / NS_PER_S);
	struct tm tm;

	gmtime_r(&t, &tm);
	return tm;
}

void
s3_time_iso_text(char out[S3_TIME_ISO], int64_t wall_ns)
{
	struct tm tm = utc(wall_ns);

	if (strftime(out, S3_TIME_ISO, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = 0;
}
