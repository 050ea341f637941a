/* SPDX-License-Identifier: ISC */
/* The gist of a recording, to be kept beside it: all lines that a search looks at, in the
 * blocks of replay/text.h (so that plain output is only referred to), a block or a few as a
 * section with a filter of its grams.  Where lines are large, as those of full-screen programs
 * are, there may be only the filter.  Who has it reads only those sections that may hold
 * what is looked for, and mostly need not emulate the recording again.
 *
 * It is made from a recording at any time and never the only truth: one that is not for just
 * this file, or is damaged, counts as not there.  Numbers are in the order of this machine. */
#ifndef REPLAY_GIST_H
#define REPLAY_GIST_H

#include "format/tape.h"
#include "replay/page.h"
#include "replay/search.h"
#include "replay/gram.h"

#define GIST_SECTION ((size_t)60 << 10) /* bytes of text in a section, about */

struct gist_key { /* what it is the gist of */
	uint64_t inode;
	int64_t size, mtime_ns;
	enum search_scope scope;
};

/* Making one: pages in order, then the end. */
struct gist_writer {
	struct dst *dst; /* borrowed */
	uint64_t off;
	struct gram_maker grams;
	struct buf pages, packed, filter;
	size_t meant;  /* bytes of text in this section */
	uint64_t room; /* for more text that is large */
	int rc;
	struct err e;
};

int gist_begin(
	struct gist_writer *w, struct dst *d, const struct gist_key *k, struct err *e);
/* TEXTS and HEADS as they are stored (page.h), REFS: with references; SHOWN: the lines with what
 * was referred to.  Errors are told at the end. */
void gist_page(struct gist_writer *w, struct span texts, struct span heads, bool refs,
	struct span shown);
/* How the recording ends, as far as it was read.  Releases what W has, whatever it returns. */
int gist_end(struct gist_writer *w, const struct tape_end *end, struct err *e);
void gist_abandon(struct gist_writer *w);

/* Reading one. */
struct gist {
	struct src *src;
	uint64_t off;    /* behind the section at hand */
	struct buf here; /* bytes of the file from FROM on */
	uint64_t from;
	struct gram_filter filter; /* of the section at hand */
	uint64_t pages_off;
	size_t raw, packed;
	uint32_t pages_sum;
	struct buf pages; /* of it */
	size_t at;
	enum tape_state state; /* behind the last section */
};

/* Takes SRC over.  ERR_DAMAGED: there is none for K in it. */
int gist_open(struct gist *g, struct src *src, const struct gist_key *k, struct err *e);
void gist_close(struct gist *g);
/* The next section: 1 with its filter (valid until the next call), 0 behind the last one,
 * negative. */
int gist_next(struct gist *g, struct err *e);
/* The next page of this section, in R: 1, 0, negative.  ERR_STATE: its lines are not there. */
int gist_read(struct gist *g, struct text_reader *r, struct err *e);

#endif
