/* SPDX-License-Identifier: ISC */
/* A store of lines of text that appeared at messages of a recording, in their order; lines are
 * only appended.  Where output is plain (term/lines.h) the recording itself has the text: of
 * such messages only a reference is stored, and derive.c reads them again.  Full blocks are
 * packed; all of it is held under a cap.  When the cap is reached nothing is stored any more,
 * and text_limit() tells from which message on. */
#ifndef REPLAY_TEXT_H
#define REPLAY_TEXT_H

#include "replay/page.h"

#define TEXT_MEMORY ((size_t)96 << 20) /* default cap */
#define TEXT_BLOCK  ((size_t)64 << 10) /* bytes of text in a block, about */
#define TEXT_REF_BLOCK \
	((size_t)192 << 10) /* the same where it is only referred to: default */
#define TEXT_NO_LIMIT UINT64_MAX

struct text_block;

struct text {
	struct text_block *v; /* packed ones */
	size_t blocks, cap;
	size_t bytes, max;
	uint64_t limit;
	struct text_page open; /* the last block */
	uint64_t first_n;
	struct text_ref ref; /* of the open block, still growing */
	bool follows;        /* there is one */
	bool refs;           /* references in the open block */
	size_t meant;        /* bytes they stand for ... */
	size_t ref_block;    /* ... at most, about */
	size_t changes;      /* to the open block */
	struct buf scratch;
};

void text_init(struct text *t, size_t max_bytes); /* 0: the default */
void text_free(struct text *t);
/* In order.  A line that finds no room sets the limit. */
void text_add(struct text *t, const struct text_line *l);
/* A reference R begins with the message at its place; each, as the first, is added with
 * text_ref_more(): after it N messages are applied, and its text has about BYTES.  No lines
 * come before text_ref_end(). */
void text_ref_begin(struct text *t, const struct text_ref *r);
void text_ref_more(struct text *t, uint64_t n, size_t bytes);
void text_ref_end(struct text *t);
/* A reference should end here, and another begin: the block is full. */
bool text_ref_full(const struct text *t);
/* What message N brought could not be had. */
void text_fail(struct text *t, uint64_t n);
/* Give up all packed blocks, for who has read them and wants memory; the open one is block 0 then. */
void text_drop(struct text *t);
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

/* Reading one (page.h); valid until the store grows or the reader reads another. */
int text_read(struct text_reader *r, const struct text *t, size_t block);
void text_read_end(struct text_reader *r);

#endif
