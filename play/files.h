/* SPDX-License-Identifier: ISC */
/* The small files of the player: where they are and their whole contents. */
#ifndef PLAY_FILES_H
#define PLAY_FILES_H

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>

#define FILES_BYTES_MAX ((size_t)1 << 20)

/* Paths by the XDG base directory specification; ERR_NOTFOUND: there is no home. */
int files_config(char out[PATH_MAX], struct err *e);     /* auditplay.conf */
int files_state(char out[PATH_MAX], struct err *e);      /* auditplay.state */
int files_recordings(char out[PATH_MAX], struct err *e); /* where auditrec puts them */

/* The whole file, cut at FILES_BYTES_MAX; "-" is standard input. */
int files_read(const char *path, struct buf *out, struct err *e);
/* Whole or not at all; makes the folder. */
int files_write(const char *path, struct span bytes, struct err *e);

#endif
