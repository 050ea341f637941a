/* SPDX-License-Identifier: ISC */
#include "rec/place.h"

#include "base/when.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int
find_state_home(char *out, size_t size, const char *home, struct err *e)
{
	const char *x = getenv("XDG_STATE_HOME"), *h = getenv("HOME");
	int n;

	if (!h || h[0] != '/')
		h = home;
	/* A relative path is to be ignored (XDG base directory specification). */
	if (x && x[0] == '/')
		n = snprintf(out, size, "%s/auditrec", x);
	else if (h[0] == '/')
		n = snprintf(out, size, "%s/.local/state/auditrec", h);
	else
		return err_set(e, ERR_NOTFOUND, "there is no home directory");
	if (n < 0 || (size_t)n >= size)
		return err_set(
			e, ERR_LIMIT, "the path of the home directory is too long");
	return 0;
}

static int
make_folders(char *path, struct err *e)
{
	for (char *p = path + 1;; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = 0;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_sys(
				e, ERR_NOTFOUND, "cannot make the folder %s", path);
		*p = c;
		if (!c)
			return 0;
	}
}

/* "2026-11-21T14:02:11Z" without dashes and colons. */
static void
stamp(char out[WHEN_TEXT_MAX], int64_t wall_ns)
{
	char text[WHEN_TEXT_MAX];
	size_t o = 0;

	when_format_utc(text, wall_ns, 0);
	for (size_t i = 0; text[i]; i++)
		if (text[i] != '-' && text[i] != ':')
			out[o++] = text[i];
	out[o] = 0;
}

int
place_new(char path[PATH_MAX], const char *home, const char *id, int64_t wall_ns,
	const char *suffix, struct err *e)
{
	char time[WHEN_TEXT_MAX];
	size_t n;
	int rc = find_state_home(path, PATH_MAX - 80, home, e);

	if (rc == 0)
		rc = make_folders(path, e);
	if (rc < 0) {
		err_prefix(e, "no place for the recording, name one with -o");
		return rc;
	}
	stamp(time, wall_ns);
	n = strlen(path);
	snprintf(path + n, PATH_MAX - n, "/%s-%.8s%s", time, id, suffix);
	return 0;
}
