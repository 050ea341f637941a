/* SPDX-License-Identifier: ISC */
#include "replay/rows.h"

#include "base/err.h"

#include <stdlib.h>

#define PAIRS_MAX  8192  /* comparisons of rows that came with rows that left */
#define GONE_LEAST 65536 /* bytes of rows gone in a message, and more the longer it is */

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
note_row(struct rows *r, struct rows_line *l, int change)
{
	struct text_line *out = &r->out;
	bool revealed = change & EMU_REVEALED;
	uint32_t old = revealed ? 0 : l->n;

	out->text = buf_span(&r->line);
	out->keep = revealed ? 0 : common(l, out->text);
	if (!revealed && out->keep == out->text.n && out->keep == old)
		return 0;
	if (remember(l, out->text) < 0)
		return ERR_NOMEM;
	if (!out->text.n || (change == EMU_REVEALED && takes_place(r, l->hash)))
		return 0;
	out->longer = out->keep == old;
	text_add(r->text, out);
	return 0;
}

/* Row ROW is about to leave.  Its line will be another one's: what is remembered of it stays. */
static void
note_gone(void *ctx, int row, int change)
{
	struct rows *r = ctx;
	const struct rows_line *l = &r->lines[emu_line(r->emu, row)];
	uint32_t old = change & EMU_REVEALED ? 0 : l->n;
	struct text_line *out = &r->out;

	buf_clear(&r->line);
	if (emu_row_text(r->emu, row, &r->line, NULL) < 0) {
		text_fail(r->text, out->n);
		return;
	}
	out->row = -1;
	out->text = buf_span(&r->line);
	out->keep = old ? common(l, out->text) : 0;
	out->longer = out->keep == old;
	if (!out->text.n || (out->keep == out->text.n && out->longer) ||
		out->text.n > r->gone_left)
		return;
	r->gone_left -= out->text.n;
	text_add(r->text, out);
}

void
rows_begin(struct rows *r, struct emu *e, struct text *t, uint64_t n, int64_t at_ns,
	size_t size)
{
	r->emu = e;
	r->text = t;
	r->out = (struct text_line){ .n = n, .at_ns = at_ns };
	r->gone_left = GONE_LEAST + size * LINES_GROWTH;
	emu_watch_gone(e, note_gone, r);
}

static void
begin_rows(struct rows *r, const struct emu *e)
{
	find_left(r, e);
	if (r->nleft * r->rows > PAIRS_MAX)
		r->nleft = PAIRS_MAX / r->rows;
}

void
rows_note(struct rows *r)
{
	struct emu *e = r->emu;

	emu_watch_gone(e, NULL, NULL);
	begin_rows(r, e);
	for (int row = 0; row < r->rows; row++) {
		int change = emu_change(e, row);

		if (!change)
			continue;
		buf_clear(&r->line);
		r->out.row = row;
		if (emu_row_text(e, row, &r->line, NULL) < 0 ||
			note_row(r, &r->lines[emu_line(e, row)], change) < 0)
			text_fail(r->text, r->out.n);
	}
	emu_settle(e);
}

void
rows_know(struct rows *r, struct emu *e)
{
	begin_rows(r, e);
	for (int row = 0; row < r->rows; row++) {
		struct rows_line *l = &r->lines[emu_line(e, row)];

		if (!emu_change(e, row))
			continue;
		buf_clear(&r->line);
		if (emu_row_text(e, row, &r->line, NULL) < 0 ||
			remember(l, buf_span(&r->line)) < 0)
			l->n = 0;
	}
	emu_settle(e);
}
