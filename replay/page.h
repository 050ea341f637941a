/* SPDX-License-Identifier: ISC */
/* A page: lines of text, each ended by a newline, in one piece that can be searched as a whole,
 * and a head for each that tells when and where it appeared.  Instead of lines it may have
 * references to messages of plain output, whose rows are made of them later (derive.c). */
#ifndef REPLAY_PAGE_H
#define REPLAY_PAGE_H

#include "base/buf.h"
#include "format/tape.h"
#include "term/lines.h"

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
	struct tape_pos pos;  /* of the first of them */
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

/* Making one. */
void page_line(struct text_page *p, const struct text_line *l);
/* All rows that one message brought, N messages applied after it: they stand at the end of the
 * page's texts from byte FROM on, the last one on row ROW; FEEDS newlines are between them.  KEEP
 * bytes of the first stood there before. */
void page_rows(struct text_page *p, uint64_t n, int64_t at_ns, size_t from,
	uint64_t feeds, int row, uint32_t keep);
/* Its text is in the page's since it began. */
void page_ref(struct text_page *p, const struct text_ref *r);
size_t page_size(const struct text_page *p);
bool page_failed(const struct text_page *p);
void page_clear(struct text_page *p);
void page_free(struct text_page *p);

struct text_reader {
	struct text_page store;
	struct span texts; /* all of the block, each ended by a newline */
	struct span heads; /* what is left of them */
	bool refs;         /* there are references */
	size_t at;         /* in texts */
	uint64_t n;
	int64_t at_ns;
	size_t group_end; /* of the lines of one message */
	int group_row;
	uint32_t group_keep;
};
/* From the front; what else R has stays. */
void page_read(struct text_reader *r, struct span texts, struct span heads);
/* May what somebody else has stored be read: are all places in it inside, all texts valid? */
bool page_sound(struct span texts, struct span heads, bool refs);
/* The next line that ends behind FROM in the texts.  Without references only. */
bool page_next(struct text_reader *r, struct text_line *l, size_t from);
/* With references: 1 a line in *L, 2 a reference in *REF, 0. */
int page_item(struct text_reader *r, struct text_line *l, struct text_ref *ref);

#endif
