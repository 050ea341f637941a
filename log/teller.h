/* SPDX-License-Identifier: ISC */
/* Tells recordings to an outlet: every message once, those of one recording in their order,
 * recordings in the order of log/walk.  Called in rounds, it finds what was added since. */
#ifndef LOG_TELLER_H
#define LOG_TELLER_H

#include "format/siem.h"
#include "log/diary.h"
#include "log/progress.h"
#include "sys/outlet.h"

#include <signal.h>

#define TELLER_OPEN_MAX 256 /* recordings that are kept open between rounds */

struct stream;

struct teller {
	/* Filled by the caller, who owns all of it. */
	struct outlet *outlet;
	struct diary *diary;
	const struct clk *clk;
	char **roots;
	int nroots;
	enum siem_format format;
	bool follow;
	bool to_terminal;                  /* lines go where a bar would be */
	const volatile sig_atomic_t *stop; /* set: end where you are */

	/* For the caller. */
	int status;       /* the worst exit status so far */
	bool more;        /* there may be more to tell later */
	unsigned foreign; /* files in folders that are no recordings */

	/* Its own. */
	struct stream *open[TELLER_OPEN_MAX];
	size_t nopen;
	struct buf line;
	struct progress progress;
	double done, share; /* of the work, before this recording and its part */
	bool folders;
	unsigned round;
	int64_t next_walk_ns, next_save_ns;
};

void teller_start(struct teller *t);
/* All there is at present.  0, or an error after which nothing more can be told; what is wrong
 * with a single recording is printed, and counts in T->status. */
int teller_round(struct teller *t, struct err *e);
/* Lets go of recordings and writes the diary; the outlet is flushed. */
int teller_end(struct teller *t, struct err *e);

#endif
