/* SPDX-License-Identifier: ISC */
/* The user's terminal: raw mode that is undone on every way out.  While a terminal is raw,
 * normal exit and every signal that would end the process put it back, but for those that
 * are events (sys/sig.h) and end in a normal exit, and SIGKILL. */
#ifndef SYS_TTY_H
#define SYS_TTY_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

struct tty {
	int fd;
	bool raw;
	const char *goodbye;  /* NULL: nothing to say */
	struct termios saved; /* as it was when opened */
};

int tty_open(struct tty *t, int fd, struct err *e); /* fd stays the caller's */
int tty_raw(struct tty *t, struct err *e);
/* Somebody else (curses) makes it raw and puts it back; GOODBYE, which stays the caller's, is
 * written and the modes are restored should the process die before tty_restore(). */
void tty_guard(struct tty *t, const char *goodbye);
void tty_restore(struct tty *t); /* does nothing when it is not raw */
/* From here on nobody but who has CAP_SYS_ADMIN can open this terminal, its owner being us;
 * false: it is somebody else's, or cannot be claimed.  tty_release() must follow where it
 * outlives the process. */
bool tty_claim(int fd);
void tty_release(int fd);
/* Size in characters; false when unknown or 0. */
bool tty_size(int fd, struct winsize *ws);
/* What is typed now is not shown and read by the line: a password. */
bool tty_hides_input(int fd);
/* A second, non-blocking descriptor of its own for writing to the same terminal or pipe, so
 * that O_NONBLOCK does not leak to others that share FD.  Returns a dup of FD when that
 * cannot be had (*own false: it blocks). */
int tty_reopen_write(int fd, bool *own);

#endif
