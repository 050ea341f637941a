/* SPDX-License-Identifier: ISC */
/* A snapshot is a head, the used front of the arena and the used front of the grid.  It
 * goes back to the same addresses, so every pointer in it is right again.  Packed, it is one
 * zlib stream of the same bytes. */
#include "term/emu.h"

#include "base/err.h"
#include "term/block.h"

#include <zlib.h>

#define PACK_LEVEL 1

struct head {
	const uint8_t *base;
	uint64_t arena, grid;
};

/* The parts of a snapshot in their order. */
struct parts {
	struct head head;
	struct {
		uint8_t *p;
		size_t n;
	} part[3];
};

static void
parts_of(struct parts *s, const struct emu *e, const struct head *head)
{
	s->head = *head;
	s->part[0].p = (uint8_t *)&s->head;
	s->part[0].n = sizeof s->head;
	s->part[1].p = e->base;
	s->part[1].n = head->arena;
	s->part[2].p = block_grid(e);
	s->part[2].n = head->grid;
}

static struct head
head_of(const struct emu *e)
{
	return (struct head){ e->base, arena_used(block_arena(e)), e->core->grid.used };
}

static bool
head_ok(const struct emu *e, const struct head *h)
{
	return h->base == e->base && h->arena <= BLOCK_ARENA &&
	       h->grid <= grid_need(EMU_ROWS_MAX, EMU_COLS_MAX);
}

/* What the present state uses beyond the one to come must be zero again. */
static void
clear_excess(struct emu *e, const struct head *h)
{
	struct head now = head_of(e);

	if (now.grid > h->grid)
		memset(block_grid(e) + h->grid, 0, now.grid - h->grid);
	if (now.arena > h->arena)
		memset(e->base + h->arena, 0, now.arena - h->arena);
}

size_t
emu_save_size(const struct emu *e)
{
	struct head h = head_of(e);

	return sizeof h + h.arena + h.grid;
}

void
emu_save(const struct emu *e, void *out)
{
	struct head h = head_of(e);
	struct parts s;
	uint8_t *to = out;

	parts_of(&s, e, &h);
	for (int i = 0; i < 3; i++) {
		memcpy(to, s.part[i].p, s.part[i].n);
		to += s.part[i].n;
	}
}

void
emu_load(struct emu *e, const void *saved, size_t n)
{
	const uint8_t *from = saved;
	struct head h;
	struct parts s;

	if (n < sizeof h)
		return;
	memcpy(&h, saved, sizeof h);
	if (!head_ok(e, &h) || n != sizeof h + h.arena + h.grid)
		return;
	clear_excess(e, &h);
	parts_of(&s, e, &h);
	for (int i = 0; i < 3; i++) {
		memcpy(s.part[i].p, from, s.part[i].n);
		from += s.part[i].n;
	}
	grid_touch_all(&e->core->grid);
}

/* Deflate all parts into OUT, which has room for deflateBound() bytes. */
static int
pack_parts(z_stream *z, const struct parts *s, struct buf *out)
{
	int rc = Z_OK;

	z->next_out = out->p + out->n;
	z->avail_out = (uInt)(out->cap - out->n);
	for (int i = 0; i < 3 && rc == Z_OK; i++) {
		z->next_in = s->part[i].p;
		z->avail_in = (uInt)s->part[i].n;
		rc = deflate(z, i == 2 ? Z_FINISH : Z_NO_FLUSH);
	}
	if (rc != Z_STREAM_END)
		return ERR_NOMEM;
	out->n += z->total_out;
	return 0;
}

int
emu_pack(const struct emu *e, struct buf *out)
{
	struct head h = head_of(e);
	struct parts s;
	z_stream z = { 0 };
	int rc;

	parts_of(&s, e, &h);
	if (deflateInit(&z, PACK_LEVEL) != Z_OK)
		return ERR_NOMEM;
	rc = buf_reserve(out, deflateBound(&z, (uLong)emu_save_size(e)) + 64);
	if (!rc)
		rc = pack_parts(&z, &s, out);
	deflateEnd(&z);
	return rc;
}

static bool
unpack_part(z_stream *z, uint8_t *p, size_t n)
{
	z->next_out = p;
	z->avail_out = (uInt)n;
	while (z->avail_out) {
		int rc = inflate(z, Z_SYNC_FLUSH);

		if (rc == Z_STREAM_END)
			break;
		if (rc != Z_OK)
			return false;
	}
	return z->avail_out == 0;
}

static int
unpack(struct emu *e, z_stream *z)
{
	struct head h;
	struct parts s;
	int cols = emu_cols(e), rows = emu_rows(e);

	if (!unpack_part(z, (uint8_t *)&h, sizeof h) || !head_ok(e, &h))
		return ERR_STATE;
	clear_excess(e, &h);
	parts_of(&s, e, &h);
	if (unpack_part(z, s.part[1].p, s.part[1].n) &&
		unpack_part(z, s.part[2].p, s.part[2].n))
		return 0;
	emu_reset(e, cols, rows);
	return ERR_STATE;
}

int
emu_unpack(struct emu *e, struct span packed)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.p,
		.avail_in = (uInt)packed.n };
	int rc;

	if (inflateInit(&z) != Z_OK)
		return ERR_NOMEM;
	rc = unpack(e, &z);
	inflateEnd(&z);
	grid_touch_all(&e->core->grid);
	return rc;
}
