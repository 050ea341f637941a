/* SPDX-License-Identifier: ISC */
/* A store of lines of text that appeared at messages of a recording, in their order; lines are only
 * appended.  Full blocks are packed; all of it is held under a cap.  When the cap is
 * reached nothing is stored any more, and text_limit() tells from which message on. */
#ifndef REPLAY_TEXT_H
#define REPLAY_TEXT_H

#include "base/buf.h"

#define TEXT_MEMORY   ((size_t)96 << 20) /* default cap */
#define TEXT_BLOCK    ((size_t)64 << 10) /* bytes of text in a block, about */
#define TEXT_NO_LIMIT UINT64_MAX

struct text_line {
	uint64_t n; /* messages applied when it appeared */
	int64_t at_ns;
	int row;
	uint32_t keep;    /* so many bytes at its front stood there before ... */
	bool longer;      /* ... and nothing behind them */
	struct span text; /* valid UTF-8 */
};

struct text_block;

struct text {
	struct text_block *v; /* packed ones */
	size_t blocks, cap;
	size_t bytes, max;
	uint64_t limit;
	struct buf texts; /* the open block: each line ended by a newline */
	struct buf heads;
	uint64_t first_n, last_n;
	int64_t last_at_ns;
	struct buf scratch;
};

void text_init(struct text *t, size_t max_bytes); /* 0: the default */
void text_free(struct text *t);
/* In order.  A line that finds no room sets the limit. */
void text_add(struct text *t, const struct text_line *l);
/* What message N brought could not be had. */
void text_fail(struct text *t, uint64_t n);
/* All that appeared before this message is stored. */
uint64_t text_limit(const struct text *t);
size_t text_memory(const struct text *t);

/* Blocks, the open one included, from 0; they grow at the end only. */
size_t text_blocks(const struct text *t);
/* The first block that may hold message N or later; text_blocks() when there is none. */
size_t text_block_of(const struct text *t, uint64_t n);
uint64_t text_block_first(const struct text *t, size_t block); /* its first N */
/* Grows until the block is full. */
size_t text_block_size(const struct text *t, size_t block);
/* Reading the lines of one; valid until the store grows or the reader reads another. */
struct text_reader {
	struct buf store;
	struct span texts; /* all lines of the block, each ended by a newline */
	struct span heads; /* what is left of them */
	size_t at;         /* in texts */
	uint64_t n;
	int64_t at_ns;
};
int text_read(struct text_reader *r, const struct text *t, size_t block);
bool text_next(struct text_reader *r, struct text_line *l);
void text_read_end(struct text_reader *r);

#endif
