/* SPDX-License-Identifier: ISC */
/* The same work on many things by one thread a processor, with the output in the order of the
 * things.  What one puts out waits in its own buffer, bounded, until its turn. */
#ifndef LOG_CREW_H
#define LOG_CREW_H

#include "base/buf.h"
#include "base/err.h"
#include "log/progress.h"

#define CREW_MAX 64 /* threads */

struct crew;
struct crew_job {
	struct crew *crew;
	size_t at;        /* which thing */
	struct buf out;   /* append here ... */
	struct buf notes; /* lines for standard error */
	bool done;
	double part; /* of it that is done, 0 to 1 */
};

/* Work on thing number JOB->at; called by several threads at once. */
typedef void crew_work(void *ctx, struct crew_job *job);

/* All N of them.  THREADS 0: one a processor.  CLK: for a progress bar on standard error, which
 * FD must not be written over; NULL: none.  A negative error when the output cannot be written;
 * work that was not begun then is not. */
int crew_run(size_t n, unsigned threads, crew_work *work, void *ctx,
	const struct clk *clk, int fd, struct err *e);
/* After every line or so: lets go what may.  False: nobody wants more. */
bool crew_more(struct crew_job *job);
/* Now and then, for the bar. */
void crew_part(struct crew_job *job, double part);

#endif
