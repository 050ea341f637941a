/* SPDX-License-Identifier: ISC */
#include "sys/proc.h"

#include <ctype.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* First line of a small file. */
static void
read_line(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? 0 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n < 0 ? 0 : n] = 0;
	out[strcspn(out, "\n")] = 0;
}

static void
read_id(const char *path, char *out, size_t size)
{
	size_t o = 0;

	read_line(path, out, size);
	for (size_t i = 0; out[i]; i++)
		if (isalnum((unsigned char)out[i]))
			out[o++] = out[i];
	out[o] = 0;
}

/* The kernel says 4294967295 where none was set. */
static int64_t
read_number(const char *path)
{
	char text[24], *end;
	unsigned long long v;

	read_line(path, text, sizeof text);
	v = strtoull(text, &end, 10);
	if (end == text || v >= UINT32_MAX)
		return -1;
	return (int64_t)v;
}

static void
copy(char *out, size_t size, const char *s)
{
	snprintf(out, size, "%s", s ? s : "");
}

static void
user_facts(struct proc_facts *f)
{
	struct passwd pw, *got = NULL;
	char buf[4096];

	getpwuid_r(f->uid, &pw, buf, sizeof buf, &got);
	if (!got) {
		snprintf(f->user, sizeof f->user, "%lu", (unsigned long)f->uid);
		return;
	}
	copy(f->user, sizeof f->user, pw.pw_name);
	copy(f->shell, sizeof f->shell, pw.pw_shell);
	copy(f->home, sizeof f->home, pw.pw_dir);
}

static void
parent_facts(struct proc_facts *f)
{
	char path[40];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%ld/exe", (long)f->ppid);
	n = readlink(path, f->parent_exe, sizeof f->parent_exe - 1);
	f->parent_exe[n < 0 ? 0 : n] = 0;
}

void
proc_facts(struct proc_facts *f)
{
	struct utsname un;

	memset(f, 0, sizeof *f);
	f->uid = getuid();
	f->gid = getgid();
	f->pid = getpid();
	f->ppid = getppid();
	if (uname(&un) == 0)
		copy(f->host, sizeof f->host, un.nodename);
	read_id("/proc/sys/kernel/random/boot_id", f->boot_id, sizeof f->boot_id);
	read_id("/etc/machine-id", f->machine_id, sizeof f->machine_id);
	f->login_uid = read_number("/proc/self/loginuid");
	f->audit_session = read_number("/proc/self/sessionid");
	if (ttyname_r(STDIN_FILENO, f->tty, sizeof f->tty) != 0)
		f->tty[0] = 0;
	if (!getcwd(f->cwd, sizeof f->cwd))
		f->cwd[0] = 0;
	user_facts(f);
	parent_facts(f);
}

static bool
is_member(gid_t gid)
{
	gid_t list[1024];
	int n = getgroups(sizeof list / sizeof *list, list);

	for (int i = 0; i < n; i++)
		if (list[i] == gid)
			return true;
	return getgid() == gid;
}

bool
proc_in_group(const char *name)
{
	static char buf[65536]; /* holds all members of the group */
	struct group gr, *got = NULL;
	unsigned long gid;
	char *end;

	if (getgrnam_r(name, &gr, buf, sizeof buf, &got) == 0 && got)
		return is_member(gr.gr_gid);
	gid = strtoul(name, &end, 10);
	return isdigit((unsigned char)*name) && !*end && is_member((gid_t)gid);
}
