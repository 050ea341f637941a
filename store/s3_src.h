/* SPDX-License-Identifier: ISC */
/* An object as a source: ranges of it are fetched when they are wanted and tried again for a
 * while when the network fails.  What is read is one state of the object: when it is replaced
 * meanwhile, that is an error. */
#ifndef STORE_S3_SRC_H
#define STORE_S3_SRC_H

#include "store/s3.h"

/* How to wait: NS, less when it is to be given up (then not 0). */
struct s3_patience {
	int (*wait)(void *ctx, int64_t ns);
	void *ctx;
	unsigned tries; /* at all */
};
extern const struct s3_patience s3_patience; /* five tries, nanosleep */

/* S and P are borrowed. */
int s3_src_open(struct src **src, struct s3 *s, const char *key,
	const struct s3_patience *p, struct err *e);
/* s3_head() with patience. */
int s3_src_head(struct s3 *s, const char *key, struct meta *m, struct s3_result *r,
	const struct s3_patience *p, struct err *e);
/* All pages of a listing, with patience. */
int s3_src_list(struct s3 *s, const char *prefix, store_seen *seen, void *ctx,
	const struct s3_patience *p, struct err *e);

#endif
