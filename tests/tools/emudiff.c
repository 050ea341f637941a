/* SPDX-License-Identifier: ISC */
/* usage: emudiff [-D DEPTH] [-a NAME=[NAME],...] CAPTURE ROW COL SIZE [FILE | @SIZE]...
 *
 * Compares the emulator's screen after the FILEs (and resizes, as in emudump) with what
 * "tmux capture-pane -e -p -N" printed of a pane that got the same, and with the cursor that
 * tmux told.  Prints the first differences and how many cells were compared; exit status 1
 * when there are any.
 *
 * -D 0, 8, 16, 256, true: the pane got it from a terminal library with so many colours.
 * -a dim=,strike=underline: there attributes are missing, and others may stand for them.
 *
 * Differences that are tmux's (3.3), each looked for and nothing else:
 *   - it does not print blanks at the end of a line, coloured ones neither: only text counts;
 *   - it does not tell links;
 *   - it writes 5:3 for 53 (overline), like the kinds of underlines. */
#include "base/diag.h"
#include "base/opt.h"
#include "play/shade.h"
#include "render/palette.h"
#include "term/emu.h"

#include <stdlib.h>
#include <unistd.h>

#define SHOWN 10
#define ATTRS (0xffffu & ~(unsigned)CELL_LINK)

struct rules {
	int depth; /* -1: colours as they are */
	struct {
		unsigned attr, stands;
	} missing[16];
	size_t nmissing;
};

static const struct {
	const char *name;
	unsigned attr;
} names[] = {
	{ "dim", CELL_DIM }, { "italic", CELL_ITALIC }, { "underline", CELL_UNDERLINE },
	{ "kinds", CELL_UL_KINDS }, { "strike", CELL_STRIKE },
	{ "overline", CELL_OVERLINE }, { "colour", 0x10000 }, /* of underlines */
};

static unsigned
attr_of(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == n && !memcmp(names[i].name, s, n))
			return names[i].attr;
	return 0;
}

static void
parse_missing(struct rules *r, const char *s)
{
	while (*s && r->nmissing < 16) {
		size_t n = strcspn(s, ",="), end = strcspn(s, ",");

		r->missing[r->nmissing].attr = attr_of(s, n);
		if (end > n)
			r->missing[r->nmissing].stands = attr_of(s + n + 1, end - n - 1);
		r->nmissing++;
		s += end + (s[end] == ',');
	}
}

static unsigned
expected_attr(const struct rules *r, unsigned attr)
{
	unsigned out = attr & ATTRS;

	for (size_t i = 0; i < r->nmissing; i++)
		out &= ~r->missing[i].attr;
	for (size_t i = 0; i < r->nmissing; i++)
		if (attr & r->missing[i].attr)
			out |= r->missing[i].stands;
	return out;
}

static uint32_t
seen_colour(int depth, int v)
{
	if (v < 0)
		return 0;
	return depth == THEME_TRUE && v >= 8 ? COLOR_OF_RGB(v) : COLOR_OF_INDEX(v);
}

/* What the library that drew C must have asked for. */
static struct cell
expected(const struct rules *r, const struct cell *c)
{
	struct cell out = *c;
	struct shade s;

	out.attr = (uint16_t)expected_attr(r, c->attr);
	if (r->depth < 0)
		return out;
	s = shade_of((enum theme_depth)r->depth, c->fg, c->bg);
	out.fg = seen_colour(r->depth, s.fg);
	out.bg = seen_colour(r->depth, s.bg);
	out.attr |= s.bold ? CELL_BOLD : 0;
	return out;
}

static bool
tells_tints(const struct rules *r)
{
	for (size_t i = 0; i < r->nmissing; i++)
		if (r->missing[i].attr == 0x10000)
			return false;
	return true;
}

/* 5:3 between numbers of an SGR sequence to 53; its new end. */
static size_t
mend(uint8_t *p, size_t n)
{
	size_t out = 0;
	bool sequence = false;

	for (size_t i = 0; i < n; i++) {
		bool begins = i > 0 && (p[i - 1] == '[' || p[i - 1] == ';');

		if (p[i] == 033 || p[i] == 'm')
			sequence = p[i] == 033;
		p[out++] = p[i];
		if (sequence && begins && i + 3 < n && !memcmp(p + i, "5:3", 3) &&
			(p[i + 3] == ';' || p[i + 3] == 'm'))
			i++;
	}
	return out;
}

/* A capture: lines with a line feed behind each. */
static int
feed_capture(struct emu *e, const char *name, struct err *err)
{
	static uint8_t p[1 << 22];
	FILE *in = fopen(name, "rb");
	size_t n;

	if (!in)
		return err_sys(err, ERR_IO, "%s", name);
	n = mend(p, fread(p, 1, sizeof p, in));
	fclose(in);
	while (n > 0 && p[n - 1] == '\n')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n')
			emu_write(e, SPAN_LIT("\r"));
		emu_write(e, span_of(p + i, 1));
	}
	return 0;
}

static int
feed(struct emu *e, const char *name, struct err *err)
{
	FILE *in = fopen(name, "rb");
	int c;

	if (!in)
		return err_sys(err, ERR_IO, "%s", name);
	while ((c = fgetc(in)) != EOF) {
		uint8_t byte = (uint8_t)c;

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

static uint32_t
tint(const struct emu *e, const struct cell *c)
{
	uint32_t ul = c->attr & CELL_UNDERLINE ? emu_cell_underline(e, c) : 0;

	return ul ? COLOR_OF_RGB(palette_rgb(ul)) : 0;
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
	printf(" %s \"%s\" fg %08x bg %08x attr %04x tint %08x", who, s, c->fg, c->bg,
		c->attr, tint(e, c));
}

static bool
same_look(const struct rules *r, const struct emu *a, const struct cell *x,
	const struct emu *b, const struct cell *y)
{
	struct cell want = expected(r, x);

	return want.fg == y->fg && want.bg == y->bg && want.attr == (y->attr & ATTRS) &&
	       (!tells_tints(r) || tint(a, x) == tint(b, y));
}

static int
compare_cell(const struct rules *r, const struct emu *a, const struct emu *b, int row,
	int col, int shown)
{
	const struct cell *x = &emu_row(a, row)[col], *y = &emu_row(b, row)[col];
	bool same = col < printed(b, row)
			    ? same_text(a, x, b, y) && same_look(r, a, x, b, y)
			    : blank(x);

	if (!same && shown < SHOWN) {
		printf("%d,%d:", row, col);
		show(a, "ours", x);
		show(b, "tmux", y);
		printf("\n");
	}
	return !same;
}

static int
compare(const struct rules *r, const struct emu *a, const struct emu *b)
{
	int differ = 0;

	for (int row = 0; row < emu_rows(a); row++)
		for (int col = 0; col < emu_cols(a); col++)
			differ += compare_cell(r, a, b, row, col, differ);
	return differ;
}

static int
build(struct emu *e, int argc, char **argv, struct err *err)
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

static int
run(const struct rules *r, struct emu *ours, struct emu *theirs, char **argv, int argc,
	struct err *err)
{
	struct emu_cursor at;
	int differ;

	if (build(ours, argc - 4, argv + 4, err))
		return diag_fail(err, NULL);
	emu_resize(theirs, emu_cols(ours), emu_rows(ours));
	emu_write(theirs, SPAN_LIT("\033)0")); /* line drawing comes as SO ... SI */
	if (feed_capture(theirs, argv[0], err))
		return diag_fail(err, NULL);
	differ = compare(r, ours, theirs);
	at = emu_cursor(ours);
	if (at.row != atoi(argv[1]) || at.col != atoi(argv[2])) {
		printf("cursor: ours %d,%d tmux %s,%s\n", at.row, at.col, argv[1],
			argv[2]);
		differ++;
	}
	printf("%d differences in %d cells\n", differ, emu_rows(ours) * emu_cols(ours));
	return differ != 0;
}

static int
depth_of(const char *s)
{
	static const char *const depths[THEME_DEPTHS] = { "0", "8", "16", "256", "true" };

	for (int i = 0; i < THEME_DEPTHS; i++)
		if (!strcmp(depths[i], s))
			return i;
	return -1;
}

int
main(int argc, char **argv)
{
	struct rules r = { .depth = -1 };
	struct emu *ours, *theirs;
	struct err err = { 0 };
	int c, cols, rows, rc;

	diag_init("emudiff");
	while ((c = getopt(argc, argv, "D:a:")) != -1) {
		if (c == '?')
			return 2;
		if (c == 'D')
			r.depth = depth_of(optarg);
		else
			parse_missing(&r, optarg);
	}
	argc -= optind;
	argv += optind;
	if (argc < 4 || opt_size(argv[3], 65535, &cols, &rows, &err))
		return diag_fail(
			&err, "usage: emudiff CAPTURE ROW COL SIZE [FILE | @SIZE]...");
	ours = emu_new(cols, rows);
	theirs = emu_new(cols, rows);
	if (!ours || !theirs)
		return 1;
	rc = run(&r, ours, theirs, argv, argc, &err);
	emu_free(ours);
	emu_free(theirs);
	return rc;
}
