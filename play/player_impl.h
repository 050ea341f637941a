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
	GOAL_EVENT,   /* a neighbouring event or marker that is not known yet */
};

struct goal {
	enum goal_kind kind;
	struct when when;
	uint64_t ordinal; /* state after so many messages; EVENT: where it started */
	int dir;
	bool marker;
	int64_t from_ns; /* frontier of the index when it began, for progress */
};

struct player {
	struct reel *reel;
	struct player_opts o;
	int64_t now;
	int64_t anchor_now, anchor_pos; /* playing: pos = anchor_pos + elapsed * speed */
	int64_t pos;
	int64_t quiet_since; /* time of the last message, or where a seek landed */
	int64_t idle_cut;
	int64_t frame_since; /* position at which a ?2026 frame was found open */
	double speed;
	bool idle_on;
	bool paused;
	bool finished; /* stands behind the last message */
	bool more;     /* messages are due that the last slice had no time for */
	bool in_frame;
	bool failed; /* the recording cannot be read on: err says why */
	struct goal goal;
	struct err err;
	char step[200];
};

void player_anchor(struct player *p); /* the clock runs on from pos and now */
void player_fail(struct player *p, const struct err *e); /* stay on what is shown */
bool player_duration_known(const struct player *p);
int64_t player_duration(const struct player *p);
/* Now stand at POS, by other means than playing. */
unsigned player_arrive(struct player *p, int64_t pos);

unsigned goal_set(struct player *p, struct goal g);
unsigned goal_pursue(struct player *p); /* a slice nearer */
/* Where the goal lies in time; false as long as nobody knows. */
bool goal_time(const struct player *p, int64_t *at);

#endif
