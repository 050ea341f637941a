/* SPDX-License-Identifier: ISC */
/* What one user may have: at once sessions, connections and bytes that wait in memory; in a
 * second bytes, connections and lines in the log.  What comes in a second is counted with
 * buckets that fill up again.  One row for each uid that has something, in a table that cannot
 * grow beyond QUOTA_USERS_MAX. */
#ifndef RECD_QUOTA_H
#define RECD_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define QUOTA_USERS_MAX   65536
#define QUOTA_LINES_BURST 20 /* lines that one user can cause at once */
#define QUOTA_LINES_S     1  /* and then in a second */

struct quota_limits {
	unsigned sessions;       /* of one user, 0 any */
	unsigned connections;    /* likewise, with and without a session */
	uint64_t bytes_per_s;    /* of one user, 0 any */
	uint64_t burst;          /* bytes */
	uint64_t day;            /* bytes of one user in a day, 0 any */
	uint64_t connects_per_s; /* of one user, 0 any; as many as CONNECTIONS at once */
	uint64_t waiting;        /* bytes of one user's unfinished messages, 0 any */
};

struct bucket {
	int64_t tokens;    /* what may come now; below 0: too much came */
	int64_t filled_ns; /* when it was last filled, monotonic */
};

struct quota_user {
	uid_t uid;
	unsigned sessions, connections;
	uint64_t waiting;
	uint64_t turn, in_turn; /* bytes that came in the last turn of the loop */
	struct bucket bytes, day, connects, lines;
	unsigned unsaid; /* lines that were too many */
};

struct quota {
	struct quota_limits limits;
	struct quota_user *v;
	size_t n, cap;
};

void quota_init(struct quota *q, const struct quota_limits *l);
void quota_free(struct quota *q);
/* One more; false: that is too many (or memory ran out).  FREE: how many all users together
 * may still have; nobody gets more than is left for others, so that there is always one for
 * whoever has none. */
bool quota_connect(struct quota *q, uid_t uid, size_t free, int64_t now_ns);
bool quota_begin(struct quota *q, uid_t uid, size_t free);
void quota_end(struct quota *q, uid_t uid);
void quota_disconnect(struct quota *q, uid_t uid);
/* N bytes came in turn number TURN of the loop. */
void quota_spend(struct quota *q, uid_t uid, size_t n, uint64_t turn, int64_t now_ns);
/* So many came in this TURN already. */
uint64_t quota_in_turn(struct quota *q, uid_t uid, uint64_t turn);
/* Until when UID has to wait before more is read, 0: not at all; because of bytes, or of
 * connections. */
int64_t quota_wait(struct quota *q, uid_t uid, int64_t now_ns);
int64_t quota_connect_wait(struct quota *q, uid_t uid, int64_t now_ns);
/* What waits in memory becomes IS bytes where it was WAS; false: UID has too many. */
bool quota_waiting(struct quota *q, uid_t uid, size_t was, size_t is);
/* May a line about UID be written?  Then *UNSAID were not, before it. */
bool quota_may_say(struct quota *q, uid_t uid, int64_t now_ns, unsigned *unsaid);

#endif
