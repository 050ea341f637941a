/* SPDX-License-Identifier: ISC */
/* A store of lines of text that appeared at messages of a recording, in their order; lines are
 * only appended.  Where output is plain (term/lines.h) the recording itself has the text: of
 * such messages only a reference is stored, and derive.c reads them again.  Full blocks are
 * packed; all of it is held under a cap.  When the cap is reached nothing is stored any more,
 * and text_limit() tells from which message on. */
#ifndef REPLAY_TEXT_H
#define REPLAY_TEXT_H

#include "base/buf.h"
#include "format/tape.h"
#include "term/lines.h"

#define TEXT_MEMORY    ((size_t)96 << 20)  /* default cap */
#define TEXT_BLOCK     ((size_t)64 << 10)  /* bytes of text in a block, about */
#define TEXT_REF_BLOCK ((size_t)192 << 10) /* the same where it is only referred to */
#define TEXT_NO_LIMIT  UINT64_MAX

struct text_line {
	uint64_t n; /* messages applied when it appeared */
	int64_t at_ns;
	int row;          /* -1: it scrolled by within the message */
	uint32_t keep;    /* so many bytes at its front stood there before ... */
	bool longer;      /* ... and nothing behind them */
	struct span text; /* valid UTF-8 */
};

/* Messages with plain output on a screen, to be read again. */
struct text_ref {
	uint64_t n, count;    /* messages applied in front of them; how many they are */
	uint64_t channel;     /* whose output it is */
	int row, rows;        /* of the cursor, of the screen */
	struct lines at;      /* where it begins ... */
	struct span row_text; /* ... with this text, blanks at its end included */
};

/* Lines and references in a row: each text ended by a newline, and a head for each. */
struct text_page {
	struct buf texts, heads;
	uint64_t last_n;
	int64_t last_at_ns;
};

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
	struct tape_pos pos; /* of the first of their messages */
	size_t meant;        /* bytes they stand for */
	size_t changes;      /* to the open block */
	struct buf scratch;
};

void text_init(struct text *t, size_t max_bytes); /* 0: the default */
void text_free(struct text *t);
/* In order.  A line that finds no room sets the limit. */
void text_add(struct text *t, const struct text_line *l);
/* The message at POS is the first of a reference R; each, as the first, is added with
 * text_ref_more(): after it N messages are applied, and its text has about BYTES.  No lines
 * come before text_ref_end(). */
void text_ref_begin(struct text *t, const struct text_ref *r, const struct tape_pos *pos);
void text_ref_more(struct text *t, uint64_t n, size_t bytes);
void text_ref_end(struct text *t);
/* A reference should end here, and another begin: the block is full. */
bool text_ref_full(const struct text *t);
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

/* Reading one; valid until the store grows or the reader reads another. */
struct text_reader {
	struct text_page store;
	struct span texts;   /* all of the block, each ended by a newline */
	struct span heads;   /* what is left of them */
	bool refs;           /* there are references, and ... */
	struct tape_pos pos; /* ... this is where their messages begin */
	size_t at;           /* in texts */
	uint64_t n;
	int64_t at_ns;
	size_t group_end; /* of the lines of one message */
	int group_row;
	uint32_t group_keep;
};
int text_read(struct text_reader *r, const struct text *t, size_t block);
/* The next line that ends behind FROM in the texts.  Without references only. */
bool text_next(struct text_reader *r, struct text_line *l, size_t from);
/* With references: 1 a line in *L, 2 a reference in *REF, 0. */
int text_item(struct text_reader *r, struct text_line *l, struct text_ref *ref);
void text_read_end(struct text_reader *r);

/* Making a page. */
void text_page_line(struct text_page *p, const struct text_line *l);
/* All rows that one message brought, N messages applied after it: they stand at the end of the
 * page's texts from byte FROM on, the last one on row ROW; FEEDS newlines are between them.  KEEP
 * bytes of the first stood there before. */
void text_page_rows(struct text_page *p, uint64_t n, int64_t at_ns, size_t from,
	uint64_t feeds, int row, uint32_t keep);
void text_page_clear(struct text_page *p);
void text_page_free(struct text_page *p);
/* Reading one. */
void text_read_page(struct text_reader *r, struct span texts, struct span heads);

#endif
