/* SPDX-License-Identifier: ISC */
/* Listening sockets: those that systemd hands over (LISTEN_FDS, sd_listen_fds(3)), or our
 * own.  Of a path where nobody listens any more the file is replaced, of one where somebody
 * does not. */
#ifndef RECD_SOCKETS_H
#define RECD_SOCKETS_H

#include "base/err.h"

#include <sys/types.h>

#define SOCKETS_MAX 8

/* Those of the service manager, in FDS: how many, 0 none, ERR_USAGE for what is no listening
 * stream socket.  The environment loses its words about them. */
int sockets_inherited(int fds[SOCKETS_MAX], struct err *e);
/* A socket at PATH: the descriptor, or a negative error. */
int sockets_make(const char *path, mode_t mode, struct err *e);
/* Tells the service manager, if there is one that listens (NOTIFY_SOCKET, sd_notify(3)). */
void sockets_notify(const char *state);

#endif
