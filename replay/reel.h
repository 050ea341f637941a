/* SPDX-License-Identifier: ISC */
/* A reel is a tape that can be looked at: at every moment it stands between two messages
 * and has the screen as it was then.  Moving is exact in both directions: key frames
 * (snapshots of the emulator) are made at message boundaries by the index, which grows in
 * slices that the caller hands out (reel_index), while the reel is already in use.
 *
 * There is one emulator; the index borrows it for a slice and puts it back.  Position =
 * number of messages already applied.  No clock, no file names, no curses. */
#ifndef REPLAY_REEL_H
#define REPLAY_REEL_H

#include "format/tape.h"
#include "term/emu.h"

struct reel;

struct reel_opts {
	size_t keyframe_memory; /* cap for packed key frames, 0 = 64 MiB */
	uint64_t keyframe_cost; /* emulation between two, 0 = 600,000 units: 2 to 4 ms */
	size_t text_memory;     /* cap for the text that was shown, 0 = 96 MiB ... */
#define REEL_NO_TEXT SIZE_MAX   /* ... none: quicker when nobody will search */
	bool slow;    /* without short cuts, for tests: the result is the same */
	bool forward; /* only read on: no key frames, and nothing is known of typed keys */
	int64_t channel; /* which channel is shown; -1: the first with output */
};

/* Takes T over (closed on failure too). */
int reel_open(struct reel **r, struct tape *t, const struct reel_opts *o, struct err *e);
void reel_close(struct reel *r);

struct tape *reel_tape(struct reel *r); /* for info and end state; do not move it */
const struct emu *reel_screen(const struct reel *r);
struct emu *reel_emu(struct reel *r); /* for emu_clean() */

/* Where it stands. */
int64_t reel_time(
	const struct reel *r); /* of the last message applied, since the start */
uint64_t reel_ordinal(const struct reel *r); /* messages applied */
bool reel_at_end(const struct reel *r);
/* Time of the next message; false at the (present) end. */
bool reel_next_time(struct reel *r, int64_t *at_ns, struct err *e);

/* Apply the next message.  1 with the message in *M (may be NULL; valid until the next
 * call), 0 at the end, negative on error. */
int reel_step(struct reel *r, const struct msg **m, struct err *e);
/* Go to the state after all messages with time <= AT_NS / after ORDINAL messages.
 * CANCEL is asked now and then with the work done so far (0 to 1) and may return true to
 * stop: ERR_CANCELLED.  NULL: never.  The reel then stands where it was before, as after
 * every other error. */
typedef bool reel_cancel(void *ctx, double done);
int reel_seek_time(
	struct reel *r, int64_t at_ns, reel_cancel *cancel, void *ctx, struct err *e);
int reel_seek_ordinal(
	struct reel *r, uint64_t ordinal, reel_cancel *cancel, void *ctx, struct err *e);
/* Back by one message.  1, 0 at the start, negative on error. */
int reel_back(struct reel *r, struct err *e);

/* The index.  One slice of work of about COST units (one unit is one byte emulated or
 * eight bytes read over: some 3 ns); returns 1 while there is more, 0 when the (present) end of the
 * recording is indexed, negative when it cannot be read on (it is then indexed and playable up
 * to there).  The screen is left as it was; when no row of it was dirty, none is afterwards. */
int reel_index(struct reel *r, uint64_t cost, struct err *e);
/* The same with key frames first: the shortest way to a place ahead whose time is known, while
 * reel_index() first makes known how long the recording is. */
int reel_index_ahead(struct reel *r, uint64_t cost, struct err *e);
struct reel_index_state {
	bool done;
	bool times_done;     /* duration, messages, events and activity are final */
	int64_t times_ns;    /* up to where times and events are known */
	int64_t frames_ns;   /* up to where key frames exist: seeks inside are short */
	double progress;     /* 0 to 1 over the file, of the slower of the two */
	int64_t duration_ns; /* best known; the recording's own word until times_done */
	uint64_t messages, keyframes, keyframe_bytes;
	uint64_t events_dropped; /* events that the list had no room for */
	unsigned events_thinned; /* grows when their numbers have changed by that */
};
struct reel_index_state reel_index_state(const struct reel *r);

/* What has been emulated so far, in the same units, for whoever may not work for long. */
uint64_t reel_cost(const struct reel *r);

/* Events: every message that is not plain output or input, in order, as reading finds them.
 * Number ORDINAL is the message itself: reel_seek_ordinal(ORDINAL) shows what was there
 * before it.  TEXT is one line for a person and lives as long as the reel. */
struct reel_event {
	uint64_t ordinal;
	int64_t at_ns;
	int64_t wall_ns;
	int32_t type; /* enum msg_type */
	int vendor;   /* enum vendor_id */
	bool ends;    /* a command: tells how one ended that began with an event before */
	const char *text;
};
size_t reel_events(const struct reel *r);
/* NULL: no such; valid until the reel reads on (index, step, seek, find). */
const struct reel_event *reel_event(const struct reel *r, size_t i);
/* The first with an ordinal not below ORDINAL. */
size_t reel_event_after(const struct reel *r, uint64_t ordinal);

/* Message number N, one of those that are known, copied into STORE: 1, 0 there is none such,
 * negative.  Nothing moves; it reads at most some 64 KiB for it. */
int reel_message(struct reel *r, uint64_t n, struct msg *m, int64_t *at_ns,
	struct buf *store, struct err *e);

/* What was typed: the last MAX keys of messages below number BEFORE, the oldest first.  *FULL
 * (may be NULL): there was so much that the late ones are not known. */
struct reel_key {
	int64_t at_ns;
	enum { REEL_KEY_TEXT, REEL_KEY_NAMED, REEL_KEY_MASKED } kind;
	char name[24]; /* "x", "<Up>", "^C"; of masked input "***" */
	char sign[24]; /* the same in fewer columns, not ASCII */
};
size_t reel_keys(const struct reel *r, uint64_t before, struct reel_key *out, size_t max,
	bool *full);

/* Pauses: stretches of a second or more (of very many the longer ones) without output or
 * input, in order, by the message that ended them. */
struct reel_gap {
	int64_t from_ns, to_ns;
	uint64_t ordinal;
};
const struct reel_gap *reel_gap(const struct reel *r, size_t i); /* as reel_event() */
size_t reel_gap_after(const struct reel *r, uint64_t ordinal);   /* the first not below */

/* Activity: output bytes per slot over the whole duration known so far, for a histogram. */
void reel_activity(const struct reel *r, uint32_t *slots, int n);

/* Search text on the screen, from the present place on (DIR +1) or back (-1), not counting a
 * hit that is already on the screen: a message brings a hit when afterwards more rows hold
 * the same text up to and with what is looked for (so scrolling a hit is none).  1 found: the
 * reel stands right after the message that brought it, *ROW, *COL tell where; 0 not found,
 * ERR_CANCELLED or another error: the reel stands where it was.
 * Plain substring; case is ignored unless the text has capitals. */
int reel_find(struct reel *r, const char *text, int dir, int *row, int *col,
	reel_cancel *cancel, void *ctx, struct err *e);

#endif
