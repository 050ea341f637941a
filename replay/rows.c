/* SPDX-License-Identifier: ISC */
#include "replay/rows.h"

#include "base/err.h"

#include <stdlib.h>

#define PAIRS_MAX 8192 /* comparisons of rows that came with rows that left */

void
rows_free(struct rows *r)
{
	for (int i = 0; i < EMU_LINES_MAX; i++)
		free(r->lines[i].p);
	buf_free(&r->line);
	*r = (struct rows){ 0 };
}

static uint64_t
hash(struct span s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325) ^ s.n, w;

	for (; s.n >= 8; s.p += 8, s.n -= 8) {
		memcpy(&w, s.p, 8);
		h = (h ^ w) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 29;
	}
	w = 0;
	memcpy(&w, s.p, s.n);
	h = (h ^ w) * UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 32;
}

static uint32_t
common(const struct rows_line *l, struct span s)
{
	uint32_t n = l->n < s.n ? l->n : (uint32_t)s.n, i = 0;

	while (i < n && l->p[i] == s.p[i])
		i++;
	return i;
}

static int
remember(struct rows_line *l, struct span s)
{
	if (s.n > l->cap) {
		uint8_t *p = realloc(l->p, s.n + 32);

		if (!p)
			return ERR_NOMEM;
		l->p = p;
		l->cap = (uint32_t)s.n + 32;
	}
	if (s.n)
		memcpy(l->p, s.p, s.n);
	l->n = (uint32_t)s.n;
	l->hash = hash(s);
	return 0;
}

/* Which of the rows shown before are not shown now. */
static void
find_left(struct rows *r, const struct emu *e)
{
	bool anew = r->rows != emu_rows(e) || r->cols != emu_cols(e);

	r->nleft = 0;
	for (int i = 0; !anew && i < r->rows; i++)
		r->here[emu_line(e, i)] = 1;
	for (int i = 0; i < r->rows; i++)
		if (!r->here[r->shown[i]] && r->lines[r->shown[i]].n)
			r->left[r->nleft++] = r->lines[r->shown[i]].hash;
	for (int i = 0; !anew && i < r->rows; i++)
		r->here[emu_line(e, i)] = 0;
	r->rows = emu_rows(e);
	r->cols = emu_cols(e);
	for (int i = 0; i < r->rows; i++)
		r->shown[i] = (uint16_t)emu_line(e, i);
}

static bool
takes_place(struct rows *r, uint64_t h)
{
	for (int i = 0; i < r->nleft; i++)
		if (r->left[i] == h) {
			r->left[i] = r->left[--r->nleft];
			return true;
		}
	return false;
}

/* The row in r->line: add it if it is news. */
static int
note_row(struct rows *r, struct rows_line *l, int change, struct text *t,
	struct text_line *out)
{
	bool revealed = change & EMU_REVEALED;
	uint32_t old = l->n;

	out->text = buf_span(&r->line);
	out->keep = revealed ? 0 : common(l, out->text);
	if (!revealed && out->keep == out->text.n && out->keep == old)
		return 0;
	if (remember(l, out->text) < 0)
		return ERR_NOMEM;
	if (!out->text.n || (revealed && takes_place(r, l->hash)))
		return 0;
	out->longer = out->keep == old;
	text_add(t, out);
	return 0;
}

void
rows_note(struct rows *r, struct emu *e, struct text *t, uint64_t n, int64_t at_ns)
{
	struct text_line out = { .n = n, .at_ns = at_ns };

	find_left(r, e);
	if (r->nleft * r->rows > PAIRS_MAX)
		r->nleft = PAIRS_MAX / r->rows;
	for (out.row = 0; out.row < r->rows; out.row++) {
		int change = emu_change(e, out.row);

		if (!change)
			continue;
		buf_clear(&r->line);
		if (emu_row_text(e, out.row, &r->line, NULL) < 0 ||
			note_row(r, &r->lines[emu_line(e, out.row)], change, t, &out) < 0)
			text_fail(t, n);
	}
	emu_settle(e);
}
