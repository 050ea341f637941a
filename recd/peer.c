/* SPDX-License-Identifier: ISC */
#include "recd/peer.h"

#include "sys/pid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

/* A number out of a file of /proc/PID; -1: unset or unknown. */
static int64_t
read_number(pid_t pid, const char *name)
{
	char path[64];
	unsigned long v;
	FILE *f;
	int n;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	f = fopen(path, "re");
	if (!f)
		return -1;
	n = fscanf(f, "%lu", &v);
	fclose(f);
	return n != 1 || v == UINT32_MAX ? -1 : (int64_t)v;
}

/* TracerPid of /proc/PID/status: the process cannot lie about it, as it could to itself. */
static pid_t
read_tracer(pid_t pid)
{
	char path[64], line[256];
	long v = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "TracerPid: %ld", &v) == 1)
			break;
	if (f)
		fclose(f);
	return (pid_t)v;
}

/* Nothing that lies in its memory: it could keep us waiting for that. */
static void
look(struct peer *p)
{
	pid_t ignored;

	if (!pid_read_stat(p->pid, &ignored, &p->start))
		return;
	p->login_uid = read_number(p->pid, "loginuid");
	p->audit_session = read_number(p->pid, "sessionid");
	p->tracer = read_tracer(p->pid);
	pid_read_exe(p->pid, p->exe);
}

/* Does the process that connected live?  Then what was read of its number was its own. */
static bool
lives(int fd)
{
	int pidfd = -1;
	socklen_t n = sizeof pidfd;
	bool yes;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &n) < 0)
		return errno != ESRCH; /* an older kernel: the number must do */
	yes = pidfd_send_signal(pidfd, 0, NULL, 0) == 0 || errno != ESRCH;
	close(pidfd);
	return yes;
}

int
peer_ask(struct peer *p, int fd, struct err *e)
{
	struct ucred c;
	socklen_t n = sizeof c;

	memset(p, 0, sizeof *p);
	p->login_uid = p->audit_session = -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) < 0)
		return err_sys(e, ERR_IO, "cannot ask who is connected");
	p->uid = c.uid;
	p->gid = c.gid;
	p->pid = c.pid;
	return 0;
}

void
peer_look(struct peer *p, int fd)
{
	if (p->pid <= 0)
		return;
	look(p);
	if (lives(fd))
		return;
	p->start = 0;
	p->tracer = 0;
	p->login_uid = p->audit_session = -1;
	p->exe[0] = '\0';
}

void
peer_json(struct jsonw *w, const struct peer *p)
{
	jsonw_kstr(w, "trust", "kernel");
	if (p->user[0])
		jsonw_kstr(w, "user", p->user);
	jsonw_kuint(w, "uid", p->uid);
	jsonw_kuint(w, "gid", p->gid);
	if (p->pid > 0)
		jsonw_kint(w, "pid", p->pid);
	if (p->start)
		jsonw_kuint(w, "start", p->start);
	if (p->exe[0])
		jsonw_kstr(w, "exe", p->exe);
	if (p->tracer)
		jsonw_kint(w, "tracer", p->tracer);
	if (p->login_uid >= 0)
		jsonw_kint(w, "login_uid", p->login_uid);
	if (p->audit_session >= 0)
		jsonw_kint(w, "audit_session", p->audit_session);
}
