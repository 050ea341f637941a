/* SPDX-License-Identifier: ISC */
/* Jobs are a ring: the front one is written as it comes, the ones behind wait, those done in
 * their buffers.  Nobody begins a job more than the ring's length ahead of the front. */
#include "log/crew.h"

#include "base/diag.h"
#include "sys/fdio.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define RING      64
#define WRITE_AT  ((size_t)64 << 10) /* the front one's output goes out */
#define WAIT_AT   ((size_t)1 << 20)  /* another one waits for its turn */
#define NOTES_MAX ((size_t)64 << 10)

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t turned;
	crew_work *work;
	void *ctx;
	size_t n, next, front;
	struct crew_job ring[RING];
	int fd, rc;
	struct err *e;
	size_t done;
	struct progress bar;
};

/* With the lock, of the front job only. */
static void
let_go(struct crew *c, struct crew_job *job)
{
	char *line = (char *)(uintptr_t)buf_cstr(&job->notes), *end;

	if (job->out.n || job->notes.n)
		progress_end(&c->bar); /* out of the way */
	if (c->rc == 0 && buf_failed(&job->out))
		c->rc = err_set(c->e, buf_failed(&job->out), "cannot make the output: %s",
			err_name(buf_failed(&job->out)));
	if (c->rc == 0)
		c->rc = fdio_write_all(c->fd, job->out.p, job->out.n, c->e);
	buf_clear(&job->out);
	for (; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		diag_note("%s", line);
	}
	buf_clear(&job->notes);
}

/* With the lock. */
static void
draw(struct crew *c)
{
	double done = (double)c->done;

	if (!progress_due(&c->bar, PROGRESS_LOOK))
		return;
	for (size_t i = 0; i < RING; i++)
		done += c->ring[i].part;
	progress_draw(&c->bar, done / (double)c->n);
}

void
crew_part(struct crew_job *job, double part)
{
	struct crew *c = job->crew;

	if (c->bar.fd < 0 || !(part >= 0))
		return;
	pthread_mutex_lock(&c->lock);
	job->part = part;
	draw(c);
	pthread_mutex_unlock(&c->lock);
}

static void
finish(struct crew *c, struct crew_job *job)
{
	pthread_mutex_lock(&c->lock);
	job->done = true;
	job->part = 0;
	c->done++;
	draw(c);
	while (c->front < c->n && c->ring[c->front % RING].done) {
		let_go(c, &c->ring[c->front % RING]);
		c->ring[c->front % RING].done = false;
		c->front++;
	}
	pthread_cond_broadcast(&c->turned);
	pthread_mutex_unlock(&c->lock);
}

/* The next job, NULL when there is none any more. */
static struct crew_job *
begin(struct crew *c)
{
	struct crew_job *job = NULL;

	pthread_mutex_lock(&c->lock);
	while (c->rc == 0 && c->next < c->n && c->next >= c->front + RING)
		pthread_cond_wait(&c->turned, &c->lock);
	if (c->rc == 0 && c->next < c->n) {
		job = &c->ring[c->next % RING];
		job->at = c->next++;
	}
	pthread_mutex_unlock(&c->lock);
	return job;
}

bool
crew_more(struct crew_job *job)
{
	struct crew *c = job->crew;
	bool wanted;

	if (job->out.n < WRITE_AT)
		return true;
	pthread_mutex_lock(&c->lock);
	while (c->rc == 0 && c->front != job->at && job->out.n >= WAIT_AT)
		pthread_cond_wait(&c->turned, &c->lock);
	if (c->front == job->at)
		let_go(c, job);
	wanted = c->rc == 0;
	pthread_mutex_unlock(&c->lock);
	return wanted;
}

static void *
member(void *arg)
{
	struct crew *c = arg;
	struct crew_job *job;

	while ((job = begin(c))) {
		c->work(c->ctx, job);
		finish(c, job);
	}
	return NULL;
}

static unsigned
how_many(unsigned wanted, size_t n)
{
	long cpus = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus > CREW_MAX)
		cpus = CREW_MAX;
	if (cpus < 1)
		cpus = 1;
	return (size_t)cpus < n ? (unsigned)cpus : (unsigned)n;
}

int
crew_run(size_t n, unsigned threads, crew_work *work, void *ctx, const struct clk *clk,
	int fd, struct err *e)
{
	struct crew c = { .work = work, .ctx = ctx, .n = n, .fd = fd, .e = e };
	pthread_t thread[CREW_MAX];
	unsigned nthreads = 0, want = how_many(threads, n);

	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.turned, NULL);
	progress_start(&c.bar, clk, clk ? STDERR_FILENO : -1);
	for (size_t i = 0; i < RING; i++) {
		c.ring[i].crew = &c;
		buf_init(&c.ring[i].notes, NOTES_MAX);
	}
	while (nthreads + 1 < want &&
		pthread_create(&thread[nthreads], NULL, member, &c) == 0)
		nthreads++;
	member(&c); /* this one works, too */
	while (nthreads)
		pthread_join(thread[--nthreads], NULL);
	progress_end(&c.bar);
	for (size_t i = 0; i < RING; i++) {
		buf_free(&c.ring[i].out);
		buf_free(&c.ring[i].notes);
	}
	pthread_cond_destroy(&c.turned);
	pthread_mutex_destroy(&c.lock);
	if (c.rc < 0)
		err_prefix(e, "standard output");
	return c.rc;
}
