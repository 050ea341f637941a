/* SPDX-License-Identifier: ISC */
/* Bytes for a terminal, piece by piece: the characters that it shows, what stands inside strings
 * (titles, links, clipboard ...), and everything else, which is not text.  Each character comes
 * with its origin (trail.h), wherever the bytes are cut. */
#ifndef REPLAY_STRIP_H
#define REPLAY_STRIP_H

#include "base/utf8.h"
#include "replay/trail.h"
#include "term/filter.h"

enum piece_kind {
	PIECE_TEXT,    /* ch, origin */
	PIECE_BODY,    /* the same inside a string */
	PIECE_CONTROL, /* raw: one byte or two that are no text; tok is what they complete */
};

struct piece {
	enum piece_kind kind;
	uint32_t ch;
	uint64_t origin;
	bool breaks;    /* it ends a sequence that was not complete */
	struct tok tok; /* TOK_END: nothing */
	uint8_t raw[UTF8_MAX_LEN];
	size_t nraw;
};

struct strip {
	struct filter filter;
	struct utf8_hold hold; /* of a character that is not complete */
	bool broke;            /* it stands where a sequence was not complete */
	uint64_t at;           /* bytes taken */
};

/* All zero is the beginning.  Takes bytes from the front of *IN; false: all are taken. */
bool strip_next(struct strip *s, struct span *in, struct piece *p);

#endif
