/* SPDX-License-Identifier: ISC */
/* A ring of slots, each a write.  The caller fills the one behind the last, until it is full or what
 * comes does not belong there; the thread writes the first.  Neither holds the lock while it does. */
#include "sys/fdio.h"

#include <pthread.h>
#include <stdlib.h>

/* 64 KiB: writes twice as large took two to three times as long in the kernel. */
#define SLOTS 16
#define SLOT  (FDIO_BEHIND_MAX / SLOTS)

struct slot {
	uint64_t off;
	size_t n;
	uint8_t bytes[SLOT];
};

struct behind {
	struct dst dst;
	struct dst *to;
	pthread_mutex_t lock;
	pthread_cond_t turned;
	pthread_t thread;
	bool runs;
	bool filling;       /* the slot behind those put, by the caller */
	bool ends;          /* nothing more will come */
	size_t put, done;   /* slots so far */
	struct err failure; /* of the thread; code 0: none */
	struct slot slots[SLOTS];
};

static int
write_slot(struct dst *to, const struct slot *s, struct err *e)
{
	size_t at = 0;

	while (at < s->n) {
		ssize_t k = dst_write_at(to, s->off + at, s->bytes + at, s->n - at, e);

		if (k <= 0)
			return k < 0 ? (int)k
				     : err_set(e, ERR_NOSPACE, "%s",
					       err_name(ERR_NOSPACE));
		at += (size_t)k;
	}
	return 0;
}

/* After a failure what still comes is dropped. */
static void *
write_on(void *arg)
{
	struct behind *b = arg;
	struct err e;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		const struct slot *s = &b->slots[b->done % SLOTS];
		int rc;

		while (b->put == b->done && !b->ends)
			pthread_cond_wait(&b->turned, &b->lock);
		if (b->put == b->done)
			break;
		if (b->failure.code == 0) {
			pthread_mutex_unlock(&b->lock);
			rc = write_slot(b->to, s, &e);
			pthread_mutex_lock(&b->lock);
			if (rc < 0)
				b->failure = e;
		}
		b->done++;
		pthread_cond_broadcast(&b->turned);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* With the lock: no more than AHEAD slots wait to be written. */
static int
wait_for(struct behind *b, size_t ahead, struct err *e)
{
	while (b->put - b->done > ahead && b->failure.code == 0)
		pthread_cond_wait(&b->turned, &b->lock);
	if (b->failure.code < 0 && e)
		*e = b->failure;
	return b->failure.code;
}

/* The slot that is being filled goes to the thread. */
static void
hand_over(struct behind *b)
{
	pthread_mutex_lock(&b->lock);
	b->put++;
	b->filling = false;
	pthread_cond_broadcast(&b->turned);
	pthread_mutex_unlock(&b->lock);
}

/* A slot for bytes at OFF, with room. */
static int
begin_slot(struct behind *b, uint64_t off, struct slot **s, struct err *e)
{
	int rc;

	*s = &b->slots[b->put % SLOTS];
	if (b->filling && (*s)->off + (*s)->n == off)
		return 0;
	if (b->filling)
		hand_over(b);
	pthread_mutex_lock(&b->lock);
	rc = wait_for(b, SLOTS - 1, e);
	pthread_mutex_unlock(&b->lock);
	*s = &b->slots[b->put % SLOTS];
	if (rc == 0) {
		b->filling = true;
		(*s)->off = off;
		(*s)->n = 0;
	}
	return rc;
}

static ssize_t
behind_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct behind *b = (struct behind *)d;
	struct slot *s;
	int rc;

	if (!b->runs && pthread_create(&b->thread, NULL, write_on, b) != 0)
		return dst_write_at(b->to, off, p, n, e);
	b->runs = true;
	rc = begin_slot(b, off, &s, e);
	if (rc < 0)
		return rc;
	n = n < SLOT - s->n ? n : SLOT - s->n;
	memcpy(s->bytes + s->n, p, n);
	s->n += n;
	if (s->n == SLOT)
		hand_over(b);
	return (ssize_t)n;
}

/* All that was taken is written. */
static int
catch_up(struct behind *b, struct err *e)
{
	int rc;

	if (b->filling)
		hand_over(b);
	pthread_mutex_lock(&b->lock);
	rc = wait_for(b, 0, e);
	pthread_mutex_unlock(&b->lock);
	return rc;
}

static int
behind_truncate(struct dst *d, uint64_t size, struct err *e)
{
	struct behind *b = (struct behind *)d;
	int rc = catch_up(b, e);

	return rc < 0 ? rc : b->to->ops->truncate(b->to, size, e);
}

static int
behind_sync(struct dst *d, struct err *e)
{
	struct behind *b = (struct behind *)d;
	int rc = catch_up(b, e);

	return rc < 0 || !b->to->ops->sync ? rc : b->to->ops->sync(b->to, e);
}

static int
behind_close(struct dst *d, struct err *e)
{
	struct behind *b = (struct behind *)d;
	int rc;

	if (b->filling)
		hand_over(b);
	pthread_mutex_lock(&b->lock);
	b->ends = true;
	pthread_cond_broadcast(&b->turned);
	pthread_mutex_unlock(&b->lock);
	if (b->runs)
		pthread_join(b->thread, NULL);
	rc = dst_close(b->to, b->failure.code < 0 ? NULL : e);
	if (b->failure.code < 0) {
		rc = b->failure.code;
		if (e)
			*e = b->failure;
	}
	pthread_cond_destroy(&b->turned);
	pthread_mutex_destroy(&b->lock);
	free(b);
	return rc;
}

struct dst *
fdio_behind(struct dst *d)
{
	static const struct dst_ops file = { behind_write_at, behind_truncate,
		behind_sync, behind_close };
	static const struct dst_ops pipe = { behind_write_at, NULL, behind_sync,
		behind_close };
	struct behind *b = calloc(1, sizeof *b);

	if (!b)
		return d;
	b->dst.ops = d->ops->truncate ? &file : &pipe;
	b->dst.seekable = d->seekable;
	b->to = d;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->turned, NULL);
	return &b->dst;
}
