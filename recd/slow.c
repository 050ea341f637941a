/* SPDX-License-Identifier: ISC */
/* What takes as long as a recording is large: reading one that an earlier run left open, and
 * encrypting one that is finished.  Both are done by threads, one for each, while the loop goes
 * on with everybody else. */
#include "recd/server_impl.h"

#include <stddef.h>
#include <syslog.h>

static struct held *
held_of(struct job *j)
{
	return (struct held *)((char *)j - offsetof(struct held, job));
}

static void
start(struct worker *w, struct held *h, enum held_busy busy, uint64_t cost)
{
	h->busy = busy;
	h->job.cost = cost;
	worker_add(w, &h->job);
}

/* ---- looking ---- */

static void
run_look(struct job *j)
{
	struct held *h = held_of(j);

	h->rc = keep_resume(&h->looked, &h->opts, h->id, NULL, &h->why);
}

static void
looked(struct job *j)
{
	struct held *h = held_of(j);

	h->busy = HELD_FREE;
	session_looked(h->server, h);
}

void
slow_look(struct server *s, struct held *h)
{
	h->server = s;
	h->opts = session_keep_opts(s);
	h->job.run = run_look;
	h->job.done = looked;
	start(&s->looker, h, HELD_LOOKED_INTO, h->size);
}

/* ---- encrypting ---- */

static void
run_encrypt(struct job *j)
{
	struct held *h = held_of(j);

	h->rc = keep_encrypt(h->keep, &h->why);
}

static void
encrypted(struct job *j)
{
	struct held *h = held_of(j);
	struct server *s = h->server;
	struct err e = h->why;

	if (keep_hand_over(h->keep, h->rc, &e) < 0) {
		s->metrics.failures++;
		server_say(s, LOG_ERR, "cannot encrypt a recording: %s", e.text);
	}
	session_forget(s, h);
}

void
slow_encrypt(struct server *s, struct held *h)
{
	h->server = s;
	h->job.run = run_encrypt;
	h->job.done = encrypted;
	start(&s->boxer, h, HELD_ENCRYPTED, keep_size(h->keep));
}

void
slow_leave(struct held *h)
{
	struct err ignored;

	if (h->busy == HELD_ENCRYPTED)
		keep_hand_over(h->keep, ERR_STATE, &ignored);
	else
		keep_leave(h->looked);
}
