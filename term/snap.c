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

	block_touch(e, h->grid);
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

/* Hash */

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t
mix_bytes(uint64_t h, const void *p, size_t n)
{
	const uint8_t *s = p;

	h = mix(h, n);
	while (n--)
		h = mix(h, *s++);
	return h;
}

static uint64_t
mix_pen(uint64_t h, const struct pen *p)
{
	h = mix(h, (uint64_t)p->fg << 32 | p->bg);
	return mix(h, (uint64_t)p->attr << 8 | p->guard);
}

static uint64_t
mix_charsets(uint64_t h, const struct charsets *cs)
{
	h = mix_bytes(h, cs->g, sizeof cs->g);
	return mix(h, (uint64_t)cs->locked << 8 | cs->single);
}

static uint64_t
mix_saved(uint64_t h, const struct saved_cursor *s)
{
	h = mix(h, (uint64_t)s->row << 32 | (uint64_t)s->col);
	h = mix(h, (uint64_t)s->wrap << 1 | s->origin);
	return mix_charsets(mix_pen(h, &s->pen), &s->cs);
}

static uint64_t
mix_cell(uint64_t h, const struct grid *g, const struct cell *c)
{
	uint32_t ch[CLUSTER_MAX];
	int n = grid_chars(g, c, ch);

	for (int i = 0; i < n; i++)
		h = mix(h, ch[i]);
	h = mix(h, (uint64_t)c->fg << 32 | c->bg);
	return mix(h, (uint64_t)c->attr << 16 | (uint64_t)c->width << 8 | c->pad);
}

static uint64_t
mix_grid(uint64_t h, const struct grid *g)
{
	struct grid at = *g; /* to look at either screen */

	h = mix(h, (uint64_t)g->rows << 32 | (uint64_t)g->cols);
	h = mix(h, (uint64_t)g->alt);
	for (at.alt = 0; at.alt < 2; at.alt++)
		for (int row = 0; row < g->rows; row++)
			for (int col = 0; col < g->cols; col++)
				h = mix_cell(h, g, &grid_row(&at, row)[col]);
	return h;
}

static uint64_t
mix_filter(uint64_t h, const struct filter *f)
{
	h = mix(h, f->state);
	h = mix_bytes(h, f->held, f->nheld);
	if (!f->state)
		return h;
	h = mix(h, (uint64_t)f->string << 24 | (uint64_t)(uint8_t)f->leader << 16 |
			   (uint64_t)(uint8_t)f->inter << 8 | f->odd);
	h = mix_bytes(h, f->str, f->nstr);
	for (int i = 0; i < f->nargs && i < FILTER_ARGS; i++)
		h = mix(h, (uint64_t)f->arg[i]);
	return mix(h, f->joined);
}

static uint64_t
mix_modes(uint64_t h, const struct core *c)
{
	const bool flags[] = { c->wrap, c->autowrap, c->insert, c->newline, c->origin,
		c->visible, c->blink, c->frame, c->margins };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		h = mix(h, flags[i]);
	h = mix(h, (uint64_t)c->top << 32 | (uint64_t)c->bottom);
	return mix(h, (uint64_t)c->left << 32 | (uint64_t)c->right);
}

uint64_t
emu_hash(const struct emu *e)
{
	const struct core *c = e->core;
	uint64_t h = mix(0, (uint64_t)c->row << 32 | (uint64_t)c->col);

	h = mix_modes(h, c);
	h = mix_charsets(mix_pen(h, &c->pen), &c->cs);
	h = mix_saved(mix_saved(h, &c->saved[0]), &c->saved[1]);
	h = mix_grid(mix_filter(h, &c->filter), &c->grid);
	h = mix(mix(h, c->last), c->bells);
	for (int row = 0; row < c->grid.rows; row++)
		h = mix(h, (uint64_t)state_row_width(c, row));
	return mix_bytes(mix(h, c->shape), c->title, strlen(c->title));
}
