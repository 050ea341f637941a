/* SPDX-License-Identifier: ISC */
#include "rec/recorder.h"

#include "sys/sig.h"

#include <sys/ioctl.h>
#include <sys/wait.h>

static void
tell(struct recorder *r, enum recorder_news n, const struct sink *s)
{
	bool fails = n != RECORDER_WORKS;

	if (fails == r->told)
		return;
	r->told = fails;
	if (r->news)
		r->news(r->ctx, n, s);
}

static void
put_event(struct recorder *r, struct sink *s, struct msg *m)
{
	m->connection_id = span_str(r->id);
	m->p.channel_request_unknown.request_id = r->next_request++;
	sink_put(s, m, m->time_ns - r->wall_ns + r->mono_ns);
	if (r->events && !s->failing)
		events_take(r->events, m, m->time_ns - r->wall_ns);
}

/* Say in the file what is missing from it. */
static void
put_gap(struct recorder *r, struct sink *s)
{
	struct jsonw w;
	struct msg m;

	if (!s->gap.messages)
		return;
	vendor_begin(&m, VENDOR_GAP, &w, &r->json);
	jsonw_kstr(&w, "what", "messages that could not be written");
	jsonw_kuint(&w, "bytes", s->gap.bytes);
	jsonw_kuint(&w, "messages", s->gap.messages);
	jsonw_kint(&w, "from", s->gap.from_ns);
	jsonw_kint(&w, "to", s->gap.to_ns);
	jsonw_kstr(&w, "why", s->why.text);
	vendor_end(&m, &w);
	m.time_ns = s->gap.to_ns;
	put_event(r, s, &m);
	if (!s->failing)
		s->gap = (struct sink_loss){ 0 };
}

static bool
any_failing(const struct recorder *r)
{
	for (int i = 0; i < r->nsinks; i++)
		if (r->sinks[i].failing)
			return true;
	return false;
}

static bool
try_again(struct recorder *r, struct sink *s)
{
	if (sink_retry(s) < 0)
		return false;
	put_gap(r, s);
	if (!any_failing(r))
		tell(r, RECORDER_WORKS, s);
	return !s->failing;
}

/* Under PAUSE: nothing goes on until S can be written.  False: it never will. */
static bool
hold(struct recorder *r, struct sink *s)
{
	tell(r, RECORDER_HOLDS, s);
	while (!r->gave_up) {
		if (!r->hold || !r->hold(r->ctx))
			r->gave_up = true;
		else if (try_again(r, s))
			return true;
	}
	return false;
}

static void
sink_failed(struct recorder *r, struct sink *s, int64_t mono_ns)
{
	s->retry_ns = mono_ns + RECORDER_RETRY_NS;
	if (r->policy != ON_ERROR_PAUSE || r->gave_up)
		tell(r, RECORDER_FAILS, s);
}

static void
put_one(struct recorder *r, struct sink *s, const struct msg *m, int64_t mono_ns)
{
	bool patient = r->policy == ON_ERROR_PAUSE, failed = s->failing;

	for (;;) {
		if (!s->failing && sink_put(s, m, mono_ns) == 0)
			break;
		if (!patient || !hold(r, s)) {
			sink_count_lost(s, m);
			break;
		}
	}
	/* Once: the time to try again must not move away with every message. */
	if (s->failing && !failed)
		sink_failed(r, s, mono_ns);
}

void
recorder_put(struct recorder *r, struct msg *m, int64_t mono_ns)
{
	m->connection_id = span_str(r->id);
	m->time_ns = r->wall_ns + (mono_ns - r->mono_ns);
	for (int i = 0; i < r->nsinks; i++)
		put_one(r, &r->sinks[i], m, mono_ns);
	if (r->events)
		events_take(r->events, m, m->time_ns - r->wall_ns);
}

void
recorder_request(struct recorder *r, struct msg *m, uint64_t *request_id, int64_t mono_ns)
{
	*request_id = r->next_request++;
	recorder_put(r, m, mono_ns);
}

static void
put_io(struct recorder *r, uint16_t stream, const void *p, size_t n, int64_t mono_ns)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = stream;
	m.p.io.data = span_of(p, n);
	recorder_put(r, &m, mono_ns);
}

static void
put_joined(struct recorder *r)
{
	size_t n = r->io_n;

	r->io_n = 0;
	if (n)
		put_io(r, r->io_stream, r->io, n, r->io_ns);
}

static void
take_io(struct recorder *r, const struct ring_item *it)
{
	const struct ring_head *h = &it->h;

	if (r->io_n && (h->stream != r->io_stream || r->io_n + h->n > sizeof r->io ||
			       h->mono_ns - r->io_ns > RECORDER_JOIN_NS))
		put_joined(r);
	if (!r->io_n && h->n >= sizeof r->io / 2) {
		put_io(r, h->stream, it->data, h->n, h->mono_ns);
		return;
	}
	if (!r->io_n) {
		r->io_stream = h->stream;
		r->io_ns = h->mono_ns;
	}
	memcpy(r->io + r->io_n, it->data, h->n);
	r->io_n += h->n;
}

static void
take_size(struct recorder *r, const struct ring_item *it)
{
	struct winsize ws;
	struct msg m;

	memcpy(&ws, it->data, sizeof ws);
	msg_init(&m, MSG_WINDOW);
	m.p.window.columns = ws.ws_col;
	m.p.window.rows = ws.ws_row;
	m.p.window.width = ws.ws_xpixel;
	m.p.window.height = ws.ws_ypixel;
	recorder_request(r, &m, &m.p.window.request_id, it->h.mono_ns);
	recorder_flush(r);
}

static void
take_signal(struct recorder *r, const struct ring_item *it)
{
	struct msg m;
	int signo;

	memcpy(&signo, it->data, sizeof signo);
	msg_init(&m, MSG_SIGNAL);
	m.p.signal.signal = span_str(sig_name(signo));
	recorder_request(r, &m, &m.p.signal.request_id, it->h.mono_ns);
}

/* Events of ours whose payload is one text, or nothing. */
static void
take_event(struct recorder *r, const struct ring_item *it, enum vendor_id id,
	const char *key)
{
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, id, &w, &r->json);
	if (key)
		jsonw_ktext(&w, key, span_of(it->data, it->h.n));
	if (id == VENDOR_RESUME)
		jsonw_kint(&w, "duration", it->h.mono_ns - r->paused_ns);
	vendor_end(&m, &w);
	recorder_request(r, &m, &m.p.channel_request_unknown.request_id, it->h.mono_ns);
}

static void
take_vendor(struct recorder *r, const struct ring_item *it)
{
	struct msg m;

	vendor_raw(&m, (enum vendor_id)it->h.stream, span_of(it->data, it->h.n));
	recorder_request(r, &m, &m.p.channel_request_unknown.request_id, it->h.mono_ns);
}

static void
put_loss(struct recorder *r, const struct events_loss *l, int64_t mono_ns)
{
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, VENDOR_GAP, &w, &r->json);
	jsonw_kstr(&w, "what", "events that other systems did not get");
	jsonw_kuint(&w, "events", l->events);
	jsonw_kint(&w, "from", l->from_ns);
	jsonw_kint(&w, "to", l->to_ns);
	jsonw_kstr(&w, "why", l->why);
	jsonw_kstr(&w, "outlet", l->name);
	vendor_end(&m, &w);
	recorder_request(r, &m, &m.p.channel_request_unknown.request_id, mono_ns);
}

/* Events go out; what did not is said in the recording, at the LAST chance in any case. */
static void
settle_events(struct recorder *r, int64_t mono_ns, bool last)
{
	const struct events_outlet *x;
	struct events_loss loss;

	if (!r->events)
		return;
	events_flush(r->events);
	for (int i = 0; i < r->events->n; i++) {
		if (!events_lost(r->events, i, last, &loss))
			continue;
		put_joined(r);
		put_loss(r, &loss, mono_ns);
	}
	if (r->events_news && (x = events_news(r->events)))
		r->events_news(r->ctx, x);
}

static void
put_plain(struct recorder *r, enum msg_type type, int64_t mono_ns)
{
	struct msg m;

	msg_init(&m, type);
	recorder_put(r, &m, mono_ns);
}

static void
take_exit(struct recorder *r, const struct ring_item *it)
{
	int64_t now = it->h.mono_ns;
	struct msg m;
	int st;

	memcpy(&st, it->data, sizeof st);
	settle_events(r, now, true);
	put_plain(r, MSG_CLOSE_WRITE, now);
	if (WIFSIGNALED(st)) {
		msg_init(&m, MSG_EXIT_SIGNAL);
		m.p.exit_signal.signal = span_str(sig_name(WTERMSIG(st)));
		m.p.exit_signal.core_dumped = WCOREDUMP(st) != 0;
	} else {
		msg_init(&m, MSG_EXIT);
		m.p.exit.exit_status = (uint32_t)WEXITSTATUS(st);
	}
	recorder_put(r, &m, now);
	put_plain(r, MSG_CLOSE, now);
	put_plain(r, MSG_DISCONNECT, now);
	recorder_flush(r);
}

static void
take(struct recorder *r, const struct ring_item *it)
{
	if (it->h.kind != REC_IO)
		put_joined(r);
	switch ((enum rec_kind)it->h.kind) {
	case REC_IO:
		take_io(r, it);
		break;
	case REC_SIZE:
		take_size(r, it);
		break;
	case REC_MARK:
		take_event(r, it, VENDOR_MARKER, "label");
		break;
	case REC_PAUSE:
		r->paused_ns = it->h.mono_ns;
		take_event(r, it, VENDOR_PAUSE, NULL);
		break;
	case REC_RESUME:
		take_event(r, it, VENDOR_RESUME, NULL);
		break;
	case REC_MASKED:
		take_event(r, it, VENDOR_INPUT_MASKED, "why");
		break;
	case REC_SIGNAL:
		take_signal(r, it);
		break;
	case REC_EXIT:
		take_exit(r, it);
		break;
	case REC_VENDOR:
		take_vendor(r, it);
		break;
	}
}

#define HURRY 2

/* The fuller the queue, the less time may go into compression: eighths of it to pressure. */
static void
set_pressure(struct recorder *r)
{
	static const int pressure[] = { 0, 0, 1, 2, 3, 3, 3, 3, 3 };
	int p = pressure[ring_fill(r->ring) * 8 / r->ring->size];

	if (p < HURRY && atomic_load(&r->hurry))
		p = HURRY;
	for (int i = 0; i < r->nsinks; i++)
		tapew_pressure(r->sinks[i].w, p);
}

void
recorder_take(struct recorder *r)
{
	struct ring_item it;
	unsigned n = 0;

	while (ring_peek(r->ring, &it)) {
		if (n++ % 32 == 0)
			set_pressure(r);
		take(r, &it);
		ring_release(r->ring, &it);
	}
}

static void
flush_one(struct recorder *r, struct sink *s)
{
	if (!s->oldest_ns || s->failing || sink_flush(s) == 0)
		return;
	sink_failed(r, s, s->oldest_ns);
	if (r->policy == ON_ERROR_PAUSE)
		hold(r, s);
}

void
recorder_flush(struct recorder *r)
{
	put_joined(r);
	for (int i = 0; i < r->nsinks; i++)
		flush_one(r, &r->sinks[i]);
}

void
recorder_tick(struct recorder *r, int64_t now_ns)
{
	if (r->io_n && now_ns >= r->io_ns + RECORDER_FLUSH_NS)
		put_joined(r);
	for (int i = 0; i < r->nsinks; i++) {
		struct sink *s = &r->sinks[i];

		if (s->failing && now_ns >= s->retry_ns && !try_again(r, s))
			s->retry_ns = now_ns + RECORDER_RETRY_NS;
		if (s->oldest_ns && now_ns >= s->oldest_ns + RECORDER_FLUSH_NS)
			flush_one(r, s);
	}
	settle_events(r, now_ns, false);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

int64_t
recorder_deadline(const struct recorder *r)
{
	int64_t at = r->io_n ? r->io_ns + RECORDER_FLUSH_NS : 0;

	for (int i = 0; i < r->nsinks; i++) {
		const struct sink *s = &r->sinks[i];

		if (s->failing)
			at = earlier(at, s->retry_ns);
		else if (s->oldest_ns)
			at = earlier(at, s->oldest_ns + RECORDER_FLUSH_NS);
	}
	return at;
}

bool
recorder_close(struct recorder *r)
{
	bool whole = true;

	recorder_flush(r);
	if (r->events)
		events_close(r->events);
	for (int i = 0; i < r->nsinks; i++) {
		struct sink *s = &r->sinks[i];

		if (s->failing && s->w)
			try_again(r, s);
		if (sink_close(s) < 0)
			whole = false;
	}
	buf_free(&r->json);
	return whole;
}
