/* SPDX-License-Identifier: ISC */
/* What pam_auditrec.so has noted about a login: /run/auditrec/login/ID, "key=value" lines in a
 * file that only root can have written. */
#ifndef REC_NOTE_H
#define REC_NOTE_H

#include "base/buf.h"

#include <sys/types.h>

#define NOTE_BYTES_MAX ((size_t)64 << 10)

struct note {
	pid_t pid;      /* the process that called PAM ... */
	uint64_t start; /* ... and when it began (clock ticks since boot) */
	char service[64], user[256], ruser[256], rhost[256], tty[64];
	struct buf methods; /* lines in the words of SSH_USER_AUTH */
};

/* ID is the value of AUDITREC_LOGIN, which a user may have set to anything.  False: there is
 * no such note, or it is not root's. */
bool note_read(struct note *n, const char *dir, const char *id, uid_t owner);
void note_free(struct note *n);

#endif
