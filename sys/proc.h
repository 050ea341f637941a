/* SPDX-License-Identifier: ISC */
/* Facts about this process and machine, as far as the kernel tells them.  A fact that
 * cannot be had is an empty string or -1, never an error. */
#ifndef SYS_PROC_H
#define SYS_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct proc_facts {
	char host[256];
	char boot_id[40]; /* dashes left out */
	char machine_id[40];
	char user[256];  /* name of uid, or the number */
	char shell[256]; /* from the password database */
	char home[1024];
	char tty[64]; /* of standard input, "/dev/pts/3" */
	char cwd[4096];
	char parent_exe[1024];
	uid_t uid;
	gid_t gid;
	pid_t pid, ppid;
	int64_t login_uid;     /* -1 unset */
	int64_t audit_session; /* -1 unset */
};

void proc_facts(struct proc_facts *f);
/* Whether this process is in the group of that name (or number). */
bool proc_in_group(const char *name);

#endif
