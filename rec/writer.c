/* SPDX-License-Identifier: ISC */
#include "rec/writer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define HOLD_MS 100

static void
poke(struct writer *w)
{
	uint64_t one = 1;

	if (write(w->news_fd, &one, sizeof one) < 0)
		return; /* full: it is readable already */
}

static void
on_news(void *ctx, enum recorder_news n, const struct sink *s)
{
	struct writer *w = ctx;

	pthread_mutex_lock(&w->lock);
	w->pending = (int)n + 1;
	snprintf(w->text, sizeof w->text, "%.120s: %.180s", s->path, s->why.text);
	pthread_mutex_unlock(&w->lock);
	poke(w);
}

static void
on_events_news(void *ctx, const struct events_outlet *x)
{
	struct writer *w = ctx;

	pthread_mutex_lock(&w->lock);
	snprintf(w->events_text, sizeof w->events_text, "%.120s: %.180s", x->path,
		x->why.text);
	pthread_mutex_unlock(&w->lock);
	poke(w);
}

static bool
on_hold(void *ctx)
{
	struct writer *w = ctx;

	if (atomic_load(&w->give_up))
		return false;
	poll(NULL, 0, HOLD_MS);
	return true;
}

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	struct recorder *r = w->rec;

	for (;;) {
		bool last = atomic_load(&w->finish);

		recorder_take(r);
		if (last)
			break;
		recorder_tick(r, clk_mono(w->clk));
		ring_wait(r->ring, recorder_deadline(r));
	}
	w->whole = recorder_close(r);
	atomic_store(&w->done, true);
	poke(w);
	return NULL;
}

int
writer_start(struct writer *w, struct recorder *r, const struct clk *clk, int news_fd,
	struct err *e)
{
	sigset_t all, old;
	int rc;

	memset(w, 0, sizeof *w);
	w->rec = r;
	w->clk = clk;
	w->news_fd = news_fd;
	pthread_mutex_init(&w->lock, NULL);
	r->news = on_news;
	r->events_news = on_events_news;
	r->hold = on_hold;
	r->ctx = w;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0) {
		errno = rc;
		return err_sys(e, ERR_IO, "cannot start the writing thread");
	}
	return 0;
}

bool
writer_news(struct writer *w, enum recorder_news *n, char text[ERR_TEXT_MAX])
{
	int pending;

	pthread_mutex_lock(&w->lock);
	pending = w->pending;
	w->pending = 0;
	memcpy(text, w->text, ERR_TEXT_MAX);
	pthread_mutex_unlock(&w->lock);
	*n = (enum recorder_news)(pending - 1);
	return pending != 0;
}

bool
writer_events_news(struct writer *w, char text[ERR_TEXT_MAX])
{
	pthread_mutex_lock(&w->lock);
	memcpy(text, w->events_text, ERR_TEXT_MAX);
	w->events_text[0] = 0;
	pthread_mutex_unlock(&w->lock);
	return text[0] != 0;
}

void
writer_finish(struct writer *w)
{
	atomic_store(&w->rec->hurry, true);
	atomic_store(&w->finish, true);
	ring_wake(w->rec->ring, true);
}

void
writer_give_up(struct writer *w)
{
	atomic_store(&w->give_up, true);
}

bool
writer_done(struct writer *w)
{
	return atomic_load(&w->done);
}

bool
writer_join(struct writer *w)
{
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	return w->whole;
}
