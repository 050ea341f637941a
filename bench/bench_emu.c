/* SPDX-License-Identifier: ISC */
/* usage: bench_emu [SIZE [FILE...]]
 *
 * Speed of the emulator in MB/s of terminal output, with and without its short cuts, in
 * pieces of 4 KiB.  Without FILE: made-up streams. */
#include "base/clk.h"
#include "base/diag.h"
#include "base/opt.h"
#include "term/emu.h"

#include <stdlib.h>

#define PIECE 4096
#define LEAST (INT64_C(300) * NS_PER_MS) /* time of one measurement */

static void
make_seq(struct buf *b)
{
	for (int i = 1; b->n < (size_t)4 << 20; i++)
		buf_addf(b, "%d\r\n", i);
}

static void
make_lines(struct buf *b)
{
	for (int i = 0; b->n < (size_t)4 << 20; i++)
		buf_addf(b,
			"[%5d.%06d] usb %d-%d: new high-speed USB device number %d using "
			"xhci_hcd\r\n",
			i / 1000, i * 7919 % 1000000, i % 7, i % 5, i % 128);
}

static void
make_colored(struct buf *b)
{
	for (int i = 0; b->n < (size_t)4 << 20; i++)
		buf_addf(b,
			"\033[%dm%c   if (thing[%d] == %d)\033[m \033[1;34mreturn\033[m "
			"%d;\033[K\r\n",
			31 + i % 3, "+- "[i % 3], i % 100, i % 13, i);
}

static void
make_screen(struct buf *b)
{
	for (int i = 0; b->n < (size_t)4 << 20; i++)
		buf_addf(b, "\033[%d;%dH\033[38;5;%dm%d%%\033[48;5;%dm|||||\033[m\033[K",
			i * 7 % 24 + 1, i * 13 % 70 + 1, i % 256, i % 100, i * 3 % 256);
}

static void
make_utf8(struct buf *b)
{
	for (int i = 0; b->n < (size_t)4 << 20; i++)
		buf_addf(b,
			"\xe2\x94\x82 \xc3\xa4\xc3\xb6\xc3\xbc %d "
			"\xe4\xb8\x96\xe7\x95\x8c \xf0\x9f\x98\x80\r\n",
			i);
}

static const struct {
	const char *name;
	void (*make)(struct buf *b);
} streams[] = {
	{ "short lines", make_seq },
	{ "log lines", make_lines },
	{ "coloured diff", make_colored },
	{ "full screen", make_screen },
	{ "UTF-8", make_utf8 },
};

static double
speed(struct emu *e, struct span s)
{
	int64_t start = clk_mono(&clk_system), took;
	double bytes = 0;

	do {
		for (size_t at = 0; at < s.n; at += PIECE)
			emu_write(e,
				span_of(s.p + at, s.n - at < PIECE ? s.n - at : PIECE));
		bytes += (double)s.n;
		took = clk_mono(&clk_system) - start;
	} while (took < LEAST);
	return bytes * 1000 / (double)took;
}

static void
measure(struct emu *e, const char *name, struct span s)
{
	double fast, slow;

	emu_set_slow(e, false);
	fast = speed(e, s);
	emu_set_slow(e, true);
	slow = speed(e, s);
	printf("%-16s %8.1f %8.1f\n", name, fast, slow);
}

static int
read_file(const char *name, struct buf *b)
{
	FILE *in = fopen(name, "rb");
	char p[65536];
	size_t n;

	if (!in)
		return ERR_NOTFOUND;
	while ((n = fread(p, 1, sizeof p, in)) > 0)
		buf_add(b, p, n);
	fclose(in);
	return 0;
}

static void
measure_snapshots(struct emu *e)
{
	int64_t start = clk_mono(&clk_system);
	struct buf raw = { 0 }, packed = { 0 };
	int n = 0;

	buf_reserve(&raw, emu_save_size(e));
	for (; clk_mono(&clk_system) - start < LEAST; n++)
		emu_save(e, raw.p);
	printf("save %zu bytes   %8.1f us\n", emu_save_size(e), (double)LEAST / n / 1000);
	start = clk_mono(&clk_system);
	for (n = 0; clk_mono(&clk_system) - start < LEAST; n++) {
		buf_clear(&packed);
		emu_pack(e, &packed);
	}
	printf("pack %zu bytes   %8.1f us\n", packed.n, (double)LEAST / n / 1000);
	start = clk_mono(&clk_system);
	for (n = 0; clk_mono(&clk_system) - start < LEAST; n++)
		emu_unpack(e, buf_span(&packed));
	printf("unpack             %8.1f us\n", (double)LEAST / n / 1000);
	buf_free(&raw);
	buf_free(&packed);
}

int
main(int argc, char **argv)
{
	int cols = 200, rows = 60;
	struct err err = { 0 };
	struct emu *e;

	diag_init("bench_emu");
	if (argc > 1 && opt_size(argv[1], EMU_COLS_MAX, &cols, &rows, &err))
		return diag_fail(&err, NULL);
	e = emu_new(cols, rows);
	if (!e)
		return 1;
	printf("%s, %dx%d\nMB/s                 fast    plain\n", emu_version(), cols,
		rows);
	for (size_t i = 0; argc < 3 && i < sizeof streams / sizeof *streams; i++) {
		struct buf b = { 0 };

		streams[i].make(&b);
		measure(e, streams[i].name, buf_span(&b));
		buf_free(&b);
	}
	for (int i = 2; i < argc; i++) {
		struct buf b = { 0 };

		if (read_file(argv[i], &b) == 0)
			measure(e, argv[i], buf_span(&b));
		buf_free(&b);
	}
	measure_snapshots(e);
	emu_free(e);
	return 0;
}
