/* SPDX-License-Identifier: ISC */
/* The head is followed by pieces without gaps up to `top`; each begins with its size.  Free
 * pieces are chained by offset in the order of their addresses; a free piece that reaches
 * `top` is given back to the untouched rest. */
#include "term/arena.h"

#include <stdint.h>
#include <string.h>

#define ALIGN 16u

struct piece {
	uint32_t size; /* with this head, a multiple of ALIGN */
	uint32_t next; /* offset of the next free piece, 0: none; unused while taken */
	uint64_t pad;
};

struct arena {
	uint32_t size, top;
	uint32_t free; /* offset of the first free piece */
	uint32_t pad;
};

static struct piece *
piece_at(struct arena *a, uint32_t off)
{
	return (struct piece *)((uint8_t *)a + off);
}

static uint32_t
offset_of(const struct arena *a, const void *p)
{
	return (uint32_t)((const uint8_t *)p - (const uint8_t *)a);
}

struct arena *
arena_init(void *block, size_t size)
{
	struct arena *a = block;

	a->size = (uint32_t)size;
	a->top = sizeof *a;
	a->free = 0;
	return a;
}

/* Take NEED bytes off the free piece at *LINK; the rest stays in the list. */
static struct piece *
take(struct arena *a, uint32_t *link, uint32_t need)
{
	struct piece *p = piece_at(a, *link);

	if (p->size - need <= sizeof *p) {
		*link = p->next;
	} else {
		struct piece *rest = piece_at(a, *link + need);

		rest->size = p->size - need;
		rest->next = p->next;
		*link += need;
		p->size = need;
	}
	p->next = 0;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	uint32_t need, *link;
	struct piece *p;

	if (n > a->size)
		return NULL;
	need = (uint32_t)((n + sizeof(struct piece) + ALIGN - 1) & ~(size_t)(ALIGN - 1));
	for (link = &a->free; *link; link = &piece_at(a, *link)->next)
		if (piece_at(a, *link)->size >= need)
			return take(a, link, need) + 1;
	if (need > a->size - a->top)
		return NULL;
	p = piece_at(a, a->top);
	p->size = need;
	a->top += need;
	return p + 1;
}

/* Join the free piece at OFF with the free piece behind it. */
static void
join_next(struct arena *a, uint32_t off)
{
	struct piece *p = piece_at(a, off);

	if (p->next && off + p->size == p->next) {
		struct piece *q = piece_at(a, p->next);

		p->size += q->size;
		p->next = q->next;
		memset(q, 0, sizeof *q);
	}
}

/* The last free piece goes back to the untouched rest when it reaches the top. */
static void
trim(struct arena *a)
{
	uint32_t *link = &a->free;

	if (!*link)
		return;
	while (piece_at(a, *link)->next)
		link = &piece_at(a, *link)->next;
	if (*link + piece_at(a, *link)->size == a->top) {
		struct piece *p = piece_at(a, *link);

		a->top = *link;
		*link = 0;
		memset(p, 0, sizeof *p);
	}
}

void
arena_free(struct arena *a, void *ptr)
{
	struct piece *p;
	uint32_t off, before = 0;

	if (!ptr)
		return;
	p = (struct piece *)ptr - 1;
	off = offset_of(a, p);
	memset(ptr, 0, p->size - sizeof *p);
	for (uint32_t at = a->free; at && at < off; at = piece_at(a, at)->next)
		before = at;
	if (before) {
		p->next = piece_at(a, before)->next;
		piece_at(a, before)->next = off;
	} else {
		p->next = a->free;
		a->free = off;
	}
	join_next(a, off);
	if (before)
		join_next(a, before);
	trim(a);
}

size_t
arena_used(const struct arena *a)
{
	return a->top;
}
