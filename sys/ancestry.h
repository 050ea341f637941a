/* SPDX-License-Identifier: ISC */
/* The chain of processes from one up to init, as the kernel tells it (proc(5)).  What may not
 * be read is left empty: an executable of another user is not to be seen, names and
 * parents are. */
#ifndef SYS_ANCESTRY_H
#define SYS_ANCESTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ANCESTRY_MAX 32

struct ancestor {
	pid_t pid, ppid;
	uid_t uid, euid; /* (uid_t)-1: unknown */
	uint64_t
		start; /* clock ticks since boot: with the pid it names one process for ever */
	char comm[17]; /* the name it has given itself: a claim */
	char exe[256]; /* path, "" when it may not be seen */
	dev_t exe_dev; /* of the file that runs, 0: unknown */
	ino_t exe_ino;
};

/* One process; false: there is none. */
bool ancestry_of(struct ancestor *a, pid_t pid);
/* PID itself first, then its parent and so on: how many. */
int ancestry_read(struct ancestor v[ANCESTRY_MAX], pid_t pid);
/* Whether CHAIN (of N) is a session that sshd has begun: V[0]'s parent is sshd's process for
 * the user and that one's parent is sshd's monitor, which runs as root.  No process of the user
 * can stand there: nothing but the monitor is the parent of what it forks. */
bool ancestry_is_sshd(const struct ancestor *v, int n);

#endif
