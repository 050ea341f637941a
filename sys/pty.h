/* SPDX-License-Identifier: ISC */
/* A pseudo-terminal pair and the program behind it. */
#ifndef SYS_PTY_H
#define SYS_PTY_H

#include "base/err.h"
#include "sys/sig.h"

#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>

struct pty {
	int master; /* close-on-exec, not blocking */
	int slave;  /* close-on-exec; -1 once given away */
};

#define PTY_NONE       \
	{              \
		-1, -1 \
	}

/* MODES and SIZE may be NULL for the kernel's defaults. */
int pty_open(struct pty *p, const struct termios *modes, const struct winsize *size,
	struct err *e);
void pty_close_slave(struct pty *p);
void pty_close(struct pty *p);
void pty_resize(struct pty *p, const struct winsize *size);

struct child_plan {
	const char *file; /* as for execvp */
	char *const *argv;
	const char *const
		*env; /* "NAME=value" to set, "NAME" to remove; NULL-ended; or NULL */
	int fd[3];    /* what becomes its descriptors 0, 1, 2 */
	int ctty; /* its controlling terminal in a session of its own; -1: it stays in ours */
	bool bound; /* it is killed when this process dies */
	const struct sig_saved *signals;
};

#define CHILD_NO_PROCESS 125 /* status: it did not come to a process at all */

/* Start it.  Returns its pid once it is running the program, or a negative code: then
 * *status is what a shell would return (127 not found, 126 not executable). */
pid_t child_start(const struct child_plan *plan, int *status, struct err *e);
/* 128 + signal, or the exit status, of a wait(2) status. */
int child_exit_status(int wait_status);

#endif
