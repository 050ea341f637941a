/* SPDX-License-Identifier: ISC */
#include "log/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define DAY_S      86400
#define NAMES_MAX  1000 /* files of one process in one second */
#define EPOCH_DAYS 3    /* 1970-01-01 was the fourth day of its week */

const char *const sink_every_names[] = { "never", "day", "week", "month", NULL };

void
sink_init(struct sink *s)
{
	out_init(&s->out, s->path ? -1 : STDOUT_FILENO);
	s->out.name = s->path ? s->name : NULL;
	s->bytes = 0;
	s->name[0] = 0;
}

static int64_t
whole_seconds(int64_t ns)
{
	return ns / NS_PER_S - (ns % NS_PER_S < 0);
}

int64_t
sink_period(enum sink_every every, int64_t wall_ns)
{
	time_t at = (time_t)whole_seconds(wall_ns);
	int64_t day = at / DAY_S - (at % DAY_S < 0);
	struct tm tm;

	switch (every) {
	case SINK_DAY:
		return day;
	case SINK_WEEK:
		day += EPOCH_DAYS;
		return day / 7 - (day % 7 < 0);
	case SINK_MONTH:
		gmtime_r(&at, &tm);
		return (int64_t)tm.tm_year * 12 + tm.tm_mon;
	case SINK_NEVER:
		break;
	}
	return 0;
}

static int
open_file(struct sink *s, int64_t now, struct err *e)
{
	time_t at = (time_t)whole_seconds(now);
	char stamp[32], again[16] = "";
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
	for (int i = 1; i < NAMES_MAX; i++) {
		int n = snprintf(s->name, sizeof s->name, "%s.%s.%ld%s", s->path, stamp,
			(long)getpid(), again);

		if (n < 0 || (size_t)n >= sizeof s->name)
			return err_set(
				e, ERR_USAGE, "%.80s...: the name is too long", s->path);
		s->out.fd = open(s->name,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
		if (s->out.fd >= 0 || errno != EEXIST)
			break;
		snprintf(again, sizeof again, ".%d", i);
	}
	if (s->out.fd < 0)
		return err_sys(e, ERR_IO, "cannot make %.200s", s->name);
	s->bytes = 0;
	s->period = sink_period(s->every, now);
	return 0;
}

int
sink_flush(struct sink *s, struct err *e)
{
	return s->out.fd < 0 ? 0 : out_flush(&s->out, e);
}

static int
close_file(struct sink *s, struct err *e)
{
	int rc = sink_flush(s, e);

	if (s->out.fd >= 0 && s->path && close(s->out.fd) < 0 && rc == 0)
		rc = err_sys(e, ERR_IO, "%.200s", s->name);
	if (s->path)
		s->out.fd = -1;
	return rc;
}

static bool
is_over(const struct sink *s, size_t more, int64_t now)
{
	if (s->max_bytes && s->bytes && s->bytes + more > s->max_bytes)
		return true;
	return sink_period(s->every, now) != s->period;
}

int
sink_put(struct sink *s, struct span line, struct err *e)
{
	int64_t now = s->path ? clk_wall(s->clk) : 0;
	int rc = 0;

	if (s->path && s->out.fd >= 0 && is_over(s, line.n, now))
		rc = close_file(s, e);
	if (rc == 0 && s->path && s->out.fd < 0)
		rc = open_file(s, now, e);
	if (rc < 0)
		return rc;
	s->bytes += line.n;
	rc = buf_add_span(&s->out.buf, line);
	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	return out_more(&s->out, e);
}

int
sink_close(struct sink *s, struct err *e)
{
	int rc = close_file(s, e);

	out_free(&s->out);
	return rc;
}
