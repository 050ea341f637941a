/* SPDX-License-Identifier: ISC */
#include "recd/worker.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The next job; NULL: stop. */
static struct job *
next_job(struct worker *w)
{
	struct job *j = NULL;

	pthread_mutex_lock(&w->lock);
	while (!w->stop && !w->waiting)
		pthread_cond_wait(&w->more, &w->lock);
	if (!w->stop) {
		j = w->waiting;
		w->waiting = j->next;
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

static void
on_news(struct watched *news, uint32_t events)
{
	struct worker *w = (struct worker *)news;
	struct job *j, *next;
	uint64_t n;

	(void)events;
	if (read(news->fd, &n, sizeof n) < 0)
		return;
	pthread_mutex_lock(&w->lock);
	j = w->finished;
	w->finished = NULL;
	pthread_mutex_unlock(&w->lock);
	for (; j; j = next) {
		next = j->next;
		j->done(j);
	}
}

int
worker_init(struct worker *w, struct watch *loop, struct err *e)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return err_sys(e, ERR_IO, "eventfd");
	*w = (struct worker){ .news = { .fd = fd, .events = EPOLLIN, .fn = on_news } };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	if (watch_add(loop, &w->news, e) == 0)
		return 0;
	worker_stop(w);
	return e->code;
}

/* Behind all that cost no more. */
static void
put_in(struct worker *w, struct job *j)
{
	struct job **at = &w->waiting;

	while (*at && (*at)->cost <= j->cost)
		at = &(*at)->next;
	j->next = *at;
	*at = j;
}

void
worker_add(struct worker *w, struct job *j)
{
	if (!w->runs)
		w->runs = pthread_create(&w->thread, NULL, work, w) == 0;
	if (!w->runs) {
		j->run(j);
		hand_back(w, j);
		return;
	}
	pthread_mutex_lock(&w->lock);
	put_in(w, j);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

void
worker_stop(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	if (w->runs)
		pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->more);
	close(w->news.fd);
}
