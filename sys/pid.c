/* SPDX-License-Identifier: ISC */
#include "sys/pid.h"

#include "sys/fdio.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
path_of(char out[40], pid_t pid, const char *name)
{
	snprintf(out, 40, "/proc/%ld/%s", (long)pid, name);
}

/* Up to SIZE bytes of a small file; -1: it cannot be read. */
static ssize_t
read_file(pid_t pid, const char *name, char *out, size_t size)
{
	char path[40];
	ssize_t n, all = 0;
	int fd;

	path_of(path, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while ((size_t)all < size &&
		(n = fdio_read(fd, out + all, size - (size_t)all)) > 0)
		all += n;
	close(fd);
	return all;
}

static void
read_link(pid_t pid, const char *name, char out[PID_PATH_MAX])
{
	char path[40];
	ssize_t n;

	path_of(path, pid, name);
	n = readlink(path, out, PID_PATH_MAX - 1);
	out[n < 0 ? 0 : n] = 0;
}

bool
pid_read_stat(pid_t pid, pid_t *ppid, uint64_t *start)
{
	char text[1024], *p;
	ssize_t n = read_file(pid, "stat", text, sizeof text - 1);

	*ppid = 0;
	*start = 0;
	if (n <= 0)
		return false;
	text[n] = 0;
	/* The name in front may hold spaces and parentheses (proc(5)). */
	p = strrchr(text, ')');
	if (!p)
		return false;
	p = strtok(p + 1, " ");
	for (int i = 3; p && i <= 22; i++, p = strtok(NULL, " ")) {
		if (i == 4)
			*ppid = (pid_t)strtol(p, NULL, 10);
		if (i == 22)
			*start = strtoull(p, NULL, 10);
	}
	return true;
}

static int64_t
owner(pid_t pid)
{
	struct stat st;
	char path[40];

	path_of(path, pid, "");
	return stat(path, &st) < 0 ? -1 : (int64_t)st.st_uid;
}

static void
read_argv(struct pid_facts *f)
{
	ssize_t n = read_file(f->pid, "cmdline", f->argv, sizeof f->argv);

	f->argv_n = n > 0 ? (size_t)n : 0;
	f->argv_cut = f->argv_n == sizeof f->argv;
	if (f->argv_n)
		f->argv[f->argv_n - 1] = 0;
}

void
pid_read_exe(pid_t pid, char out[PID_PATH_MAX])
{
	read_link(pid, "exe", out);
}

bool
pid_read(struct pid_facts *f, pid_t pid)
{
	bool there;

	memset(f, 0, offsetof(struct pid_facts, argv));
	f->pid = pid;
	there = pid_read_stat(pid, &f->ppid, &f->start);
	f->uid = owner(pid);
	pid_read_exe(pid, f->exe);
	read_link(pid, "cwd", f->cwd);
	read_argv(f);
	return there;
}
