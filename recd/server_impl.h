/* SPDX-License-Identifier: ISC */
/* What the files of the server share: connections (conn.c), sessions (session.c) and the loop
 * around them (server.c). */
#ifndef RECD_SERVER_IMPL_H
#define RECD_SERVER_IMPL_H

#include "recd/held.h"
#include "recd/names.h"
#include "recd/server.h"

#define SERVER_LISTEN_MAX 9               /* one of them for metrics */
#define SERVER_HELLO_NS   (10 * NS_PER_S) /* a connection must say who it is within */
#define SERVER_CONNECT_NS (3 * NS_PER_S) /* who would be heard only later is not let in */
#define SERVER_NAME_NS    NS_PER_S       /* the name of a user is waited for so long */
#define SERVER_SPARE_FDS  128            /* for files beside those of sessions */
#define SERVER_TICK_NS    (20 * NS_PER_MS) /* between looks at all of them, at most */
#define SERVER_RETRY_NS   NS_PER_S         /* a store that failed is tried again after */
/* only whole messages are acknowledged: one must have room in the window */
#define SERVER_WINDOW_LEAST ((uint32_t)(KEEP_MESSAGE_MAX + DEPOSIT_DATA_MAX))

struct conn {
	struct watched w;
	struct server *server;
	struct conn *next, *prev;
	struct peer peer;
	struct buf in, out;
	struct held *held; /* NULL: it has not said which */
	int64_t heard_ns;  /* when bytes came last, monotonic */
	int64_t wait_ns;   /* nothing is read before, 0 */
	int64_t name_ns;   /* its user's name is waited for until then, 0: not */
	bool closing;      /* what is in OUT goes out, then it ends */
	bool gone;         /* it has ended, though not all of it was read; not counted */
};

struct listener {
	struct watched w;
	struct server *server;
	void (*serve)(void *ctx, int fd); /* NULL: conn_accept() does */
	void *ctx;
	int64_t rest_ns; /* no connections are taken before; 0: they are */
};

struct server {
	struct server_opts o;
	struct watch watch;
	struct listener listeners[SERVER_LISTEN_MAX];
	int nlisteners;
	struct conn *conns;
	unsigned nconns;
	unsigned room; /* connections there may be, and as many sessions */
	uint64_t turn; /* number of the present one */
	bool closing;
	struct held_table held;
	/* BOXER has the longest jobs, and server_job()'s */
	struct worker flusher, looker, boxer, namer;
	struct names names;
	struct quota quota;
	struct metrics metrics;
	int64_t now_ns;  /* of this turn, monotonic */
	int64_t full_ns; /* the store failed: no new sessions before */
	int64_t news_ns; /* nor is it told again */
	int64_t next_ns; /* when something is due, 0: nothing */
	int64_t tick_ns; /* nothing is looked at before */
};

void server_due(struct server *s, int64_t at_ns); /* something is, then */
void server_say(struct server *s, int priority, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What UID has caused: not more often than the log should see it. */
void server_say_of(struct server *s, uid_t uid, int priority, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* conn.c */
void conn_accept(struct server *s, int fd);
void conn_send(struct conn *c, const struct deposit_frame *f);
/* The last thing it is told; its session, if any, stays behind. */
void conn_refuse(struct conn *c, enum deposit_reason why, const char *text);
/* The name of a user is known: whoever waits for it goes on. */
void conn_named(struct server *s, const struct name *name);
void conn_tick(struct conn *c); /* it may be gone after that */
/* Its session is free: what it has said meanwhile is taken.  It may be gone after that. */
void conn_go_on(struct conn *c);
void conn_drop(struct conn *c);

/* session_open.c: whose session it is */
void session_hello(struct conn *c, const struct deposit_frame *f);
void session_begin(struct conn *c, const uint8_t id[DEPOSIT_ID_SIZE]);
uint64_t session_hash(const struct server *s, const uint8_t id[DEPOSIT_ID_SIZE]);
struct keep_opts session_keep_opts(const struct server *s);
enum deposit_reason session_reason(int code); /* of an error */
void session_count(struct server *s);
void session_forget(struct server *s, struct held *h);
/* Registered, and nothing came of it: true, and H is going. */
bool session_drop_empty(struct server *s, struct held *h);
/* What C asked for of H, which was busy until now. */
void session_answer(struct server *s, struct conn *c, struct held *h);

/* session.c: what frames and time do to sessions */
void session_data(struct conn *c, const struct deposit_frame *f);
void session_end(struct conn *c, const struct deposit_frame *f);
void session_adopt(struct server *s, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t size);
void session_detach(struct server *s, struct held *h);
void session_tick(struct server *s, struct held *h); /* it may be gone after that */
/* Must its client wait to be heard? */
bool session_waits(const struct server *s, const struct held *h);
/* What slow.c has done with H, which may be gone after that. */
void session_begun(struct server *s, struct held *h);
void session_committed(struct server *s, struct held *h);
void session_ended(struct server *s, struct held *h);
void session_given_up(struct server *s, struct held *h);
void session_dropped(struct server *s, struct held *h);
void session_looked(struct server *s, struct held *h);
void session_encrypted(struct server *s, struct held *h);

/* slow.c: with threads, or by worker_step() when there are none; session_tick() and others leave
 * a busy session alone */
void slow_commit(
	struct server *s, struct held *h); /* as soon as a thread has time for it */
void slow_flush(struct server *s, struct held *h, enum held_busy what);
void slow_look(struct server *s, struct held *h);
void slow_encrypt(struct server *s, struct held *h);
/* The threads that look and encrypt have ended: H stays as the next daemon may find it. */
void slow_stop(struct server *s, struct held *h);

#endif
