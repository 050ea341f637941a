/* SPDX-License-Identifier: ISC */
/* A destination that is a descriptor, and those made beside it.  Internal to fdio_dst.c, which
 * writes them, and fdio_atomic.c, which gives them their names. */
#ifndef SYS_FDIO_IMPL_H
#define SYS_FDIO_IMPL_H

#include "sys/fdio.h"

#include <stdatomic.h>
#include <sys/stat.h>

#define FDIO_FILE_MODE 0600

struct fd_dst {
	struct dst dst;
	int fd;
	enum fdio_mode mode;
	uint64_t at;   /* bytes written, when it cannot seek */
	bool truncate; /* what was in the file before is still to go */
	bool publish;  /* an atomic one that still has to get its name */
	bool failed;   /* bytes are missing: it must not get it any more */
	atomic_bool
		doomed; /* nor as long as this is set; it may be, while another thread writes */
	bool closed;  /* by its writer; a neighbour then waits for the first one */
	char *path;   /* where it will be; NULL when not atomic */
	char *hidden; /* its name until then; NULL: none */
	char *folder; /* of the first one of a folder: its name until it is at PATH's folder */
	struct src *guard[2]; /* of the first one: what reads files that must stay */
	struct fd_dst *first; /* beside which it was made; NULL: it is the first */
	struct fd_dst *next;  /* made beside the same */
};

/* Open F, which will be PATH when it is published; ST: what is there now (st_mode 0: nothing). */
int fdio_atomic_open(
	struct fd_dst *f, const char *path, const struct stat *st, struct err *e);
/* F and all beside it get their names. */
int fdio_atomic_publish(struct fd_dst *f, struct err *e);
/* A temporary folder for F, which will be PATH. */
int fdio_atomic_folder(struct fd_dst *f, const char *path, struct err *e);
/* What has no name yet goes away. */
void fdio_atomic_forget(struct fd_dst *f);

/* "FOLDER/NAME" where NAME lies beside PATH; NULL: no memory. */
char *fdio_path_beside(const char *path, const char *name);

#endif
