/* SPDX-License-Identifier: ISC */
/* Applying messages.  Where nobody looks at the screen between two of them, their output is
 * gathered and written at once, so that what is gone before it is seen is never drawn.  At the
 * front the text of every message has to be known: of plain output the store keeps a reference,
 * of everything else what rows.c sees on the screen. */
#include "replay/cost.h"
#include "replay/reel_impl.h"

#define PROGRESS_EVERY 64                  /* messages */
#define PENDING_MAX    ((size_t)128 << 10) /* bytes: well below a slice of work */
#define PENDING_COST   (UINT64_C(1) << 18)
#define PLAIN_MAX      ((size_t)256 << 10) /* bytes of a message that is referred to */

/* What the bytes did not tell. */
static void
charge_work(struct reel *r)
{
	uint64_t work = emu_work(r->emu);

	r->cost += (work - r->work) / COST_CELLS;
	r->work = work;
}

void
reel_flush(struct reel *r)
{
	if (r->pending.n && r->pending_plain)
		emu_write_plain(r->emu, buf_span(&r->pending));
	else if (r->pending.n)
		emu_write(r->emu, buf_span(&r->pending));
	buf_clear(&r->pending);
	r->pending_cost = 0;
	charge_work(r);
}

/* Output for the terminal, or anything else: to the emulator, sooner or later. */
static uint64_t
apply(struct reel *r, bool plain)
{
	const struct msg *m = r->reader.got.m;
	struct span data;
	uint64_t cost;

	if (r->slow || !r->cur.shown.pty || !shown_is_output(&r->cur.shown, m)) {
		if (shown_touches(&r->cur.shown, m))
			reel_flush(r);
		return shown_apply(&r->cur.shown, r->emu, m);
	}
	data = m->p.io.data;
	if (r->pending.n + data.n > PENDING_MAX || plain != r->pending_plain)
		reel_flush(r);
	r->pending_plain = plain;
	if (data.n > PENDING_MAX || buf_add_span(&r->pending, data) < 0) {
		reel_flush(r);
		emu_write(r->emu, data);
	}
	cost = plain ? cost_of_plain(data)
		     : cost_of_output(data, emu_cols(r->emu), emu_rows(r->emu));
	r->pending_cost += cost;
	if (r->pending_cost > PENDING_COST)
		reel_flush(r);
	return COST_MESSAGE + cost;
}

/* A reference begins with the message behind the front. */
static bool
plain_begin(struct reel *r)
{
	struct text_ref ref = {
		.n = r->cur.n, .pos = r->cur.pos, .channel = r->cur.shown.channel
	};
	struct buf row = { 0 };
	bool ok;

	reel_flush(r);
	ok = emu_plain(r->emu, &ref.at, &row);
	if (ok) {
		text_ref_end(&r->text);
		ref.at.cooked = !r->cur.shown.pty;
		ref.row = emu_cursor(r->emu).row;
		ref.rows = emu_rows(r->emu);
		ref.row_text = buf_span(&row);
		r->lines = ref.at;
		text_ref_begin(&r->text, &ref);
	}
	buf_free(&row);
	return ok && text_limit(&r->text) == TEXT_NO_LIMIT;
}

static void
plain_end(struct reel *r)
{
	if (!r->plain)
		return;
	text_ref_end(&r->text);
	reel_flush(r);
	rows_know(&r->rows, r->emu);
	r->plain = false;
}

static bool
is_plain(const struct reel *r, struct lines *l)
{
	struct span data = r->reader.got.m->p.io.data;

	return lines_scan(l, data) == data.n;
}

/* May the message at hand be one more of the present reference?  Between them nothing long may
 * stand, such as another channel's output: that would have to be read over. */
static bool
goes_on(const struct reel *r)
{
	return r->plain && !text_ref_full(&r->text) &&
	       r->cur.pos.off - r->plain_off < TEXT_BLOCK;
}

/* The lines behind which the message at hand comes; false: it would begin a reference, and
 * cannot. */
static bool
come_to_lines(struct reel *r, struct lines *l)
{
	struct buf row = { 0 };
	bool ok;

	*l = r->lines;
	if (goes_on(r))
		return true;
	reel_flush(r);
	ok = emu_plain(r->emu, l, &row);
	buf_free(&row);
	l->cooked = !r->cur.shown.pty;
	return ok;
}

/* Is the message at hand plain output?  Then it goes on the present reference, or a new one. */
static bool
follow(struct reel *r)
{
	const struct msg *m = r->reader.got.m;
	bool on = goes_on(r);
	struct lines l;

	if (r->slow || !shown_is_output(&r->cur.shown, m) || m->p.io.data.n > PLAIN_MAX)
		return false;
	if (!come_to_lines(r, &l) || !is_plain(r, &l) || (!on && !plain_begin(r)))
		return false;
	r->plain = true;
	r->lines = l;
	r->plain_off = r->reader.got.after.off;
	text_ref_more(&r->text, r->cur.n + 1, m->p.io.data.n + (size_t)l.len);
	return true;
}

/* At the front: the text that the message brings goes to the store. */
static uint64_t
apply_and_note(struct reel *r)
{
	const struct msg *m = r->reader.got.m;
	uint64_t cost;

	if (text_limit(&r->text) != TEXT_NO_LIMIT || !shown_touches(&r->cur.shown, m))
		return apply(r, false);
	if (follow(r))
		return apply(r, true);
	plain_end(r);
	rows_begin(&r->rows, r->emu, &r->text, r->cur.n + 1, r->reader.got.at_ns,
		msg_is_output(m) ? m->p.io.data.n : 0);
	cost = shown_apply(&r->cur.shown, r->emu, m);
	rows_note(&r->rows);
	return cost;
}

static void
note_front(struct reel *r, uint64_t cost)
{
	r->front = r->cur;
	/* asks the system for the size of the file: too dear for a million small messages */
	if (r->cur.n % PROGRESS_EVERY == 1)
		r->front_progress = tape_progress(r->reader.tape);
	if (keyframes_due(&r->keyframes, r->emu, cost))
		reel_flush(r);
	keyframes_note(&r->keyframes, &r->cur, r->emu, cost);
}

int
reel_feed_on(struct reel *r, struct err *e)
{
	bool first = r->cur.n == r->front.n;
	uint64_t cost;
	int rc = reel_read(r, &r->cur.pos, r->cur.n, e);

	if (rc <= 0)
		return rc;
	cost = first ? apply_and_note(r) : apply(r, false);
	r->cost += cost + (r->reader.got.after.off - r->cur.pos.off) / READ_PER_UNIT;
	r->cur.pos = r->reader.got.after;
	r->cur.at_ns = r->reader.got.at_ns;
	r->cur.n++;
	charge_work(r);
	if (first) {
		note_front(r, cost);
	} else if (r->cur.n == r->front.n) {
		reel_flush(r);
		if (!r->plain)
			emu_settle(r->emu); /* its rows are known */
	}
	return 1;
}

int
reel_feed(struct reel *r, struct err *e)
{
	int rc = reel_feed_on(r, e);

	reel_flush(r);
	return rc;
}
