/* SPDX-License-Identifier: ISC */
/* Secrets of the daemon in files that only it can read. */
#ifndef RECD_KEYFILE_H
#define RECD_KEYFILE_H

#include "format/box.h"
#include "format/sign.h"

/* A new key for seals: PATH (0600) and PATH.pub.  ERR_EXISTS: one of them is there. */
int keyfile_make(const char *path, struct err *e);
/* ERR_USAGE: others may read it. */
int keyfile_load(struct sign_key *k, const char *path, struct err *e);
/* Public keys: whoever may write the file may read recordings, so nobody else may: ERR_USAGE. */
int keyfile_recipients(struct box_recipients *r, const char *path, struct err *e);
/* Is PATH a file that nobody else may read?  One that is missing is none that others read. */
int keyfile_check(const char *path, struct err *e);
/* N random bytes in PATH, made when it is missing. */
int keyfile_random(uint8_t *out, size_t n, const char *path, struct err *e);

#endif
