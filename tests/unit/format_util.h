/* SPDX-License-Identifier: ISC */
/* What the tests of format/ share: random messages, whole recordings in memory. */
#ifndef TESTS_FORMAT_UTIL_H
#define TESTS_FORMAT_UTIL_H

#include "format/tape.h"
#include "format/tapew.h"

/* A reproducible stream of numbers. */
uint32_t util_random(uint64_t *seed);

/* A message of any type; its texts lie in STORE (cleared). */
void util_random_msg(struct msg *m, uint64_t *seed, struct buf *store);
/* An output message of N bytes that compress a little, number I of a recording. */
void util_output(struct msg *m, size_t i, size_t n, struct buf *store);

/* All messages of FILE as JSON lines in OUT; END may be NULL.  The result of the last
 * tape_next() or of tape_open(). */
int util_read(struct span file, struct buf *out, struct tape_end *end);
/* How many messages; asserts that nothing is damaged. */
uint64_t util_count(struct span file);

/* A file into B (asserts); DIR is relative to $srcdir. */
void util_slurp(struct buf *b, const char *dir, const char *name);

#endif
