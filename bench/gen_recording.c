/* SPDX-License-Identifier: ISC */
/* Writes a recording of a given size, always the same: a 200x60 terminal with a shell that
 * prints logs, builds with colours and short lines, and now and then a full-screen program
 * that redraws.  Messages have the sizes that reads from a pty have. */
#include "base/clk.h"
#include "base/diag.h"
#include "base/opt.h"
#include "format/tapew.h"
#include "sys/fdio.h"

#include <inttypes.h>
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
	struct err e;
	int rc;
};

static const struct opt options[] = {
	{ 1, "size", 's', "BYTES", "bytes of output, with K, M or G (default 100M)" },
	{ 2, "output", 'o', "FILE",
		"where to, as an operand too (default standard output)" },
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
play_scenes(struct gen *g, uint64_t size)
{
	static void (*const scenes[])(
		struct gen *) = { scene_log, scene_build, scene_screen, scene_short };

	while (g->rc == 0 && g->bytes < size) {
		void (*scene)(struct gen *) = scenes[g->bytes / SCENE_BYTES % 4];

		scene(g);
		flush(g);
	}
}

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
generate(const char *path, uint64_t size)
{
	struct gen g = { .rng = 1, .now_ns = INT64_C(1700000000) * NS_PER_S };
	struct dst *d;
	int rc;

	g.rc = fdio_open_dst(&d, path, FDIO_OVERWRITE, &g.e);
	if (g.rc < 0)
		return diag_fail(&g.e, path);
	g.rc = tapew_open(&g.w, TAPE_AUDIT_V2, d, NULL, &g.e);
	if (g.rc < 0)
		return diag_fail(&g.e, path);
	begin(&g);
	play_scenes(&g, size);
	rc = tapew_close(g.w, g.rc < 0 ? NULL : &g.e);
	buf_free(&g.text);
	return g.rc < 0 || rc < 0 ? diag_fail(&g.e, path) : 0;
}

int
main(int argc, char **argv)
{
	uint64_t size = UINT64_C(100) << 20;
	const char *path = "-";
	struct opt_parser p;
	struct err e;
	int id;

	diag_init("gen_recording");
	opt_start(&p, options, argc, argv);
	while ((id = opt_next(&p, &e)) > 0) {
		if (id == 2)
			path = p.value;
		else if (parse_size(p.value, &size) < 0)
			id = err_set(&e, ERR_USAGE, "'%s' is no size", p.value);
		if (id < 0)
			break;
	}
	if (id < 0)
		return diag_fail(&e, NULL);
	if (p.at < argc)
		path = argv[p.at];
	return generate(path, size);
}
