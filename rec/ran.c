/* SPDX-License-Identifier: ISC */
#include "rec/ran.h"

#include "base/hex.h"
#include "rec/ran_json.h"

#include <stdio.h>
#include <sys/random.h>

/* ---- events into the queue ---- */

static bool
put(struct ran *r, enum vendor_id id, int64_t mono_ns, struct span json)
{
	struct ring_head h = { .n = (uint32_t)json.n,
		.kind = REC_VENDOR,
		.stream = (uint16_t)id,
		.mono_ns = mono_ns };

	return ring_put(r->ring, RING_EVENT, &h, json.p);
}

static void
put_lost(struct ran *r, int64_t now)
{
	struct trace_event ev = { .kind = TRACE_GAP,
		.source = "queue",
		.at_ns = now,
		.u.gap = { .what = "events",
			.why = "the queue was full",
			.count = r->lost,
			.from_ns = r->lost_ns,
			.to_ns = now } };
	int64_t wall = r->rec->wall_ns - r->rec->mono_ns;

	if (r->lost && ran_json(&r->json, &ev, wall, RING_DATA_MAX) &&
		put(r, VENDOR_GAP, now, buf_span(&r->json)))
		r->lost = 0;
}

static void
count_lost(struct ran *r, int64_t now)
{
	if (!r->lost++)
		r->lost_ns = now;
}

void
ran_flush(struct ran *r)
{
	int64_t now;
	size_t at = 0;

	if (!r->npending)
		return;
	now = clk_mono(r->session.clk);
	put_lost(r, now);
	for (int i = 0; i < r->npending; i++) {
		struct span json = span_of(r->waiting.p + at, r->pending[i].n);

		if (!put(r, r->pending[i].id, now, json))
			count_lost(r, now);
		at += json.n;
	}
	r->npending = 0;
	buf_clear(&r->waiting);
	ring_wake(r->ring, false);
}

/* Messages stand in the order in which we learn of them: their time is now, and the payload
 * tells when it happened. */
static void
take(void *ctx, const struct trace_event *ev)
{
	struct ran *r = ctx;
	int64_t wall = r->rec->wall_ns - r->rec->mono_ns;
	enum vendor_id id;

	if (r->paused)
		return;
	if (r->npending == RAN_PENDING_MAX)
		ran_flush(r);
	id = ran_json(&r->json, ev, wall, RING_DATA_MAX);
	if (id == VENDOR_NONE || buf_add_span(&r->waiting, buf_span(&r->json)) < 0) {
		count_lost(r, clk_mono(r->session.clk));
		return;
	}
	r->pending[r->npending].id = id;
	r->pending[r->npending++].n = r->json.n;
}

/* ---- start ---- */

static int
make_nonce(struct ran *r, struct err *e)
{
	uint8_t raw[(RAN_NONCE_SIZE - 1) / 2];

	if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
		return err_sys(e, ERR_IO, "no random numbers for the shell marks");
	hex_put(r->nonce, raw, sizeof raw);
	return 0;
}

static void
tell_sources(struct ran *r, struct recorder *rec)
{
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, VENDOR_SOURCE, &w, &rec->json);
	ran_json_sources(&w, &r->trace);
	vendor_end(&m, &w);
	recorder_request(rec, &m, &m.p.channel_request_unknown.request_id,
		clk_mono(r->session.clk));
}

int
ran_start(struct ran *r, unsigned wanted, int pty, struct recorder *rec,
	const struct clk *clk, struct err *e)
{
	int rc = 0;

	memset(r, 0, sizeof *r);
	r->rec = rec;
	r->ring = rec->ring;
	r->timer = r->slot = -1;
	buf_init(&r->json, 0);
	buf_init(&r->waiting, (size_t)RAN_PENDING_MAX * RING_DATA_MAX);
	rc = buf_reserve(&r->json, RING_DATA_MAX);
	if (rc == 0)
		rc = buf_reserve(&r->waiting, r->waiting.max);
	if (rc < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (wanted & TRACE_BIT(TRACE_MARKS))
		rc = make_nonce(r, e);
	if (rc < 0)
		return rc;
	r->session = (struct trace_session){
		.clk = clk, .pty = pty, .nonce = r->nonce, .take = take, .ctx = r
	};
	trace_start(&r->trace, wanted, &r->session);
	tell_sources(r, rec);
	return 0;
}

void
ran_env(const struct ran *r, char out[64])
{
	if (trace_active(&r->trace, TRACE_MARKS))
		snprintf(out, 64, "AUDITREC_NONCE=%s", r->nonce);
	else
		snprintf(out, 64, "AUDITREC_NONCE");
}

/* ---- on the loop ---- */

static void
plan(struct ran *r)
{
	int64_t at = r->timer >= 0 ? trace_deadline(&r->trace) : 0, now;

	if (!at)
		return;
	now = clk_mono(r->session.clk);
	loop_after(r->loop, r->timer, at > now ? at - now : 0);
}

static void
on_timer(void *ctx)
{
	struct ran *r = ctx;

	trace_tick(&r->trace, clk_mono(r->session.clk));
	ran_flush(r);
	plan(r);
}

static void
on_proc(void *ctx, short revents)
{
	struct ran *r = ctx;

	(void)revents;
	trace_ready(&r->trace, TRACE_PROC);
	ran_flush(r);
}

void
ran_begin(struct ran *r, struct loop *loop, pid_t program)
{
	int fd = trace_fd(&r->trace, TRACE_PROC);

	if (!r->session.take)
		return;
	r->loop = loop;
	r->timer = loop_timer(loop, on_timer, r);
	if (fd >= 0)
		r->slot = loop_add(loop, fd, POLLIN, on_proc, r);
	r->session.program = program > 0 ? program : 0;
	if (r->session.program)
		trace_began(&r->trace);
	plan(r);
}

size_t
ran_output(struct ran *r, unsigned stream, struct span out, int64_t now_ns)
{
	size_t n = trace_output(&r->trace, stream, out, now_ns);

	if (r->timer >= 0 && !loop_running(r->loop, r->timer))
		plan(r);
	return n;
}

void
ran_input(struct ran *r, struct span in, int64_t now_ns)
{
	trace_input(&r->trace, in, now_ns);
	plan(r);
}

void
ran_end(struct ran *r, int64_t now_ns)
{
	if (!r->session.take)
		return;
	if (r->slot >= 0)
		loop_del(r->loop, r->slot);
	if (r->timer >= 0)
		loop_cancel(r->loop, r->timer);
	trace_stop(&r->trace, now_ns);
	ran_flush(r);
	put_lost(r, now_ns);
	buf_free(&r->json);
	buf_free(&r->waiting);
	r->session.take = NULL;
}
