/* SPDX-License-Identifier: ISC */
/* Which asciinema server a person uses and by what name it knows this machine: the same files
 * and variables that asciinema's own programs (versions 1, 2 and 3) read, so that an account
 * that is there already works.  The install id is a password: it is in no message. */
#ifndef LOG_ACCOUNT_H
#define LOG_ACCOUNT_H

#include "base/buf.h"
#include "base/err.h"

#include <limits.h>

#define ACCOUNT_PUBLIC  "https://asciinema.org"
#define ACCOUNT_URL_MAX 280
#define ACCOUNT_ID_LEN  36

struct account {
	char server[ACCOUNT_URL_MAX]; /* "https://host" or "https://host:port" */
	const char *host;             /* in it, with the port */
	bool chosen;                  /* somebody wrote the server down somewhere */
	bool clear;                   /* no encryption on the way there */
	char id[ACCOUNT_ID_LEN + 1];
	char id_from[PATH_MAX]; /* file or variable it was found in */
};

/* The server of OPTION (may be NULL), else of the environment, else of files, else the public
 * one.  Whatever stands behind its host is cut off, as asciinema does. */
int account_server(struct account *a, const char *option, struct err *e);
/* The install id.  None anywhere: one is made when MAKE, private to its owner, else ERR_NOTFOUND. */
int account_id(struct account *a, bool make, struct err *e);
/* The name that goes with it: $USER, empty when a server could not take it apart. */
const char *account_user(void);
/* TEXT with every place where the id stands replaced. */
int account_hide(const struct account *a, struct buf *out, struct span text);

#endif
