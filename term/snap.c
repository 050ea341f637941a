/* SPDX-License-Identifier: ISC */
/* A snapshot is a head, the used front of the arena and the used front of the grid.  It
 * goes back to the same addresses, so every pointer in it is right again.  Packed, it is one
 * zlib stream of head, arena and those parts of the grid that are not blank. */
#include "term/emu.h"

#include "base/err.h"
#include "term/block.h"

#include <zlib.h>

#define PACK_LEVEL 1

struct head {
	const uint8_t *base;
	uint64_t arena, grid;
};

static struct head
head_of(const struct emu *e)
{
	return (struct head){ e->base, arena_used(block_arena(e)),
		grid_used(&e->core->grid) };
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

	block_touch(e, h->grid + EXTRA_ROOM);
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
	uint8_t *to = out;

	grid_wash_all(&e->core->grid);
	memcpy(to, &h, sizeof h);
	memcpy(to + sizeof h, e->base, h.arena);
	memcpy(to + sizeof h + h.arena, block_grid(e), h.grid);
}

void
emu_load(struct emu *e, const void *saved, size_t n)
{
	const uint8_t *from = saved;
	struct head h;

	if (n < sizeof h)
		return;
	memcpy(&h, saved, sizeof h);
	if (!head_ok(e, &h) || n != sizeof h + h.arena + h.grid)
		return;
	clear_excess(e, &h);
	memcpy(e->base, from + sizeof h, h.arena);
	memcpy(block_grid(e), from + sizeof h + h.arena, h.grid);
	grid_touch_all(&e->core->grid);
}

struct packer {
	z_stream z;
	struct buf *out;
};

static bool
pack_piece(void *ctx, void *p, size_t n)
{
	struct packer *k = ctx;

	k->z.next_in = p;
	k->z.avail_in = (uInt)n;
	while (k->z.avail_in) {
		if (buf_reserve(k->out, 4096))
			return false;
		k->z.next_out = k->out->p + k->out->n;
		k->z.avail_out = (uInt)(k->out->cap - k->out->n);
		deflate(&k->z, Z_NO_FLUSH);
		k->out->n = k->out->cap - k->z.avail_out;
	}
	return true;
}

static bool
pack_end(struct packer *k)
{
	int rc;

	do {
		if (buf_reserve(k->out, 4096))
			return false;
		k->z.next_out = k->out->p + k->out->n;
		k->z.avail_out = (uInt)(k->out->cap - k->out->n);
		rc = deflate(&k->z, Z_FINISH);
		k->out->n = k->out->cap - k->z.avail_out;
	} while (rc == Z_OK);
	return rc == Z_STREAM_END;
}

int
emu_pack(const struct emu *e, struct buf *out)
{
	struct head h = head_of(e);
	struct packer k = { .out = out };
	size_t start = out->n;
	bool ok;

	grid_wash_all(&e->core->grid);
	if (deflateInit(&k.z, PACK_LEVEL) != Z_OK)
		return ERR_NOMEM;
	ok = pack_piece(&k, &h, sizeof h) && pack_piece(&k, e->base, h.arena) &&
	     grid_pieces(&e->core->grid, pack_piece, &k) && pack_end(&k);
	deflateEnd(&k.z);
	if (!ok)
		buf_cut(out, start);
	return ok ? 0 : ERR_NOMEM;
}

static bool
unpack_piece(void *ctx, void *p, size_t n)
{
	z_stream *z = ctx;

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
	int cols = emu_cols(e), rows = emu_rows(e);
	struct head h;

	if (!unpack_piece(z, &h, sizeof h) || !head_ok(e, &h))
		return ERR_STATE;
	clear_excess(e, &h);
	if (unpack_piece(z, e->base, h.arena)) {
		grid_blank(&e->core->grid);
		if (grid_pieces(&e->core->grid, unpack_piece, z))
			return 0;
	}
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
	return mix(h, (uint64_t)p->attr << 40 | (uint64_t)p->guard << 32 | p->ul);
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
mix_extra(uint64_t h, const struct grid *g, uint32_t at)
{
	struct span link = extra_link(&g->extras, at);

	return at ? mix_bytes(mix(h, g->extras.at[at].ul), link.p, link.n) : h;
}

static uint64_t
mix_cell(uint64_t h, const struct grid *g, const struct cell *c)
{
	uint32_t ch[CLUSTER_MAX];
	int n = grid_chars(g, c, ch);

	for (int i = 0; i < n; i++)
		h = mix(h, ch[i]);
	h = mix(h, (uint64_t)c->fg << 32 | c->bg);
	h = mix_extra(h, g, c->extra);
	return mix(h, (uint64_t)c->attr << 16 | (uint64_t)c->width << 8 |
			      (uint64_t)c->wrap << 1 | c->guard);
}

static uint64_t
mix_grid(uint64_t h, const struct grid *g)
{
	struct grid at = *g; /* to look at either screen */

	h = mix(h, (uint64_t)g->rows << 32 | (uint64_t)g->cols);
	h = mix(h, (uint64_t)g->alt);
	for (at.alt = 0; at.alt < 2; at.alt++)
		for (int row = at.alt ? 0 : -g->history; row < g->rows; row++)
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
		c->visible, c->blink, c->frame, c->margins, c->reversed, c->chosen };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		h = mix(h, flags[i]);
	h = mix(h, c->quiet);
	for (int col = 0; col < c->grid.cols; col++)
		h = mix(h, tabs_at(c, col));
	h = mix(h, (uint64_t)c->top << 32 | (uint64_t)c->bottom);
	return mix(h, (uint64_t)c->left << 32 | (uint64_t)c->right);
}

uint64_t
emu_hash_told(const struct emu *e)
{
	const struct core *c = e->core;
	uint64_t h = mix(0, (uint64_t)c->row << 32 | (uint64_t)c->col);

	h = mix_modes(h, c);
	h = mix_charsets(mix_pen(h, &c->pen), &c->cs);
	h = mix_saved(mix_saved(h, &c->saved[0]), &c->saved[1]);
	h = mix_grid(mix_filter(h, &c->filter), &c->grid);
	h = mix(h, c->last);
	for (int row = 0; row < c->grid.rows; row++)
		h = mix(h, (uint64_t)grid_width(&c->grid, row));
	return mix_bytes(mix(h, c->shape), c->title, strlen(c->title));
}

uint64_t
emu_hash(const struct emu *e)
{
	return mix(mix(emu_hash_told(e), e->core->bells), e->core->grid.debt);
}
