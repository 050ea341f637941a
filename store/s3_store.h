/* SPDX-License-Identifier: ISC */
/* An object store behind the interface of store/store.h: what is written goes into a spool and
 * is shipped from there; what is read comes out of the store. */
#ifndef STORE_S3_STORE_H
#define STORE_S3_STORE_H

#include "store/s3_src.h"
#include "store/ship.h"

/* SPOOL is a directory store with "spool", taken over, on error too.  S3 is borrowed, and so
 * is what O borrows; its s3 and spool are set here.  Recordings of earlier runs that are
 * finished begin to be shipped. */
int s3_store_open(struct store **s, struct s3 *s3, struct store *spool,
	const struct ship_opts *o, struct err *e);
struct ship *s3_store_ship(struct store *s);

#endif
