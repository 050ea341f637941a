/* SPDX-License-Identifier: ISC */
#include "store/blocks.h"

#include "base/clk.h"
#include "base/cond.h"

#include <stdlib.h>

#define SLOTS   1024 /* of the table from numbers to blocks; a power of 2 */
#define STREAMS 4    /* places that are read on from in turns */
#define EAGER   16   /* blocks in a fetch: who has come so far is read ahead for */
#define NOWHERE UINT64_MAX

struct block {
	uint64_t number;
	uint8_t *bytes; /* NULL: unused */
	size_t n;
	uint64_t used;      /* when */
	struct block *next; /* in its slot */
};

/* Somebody who reads on. */
struct stream {
	uint64_t next;  /* the block behind what was fetched for it */
	size_t ahead;   /* blocks in its last fetch */
	unsigned depth; /* fetches that are begun before they are asked for */
	uint64_t used;
};

struct job {
	struct blocks *of;
	enum { JOB_FREE, JOB_WAITS, JOB_RUNS, JOB_FAILED } state;
	uint64_t number;
	size_t count;
	struct err err;
	bool has_thread;
	pthread_t thread;
};

struct blocks {
	struct src src;
	const struct blocks_ops *ops;
	void *ctx;
	uint64_t size, clock;
	int64_t wait_ns; /* 0: as long as it takes */
	struct stream stream[STREAMS];
	uint64_t late; /* somebody had to wait for this block, which was on its way */
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work, done;
	bool closing;
	struct job job[BLOCKS_FETCHES];
	size_t kept;
	struct block block[BLOCKS_KEPT];
	struct block *slot[SLOTS];
};

/* --- what is here --- */

static struct block **
slot_of(struct blocks *b, uint64_t number)
{
	return &b->slot[number & (SLOTS - 1)];
}

static struct block *
find(struct blocks *b, uint64_t number)
{
	for (struct block *k = *slot_of(b, number); k; k = k->next)
		if (k->number == number) {
			k->used = ++b->clock;
			return k;
		}
	return NULL;
}

/* A place for one more: a new one, else that which was not used for longest. */
static struct block *
take_place(struct blocks *b)
{
	struct block *oldest = &b->block[0], **at;

	if (b->kept < BLOCKS_KEPT)
		return &b->block[b->kept++];
	for (size_t i = 1; i < BLOCKS_KEPT; i++)
		if (b->block[i].used < oldest->used)
			oldest = &b->block[i];
	for (at = slot_of(b, oldest->number); *at != oldest; at = &(*at)->next)
		continue;
	*at = oldest->next;
	return oldest;
}

static int
keep(struct blocks *b, uint64_t number, const uint8_t *p, size_t n, struct err *e)
{
	uint8_t *bytes = malloc(n ? n : 1);
	struct block *k;

	if (!bytes)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	memcpy(bytes, p, n);
	k = take_place(b);
	free(k->bytes);
	k->bytes = bytes;
	k->n = n;
	k->number = number;
	k->used = ++b->clock;
	k->next = *slot_of(b, number);
	*slot_of(b, number) = k;
	return 0;
}

static size_t
bytes_from(const struct blocks *b, uint64_t number, size_t count)
{
	uint64_t left = b->size - number * BLOCKS_SIZE, want = count * BLOCKS_SIZE;

	return (size_t)(want < left ? want : left);
}

/* --- what is on its way --- */

static struct job *
job_of(struct blocks *b, uint64_t number)
{
	for (size_t i = 0; i < BLOCKS_FETCHES; i++) {
		struct job *j = &b->job[i];

		if (j->state != JOB_FREE && number >= j->number &&
			number - j->number < j->count)
			return j;
	}
	return NULL;
}

static int
keep_all(struct blocks *b, const struct job *j, const struct buf *got, struct err *e)
{
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < got->n; at += BLOCKS_SIZE)
		if (!find(b, j->number + at / BLOCKS_SIZE))
			rc = keep(b, j->number + at / BLOCKS_SIZE, got->p + at,
				got->n - at < BLOCKS_SIZE ? got->n - at : BLOCKS_SIZE, e);
	return rc;
}

/* With the lock, which is given away meanwhile. */
static void
run(struct blocks *b, struct job *j)
{
	size_t n = bytes_from(b, j->number, j->count);
	struct buf got = { .max = BLOCKS_AHEAD * BLOCKS_SIZE * 2 };
	int rc;

	j->state = JOB_RUNS;
	pthread_mutex_unlock(&b->lock);
	rc = b->ops->fetch(b->ctx, j->number * BLOCKS_SIZE, n, &got, &j->err);
	if (rc == 0 && got.n != n)
		rc = err_set(&j->err, ERR_NET, "the answer is too short");
	pthread_mutex_lock(&b->lock);
	if (rc == 0)
		rc = keep_all(b, j, &got, &j->err);
	j->state = rc < 0 ? JOB_FAILED : JOB_FREE;
	pthread_cond_broadcast(&b->done);
	buf_free(&got);
}

static void *
serve(void *arg)
{
	struct job *j = arg;
	struct blocks *b = j->of;

	pthread_mutex_lock(&b->lock);
	while (!b->closing)
		if (j->state == JOB_WAITS)
			run(b, j);
		else
			pthread_cond_wait(&b->work, &b->lock);
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* COUNT blocks from NUMBER on are fetched by J, at once where there can be no thread. */
static void
start(struct blocks *b, struct job *j, uint64_t number, size_t count)
{
	j->of = b;
	j->number = number;
	j->count = count;
	j->state = JOB_WAITS;
	if (!j->has_thread)
		j->has_thread = pthread_create(&j->thread, NULL, serve, j) == 0;
	if (j->has_thread)
		pthread_cond_broadcast(&b->work);
	else
		run(b, j);
}

/* One of the first N that has nothing to do; what it failed at nobody has asked for. */
static struct job *
idle_job(struct blocks *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (b->job[i].state == JOB_FREE || b->job[i].state == JOB_FAILED)
			return &b->job[i];
	return NULL;
}

/* --- reading on --- */

/* How many of COUNT blocks from NUMBER on are neither here nor on their way. */
static size_t
missing(struct blocks *b, uint64_t number, size_t count)
{
	uint64_t last = (b->size - 1) / BLOCKS_SIZE;
	size_t n = 0;

	while (n < count && number + n <= last && !find(b, number + n) &&
		!job_of(b, number + n))
		n++;
	return n;
}

/* Who comes to NUMBER, which is not here. */
static struct stream *
stream_to(struct blocks *b, uint64_t number)
{
	struct stream *s = &b->stream[0];

	for (size_t i = 0; i < STREAMS; i++) {
		struct stream *t = &b->stream[i];

		if (t->next == number) {
			t->ahead = t->ahead < BLOCKS_AHEAD ? t->ahead * 2 : t->ahead;
			return t;
		}
		if (t->used < s->used)
			s = t;
	}
	*s = (struct stream){ number, 1, 1, 0 };
	return s;
}

/* The first of two halves of reading ahead: somebody waits for NUMBER. */
static void
fetch_now(struct blocks *b, struct job *j, uint64_t number)
{
	struct stream *s = stream_to(b, number);
	size_t count = missing(b, number, s->ahead);

	s->used = ++b->clock;
	s->next = number + count;
	start(b, j, number, count);
}

/* The other half: somebody is at NUMBER.  What was fetched ahead and was not there in time shows
 * that more has to be on its way at once. */
static void
fetch_ahead(struct blocks *b, uint64_t number)
{
	uint64_t last = (b->size - 1) / BLOCKS_SIZE;
	struct stream *s = NULL;
	struct job *j;

	for (size_t i = 0; i < STREAMS; i++)
		if (number < b->stream[i].next && b->stream[i].ahead >= EAGER &&
			b->stream[i].next - number <=
				b->stream[i].ahead * (b->stream[i].depth + 1))
			s = &b->stream[i];
	if (!s)
		return;
	s->used = ++b->clock;
	if (b->late == number && s->ahead == BLOCKS_AHEAD &&
		s->depth < BLOCKS_FETCHES - 1)
		s->depth++;
	b->late = b->late == number ? NOWHERE : b->late;
	while (s->next <= last && s->next - number <= s->ahead * s->depth &&
		(j = idle_job(b, BLOCKS_FETCHES - 1))) {
		size_t ahead = s->ahead < BLOCKS_AHEAD ? s->ahead * 2 : s->ahead;
		size_t count = missing(b, s->next, ahead);

		if (!count) { /* somebody else has been here */
			s->next++;
			continue;
		}
		s->ahead = ahead;
		start(b, j, s->next, count);
		s->next += count;
	}
}

/* --- waiting --- */

/* When nobody waits any longer. */
static int64_t
deadline(const struct blocks *b)
{
	return b->wait_ns ? ns_add(clk_mono(&clk_system), b->wait_ns) : INT64_MAX;
}

/* For anything to be done. */
static int
wait_done(struct blocks *b, int64_t until, struct err *e)
{
	if (cond_wait_until(&b->done, &b->lock, until))
		return 0;
	return err_set(e, ERR_AGAIN, "%s", err_name(ERR_AGAIN));
}

/* Has J failed?  Then that is told once. */
static int
take_failure(struct job *j, struct err *e)
{
	if (j->state != JOB_FAILED)
		return 0;
	j->state = JOB_FREE;
	if (e)
		*e = j->err;
	return j->err.code;
}

/* Block NUMBER; NULL and an error. */
static struct block *
get(struct blocks *b, uint64_t number, struct err *e)
{
	int64_t until = deadline(b);
	struct block *k;
	bool asked = false;

	while (!(k = find(b, number))) {
		struct job *j = job_of(b, number);

		if (j && take_failure(j, e) < 0)
			return NULL;
		if (j && !asked)
			b->late = number;
		if (!j && (j = idle_job(b, BLOCKS_FETCHES))) {
			fetch_now(b, j, number);
			asked = true;
		} else if (wait_done(b, until, e) < 0) {
			return NULL;
		}
	}
	return k;
}

static ssize_t
blocks_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct blocks *b = (struct blocks *)s;
	uint64_t number = off / BLOCKS_SIZE;
	size_t from = (size_t)(off % BLOCKS_SIZE);
	struct err ignored = { 0 };
	struct block *k;
	ssize_t got;

	if (off >= b->size || n == 0)
		return 0;
	e = e ? e : &ignored;
	pthread_mutex_lock(&b->lock);
	k = get(b, number, e);
	got = e->code;
	if (k) {
		n = n < k->n - from ? n : k->n - from;
		memcpy(p, k->bytes + from, n);
		got = (ssize_t)n;
		fetch_ahead(b, number);
	}
	pthread_mutex_unlock(&b->lock);
	return got;
}

static int64_t
blocks_size(struct src *s)
{
	return (int64_t)((struct blocks *)s)->size;
}

static void
blocks_wait_at_most(struct src *s, int64_t ns)
{
	((struct blocks *)s)->wait_ns = ns;
}

/* --- beginning and end --- */

static void
blocks_close(struct src *s)
{
	struct blocks *b = (struct blocks *)s;

	pthread_mutex_lock(&b->lock);
	b->closing = true;
	pthread_cond_broadcast(&b->work);
	pthread_mutex_unlock(&b->lock);
	if (b->ops->stop)
		b->ops->stop(b->ctx);
	for (size_t i = 0; i < BLOCKS_FETCHES; i++)
		if (b->job[i].has_thread)
			pthread_join(b->job[i].thread, NULL);
	for (size_t i = 0; i < b->kept; i++)
		free(b->block[i].bytes);
	b->ops->close(b->ctx);
	pthread_cond_destroy(&b->work);
	pthread_cond_destroy(&b->done);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

/* Only whole blocks, and the end. */
static int
keep_first(struct blocks *b, struct span first, struct err *e)
{
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < first.n; at += BLOCKS_SIZE) {
		size_t n = bytes_from(b, at / BLOCKS_SIZE, 1);

		if (first.n - at < n)
			break;
		rc = keep(b, at / BLOCKS_SIZE, first.p + at, n, e);
		b->stream[0].next = at / BLOCKS_SIZE + 1;
	}
	return rc;
}

int
blocks_open(struct src **s, const struct blocks_ops *ops, void *ctx, uint64_t size,
	struct span first, struct err *e)
{
	static const struct src_ops src = { blocks_read_at, blocks_size, blocks_close };
	struct blocks *b = calloc(1, sizeof *b);
	int rc;

	*s = NULL;
	if (!b) {
		ops->close(ctx);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	b->src.ops = &src;
	b->src.wait_at_most = blocks_wait_at_most;
	b->ops = ops;
	b->ctx = ctx;
	b->size = size;
	b->late = NOWHERE;
	for (size_t i = 0; i < STREAMS; i++)
		b->stream[i] = (struct stream){ NOWHERE, 1, 1, 0 };
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->work, NULL);
	cond_init(&b->done);
	rc = keep_first(b, first, e);
	if (rc < 0)
		blocks_close(&b->src);
	else
		*s = &b->src;
	return rc;
}
