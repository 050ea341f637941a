/* SPDX-License-Identifier: ISC */
/* Inside of the player, shared by player.c (playing, commands) and goal.c (moving). */
#ifndef PLAY_PLAYER_IMPL_H
#define PLAY_PLAYER_IMPL_H

#include "base/clk.h"
#include "format/vendor.h"
#include "play/player.h"

enum goal_kind {
	GOAL_NONE,
	GOAL_WHEN,    /* a time, a percentage, the end */
	GOAL_ORDINAL, /* a message whose time is in WHEN */
	GOAL_EVENT,   /* a neighbour that is not known yet */
	GOAL_FRAME,   /* the next or last frame */
	GOAL_STEP,    /* over the message in front of which stand ORDINAL - 1 */
};

enum neighbour { NEIGHBOUR_EVENT, NEIGHBOUR_MARKER, NEIGHBOUR_PROMPT, NEIGHBOUR_GAP };

struct place { /* in front of a message */
	uint64_t ordinal;
	int64_t at_ns;
	bool fits;
};

struct goal {
	enum goal_kind kind;
	struct when when;
	uint64_t ordinal; /* state after so many messages; EVENT: where it started */
	uint64_t seen;    /* EVENT: no neighbour is before this one */
	int dir;
	enum neighbour what;
	int64_t from_ns; /* frontier of the index when it began, for progress */
};

/* A step to the last frame: the stretch of messages that is looked at. */
struct frame {
	bool changed; /* the screen, since the last frame */
	bool shown;   /* the frame that is shown has been met */
	uint64_t end, messages;
	uint64_t last, before; /* the last two frames in it, 0 none */
	bool moving, leaving;  /* on the way to TO; and then that is all */
	uint64_t to;
};

struct player {
	struct reel *reel;
	struct player_opts o;
	int64_t now;
	int64_t anchor_now, anchor_pos; /* playing: pos = anchor_pos + elapsed * speed */
	int64_t pos;
	int64_t was;                /* pos before the last tick */
	int64_t quiet_since;        /* time of the last message, or where a seek landed */
	int64_t idle_cut, last_cut; /* left out: all, and the last time */
	int64_t frame_since;        /* position at which a ?2026 frame was found open */
	double speed;
	bool idle_on;
	bool paused;
	bool finished; /* stands behind the last message */
	bool more;     /* messages are due that the last slice had no time for */
	bool in_frame;
	bool failed; /* the recording cannot be read on: err says why */
	bool stop_at_markers;
	unsigned news; /* reactions that the messages just applied have brought */
	struct goal goal;
	struct frame frame;
	struct {
		bool all;
		int64_t from, to; /* negative: not set */
	} loop;
	struct {
		bool on, ended;
		bool edge; /* plays at the end: shows at once what comes */
		int64_t poll_at;
	} live;
	struct err err;
	/* What could not be read just now, and is tried again when it is time. */
	struct late {
		struct err err; /* the last that was met; code 0: nothing */
		char text[ERR_TEXT_MAX + 20];
		bool on;          /* playing waits ... */
		int64_t at;       /* ... until then */
		int64_t since;    /* when it began */
		int64_t index_at; /* the index waits until then */
	} late;
	char step[200];
};

void player_anchor(struct player *p); /* the clock runs on from pos and now */
/* Stay on what is shown, for good or until it is tried again (then p->late.on). */
void player_fail(struct player *p, const struct err *e);

/* late.c: what comes from afar and is late */
void late_note(struct player *p, const struct err *e); /* playing waits */
bool late_index(
	struct player *p, const struct err *e); /* the index does; false: not for that */
bool late_waits(struct player *p); /* at NOW; when it is over, the clock runs on */
void late_over(struct player *p);  /* something was read */
const char *late_text(const struct player *p);
int64_t late_deadline(const struct player *p);
bool player_duration_known(const struct player *p);
int64_t player_duration(const struct player *p);
/* Now stand at POS, by other means than playing. */
unsigned player_arrive(struct player *p, int64_t pos);

#define PLAYER_SLICE_COST (1u << 20) /* index units per slice: some 4 ms */

/* Reactions; may set a goal. */
unsigned loop_turn(struct player *p);
unsigned loop_all(struct player *p);
unsigned loop_part(struct player *p);
int64_t loop_end(const struct player *p); /* where playing turns, INT64_MAX nowhere */

bool live_open(const struct player *p); /* more may come */
unsigned live_poll(struct player *p);
int64_t live_deadline(const struct player *p);
bool live_wait(struct player *p);
unsigned live_go(struct player *p);

unsigned frame_begin(struct player *p, int dir);
unsigned frame_pursue(struct player *p);
unsigned step_begin(struct player *p, int dir);
unsigned step_pursue(struct player *p);

/* The neighbour that the goal asks for, among those that are known. */
bool neighbour_find(struct player *p, struct place *out);

unsigned goal_set(struct player *p, struct goal g);
unsigned goal_pursue(struct player *p); /* a slice nearer */
/* Where the goal lies in time; false as long as nobody knows. */
bool goal_time(const struct player *p, int64_t *at);

#endif
