/* SPDX-License-Identifier: ISC */
/* What takes long, or waits for a disk that may be slow: done by threads, while the loop goes on
 * with everybody else.  This is all of it:
 *
 *	HELD_BEGUN        whoever logs in waits: before all others
 *	HELD_COMMITTED    what was taken becomes durable
 *	HELD_ENDED        its client says so, and waits to hear that all of it is kept
 *	HELD_GIVEN_UP     finished without its end
 *	HELD_DROPPED      nothing ever came: no recording
 *	HELD_LEFT         the daemon stops
 *	HELD_LOOKED_INTO  read, as an earlier run left it           (threads of their own)
 *	HELD_ENCRYPTED    written anew                              (a thread of its own)
 *
 * A session has one job at a time, and is touched by nobody else meanwhile: its connection is
 * not read, ticks leave it alone, the next job waits.  So there is no race between a flush and a
 * close, a rename or a second flush, and what is acknowledged when a commit is done is what that
 * commit has flushed.  Only a commit that waits for a thread (h->queued) leaves the session free;
 * what comes until the thread takes it is part of that commit. */
#include "recd/server_impl.h"

#include <stddef.h>
#include <syslog.h>

static struct held *
held_of(struct job *j)
{
	return (struct held *)((char *)j - offsetof(struct held, job));
}

/* ---- in a thread ---- */

static void
run_begin(struct held *h)
{
	h->rc = keep_begin(h->keep, &h->why);
	if (h->rc < 0)
		h->after = NULL;
}

static void
run_commit(struct held *h)
{
	h->rc = keep_commit(h->keep, h->mono_ns, true, &h->why);
	if (h->rc == 0 || !keep_is_doubtful(h->keep))
		return;
	keep_leave(h->keep);
	h->after = NULL;
}

static void
run_end(struct held *h)
{
	run_commit(h);
	if (h->rc < 0 || keep_waiting(h->keep))
		return; /* it may be tried again */
	h->cut_short = !keep_has_ended(h->keep);
	h->rc = keep_end(h->keep, h->wall_ns, &h->why);
	if (h->rc <= 0)
		h->after = NULL;
}

static void
run_give_up(struct held *h)
{
	h->rc = keep_abandon(h->keep, h->note.text, h->wall_ns, &h->why);
	if (h->rc <= 0)
		h->after = NULL;
}

static void
run_drop(struct held *h)
{
	keep_drop(h->keep);
	h->after = NULL;
}

static void
run_leave(struct held *h)
{
	keep_leave(h->keep);
	h->after = NULL;
}

static void
run_look(struct held *h)
{
	h->rc = keep_resume(&h->after, &h->opts, h->id, NULL, &h->why);
}

static void
run_encrypt(struct held *h)
{
	h->rc = keep_hand_over(h->keep, keep_encrypt(h->keep, &h->why), &h->why);
	h->after = NULL;
}

static const struct kind {
	void (*run)(struct held *h);
	void (*done)(struct server *s, struct held *h); /* H is free again */
} kinds[] = {
	[HELD_BEGUN] = { run_begin, session_begun },
	[HELD_COMMITTED] = { run_commit, session_committed },
	[HELD_ENDED] = { run_end, session_ended },
	[HELD_GIVEN_UP] = { run_give_up, session_given_up },
	[HELD_DROPPED] = { run_drop, session_dropped },
	[HELD_LEFT] = { run_leave, session_forget },
	[HELD_LOOKED_INTO] = { run_look, session_looked },
	[HELD_ENCRYPTED] = { run_encrypt, session_encrypted },
};

static void
run(struct job *j)
{
	struct held *h = held_of(j);

	kinds[h->busy].run(h);
}

/* ---- in the loop ---- */

static void
start(struct job *j)
{
	struct held *h = held_of(j);
	struct server *s = h->server;

	if (h->queued)
		h->busy = HELD_COMMITTED;
	h->queued = false;
	h->mono_ns = s->now_ns;
	h->wall_ns = clk_wall(s->o.clk);
	s->metrics.waiting = s->flusher.nwaiting;
}

static void
done(struct job *j)
{
	struct held *h = held_of(j);
	enum held_busy was = h->busy;

	h->busy = HELD_FREE;
	h->keep = h->after;
	kinds[was].done(h->server, h);
}

static void
add(struct worker *w, struct server *s, struct held *h, uint64_t cost)
{
	h->server = s;
	h->after = h->keep;
	h->job = (struct job){ NULL, cost, start, run, done };
	worker_add(w, &h->job);
	s->metrics.waiting = s->flusher.nwaiting;
}

void
slow_commit(struct server *s, struct held *h)
{
	if (h->queued)
		return;
	h->queued = true;
	add(&s->flusher, s, h, 1);
}

void
slow_flush(struct server *s, struct held *h, enum held_busy what)
{
	if (h->queued)
		worker_remove(&s->flusher, &h->job);
	h->queued = false;
	h->busy = what;
	add(&s->flusher, s, h, what != HELD_BEGUN);
}

void
slow_look(struct server *s, struct held *h)
{
	h->opts = session_keep_opts(s);
	h->busy = HELD_LOOKED_INTO;
	add(&s->looker, s, h, h->size);
}

void
slow_encrypt(struct server *s, struct held *h)
{
	if (s->closing)
		return;
	h->busy = HELD_ENCRYPTED;
	add(&s->boxer, s, h, keep_size(h->keep));
}

void
slow_stop(struct server *s, struct held *h)
{
	if (h->busy)
		h->keep = h->after;
	h->busy = HELD_FREE;
	if (h->keep)
		slow_flush(s, h, HELD_LEFT);
	else
		session_forget(s, h);
}
