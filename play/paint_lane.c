/* SPDX-License-Identifier: ISC */
/* The lane of keys that were typed: the newest at the right.  What it shows depends on the
 * place in the recording alone. */
#include "play/paint.h"

#include "base/clk.h"

#include <stdio.h>
#include <string.h>

#define KEYS_MAX  256
#define FRESH_NS  (700 * NS_PER_MS) /* typed now */
#define RECENT_NS (10 * NS_PER_S)   /* a moment ago */
#define PAUSE_NS  (2 * NS_PER_S)    /* longer without a key is shown */

static enum theme_role
key_role(int64_t now, int64_t at)
{
	int64_t age = ns_sub(now, at);

	return age <= FRESH_NS    ? ROLE_LANE_NOW
	       : age <= RECENT_NS ? ROLE_LANE
				  : ROLE_LANE_OLD;
}

/* Text that ends left of column END; the new end, or -1 when there is no room for it. */
static int
put_left(struct canvas *c, struct view_rect area, int end, struct style s,
	const char *text)
{
	int cols = canvas_text_cols(text);

	if (end - cols < area.col)
		return -1;
	canvas_text(c, area.row, end - cols, cols, s, text);
	return end - cols;
}

static void
pause_text(char *out, size_t size, int64_t ns)
{
	int64_t s = ns / NS_PER_S;

	if (s < 120)
		snprintf(out, size, " %ds ", (int)s);
	else if (s < 2 * 3600)
		snprintf(out, size, " %dmin ", (int)(s / 60));
	else
		snprintf(out, size, " %dh ", (int)(s / 3600));
}

/* The pause between two keys, or none. */
static int
put_pause(struct app *a, struct canvas *c, struct view_rect area, int end, int64_t ns)
{
	char text[32];

	if (ns < PAUSE_NS || end < 0)
		return end;
	pause_text(text, sizeof text, ns);
	return put_left(c, area, end, paint_style(a, ROLE_LANE_PAUSE), text);
}

/* The last of these keys bring WANTED: how many of them, or 0. */
static size_t
keys_of(const struct reel_key *k, size_t n, struct span wanted)
{
	size_t i = n, len;

	while (i && wanted.n) {
		len = strlen(k[--i].name);
		len = len > wanted.n ? wanted.n
				     : len; /* "<BS>", of which ">" was found */
		if (memcmp(k[i].name + strlen(k[i].name) - len, wanted.p + wanted.n - len,
			    len) != 0)
			return 0;
		wanted.n -= len;
	}
	return wanted.n ? 0 : n - i;
}

/* Keys that were found, FROM to END; none: equal.  What was found was complete with the last
 * message: its last place among them. */
struct found {
	size_t from, end;
};

static struct found
found_keys(struct app *a, const struct reel_key *k, size_t n)
{
	struct found f = { n, n };
	struct buf wanted = { 0 };
	size_t count = 0;

	if (find_typed(&a->find, &wanted))
		for (f.end = n; f.end && !count; f.end -= !count)
			count = keys_of(k, f.end, buf_span(&wanted));
	f.from = f.end - count;
	buf_free(&wanted);
	return f;
}

static void
put_keys(struct app *a, struct canvas *c, struct view_rect area, const struct reel_key *k,
	size_t n)
{
	int64_t now = player_view(a->player).pos_ns;
	int end = area.col + area.cols - 1;
	struct found found = found_keys(a, k, n);

	end = put_pause(a, c, area, end, ns_sub(now, k[n - 1].at_ns));
	for (size_t i = n; i-- > 0 && end >= 0;) {
		enum theme_role role = key_role(now, k[i].at_ns);

		if (k[i].kind == REEL_KEY_MASKED && role != ROLE_LANE_NOW)
			role = ROLE_LANE_PAUSE;
		if (i >= found.from && i < found.end)
			role = ROLE_FOUND;
		end = put_left(c, area, end, paint_style(a, role),
			a->o.utf8 ? k[i].sign : k[i].name);
		if (i)
			end = put_pause(
				a, c, area, end, ns_sub(k[i].at_ns, k[i - 1].at_ns));
	}
}

static const char *
empty_text(const struct app *a)
{
	struct reel_key any;
	const struct reel *r = player_reel(a->player);

	if (reel_keys(r, UINT64_MAX, &any, 1, NULL))
		return "no key so far";
	return reel_index_state(r).times_done ? "no keys were recorded" : "no key so far";
}

void
paint_lane(struct app *a, struct canvas *c, struct view_rect area)
{
	struct reel_key keys[KEYS_MAX];
	const struct reel *r = player_reel(a->player);
	struct style s = paint_style(a, ROLE_LANE_OLD);
	bool full;
	size_t n = reel_keys(r, reel_ordinal(r), keys, KEYS_MAX, &full);

	canvas_fill(c, area.row, area.col, area.cols, s, ' ');
	if (n)
		put_keys(a, c, area, keys, n);
	else
		canvas_text(c, area.row, area.col + 1, area.cols - 1, s, empty_text(a));
	if (full)
		canvas_text(c, area.row, area.col, area.cols,
			paint_style(a, ROLE_LANE_PAUSE), "not all: too many keys ");
}
