/* SPDX-License-Identifier: ISC */
/* A progress bar on standard error for whatever takes longer than a second, when that is a
 * terminal.  The clock is asked only every so many steps. */
#ifndef LOG_PROGRESS_H
#define LOG_PROGRESS_H

#include "base/clk.h"

#include <stdbool.h>
#include <stddef.h>

struct progress {
	const struct clk *clk;
	int fd;          /* -1: never show anything */
	unsigned work;   /* since the clock was looked at */
	int64_t next_ns; /* when to draw */
	double from;     /* what earlier passes have done, 0 to 1 */
	bool shown;
};

/* FD is used only when it is a terminal. */
void progress_start(struct progress *p, const struct clk *clk, int fd);
/* True when it is time to draw; then progress_draw.  WORK: how much was done since the last
 * call, 1 for something as small as a message, PROGRESS_LOOK to look at the clock at once. */
#define PROGRESS_LOOK 256u
bool progress_due(struct progress *p, unsigned work);
void progress_draw(struct progress *p, double done); /* 0 to 1, negative: unknown */
void progress_end(struct progress *p);               /* takes the bar off the screen */

/* The bar without the movement around it; returns its length. */
int progress_bar(char *out, size_t size, double done);

#endif
