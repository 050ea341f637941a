/* SPDX-License-Identifier: ISC */
/* One lock holds everything but the requests themselves.  Recordings that may have something
 * to do stand in a line; whoever is served goes to its end, so that one large recording does
 * not keep the others waiting. */
#include "store/ship_impl.h"

#include "store/directory.h"
#include "store/retry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IDLE_NS (3600 * NS_PER_S)

static const struct retry_policy policy = { NS_PER_S / 2, 60 * NS_PER_S };

struct ship_item {
	struct ship_item *next, **back; /* of all */
	struct ship_item *behind;       /* in the line */
	bool in_line, left, counted;
	char id[STORE_ID_LEN + 1];
	struct upload u;
	const struct s3_fault *told;
	unsigned writing; /* its journal */
};

struct ship {
	struct ship_opts o;
	int dir;
	pthread_mutex_t lock, telling;
	pthread_cond_t changed; /* for workers */
	pthread_cond_t done;    /* for ship_wait() */
	pthread_t worker[S3_PARALLEL_MAX];
	unsigned workers, idle, flying;
	unsigned failures;   /* in a row, of the store as a whole */
	int64_t pause_until; /* mono */
	bool stopping;
	struct s3_cancel cancel;
	struct ship_item *all, *line, **line_end;
	struct ship_stats stats;
};

static bool
is_stopping(void *ctx)
{
	return __atomic_load_n(&((struct ship *)ctx)->stopping, __ATOMIC_RELAXED);
}

/* --- the line --- */

static void
stand_in_line(struct ship *s, struct ship_item *i)
{
	if (i->in_line)
		return;
	i->in_line = true;
	i->behind = NULL;
	*s->line_end = i;
	s->line_end = &i->behind;
}

static struct ship_item *
leave_line(struct ship *s)
{
	struct ship_item *i = s->line;

	s->line = i->behind;
	if (!s->line)
		s->line_end = &s->line;
	i->in_line = false;
	return i;
}

static bool
is_waiting(const struct ship_item *i)
{
	return i->u.finished && i->u.state == UPLOAD_WORKING && !i->left;
}

/* Keeps the sums right; call it around changes of I. */
static void
count(struct ship *s, struct ship_item *i)
{
	struct ship_stats *st = &s->stats;
	bool now = is_waiting(i);

	if (now && !i->counted) {
		st->waiting++;
		st->bytes_waiting += i->u.size;
	}
	if (!now && i->counted) {
		st->waiting--;
		st->bytes_waiting -= i->u.size;
	}
	i->counted = now;
}

static void
drop(struct ship *s, struct ship_item *i)
{
	i->left = true;
	count(s, i);
	*i->back = i->next;
	if (i->next)
		i->next->back = i->back;
	upload_free(&i->u);
	free(i);
}

/* Nobody needs it any more: not a request, not the line, not who writes it. */
static bool
is_over(const struct ship_item *i)
{
	bool ended = i->left || (i->u.finished && i->u.state == UPLOAD_DONE);

	return ended && !i->u.flying && !i->writing && !i->in_line;
}

/* --- workers --- */

static void
take_parts_along(struct ship_task *t, const struct upload *u)
{
	t->parts = calloc(u->j.nparts + 1, sizeof *t->parts);
	for (size_t i = 0; t->parts && i < u->j.nparts; i++) {
		struct s3_part *p = &t->parts[t->nparts];

		if (!u->j.part[i].sent)
			continue;
		p->number = (unsigned)i + 1;
		p->size = u->j.part[i].size;
		memcpy(p->etag, u->j.part[i].etag, sizeof p->etag);
		memcpy(p->sha256, u->j.part[i].sha256, sizeof p->sha256);
		t->nparts++;
	}
}

/* The next request of anybody; NULL: none now, ask again at *WAKE. */
static struct ship_item *
pick(struct ship *s, int64_t now, struct ship_task *t, int64_t *wake)
{
	struct ship_item *i, *first = NULL;

	*wake = s->pause_until > now ? s->pause_until : INT64_MAX;
	if (s->pause_until > now || (s->failures && s->flying))
		return NULL;
	while (s->line && s->line != first) {
		int64_t when = INT64_MAX;

		i = leave_line(s);
		if (!i->left && !i->writing && upload_next(&i->u, now, &t->job, &when)) {
			stand_in_line(s, i);
			return i;
		}
		if (is_over(i)) {
			drop(s, i);
		} else if (!i->left && when < INT64_MAX) {
			stand_in_line(s, i);
			first = first ? first : i;
			*wake = when < *wake ? when : *wake;
		}
	}
	return NULL;
}

static void
count_failure(struct ship *s, const struct s3_fault *f)
{
	struct ship_metric *m = s->stats.failures;

	while (m->label && strcmp(m->label, f->metric) != 0)
		m++;
	if (m == &s->stats.failures[SHIP_METRICS_MAX - 1])
		return;
	m->label = f->metric;
	m->n++;
}

/* Is it about the store, not about this recording? */
static bool
is_general(const struct s3_fault *f)
{
	return f->action <= S3_PERSON && f->err != ERR_CANCELLED;
}

/* FAULT: what is wrong after T; some failures are as good as an answer. */
static void
note_outcome(struct ship *s, const struct ship_task *t, const struct s3_fault *fault,
	int64_t now)
{
	int64_t ns;

	s->stats.requests++;
	s->stats.bytes_sent += t->sent;
	s->stats.parts += t->job.kind == UPLOAD_PART && !t->o.fault;
	if (t->o.fault)
		count_failure(s, t->o.fault);
	if (!fault)
		s->failures = 0;
	if (!fault || !is_general(fault))
		return;
	ns = retry_delay(&policy, ++s->failures, s->o.chance(s->o.ctx));
	ns = t->o.retry_after_ns > ns ? t->o.retry_after_ns : ns;
	s->pause_until = ns_add(now, ns);
}

/* What a person wants to know: the first of many same failures, and that it goes on. */
static const char *
what_to_tell(struct ship_item *i, const struct ship_task *t, char *text, size_t size)
{
	const struct s3_fault *f = i->u.fault;
	const char *what = NULL;

	if (f && f->err == ERR_CANCELLED)
		return NULL;
	if (f && f != i->told) {
		snprintf(text, size, "%s%s", t->o.fault ? t->e.text : f->text,
			i->u.state == UPLOAD_STUCK ? "; it stays in the spool" : "");
		what = text;
	} else if (i->u.state == UPLOAD_DONE) {
		what = "uploaded";
	} else if (!f && i->told) {
		what = "goes on";
	}
	i->told = f;
	return what;
}

static void
tell(struct ship *s, const char *id, const struct s3_fault *fault, const char *text)
{
	if (!text || !s->o.tell)
		return;
	pthread_mutex_lock(&s->telling);
	s->o.tell(s->o.ctx, id, fault, text);
	pthread_mutex_unlock(&s->telling);
}

/* The recording is in the store, and the journal says so. */
static void
clear_away(struct ship *s, const char *id)
{
	if (!s->o.keep)
		store_remove(s->o.spool, id, NULL);
}

static void *worker(void *ctx);

/* There is something to do: somebody who sleeps, or one more. */
static void
call_worker(struct ship *s)
{
	unsigned most = (unsigned)s3_conf(s->o.s3)->parallel;

	if (!s->idle && s->workers < most && !s->stopping &&
		pthread_create(&s->worker[s->workers], NULL, worker, s) == 0)
		s->workers++;
	pthread_cond_signal(&s->changed);
}

/* What must survive a crash; nobody has the lock. */
static void
keep_journal(struct ship *s, struct ship_task *t, bool done, struct span lines)
{
	struct err e;

	if (lines.n && ship_add_journal(s->dir, t->id, lines, &e) < 0)
		tell(s, t->id, s3_fault_of_error(e.code),
			e.text); /* it costs sending something again */
	if (done)
		clear_away(s, t->id);
}

/* I was picked for T.  Called, and returns, with the lock. */
static void
work_on(struct ship *s, struct ship_item *i, struct ship_task *t)
{
	struct buf lines = { 0 };
	char text[ERR_TEXT_MAX + 64];
	const struct s3_fault *fault;
	const char *what;
	int64_t now;
	bool done;

	s->flying++;
	memcpy(t->id, i->id, sizeof t->id);
	if (t->job.kind == UPLOAD_END || t->job.kind == UPLOAD_PARTS)
		take_parts_along(t, &i->u);
	call_worker(s); /* for what stands in the line behind it */
	pthread_mutex_unlock(&s->lock);
	ship_do(t);
	pthread_mutex_lock(&s->lock);
	now = clk_mono(s->o.clk);
	s->flying--;
	i->writing++;
	done = i->u.state == UPLOAD_DONE;
	upload_took(&i->u, now, s->o.chance(s->o.ctx), &t->job, &t->o, &lines);
	done = !done && i->u.state == UPLOAD_DONE;
	note_outcome(s, t, i->u.fault, now);
	fault = i->u.fault;
	what = what_to_tell(i, t, text, sizeof text);
	pthread_mutex_unlock(&s->lock);
	keep_journal(s, t, done, buf_span(&lines));
	tell(s, t->id, fault, what);
	buf_free(&lines);
	ship_task_free(t);
	pthread_mutex_lock(&s->lock);
	i->writing--;
	s->stats.uploaded += done;
	count(s, i);
	stand_in_line(s, i);
	pthread_cond_broadcast(&s->changed);
	pthread_cond_broadcast(&s->done);
}

static void
sleep_until(struct ship *s, int64_t now, int64_t wake)
{
	int64_t ns = wake < INT64_MAX ? ns_sub(wake, now) : IDLE_NS;
	struct timespec t;

	ns = ns < IDLE_NS ? ns : IDLE_NS;
	clock_gettime(CLOCK_MONOTONIC, &t);
	ns += t.tv_nsec;
	t.tv_sec += ns / NS_PER_S;
	t.tv_nsec = ns % NS_PER_S;
	s->idle++;
	pthread_cond_timedwait(&s->changed, &s->lock, &t);
	s->idle--;
}

static void *
worker(void *ctx)
{
	struct ship *s = ctx;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping) {
		struct ship_task t = {
			.s3 = s->o.s3, .dir = s->dir, .cancel = &s->cancel
		};
		int64_t now = clk_mono(s->o.clk), wake;
		struct ship_item *i = pick(s, now, &t, &wake);

		if (i)
			work_on(s, i, &t);
		else
			sleep_until(s, now, wake);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- from outside --- */

int
ship_new(struct ship **out, const struct ship_opts *o, struct err *e)
{
	struct ship *s = calloc(1, sizeof *s);
	pthread_condattr_t attr;

	*out = s;
	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	s->o = *o;
	s->dir = directory_fd(o->spool);
	s->line_end = &s->line;
	s->cancel = (struct s3_cancel){ is_stopping, s };
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->telling, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attr);
	pthread_cond_init(&s->done, &attr);
	pthread_condattr_destroy(&attr);
	return 0;
}

int
ship_add(struct ship *s, const char *id, bool found, struct ship_item **item,
	struct err *e)
{
	struct ship_item *i = calloc(1, sizeof *i);
	struct journal j;
	int rc = i ? 0 : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));

	if (rc == 0)
		rc = ship_load_journal(s->dir, id, &j, e);
	if (rc < 0) {
		free(i);
		return rc;
	}
	snprintf(i->id, sizeof i->id, "%s", id);
	upload_init(&i->u, s3_conf(s->o.s3)->part_size, &j, found);
	pthread_mutex_lock(&s->lock);
	i->next = s->all;
	i->back = &s->all;
	if (s->all)
		s->all->back = &i->next;
	s->all = i;
	s->stats.open++;
	if (found) {
		stand_in_line(s, i);
		call_worker(s);
	}
	pthread_mutex_unlock(&s->lock);
	*item = i;
	return 0;
}

static void
grow(struct ship *s, struct ship_item *i, uint64_t size, bool finished)
{
	uint64_t part = i->u.part_size, before = i->u.size;

	upload_grown(&i->u, size, finished);
	count(s, i);
	/* a part is sent when there is a byte behind it */
	if (finished ||
		(before ? (before - 1) / part : 0) != (size ? (size - 1) / part : 0)) {
		stand_in_line(s, i);
		call_worker(s);
	}
}

void
ship_grown(struct ship *s, struct ship_item *i, uint64_t durable)
{
	pthread_mutex_lock(&s->lock);
	grow(s, i, durable, false);
	pthread_mutex_unlock(&s->lock);
}

void
ship_cut(struct ship *s, struct ship_item *i, uint64_t size)
{
	pthread_mutex_lock(&s->lock);
	upload_cut(&i->u, size);
	stand_in_line(s, i);
	call_worker(s);
	pthread_mutex_unlock(&s->lock);
}

void
ship_finished(struct ship *s, struct ship_item *i, uint64_t size)
{
	pthread_mutex_lock(&s->lock);
	s->stats.open--;
	grow(s, i, size, true);
	pthread_mutex_unlock(&s->lock);
}

void
ship_left(struct ship *s, struct ship_item *i)
{
	pthread_mutex_lock(&s->lock);
	s->stats.open--;
	i->left = true;
	if (is_over(i))
		drop(s, i);
	pthread_mutex_unlock(&s->lock);
}

/* --- what was there before --- */

struct scan {
	struct ship *s;
	struct err *e;
};

static int
scan_one(void *ctx, const struct store_info *info)
{
	struct scan *c = ctx;
	struct ship *s = c->s;
	struct buf line = { 0 };
	struct ship_item *i;
	struct journal j;
	int rc;

	if (!store_is_id(info->name))
		return 0;
	rc = ship_load_journal(s->dir, info->name, &j, c->e);
	if (rc == 0 && j.done) {
		clear_away(s, info->name);
	} else if (rc == 0 && !j.open) {
		if (!j.finished) { /* left by ContainerSSH, or its journal was lost */
			journal_put_finished(&line, (uint64_t)info->size);
			rc = ship_add_journal(s->dir, info->name, buf_span(&line), c->e);
		}
		if (rc == 0)
			rc = ship_add(s, info->name, true, &i, c->e);
		if (rc == 0)
			ship_finished(s, i, (uint64_t)info->size);
	}
	buf_free(&line);
	journal_free(&j);
	return rc;
}

int
ship_scan(struct ship *s, struct err *e)
{
	struct scan c = { s, e };

	return store_list(s->o.spool, "", scan_one, &c, e);
}

/* --- looking on, ending --- */

bool
ship_wait(struct ship *s, int64_t deadline)
{
	struct timespec t = { .tv_sec = deadline / NS_PER_S,
		.tv_nsec = deadline % NS_PER_S };
	int r = 0;
	bool empty;

	pthread_mutex_lock(&s->lock);
	while (s->stats.waiting && r == 0)
		r = pthread_cond_timedwait(&s->done, &s->lock, &t);
	empty = !s->stats.waiting;
	pthread_mutex_unlock(&s->lock);
	return empty;
}

void
ship_poke(struct ship *s)
{
	pthread_mutex_lock(&s->lock);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void
ship_stats(struct ship *s, struct ship_stats *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->stats;
	out->paused = s->failures > 0;
	out->stuck = 0;
	for (const struct ship_item *i = s->all; i; i = i->next)
		out->stuck += i->u.state == UPLOAD_STUCK;
	pthread_mutex_unlock(&s->lock);
}

void
ship_stop(struct ship *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	__atomic_store_n(&s->stopping, true, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	for (unsigned k = 0; k < s->workers; k++)
		pthread_join(s->worker[k], NULL);
	for (struct ship_item *i = s->all, *next; i; i = next) {
		next = i->next;
		i->in_line = false;
		drop(s, i);
	}
	pthread_cond_destroy(&s->changed);
	pthread_cond_destroy(&s->done);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->telling);
	free(s);
}
