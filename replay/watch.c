/* SPDX-License-Identifier: ISC */
#include "replay/watch.h"

int
watch_init(struct watch *w, const char *text, struct err *e)
{
	*w = (struct watch){ 0 };
	return needle_init(&w->needle, text, e);
}

void
watch_free(struct watch *w)
{
	buf_free(&w->line);
}

static uint64_t
hash(uint64_t h, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001B3);
	return h;
}

/* Comparable text of a row; false when the needle cannot be in it. */
static bool
read_row(struct watch *w, const struct emu *e, int row)
{
	if (!needle_maybe(&w->needle, emu_row(e, row), emu_cols(e)))
		return false;
	buf_clear(&w->line);
	if (emu_row_text(e, row, &w->line, w->colmap) < 0)
		return false;
	needle_fold(&w->needle, &w->line);
	return true;
}

/* Key and number of hits of a row out of its text.  FIRST gets the offset of the first hit that
 * is not one of the SKIP hits which made KEY_BEFORE. */
static void
measure(struct watch *w, int row, size_t *first)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325), before = w->key[row];
	uint32_t n = 0, skip = w->hits[row];
	size_t at = 0, done = 0;

	*first = 0;
	while (needle_find(&w->needle, buf_span(&w->line), &at)) {
		if (n == 0 || (n == skip && h == before))
			*first = at;
		at += w->needle.n;
		h = hash(h, w->line.p + done, at - done);
		h += !h;
		done = at;
		n++;
	}
	w->key[row] = n ? h : 0;
	w->hits[row] = n;
}

static int
column(const struct watch *w, size_t at, int cols)
{
	int c = 0;

	while (c + 1 < cols && w->colmap[c + 1] <= at)
		c++;
	return c;
}

static int
look_at_row(struct watch *w, const struct emu *e, int row)
{
	size_t first = 0;

	if (read_row(w, e, row)) {
		measure(w, row, &first);
	} else {
		w->key[row] = 0;
		w->hits[row] = 0;
	}
	return w->key[row] ? column(w, first, emu_cols(e)) : 0;
}

static int
count(const uint64_t *keys, int rows, uint64_t key)
{
	int n = 0;

	for (int i = 0; i < rows; i++)
		n += keys[i] == key;
	return n;
}

static void
forget_below(struct watch *w, int rows)
{
	size_t n = (size_t)(EMU_ROWS_MAX - rows);

	memset(w->key + rows, 0, n * sizeof *w->key);
	memset(w->hits + rows, 0, n * sizeof *w->hits);
}

void
watch_reset(struct watch *w, struct emu *e)
{
	for (int i = 0; i < emu_rows(e); i++)
		look_at_row(w, e, i);
	forget_below(w, emu_rows(e));
	emu_clean(e);
}

int
watch_look(struct watch *w, struct emu *e)
{
	int cols[EMU_ROWS_MAX], rows = emu_rows(e);
	bool any = false;

	memcpy(w->old, w->key, sizeof w->old);
	for (int i = 0; i < rows; i++) {
		cols[i] = 0;
		if (!emu_dirty(e, i))
			continue;
		cols[i] = look_at_row(w, e, i);
		any = any || (w->key[i] && w->key[i] != w->old[i]);
	}
	forget_below(w, rows);
	emu_clean(e);
	if (buf_failed(&w->line))
		return ERR_NOMEM;
	for (int i = 0; any && i < rows; i++) {
		uint64_t key = w->key[i];

		if (!key || key == w->old[i] ||
			count(w->key, rows, key) <= count(w->old, EMU_ROWS_MAX, key))
			continue;
		w->row = i;
		w->col = cols[i];
		return 1;
	}
	return 0;
}
