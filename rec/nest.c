/* SPDX-License-Identifier: ISC */
#include "rec/nest.h"

#include "sys/ancestry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHAIN_MAX 256 /* parents looked at */
#define FORCED    ".forced"

void
nest_mark(char out[80], bool forced)
{
	struct ancestor self;

	if (ancestry_of(&self, getpid()))
		snprintf(out, 80, NEST_ENV "=%ld.%" PRIu64 "%s", (long)getpid(),
			self.start, forced ? FORCED : "");
	else
		snprintf(out, 80, NEST_ENV);
}

/* A recorder does not let itself be looked at, so the kernel tells the file that it runs
 * to root only; then its name must do. */
static bool
is_recorder(const struct ancestor *a)
{
	struct stat ours;

	if (a->uid != getuid())
		return false;
	if (!a->exe_ino || stat("/proc/self/exe", &ours) < 0)
		return strncmp(a->comm, "auditrec", 8) == 0;
	return a->exe_dev == ours.st_dev && a->exe_ino == ours.st_ino;
}

/* What stands behind the mark of a recorder that we are inside of; NULL: there is none. */
static const char *
inside(void)
{
	const char *mark = getenv(NEST_ENV);
	struct ancestor a;
	pid_t at = getppid();
	uint64_t start;
	long pid;
	int n = 0;

	if (!mark || sscanf(mark, "%ld.%" SCNu64 "%n", &pid, &start, &n) != 2)
		return NULL;
	if (mark[n] && strcmp(mark + n, FORCED) != 0)
		return NULL;
	for (int i = 0; i < CHAIN_MAX && at > 1 && ancestry_of(&a, at); i++, at = a.ppid)
		if (at == (pid_t)pid)
			return a.start == start && is_recorder(&a) ? mark + n : NULL;
	return NULL;
}

bool
nest_inside(void)
{
	return inside() != NULL;
}

bool
nest_forced(void)
{
	const char *rest = inside();

	return rest && *rest;
}

void
nest_set_forced(void)
{
	const char *rest = inside(), *mark = getenv(NEST_ENV);
	char text[80];

	if (!rest || *rest)
		return;
	snprintf(text, sizeof text, "%.60s%s", mark, FORCED);
	setenv(NEST_ENV, text, 1);
}
