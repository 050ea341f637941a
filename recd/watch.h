/* SPDX-License-Identifier: ISC */
/* Many descriptors in one thread: epoll(7).  A descriptor is watched by a struct watched that
 * its owner embeds; the callback may remove any of them, its own included. */
#ifndef RECD_WATCH_H
#define RECD_WATCH_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct watched {
	int fd;
	uint32_t events; /* EPOLLIN ... that are asked for */
	void (*fn)(struct watched *w, uint32_t events);
	bool in; /* known to the set */
};

#define WATCH_BATCH 256

struct watch {
	int fd;
	struct watched *now[WATCH_BATCH]; /* those of the present round; NULL: removed */
	uint32_t what[WATCH_BATCH];
	int n;
};

int watch_open(struct watch *s, struct err *e);
void watch_close(struct watch *s);
int watch_add(struct watch *s, struct watched *w, struct err *e);
void watch_events(struct watch *s, struct watched *w, uint32_t events);
void watch_del(struct watch *s, struct watched *w); /* does not close the descriptor */
/* One round: waits (TIMEOUT_NS negative: as long as it takes), then calls. */
int watch_wait(struct watch *s, int64_t timeout_ns, struct err *e);
void watch_call(struct watch *s);

#endif
