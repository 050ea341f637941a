/* SPDX-License-Identifier: ISC */
/* What one user may have at once: sessions, and bytes in a second (a bucket that fills up
 * again).  One row for each uid that has something, in a table that cannot grow beyond
 * QUOTA_USERS_MAX. */
#ifndef RECD_QUOTA_H
#define RECD_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define QUOTA_USERS_MAX 65536

struct quota_limits {
	unsigned sessions;    /* of one user, 0 any */
	unsigned connections; /* likewise, with and without a session */
	uint64_t bytes_per_s; /* of one user, 0 any */
	uint64_t burst;       /* bytes */
};

struct quota_user {
	uid_t uid;
	unsigned sessions, connections;
	int64_t tokens;    /* bytes that may come now; below 0: too many came */
	int64_t filled_ns; /* when the bucket was last filled, monotonic */
};

struct quota {
	struct quota_limits limits;
	struct quota_user *v;
	size_t n, cap;
};

void quota_init(struct quota *q, const struct quota_limits *l);
void quota_free(struct quota *q);
/* One more; false: that is too many (or memory ran out). */
bool quota_connect(struct quota *q, uid_t uid, int64_t now_ns);
bool quota_begin(struct quota *q, uid_t uid);
void quota_end(struct quota *q, uid_t uid);
void quota_disconnect(struct quota *q, uid_t uid);
/* N bytes came. */
void quota_spend(struct quota *q, uid_t uid, size_t n, int64_t now_ns);
/* Until when UID has to wait before more is read, 0: not at all. */
int64_t quota_wait(struct quota *q, uid_t uid, int64_t now_ns);

#endif
