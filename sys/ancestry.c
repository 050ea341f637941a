/* SPDX-License-Identifier: ISC */
#include "sys/ancestry.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A small file of /proc/PID as text; false when it cannot be read. */
static bool
read_file(pid_t pid, const char *name, char *out, size_t size)
{
	char path[48];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	out[n < 0 ? 0 : n] = 0;
	return n > 0;
}

/* "PID (NAME) S PPID ..." with the start time as field 22; the name may hold anything. */
static bool
read_stat(struct ancestor *a)
{
	char text[1024], *name, *end;
	long ppid = 0;
	unsigned long long start = 0;

	if (!read_file(a->pid, "stat", text, sizeof text))
		return false;
	name = strchr(text, '(');
	end = strrchr(text, ')');
	if (!name || !end || end < name)
		return false;
	*end = 0;
	snprintf(a->comm, sizeof a->comm, "%s", name + 1);
	if (sscanf(end + 1,
		    " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
		    "%*d %*d %*d %llu",
		    &ppid, &start) != 2)
		return false;
	a->ppid = (pid_t)ppid;
	a->start = start;
	return true;
}

static void
read_uids(struct ancestor *a)
{
	char text[2048];
	const char *line;
	unsigned uid, euid;

	a->uid = a->euid = (uid_t)-1;
	if (!read_file(a->pid, "status", text, sizeof text))
		return;
	line = strstr(text, "\nUid:");
	if (line && sscanf(line, " Uid: %u %u", &uid, &euid) == 2) {
		a->uid = uid;
		a->euid = euid;
	}
}

static void
read_exe(struct ancestor *a)
{
	char path[48];
	struct stat st;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%ld/exe", (long)a->pid);
	n = readlink(path, a->exe, sizeof a->exe - 1);
	a->exe[n < 0 ? 0 : n] = 0;
	if (n > 0 && stat(path, &st) == 0) {
		a->exe_dev = st.st_dev;
		a->exe_ino = st.st_ino;
	}
}

bool
ancestry_of(struct ancestor *a, pid_t pid)
{
	*a = (struct ancestor){ .pid = pid };
	if (pid <= 0 || !read_stat(a))
		return false;
	read_uids(a);
	read_exe(a);
	return true;
}

int
ancestry_read(struct ancestor v[ANCESTRY_MAX], pid_t pid)
{
	int n = 0;

	while (n < ANCESTRY_MAX && ancestry_of(&v[n], pid))
		pid = v[n++].ppid;
	return n;
}

/* OpenSSH 9.8 and later split off "sshd-session"; the name is cut to 15 characters. */
static bool
is_sshd(const struct ancestor *a)
{
	return strcmp(a->comm, "sshd") == 0 || strcmp(a->comm, "sshd-session") == 0;
}

bool
ancestry_is_sshd(const struct ancestor *v, int n)
{
	if (n < 3 || !is_sshd(&v[1]) || !is_sshd(&v[2]))
		return false;
	if (v[0].uid ==
		0) /* root logs in: there is one process of sshd less to tell apart */
		return v[1].uid == 0;
	return v[1].uid == v[0].uid && v[2].uid == 0 && v[2].euid == 0;
}
