/* SPDX-License-Identifier: ISC */
#include "log/transcript.h"

/* The row R of the terminal, padded with blanks when the line goes on behind it. */
static void
put_row(struct transcript *t, int r)
{
	uint32_t map[EMU_COLS_MAX + 1];
	char cell[EMU_CELL_TEXT_MAX];
	bool on = emu_wrapped(t->emu, r);
	int cols = emu_cols(t->emu), col = 0;

	buf_clear(&t->row);
	emu_row_text(t->emu, r, &t->row, map);
	if (t->row.n || on)
		for (; t->blank; t->blank--)
			buf_add_byte(&t->text, '\n');
	buf_add_span(&t->text, buf_span(&t->row));
	if (on) {
		/* a wide character that found no room left the last column free */
		cols -= !emu_cell_text(t->emu, &emu_row(t->emu, r)[cols - 1], cell);
		while (col < cols && map[col] < t->row.n)
			col++;
		for (; col < cols; col++)
			buf_add_byte(&t->text, ' ');
	} else if (t->row.n || t->going_on) {
		buf_add_byte(&t->text, '\n');
	} else {
		t->blank++;
	}
	t->going_on = on;
}

static void
gone(void *ctx, int row, int change)
{
	struct transcript *t = ctx;

	if (!(change & EMU_ABOVE))
		return;
	if (t->back)
		t->back--;
	else
		put_row(t, row);
}

int
transcript_init(struct transcript *t, struct err *e)
{
	*t = (struct transcript){ .emu = emu_new(SHOWN_COLS, SHOWN_ROWS) };
	if (!t->emu)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	shown_init(&t->shown, -1);
	emu_watch_gone(t->emu, gone, t);
	return 0;
}

/* A new size moved the text by some rows: the cursor tells how many.  Those that are above the
 * screen now are in the rows that can be had still. */
static void
resized(struct transcript *t, int before)
{
	int up = before - emu_cursor(t->emu).row, above = emu_above(t->emu);

	if (up < 0) {
		t->back -= up;
		return;
	}
	if (up > above)
		up = above;
	for (; up > 0; up--)
		if (t->back)
			t->back--;
		else
			put_row(t, -up);
}

int
transcript_take(struct transcript *t, const struct msg *m, struct err *e)
{
	int rows = emu_rows(t->emu), row = emu_cursor(t->emu).row, rc;

	shown_apply(&t->shown, t->emu, m);
	if (rows != emu_rows(t->emu) && m->type != MSG_IO && !emu_alt_screen(t->emu))
		resized(t, row);
	rc = buf_failed(&t->text);
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : 0;
}

int
transcript_end(struct transcript *t, struct err *e)
{
	int rc;

	if (emu_alt_screen(t->emu))
		emu_write(t->emu, SPAN_LIT("\030\033[?1049l\033[?47l"));
	for (int r = t->back; r < emu_rows(t->emu); r++)
		put_row(t, r);
	rc = buf_failed(&t->text);
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : 0;
}

void
transcript_free(struct transcript *t)
{
	emu_free(t->emu);
	buf_free(&t->text);
	buf_free(&t->row);
}
