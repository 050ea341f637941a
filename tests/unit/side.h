/* SPDX-License-Identifier: ISC */
/* A recording read message by message with its screen beside it, to be held against another. */
#ifndef TESTS_SIDE_H
#define TESTS_SIDE_H

#include "format/vendor.h"
#include "replay/shown.h"
#include "format/tape.h"

struct side {
	struct tape *tape;
	struct shown shown;
	struct emu *emu;
	const struct msg *m;
	int64_t at_ns;
};

void side_open(struct side *s, const char *path);
void side_close(struct side *s);
/* The next message, those passed over that say that it is no original; false: the end. */
bool side_read(struct side *s);
void side_apply(struct side *s); /* to the screen */
void side_rewind(struct side *s);

struct emugen;
/* A recording of random output and sizes, of two channels at times, begun at TIME_NS. */
void side_random(struct emugen *g, const char *path, int64_t time_ns);

#endif
