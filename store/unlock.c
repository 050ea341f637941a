/* SPDX-License-Identifier: ISC */
#include "store/unlock.h"

#include "format/box.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int
find_file(char out[PATH_MAX])
{
	const char *set = getenv("AUDITREC_PRIVATE_KEY"), *home = getenv("HOME"),
		   *config = getenv("XDG_CONFIG_HOME");

	if (set && *set)
		return snprintf(out, PATH_MAX, "%s", set);
	if (config && config[0] == '/')
		return snprintf(out, PATH_MAX, "%s/auditrec/private-key", config);
	return snprintf(
		out, PATH_MAX, "%s/.config/auditrec/private-key", home ? home : "");
}

/* 1: a key; 0: there is no file. */
static int
load_key(struct box_key *k, const char *path, struct err *e)
{
	char text[KEYLINE_FILE_MAX];
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_sys(e, ERR_USAGE, "%.200s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_mode & 077) {
		close(fd);
		return err_set(
			e, ERR_USAGE, "%.200s: others may read it (chmod 600)", path);
	}
	n = read(fd, text, sizeof text);
	close(fd);
	rc = n < 0 ? err_sys(e, ERR_IO, "%.200s", path)
		   : box_key_read(k, span_of(text, (size_t)n), e);
	explicit_bzero(text, sizeof text);
	if (rc < 0)
		err_prefix(e, "%.200s", path);
	return rc < 0 ? rc : 1;
}

/* What is there of the beginning; pipes give it in pieces. */
static bool
is_box(struct src *s)
{
	uint8_t head[BOX_MAGIC];
	size_t have = 0;
	struct err e;
	ssize_t n;

	while (have < sizeof head &&
		(n = src_read_at(s, have, head + have, sizeof head - have, &e)) > 0) {
		have += (size_t)n;
		if (head[0] != 'a')
			return false;
	}
	return have == sizeof head && box_is(head);
}

static void
add_where(struct err *e, bool other, const char *path)
{
	char why[120];

	snprintf(why, sizeof why, "%.100s", e->text);
	err_set(e, ERR_USAGE, "%s; %s %.100s (or set AUDITREC_PRIVATE_KEY)", why,
		other ? "another key is in" : "there is no key in", path);
}

int
store_unlock(struct src **s, struct err *e)
{
	struct src *in = *s;
	char path[PATH_MAX];
	struct box_key key;
	int n, rc;

	if (!is_box(in))
		return 0;
	*s = NULL;
	find_file(path);
	n = load_key(&key, path, e);
	if (n < 0) {
		src_close(in);
		return n;
	}
	rc = box_open(s, in, &key, n, e);
	explicit_bzero(&key, sizeof key);
	if (rc == ERR_STATE)
		add_where(e, n > 0, path);
	return rc < 0 ? e->code : 0;
}
