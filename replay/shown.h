/* SPDX-License-Identifier: ISC */
/* Which messages of a recording reach the terminal, and what they do to it: output of the
 * shown channel is written, its terminal requests and size changes set the size, everything
 * else leaves the screen alone.
 *
 * A recording may hold several channels and, appended one behind the other, several
 * connections.  Without a wish the first channel of a connection that puts out something is
 * shown.  What was learned on the way is in struct shown, an open value that is copied with
 * every key frame, so that the same message always has the same effect. */
#ifndef REPLAY_SHOWN_H
#define REPLAY_SHOWN_H

#include "format/msg.h"
#include "term/emu.h"

#define SHOWN_COLS         80 /* before anybody tells a size */
#define SHOWN_ROWS         24
#define SHOWN_CHANNELS_MAX 4 /* whose sizes are kept until one of them is chosen */

struct shown_channel {
	uint64_t id;
	uint16_t cols, rows;
	bool pty;
};

struct shown {
	int64_t want; /* the channel to show, -1: the first with output */
	uint64_t channel;
	bool chosen;
	bool pty; /* the shown channel has a terminal: line feeds come with carriage returns */
	uint8_t nchannels;
	struct shown_channel channels[SHOWN_CHANNELS_MAX];
};

void shown_init(struct shown *s, int64_t want);
/* May M change the screen? */
bool shown_touches(const struct shown *s, const struct msg *m);
/* Is M nothing but output for a screen that is chosen already?  Then its bytes may be written as
 * they are, if the screen has a terminal, and S stays as it is. */
bool shown_is_output(const struct shown *s, const struct msg *m);
/* Apply M to E.  Returns the cost (cost.h). */
uint64_t shown_apply(struct shown *s, struct emu *e, const struct msg *m);

#endif
