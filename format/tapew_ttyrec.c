/* SPDX-License-Identifier: ISC */
/* Writing output alone: as ttyrec, with times and sizes, or raw, the bytes and nothing else.
 * One channel is written, that of the first output or size.  What is left out is counted. */
#include "format/single.h"

#include "base/clk.h"
#include "format/ttyrec.h"

#include <inttypes.h>
#include <stdlib.h>

#define RECORD_BYTES ((size_t)1 << 20) /* longer output becomes several records */
#define OUT_MAX      ((size_t)256 << 20)

struct tapew_ttyrec {
	struct tapew w;
	bool raw;
	struct single one;
};

static struct tapew_ttyrec *
ttyrec_of(struct tapew *w)
{
	return (struct tapew_ttyrec *)w;
}

static void
put_head(struct tapew_ttyrec *c, int64_t time_ns, size_t n)
{
	struct ttyrec_head h = { .length = (uint32_t)n };
	uint8_t head[TTYREC_HEAD];

	if (time_ns < 0 || time_ns / NS_PER_S > UINT32_MAX) {
		c->one.lost[LOST_TIMES]++;
		time_ns = time_ns < 0 ? 0 : (int64_t)UINT32_MAX * NS_PER_S;
	}
	h.seconds = (uint32_t)(time_ns / NS_PER_S);
	h.micros = (uint32_t)(time_ns % NS_PER_S / NS_PER_US);
	ttyrec_head_put(head, &h);
	buf_add(&c->w.out, head, sizeof head);
}

static void
put_bytes(struct tapew_ttyrec *c, int64_t time_ns, struct span s)
{
	uint32_t cols, rows;
	/* output that looks like our record of a size must not be one */
	bool split = ttyrec_size_get(s, &cols, &rows);

	while (s.n) {
		size_t n = split ? 1 : s.n < RECORD_BYTES ? s.n : RECORD_BYTES;

		if (!c->raw)
			put_head(c, time_ns, n);
		buf_add(&c->w.out, s.p, n);
		s = span_of(s.p + n, s.n - n);
		split = false;
	}
}

static void
put_size(struct tapew_ttyrec *c, int64_t time_ns, uint32_t cols, uint32_t rows)
{
	struct buf text = { 0 };

	buf_addf(&text, "\033[8;%" PRIu32 ";%" PRIu32 "t", rows, cols);
	if (c->raw || !ttyrec_size_get(buf_span(&text), &cols, &rows)) {
		c->one.lost[LOST_SIZES]++;
	} else {
		put_head(c, time_ns, text.n);
		buf_add_span(&c->w.out, buf_span(&text));
	}
	buf_free(&text);
}

static void
take(struct tapew_ttyrec *c, const struct msg *m)
{
	uint32_t cols, rows;

	if (msg_size(m, &cols, &rows)) {
		if (single_takes(&c->one, m))
			put_size(c, m->time_ns, cols, rows);
	} else if (msg_is_output(m)) {
		if (!single_takes(&c->one, m))
			return;
		c->one.lost[LOST_ERROR] += m->p.io.stream == MSG_STREAM_ERR;
		c->one.lost[LOST_TIMES] += c->raw;
		put_bytes(c, m->time_ns, m->p.io.data);
	} else {
		c->one.lost[m->type == MSG_IO ? LOST_INPUT : LOST_EVENTS]++;
	}
}

static int
ttyrec_put(struct tapew *w, const struct msg *m, struct err *e)
{
	size_t before = w->out.n;
	int failed;

	take(ttyrec_of(w), m);
	failed = buf_failed(&w->out);
	if (failed) {
		buf_cut(&w->out, before);
		w->out.failed = 0;
		return err_set(e, failed, "%s", err_name(failed));
	}
	w->stats.plain_bytes += w->out.n - before;
	return 0;
}

static int
ttyrec_flush(struct tapew *w, struct err *e)
{
	(void)w;
	(void)e;
	return 0;
}

static int
ttyrec_finish(struct tapew *w, struct err *e)
{
	(void)e;
	single_tell(&ttyrec_of(w)->one, w);
	return 0;
}

static void
ttyrec_release(struct tapew *w)
{
	free(w);
}

static const struct tapew_ops ttyrec_ops = {
	.put = ttyrec_put,
	.flush = ttyrec_flush,
	.finish = ttyrec_finish,
	.release = ttyrec_release,
};

int
tapew_ttyrec_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	struct tapew_ttyrec *c = calloc(1, sizeof *c);

	(void)o;
	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	c->w.ops = &ttyrec_ops;
	c->raw = f == TAPE_RAW;
	buf_init(&c->w.out, OUT_MAX);
	*w = &c->w;
	return 0;
}
