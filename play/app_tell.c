/* SPDX-License-Identifier: ISC */
/* What is told about moves and modes of the player. */
#include "play/app_impl.h"

#include "format/vendor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CUT_NOTE_NS \
	(1500 * NS_PER_MS)   /* how long it is told that idle time was left out */
#define CUT_TOLD_NS NS_PER_S /* less than that is not worth it */

#define ANY_EVENT (-1)
#define A_GAP     (-2)

/* Moves to something that may not be there. */
static const struct move {
	enum command_id id;
	int vendor; /* enum vendor_id, or one of the above */
	const char *what, *none;
} moves[] = {
	{ CMD_NEXT_EVENT, ANY_EVENT, "event", "no event after this place" },
	{ CMD_PREVIOUS_EVENT, ANY_EVENT, "event", "no event before this place" },
	{ CMD_NEXT_MARKER, VENDOR_MARKER, "marker", "no marker after this place" },
	{ CMD_PREVIOUS_MARKER, VENDOR_MARKER, "marker", "no marker before this place" },
	{ CMD_NEXT_PROMPT, VENDOR_COMMAND, "command",
		"no command line was recorded after this place" },
	{ CMD_PREVIOUS_PROMPT, VENDOR_COMMAND, "command",
		"no command line was recorded before this place" },
	{ CMD_NEXT_IDLE, A_GAP, "pause", "no pause so long after this place" },
	{ CMD_PREVIOUS_IDLE, A_GAP, "pause", "no pause so long before this place" },
};

static const struct move *
move_of(enum command_id id)
{
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		if (moves[i].id == id)
			return &moves[i];
	return NULL;
}

const char *
app_missed(enum command_id id)
{
	const struct move *m = move_of(id);

	if (id == CMD_LIVE)
		return "this is not being recorded, or not followed (--follow)";
	return m ? m->none : "that is no time";
}

/* Behind "marker: " when that is said already. */
static const char *
behind_name(const char *text, const char *what)
{
	size_t n = strlen(what);

	if (strncmp(text, what, n) != 0)
		return text;
	if (text[n] == ':' && text[n + 1] == ' ')
		return text + n + 2;
	return text[n] ? text : text + n;
}

/* "marker 2 of 5: text", of the event that has just been gone to.  How many there are is not
 * told before all are known. */
static void
tell_event(struct app *a, int vendor, const char *what)
{
	struct reel *r = player_reel(a->player);
	size_t current = app_current_event(a), nth = 0, all = 0;
	const char *text;
	char of[32] = "";

	if (current == SIZE_MAX)
		return;
	text = behind_name(reel_event(r, current)->text, what);
	for (size_t i = 0; i < reel_events(r); i++) {
		const struct reel_event *e = reel_event(r, i);

		if (vendor != ANY_EVENT && (e->vendor != vendor || e->ends))
			continue;
		all++;
		nth += i <= current;
	}
	if (reel_index_state(r).times_done)
		snprintf(of, sizeof of, " of %zu", all);
	app_toast(a, "%s %zu%s%s%s", what, nth, of, *text ? ": " : "", text);
}

static void
tell_gap(struct app *a)
{
	struct reel *r = player_reel(a->player);
	const struct reel_gap *g;
	char text[WHEN_TEXT_MAX];

	if (!reel_ordinal(r))
		return;
	g = reel_gap(r, reel_gap_after(r, reel_ordinal(r) - 1));
	if (g)
		app_toast(a, "after %s without output or input",
			when_format(text, ns_sub(g->to_ns, g->from_ns), 0));
}

void
app_tell_arrival(struct app *a)
{
	const struct move *m = move_of(a->moving);

	if (m && m->vendor == A_GAP)
		tell_gap(a);
	else if (m)
		tell_event(a, m->vendor, m->what);
}

/* What happened while it played. */
void
app_tell_news(struct app *a, unsigned flags)
{
	struct player_view v = player_view(a->player);

	if (flags & PLAYER_MARKER)
		tell_event(a, VENDOR_MARKER, "marker");
	if (flags & PLAYER_CUT && v.last_cut_ns >= CUT_TOLD_NS)
		a->cut_end = ns_add(a->now, CUT_NOTE_NS);
	if (flags & PLAYER_ENDED)
		app_toast(a, "the recording is complete now");
}

static void
tell_idle(struct app *a, const struct player_view *v)
{
	if (v->idle_on)
		app_toast(a, "pauses longer than %g s are cut short",
			(double)v->idle_limit_ns / (double)NS_PER_S);
	else
		app_toast(a, "pauses are played in full");
}

static void
tell_part(struct app *a, const struct player_view *v)
{
	char from[WHEN_TEXT_MAX], to[WHEN_TEXT_MAX];

	when_format(from, v->loop_from, 0);
	when_format(to, v->loop_to, 0);
	if (v->loop_to >= 0)
		app_toast(a, "repeats %s to %s", from, to);
	else if (v->loop_from >= 0)
		app_toast(a, "a part to repeat begins at %s; where does it end?", from);
	else
		app_toast(a, "no part is repeated");
}

/* A word about what cannot be seen otherwise. */
void
app_tell_mode(struct app *a, enum command_id id)
{
	struct player_view v = player_view(a->player);

	if (!a->bar && (id == CMD_FASTER || id == CMD_SLOWER || id == CMD_SPEED))
		app_toast(a, "speed %gx", v.speed);
	else if (id == CMD_IDLE)
		tell_idle(a, &v);
	else if (id == CMD_LOOP)
		app_toast(a,
			v.loop ? "all is played again and again" : "at the end it stays");
	else if (id == CMD_LOOP_PART)
		tell_part(a, &v);
	else if (id == CMD_STOP_AT_MARKERS)
		app_toast(a, v.stop_at_markers ? "pauses at markers" : "passes markers");
}

void
app_end_text(const struct app *a, char *out, size_t size)
{
	struct tape_end end = tape_end(reel_tape(player_reel(a->player)));
	int n = 0;

	out[0] = 0;
	if (end.offset >= 0 && end.text[0])
		n = snprintf(out, size, "byte %" PRId64 ": ", end.offset);
	snprintf(out + n, size - (size_t)n, "%s", end.text);
	n = (int)strlen(out);
	if (end.damages > 1)
		snprintf(out + n, size - (size_t)n, " (and %" PRIu64 " more)",
			end.damages - 1);
}
