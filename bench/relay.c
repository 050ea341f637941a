/* SPDX-License-Identifier: ISC */
/* relay COMMAND [ARG...]: runs COMMAND on a pty of its own and carries bytes between that
 * and the terminal; keeps nothing.  The least that any terminal recorder has to do, so the
 * yardstick that bench/run measures recorders against. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char bytes[65536];
static struct termios before;
static int have_terminal;

static void
restore(void)
{
	if (have_terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static int
start(char **argv, pid_t *child)
{
	struct winsize size = { .ws_col = 80, .ws_row = 24 };
	struct termios raw;
	int master;

	have_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	*child = forkpty(&master, NULL, have_terminal ? &before : NULL, &size);
	if (*child < 0) {
		perror("relay: forkpty");
		exit(1);
	}
	if (*child == 0) {
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (have_terminal) {
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		atexit(restore);
	}
	return master;
}

/* One read and all the writes it needs; false at the end of either side. */
static int
carry(int from, int to)
{
	ssize_t n = read(from, bytes, sizeof bytes), done = 0;

	if (n < 0 && errno == EINTR)
		return 1;
	while (done < n) {
		ssize_t w = write(to, bytes + done, (size_t)(n - done));
		if (w < 0 && errno != EINTR)
			return 0;
		done += w > 0 ? w : 0;
	}
	return n > 0;
}

int
main(int argc, char **argv)
{
	int master, status;
	pid_t child;

	if (argc < 2) {
		fprintf(stderr, "usage: relay COMMAND [ARG...]\n");
		return 2;
	}
	master = start(argv + 1, &child);
	struct pollfd fds[2] = { { master, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && !carry(master, STDOUT_FILENO))
			break;
		if (fds[1].revents && !carry(STDIN_FILENO, master)) {
			if (have_terminal)
				kill(child, SIGHUP);
			fds[1].fd = -1;
		}
	}
	close(master);
	if (waitpid(child, &status, 0) < 0)
		return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
