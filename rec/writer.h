/* SPDX-License-Identifier: ISC */
/* The thread around a recorder.  It sleeps on the queue, takes what is there, writes what
 * is due.  What it has to tell goes through one eventfd (the queue's space_fd as well): the
 * other thread reads it and then asks writer_news() and writer_done(). */
#ifndef REC_WRITER_H
#define REC_WRITER_H

#include "base/clk.h"
#include "rec/recorder.h"

#include <pthread.h>

struct writer {
	struct recorder *rec;
	const struct clk *clk;
	pthread_t thread;
	int news_fd;
	atomic_bool finish, give_up, done;
	bool whole; /* valid once done */
	pthread_mutex_t lock;
	int pending; /* enum recorder_news + 1, 0: none; under LOCK, as is text */
	char text[ERR_TEXT_MAX];
	char events_text[ERR_TEXT_MAX]; /* under LOCK; "": no news */
};

int writer_start(struct writer *w, struct recorder *r, const struct clk *clk, int news_fd,
	struct err *e);
/* The news not asked for yet; TEXT is what failed. */
bool writer_news(struct writer *w, enum recorder_news *n, char text[ERR_TEXT_MAX]);
/* Where events do not get to any more, and why. */
bool writer_events_news(struct writer *w, char text[ERR_TEXT_MAX]);
void writer_finish(struct writer *w);  /* take what is left, close, end */
void writer_give_up(struct writer *w); /* do not hold for a disk any longer */
bool writer_done(struct writer *w);
bool writer_join(struct writer *w); /* true when every output is whole */

#endif
