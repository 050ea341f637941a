/* SPDX-License-Identifier: ISC */
/* What frames do to sessions that were greeted (session_open.c), and what time does to them: bytes are
 * taken and acknowledged, seals made, ends reached or missed. */
#include "recd/server_impl.h"

#include <syslog.h>

static const char gone[] = "its recorder went away";

/* ---- keeping ---- */

static void
acknowledge(struct server *s, struct held *h, uint64_t durable)
{
	struct deposit_frame f = { .type = DEPOSIT_ACK, .offset = durable };

	if (f.offset == h->acked)
		return;
	s->metrics.acknowledged += f.offset - h->acked;
	h->acked = f.offset;
	if (h->conn && !h->asks)
		conn_send(h->conn, &f);
}

/* The store cannot: tried again later, and nobody begins a session before. */
static void
failed(struct server *s, struct held *h, const struct err *why)
{
	char name[KEEP_NAME_SIZE];

	keep_name(name, h->id);
	s->metrics.failures++;
	if (!h->failing)
		server_say(s, LOG_ERR, "%s: cannot be written: %s", name, why->text);
	h->failing = true;
	h->retry_ns = s->now_ns + SERVER_RETRY_NS;
	s->full_ns = h->retry_ns;
	server_due(s, h->retry_ns);
}

/* What was taken could be written, or not: then the client is told, and may come back. */
static void
written(struct server *s, struct held *h, int rc, const struct err *why)
{
	s->metrics.commits++;
	if (rc < 0) {
		failed(s, h, why);
		if (h->conn)
			conn_refuse(h->conn, session_reason(rc), why->text);
		return;
	}
	if (h->failing)
		server_say(s, LOG_NOTICE, "%s: can be written again", keep_id(h->keep));
	h->failing = false;
	h->retry_ns = 0;
	h->dirty_ns = keep_is_dirty(h->keep) ? s->now_ns : 0;
	if (h->dirty_ns)
		server_due(s, h->dirty_ns + s->o.commit_ns);
	acknowledge(s, h, keep_durable(h->keep));
}

static void
commit(struct server *s, struct held *h, bool must)
{
	struct err e = { .code = 0 };

	if (keep_waits(h->keep, s->now_ns, must))
		slow_commit(s, h);
	else
		written(s, h, keep_commit(h->keep, s->now_ns, must, &e), &e);
}

/* More than it may have on its way waits for a flush that will come. */
static bool
is_full(const struct server *s, const struct held *h)
{
	uint64_t most =
		s->o.window < SERVER_WINDOW_LEAST ? SERVER_WINDOW_LEAST : s->o.window;

	return h->queued && keep_wanted(h->keep) - keep_durable(h->keep) >= most;
}

bool
session_waits(const struct server *s, const struct held *h)
{
	return h->busy || is_full(s, h);
}

/* ---- ends ---- */

static void
cannot(struct server *s, const struct held *h, const char *what)
{
	char name[KEEP_NAME_SIZE];

	keep_name(name, h->id);
	s->metrics.failures++;
	server_say(s, LOG_ERR, "%s: cannot be %s: %s", name, what, h->why.text);
}

/* Its recording is open still: as one that an earlier run has left, it is tried again when grace
 * is over. */
static void
put_off(struct server *s, struct held *h)
{
	quota_waiting(&s->quota, h->uid, h->waiting, 0);
	h->waiting = 0;
	if (h->counted)
		quota_end(&s->quota, h->uid);
	h->counted = false;
	h->dirty_ns = h->retry_ns = 0;
	session_detach(s, h);
}

static void
miss_end(struct server *s, const struct held *h, const char *why)
{
	char name[KEEP_NAME_SIZE];

	keep_name(name, h->id);
	s->metrics.abandoned++;
	server_say_of(s, h->uid, LOG_WARNING, "%s: ended without its end: %s", name, why);
}

/* It cannot go on: finish it with a note of what is missing. */
static void
give_up(struct server *s, struct held *h, const char *why)
{
	if (!keep_has_ended(h->keep))
		miss_end(s, h, why);
	err_set(&h->note, ERR_STATE, "%s", why);
	slow_flush(s, h, HELD_GIVEN_UP);
}

/* ---- what threads have done ---- */

/* H goes on, with whoever is connected to it. */
static void
go_on(struct server *s, struct held *h)
{
	struct conn *c = h->conn;

	if (c) {
		session_answer(s, c, h);
		conn_go_on(c);
	} else if (s->closing || !session_drop_empty(s, h)) {
		server_due(s, h->alone_ns + s->o.grace_ns + 1);
	}
}

void
session_begun(struct server *s, struct held *h)
{
	struct conn *c = h->conn;

	if (h->rc == 0) {
		s->metrics.begun++;
		go_on(s, h);
		return;
	}
	if (c)
		conn_refuse(c, session_reason(h->rc), h->why.text);
	session_forget(s, h);
	if (c)
		conn_go_on(c);
}

/* The disk could not keep what it was given, so the session was left: whoever comes back for it
 * goes on from what is durable. */
static void
left(struct server *s, struct held *h)
{
	struct conn *c = h->conn;

	failed(s, h, &h->why);
	if (c) {
		conn_refuse(c, session_reason(h->rc), h->why.text);
		c->held = NULL;
	}
	put_off(s, h);
	if (c)
		conn_go_on(c);
}

void
session_committed(struct server *s, struct held *h)
{
	if (!h->keep) {
		left(s, h);
		return;
	}
	written(s, h, h->rc, &h->why);
	go_on(s, h);
}

/* Whatever becomes of the recording, it is nobody's session any more. */
static void
finished(struct server *s, struct held *h)
{
	if (h->conn)
		h->conn->held = NULL;
	h->conn = NULL;
	if (h->rc > 0) {
		slow_encrypt(s, h);
	} else if (h->rc == 0) {
		session_forget(s, h);
	} else {
		cannot(s, h, "finished");
		put_off(s, h);
	}
}

void
session_given_up(struct server *s, struct held *h)
{
	struct conn *c = h->conn;

	if (c)
		conn_refuse(c, h->refusal, h->note.text);
	finished(s, h);
	if (c)
		conn_go_on(c);
}

void
session_ended(struct server *s, struct held *h)
{
	struct deposit_frame closed = { .type = DEPOSIT_CLOSED, .offset = h->end };
	struct conn *c = h->conn;

	if (h->rc <= 0 && h->keep) { /* not yet */
		written(s, h, h->rc, &h->why);
		if (c && h->rc == 0)
			conn_refuse(
				c, DEPOSIT_R_CONTENT, "the last message is not whole");
		go_on(s, h);
		return;
	}
	if (h->rc < 0) {
		left(s, h);
		return;
	}
	s->metrics.commits++;
	s->metrics.ended++;
	if (h->cut_short)
		miss_end(s, h, KEEP_CUT_SHORT);
	acknowledge(s, h, h->end);
	if (c && h->asks) {
		conn_refuse(c, DEPOSIT_R_UNKNOWN, "it is finished");
	} else if (c) {
		c->closing = true;
		conn_send(c, &closed);
	}
	finished(s, h);
	if (c)
		conn_go_on(c);
}

void
session_dropped(struct server *s, struct held *h)
{
	uint8_t id[DEPOSIT_ID_SIZE];
	struct conn *c = h->conn;

	memcpy(id, h->id, sizeof id);
	session_forget(s, h);
	if (!c)
		return;
	session_begin(c, id);
	conn_go_on(c);
}

/* H was read: whoever came back for it goes on, or it ends. */
void
session_looked(struct server *s, struct held *h)
{
	const char *end_why = h->conn ? NULL : h->end_why;
	bool unwanted = h->asks == HELD_ASKS_TO_BEGIN || end_why;
	struct conn *c = h->conn;

	h->end_why = NULL;
	if (h->rc < 0 && end_why) {
		cannot(s, h, "finished");
		session_forget(s, h);
	} else if (h->rc < 0 && c) {
		conn_refuse(c, session_reason(h->rc), h->why.text);
		conn_go_on(c);
	} else if (h->keep && keep_is_empty(h->keep) && unwanted) {
		slow_flush(s, h, HELD_DROPPED);
	} else if (end_why) {
		give_up(s, h, end_why);
	} else {
		go_on(s, h);
	}
}

void
session_encrypted(struct server *s, struct held *h)
{
	if (h->rc == 0) {
		session_forget(s, h);
		return;
	}
	cannot(s, h, "encrypted");
	put_off(s, h);
}

/* ---- bytes ---- */

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
		if (deposit_reason_lasts(why) || why == DEPOSIT_R_LIMIT) {
			h->refusal = why;
			give_up(s, h, e.text);
		} else {
			failed(s, h, &e);
			conn_refuse(c, why, e.text);
		}
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
	struct held *h = c->held;

	if (f->offset != keep_wanted(h->keep)) {
		conn_refuse(c, DEPOSIT_R_ORDER, "the end is elsewhere");
		return;
	}
	h->end = f->offset;
	slow_flush(c->server, h, HELD_ENDED);
}

/* ---- without a connection ---- */

void
session_adopt(struct server *s, const uint8_t id[DEPOSIT_ID_SIZE], uint64_t size)
{
	uint64_t hash = session_hash(s, id);
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
	h->asks = HELD_ASKS_NOTHING;
	/* when we go, its client means to come back, with what we have not seen */
	if (!s->closing && session_drop_empty(s, h))
		return;
	h->alone_ns = s->now_ns;
	server_due(s, h->alone_ns + s->o.grace_ns + 1);
	session_count(s);
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

/* When what was taken must be written, 0: it is, or a thread will. */
static int64_t
commit_due(const struct server *s, const struct held *h)
{
	if (h->queued)
		return 0;
	if (h->retry_ns)
		return h->retry_ns;
	return h->dirty_ns ? h->dirty_ns + s->o.commit_ns : 0;
}

/* Nobody came back for it in time. */
static void
over(struct server *s, struct held *h)
{
	if (session_drop_empty(s, h))
		return;
	if (h->keep) {
		give_up(s, h, gone);
	} else {
		h->end_why = gone;
		slow_look(s, h);
	}
}

void
session_tick(struct server *s, struct held *h)
{
	if (h->busy)
		return;
	seal(s, h);
	if (commit_due(s, h) && s->now_ns >= commit_due(s, h))
		commit(s, h, false);
	if (h->busy)
		return;
	if (commit_due(s, h))
		server_due(s, commit_due(s, h));
	if (h->conn || h->retry_ns)
		return;
	if (s->now_ns - h->alone_ns <= s->o.grace_ns)
		server_due(s, h->alone_ns + s->o.grace_ns + 1);
	else
		over(s, h);
}
