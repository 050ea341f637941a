/* SPDX-License-Identifier: ISC */
/* What frames do to sessions that were greeted (session_open.c), and what time does to them: bytes are
 * taken and acknowledged, seals made, ends reached or missed. */
#include "recd/server_impl.h"

#include <syslog.h>

static const char gone[] = "its recorder went away";

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
			conn_refuse(h->conn, session_reason(rc), e.text);
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
		conn_refuse(c, session_reason(h->rc), h->why.text);
	else if (c && c->in.n)
		conn_refuse(c, DEPOSIT_R_MALFORMED, "bytes before the answer");
	else if (c)
		session_go_on(s, c, h);
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
	/* when we go, its client means to come back, with what we have not seen */
	if (h->keep && !s->closing && session_drop_empty(s, h))
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
	} else if (session_drop_empty(s, h)) {
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
