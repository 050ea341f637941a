/* SPDX-License-Identifier: ISC */
/* Who is at the other end of a socket: what is known of it, and what is not asked, because a
 * hostile process could make the daemon wait for the answer.  The call that opens files is
 * taken the place of, and notes their names. */
#include "recd/peer.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char opened[4096]; /* "NAME ", as it happened, without its folder */

static void
note(const char *path)
{
	const char *name = strrchr(path, '/');

	if (strlen(opened) + strlen(path) + 2 < sizeof opened)
		strcat(strcat(opened, name ? name + 1 : path), " ");
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	note(path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

FILE *
fopen(const char *path, const char *mode)
{
	int fd;

	ck_assert_str_eq(mode, "re");
	note(path);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

START_TEST(who_it_is)
{
	char self[PID_PATH_MAX] = "";
	struct peer p;
	struct err e;
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	ck_assert_int_eq(peer_ask(&p, fd[0], &e), 0);
	ck_assert_str_eq(opened, "");
	peer_look(&p, fd[0]);
	ck_assert_int_eq(p.pid, getpid());
	ck_assert_uint_eq(p.uid, getuid());
	ck_assert_uint_eq(p.gid, getgid());
	ck_assert_uint_gt(p.start, 0);
	ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof self - 1), 0);
	ck_assert_str_eq(p.exe, self);
	/* neither "cmdline" nor "environ" nor "maps" */
	ck_assert_str_eq(opened, "stat loginuid sessionid status ");
	close(fd[0]);
	close(fd[1]);
}
END_TEST

/* Whoever has its number now is somebody else. */
START_TEST(gone)
{
	struct peer p;
	struct err e;
	int fd[2];
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	ck_assert_int_eq(peer_ask(&p, fd[0], &e), 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	p.pid = pid;
	peer_look(&p, fd[0]);
	ck_assert_uint_eq(p.start, 0);
	ck_assert_str_eq(p.exe, "");
	ck_assert_int_eq(p.login_uid, -1);
	close(fd[0]);
	close(fd[1]);
}
END_TEST

static TCase *
peers(void)
{
	TCase *c = tcase_create("peers");

	tcase_add_test(c, who_it_is);
	tcase_add_test(c, gone);
	return c;
}

UNIT_MAIN("peer", peers)
