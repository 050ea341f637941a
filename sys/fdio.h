/* SPDX-License-Identifier: ISC */
/* Files and descriptors as sources and destinations (base/io.h), and whole reads and writes. */
#ifndef SYS_FDIO_H
#define SYS_FDIO_H

#include "base/io.h"

/* A file or "-" (standard input).  Pipes are spooled to an unlinked temporary file as they
 * are read, so that any source can go back; directories and the like are refused. */
int fdio_open_src(struct src **s, const char *path, struct err *e);

enum fdio_mode {
	FDIO_NEW,	/* O_EXCL, 0600: an existing file is an error */
	FDIO_APPEND,	/* read and write an existing one, made when missing */
	FDIO_OVERWRITE, /* truncates */
	FDIO_ATOMIC,	/* a temporary name in the same folder; renamed to PATH by a close
			   without error, so the file appears whole or not at all */
};
/* PATH "-" is standard output (then MODE does not matter). */
int fdio_open_dst(struct dst **d, const char *path, enum fdio_mode mode, struct err *e);
/* With FDIO_ATOMIC: give up, remove the temporary file, release D. */
void fdio_abort_dst(struct dst *d);
/* A source over the file that DST writes (for tapew_append); NULL when it cannot be read. */
struct src *fdio_dst_reader(struct dst *d);

int fdio_write_all(int fd, const void *p, size_t n, struct err *e); /* waits on EAGAIN */
ssize_t fdio_read(int fd, void *p, size_t n); /* read(2) without EINTR */

#endif
