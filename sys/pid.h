/* SPDX-License-Identifier: ISC */
/* Facts about another process, from /proc.  Each may be missing: the process is gone, or
 * another user's. */
#ifndef SYS_PID_H
#define SYS_PID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PID_ARGV_MAX 8192
#define PID_PATH_MAX 4096

struct pid_facts {
	pid_t pid, ppid; /* ppid 0: missing */
	uint64_t start; /* ticks since boot; 0: missing.  With PID it names one process */
	int64_t uid;    /* effective; -1: missing */
	char exe[PID_PATH_MAX]; /* empty: missing */
	char cwd[PID_PATH_MAX];
	size_t argv_n; /* bytes of argv, 0: missing */
	bool argv_cut;
	char argv[PID_ARGV_MAX]; /* words, each with NUL behind it */
};

/* False when there is no such process (any more).  Its words come out of its own memory, which a
 * hostile process can make to be waited for; what the others below read cannot. */
bool pid_read(struct pid_facts *f, pid_t pid);
/* Only ppid and start. */
bool pid_read_stat(pid_t pid, pid_t *ppid, uint64_t *start);
/* Only the path of its executable; "": missing. */
void pid_read_exe(pid_t pid, char out[PID_PATH_MAX]);

#endif
