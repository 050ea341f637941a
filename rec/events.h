/* SPDX-License-Identifier: ISC */
/* What happens in a session, told to other systems while it is recorded: the lines of
 * `auditlog events`.  Runs where the recorder runs, never in the path of bytes.
 *
 * An outlet that fails never stops the session.  What it did not get is counted; the recorder
 * asks for that and says it in the recording, and whoever wants to be told is told once. */
#ifndef REC_EVENTS_H
#define REC_EVENTS_H

#include "format/siem.h"
#include "rec/place.h"
#include "sys/outlet.h"

#include <limits.h>

#define EVENTS_OUTLETS_MAX 4

struct events_opts {
	const char *file; /* the recording, for the lines */
	enum siem_format format;
	int facility;
	const char *socket; /* of syslog and the journal; NULL: the system's */
	const struct clk *clk;
};

struct events_loss {
	const char *name; /* of the outlet */
	const char *why;
	uint64_t events;
	int64_t from_ns, to_ns; /* times of the first and last lost one */
};

struct events_outlet {
	struct outlet *out;
	struct siem *siem;
	char path[PATH_MAX];
	bool failing, told;
	uint64_t waiting; /* taken by the outlet, and not out yet */
	uint64_t lost;    /* in all */
	struct events_loss gap;
	struct err why; /* of the present or last failure */
};

struct events {
	struct events_opts o;
	struct events_outlet v[EVENTS_OUTLETS_MAX];
	int n;
	uint64_t number; /* of the next message */
	struct held
		*first; /* messages of the beginning, until it is known who and where */
	size_t nheld;
	bool begun;
	struct buf line;
};

void events_init(struct events *ev, const struct events_opts *o);
/* WHERE: "syslog", "journal" or a path for new files PATH.TIMESTAMP.PID. */
int events_add(struct events *ev, const char *where, struct err *e);
/* All of the setting "events"; of paths, %u, %U and %h are replaced as P says.  What cannot be is
 * told through SAY, and left out. */
void events_add_list(struct events *ev, const char *list, struct place *p,
	void (*say)(const char *where, const struct err *why));
/* The next message of the recording, AT_NS since its start. */
void events_take(struct events *ev, const struct msg *m, int64_t at_ns);
/* What was taken goes out. */
void events_flush(struct events *ev);
/* What outlet I did not get and is to be said in the recording, because it works again or this
 * is the LAST chance.  Each loss is given once; saying it is an event of its own. */
bool events_lost(struct events *ev, int i, bool last, struct events_loss *loss);
/* The outlet that fails since the last call; NULL: none does. */
const struct events_outlet *events_news(struct events *ev);
/* Ends; after it the counts of V hold, and nothing else. */
void events_close(struct events *ev);

#endif
