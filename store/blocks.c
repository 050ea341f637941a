/* SPDX-License-Identifier: ISC */
#include "store/blocks.h"

#include <stdlib.h>

#define SLOTS 1024 /* of the table from numbers to blocks; a power of 2 */

struct block {
	uint64_t number;
	uint8_t *bytes; /* NULL: unused */
	size_t n;
	uint64_t used;      /* when */
	struct block *next; /* in its slot */
};

struct blocks {
	struct src src;
	const struct blocks_ops *ops;
	void *ctx;
	uint64_t size, clock;
	uint64_t expected; /* the block that reading on would want */
	size_t ahead;      /* blocks in the next fetch */
	size_t kept;
	struct block block[BLOCKS_KEPT];
	struct block *slot[SLOTS];
};

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

/* How many blocks from NUMBER on to ask for: more while reading goes on, none that is there. */
static size_t
reach(struct blocks *b, uint64_t number)
{
	uint64_t last = (b->size - 1) / BLOCKS_SIZE;
	size_t n = 1;

	b->ahead = number == b->expected && b->ahead < BLOCKS_AHEAD ? b->ahead * 2
		   : number == b->expected                          ? b->ahead
								    : 1;
	while (n < b->ahead && number + n <= last && !find(b, number + n))
		n++;
	return n;
}

static int
fetch(struct blocks *b, uint64_t number, struct err *e)
{
	size_t count = reach(b, number), n = bytes_from(b, number, count);
	struct buf got = { .max = BLOCKS_AHEAD * BLOCKS_SIZE * 2 };
	int rc = b->ops->fetch(b->ctx, number * BLOCKS_SIZE, n, &got, e);

	if (rc == 0 && got.n != n)
		rc = err_set(e, ERR_NET, "the answer is too short");
	for (size_t at = 0; rc == 0 && at < n; at += BLOCKS_SIZE)
		rc = keep(b, number + at / BLOCKS_SIZE, got.p + at,
			n - at < BLOCKS_SIZE ? n - at : BLOCKS_SIZE, e);
	b->expected = number + count;
	buf_free(&got);
	return rc;
}

static ssize_t
blocks_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct blocks *b = (struct blocks *)s;
	uint64_t number = off / BLOCKS_SIZE;
	size_t from = (size_t)(off % BLOCKS_SIZE);
	struct block *k;

	if (off >= b->size || n == 0)
		return 0;
	k = find(b, number);
	if (!k) {
		int rc = fetch(b, number, e);

		if (rc < 0)
			return rc;
		k = find(b, number);
	}
	n = n < k->n - from ? n : k->n - from;
	memcpy(p, k->bytes + from, n);
	return (ssize_t)n;
}

static int64_t
blocks_size(struct src *s)
{
	return (int64_t)((struct blocks *)s)->size;
}

static void
blocks_close(struct src *s)
{
	struct blocks *b = (struct blocks *)s;

	for (size_t i = 0; i < b->kept; i++)
		free(b->block[i].bytes);
	b->ops->close(b->ctx);
	free(b);
}

int
blocks_open(struct src **s, const struct blocks_ops *ops, void *ctx, uint64_t size,
	struct span first, struct err *e)
{
	static const struct src_ops src = { blocks_read_at, blocks_size, blocks_close };
	struct blocks *b = calloc(1, sizeof *b);
	int rc = 0;

	*s = NULL;
	if (!b) {
		ops->close(ctx);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	b->src.ops = &src;
	b->ops = ops;
	b->ctx = ctx;
	b->size = size;
	b->ahead = 1;
	/* only whole blocks, and the end */
	for (size_t at = 0; rc == 0 && at < first.n; at += BLOCKS_SIZE) {
		size_t n = bytes_from(b, at / BLOCKS_SIZE, 1);

		if (first.n - at < n)
			break;
		rc = keep(b, at / BLOCKS_SIZE, first.p + at, n, e);
		b->expected = at / BLOCKS_SIZE + 1;
	}
	if (rc < 0)
		blocks_close(&b->src);
	else
		*s = &b->src;
	return rc;
}
