/* SPDX-License-Identifier: ISC */
/* The bytes of a session, both ways.  Everything that is to be recorded is in the queue
 * before it is delivered; when the queue is full nothing is read. */
#ifndef REC_PROXY_H
#define REC_PROXY_H

#include "base/clk.h"
#include "rec/digest.h"
#include "rec/keys.h"
#include "rec/mask.h"
#include "rec/ran.h"
#include "rec/recorder.h"
#include "rec/relay.h"

#include <sys/ioctl.h>

struct proxy {
	struct loop *loop;
	struct ring *ring;
	const struct clk *clk;
	unsigned intercept; /* enum conf_intercept */
	bool user_tty;      /* the user's side is a terminal */
	bool program_tty;   /* the program's side is one: a pty, whose master is PTY */
	bool quiet;
	int pty;
	int retry;   /* timer: a pty whose slave nobody has open may be opened again */
	bool paused; /* by the user's key */
	bool program_over; /* it will open no terminal again */
	bool moved;        /* bytes have moved since somebody cleared this */
	struct keys keys;
	struct mask mask;
	struct digest *digest; /* of the bytes as they pass; NULL: none */
	struct ran *ran; /* what looks for events in the bytes; NULL: nothing does */
	struct relay in, out, err;
	void (*user_gone)(void *ctx); /* the user's terminal went away */
	void *ctx;
};

/* Descriptors of a proxy; -1 where there is none.  They are the proxy's from then on. */
struct proxy_fds {
	int in_from, in_to;
	int out_from, out_to;
	int err_from, err_to;
};

/* The other members are filled in by the caller. */
void proxy_init(struct proxy *p, const struct proxy_fds *fds);
bool proxy_event(struct proxy *p, enum ring_class c, enum rec_kind kind, const void *data,
	size_t n);
void proxy_resume(struct proxy *p);       /* there is room in the queue again */
void proxy_catch_up(struct proxy *p);     /* deliver output that is there already */
void proxy_program_over(struct proxy *p); /* it has ended; jobs of it may live on */
void proxy_stop(struct proxy *p); /* read nothing any more; deliver what was read */
void proxy_say(struct proxy *p, const char *text); /* a line on the user's terminal */
bool proxy_ended(const struct proxy *p); /* both outputs are at their end and delivered */
bool proxy_delivered(const struct proxy *p); /* nothing is kept */
bool proxy_waits(
	const struct proxy *p); /* output is not read for want of room in the queue */
void proxy_close(struct proxy *p);

#endif
