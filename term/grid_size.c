/* SPDX-License-Identifier: ISC */
/* A new size: everything is copied into memory that is laid out anew. */
#include "term/grid_impl.h"

static void
copy_row(struct grid *to, int row, const struct grid *from, int old)
{
	int cols = to->cols < from->cols ? to->cols : from->cols;
	const struct cell *src = grid_row(from, old);
	struct cell *dst = grid_row(to, row);
	int fill = grid_fill_of(from, old);

	to->big[grid_at(to, row)] = from->big[grid_at(from, old)] && to->cols > 1;
	to->fill[grid_at(to, row)] = (uint16_t)(fill < cols ? fill : cols);
	memcpy(dst, src, (size_t)cols * sizeof *dst);
	if (cols < from->cols && src[cols].width == 0)
		grid_set_blank(&dst[cols - 1], 1, dst[cols - 1].bg);
}

/* Row 0 of TO is row SKIP of FROM; what lies above goes to the history. */
static void
copy_screen(struct grid *to, const struct grid *from, int alt, int skip)
{
	struct grid old = *from;
	int above = alt ? 0 : old.history + skip;

	if (above > grid_history(to->rows))
		above = grid_history(to->rows);
	to->alt = old.alt = alt;
	for (int row = -above; row < to->rows && row + skip < old.rows; row++)
		copy_row(to, row, &old, row + skip);
	if (!alt)
		to->history = above;
}

/* Move the clusters in use over into the (perhaps smaller) pool of TO. */
static void
copy_pool(struct grid *to, const struct grid *from)
{
	for (size_t i = 0; i < grid_all_cells(to); i++) {
		struct cell *c = &to->cells[i];

		if (c->ch & CELL_CH_POOL) {
			const struct cluster *k = pool_of(&from->pool, c);
			struct cluster *mine = pool_take(&to->pool, NULL, 0);

			c->ch = mine ? CELL_CH_POOL | (uint32_t)(mine - to->pool.at)
				     : k->ch[0];
			if (mine)
				*mine = *k;
		}
	}
	to->pool.takes = 0;
}

static void
copy_extras(struct extras *to, const struct extras *from)
{
	struct extra *at = to->at;
	char *text = to->text;

	memcpy(at, from->at, extra_used(from));
	*to = *from;
	to->at = at;
	to->text = text;
}

void
grid_resize(struct grid *g, int rows, int cols, const int skip[2], uint8_t *scratch)
{
	struct grid old = *g;

	size_t used = grid_used(g);

	*g->work += grid_all_cells(g) + grid_cell_count(grid_lines(rows), cols);
	memcpy(scratch, g->base, used);
	memset(g->base, 0, used);
	grid_place(&old, scratch, g->rows, g->cols);
	grid_init(g, g->base, rows, cols);
	copy_extras(&g->extras, &old.extras);
	copy_screen(g, &old, 0, skip[0]);
	copy_screen(g, &old, 1, skip[1]);
	copy_pool(g, &old);
	g->alt = old.alt;
	grid_reveal_all(g);
}
