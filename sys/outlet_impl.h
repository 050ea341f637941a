/* SPDX-License-Identifier: ISC */
/* What a kind of outlet must offer. */
#ifndef SYS_OUTLET_IMPL_H
#define SYS_OUTLET_IMPL_H

#include "sys/outlet.h"

#include "base/buf.h"

struct outlet_ops {
	int (*put)(struct outlet *l, const struct logline *en, struct err *e);
	int (*flush)(struct outlet *l, struct err *e); /* NULL: nothing waits */
	int (*close)(struct outlet *l, struct err *e); /* releases L */
};

struct outlet {
	const struct outlet_ops *ops;
	struct outlet_opts o;
	const char *name;
	size_t room;
};

int outlet_open_file(struct outlet **out, const struct outlet_opts *o, struct err *e);
int outlet_open_syslog(struct outlet **out, const struct outlet_opts *o, struct err *e);
int outlet_open_journal(struct outlet **out, const struct outlet_opts *o, struct err *e);

/* A UNIX socket to a daemon that may start again at any time. */
struct outlet_peer {
	const char *path;
	const struct clk *clk;
	int64_t wait_ns;
	int fd;      /* -1: not connected */
	bool stream; /* it takes no datagrams */
	bool given_up;
};

void outlet_peer_init(
	struct outlet_peer *p, const char *path, const struct outlet_opts *o);
/* BYTES, and FD unless it is -1, as one datagram or on the stream.  ERR_LIMIT: too large for a
 * datagram. */
int outlet_peer_send(struct outlet_peer *p, struct span bytes, int fd, struct err *e);
/* Connects; what kind of socket it is, and that it is there, is known then. */
int outlet_peer_connect(struct outlet_peer *p, struct err *e);
void outlet_peer_close(struct outlet_peer *p);

#endif
