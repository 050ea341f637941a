/* SPDX-License-Identifier: ISC */
/* A poll(2) loop over a few descriptors and a few timers.  No globals, nothing allocated.
 * A descriptor with events 0 is left out of the poll altogether (so a hung-up one does not
 * spin); LOOP_HUP alone watches for hang-up and error only.  Callbacks may change, add and
 * remove descriptors and timers, their own included. */
#ifndef SYS_LOOP_H
#define SYS_LOOP_H

#include "base/clk.h"
#include "base/err.h"

#include <poll.h>
#include <stdbool.h>

#define LOOP_FDS_MAX    12
#define LOOP_TIMERS_MAX 8
#define LOOP_HUP        0x4000 /* an event of ours: poll, but ask for nothing */

typedef void (*loop_fd_fn)(void *ctx, short revents);
typedef void (*loop_timer_fn)(void *ctx);

struct loop {
	const struct clk *clk;
	bool stop;
	int nfds, ntimers;
	struct pollfd poll[LOOP_FDS_MAX];
	struct {
		loop_fd_fn fn;
		void *ctx;
		int fd; /* -1: free slot */
	} fds[LOOP_FDS_MAX];
	struct {
		loop_timer_fn fn;
		void *ctx;
		int64_t at_ns; /* monotonic; 0 = not running */
	} timers[LOOP_TIMERS_MAX];
};

void loop_init(struct loop *l, const struct clk *clk);
/* A slot number, or ERR_LIMIT. */
int loop_add(struct loop *l, int fd, short events, loop_fd_fn fn, void *ctx);
void loop_events(struct loop *l, int slot, short events);
void loop_del(struct loop *l, int slot);
int loop_timer(
	struct loop *l, loop_timer_fn fn, void *ctx);   /* a timer that is not running */
void loop_after(struct loop *l, int timer, int64_t ns); /* (re)start; fires once */
void loop_cancel(struct loop *l, int timer);
bool loop_running(const struct loop *l, int timer);
void loop_stop(struct loop *l);
int loop_once(struct loop *l, struct err *e); /* one poll and its callbacks */

#endif
