/* SPDX-License-Identifier: ISC */
/* The index grows in slices, in two passes: the first reads messages for times, events and
 * activity, at the speed of the tape; the second emulates them for key frames.  Playing
 * and seeking feed both as well, so neither ever does again what somebody has done. */
#include "replay/reel.h"

#include "format/vendor.h"
#include "replay/cost.h"
#include "replay/reel_impl.h"

/* A unit of cost is a byte emulated, or some read over. */
#define READ_MESSAGE  4  /* units for a message itself */
#define PAYLOAD_UNITS 16 /* for a byte of an event: JSON */

static uint64_t
payload_cost(const struct msg *m)
{
	return vendor_of(m) == VENDOR_NONE
		       ? 0
		       : m->p.channel_request_unknown.payload.n * PAYLOAD_UNITS;
}

/* Read on from the last message known, for about COST; what is left of it. */
static uint64_t
index_times(struct reel *r, uint64_t cost)
{
	struct timeline_place *next = &r->timeline.next;

	if (reel_ended(r->times_rc) && !reel_ended(r->frames_rc))
		return cost; /* has the recording grown?  The other pass is not there yet */
	while (cost) {
		uint64_t off = next->pos.off, used;

		r->times_rc = reel_read(r, &next->pos, next->n, &r->times_err);
		if (r->times_rc <= 0)
			break;
		used = READ_MESSAGE + (next->pos.off - off) / READ_PER_UNIT +
		       payload_cost(r->reader.got.m);
		cost -= used < cost ? used : cost;
	}
	/* far away, a second place to read on from would cost more than waiting */
	return err_is_passing(r->times_rc) ? 0 : cost;
}

static void
emulate(struct reel *r, uint64_t cost, struct err *e)
{
	uint64_t start = r->cost;

	do
		r->frames_rc = reel_feed_on(r, e);
	while (r->frames_rc > 0 && r->cost - start < cost);
	reel_flush(r);
}

static bool
any_dirty(const struct emu *e)
{
	for (int i = 0; i < emu_rows(e); i++)
		if (emu_dirty(e, i))
			return true;
	return false;
}

/* Borrow the emulator, take it on from the front, put it back as it was. */
static int
index_frames(struct reel *r, uint64_t cost, struct err *e)
{
	bool dirty = any_dirty(r->emu);
	int rc;

	r->frames_rc = reel_read(r, &r->front.pos, r->front.n, e);
	if (r->frames_rc <= 0)
		return err_is_passing(r->frames_rc) ? r->frames_rc : 0;
	rc = reel_put_aside(r, &r->aside, e);
	if (rc < 0)
		return rc;
	if (r->cur.n != r->front.n)
		rc = reel_bring_back(r, &r->front_slot, e);
	if (rc < 0)
		return rc;
	emulate(r, cost, e);
	rc = reel_bring_back(r, &r->aside, err_is_passing(r->frames_rc) ? NULL : e);
	if (rc == 0 && !dirty)
		emu_clean(r->emu); /* what was drawn still stands */
	return rc == 0 && err_is_passing(r->frames_rc) ? r->frames_rc : rc;
}

/* 1 while there is more, 0, or why not. */
static int
outcome(const struct reel *r, struct err *e)
{
	if (err_is_passing(r->times_rc)) {
		if (e)
			*e = r->times_err;
		return r->times_rc;
	}
	if (r->times_rc > 0 || r->frames_rc > 0)
		return 1;
	if (r->times_rc < 0) {
		if (e)
			*e = r->times_err;
		return r->times_rc;
	}
	return r->frames_rc;
}

int
reel_index(struct reel *r, uint64_t cost, struct err *e)
{
	uint64_t left = index_times(r, cost);
	int rc = left ? index_frames(r, left, e) : 0;

	return rc < 0 ? rc : outcome(r, e);
}

int
reel_index_ahead(struct reel *r, uint64_t cost, struct err *e)
{
	int rc = index_frames(r, cost, e);

	if (rc < 0)
		return rc;
	if (!reel_ended(r->frames_rc))
		return 1;
	index_times(r, cost);
	return outcome(r, e);
}

static int64_t
duration(const struct reel *r)
{
	int64_t told = tape_info(r->reader.tape)->duration_ns;

	if (!reel_ended(r->times_rc) && told > r->timeline.next.at_ns)
		return told;
	return r->timeline.next.at_ns;
}

/* In bytes read, once the first pass knows how many there are. */
static double
progress(const struct reel *r)
{
	double p = r->front_progress;

	if (reel_ended(r->times_rc) && reel_ended(r->frames_rc))
		return 1;
	if (reel_ended(r->times_rc) && r->timeline.next.pos.off)
		p = (double)r->front.pos.off / (double)r->timeline.next.pos.off;
	return p < 0 ? 0 : p > 1 ? 1 : p;
}

struct reel_index_state
reel_index_state(const struct reel *r)
{
	return (struct reel_index_state){
		.done = reel_ended(r->times_rc) && reel_ended(r->frames_rc),
		.times_done = reel_ended(r->times_rc),
		.times_ns = r->timeline.next.at_ns,
		.frames_ns = r->front.at_ns,
		.progress = progress(r),
		.duration_ns = duration(r),
		.messages = r->timeline.next.n,
		.keyframes = r->keyframes.n,
		.keyframe_bytes = r->keyframes.bytes,
		.events_dropped = r->timeline.events.dropped,
		.events_thinned = r->timeline.events.thinned,
	};
}

size_t
reel_events(const struct reel *r)
{
	return r->timeline.events.n;
}

const struct reel_event *
reel_event(const struct reel *r, size_t i)
{
	return i < r->timeline.events.n ? &r->timeline.events.v[i] : NULL;
}

size_t
reel_event_after(const struct reel *r, uint64_t ordinal)
{
	return events_after(&r->timeline.events, ordinal);
}

int
reel_message(struct reel *r, uint64_t n, struct msg *m, int64_t *at_ns, struct buf *store,
	struct err *e)
{
	const struct timeline_place *p = timeline_by_ordinal(&r->timeline, n);
	struct tape_pos pos;
	uint64_t k;
	int rc = 1;

	if (!p || n >= r->timeline.next.n)
		return 0;
	pos = p->pos;
	for (k = p->n; k <= n && rc > 0; k++) {
		rc = reel_read(r, &pos, k, e);
		pos = r->reader.got.after;
	}
	if (rc <= 0)
		return rc;
	*at_ns = r->reader.got.at_ns;
	rc = msg_copy(m, r->reader.got.m, store);
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : 1;
}

size_t
reel_keys(const struct reel *r, uint64_t before, struct reel_key *out, size_t max,
	bool *full)
{
	if (full)
		*full = r->keylog.full;
	return keylog_last(&r->keylog, before, out, max);
}

const struct reel_gap *
reel_gap(const struct reel *r, size_t i)
{
	return i < r->timeline.gaps.n ? &r->timeline.gaps.v[i] : NULL;
}

size_t
reel_gap_after(const struct reel *r, uint64_t ordinal)
{
	return gaps_after(&r->timeline.gaps, ordinal);
}

void
reel_activity(const struct reel *r, uint32_t *slots, int n)
{
	if (n > 0)
		timeline_activity(&r->timeline, duration(r), slots, n);
}
