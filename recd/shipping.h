/* SPDX-License-Identifier: ISC */
/* The object store of the daemon: what goes there, what is told of it, and its counters. */
#ifndef RECD_SHIPPING_H
#define RECD_SHIPPING_H

#include "recd/conf.h"
#include "store/ship.h"

struct shipping {
	struct s3_conf conf; /* the daemon's own copy, until shipping_stop() */
	struct s3 *s3;
	struct ship *ship; /* NULL: recordings stay where they are */
	void (*say)(void *ctx, int priority, const char *text);
	void *ctx;
};

/* With a bucket in C: begins with what earlier runs have finished in SPOOL.  say and ctx are
 * the caller's to fill before.  Takes over the [s3] section of C. */
int shipping_start(
	struct shipping *s, struct conf *c, struct store *spool, struct err *e);
/* As Prometheus reads it; nothing without a bucket. */
void shipping_metrics(const struct shipping *s, struct buf *out);
/* Somebody has looked after it: what waits is tried at once. */
void shipping_again(struct shipping *s);
void shipping_stop(struct shipping *s);

#endif
