/* SPDX-License-Identifier: ISC */
/* Writes a recording, always the same, on a 200x60 terminal; --help tells what is in it.
 * Messages have the sizes that reads from a pty have, up to 4 KB.  A FILE named *.cast is an
 * asciicast, all others are audit files. */
#include "base/clk.h"
#include "base/diag.h"
#include "base/opt.h"
#include "format/tapew.h"
#include "sys/fdio.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define COLS        200
#define ROWS        60
#define CHUNK_MAX   4096
#define SCENE_BYTES (UINT64_C(2) << 20) /* until the program changes */

struct gen {
	struct tapew *w;
	struct buf text;
	uint64_t rng;
	uint64_t bytes, lines;
	int64_t now_ns;
	uint32_t cols, rows;
	struct err e;
	int rc;
};

static const struct opt options[] = {
	{ 1, "size", 's', "BYTES", "bytes of output, with K, M or G (default 100M)" },
	{ 3, "kind", 'k', "KIND", "mixed, scroll, screen or day (default mixed)" },
	{ 2, "output", 'o', "FILE",
		"where to, as an operand too (default standard output)" },
	{ 4, "help", 'h', NULL, "print this and what the kinds are" },
	{ 0 },
};

static uint32_t
rnd(struct gen *g, uint32_t below)
{
	uint64_t z = g->rng += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

static void
put(struct gen *g, struct msg *m)
{
	m->connection_id = SPAN_LIT("00112233445566778899aabbccddeeff");
	m->time_ns = g->now_ns;
	if (g->rc == 0)
		g->rc = tapew_put(g->w, m, &g->e);
}

/* Give out what is in the buffer in pieces as a reader of the pty would see them. */
static void
flush(struct gen *g)
{
	while (g->text.n) {
		size_t n = 1 + rnd(g, CHUNK_MAX);
		struct msg m;

		n = n > g->text.n ? g->text.n : n;
		msg_init(&m, MSG_IO);
		m.p.io.stream = MSG_STREAM_OUT;
		m.p.io.data = span_of(g->text.p, n);
		put(g, &m);
		buf_consume(&g->text, n);
		g->bytes += n;
		g->now_ns += 1000000 + rnd(g, 2000000);
	}
}

static const char *const words[] = { "the", "quick", "session", "opened", "for", "user",
	"root", "kernel", "device", "usb", "new", "full-speed", "number", "error",
	"warning", "compiling", "linked", "started", "stopped", "service", "systemd",
	"timeout", "request", "handled" };

static void
add_words(struct gen *g, uint32_t n)
{
	while (n--)
		buf_addf(&g->text, "%s ", words[rnd(g, sizeof words / sizeof *words)]);
}

static void
scene_log(struct gen *g)
{
	for (int i = 0; i < 40; i++) {
		buf_addf(&g->text, "[%6" PRIu64 ".%06u] ", g->lines / 100,
			rnd(g, 1000000));
		add_words(g, 4 + rnd(g, 12));
		buf_addf(&g->text, "%" PRIu64 "\r\n", g->lines++);
	}
}

static void
scene_build(struct gen *g)
{
	for (int i = 0; i < 40; i++) {
		buf_addf(&g->text, "\x1b[1;%um%s\x1b[m ", 31 + rnd(g, 6), "CC");
		add_words(g, 2 + rnd(g, 8));
		buf_addf(&g->text, "\x1b[38;5;%um%" PRIu64 "\x1b[0m\r\n", rnd(g, 256),
			g->lines++);
	}
}

static void
scene_short(struct gen *g)
{
	for (int i = 0; i < 200; i++)
		buf_addf(&g->text, "%" PRIu64 "\r\n", g->lines++);
}

static void
scene_screen(struct gen *g)
{
	buf_add_str(&g->text, "\x1b[H");
	for (int row = 1; row <= ROWS; row++) {
		if (rnd(g, 3))
			continue;
		buf_addf(&g->text, "\x1b[%d;1H\x1b[7m%5u\x1b[27m \x1b[38;2;%u;%u;%um",
			row, rnd(g, 99999), rnd(g, 256), rnd(g, 256), rnd(g, 256));
		add_words(g, 3 + rnd(g, 15));
		buf_add_str(&g->text, "\x1b[m\x1b[K");
	}
	g->now_ns += 100000000;
}

static void
begin(struct gen *g)
{
	struct msg m;

	msg_init(&m, MSG_CONNECT);
	m.p.connect.remote_addr = SPAN_LIT("192.0.2.1");
	m.p.connect.country = SPAN_LIT("XX");
	put(g, &m);
	msg_init(&m, MSG_PTY);
	m.p.pty.term = SPAN_LIT("xterm-256color");
	m.p.pty.columns = COLS;
	m.p.pty.rows = ROWS;
	put(g, &m);
}

static void
play(struct gen *g, uint64_t size, void (*const *scenes)(struct gen *), unsigned n)
{
	while (g->rc == 0 && g->bytes < size) {
		scenes[g->bytes / SCENE_BYTES % n](g);
		flush(g);
	}
}

static void
kind_mixed(struct gen *g, uint64_t size)
{
	static void (*const scenes[])(
		struct gen *) = { scene_log, scene_build, scene_screen, scene_short };

	play(g, size, scenes, 4);
}

static void
kind_scroll(struct gen *g, uint64_t size)
{
	static void (*const scenes[])(
		struct gen *) = { scene_log, scene_build, scene_short };

	play(g, size, scenes, 3);
}

static void
kind_screen(struct gen *g, uint64_t size)
{
	static void (*const scenes[])(struct gen *) = { scene_screen };

	play(g, size, scenes, 1);
}

/* A day */

static void
wait_ms(struct gen *g, uint32_t least, uint32_t most)
{
	g->now_ns += (int64_t)(least + rnd(g, most - least)) * NS_PER_MS;
}

/* A key and what comes back. */
static void
key(struct gen *g, char c)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_IN;
	m.p.io.data = span_of(&c, 1);
	put(g, &m);
	g->now_ns += 300000;
	flush(g);
	wait_ms(g, 100, 250);
}

static void
type(struct gen *g, const char *text)
{
	for (; *text; text++) {
		buf_add_byte(&g->text, (uint8_t)*text);
		key(g, *text);
	}
	buf_add_str(&g->text, "\r\n\x1b[?2004l\r");
	key(g, '\r');
}

static void
do_list(struct gen *g)
{
	type(g, "ls -la --color");
	for (uint32_t n = 20 + rnd(g, 60); n > 0; n--)
		buf_addf(&g->text,
			"-rw-r--r-- 1 root root %8u Nov 21 %02u:%02u "
			"\x1b[0m\x1b[01;3%um%s-%u.c\x1b[0m\r\n",
			rnd(g, 10000000), rnd(g, 24), rnd(g, 60), 1 + rnd(g, 6),
			words[rnd(g, 24)], rnd(g, 1000));
	flush(g);
}

static void
do_build(struct gen *g)
{
	type(g, "make -j4");
	for (uint32_t n = 100 + rnd(g, 300); n > 0; n--) {
		buf_addf(&g->text, "\x1b[1;%um%s\x1b[m ", 31 + rnd(g, 6), "CC");
		add_words(g, 2 + rnd(g, 8));
		buf_addf(&g->text, "%" PRIu64 "\r\n", g->lines++);
		flush(g);
		wait_ms(g, 1, 200);
	}
}

static void
do_edit(struct gen *g)
{
	uint32_t row = 1, col = 1;

	type(g, "vim main.c");
	buf_addf(&g->text, "\x1b[?1049h\x1b[1;%ur\x1b[H\x1b[2J", g->rows - 1);
	for (uint32_t i = 1; i < g->rows; i++) {
		buf_addf(&g->text, "\x1b[%u;1H\x1b[33m%4u \x1b[m", i, i);
		add_words(g, rnd(g, 12));
	}
	flush(g);
	for (uint32_t n = 60 + rnd(g, 240); n > 0; n--) {
		if (rnd(g, 8) == 0) {
			row = 1 + rnd(g, g->rows - 2);
			col = 6;
		}
		if (rnd(g, 20) == 0)
			buf_addf(&g->text, "\x1b[H\x1b[L\x1b[33m%4u \x1b[mnew", n);
		buf_addf(&g->text,
			"\x1b[?25l\x1b[%u;%uH%c\x1b[%u;%uH%u,%u \x1b[%u;%uH\x1b[?25h",
			row, col, 'a' + (int)rnd(g, 26), g->rows, g->cols - 20, row, col,
			row, col + 1);
		col = col + 1 < g->cols ? col + 1 : 6;
		key(g, 'x');
	}
	buf_addf(&g->text, "\x1b[r\x1b[?1049l");
	flush(g);
}

static void
do_monitor(struct gen *g)
{
	type(g, "htop");
	buf_add_str(&g->text, "\x1b[?1049h\x1b[2J");
	for (uint32_t n = 60 + rnd(g, 240); n > 0; n--) {
		for (uint32_t i = 1; i <= g->rows; i++)
			if (i < 6 || !rnd(g, 4))
				buf_addf(&g->text,
					"\x1b[%u;1H\x1b[32m%5u \x1b[m%-10s "
					"\x1b[1m%3u.%u\x1b[m "
					"\x1b[7m%s\x1b[27m\x1b[K",
					i, rnd(g, 99999), words[rnd(g, 24)], rnd(g, 100),
					rnd(g, 10), words[rnd(g, 24)]);
		flush(g);
		wait_ms(g, 990, 1010);
	}
	buf_add_str(&g->text, "\x1b[?1049l");
	flush(g);
}

static void
new_size(struct gen *g)
{
	struct msg m;

	g->cols = 80 + rnd(g, 121);
	g->rows = 24 + rnd(g, 37);
	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = g->cols;
	m.p.window.rows = g->rows;
	put(g, &m);
}

static void
kind_day(struct gen *g, uint64_t size)
{
	static void (*const work[])(
		struct gen *) = { do_list, do_build, do_edit, do_list, do_monitor };
	int64_t end = g->now_ns + INT64_C(8) * 3600 * NS_PER_S;

	(void)size;
	for (unsigned i = 1; g->rc == 0 && g->now_ns < end; i++) {
		buf_add_str(&g->text,
			"\x1b[?2004h\x1b]0;user@host: ~\a\x1b[01;32muser@host"
			"\x1b[00m:\x1b[01;34m~\x1b[00m$ ");
		flush(g);
		wait_ms(g, 2000, 240000);
		work[rnd(g, 5)](g);
		if (i % 8 == 0)
			new_size(g);
	}
}

static const struct {
	const char *name;
	void (*make)(struct gen *g, uint64_t size);
	const char *what;
} kinds[] = {
	{ "mixed", kind_mixed,
		"2 MB each in turn: log lines, a coloured build, repaints, short lines" },
	{ "scroll", kind_scroll, "the same without the repaints" },
	{ "screen", kind_screen,
		"repaints alone: a third of the rows, inverse and 24-bit colours, 10 a "
		"second" },
	{ "day", kind_day,
		"eight hours of work, whatever the size: in turn a command typed at 4 to "
		"10\n"
		"          keys a second behind a prompt with title and bracketed paste, "
		"then a\n"
		"          listing (20 to 80 lines), a build (100 to 400), an editor "
		"(alternate\n"
		"          screen, region, 60 to 300 keys) or a monitor (a repaint a "
		"second for one\n"
		"          to five minutes); then a pause of 2 to 240 seconds; a new "
		"size every\n"
		"          eighth command" },
};
#define NKINDS (sizeof kinds / sizeof *kinds)

static int
parse_size(const char *text, uint64_t *size)
{
	char *end;
	double v = strtod(text, &end);

	v *= *end == 'K' ? 1 << 10 : *end == 'M' ? 1 << 20 : *end == 'G' ? 1 << 30 : 1;
	if (v < 1 || (*end && end[1]) || (*end && !strchr("KMG", *end)))
		return -1;
	*size = (uint64_t)v;
	return 0;
}

static int
help(void)
{
	printf("usage: gen_recording [-k KIND] [-s BYTES[K|M|G]] [FILE]\n");
	for (size_t i = 0; i < NKINDS; i++)
		printf("  %-7s %s\n", kinds[i].name, kinds[i].what);
	return 0;
}

static int
parse_kind(const char *text, size_t *kind, struct err *e)
{
	for (*kind = 0; *kind < NKINDS; ++*kind)
		if (strcmp(text, kinds[*kind].name) == 0)
			return 1;
	return err_set(e, ERR_USAGE, "'%s' is no kind of recording", text);
}

static enum tape_format
format_of(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && strcmp(path + n - 5, ".cast") == 0 ? TAPE_CAST_V2 : TAPE_AUDIT_V2;
}

static int
generate(const char *path, uint64_t size, size_t kind)
{
	struct gen g = { .rng = 1,
		.now_ns = INT64_C(1700000000) * NS_PER_S,
		.cols = COLS,
		.rows = ROWS };
	struct dst *d;
	int rc;

	g.rc = fdio_open_dst(&d, path, FDIO_OVERWRITE, &g.e);
	if (g.rc < 0)
		return diag_fail(&g.e, path);
	g.rc = tapew_open(&g.w, format_of(path), d, NULL, &g.e);
	if (g.rc < 0)
		return diag_fail(&g.e, path);
	begin(&g);
	kinds[kind].make(&g, size);
	rc = tapew_close(g.w, g.rc < 0 ? NULL : &g.e);
	buf_free(&g.text);
	return g.rc < 0 || rc < 0 ? diag_fail(&g.e, path) : 0;
}

int
main(int argc, char **argv)
{
	uint64_t size = UINT64_C(100) << 20;
	size_t kind = 0;
	const char *path = "-";
	struct opt_parser p;
	struct err e;
	int id;

	diag_init("gen_recording");
	opt_start(&p, options, argc, argv);
	while ((id = opt_next(&p, &e)) > 0) {
		if (id == 2)
			path = p.value;
		else if (id == 4)
			return help();
		else if (id == 3)
			id = parse_kind(p.value, &kind, &e);
		else if (parse_size(p.value, &size) < 0)
			id = err_set(&e, ERR_USAGE, "'%s' is no size", p.value);
		if (id < 0)
			break;
	}
	if (id < 0)
		return diag_fail(&e, NULL);
	if (p.at < argc)
		path = argv[p.at];
	return generate(path, size, kind);
}
