/* SPDX-License-Identifier: ISC */
/* Files and descriptors as sources and destinations (base/io.h), and whole reads and writes. */
#ifndef SYS_FDIO_H
#define SYS_FDIO_H

#include "base/io.h"

/* A file or "-" (standard input).  Pipes are spooled to an unlinked temporary file as they
 * are read, so that any source can go back; directories, devices and terminals are refused.
 * A named pipe without a writer is waited for, as everywhere. */
int fdio_open_src(struct src **s, const char *path, struct err *e);
/* A regular file, nothing else, without waiting for whoever has put something else in its
 * place: for names that nobody has written out.  ERR_FORMAT when it is none. */
int fdio_open_regular(struct src **s, const char *path, struct err *e);
/* Both open a folder that is one recording (sudo's) by the file to begin with.  Is PATH such a
 * folder? */
bool fdio_is_recording(const char *path);
/* Does PATH, found in a folder, belong to another file beside it: times, input of a typescript?
 * Then it is none of its own. */
bool fdio_is_part(const char *path);
/* The same over an open descriptor, taken over in every case. */
int fdio_fd_src(struct src **s, int fd, struct err *e);

enum fdio_mode {
	FDIO_NEW,       /* O_EXCL, 0600: an existing file is an error */
	FDIO_APPEND,    /* read and write an existing regular file, made when missing */
	FDIO_OVERWRITE, /* truncates at the first write; a device or a pipe that somebody reads may be written too */
	FDIO_ATOMIC, /* without a name until a close without error puts it at PATH, so the
			   file appears whole or not at all; replaces a file that is there */
	FDIO_ATOMIC_NEW /* as FDIO_ATOMIC, an existing file is an error, then and at the close;
			   both write a device or a pipe as FDIO_OVERWRITE does */
};
/* A regular file opened by its name (not *ATOMIC*) is locked against a second writer, this
 * process included, where the file system knows locks: ERR_USAGE.
 * PATH "-" is standard output (then MODE does not matter). */
int fdio_open_dst(struct dst **d, const char *path, enum fdio_mode mode, struct err *e);
/* The same over an open descriptor of a regular file, taken over in every case. */
int fdio_fd_dst(struct dst **d, int fd, struct err *e);
/* D, written by a thread of its own while the caller makes what comes next, and never more than
 * FDIO_BEHIND_MAX bytes behind.  What goes wrong is told by the next call or by closing, when bytes
 * that were taken are already lost: so it is for what is given up then.  Takes D over; without
 * memory it is D itself.  Nothing can be made beside it. */
#define FDIO_BEHIND_MAX ((size_t)1 << 20)
struct dst *fdio_behind(struct dst *d);
/* A temporary file without a name, to be written and read: a descriptor, or negative. */
int fdio_temp(struct err *e);
/* The file NAME in a new folder PATH, which appears with all that is made beside it when D is
 * closed without error. */
int fdio_open_folder(struct dst **d, const char *path, const char *name, struct err *e);
/* With FDIO_ATOMIC*: give up, remove what was written, release D. */
void fdio_abort_dst(struct dst *d);
/* The same for a D that somebody else will close: as long as it is doomed, that close fails
 * and leaves nothing.  In the other modes it takes no bytes and stays as it is. */
void fdio_doom_dst(struct dst *d, bool doomed);
/* What is made beside D must not take the place of a file that SRC reads, itself or one opened
 * beside it (two such sources are kept); SRC outlives D. */
void fdio_guard_dst(struct dst *d, struct src *src);
/* Is PATH such a file? */
bool fdio_reads(struct src *src, const char *path);
/* A source over the file that DST writes (for tapew_append); NULL when it cannot be read. */
struct src *fdio_dst_reader(struct dst *d);

/* True when both names (each may be "-") lead to the same regular file now. */
bool fdio_same(const char *in, const char *out);

/* Is PATH open as one of our destinations, as far as this can be known from here? */
bool fdio_is_written(const char *path);

/* One write(2), or pwrite(2) when OFF is not negative, without EINTR; waits on EAGAIN. */
ssize_t fdio_write(int fd, const void *p, size_t n, off_t off);
int fdio_write_all(int fd, const void *p, size_t n, struct err *e);
ssize_t fdio_read(int fd, void *p, size_t n); /* likewise read(2) */

#endif
