/* SPDX-License-Identifier: ISC */
/* usage: emudump [-t | -a | -v] [-S] SIZE [FILE | @SIZE]...
 *
 * Feeds raw bytes to the emulator and prints its screen.  SIZE is COLSxROWS; each FILE ("-":
 * standard input) is fed whole, @SIZE resizes in between.  -t: text (default); -a: text with
 * SGR sequences; -v: one line for each stretch of equal cells, then cursor, title and modes.
 * -S: without the emulator's short cuts. */
#include "base/diag.h"
#include "base/opt.h"
#include "term/emu.h"

#include <stdlib.h>
#include <unistd.h>

static int
feed(struct emu *e, const char *name, struct err *err)
{
	FILE *in = strcmp(name, "-") ? fopen(name, "rb") : stdin;
	char p[65536];
	size_t n;

	if (!in)
		return err_sys(err, ERR_IO, "%s", name);
	while ((n = fread(p, 1, sizeof p, in)) > 0)
		emu_write(e, span_of(p, n));
	if (in != stdin)
		fclose(in);
	return 0;
}

static void
print_text(const struct emu *e)
{
	for (int row = 0; row < emu_rows(e); row++) {
		struct buf b = { 0 };

		emu_row_text(e, row, &b, NULL);
		printf("%.*s\n", (int)b.n, b.n ? (const char *)b.p : "");
		buf_free(&b);
	}
}

static void
put_color(uint32_t c, int base)
{
	if (COLOR_KIND(c) == COLOR_INDEXED)
		printf(";%d;5;%u", base, COLOR_INDEX(c));
	else if (COLOR_KIND(c) == COLOR_TRUE)
		printf(";%d;2;%u;%u;%u", base, COLOR_RGB24(c) >> 16,
			COLOR_RGB24(c) >> 8 & 255, COLOR_RGB24(c) & 255);
}

static void
put_sgr(const struct cell *c)
{
	static const struct {
		unsigned attr;
		const char *sgr;
	} names[] = {
		{ CELL_BOLD, "1" },
		{ CELL_DIM, "2" },
		{ CELL_ITALIC, "3" },
		{ CELL_BLINK, "5" },
		{ CELL_REVERSE, "7" },
		{ CELL_CONCEAL, "8" },
		{ CELL_STRIKE, "9" },
		{ CELL_OVERLINE, "53" },
	};

	printf("\033[0");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (c->attr & names[i].attr)
			printf(";%s", names[i].sgr);
	if (c->attr & CELL_UNDERLINE)
		printf(c->attr & CELL_UL_DOUBLE   ? ";21"
			: c->attr & CELL_UL_CURLY ? ";4:3"
						  : ";4");
	put_color(c->fg, 38);
	put_color(c->bg, 48);
	printf("m");
}

static bool
same_look(const struct cell *a, const struct cell *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->attr == b->attr;
}

static void
print_ansi(const struct emu *e)
{
	for (int row = 0; row < emu_rows(e); row++) {
		const struct cell *c = emu_row(e, row), *last = NULL;

		for (int col = 0; col < emu_cols(e); col++) {
			char text[EMU_CELL_TEXT_MAX];

			if (!last || !same_look(last, &c[col]))
				put_sgr(&c[col]);
			last = &c[col];
			if (emu_cell_text(e, &c[col], text))
				printf("%s", text);
			else if (c[col].width)
				printf(" ");
		}
		printf("\033[m\n");
	}
}

static void
print_stretch(const struct emu *e, int row, int from, int to)
{
	const struct cell *c = emu_row(e, row) + from;

	printf("%d:%d-%d fg=%08x bg=%08x attr=%03x \"", row, from, to - 1, c->fg, c->bg,
		c->attr);
	for (int col = from; col < to; col++, c++) {
		char text[EMU_CELL_TEXT_MAX];

		if (emu_cell_text(e, c, text))
			printf("%s", text);
		else if (c->width)
			printf("~");
	}
	printf("\"\n");
}

static bool
untouched(const struct cell *c)
{
	return !c->ch && c->width == 1 && !c->fg && !c->bg && !c->attr;
}

static void
print_cells(const struct emu *e)
{
	struct emu_cursor at = emu_cursor(e);

	for (int row = 0; row < emu_rows(e); row++) {
		const struct cell *c = emu_row(e, row);

		for (int from = 0, to; from < emu_cols(e); from = to) {
			bool none = untouched(&c[from]);

			for (to = from + 1; to < emu_cols(e) &&
					    same_look(&c[from], &c[to]) &&
					    untouched(&c[to]) == none;)
				to++;
			if (!none)
				print_stretch(e, row, from, to);
		}
	}
	printf("cursor %d,%d %s shape %d%s\n", at.row, at.col,
		at.visible ? "visible" : "hidden", at.shape, at.blink ? " blinking" : "");
	printf("title \"%s\"\nbells %llu\n%s screen%s\n", emu_title(e),
		(unsigned long long)emu_bells(e),
		emu_alt_screen(e) ? "alternate" : "main",
		emu_in_frame(e) ? ", in a frame" : "");
}

static int
run(struct emu *e, int argc, char **argv, struct err *err)
{
	for (int i = 0; i < argc; i++) {
		int cols, rows;

		if (argv[i][0] != '@') {
			if (feed(e, argv[i], err))
				return err->code;
			continue;
		}
		if (opt_size(argv[i] + 1, 65535, &cols, &rows, err))
			return err->code;
		emu_resize(e, cols, rows);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int c, cols, rows;
	char format = 't';
	bool slow = false;
	struct err err = { 0 };
	struct emu *e;

	diag_init("emudump");
	while ((c = getopt(argc, argv, "tavS")) != -1) {
		if (c == '?')
			return 2;
		if (c == 'S')
			slow = true;
		else
			format = (char)c;
	}
	if (optind == argc || opt_size(argv[optind], 65535, &cols, &rows, &err))
		return diag_fail(
			&err, "usage: emudump [-t | -a | -v] SIZE [FILE | @SIZE]...");
	e = emu_new(cols, rows);
	if (!e)
		return 1;
	emu_set_slow(e, slow);
	if (run(e, argc - optind - 1, argv + optind + 1, &err))
		return diag_fail(&err, NULL);
	(format == 'a' ? print_ansi : format == 'v' ? print_cells : print_text)(e);
	emu_free(e);
	return 0;
}
