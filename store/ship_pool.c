/* SPDX-License-Identifier: ISC */
/* The workers: each takes a request that somebody in the line has to make, makes it without
 * the lock, and says what came of it. */
#include "store/ship_impl.h"

#include "base/cond.h"
#include "store/retry.h"

#include <stdio.h>
#include <stdlib.h>

static const struct retry_policy policy = { NS_PER_S / 2, 60 * NS_PER_S };

/* --- what came of it --- */

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

/* What a person wants to know. */
struct news {
	const struct s3_fault *fault;
	bool general;     /* about the store */
	const char *text; /* NULL: nothing */
	bool mended;      /* the store does what it did not */
	char why[ERR_TEXT_MAX + 64];
};

/* The first of many same failures.  What is wrong with the store is told of the store, once, however
 * many recordings meet it. */
static void
tell_fault(struct ship *s, struct ship_item *i, const struct ship_task *t, struct news *n)
{
	const struct s3_fault *f = n->fault = i->u.fault;
	bool known = f == i->told || (is_general(f) && f == s->told);

	n->general = is_general(f);
	if (known || f->err == ERR_CANCELLED)
		return;
	snprintf(n->why, sizeof n->why, "%s%s", t->o.fault == f ? t->e.text : f->text,
		i->u.state == UPLOAD_STUCK ? "; it stays in the spool" : "");
	n->text = n->why;
	i->told = f;
	if (n->general)
		s->told = f;
}

/* That it goes on, and that it is done. */
static void
tell_success(struct ship *s, struct ship_item *i, struct news *n)
{
	n->mended = s->told != NULL;
	if (i->u.state == UPLOAD_DONE)
		n->text = "uploaded";
	else if (i->told && !is_general(i->told))
		n->text = "goes on";
	s->told = i->told = NULL;
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

static void
tell_news(struct ship *s, const char *id, const struct news *n)
{
	if (n->mended)
		tell(s, NULL, NULL, "goes on");
	tell(s, n->general ? NULL : id, n->fault, n->text);
}

/* --- work --- */

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

/* Does what the object carries go out with T? */
static bool
makes_object(const struct ship_task *t)
{
	return t->job.kind == UPLOAD_PUT || t->job.kind == UPLOAD_BEGIN;
}

/* Nobody else makes objects of U meanwhile. */
static void
take_stamp_along(struct ship *s, struct ship_task *t, const struct upload *u)
{
	uint32_t r[4];

	memcpy(t->stamp, u->j.stamp, sizeof t->stamp);
	if (!makes_object(t) || t->stamp[0])
		return;
	for (size_t k = 0; k < sizeof r / sizeof *r; k++)
		r[k] = s->o.chance(s->o.ctx);
	snprintf(t->stamp, sizeof t->stamp, "%08x%08x%08x%08x", r[0], r[1], r[2], r[3]);
	t->stamp_is_new = true;
}

static void *worker(void *ctx);

void
ship_pool_call(struct ship *s)
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
		ship_clear_away(s, t->id);
}

/* I was picked for T.  Called, and returns, with the lock. */
static void
work_on(struct ship *s, struct ship_item *i, struct ship_task *t)
{
	struct buf lines = { 0 };
	struct news news = { 0 };
	int64_t now;
	bool done;

	s->flying++;
	memcpy(t->id, i->id, sizeof t->id);
	take_stamp_along(s, t, &i->u);
	if (t->job.kind == UPLOAD_END || t->job.kind == UPLOAD_PARTS)
		take_parts_along(t, &i->u);
	ship_pool_call(s); /* for what stands in the line behind it */
	pthread_mutex_unlock(&s->lock);
	ship_do(t);
	pthread_mutex_lock(&s->lock);
	now = clk_mono(s->o.clk);
	s->flying--;
	i->writing++;
	done = i->u.state == UPLOAD_DONE;
	if (makes_object(t))
		memcpy(i->u.j.stamp, t->stamp, sizeof t->stamp);
	upload_took(&i->u, now, s->o.chance(s->o.ctx), &t->job, &t->o, &lines);
	done = !done && i->u.state == UPLOAD_DONE;
	note_outcome(s, t, i->u.fault, now);
	if (i->u.fault)
		tell_fault(s, i, t, &news);
	else
		tell_success(s, i, &news);
	pthread_mutex_unlock(&s->lock);
	keep_journal(s, t, done, buf_span(&lines));
	tell_news(s, t->id, &news);
	buf_free(&lines);
	ship_task_free(t);
	pthread_mutex_lock(&s->lock);
	i->writing--;
	s->stats.uploaded += done;
	ship_line_count(s, i);
	ship_line_join(s, i);
	pthread_cond_broadcast(&s->changed);
	pthread_cond_broadcast(&s->done);
}

static void
sleep_until(struct ship *s, int64_t now, int64_t wake)
{
	int64_t ns = wake < INT64_MAX ? ns_sub(wake, now) : INT64_MAX;

	s->idle++;
	cond_wait_until(&s->changed, &s->lock, ns_add(clk_mono(&clk_system), ns));
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
		struct ship_item *i = ship_line_pick(s, now, &t, &wake);

		if (i)
			work_on(s, i, &t);
		else
			sleep_until(s, now, wake);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}
