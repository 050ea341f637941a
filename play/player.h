/* SPDX-License-Identifier: ISC */
/* The player: a reel with a clock drawn through it.  A state machine without curses and
 * without a clock: every call is given NOW (monotonic ns, never going back) and returns
 * what must happen next; player_deadline() tells when to call again.
 *
 * Positions are times of the recording (ns since its start).  A move is a *goal*: as long
 * as the index has not reached it, every tick spends one slice on indexing, so that no
 * call takes longer than a slice and any key can cancel. */
#ifndef PLAY_PLAYER_H
#define PLAY_PLAYER_H

#include "base/when.h"
#include "play/command.h"
#include "replay/reel.h"

struct player;

enum {                          /* reactions */
	PLAYER_REDRAW = 1 << 0, /* the screen has changed (a frame is whole) */
	PLAYER_STATUS = 1 << 1, /* clock or state have changed */
	PLAYER_JUMPED = 1 << 2, /* arrived somewhere else than by playing */
	PLAYER_MISSED = 1 << 3, /* there is nothing to go to: no such event */
	PLAYER_MARKER = 1 << 4, /* has stopped at a marker */
	PLAYER_CUT = 1 << 5,    /* idle time was left out: last_cut_ns */
	PLAYER_ENDED = 1 << 6,  /* the recording, which was live, is complete */
};

struct player_opts {
	double speed;          /* 1/16 to 64; 0 = 1 */
	int64_t idle_limit_ns; /* cut pauses down to it; 0: what the recording wishes; < 0: no */
	bool paused;
	bool loop;
	bool stop_at_markers;
	bool live; /* the tape was opened so, too */
};

#define PLAYER_SPEED_MIN (1.0 / 16)
#define PLAYER_SPEED_MAX 64.0

/* Takes R over (closed on failure too).  NULL: no memory. */
struct player *player_new(struct reel *r, const struct player_opts *o, int64_t now);
void player_free(struct player *p);
struct reel *player_reel(struct player *p);

unsigned player_tick(struct player *p, int64_t now);
int64_t player_deadline(const struct player *p); /* INT64_MAX: not before a command */
/* One slice of indexing for a moment without work; false when there is none left. */
bool player_idle(struct player *p);
/* The same with the screens first when AHEAD. */
bool player_index(struct player *p, bool ahead);

bool player_knows(
	enum command_id id); /* the commands that player_command() carries out */
unsigned player_command(struct player *p, const struct command *c, int64_t now);
unsigned player_seek(struct player *p, const struct when *w, int64_t now);
unsigned player_seek_ordinal(struct player *p, uint64_t ordinal, int64_t now);
/* To where ORDINAL messages are applied, the last of them at AT_NS. */
unsigned player_seek_message(
	struct player *p, uint64_t ordinal, int64_t at_ns, int64_t now);
unsigned player_pause(struct player *p, bool paused, int64_t now);
unsigned player_cancel(struct player *p, int64_t now); /* gives a goal up */

enum player_state { PLAYER_PLAYING, PLAYER_PAUSED, PLAYER_SEEKING, PLAYER_FINISHED };

struct player_view { /* everything that is shown of it */
	enum player_state state;
	int64_t pos_ns, duration_ns;
	bool duration_known;
	double speed;
	bool idle_on;
	int64_t idle_limit_ns;
	int64_t idle_cut_ns; /* left out so far while playing */
	int64_t last_cut_ns; /* the last time */
	bool loop;
	int64_t loop_from,
		loop_to; /* a part that is played again and again; negative: not set */
	bool stop_at_markers;
	bool live;         /* the recording may still grow */
	bool at_edge;      /* it is shown as it grows */
	double done;       /* of a goal, 0 to 1 */
	double indexed;    /* part of the recording that can be sought at once, 0 to 1 */
	bool in_frame;     /* the program is drawing: keep the screen as it is shown */
	const char *error; /* what stopped the recording, NULL nothing */
	const char *late;  /* what it waits for, NULL nothing */
};
struct player_view player_view(const struct player *p);
/* What the last single step applied, one line; "" when the last thing was no step. */
const char *player_step_text(const struct player *p);

#endif
