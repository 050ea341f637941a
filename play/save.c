/* SPDX-License-Identifier: ISC */
#include "play/save.h"

#include "sys/fdio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 1000

static int
write_file(const char *name, struct span bytes, enum fdio_mode mode, struct err *e)
{
	struct dst *d;
	int rc = fdio_open_dst(&d, name, mode, e);

	if (rc < 0)
		return rc;
	for (size_t at = 0; at < bytes.n;) {
		ssize_t n = dst_write_at(d, at, bytes.p + at, bytes.n - at, e);

		if (n <= 0) {
			fdio_abort_dst(d);
			return n < 0 ? (int)n : err_set(e, ERR_IO, "cannot write");
		}
		at += (size_t)n;
	}
	return dst_close(d, e);
}

/* Where the suffix begins; a dot that begins a name is none. */
static size_t
stem(const char *name)
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	const char *dot = strrchr(base, '.');

	return dot && dot > base ? (size_t)(dot - name) : strlen(name);
}

static bool
numbered(char out[SAVE_NAME_MAX], const char *name, int i)
{
	const char *home = getenv("HOME");
	bool tilde = strncmp(name, "~/", 2) == 0 && home;
	const char *rest = tilde ? name + 1 : name;
	int n = (int)stem(rest), len;
	char number[16] = "";

	if (i > 1)
		snprintf(number, sizeof number, " (%d)", i);
	len = snprintf(out, SAVE_NAME_MAX, "%s%.*s%s%s", tilde ? home : "", n, rest,
		number, rest + n);
	return len > 0 && len < SAVE_NAME_MAX;
}

int
save_file(char out[SAVE_NAME_MAX], const char *name, struct span bytes, bool own,
	struct err *e)
{
	int rc = ERR_EXISTS;

	for (int i = 1; i <= TRIES && rc == ERR_EXISTS; i++) {
		if (!numbered(out, name, i))
			return err_set(e, ERR_LIMIT, "the name is too long");
		rc = write_file(out, bytes, own ? FDIO_ATOMIC : FDIO_ATOMIC_NEW, e);
	}
	return rc;
}
