/* SPDX-License-Identifier: ISC */
/* What the writing thread tells of its outputs, and who is told. */
#include "base/diag.h"
#include "rec/session_impl.h"

#include <stdio.h>
#include <syslog.h>

static void
announce(struct session *s, const char *text)
{
	char clean[480];

	diag_clean(clean, sizeof clean, text);
	syslog(LOG_AUTHPRIV | LOG_WARNING, "%s", clean);
	if (s->mode == IDENT_TTY && s->state != CLOSING)
		proxy_say(&s->proxy, clean);
	else
		diag_error("%s", clean);
}

static void
tell_failure(struct session *s, const char *what)
{
	static const char *const then[] = {
		[ON_ERROR_STOP] = "the session ends now",
		[ON_ERROR_CONTINUE] = "the session goes on and is NOT recorded",
		[ON_ERROR_PAUSE] = "the session is held until it can be written again",
	};
	char line[ERR_TEXT_MAX + 100];

	snprintf(line, sizeof line, "%.300s: %s", what, then[s->conf->on_error]);
	announce(s, line);
}

bool
session_news(struct session *s)
{
	enum recorder_news n;
	char what[ERR_TEXT_MAX];

	if (writer_events_news(&s->writer, what)) {
		char line[ERR_TEXT_MAX + 80];

		snprintf(line, sizeof line, "events are not told any more to %.300s",
			what);
		announce(s, line);
	}
	if (!writer_news(&s->writer, &n, what))
		return false;
	switch (n) {
	case RECORDER_FAILS:
		s->incomplete = true;
		tell_failure(s, what);
		return s->conf->on_error == ON_ERROR_STOP;
	case RECORDER_HOLDS:
		tell_failure(s, what);
		break;
	case RECORDER_WORKS:
		announce(s, "the recording goes on");
		break;
	}
	return false;
}
