/* SPDX-License-Identifier: ISC */
#include "store/folders.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void
folders_make(const char *path)
{
	char part[PATH_MAX];

	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		if (snprintf(part, sizeof part, "%.*s", (int)(p - path), path) >=
			(int)sizeof part)
			return;
		mkdir(part, 0700);
	}
}
