/* SPDX-License-Identifier: ISC */
/* usage: emudiff CAPTURE ROW COL SIZE [FILE | @SIZE]...
 *
 * Compares the emulator's screen after the FILEs (and resizes, as in emudump) with what
 * "tmux capture-pane -e -p -N" printed of a pane that got the same, and with the cursor that
 * tmux told.  Prints the first differences; exit status 1 when there are any.
 *
 * tmux does not print coloured blanks at the end of a line: those are not compared. */
#include "base/diag.h"
#include "base/opt.h"
#include "term/emu.h"

#include <stdlib.h>

#define SHOWN 10
#define ATTRS (0xffffu & ~(unsigned)CELL_LINK) /* tmux 3.3 does not tell links */

static int
feed(struct emu *e, const char *name, bool lines, struct err *err)
{
	FILE *in = fopen(name, "rb");
	bool first = true;
	int c;

	if (!in)
		return err_sys(err, ERR_IO, "%s", name);
	while ((c = fgetc(in)) != EOF) {
		uint8_t byte = (uint8_t)c;

		/* A line feed between lines, none behind the last. */
		if (lines && !first && ftell(in) > 1 && c == '\n') {
			int next = fgetc(in);

			if (next == EOF)
				break;
			ungetc(next, in);
			emu_write(e, SPAN_LIT("\r"));
		}
		first = false;
		emu_write(e, span_of(&byte, 1));
	}
	fclose(in);
	return 0;
}

static bool
blank(const struct cell *c)
{
	return c->width == 1 && (c->ch == 0 || c->ch == ' ');
}

/* Columns of a captured row that were printed. */
static int
printed(const struct emu *e, int row)
{
	const struct cell *c = emu_row(e, row);
	int n = emu_cols(e);

	while (n > 0 && c[n - 1].ch == 0 && c[n - 1].width == 1)
		n--;
	return n;
}

static bool
same_text(const struct emu *a, const struct cell *x, const struct emu *b,
	const struct cell *y)
{
	char s[EMU_CELL_TEXT_MAX], t[EMU_CELL_TEXT_MAX];

	if (blank(x) && blank(y))
		return true;
	emu_cell_text(a, x, s);
	emu_cell_text(b, y, t);
	return x->width == y->width && !strcmp(s, t);
}

static void
show(const struct emu *e, const char *who, const struct cell *c)
{
	char s[EMU_CELL_TEXT_MAX];

	emu_cell_text(e, c, s);
	printf(" %s \"%s\" fg %08x bg %08x attr %03x", who, s, c->fg, c->bg, c->attr);
}

static int
compare_cell(const struct emu *a, const struct emu *b, int row, int col, int shown)
{
	const struct cell *x = &emu_row(a, row)[col], *y = &emu_row(b, row)[col];
	bool same = same_text(a, x, b, y);

	if (col < printed(b, row))
		same = same && x->fg == y->fg && x->bg == y->bg &&
		       (x->attr & ATTRS) == (y->attr & ATTRS);
	else
		same = blank(x);
	if (!same && shown < SHOWN) {
		printf("%d,%d:", row, col);
		show(a, "ours", x);
		show(b, "tmux", y);
		printf("\n");
	}
	return !same;
}

static int
compare(const struct emu *a, const struct emu *b)
{
	int differ = 0;

	for (int row = 0; row < emu_rows(a); row++)
		for (int col = 0; col < emu_cols(a); col++)
			differ += compare_cell(a, b, row, col, differ);
	return differ;
}

static int
build(struct emu *e, int argc, char **argv, struct err *err)
{
	for (int i = 0; i < argc; i++) {
		int cols, rows;

		if (argv[i][0] != '@') {
			if (feed(e, argv[i], false, err))
				return err->code;
			continue;
		}
		if (opt_size(argv[i] + 1, 65535, &cols, &rows, err))
			return err->code;
		emu_resize(e, cols, rows);
	}
	return 0;
}

static int
run(struct emu *ours, struct emu *theirs, char **argv, int argc, struct err *err)
{
	struct emu_cursor at;
	int differ;

	if (build(ours, argc - 5, argv + 5, err))
		return diag_fail(err, NULL);
	emu_resize(theirs, emu_cols(ours), emu_rows(ours));
	emu_write(theirs, SPAN_LIT("\033)0")); /* line drawing comes as SO ... SI */
	if (feed(theirs, argv[1], true, err))
		return diag_fail(err, NULL);
	differ = compare(ours, theirs);
	at = emu_cursor(ours);
	if (at.row != atoi(argv[2]) || at.col != atoi(argv[3])) {
		printf("cursor: ours %d,%d tmux %s,%s\n", at.row, at.col, argv[2],
			argv[3]);
		differ++;
	}
	printf("%d differences\n", differ);
	return differ != 0;
}

int
main(int argc, char **argv)
{
	struct emu *ours, *theirs;
	struct err err = { 0 };
	int cols, rows, rc;

	diag_init("emudiff");
	if (argc < 5 || opt_size(argv[4], 65535, &cols, &rows, &err))
		return diag_fail(
			&err, "usage: emudiff CAPTURE ROW COL SIZE [FILE | @SIZE]...");
	ours = emu_new(cols, rows);
	theirs = emu_new(cols, rows);
	if (!ours || !theirs)
		return 1;
	rc = run(ours, theirs, argv, argc, &err);
	emu_free(ours);
	emu_free(theirs);
	return rc;
}
