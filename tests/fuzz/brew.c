/* SPDX-License-Identifier: ISC */
/* A byte tells what a message is and how far from the last one; its fields follow. */
#include "tests/fuzz/brew.h"

#include "base/clk.h"
#include "format/tapew.h"
#include "format/vendor.h"

#include <stdlib.h>

#define MESSAGES_MAX 400
#define REPEAT       64

struct brew {
	struct span *in;
	struct tapew *w;
	struct buf text;
	int64_t now_ns;
	int left;
};

static int64_t
distance(struct span *in, unsigned kind)
{
	uint64_t v = 0;

	if (kind < 12)
		return kind ? INT64_C(1000000) << kind : 0;
	for (unsigned i = 0; i < (kind == 15 ? 8 : kind - 9); i++)
		v = v << 8 | brew_byte(in);
	return kind == 12 ? -(int64_t)v * NS_PER_MS : (int64_t)v;
}

static void
put(struct brew *b, struct msg *m)
{
	m->time_ns = b->now_ns;
	m->connection_id = SPAN_LIT("0123456789abcdef0123456789abcdef");
	if (b->left-- > 0)
		tapew_put(b->w, m, NULL);
}

/* The bytes many times over. */
static struct span
many(struct brew *b)
{
	size_t times = brew_byte(b->in) * (size_t)REPEAT;
	struct span s = brew_bytes(b->in);

	buf_clear(&b->text);
	while (times-- && b->text.n < 1 << 18)
		buf_add_span(&b->text, s);
	return buf_span(&b->text);
}

static void
put_io(struct brew *b, uint64_t channel, uint64_t stream, struct span data)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.channel = channel;
	m.p.io.stream = stream;
	m.p.io.data = data;
	put(b, &m);
}

static void
put_size(struct brew *b, bool pty)
{
	uint32_t cols = brew_byte(b->in), rows = brew_byte(b->in);
	struct msg m;

	msg_init(&m, pty ? MSG_PTY : MSG_WINDOW);
	cols = cols > 250 ? cols << 24 | cols : cols;
	if (pty) {
		m.p.pty.columns = cols;
		m.p.pty.rows = rows;
		m.p.pty.term = brew_bytes(b->in);
	} else {
		m.p.window.columns = cols;
		m.p.window.rows = rows;
	}
	put(b, &m);
}

static void
put_event(struct brew *b, struct span payload)
{
	struct msg m;

	vendor_raw(&m, (enum vendor_id)(brew_byte(b->in) % VENDOR_COUNT), payload);
	put(b, &m);
}

/* Any type, its texts and numbers out of the bytes. */
static void
put_any(struct brew *b)
{
	const struct msg_desc *d = &msg_descs[brew_byte(b->in) % msg_ndescs];
	struct msg m;

	msg_init(&m, (enum msg_type)d->code);
	for (size_t i = 0; i < d->payload->nfields; i++) {
		const struct msg_field *f = &d->payload->fields[i];
		void *at = (char *)&m + f->offset;

		if (f->kind == MSG_TEXT || f->kind == MSG_BYTES)
			*(struct span *)at = brew_bytes(b->in);
		else if (f->kind == MSG_UINT)
			*(uint64_t *)at = (uint64_t)distance(b->in, 15);
		else if (f->kind == MSG_U32)
			*(uint32_t *)at = (uint32_t)distance(b->in, 13);
	}
	put(b, &m);
}

static bool
one(struct brew *b)
{
	unsigned what = brew_byte(b->in);
	int64_t dt = distance(b->in, what >> 4);

	b->now_ns = (int64_t)((uint64_t)b->now_ns + (uint64_t)dt);
	switch (what & 15) {
	case 0:
		return false;
	case 7:
		put_io(b, 1, MSG_STREAM_OUT, brew_bytes(b->in));
		break;
	case 8:
	case 9:
		put_io(b, 0, MSG_STREAM_IN, brew_bytes(b->in));
		break;
	case 10:
	case 11:
		put_size(b, (what & 15) == 10);
		break;
	case 12:
		put_event(b, brew_bytes(b->in));
		break;
	case 13:
		put_any(b);
		break;
	case 14:
		put_event(b, many(b));
		break;
	case 15:
		put_io(b, 0, MSG_STREAM_OUT, many(b));
		break;
	default:
		put_io(b, 0, 1 + (what & 1), brew_bytes(b->in));
		break;
	}
	return true;
}

struct tape *
brew(struct span *in, struct buf *file)
{
	static const enum tape_format formats[] = { TAPE_AUDIT_V2, TAPE_AUDIT_V1,
		TAPE_CAST_V2, TAPE_CAST_V3 };
	struct tapew_opts o = { .level = 1, .member_bytes = 4096 };
	struct brew b = {
		.in = in, .now_ns = INT64_C(1700000000000000000), .left = MESSAGES_MAX
	};
	struct dst *dst = dst_mem();
	struct tape *t = NULL;

	if (!dst || tapew_open(&b.w, formats[brew_byte(in) & 3], dst, &o, NULL) < 0)
		return NULL;
	while (in->n && one(&b))
		;
	tapew_flush(b.w, NULL);
	buf_add_span(file, dst_mem_bytes(dst));
	tapew_close(b.w, NULL);
	buf_free(&b.text);
	if (tape_open(&t, src_mem(buf_span(file)), NULL, NULL) < 0)
		return NULL;
	return t;
}
