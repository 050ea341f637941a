/* SPDX-License-Identifier: ISC */
/* Greetings: whose session it is, whether there may be another one, and going on with one.  A
 * session belongs to a uid and to whoever knows its token, which is a keyed hash of its id and
 * uid, so that a restarted daemon knows it again without having kept it anywhere. */
#include "recd/server_impl.h"

#include "format/sha256.h"

#include <syslog.h>

#define EMPTY_MAX 4096 /* bytes of a file that may hold no message */

static void
keyed(const struct server *s, const char *what, const uint8_t id[DEPOSIT_ID_SIZE],
	uid_t uid, uint8_t out[SHA256_BYTES])
{
	uint64_t number = uid;
	struct sha256 h;

	sha256_begin(&h);
	sha256_add(&h, span_of(s->o.secret, sizeof s->o.secret));
	sha256_add(&h, span_of(what, 8));
	sha256_add(&h, span_of(id, DEPOSIT_ID_SIZE));
	sha256_add(&h, span_of(&number, sizeof number));
	sha256_end(&h, out);
}

static void
make_token(const struct server *s, const uint8_t id[DEPOSIT_ID_SIZE], uid_t uid,
	uint8_t token[DEPOSIT_TOKEN_SIZE])
{
	uint8_t hash[SHA256_BYTES];

	keyed(s, "token---", id, uid, hash);
	memcpy(token, hash, DEPOSIT_TOKEN_SIZE);
}

uint64_t
session_hash(const struct server *s, const uint8_t id[DEPOSIT_ID_SIZE])
{
	uint8_t hash[SHA256_BYTES];
	uint64_t v;

	keyed(s, "place---", id, 0, hash);
	memcpy(&v, hash, sizeof v);
	return v;
}

/* Without telling by the time it takes where the first difference is. */
static bool
same_token(const uint8_t *a, const uint8_t *b)
{
	unsigned differ = 0;

	for (int i = 0; i < DEPOSIT_TOKEN_SIZE; i++)
		differ |= (unsigned)(a[i] ^ b[i]);
	return differ == 0;
}

void
session_count(struct server *s)
{
	uint64_t alone = 0;

	for (struct held *h = held_next(&s->held, NULL); h; h = held_next(&s->held, h))
		alone += !h->conn;
	s->metrics.sessions = s->held.n;
	s->metrics.detached = alone;
}

void
session_forget(struct server *s, struct held *h)
{
	if (h->conn)
		h->conn->held = NULL;
	quota_waiting(&s->quota, h->uid, h->waiting, 0);
	if (h->counted)
		quota_end(&s->quota, h->uid);
	held_remove(&s->held, h);
	session_count(s);
}

/* ---- greetings ---- */

static void
welcome(struct conn *c)
{
	uint32_t window = c->server->o.window;
	struct deposit_frame f = { .type = DEPOSIT_WELCOME,
		.version = DEPOSIT_VERSION,
		.window = window < SERVER_WINDOW_LEAST ? SERVER_WINDOW_LEAST : window,
		.offset = keep_wanted(c->held->keep) };

	make_token(c->server, c->held->id, c->peer.uid, f.token);
	conn_send(c, &f);
}

static void
attach(struct conn *c, struct held *h)
{
	c->held = h;
	h->conn = c;
	h->alone_ns = 0;
	session_count(c->server);
}

enum deposit_reason
session_reason(int code)
{
	switch (code) {
	case ERR_EXISTS:
		return DEPOSIT_R_TAKEN;
	case ERR_NOSPACE:
		return DEPOSIT_R_FULL;
	case ERR_NOTFOUND:
	case ERR_STATE:
		return DEPOSIT_R_UNKNOWN;
	default:
		return DEPOSIT_R_FAILED;
	}
}

struct keep_opts
session_keep_opts(const struct server *s)
{
	return (struct keep_opts){ .store = s->o.store,
		.ship = s->o.ship,
		.max_bytes = s->o.session_bytes,
		.level = s->o.level,
		.recipients = s->o.recipients,
		.key = s->o.key };
}

/* A new session of C; NULL: no memory. */
static struct held *
hold_new(struct conn *c, const uint8_t id[DEPOSIT_ID_SIZE])
{
	struct server *s = c->server;
	struct keep_opts ko = session_keep_opts(s);
	struct held *h = held_add(&s->held, id, session_hash(s, id));

	if (!h)
		return NULL;
	h->keep = keep_new(&ko, id, &c->peer, clk_wall(s->o.clk));
	if (!h->keep) {
		held_remove(&s->held, h);
		return NULL;
	}
	h->uid = c->peer.uid;
	h->counted = true;
	return h;
}

bool
session_drop_empty(struct server *s, struct held *h)
{
	if (h->conn || h->busy || !h->keep || !keep_is_empty(h->keep))
		return false;
	/* its user may begin another one meanwhile */
	if (h->counted)
		quota_end(&s->quota, h->uid);
	h->counted = false;
	slow_flush(s, h, HELD_DROPPED);
	return true;
}

/* Its old connection is dead, though nobody has told us yet. */
static void
replace(struct held *h)
{
	if (!h->conn)
		return;
	h->conn->held = NULL;
	conn_refuse(h->conn, DEPOSIT_R_ORDER, "the session goes on elsewhere");
	h->conn = NULL;
}

/* Whose registration was not answered asks again.  May C wait for what becomes of it, because
 * nothing ever came of H, as far as is known? */
static bool
may_be_empty(const struct conn *c, const struct held *h)
{
	switch (h->busy) {
	case HELD_FREE:
		return h->keep ? keep_is_empty(h->keep) : h->size <= EMPTY_MAX;
	case HELD_BEGUN:
		return h->uid == c->peer.uid;
	case HELD_LOOKED_INTO:
		return h->size <= EMPTY_MAX;
	case HELD_DROPPED:
		return true;
	case HELD_COMMITTED:
	case HELD_ENDED:
	case HELD_GIVEN_UP:
	case HELD_ENCRYPTED:
	case HELD_LEFT:
		break;
	}
	return false;
}

static void
begin_again(struct conn *c, struct held *h)
{
	struct server *s = c->server;
	bool greeted = h->conn && h->asks != HELD_ASKS_TO_BEGIN;

	if (greeted || !may_be_empty(c, h)) {
		conn_refuse(c, DEPOSIT_R_TAKEN, "");
		return;
	}
	replace(h);
	if (!session_drop_empty(s, h) && !h->busy)
		slow_look(s, h);
	attach(c, h);
	h->asks = HELD_ASKS_TO_BEGIN;
}

/* All but those of an earlier run that nobody has come back for: after a crash there may be as
 * many of these as there is room for, and everybody begins anew. */
static size_t
count_present(const struct server *s)
{
	size_t n = 0;

	for (struct held *h = held_next(&s->held, NULL); h; h = held_next(&s->held, h))
		n += h->keep || h->conn;
	return n;
}

void
session_begin(struct conn *c, const uint8_t id[DEPOSIT_ID_SIZE])
{
	struct server *s = c->server;
	struct held *h = held_find(&s->held, id, session_hash(s, id));
	size_t n;

	if (c->closing)
		return;
	if (h) {
		begin_again(c, h);
		return;
	}
	if (s->full_ns > s->now_ns) {
		conn_refuse(c, DEPOSIT_R_FAILED, "recordings cannot be written");
		return;
	}
	n = count_present(s);
	if (n >= s->room || !quota_begin(&s->quota, c->peer.uid, s->room - n)) {
		conn_refuse(c, DEPOSIT_R_LIMIT,
			n >= s->room ? "too many sessions"
				     : "too many sessions of this user");
		return;
	}
	h = hold_new(c, id);
	if (!h) {
		quota_end(&s->quota, c->peer.uid);
		conn_refuse(c, DEPOSIT_R_FAILED, err_name(ERR_NOMEM));
		return;
	}
	if (c->peer.tracer)
		server_say_of(s, h->uid, LOG_WARNING,
			"pid %d: its recorder is traced by pid %d", (int)c->peer.pid,
			(int)c->peer.tracer);
	attach(c, h);
	h->asks = HELD_ASKS_TO_BEGIN;
	slow_flush(s, h, HELD_BEGUN);
}

/* The session that F asks to go on with; NULL: C was told why not. */
static struct held *
find_again(struct conn *c, const struct deposit_frame *f)
{
	struct server *s = c->server;
	uint8_t token[DEPOSIT_TOKEN_SIZE];
	struct held *h;

	make_token(s, f->id, c->peer.uid, token);
	if (!same_token(token, f->token)) {
		conn_refuse(c, DEPOSIT_R_NOT_YOURS, "");
		return NULL;
	}
	h = held_find(&s->held, f->id, session_hash(s, f->id));
	if (!h) {
		conn_refuse(c, DEPOSIT_R_UNKNOWN, "");
		return NULL;
	}
	/* it has its place among all of them already */
	if (!h->counted && !quota_begin(&s->quota, c->peer.uid, SIZE_MAX)) {
		conn_refuse(c, DEPOSIT_R_LIMIT, "too many sessions of this user");
		return NULL;
	}
	h->counted = true;
	h->uid = c->peer.uid;
	return h;
}

/* H is known: what C still has of its bytes must fit to it. */
static void
go_on(struct server *s, struct conn *c, struct held *h)
{
	struct deposit_frame kept = { .type = DEPOSIT_ACK, .offset = h->acked };
	uint64_t wanted = keep_wanted(h->keep);
	struct err e = { .code = 0 };

	if (wanted < h->first || wanted > h->made) {
		conn_refuse(c, DEPOSIT_R_ORDER, "");
		return;
	}
	if (keep_meet(h->keep, &c->peer, &e) < 0) {
		conn_refuse(c, session_reason(e.code), e.text);
		return;
	}
	s->metrics.resumed++;
	attach(c, h);
	welcome(c);
	if (kept.offset > h->first) /* it was told already, and has not heard */
		conn_send(c, &kept);
	/* what was read back is acknowledged when it is known to be kept */
	h->dirty_ns = s->now_ns;
	server_due(s, h->dirty_ns + s->o.commit_ns);
}

/* C has what F registered, or hears why not. */
static void
met(struct conn *c, struct held *h)
{
	struct err e = { .code = 0 };

	if (keep_meet(h->keep, &c->peer, &e) < 0)
		conn_refuse(c, session_reason(e.code), e.text);
	else
		welcome(c);
}

void
session_answer(struct server *s, struct conn *c, struct held *h)
{
	enum held_asks asks = h->asks;

	h->asks = HELD_ASKS_NOTHING;
	if (c->closing || !asks)
		return;
	if (asks == HELD_ASKS_TO_GO_ON)
		go_on(s, c, h);
	else if (keep_is_empty(h->keep))
		met(c, h);
	else
		conn_refuse(c, DEPOSIT_R_TAKEN, "");
}

static bool
is_over(const struct held *h)
{
	return h->busy == HELD_GIVEN_UP || h->busy == HELD_DROPPED ||
	       h->busy == HELD_ENCRYPTED;
}

static void
resume(struct conn *c, const struct deposit_frame *f)
{
	struct held *h = find_again(c, f);

	if (!h)
		return;
	if (is_over(h)) {
		conn_refuse(c, DEPOSIT_R_UNKNOWN, "it is finished");
		return;
	}
	h->first = f->offset;
	h->made = f->made;
	replace(h);
	if (h->keep && !h->busy) {
		h->alone_ns = c->server->now_ns;
		go_on(c->server, c, h);
		return;
	}
	attach(c, h);
	h->asks = HELD_ASKS_TO_GO_ON;
	if (!h->busy)
		slow_look(c->server, h);
}

void
session_hello(struct conn *c, const struct deposit_frame *f)
{
	if (c->held)
		conn_refuse(c, DEPOSIT_R_MALFORMED, "a second greeting");
	else if (f->least_version > DEPOSIT_VERSION || f->version < DEPOSIT_VERSION)
		conn_refuse(c, DEPOSIT_R_VERSION, "");
	else if (f->resume)
		resume(c, f);
	else if (f->offset != 0)
		conn_refuse(c, DEPOSIT_R_ORDER, "");
	else
		session_begin(c, f->id);
}
