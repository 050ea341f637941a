/* SPDX-License-Identifier: ISC */
/* Is somebody writing a file?  Asked of the kernel's list of locks: trying for the lock would
 * for a moment keep a writer from it. */
#include "sys/fdio.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* "1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF" */
static bool
is_lock_of(const char *line, const struct stat *st)
{
	unsigned major_nr, minor_nr;
	unsigned long long ino;

	return sscanf(line, "%*d: FLOCK %*s WRITE %*d %x:%x:%llu", &major_nr, &minor_nr,
		       &ino) == 3 &&
	       ino == st->st_ino && major_nr == major(st->st_dev) &&
	       minor_nr == minor(st->st_dev);
}

bool
fdio_is_written(const char *path)
{
	FILE *in = fopen("/proc/locks", "re");
	struct stat st;
	char line[256];
	bool found = false;

	if (in && stat(path, &st) == 0 && S_ISREG(st.st_mode))
		while (!found && fgets(line, sizeof line, in))
			found = is_lock_of(line, &st);
	if (in)
		fclose(in);
	return found;
}
