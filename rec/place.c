/* SPDX-License-Identifier: ISC */
#include "rec/place.h"

#include "base/when.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int
find_state_home(char *out, size_t size, const struct place *p, struct err *e)
{
	const char *x = p->env ? getenv("XDG_STATE_HOME") : NULL;
	const char *h = p->env ? getenv("HOME") : NULL;
	int n;

	if (!h || h[0] != '/')
		h = p->home;
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

/* A name as one part of a path. */
static void
add_part(char *out, size_t size, const char *name)
{
	size_t n = strlen(out);

	for (; *name && n + 1 < size; name++, n++) {
		bool first = n && out[n - 1] == '/';

		out[n] = *name == '/' || (first && *name == '.') ? '_' : *name;
	}
	out[n] = 0;
}

int
place_expand(char *out, size_t size, const struct place *p, struct err *e)
{
	const char *f = p->folder;
	size_t n = 0;

	for (out[0] = 0; *f; f++, n = strlen(out)) {
		bool percent = *f == '%' && f[1];

		f += percent;
		if (percent && *f == 'u')
			add_part(out, size, p->user);
		else if (percent && *f == 'U')
			snprintf(out + n, size - n, "%lu", (unsigned long)p->uid);
		else if (percent && *f == 'h')
			snprintf(out + n, size - n, "%s", p->home);
		else
			snprintf(out + n, size - n, "%c", *f);
	}
	if (out[0] != '/')
		return err_set(
			e, ERR_NOTFOUND, "'%.100s' leads to no absolute path", p->folder);
	return n + 1 < size ? 0
			    : err_set(e, ERR_LIMIT, "the path of the folder is too long");
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

/* Where anybody may rename what is not his, the folder itself could be taken away. */
static int
check_parents(char *path, struct err *e)
{
	struct stat st;
	int rc = 0;

	for (char *p = strchr(path + 1, '/'); rc == 0 && p; p = strchr(p + 1, '/')) {
		*p = 0;
		if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH) &&
			!(st.st_mode & S_ISVTX))
			rc = err_set(
				e, ERR_STATE, "%.200s can be written by everybody", path);
		*p = '/';
	}
	return rc;
}

/* In a folder of somebody else they could be taken away. */
static int
check_folder(char *path, uid_t uid, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, ERR_IO, "%s", path);
	if (st.st_uid != uid && st.st_uid != 0)
		return err_set(e, ERR_STATE, "%.200s belongs to another user", path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX))
		return err_set(e, ERR_STATE, "%.200s can be written by others", path);
	return check_parents(path, e);
}

int
place_new(char path[PATH_MAX], const struct place *p, const char *id, int64_t wall_ns,
	const char *suffix, struct err *e)
{
	char time[WHEN_TEXT_MAX];
	size_t n;
	int rc = *p->folder ? place_expand(path, PATH_MAX - 80, p, e)
			    : find_state_home(path, PATH_MAX - 80, p, e);

	if (rc == 0)
		rc = make_folders(path, e);
	if (rc == 0 && !p->env)
		rc = check_folder(path, p->uid, e);
	if (rc < 0) {
		err_prefix(e, "no place for the recording%s",
			p->env ? ", name one with -o" : "");
		return rc;
	}
	when_format_stamp(time, wall_ns);
	n = strlen(path);
	snprintf(path + n, PATH_MAX - n, "/%s-%.8s%s", time, id, suffix);
	return 0;
}
