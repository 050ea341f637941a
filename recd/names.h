/* SPDX-License-Identifier: ISC */
/* The names of users, as the system knows them.  A name service on the network takes as long as
 * it likes for that: a thread asks, and answers are kept for a while. */
#ifndef RECD_NAMES_H
#define RECD_NAMES_H

#include "recd/peer.h"
#include "recd/worker.h"

#define NAMES_MAX     256 /* users whose names are known, or asked for */
#define NAMES_GOOD_NS (INT64_C(300) * 1000000000)

struct name {
	struct job job;
	struct names *of;
	uid_t uid;
	bool used, asking;
	int64_t asked_ns;          /* monotonic */
	char text[PEER_USER_SIZE]; /* "": there is none */
};

struct names {
	struct worker *worker;
	struct name v[NAMES_MAX];
	void (*told)(struct names *n, const struct name *name);
};

/* W asks, and TOLD hears of it in the loop; W is stopped before N is gone.  NULL: names_get()
 * asks, and waits for the answer. */
void names_init(struct names *n, struct worker *w,
	void (*told)(struct names *n, const struct name *name));
/* The name of UID goes into OUT, "" when it has none or too many are being asked for.  False: it
 * is asked for, TOLD will be called. */
bool names_get(struct names *n, uid_t uid, int64_t now_ns, char out[PEER_USER_SIZE]);

#endif
