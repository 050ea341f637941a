/* SPDX-License-Identifier: ISC */
#include "recd/worker.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- threads ---- */

/* The next job; NULL: stop. */
static struct job *
next_job(struct worker *w)
{
	struct job *j = NULL;

	pthread_mutex_lock(&w->lock);
	while (!w->stop && !w->ready)
		pthread_cond_wait(&w->more, &w->lock);
	if (!w->stop) {
		j = w->ready;
		w->ready = j->next;
	}
	pthread_mutex_unlock(&w->lock);
	return j;
}

static void
hand_back(struct worker *w, struct job *j)
{
	uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	j->next = w->finished;
	w->finished = j;
	pthread_cond_signal(&w->came);
	pthread_mutex_unlock(&w->lock);
	if (write(w->news.fd, &one, sizeof one) < 0)
		return; /* it is full of news already */
}

static void *
work(void *ctx)
{
	struct worker *w = ctx;
	struct job *j;

	while ((j = next_job(w))) {
		j->run(j);
		hand_back(w, j);
	}
	return NULL;
}

/* ---- the loop ---- */

/* One that waits is chosen. */
static struct job *
take_out(struct worker *w, struct job **at)
{
	struct job *j = *at;

	*at = j->next;
	if (!j->next)
		w->last = at == &w->waiting ? NULL : (struct job *)at;
	w->nwaiting--;
	return j;
}

static struct job *
start(struct worker *w, struct job *j)
{
	w->given++;
	if (j->start)
		j->start(j);
	return j;
}

static void
give(struct worker *w, struct job *j)
{
	if (w->given > w->nthreads) {
		if (pthread_create(&w->thread[w->nthreads], NULL, work, w) == 0)
			w->nthreads++;
		else if (w->nthreads)
			w->most = w->nthreads;
	}
	if (!w->nthreads) {
		j->run(j);
		hand_back(w, j);
		return;
	}
	pthread_mutex_lock(&w->lock);
	j->next = w->ready;
	w->ready = j;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

static void
feed(struct worker *w)
{
	while (w->waiting && w->given < w->most)
		give(w, start(w, take_out(w, &w->waiting)));
}

static void
tell(struct worker *w)
{
	struct job *j, *next;

	pthread_mutex_lock(&w->lock);
	j = w->finished;
	w->finished = NULL;
	pthread_mutex_unlock(&w->lock);
	for (; j; j = next) {
		next = j->next;
		w->given--;
		j->done(j);
	}
	feed(w);
}

static void
on_news(struct watched *news, uint32_t events)
{
	uint64_t n;

	(void)events;
	if (read(news->fd, &n, sizeof n) == sizeof n)
		tell((struct worker *)news);
}

int
worker_init(struct worker *w, struct watch *loop, unsigned threads, struct err *e)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return err_sys(e, ERR_IO, "eventfd");
	*w = (struct worker){ .news = { .fd = fd, .events = EPOLLIN, .fn = on_news },
		.most = threads < WORKER_THREADS_MAX ? threads : WORKER_THREADS_MAX };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	pthread_cond_init(&w->came, NULL);
	if (watch_add(loop, &w->news, e) == 0)
		return 0;
	worker_stop(w);
	return e->code;
}

void
worker_add(struct worker *w, struct job *j)
{
	struct job **at = &w->waiting;

	if (w->last && w->last->cost <= j->cost)
		at = &w->last->next;
	while (*at && (*at)->cost <= j->cost)
		at = &(*at)->next;
	j->next = *at;
	*at = j;
	if (!j->next)
		w->last = j;
	w->nwaiting++;
	feed(w);
}

void
worker_remove(struct worker *w, struct job *j)
{
	struct job **at = &w->waiting;

	while (*at != j)
		at = &(*at)->next;
	take_out(w, at);
}

void
worker_drain(struct worker *w)
{
	feed(w);
	while (w->given || w->waiting) {
		if (!w->most && !w->finished && (w->ready || worker_give(w, 0)))
			worker_step(w, 0);
		pthread_mutex_lock(&w->lock);
		while (!w->finished)
			pthread_cond_wait(&w->came, &w->lock);
		pthread_mutex_unlock(&w->lock);
		tell(w);
	}
}

void
worker_stop(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->nthreads; i++)
		pthread_join(w->thread[i], NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->more);
	pthread_cond_destroy(&w->came);
	close(w->news.fd);
}

bool
worker_give(struct worker *w, unsigned n)
{
	struct job **at = &w->waiting, *j;

	if (!w->nwaiting)
		return false;
	for (n %= w->nwaiting; n > 0; n--)
		at = &(*at)->next;
	j = start(w, take_out(w, at));
	j->next = w->ready;
	w->ready = j;
	return true;
}

bool
worker_step(struct worker *w, unsigned n)
{
	struct job **at = &w->ready, *j;

	if (!*at)
		return false;
	while (n-- > 0)
		at = (*at)->next ? &(*at)->next : &w->ready;
	j = *at;
	*at = j->next;
	j->run(j);
	hand_back(w, j);
	return true;
}
