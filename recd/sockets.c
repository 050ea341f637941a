/* SPDX-License-Identifier: ISC */
#include "recd/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3

static bool
is_listening(int fd)
{
	int type = 0, yes = 0;
	socklen_t n = sizeof type, m = sizeof yes;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &m) == 0 &&
	       type == SOCK_STREAM && yes;
}

int
sockets_inherited(int fds[SOCKETS_MAX], struct err *e)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	int n = pid && count && atol(pid) == (long)getpid() ? atoi(count) : 0;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (n < 0 || n > SOCKETS_MAX)
		return err_set(e, ERR_USAGE, "LISTEN_FDS says %d sockets", n);
	for (int i = 0; i < n; i++) {
		fds[i] = FIRST_FD + i;
		if (!is_listening(fds[i]))
			return err_set(e, ERR_USAGE,
				"descriptor %d is no listening stream socket", fds[i]);
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	return n;
}

/* Does somebody answer there? */
static bool
is_taken(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 ||
				      errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return yes;
}

static int
bind_there(int fd, const struct sockaddr_un *a, mode_t mode, struct err *e)
{
	struct stat st;
	mode_t was;
	int rc;

	if (lstat(a->sun_path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode) || is_taken(a))
			return err_set(e, ERR_EXISTS, "%s: %s", a->sun_path,
				S_ISSOCK(st.st_mode) ? "a daemon listens there already"
						     : "is there and no socket");
		unlink(a->sun_path);
	}
	was = umask(0777 & ~mode);
	rc = bind(fd, (const struct sockaddr *)a, sizeof *a);
	umask(was);
	if (rc < 0 || listen(fd, SOMAXCONN) < 0)
		return err_sys(e, ERR_IO, "%s", a->sun_path);
	return 0;
}

int
sockets_make(const char *path, mode_t mode, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof a.sun_path)
		return err_set(e, ERR_USAGE, "%.100s: too long for a socket", path);
	memcpy(a.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, ERR_IO, "socket");
	if (bind_there(fd, &a, mode, e) < 0) {
		close(fd);
		return e->code;
	}
	return fd;
}

void
sockets_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof a.sun_path || !strchr("/@", path[0]))
		return;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}
