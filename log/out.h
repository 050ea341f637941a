/* SPDX-License-Identifier: ISC */
/* Standard output through one large buffer: a command appends to out_buf() and calls
 * out_more() after every line or so. */
#ifndef LOG_OUT_H
#define LOG_OUT_H

#include "base/buf.h"
#include "base/err.h"

struct out {
	int fd;
	const char *name; /* for errors; NULL: standard output */
	struct buf buf;
};

void out_init(struct out *o, int fd);
int out_more(struct out *o, struct err *e);  /* writes when enough has come together */
int out_flush(struct out *o, struct err *e); /* writes all; tells a failed append, too */
void out_free(struct out *o);                /* drops what was not flushed */

#endif
