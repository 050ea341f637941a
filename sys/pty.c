/* SPDX-License-Identifier: ISC */
#include "sys/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int
open_slave(struct pty *p, struct err *e)
{
	char name[64];

	if (grantpt(p->master) < 0 || unlockpt(p->master) < 0 ||
		ptsname_r(p->master, name, sizeof name) != 0)
		return err_sys(e, ERR_IO, "cannot unlock a pseudo-terminal");
	p->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p->slave < 0)
		return err_sys(e, ERR_IO, "cannot open %s", name);
	return 0;
}

int
pty_open(struct pty *p, const struct termios *modes, const struct winsize *size,
	struct err *e)
{
	int rc;

	p->slave = -1;
	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (p->master < 0)
		return err_sys(e, ERR_IO, "cannot get a pseudo-terminal");
	rc = open_slave(p, e);
	if (rc < 0) {
		pty_close(p);
		return rc;
	}
	if (modes)
		tcsetattr(p->slave, TCSANOW, modes);
	if (size)
		pty_resize(p, size);
	return 0;
}

void
pty_close_slave(struct pty *p)
{
	if (p->slave >= 0)
		close(p->slave);
	p->slave = -1;
}

void
pty_close(struct pty *p)
{
	pty_close_slave(p);
	if (p->master >= 0)
		close(p->master);
	p->master = -1;
}

void
pty_resize(struct pty *p, const struct winsize *size)
{
	if (p->master >= 0)
		ioctl(p->master, TIOCSWINSZ, size);
}

static void
set_env(const char *const *env)
{
	for (; env && *env; env++) {
		if (strchr(*env, '='))
			putenv((char *)*env);
		else
			unsetenv(*env);
	}
}

/* The three descriptors to 0, 1, 2; they are all above 2 here. */
static int
set_fds(const int fd[3])
{
	for (int i = 0; i < 3; i++)
		if (dup2(fd[i], i) < 0)
			return -1;
	return 0;
}

static void
child_run(const struct child_plan *plan, pid_t parent, int report)
{
	int sys;

	if (plan->bound && (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent))
		_exit(125);
	if (plan->ctty >= 0) {
		setsid();
		ioctl(plan->ctty, TIOCSCTTY, 0);
	}
	if (set_fds(plan->fd) == 0) {
		set_env(plan->env);
		sig_restore(plan->signals);
		execvp(plan->file, plan->argv);
	}
	sys = errno;
	if (write(report, &sys, sizeof sys) < 0)
		_exit(125);
	_exit(sys == ENOENT ? 127 : 126);
}

static pid_t
child_wait_exec(
	pid_t pid, int report, const struct child_plan *plan, int *status, struct err *e)
{
	int sys = 0, st;
	ssize_t n;

	do
		n = read(report, &sys, sizeof sys);
	while (n < 0 && errno == EINTR);
	close(report);
	if (n != (ssize_t)sizeof sys)
		return pid;
	waitpid(pid, &st, 0);
	*status = sys == ENOENT ? 127 : 126;
	errno = sys;
	return err_sys(e, ERR_IO, "cannot run %.100s", plan->file);
}

pid_t
child_start(const struct child_plan *plan, int *status, struct err *e)
{
	int p[2];
	pid_t pid, self = getpid();

	*status = CHILD_NO_PROCESS;
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, ERR_IO, "pipe");
	pid = fork();
	if (pid == 0)
		child_run(plan, self, p[1]);
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		return err_sys(e, ERR_IO, "fork");
	}
	return child_wait_exec(pid, p[0], plan, status, e);
}

int
child_exit_status(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return 128 + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}
