/* SPDX-License-Identifier: ISC */
/* Writing tlog's messages.  Events gather in a message until it is large enough; what is no UTF-8
 * goes apart as numbers, one replacement character standing for each run of it, so that every
 * byte stays.  Times are milliseconds, rounded where they stand. */
#include "format/single.h"

#include "base/clk.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "format/cast.h"
#include "format/facts.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <stdlib.h>

#define OUT_MAX       ((size_t)256 << 20)
#define MESSAGE_BYTES ((size_t)16 << 10) /* of text and bytes in one message */
#define TIMING_BYTES  ((size_t)8 << 10)
#define BAD_UTF8      "\xEF\xBF\xBD"
#define NO_SESSION    4294967295 /* as tlog writes it where there is none */

struct side {
	struct buf txt, bin;
};

struct tapew_tlog {
	struct tapew w;
	struct facts facts; /* what is known before the first event */
	bool begun;
	int64_t session;  /* of the audit system */
	int64_t start_ns; /* wall clock of the first message */
	int64_t pos_ms;   /* where the message begins that is gathering ... */
	int64_t last_ms;  /* ... and its last event */
	uint64_t id;
	struct buf rec; /* the name that the recording had in tlog */
	struct buf timing;
	struct side in, out;
	struct single one;
};

static struct tapew_tlog *
tlog_of(struct tapew *w)
{
	return (struct tapew_tlog *)w;
}

/* --- messages --- */

static struct span
fact_or(const struct tapew_tlog *c, enum fact f, const char *other)
{
	return c->facts.text[f].n ? buf_span(&c->facts.text[f]) : span_str(other);
}

static void
put_side(struct jsonw *w, const char *txt, const char *bin, struct side *s)
{
	jsonw_key(w, txt);
	json_quote_data(w->out, buf_span(&s->txt));
	/* jsonw does not see what was written for it */
	buf_addf(w->out, ",\"%s\":[", bin);
	for (size_t i = 0; i < s->bin.n; i++)
		buf_addf(w->out, "%s%u", i ? "," : "", s->bin.p[i]);
	buf_add_byte(w->out, ']');
	buf_clear(&s->txt);
	buf_clear(&s->bin);
}

static void
put_time(struct jsonw *w, int64_t ns)
{
	int64_t ms = cast_num_round(ns > 0 ? ns : 0, NS_PER_MS);
	struct buf num = { 0 };

	cast_num_put(&num, ms, 3, 3);
	jsonw_key(w, "time");
	jsonw_raw(w, buf_span(&num));
	buf_free(&num);
}

/* What has gathered becomes a line. */
static void
put_message(struct tapew_tlog *c)
{
	struct buf *out = &c->w.out;
	struct jsonw w;

	if (!c->timing.n)
		return;
	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kstr(&w, "ver", "2.3");
	jsonw_ktext(&w, "host", fact_or(c, FACT_HOST, "unknown"));
	jsonw_ktext(&w, "rec",
		c->rec.n ? buf_span(&c->rec) : fact_or(c, FACT_CONNECTION, "1"));
	jsonw_ktext(&w, "user", fact_or(c, FACT_USER, "unknown"));
	jsonw_ktext(&w, "term", fact_or(c, FACT_TERM, "unknown"));
	jsonw_kint(&w, "session", c->session);
	jsonw_kuint(&w, "id", ++c->id);
	jsonw_kint(&w, "pos", c->pos_ms);
	put_time(&w, ns_add(c->start_ns, c->pos_ms * NS_PER_MS));
	jsonw_ktext(&w, "timing", buf_span(&c->timing));
	put_side(&w, "in_txt", "in_bin", &c->in);
	buf_add_byte(out, ',');
	w.comma = 0;
	put_side(&w, "out_txt", "out_bin", &c->out);
	buf_add_str(out, "}\n");
	buf_clear(&c->timing);
}

/* --- events --- */

/* An event at TIME_NS is about to come. */
static void
come_to(struct tapew_tlog *c, int64_t time_ns)
{
	int64_t ms = cast_num_round(ns_sub(time_ns, c->start_ns), NS_PER_MS);

	if (c->timing.n >= TIMING_BYTES ||
		c->in.txt.n + c->out.txt.n + c->in.bin.n + c->out.bin.n >= MESSAGE_BYTES)
		put_message(c);
	ms = ms > c->last_ms ? ms : c->last_ms;
	if (!c->timing.n)
		c->pos_ms = ms;
	else if (ms > c->last_ms)
		buf_addf(&c->timing, "+%" PRId64, ms - c->last_ms);
	c->last_ms = ms;
}

/* The next run of S that is all text or all none: its length, and its characters. */
static size_t
next_run(struct span s, bool *text, uint64_t *characters)
{
	size_t at = 0;

	*characters = 0;
	while (at < s.n) {
		uint32_t ch;
		bool bad = false;
		int k = utf8_get(s.p + at, s.n - at, &ch, &bad);
		bool good = k > 0 && !bad;

		if (at && good != *text)
			break;
		*text = good;
		++*characters;
		at += k > 0 ? (size_t)k : s.n - at;
	}
	return at;
}

static void
put_bytes(struct tapew_tlog *c, struct side *s, const char *types, struct span data)
{
	do {
		uint64_t characters = 0;
		bool text = true;
		size_t n = next_run(data, &text, &characters);

		if (text) {
			buf_addf(&c->timing, "%c%" PRIu64, types[0], characters);
			buf_add(&s->txt, data.p, n);
		} else {
			buf_addf(&c->timing, "%c1/%zu", types[1], n);
			buf_add_str(&s->txt, BAD_UTF8);
			buf_add(&s->bin, data.p, n);
		}
		data = span_of(data.p + n, data.n - n);
	} while (data.n);
}

static void
put_io(struct tapew_tlog *c, const struct msg *m)
{
	struct span data = m->p.io.data;
	bool in = m->p.io.stream == MSG_STREAM_IN;

	if (m->p.io.stream > MSG_STREAM_ERR || (in && c->w.opts.drop_input)) {
		single_lose(&c->one, m);
		return;
	}
	c->one.lost[LOST_ERROR] += m->p.io.stream == MSG_STREAM_ERR;
	do { /* a message has room for so many */
		size_t n = data.n < MESSAGE_BYTES ? data.n : MESSAGE_BYTES;

		if (n < data.n)
			n -= utf8_tail(span_of(data.p, n));
		come_to(c, m->time_ns);
		put_bytes(c, in ? &c->in : &c->out, in ? "<[" : ">]", span_of(data.p, n));
		data = span_of(data.p + n, data.n - n);
	} while (data.n);
}

static void
put_size(struct tapew_tlog *c, int64_t time_ns, uint32_t cols, uint32_t rows)
{
	come_to(c, time_ns);
	buf_addf(&c->timing, "=%" PRIu32 "x%" PRIu32, cols, rows);
}

/* Does what M tells of the session have a place in a message of tlog? */
static bool
is_kept(struct tapew_tlog *c, const struct msg *m)
{
	if (m->type == MSG_HANDSHAKE_SUCCESSFUL)
		return true;
	if (vendor_of(m) != VENDOR_SESSION)
		return false;
	vendor_get_int(m, "audit_session", &c->session);
	vendor_get_text(m, "rec", &c->rec);
	return !c->facts.text[FACT_TTY].n && !c->facts.text[FACT_TITLE].n;
}

static void
take(struct tapew_tlog *c, const struct msg *m)
{
	uint32_t cols, rows;
	bool size = msg_size(m, &cols, &rows);

	if (!c->begun || m->type != MSG_IO)
		facts_take(&c->facts, m, 0);
	if (m->type == MSG_EXIT || m->type == MSG_EXIT_SIGNAL) {
		c->one.lost[LOST_EXIT]++;
	} else if (m->type != MSG_IO && !size) {
		if (c->begun || !is_kept(c, m))
			single_lose(&c->one, m);
	} else if (single_takes(&c->one, m)) {
		c->begun = true;
		if (size)
			put_size(c, m->time_ns, cols, rows);
		else
			put_io(c, m);
	}
}

static int
failure(struct tapew_tlog *c, struct err *e)
{
	const struct buf *all[] = { &c->w.out, &c->timing, &c->in.txt, &c->in.bin,
		&c->out.txt, &c->out.bin };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (buf_failed(all[i]))
			return err_set(e, buf_failed(all[i]), "%s",
				err_name(buf_failed(all[i])));
	return 0;
}

static int
tlog_put(struct tapew *w, const struct msg *m, struct err *e)
{
	struct tapew_tlog *c = tlog_of(w);
	size_t before = w->out.n;

	if (!w->stats.messages)
		c->start_ns = m->time_ns;
	take(c, m);
	w->stats.plain_bytes += w->out.n - before;
	return failure(c, e);
}

static int
tlog_flush(struct tapew *w, struct err *e)
{
	put_message(tlog_of(w));
	return failure(tlog_of(w), e);
}

static int
tlog_finish(struct tapew *w, struct err *e)
{
	struct tapew_tlog *c = tlog_of(w);

	if (!c->begun) /* a file without a message is none */
		put_size(c, c->start_ns, 80, 24);
	put_message(c);
	single_tell(&c->one, w);
	return failure(c, e);
}

static void
tlog_release(struct tapew *w)
{
	struct tapew_tlog *c = tlog_of(w);

	facts_free(&c->facts);
	buf_free(&c->rec);
	buf_free(&c->timing);
	buf_free(&c->in.txt);
	buf_free(&c->in.bin);
	buf_free(&c->out.txt);
	buf_free(&c->out.bin);
	free(c);
}

static const struct tapew_ops tlog_ops = {
	.put = tlog_put,
	.flush = tlog_flush,
	.finish = tlog_finish,
	.release = tlog_release,
};

int
tapew_tlog_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	struct tapew_tlog *c = calloc(1, sizeof *c);

	(void)f;
	(void)o;
	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	c->w.ops = &tlog_ops;
	c->session = NO_SESSION;
	facts_init(&c->facts);
	buf_init(&c->w.out, OUT_MAX);
	*w = &c->w;
	return 0;
}
