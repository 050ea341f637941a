/* SPDX-License-Identifier: ISC */
/* Where events go, a line each: standard output, files that are begun anew by size or date,
 * the system's log, the journal.
 *
 * Files are always new ones, NAME.20261121T140211Z.PID (a number behind it where that is
 * taken), so that no two runs write the same one and nothing is ever written over.
 * The system's log gets datagrams (or a stream) over a UNIX socket: as syslog(3) writes them
 * (RFC 3164 without the host), which is all that is understood at /dev/log, or as in RFC 5424.
 * The journal gets its native protocol; what does not fit a datagram goes in a sealed memory
 * file (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). */
#ifndef SYS_OUTLET_H
#define SYS_OUTLET_H

#include "base/clk.h"
#include "base/logline.h"
#include "base/err.h"

enum outlet_kind { OUTLET_STDOUT, OUTLET_FILE, OUTLET_SYSLOG, OUTLET_JOURNAL };
enum outlet_every { OUTLET_NEVER, OUTLET_DAY, OUTLET_WEEK, OUTLET_MONTH }; /* in UTC */
enum outlet_form { OUTLET_AUTO, OUTLET_RFC5424, OUTLET_RFC3164 };
/* NULL-ended, indexed by the enums: "stdout" ..., "never" ..., "auto" ... */
extern const char *const outlet_kind_names[], *const outlet_every_names[],
						      *const outlet_form_names[];

#define OUTLET_SYSLOG_BYTES 8192 /* what rsyslog takes by default */
#define OUTLET_SYSLOG_LEAST 2048 /* what receivers should take (RFC 5424, section 6.1) */
#define OUTLET_TAG_MAX      48   /* APP-NAME of RFC 5424 */

struct outlet_opts {
	enum outlet_kind kind;
	const char
		*path; /* FILE: NAME; SYSLOG, JOURNAL: the socket, NULL: the system's */
	uint64_t max_bytes;      /* FILE: of one, 0 any (a longer line stands alone);
			     * SYSLOG: of a message, 0: OUTLET_SYSLOG_BYTES */
	enum outlet_every every; /* FILE */
	enum outlet_form form;   /* SYSLOG; AUTO: 3164 where syslog(3) writes */
	int facility;            /* SYSLOG, JOURNAL: LOG_AUTHPRIV ... */
	const char *tag;         /* SYSLOG, JOURNAL: name of the program */
	int64_t wait_ns; /* how long to wait for a receiver that is busy or starts again */
	const struct clk *clk;
};

struct outlet;

/* Files and sockets are opened by the first entry.  The texts of O must stay. */
int outlet_open(struct outlet **out, const struct outlet_opts *o, struct err *e);
/* 0: taken; else it was not, and may be tried again.  Who was waited for in vain once is
 * not waited for again until he has taken something. */
int outlet_put(struct outlet *l, const struct logline *en, struct err *e);
/* What was taken is out.  On an error it is kept for the next time. */
int outlet_flush(struct outlet *l, struct err *e);
int outlet_close(struct outlet *l, struct err *e); /* L may be NULL */
/* The longest line that fits, 0: any. */
size_t outlet_room(const struct outlet *l);
/* For errors and notes: "syslog", the name of the file ... */
const char *outlet_name(const struct outlet *l);

/* The number of "authpriv", "local3" ...; ERR_USAGE. */
int outlet_facility(const char *name, int *facility, struct err *e);
const char *outlet_facility_at(size_t i); /* the names from 0 on, NULL behind the last */
/* Which day, week (from Monday on) or month; for OUTLET_NEVER always the same. */
int64_t outlet_period(enum outlet_every every, int64_t wall_ns);

#endif
