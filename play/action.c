/* SPDX-License-Identifier: ISC */
/* What the commands do to the player. */
#include "play/player_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t
ns_of(double seconds)
{
	double ns = seconds * (double)NS_PER_S;

	return ns >= 9e18 ? INT64_MAX : ns <= -9e18 ? INT64_MIN : (int64_t)ns;
}

/* Where it is going, or stands: several presses of a key add up. */
static int64_t
here(const struct player *p)
{
	int64_t at;

	return p->goal.kind != GOAL_NONE && goal_time(p, &at) ? at : p->pos;
}

unsigned
player_seek(struct player *p, const struct when *w, int64_t now)
{
	int64_t first;

	p->now = now;
	reel_next_time(
		p->reel, &first, NULL); /* with the first message its date is known */
	if (when_check(w, tape_info(reel_tape(p->reel))->has_wall, NULL) < 0)
		return PLAYER_MISSED;
	return goal_set(p, (struct goal){ .kind = GOAL_WHEN, .when = *w });
}

unsigned
player_seek_ordinal(struct player *p, uint64_t ordinal, int64_t now)
{
	const struct reel_event *e;
	size_t i = reel_event_after(p->reel, ordinal ? ordinal - 1 : 0);
	struct goal g = { .kind = GOAL_ORDINAL, .ordinal = ordinal };

	p->now = now;
	if (i < reel_events(p->reel)) {
		e = reel_event(p->reel, i);
		g.when.ns = e->at_ns;
	}
	return goal_set(p, g);
}

unsigned
player_seek_message(struct player *p, uint64_t ordinal, int64_t at_ns, int64_t now)
{
	struct goal g = { .kind = GOAL_ORDINAL, .ordinal = ordinal };

	p->now = now;
	g.when = (struct when){ .kind = WHEN_NS, .ns = at_ns };
	return goal_set(p, g);
}

static unsigned
seek_by(struct player *p, double seconds)
{
	int64_t at = ns_add(here(p), ns_of(seconds));
	struct when w = { .kind = WHEN_NS, .ns = at < 0 ? 0 : at };

	return player_seek(p, &w, p->now);
}

static unsigned
seek_percent(struct player *p, double percent)
{
	struct when w = { .kind = WHEN_PERCENT, .percent = percent };

	return percent >= 0 && percent <= 100 ? player_seek(p, &w, p->now) : 0;
}

static unsigned
seek_text(struct player *p, const char *text)
{
	struct when w;

	if (*text == '+' || *text == '-') {
		if (when_parse(&w, text + 1, NULL) < 0 || w.kind != WHEN_NS)
			return PLAYER_MISSED;
		return seek_by(
			p, (*text == '-' ? -1 : 1) * (double)w.ns / (double)NS_PER_S);
	}
	return when_parse(&w, text, NULL) < 0 ? PLAYER_MISSED
					      : player_seek(p, &w, p->now);
}

static unsigned
neighbour_goal(struct player *p, int dir, enum neighbour what)
{
	return goal_set(p, (struct goal){ .kind = GOAL_EVENT,
				   .ordinal = reel_ordinal(p->reel),
				   .dir = dir,
				   .what = what });
}

static unsigned
seek_event(struct player *p, int dir)
{
	return neighbour_goal(p, dir, NEIGHBOUR_EVENT);
}

static unsigned
seek_marker(struct player *p, int dir)
{
	return neighbour_goal(p, dir, NEIGHBOUR_MARKER);
}

static unsigned
seek_prompt(struct player *p, int dir)
{
	return neighbour_goal(p, dir, NEIGHBOUR_PROMPT);
}

static unsigned
seek_gap(struct player *p, int dir)
{
	return neighbour_goal(p, dir, NEIGHBOUR_GAP);
}

static unsigned
toggle_markers(struct player *p)
{
	p->stop_at_markers = !p->stop_at_markers;
	return PLAYER_STATUS;
}

static unsigned
set_speed(struct player *p, double speed)
{
	if (speed < PLAYER_SPEED_MIN)
		speed = PLAYER_SPEED_MIN;
	p->speed = speed > PLAYER_SPEED_MAX ? PLAYER_SPEED_MAX : speed;
	player_anchor(p);
	return PLAYER_STATUS;
}

/* The next power of two, so that "+" and "-" undo each other. */
static unsigned
change_speed(struct player *p, int dir)
{
	double power = log2(p->speed);

	return set_speed(p, exp2(dir > 0 ? floor(power) + 1 : ceil(power) - 1));
}

static unsigned
toggle_pause(struct player *p)
{
	if (p->finished && !p->failed) { /* at the end: once more */
		p->paused = false;
		return seek_text(p, "0");
	}
	return player_pause(p, !p->paused, p->now);
}

static unsigned
toggle_idle(struct player *p)
{
	p->idle_on = !p->idle_on;
	p->quiet_since =
		p->pos; /* what was waited for so far does not count as waiting */
	player_anchor(p);
	return PLAYER_STATUS;
}

/* Each command is one call of one of three shapes. */
static const struct action {
	unsigned (*plain)(struct player *p);
	unsigned (*number)(struct player *p, double v); /* argument times FACTOR */
	unsigned (*dir)(struct player *p, int dir);
	unsigned (*text)(struct player *p, const char *text); /* fixed TEXT or argument */
	double factor;
	int to;
	const char *fixed;
} actions[CMD_COUNT] = {
	[CMD_PAUSE] = { .plain = toggle_pause },
	[CMD_BACK] = { .number = seek_by, .factor = -1 },
	[CMD_FORWARD] = { .number = seek_by, .factor = 1 },
	[CMD_START] = { .text = seek_text, .fixed = "0" },
	[CMD_END] = { .text = seek_text, .fixed = "end" },
	[CMD_TENTH] = { .number = seek_percent, .factor = 10 },
	[CMD_SEEK] = { .text = seek_text },
	[CMD_STEP] = { .dir = step_begin, .to = 1 },
	[CMD_STEP_BACK] = { .dir = step_begin, .to = -1 },
	[CMD_FRAME] = { .dir = frame_begin, .to = 1 },
	[CMD_FRAME_BACK] = { .dir = frame_begin, .to = -1 },
	[CMD_NEXT_EVENT] = { .dir = seek_event, .to = 1 },
	[CMD_PREVIOUS_EVENT] = { .dir = seek_event, .to = -1 },
	[CMD_NEXT_MARKER] = { .dir = seek_marker, .to = 1 },
	[CMD_PREVIOUS_MARKER] = { .dir = seek_marker, .to = -1 },
	[CMD_NEXT_PROMPT] = { .dir = seek_prompt, .to = 1 },
	[CMD_PREVIOUS_PROMPT] = { .dir = seek_prompt, .to = -1 },
	[CMD_NEXT_IDLE] = { .dir = seek_gap, .to = 1 },
	[CMD_PREVIOUS_IDLE] = { .dir = seek_gap, .to = -1 },
	[CMD_LIVE] = { .plain = live_go },
	[CMD_LOOP] = { .plain = loop_all },
	[CMD_LOOP_PART] = { .plain = loop_part },
	[CMD_STOP_AT_MARKERS] = { .plain = toggle_markers },
	[CMD_FASTER] = { .dir = change_speed, .to = 1 },
	[CMD_SLOWER] = { .dir = change_speed, .to = -1 },
	[CMD_SPEED] = { .number = set_speed, .factor = 1 },
	[CMD_IDLE] = { .plain = toggle_idle },
};

bool
player_knows(enum command_id id)
{
	const struct action *a = &actions[id];

	return a->plain || a->number || a->dir || a->text;
}

unsigned
player_command(struct player *p, const struct command *c, int64_t now)
{
	const struct action *a = &actions[c->id];
	unsigned flags = p->goal.kind == GOAL_NONE ? player_tick(p, now) : 0;

	p->now = now;
	if (a->plain)
		return flags | a->plain(p);
	if (a->number)
		return flags | a->number(p, a->factor * strtod(c->arg, NULL));
	if (a->dir)
		return flags | a->dir(p, a->to);
	if (a->text)
		return flags | a->text(p, a->fixed ? a->fixed : c->arg);
	return flags;
}
