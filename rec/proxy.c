/* SPDX-License-Identifier: ISC */
#include "rec/proxy.h"

#include "rec/conf.h"
#include "sys/fdio.h"
#include "sys/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define READ_MIN     4096u
#define REOPEN_NS    (50 * NS_PER_MS)
#define MASKED_INPUT (CONF_STDIN | CONF_PASSWORDS)

static struct ring_head
head_of(struct proxy *p, enum rec_kind kind, uint16_t stream, size_t n)
{
	return (struct ring_head){ .n = (uint32_t)n,
		.kind = (uint16_t)kind,
		.stream = stream,
		.mono_ns = clk_mono(p->clk) };
}

bool
proxy_event(struct proxy *p, enum ring_class c, enum rec_kind kind, const void *data,
	size_t n)
{
	struct ring_head h = head_of(p, kind, 0, n);
	bool ok = ring_put(p->ring, c, &h, data);

	ring_wake(p->ring, c == RING_LAST || kind == REC_SIZE);
	return ok;
}

static bool
looks_for_prompts(const struct proxy *p)
{
	return p->program_tty && (p->intercept & MASKED_INPUT) == CONF_STDIN;
}

/* The source of R has ended, or its pty has no other side at the moment. */
static void
output_ended(struct proxy *p, struct relay *r)
{
	if (r->from == p->pty && !p->program_over)
		loop_after(p->loop, p->retry, REOPEN_NS);
	relay_eof(r);
}

static bool
wait_for_room(struct proxy *p, struct relay *r)
{
	if (!ring_want_space(p->ring))
		return false;
	relay_stall(r, true);
	return true;
}

/* Record and deliver BYTES, which stand in the queue when AT is set, else elsewhere. */
static void
pass_output(struct proxy *p, struct relay *r, struct span bytes, bool in_queue)
{
	uint16_t stream = r == &p->err ? MSG_STREAM_ERR : MSG_STREAM_OUT;
	struct ring_head h;

	if ((p->intercept & 1u << stream) && !p->paused) {
		h = head_of(p, REC_IO, stream, bytes.n);
		if (in_queue)
			ring_commit(p->ring, &h);
		else
			ring_put(p->ring, RING_BYTES, &h, bytes.p);
	}
	relay_deliver(r, bytes.p, bytes.n);
}

/* Events stand in the recording where the bytes that told of them end.  With half of the queue
 * free there is room for the pieces and the events; with less, events come behind the bytes. */
static bool
may_cut(const struct proxy *p)
{
	return ring_fill(p->ring) <= p->ring->size / 2;
}

/* REST stands outside of the queue; RECORDED: only looked at. */
static void
watch_rest(struct proxy *p, struct relay *r, struct span rest, bool recorded)
{
	unsigned stream = r == &p->err ? MSG_STREAM_ERR : MSG_STREAM_OUT;

	while (rest.n) {
		size_t n = ran_output(p->ran, stream, rest, clk_mono(p->clk));
		bool cut = !recorded && may_cut(p);

		if (!recorded)
			pass_output(p, r, span_of(rest.p, cut ? n : rest.n), false);
		recorded = !cut;
		ran_flush(p->ran);
		rest = span_of(rest.p + n, rest.n - n);
	}
}

/* BYTES stand in the queue, not committed: they may be written over once they are. */
static void
watch_output(struct proxy *p, struct relay *r, struct span bytes)
{
	static uint8_t rest[RING_DATA_MAX];
	unsigned stream = r == &p->err ? MSG_STREAM_ERR : MSG_STREAM_OUT;
	size_t n = ran_output(p->ran, stream, bytes, clk_mono(p->clk));
	bool cut = n < bytes.n && may_cut(p);

	memcpy(rest, bytes.p + n, bytes.n - n);
	pass_output(p, r, span_of(bytes.p, cut ? n : bytes.n), true);
	ran_flush(p->ran);
	watch_rest(p, r, span_of(rest, bytes.n - n), !cut);
}

/* Where to read to: the queue, or, when nothing of it is recorded, a larger place. */
static uint8_t *
output_place(struct proxy *p, size_t *room)
{
	static uint8_t large[RELAY_KEEP_MAX / 2];

	if (!p->digest)
		return ring_reserve(p->ring, RING_BYTES, READ_MIN, room);
	*room = sizeof large;
	return large;
}

static void
output_ready(void *ctx, struct relay *r)
{
	struct proxy *p = ctx;
	size_t room;
	ssize_t n;
	uint8_t *at = output_place(p, &room);

	if (!at) {
		wait_for_room(p, r);
		return;
	}
	n = fdio_read(r->from, at, room);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		output_ended(p, r);
		return;
	}
	p->moved = true;
	if (looks_for_prompts(p))
		mask_output(&p->mask, span_of(at, (size_t)n));
	if (p->ran)
		watch_output(p, r, span_of(at, (size_t)n));
	else
		pass_output(p, r, span_of(at, (size_t)n), true);
	/* Behind the delivery: the receiver works meanwhile. */
	if (p->digest)
		digest_add(p->digest, r == &p->err ? MSG_STREAM_ERR : MSG_STREAM_OUT,
			span_of(at, (size_t)n));
	ring_wake(p->ring, false);
}

static void
record_input(struct proxy *p, struct span in)
{
	bool hidden = p->program_tty && tty_hides_input(p->pty);
	const char *why = NULL;
	enum mask_verdict v = MASK_SHOW;
	struct ring_head h;

	if (looks_for_prompts(p))
		v = mask_input(&p->mask, in, hidden, &why);
	if (v == MASK_TELL)
		proxy_event(p, RING_EVENT, REC_MASKED, why, strlen(why));
	if (v != MASK_SHOW)
		return;
	h = head_of(p, REC_IO, MSG_STREAM_IN, in.n);
	ring_put(p->ring, RING_BYTES, &h, in.p);
}

static void
pass_input(struct proxy *p, struct span in)
{
	if (!in.n)
		return;
	if ((p->intercept & CONF_STDIN) && !p->paused)
		record_input(p, in);
	if (p->ran)
		ran_input(p->ran, in, clk_mono(p->clk));
	relay_deliver(&p->in, in.p, in.n);
	if (p->digest)
		digest_add(p->digest, MSG_STREAM_IN, in);
	ring_wake(p->ring, false);
}

static void
take_key(struct proxy *p, enum keys_action a)
{
	if (a == KEYS_MARK) {
		proxy_event(p, RING_EVENT, REC_MARK, "", 0);
		return;
	}
	p->paused = !p->paused;
	if (p->ran)
		p->ran->paused = p->paused;
	proxy_event(p, RING_EVENT, p->paused ? REC_PAUSE : REC_RESUME, NULL, 0);
	if (!p->quiet)
		proxy_say(p, p->paused ? "recording paused" : "recording resumed");
}

static void
input_ended(struct proxy *p)
{
	relay_eof(&p->in);
	if (p->user_tty && p->user_gone)
		p->user_gone(p->ctx);
}

static void
input_ready(void *ctx, struct relay *r)
{
	static uint8_t buf[RELAY_KEEP_MAX / 2];
	struct proxy *p = ctx;
	enum keys_action a;
	size_t room, before, length;
	bool records = p->intercept & CONF_STDIN;
	struct span in;
	ssize_t n;

	/* Room first, then bytes: what was read must find its place. */
	if (records && !ring_reserve(p->ring, RING_BYTES, RING_DATA_MAX, &room)) {
		wait_for_room(p, r);
		return;
	}
	n = fdio_read(r->from, buf, records ? RING_DATA_MAX : sizeof buf);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		input_ended(p);
		return;
	}
	for (in = span_of(buf, (size_t)n); in.n;) {
		a = p->user_tty ? keys_find(&p->keys, in, &before, &length) : KEYS_NONE;
		if (a == KEYS_NONE) {
			pass_input(p, in);
			return;
		}
		pass_input(p, span_of(in.p, before));
		take_key(p, a);
		in = span_of(in.p + before + length, in.n - before - length);
	}
}

/* A receiver went away.  Of a terminal that is the end; of a pipe, the sender must see it as
 * if it had been connected directly. */
static void
receiver_gone(void *ctx, struct relay *r)
{
	struct proxy *p = ctx;

	if (r != &p->in && p->user_tty) {
		if (p->user_gone)
			p->user_gone(p->ctx);
		return;
	}
	relay_eof(r);
	relay_close(r);
}

static void
try_pty_again(void *ctx)
{
	struct proxy *p = ctx;

	if (p->out.from < 0 || p->program_over)
		return;
	p->out.eof = false;
	relay_stall(&p->out, p->out.stalled);
}

static void
set_up(struct proxy *p, struct relay *r, int from, int to, bool watch)
{
	r->ctx = p;
	r->ready = r == &p->in ? input_ready : output_ready;
	r->gone = receiver_gone;
	r->watch_to = watch;
	r->eof = from < 0;
	relay_init(r, p->loop, from, to);
}

void
proxy_init(struct proxy *p, const struct proxy_fds *fds)
{
	p->retry = loop_timer(p->loop, try_pty_again, p);
	p->in.finish = !p->program_tty;
	p->in.patient = p->program_tty; /* nobody has its slave open just now */
	p->out.finish = p->err.finish = !p->user_tty;
	set_up(p, &p->out, fds->out_from, fds->out_to, !p->user_tty);
	set_up(p, &p->err, fds->err_from, fds->err_to, !p->user_tty);
	set_up(p, &p->in, fds->in_from, fds->in_to, !p->program_tty);
}

static void
go_on(struct proxy *p, struct relay *r)
{
	size_t room;

	if (r->stalled && ring_reserve(p->ring, RING_BYTES, RING_DATA_MAX, &room))
		relay_stall(r, false);
	else if (r->stalled && !ring_want_space(p->ring))
		relay_stall(r, false);
}

void
proxy_resume(struct proxy *p)
{
	go_on(p, &p->out);
	go_on(p, &p->err);
	go_on(p, &p->in);
}

#define CATCH_UP_MAX 64 /* reads: the program is stopped, this is what a pty holds */

void
proxy_catch_up(struct proxy *p)
{
	struct pollfd fd = { .fd = p->out.from, .events = POLLIN };

	for (int i = 0; i < CATCH_UP_MAX && fd.fd >= 0; i++) {
		if (p->out.stalled || !relay_idle(&p->out) || poll(&fd, 1, 0) != 1 ||
			!(fd.revents & POLLIN))
			break;
		output_ready(p, &p->out);
	}
}

void
proxy_program_over(struct proxy *p)
{
	p->program_over = true;
	/* A pipe may still have readers; when it has none, it says so. */
	if (p->program_tty)
		relay_eof(&p->in);
}

void
proxy_stop(struct proxy *p)
{
	p->program_over = true;
	relay_eof(&p->in);
	relay_eof(&p->out);
	relay_eof(&p->err);
}

void
proxy_say(struct proxy *p, const char *text)
{
	char line[512];

	if (!p->user_tty)
		return;
	snprintf(line, sizeof line, "\r\nauditrec: %.480s\r\n", text);
	relay_say(&p->out, line);
}

bool
proxy_delivered(const struct proxy *p)
{
	return relay_idle(&p->out) && relay_idle(&p->err);
}

bool
proxy_ended(const struct proxy *p)
{
	return p->out.eof && p->err.eof && proxy_delivered(p);
}

bool
proxy_waits(const struct proxy *p)
{
	return p->out.stalled || p->err.stalled;
}

void
proxy_close(struct proxy *p)
{
	relay_close(&p->in);
	relay_close(&p->out);
	relay_close(&p->err);
}
