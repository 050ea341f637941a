/* SPDX-License-Identifier: ISC */
#include "sys/sig.h"

#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static bool
is_ignored(int signo)
{
	struct sigaction sa;

	return signo != SIGCHLD && sigaction(signo, NULL, &sa) == 0 &&
	       sa.sa_handler == SIG_IGN;
}

int
sig_open(struct sig_saved *old, const int *signals, struct err *e)
{
	struct sigaction ign = { .sa_handler = SIG_IGN };
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (; *signals; signals++)
		if (!is_ignored(*signals))
			sigaddset(&set, *signals);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_sys(e, ERR_IO, "signalfd");
	sigprocmask(SIG_BLOCK, &set, &old->mask);
	sigaction(SIGPIPE, &ign, &old->pipe);
	sigaction(SIGXFSZ, &ign, &old->xfsz);
	sigaction(SIGCHLD, &dfl, &old->chld);
	return fd;
}

int
sig_next(int fd, bool *from_process)
{
	struct signalfd_siginfo si;

	if (read(fd, &si, sizeof si) != (ssize_t)sizeof si)
		return 0;
	*from_process = si.ssi_code <= 0;
	return (int)si.ssi_signo;
}

void
sig_restore(const struct sig_saved *old)
{
	sigaction(SIGPIPE, &old->pipe, NULL);
	sigaction(SIGXFSZ, &old->xfsz, NULL);
	sigaction(SIGCHLD, &old->chld, NULL);
	sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

const char *
sig_name(int signo)
{
	const char *name = signo > 0 && signo < NSIG ? sigabbrev_np(signo) : NULL;

	return name ? name : "UNKNOWN";
}

void
sig_stop_self(void)
{
	raise(SIGSTOP);
}
