/* SPDX-License-Identifier: ISC */
#include "tests/unit/recording.h"

#include "format/vendor.h"

#include "tests/unit/unit.h"

/* A destination that leaves its bytes behind when it is closed. */
struct keep {
	struct dst dst;
	struct buf *file;
};

static ssize_t
keep_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct buf *file = ((struct keep *)d)->file;

	(void)e;
	ck_assert_uint_le(off, file->n);
	if (file->n < off + n)
		ck_assert_int_eq(buf_reserve(file, off + n - file->n), 0);
	memcpy(file->p + off, p, n);
	if (file->n < off + n)
		file->n = off + n;
	return (ssize_t)n;
}

static int
keep_close(struct dst *d, struct err *e)
{
	(void)e;
	free(d);
	return 0;
}

static const struct dst_ops keep_ops = { keep_write_at, NULL, NULL, keep_close };

void
recording_start_as(struct recording *r, uint64_t seed, enum tape_format f)
{
	/* small members, so that seeking crosses them */
	struct tapew_opts o = { .member_bytes = 4096 };
	struct keep *k = calloc(1, sizeof *k);
	struct err e;

	*r = (struct recording){ .now_ns = INT64_C(1700000000000000000), .rng = seed };
	k->dst.ops = &keep_ops;
	k->dst.seekable = true;
	k->file = &r->file;
	ck_assert_int_eq(tapew_open(&r->w, f, &k->dst, &o, &e), 0);
}

void
recording_start(struct recording *r, uint64_t seed)
{
	recording_start_as(r, seed, TAPE_AUDIT_V2);
}

void
recording_end(struct recording *r)
{
	struct err e;

	ck_assert_int_eq(tapew_close(r->w, &e), 0);
	r->w = NULL;
}

void
recording_free(struct recording *r)
{
	buf_free(&r->file);
}

struct tape *
recording_tape(const struct recording *r)
{
	struct tape *t;
	struct err e;
	int rc = tape_open(&t, src_mem(buf_span(&r->file)), NULL, &e);

	ck_assert_msg(rc == 0, "%s", e.text);
	return t;
}

/* splitmix64 */
uint32_t
recording_random(struct recording *r, uint32_t below)
{
	uint64_t z = r->rng += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

void
recording_put(struct recording *r, struct msg *m)
{
	struct err e;

	m->connection_id = SPAN_LIT("0123456789abcdef0123456789abcdef");
	m->time_ns = r->now_ns;
	ck_assert_int_eq(tapew_put(r->w, m, &e), 0);
	r->n++;
}

void
recording_connect(struct recording *r)
{
	struct msg m;

	msg_init(&m, MSG_CONNECT);
	m.p.connect.remote_addr = SPAN_LIT("192.0.2.1");
	m.p.connect.country = SPAN_LIT("XX");
	recording_put(r, &m);
}

void
recording_pty(struct recording *r, uint64_t channel, uint32_t cols, uint32_t rows)
{
	struct msg m;

	msg_init(&m, MSG_PTY);
	m.channel = channel;
	m.p.pty.columns = cols;
	m.p.pty.rows = rows;
	recording_put(r, &m);
}

void
recording_window(struct recording *r, uint64_t channel, uint32_t cols, uint32_t rows)
{
	struct msg m;

	msg_init(&m, MSG_WINDOW);
	m.channel = channel;
	m.p.window.columns = cols;
	m.p.window.rows = rows;
	recording_put(r, &m);
}

void
recording_io(struct recording *r, uint64_t channel, int stream, struct span data)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.channel = channel;
	m.p.io.stream = (uint64_t)stream;
	m.p.io.data = data;
	recording_put(r, &m);
}

void
recording_out(struct recording *r, const char *text)
{
	recording_io(r, 0, MSG_STREAM_OUT, span_str(text));
}

void
recording_marker(struct recording *r, const char *label)
{
	struct buf b = { 0 };
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, VENDOR_MARKER, &w, &b);
	jsonw_kstr(&w, "label", label);
	ck_assert_int_eq(vendor_end(&m, &w), 0);
	recording_put(r, &m);
	buf_free(&b);
}

void
recording_command(struct recording *r, const char *phase, const char *line)
{
	struct buf b = { 0 };
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, VENDOR_COMMAND, &w, &b);
	jsonw_kstr(&w, "phase", phase);
	jsonw_kstr(&w, "trust", "nonce");
	jsonw_kstr(&w, "text", line);
	ck_assert_int_eq(vendor_end(&m, &w), 0);
	recording_put(r, &m);
	buf_free(&b);
}

/* Pieces of output; "\r" and "\n" come often enough for scrolling. */
static const char *const pieces[] = {
	"\r\n",
	"\r\n",
	"$ make check\r\n",
	"error: needle in line 7\r\n",
	"Needle ",
	"plain words here ",
	"\x1b[31;1mred\x1b[m ",
	"\x1b[2J\x1b[H",
	"\x1b[5;10H",
	"\x1b[K",
	"\x1b[3;8r",
	"\x1b[r",
	"\x1b[?1049h",
	"\x1b[?1049l",
	"\x1b[2",
	";3H",
	"\x1b",
	"]0;title",
	"\x07",
	"\xE6\x97\xA5\xE6\x9C\xAC",
	"\xF0\x9F",
	"\x98\x80",
	"e\xCC\x81",
	"\x1b(0lqk\x1b(B",
	"\x1b[4h",
	"\x1b[4l",
	"\x1bM",
	"\x1b[2L",
	"\x1b[38;2;1;2;3mx",
	"nee",
	"dle",
	"\t",
	"\b",
	"\x1b"
	"7",
	"\x1b"
	"8",
};
#define NPIECES (sizeof pieces / sizeof *pieces)

static void
random_output(struct recording *r, uint64_t channel)
{
	struct buf b = { 0 };

	for (uint32_t i = 1 + recording_random(r, 12); i; i--)
		buf_add_str(&b, pieces[recording_random(r, NPIECES)]);
	recording_io(r, channel, 1 + (int)recording_random(r, 2), buf_span(&b));
	buf_free(&b);
}

static void
random_message(struct recording *r)
{
	switch (recording_random(r, 30)) {
	case 0:
		recording_window(
			r, 0, 1 + recording_random(r, 100), 1 + recording_random(r, 40));
		break;
	case 1:
		recording_window(r, 1, 30, 10);
		break;
	case 2:
		recording_io(r, 1, MSG_STREAM_OUT, SPAN_LIT("other channel\r\n"));
		break;
	case 3:
	case 4:
		recording_io(r, 0, MSG_STREAM_IN, SPAN_LIT("typed"));
		break;
	case 5:
		recording_marker(r, "here");
		break;
	default:
		random_output(r, 0);
	}
}

void
recording_random_session(struct recording *r, int n)
{
	recording_connect(r);
	recording_pty(r, 0, 60, 12);
	recording_pty(r, 1, 100, 30);
	for (int i = 0; i < n; i++) {
		if (recording_random(r, 3))
			r->now_ns += recording_random(r, 1000) * INT64_C(1000000);
		random_message(r);
	}
}
