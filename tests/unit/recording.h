/* SPDX-License-Identifier: ISC */
/* Recordings made in memory: put messages, take the bytes, open them as a tape.  Random ones
 * come from a fixed seed.  For the tests of the reel. */
#ifndef TESTS_RECORDING_H
#define TESTS_RECORDING_H

#include "format/tapew.h"

struct recording {
	struct buf file;
	struct tapew *w;
	int64_t now_ns; /* time of the next message */
	uint64_t n;     /* messages put */
	uint64_t rng;
};

void recording_start(struct recording *r, uint64_t seed); /* audit, version 2 */
void recording_start_as(struct recording *r, uint64_t seed, enum tape_format f);
void recording_end(struct recording *r);
void recording_free(struct recording *r);
struct tape *recording_tape(const struct recording *r);

uint32_t recording_random(struct recording *r, uint32_t below);
void recording_put(struct recording *r, struct msg *m); /* sets the time */
void recording_connect(struct recording *r);
void recording_pty(struct recording *r, uint64_t channel, uint32_t cols, uint32_t rows);
void recording_window(
	struct recording *r, uint64_t channel, uint32_t cols, uint32_t rows);
void recording_io(struct recording *r, uint64_t channel, int stream, struct span data);
void recording_out(struct recording *r, const char *text); /* channel 0 */
void recording_marker(struct recording *r, const char *label);
/* A command line that began (PHASE "start") or ended ("end"). */
void recording_command(struct recording *r, const char *phase, const char *line);
/* N messages of all kinds: text that scrolls, escape sequences cut anywhere, wide characters,
 * sizes, input, a second channel, events; times that often stand still. */
void recording_random_session(struct recording *r, int n);

#endif
