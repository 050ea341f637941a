/* SPDX-License-Identifier: ISC */
#include "sys/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one terminal that exit paths outside the normal flow must put back. */
static struct tty *raw_tty;

static void
restore_at_exit(void)
{
	if (raw_tty)
		tty_restore(raw_tty);
}

/* Signals that end a process and cannot be events, because what they tell of does not
 * return to a loop, or are none, because nobody expects them.  tcsetattr is
 * async-signal-safe (POSIX). */
static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP,
	SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGIO, SIGPWR, SIGSTKFLT };

/* What each would have done without us: its default, or a sanitizer's report. */
static struct sigaction before[_NSIG];

static void
restore_on_death(int signo)
{
	if (raw_tty && raw_tty->raw && raw_tty->goodbye &&
		write(raw_tty->fd, raw_tty->goodbye, strlen(raw_tty->goodbye)) < 0)
		(void)0; /* nobody is left to be told */
	if (raw_tty && raw_tty->raw)
		tcsetattr(raw_tty->fd, TCSANOW, &raw_tty->saved);
	sigaction(signo, &before[signo], NULL);
	raise(signo); /* comes once this handler returns */
}

static void
guard_signal(int signo)
{
	struct sigaction sa = { .sa_handler = restore_on_death, .sa_flags = SA_ONSTACK };

	if (sigaction(signo, NULL, &before[signo]) == 0 &&
		before[signo].sa_handler != SIG_IGN)
		sigaction(signo, &sa, NULL);
}

static void
guard(struct tty *t)
{
	static bool once;

	raw_tty = t;
	if (once)
		return;
	once = true;
	atexit(restore_at_exit);
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		guard_signal(fatal[i]);
	for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
		guard_signal(i);
}

int
tty_open(struct tty *t, int fd, struct err *e)
{
	t->fd = fd;
	t->raw = false;
	t->goodbye = NULL;
	if (tcgetattr(fd, &t->saved) < 0)
		return err_sys(e, ERR_IO, "cannot read the modes of the terminal");
	return 0;
}

int
tty_raw(struct tty *t, struct err *e)
{
	struct termios raw = t->saved;

	guard(t);
	cfmakeraw(&raw);
	while (tcsetattr(t->fd, TCSANOW, &raw) < 0)
		if (errno != EINTR)
			return err_sys(e, ERR_IO, "cannot make the terminal raw");
	t->raw = true;
	return 0;
}

void
tty_guard(struct tty *t, const char *goodbye)
{
	guard(t);
	t->goodbye = goodbye;
	t->raw = true;
}

void
tty_restore(struct tty *t)
{
	if (t->raw) {
		t->raw = false;
		/* TCSANOW: a terminal that takes no more output must not hold us here. */
		while (tcsetattr(t->fd, TCSANOW, &t->saved) < 0)
			if (errno != EINTR)
				break;
	}
	if (raw_tty == t) /* it may be gone when the process exits */
		raw_tty = NULL;
}

bool
tty_claim(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() && ioctl(fd, TIOCEXCL) == 0;
}

void
tty_release(int fd)
{
	ioctl(fd, TIOCNXCL);
}

bool
tty_size(int fd, struct winsize *ws)
{
	return ioctl(fd, TIOCGWINSZ, ws) == 0 && ws->ws_col > 0 && ws->ws_row > 0;
}

bool
tty_hides_input(int fd)
{
	struct termios t;

	return tcgetattr(fd, &t) == 0 && !(t.c_lflag & ECHO) && (t.c_lflag & ICANON);
}

static bool
same_file(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_rdev == sb.st_rdev &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

int
tty_reopen_write(int fd, bool *own)
{
	char path[40];
	struct stat st;
	int n = -1;

	*own = false;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
		n = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (n >= 0 && same_file(n, fd)) {
		*own = true;
		return n;
	}
	if (n >= 0)
		close(n);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}
