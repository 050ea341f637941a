/* SPDX-License-Identifier: ISC */
#include "rec/nest.h"

#include "sys/pid.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHAIN_MAX 256 /* parents looked at */

void
nest_mark(char out[80])
{
	uint64_t start;
	pid_t parent;

	if (pid_read_stat(getpid(), &parent, &start))
		snprintf(out, 80, NEST_ENV "=%ld.%" PRIu64, (long)getpid(), start);
	else
		snprintf(out, 80, NEST_ENV);
}

/* A recorder does not let itself be looked at, so the kernel tells the file that it runs
 * to root only; then its name must do. */
static bool
is_recorder(pid_t pid)
{
	int same = pid_same_exe(pid);
	char comm[PID_COMM_MAX];
	uid_t uid;

	return pid_read_status(pid, comm, &uid) && uid == getuid() &&
	       (same < 0 ? strncmp(comm, "auditrec", 8) == 0 : same);
}

bool
nest_inside(void)
{
	const char *mark = getenv(NEST_ENV);
	pid_t at = getppid(), parent;
	uint64_t wanted, start;
	long pid;
	char end;

	if (!mark || sscanf(mark, "%ld.%" SCNu64 "%c", &pid, &wanted, &end) != 2)
		return false;
	for (int i = 0; i < CHAIN_MAX && at > 1; i++, at = parent) {
		if (!pid_read_stat(at, &parent, &start))
			return false;
		if (at == (pid_t)pid)
			return start == wanted && is_recorder(at);
	}
	return false;
}
