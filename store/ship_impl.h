/* SPDX-License-Identifier: ISC */
/* One request of a recording that is shipped: what it needs, taken along so that nobody has to
 * hold a lock while it is made. */
#ifndef STORE_SHIP_IMPL_H
#define STORE_SHIP_IMPL_H

#include "store/ship.h"
#include "store/upload.h"

struct ship_task {
	struct s3 *s3;
	int dir; /* of the spool */
	const struct s3_cancel *cancel;
	char id[STORE_ID_LEN + 1];
	struct upload_job job;
	struct s3_part *parts; /* END, PARTS: those that were sent */
	size_t nparts;
	struct upload_outcome o;
	struct err e;
	uint64_t sent; /* bytes */
};

void ship_do(struct ship_task *t);
void ship_task_free(struct ship_task *t);

/* The journal of ID, cut to what can be read; a recording without one is finished. */
int ship_load_journal(int dir, const char *id, struct journal *j, struct err *e);
int ship_add_journal(int dir, const char *id, struct span lines, struct err *e);

#endif
