/* SPDX-License-Identifier: ISC */
/* The daemon without its configuration: sockets on one side, sessions that are kept on the
 * other, one thread for all that neither takes long nor waits for the disk.  A session outlives its connection:
 * whoever has its token and its uid may go on with it for a while, then it is finished with a
 * note that its end is missing. */
#ifndef RECD_SERVER_H
#define RECD_SERVER_H

#include "base/clk.h"
#include "recd/keep.h"
#include "recd/metrics.h"
#include "recd/quota.h"
#include "recd/watch.h"
#include "recd/worker.h"

#define SERVER_SECRET_SIZE 32

struct server_opts {
	const struct clk *clk;
	struct store *store;
	struct ship *ship; /* NULL: recordings stay in the store */
	uint8_t secret
		[SERVER_SECRET_SIZE]; /* tokens are made with it; the same after a restart */
	struct quota_limits quota;
	unsigned connections;   /* in all */
	uint64_t session_bytes; /* of one session, 0 any */
	int64_t grace_ns;       /* for a session without a connection */
	int64_t idle_ns;        /* for a connection that says nothing, 0 any */
	int64_t commit_ns;      /* the oldest byte waits at most so long to be written */
	uint32_t window;        /* bytes of a session on their way */
	unsigned threads; /* that may wait for the disk; 0: tests do (server_impl.h) */
	int level;
	const struct box_recipients *recipients; /* NULL: recordings are not encrypted */
	const struct sign_key *key;              /* NULL: recordings are not sealed */
	int64_t seal_ns; /* a seal at most so long after something came */
	void (*say)(void *ctx, int priority, const char *text); /* syslog's priorities */
	void *ctx;
};

struct server;

int server_open(struct server **s, const struct server_opts *o, struct err *e);
/* FD: a listening stream socket; stays the caller's.  SERVE gets what connects, to be closed;
 * NULL: those are clients. */
int server_listen(struct server *s, int fd, void (*serve)(void *ctx, int fd), void *ctx,
	struct err *e);
/* Another descriptor in the same loop (signals). */
int server_watch(struct server *s, struct watched *w, struct err *e);
/* A recording of SIZE bytes that an earlier run left open: somebody may come back for it, as for one whose
 * connection broke.  Names that are no ids are passed over. */
void server_adopt(struct server *s, const char *name, uint64_t size);
/* J takes long: a thread runs it, and it is DONE in the loop, but not any more when S is closed. */
void server_job(struct server *s, struct job *j);
/* One round: what is due, and what came; waits for it. */
int server_turn(struct server *s, struct err *e);
const struct metrics *server_metrics(const struct server *s);
/* Limits and times anew (not clk, store, ship, secret, key, recipients). */
void server_change(struct server *s, const struct server_opts *o);
/* A line for each session. */
void server_dump(const struct server *s, struct buf *out);
/* Tells everybody, keeps what was taken, leaves the recordings open. */
void server_close(struct server *s);

#endif
