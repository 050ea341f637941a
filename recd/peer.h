/* SPDX-License-Identifier: ISC */
/* Who is at the other end of a socket, as the kernel says (unix(7)): the credentials of the
 * process that connected, and what /proc tells of it as long as it is the same process.  The
 * daemon needs no privilege for it; without CAP_SYS_PTRACE the path of the executable of
 * somebody else's process stays unknown. */
#ifndef RECD_PEER_H
#define RECD_PEER_H

#include "base/err.h"
#include "base/jsonw.h"
#include "sys/pid.h"

#include <sys/types.h>

#define PEER_USER_SIZE 256

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;              /* 0 unknown (another pid namespace) */
	uint64_t start;         /* ticks since boot, 0 unknown */
	int64_t login_uid;      /* -1 unset or unknown */
	int64_t audit_session;  /* likewise */
	pid_t tracer;           /* who could make it say anything, 0 nobody or unknown */
	char exe[PID_PATH_MAX]; /* empty: unknown */
	char user
		[PEER_USER_SIZE]; /* likewise: the system's name for UID (recd/names.h) */
};

/* Its uid, gid and pid. */
int peer_ask(struct peer *p, int fd, struct err *e);
/* What else is known of it, which costs some reading. */
void peer_look(struct peer *p, int fd);
/* As members of an open object: "trust": "kernel" the name that the system has for
 * the uid, and the facts that are known. */
void peer_json(struct jsonw *w, const struct peer *p);

#endif
