/* SPDX-License-Identifier: ISC */
/* The client's side of the deposit protocol, as a destination for bare messages: what is
 * written is copied into bounded memory and sent by a thread of its own, so that nobody waits
 * for the daemon as long as there is room.  When the connection breaks the thread connects
 * again and goes on where the daemon wants it to; nothing is lost or sent twice. */
#ifndef STORE_DEPOSITOR_H
#define STORE_DEPOSITOR_H

#include "base/clk.h"
#include "base/io.h"

#define DEPOSITOR_ROOM ((size_t)4 << 20) /* bytes that are not acknowledged, at most */

struct depositor_opts {
	const char *path;    /* of the socket */
	const uint8_t *id;   /* DEPOSIT_ID_SIZE bytes: connection id of the session */
	size_t room;         /* 0: DEPOSITOR_ROOM */
	int64_t hello_ns;    /* how long to wait for the first answer; 0: 5 s */
	int64_t patience_ns; /* without a daemon: then writing fails; 0: 30 s */
	int64_t close_ns;    /* without progress at the end; 0: 10 s */
	const struct clk *clk;
};

/* The session is registered when this returns 0.  ERR_NOTFOUND: nobody listens there; others:
 * why it was refused.
 * Writing fails (ERR_IO, nothing is taken) when the daemon refuses the session for good, or
 * for longer than PATIENCE does not answer, or keeps nothing while there is no room; after the
 * latter two it may work again.
 * Closing ends the session and waits until all of it is kept. */
int depositor_open(struct dst **d, const struct depositor_opts *o, struct err *e);
/* Closes D without ending the session: if nothing was written there will be no recording. */
void depositor_abort(struct dst *d);

#endif
