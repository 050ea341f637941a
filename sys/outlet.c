/* SPDX-License-Identifier: ISC */
#include "sys/outlet_impl.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define DAY_S      86400
#define EPOCH_DAYS 3 /* 1970-01-01 was the fourth day of its week */

const char *const outlet_kind_names[] = { "stdout", "file", "syslog", "journal", NULL };
const char *const outlet_every_names[] = { "never", "day", "week", "month", NULL };
const char *const outlet_form_names[] = { "auto", "rfc5424", "rfc3164", NULL };

int
outlet_open(struct outlet **out, const struct outlet_opts *o, struct err *e)
{
	static int (*const open[])(
		struct outlet **, const struct outlet_opts *, struct err *) = {
		[OUTLET_STDOUT] = outlet_open_file,
		[OUTLET_FILE] = outlet_open_file,
		[OUTLET_SYSLOG] = outlet_open_syslog,
		[OUTLET_JOURNAL] = outlet_open_journal,
	};

	*out = NULL;
	return open[o->kind](out, o, e);
}

int
outlet_put(struct outlet *l, const struct logline *en, struct err *e)
{
	return l->ops->put(l, en, e);
}

int
outlet_flush(struct outlet *l, struct err *e)
{
	return l->ops->flush ? l->ops->flush(l, e) : 0;
}

int
outlet_close(struct outlet *l, struct err *e)
{
	return l ? l->ops->close(l, e) : 0;
}

size_t
outlet_room(const struct outlet *l)
{
	return l->room;
}

const char *
outlet_name(const struct outlet *l)
{
	return l->name;
}

static const struct {
	const char *name;
	int code;
} facilities[] = {
	{ "kern", LOG_KERN },
	{ "user", LOG_USER },
	{ "mail", LOG_MAIL },
	{ "daemon", LOG_DAEMON },
	{ "auth", LOG_AUTH },
	{ "syslog", LOG_SYSLOG },
	{ "lpr", LOG_LPR },
	{ "news", LOG_NEWS },
	{ "uucp", LOG_UUCP },
	{ "cron", LOG_CRON },
	{ "authpriv", LOG_AUTHPRIV },
	{ "ftp", LOG_FTP },
	{ "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
};

#define NFACILITIES (sizeof facilities / sizeof *facilities)

const char *
outlet_facility_at(size_t i)
{
	return i < NFACILITIES ? facilities[i].name : NULL;
}

int
outlet_facility(const char *name, int *facility, struct err *e)
{
	for (size_t i = 0; i < NFACILITIES; i++)
		if (strcmp(facilities[i].name, name) == 0) {
			*facility = facilities[i].code;
			return 0;
		}
	return err_set(e, ERR_USAGE,
		"'%.40s' is no facility of syslog (authpriv, auth, daemon, user, "
		"local0 ... local7)",
		name);
}

int64_t
outlet_period(enum outlet_every every, int64_t wall_ns)
{
	time_t at = (time_t)(wall_ns / NS_PER_S - (wall_ns % NS_PER_S < 0));
	int64_t day = at / DAY_S - (at % DAY_S < 0);
	struct tm tm;

	switch (every) {
	case OUTLET_DAY:
		return day;
	case OUTLET_WEEK:
		day += EPOCH_DAYS;
		return day / 7 - (day % 7 < 0);
	case OUTLET_MONTH:
		gmtime_r(&at, &tm);
		return (int64_t)tm.tm_year * 12 + tm.tm_mon;
	case OUTLET_NEVER:
		break;
	}
	return 0;
}
