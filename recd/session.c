/* SPDX-License-Identifier: ISC */
/* What frames do to sessions.  A session belongs to a uid and to whoever knows its token,
 * which is a keyed hash of its id and uid, so that a restarted daemon knows it again without
 * having kept it anywhere. */
#include "recd/server_impl.h"

#include "format/sha256.h"

#include <syslog.h>

#define EMPTY_MAX 4096 /* bytes of a file that may hold no message */
/* only whole messages are acknowledged: one must have room */
#define WINDOW_LEAST ((uint32_t)(KEEP_MESSAGE_MAX + DEPOSIT_DATA_MAX))

static const char gone[] = "its recorder went away";

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

static uint64_t
hash_id(const struct server *s, const uint8_t id[DEPOSIT_ID_SIZE])
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

static void
count(struct server *s)
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
	count(s);
}

/* ---- greetings ---- */

static void
welcome(struct conn *c, const uint8_t id[DEPOSIT_ID_SIZE])
{
	uint32_t window = c->server->o.window;
	struct deposit_frame f = { .type = DEPOSIT_WELCOME,
		.version = DEPOSIT_VERSION,
		.window = window < WINDOW_LEAST ? WINDOW_LEAST : window,
		.offset = keep_wanted(c->held->keep) };

	make_token(c->server, id, c->peer.uid, f.token);
	conn_send(c, &f);
}

static void
attach(struct conn *c, struct held *h)
{
	c->held = h;
	h->conn = c;
	h->alone_ns = 0;
	count(c->server);
}

static enum deposit_reason
reason_of(int code)
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

/* A new session of C. */
static struct held *
hold_new(struct conn *c, const struct deposit_frame *f, struct err *e)
{
	struct server *s = c->server;
	struct keep_opts ko = session_keep_opts(s);
	struct held *h = held_add(&s->held, f->id, hash_id(s, f->id));

	if (!h) {
		err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		return NULL;
	}
	if (keep_begin(&h->keep, &ko, f->id, &c->peer, clk_wall(s->o.clk), e) < 0) {
		held_remove(&s->held, h);
		return NULL;
	}
	return h;
}

/* Registered, perhaps by an earlier run, and nothing came of it: true, and H is gone. */
static bool
drop_empty(struct server *s, struct held *h)
{
	struct keep_opts ko = session_keep_opts(s);
	struct err e = { .code = 0 };

	if (h->conn || h->busy)
		return false;
	if (!h->keep &&
		(h->size > EMPTY_MAX || keep_resume(&h->keep, &ko, h->id, NULL, &e) < 0))
		return false;
	if (!keep_is_empty(h->keep))
		return false;
	keep_drop(h->keep);
	session_forget(s, h);
	return true;
}

static void
begin(struct conn *c, const struct deposit_frame *f)
{
	struct server *s = c->server;
	struct err e = { .code = 0 };
	struct held *h = held_find(&s->held, f->id, hash_id(s, f->id));

	/* whose registration was not answered asks again */
	if (h && !drop_empty(s, h)) {
		conn_refuse(c, DEPOSIT_R_TAKEN, "");
		return;
	}
	if (s->full_ns > s->now_ns) {
		conn_refuse(c, DEPOSIT_R_FAILED, "recordings cannot be written");
		return;
	}
	if (s->held.n >= s->room ||
		!quota_begin(&s->quota, c->peer.uid, s->room - s->held.n)) {
		conn_refuse(c, DEPOSIT_R_LIMIT,
			s->held.n >= s->room ? "too many sessions"
					     : "too many sessions of this user");
		return;
	}
	h = hold_new(c, f, &e);
	if (!h) {
		quota_end(&s->quota, c->peer.uid);
		conn_refuse(c, reason_of(e.code), e.text);
		return;
	}
	h->uid = c->peer.uid;
	h->counted = true;
	s->metrics.begun++;
	if (c->peer.tracer)
		server_say_of(s, h->uid, LOG_WARNING,
			"pid %d: its recorder is traced by pid %d", (int)c->peer.pid,
			(int)c->peer.tracer);
	attach(c, h);
	welcome(c, f->id);
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
	h = held_find(&s->held, f->id, hash_id(s, f->id));
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

/* H is known: what C still has of its bytes must fit to it. */
static void
go_on(struct server *s, struct conn *c, struct held *h)
{
	uint64_t wanted = keep_wanted(h->keep);
	struct err e = { .code = 0 };

	if (wanted < h->first || wanted > h->made) {
		conn_refuse(c, DEPOSIT_R_ORDER, "");
		return;
	}
	if (keep_meet(h->keep, &c->peer, &e) < 0) {
		conn_refuse(c, reason_of(e.code), e.text);
		return;
	}
	s->metrics.resumed++;
	attach(c, h);
	welcome(c, h->id);
	/* what was read back is acknowledged when it is known to be kept */
	h->dirty_ns = s->now_ns;
	server_due(s, h->dirty_ns + s->o.commit_ns);
}

static void
resume(struct conn *c, const struct deposit_frame *f)
{
	struct held *h = find_again(c, f);

	if (!h)
		return;
	if (h->busy == HELD_ENCRYPTED) {
		conn_refuse(c, DEPOSIT_R_UNKNOWN, "it is finished");
		return;
	}
	h->first = f->offset;
	h->made = f->made;
	replace(h);
	if (h->keep) {
		h->alone_ns = c->server->now_ns;
		go_on(c->server, c, h);
		return;
	}
	attach(c, h);
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
		begin(c, f);
}

/* ---- bytes ---- */

static void
acknowledge(struct server *s, struct held *h)
{
	struct deposit_frame f = { .type = DEPOSIT_ACK, .offset = keep_durable(h->keep) };

	if (f.offset == h->acked)
		return;
	s->metrics.acknowledged += f.offset - h->acked;
	h->acked = f.offset;
	if (h->conn)
		conn_send(h->conn, &f);
}

/* The store cannot: tried again later, and nobody begins a session before. */
static void
failed(struct server *s, struct held *h, const struct err *why)
{
	s->metrics.failures++;
	if (!h->retry_ns)
		server_say(s, LOG_ERR, "%s: cannot be written: %s", keep_id(h->keep),
			why->text);
	h->retry_ns = s->now_ns + SERVER_RETRY_NS;
	s->full_ns = h->retry_ns;
	server_due(s, h->retry_ns);
}

/* True when everything could be written.  Otherwise the client is told, and may come back. */
static bool
commit(struct server *s, struct held *h, bool must)
{
	struct err e = { .code = 0 };
	int rc = keep_commit(h->keep, s->now_ns, must, &e);

	s->metrics.commits++;
	if (rc < 0) {
		failed(s, h, &e);
		if (h->conn)
			conn_refuse(h->conn, reason_of(rc), e.text);
		return false;
	}
	if (h->retry_ns)
		server_say(s, LOG_NOTICE, "%s: can be written again", keep_id(h->keep));
	h->retry_ns = 0;
	h->dirty_ns = keep_is_dirty(h->keep) ? s->now_ns : 0;
	if (h->dirty_ns)
		server_due(s, h->dirty_ns + s->o.commit_ns);
	acknowledge(s, h);
	return true;
}

static void
cannot_finish(struct server *s, struct held *h, const struct err *why)
{
	char name[KEEP_NAME_SIZE];

	keep_name(name, h->id);
	s->metrics.failures++;
	server_say(s, LOG_ERR, "%s: cannot be finished: %s", name, why->text);
	session_forget(s, h);
}

/* The recording ended with RC; the session is nobody's any more. */
static void
finished(struct server *s, struct held *h, int rc, const struct err *why)
{
	if (h->conn)
		h->conn->held = NULL;
	h->conn = NULL;
	if (rc < 0)
		cannot_finish(s, h, why);
	else if (rc > 0)
		slow_encrypt(s, h);
	else
		session_forget(s, h);
}

/* It cannot go on: finish it with a note of what is missing. */
static void
give_up(struct server *s, struct held *h, const char *why)
{
	struct err e = { .code = 0 };
	char name[KEEP_NAME_SIZE];
	int rc;

	keep_name(name, h->id);
	s->metrics.abandoned++;
	server_say_of(s, h->uid, LOG_WARNING, "%s: ended without its end: %s", name, why);
	rc = keep_abandon(h->keep, why, clk_wall(s->o.clk), &e);
	finished(s, h, rc, &e);
}

void
session_looked(struct server *s, struct held *h)
{
	const char *end_why = h->end_why;
	struct conn *c = h->conn;

	h->end_why = NULL;
	h->keep = h->looked;
	if (c && h->rc < 0)
		conn_refuse(c, reason_of(h->rc), h->why.text);
	else if (c && c->in.n)
		conn_refuse(c, DEPOSIT_R_MALFORMED, "bytes before the answer");
	else if (c)
		go_on(s, c, h);
	else if (end_why && h->rc < 0)
		cannot_finish(s, h, &h->why);
	else if (end_why)
		give_up(s, h, end_why);
	else
		server_due(s, h->alone_ns + s->o.grace_ns + 1);
}

/* Takes them, if their user's others leave room for what is not a whole message yet. */
static int
take(struct server *s, struct held *h, const struct deposit_frame *f,
	enum deposit_reason *why, struct err *e)
{
	int rc = keep_take(h->keep, f->offset, f->data, why, e);
	size_t was = h->waiting;

	h->waiting = keep_waiting(h->keep);
	if (quota_waiting(&s->quota, h->uid, was, h->waiting) || rc < 0)
		return rc;
	*why = DEPOSIT_R_LIMIT;
	return err_set(e, ERR_LIMIT, "too many messages of this user are unfinished");
}

void
session_data(struct conn *c, const struct deposit_frame *f)
{
	struct server *s = c->server;
	struct held *h = c->held;
	enum deposit_reason why = DEPOSIT_R_FAILED;
	struct err e = { .code = 0 };

	if (take(s, h, f, &why, &e) < 0) {
		if (deposit_reason_lasts(why) || why == DEPOSIT_R_LIMIT)
			give_up(s, h, e.text);
		else
			failed(s, h, &e);
		conn_refuse(c, why, e.text);
		return;
	}
	s->metrics.bytes += f->data.n;
	if (!h->dirty_ns) {
		h->dirty_ns = s->now_ns;
		server_due(s, h->dirty_ns + s->o.commit_ns);
	}
	if (keep_wanted(h->keep) - keep_durable(h->keep) >= s->o.window / 2 &&
		!h->retry_ns)
		commit(s, h, true);
}

void
session_end(struct conn *c, const struct deposit_frame *f)
{
	struct deposit_frame closed = { .type = DEPOSIT_CLOSED, .offset = f->offset };
	struct server *s = c->server;
	struct held *h = c->held;
	struct err e = { .code = 0 };
	int rc;

	if (f->offset != keep_wanted(h->keep)) {
		conn_refuse(c, DEPOSIT_R_ORDER, "the end is elsewhere");
		return;
	}
	if (!commit(s, h, true))
		return;
	if (keep_durable(h->keep) != f->offset) {
		conn_refuse(c, DEPOSIT_R_CONTENT, "the last message is not whole");
		return;
	}
	rc = keep_end(h->keep, clk_wall(s->o.clk), &e);
	finished(s, h, rc, &e);
	if (rc < 0) {
		conn_refuse(c, DEPOSIT_R_FAILED, e.text);
		return;
	}
	s->metrics.ended++;
	c->closing = true;
	conn_send(c, &closed);
}

/* ---- without a connection ---- */

void
session_adopt(struct server *s, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t size)
{
	uint64_t hash = hash_id(s, id);
	struct held *h =
		held_find(&s->held, id, hash) ? NULL : held_add(&s->held, id, hash);

	if (!h)
		return;
	h->size = size;
	session_detach(s, h);
}

void
session_detach(struct server *s, struct held *h)
{
	h->conn = NULL;
	if (h->keep && drop_empty(s, h))
		return;
	h->alone_ns = s->now_ns;
	server_due(s, h->alone_ns + s->o.grace_ns + 1);
	count(s);
}

/* One seal in SEAL_NS, as long as something comes. */
static void
seal(struct server *s, struct held *h)
{
	struct err e = { .code = 0 };

	if (!h->keep || h->retry_ns || !keep_wants_seal(h->keep))
		return;
	if (s->now_ns < h->sealed_ns + s->o.seal_ns) {
		server_due(s, h->sealed_ns + s->o.seal_ns);
		return;
	}
	h->sealed_ns = s->now_ns;
	if (keep_seal(h->keep, clk_wall(s->o.clk), &e) < 0)
		failed(s, h, &e);
}

void
session_tick(struct server *s, struct held *h)
{
	if (h->busy)
		return;
	seal(s, h);
	if (h->retry_ns ? s->now_ns >= h->retry_ns
			: h->dirty_ns && s->now_ns >= h->dirty_ns + s->o.commit_ns)
		commit(s, h, false);
	if (h->retry_ns)
		server_due(s, h->retry_ns);
	else if (h->dirty_ns)
		server_due(s, h->dirty_ns + s->o.commit_ns);
	if (h->conn || h->retry_ns)
		return;
	if (s->now_ns - h->alone_ns <= s->o.grace_ns) {
		server_due(s, h->alone_ns + s->o.grace_ns + 1);
	} else if (drop_empty(s, h)) {
		return;
	} else if (h->keep) {
		give_up(s, h, gone);
	} else {
		h->end_why = gone;
		slow_look(s, h);
	}
}

void
session_leave(struct server *s, struct held *h)
{
	if (h->busy)
		slow_leave(h);
	else
		keep_leave(h->keep); /* may be NULL */
	session_forget(s, h);
}
