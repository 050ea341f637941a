/* SPDX-License-Identifier: ISC */
/* What few cells have: a colour of their underline, a link.  Cells name an entry by index;
 * equal entries have one index, 0 stands for nothing.  Entries and the texts of links are
 * bounded; those that no cell and no pen names any more are found by a look at all cells,
 * now and then.  When there is no room, the cell goes without. */
#ifndef TERM_EXTRA_H
#define TERM_EXTRA_H

#include "base/span.h"
#include "term/cell.h"

#define EXTRA_MAX  2047        /* entries, and one for nothing */
#define EXTRA_TEXT (96u << 10) /* bytes of all links */
#define EXTRA_ROOM ((EXTRA_MAX + 1) * sizeof(struct extra) + EXTRA_TEXT)

struct extra {
	uint32_t ul;   /* colour of the underline, 0: that of the text */
	uint32_t text; /* where the link's text begins */
	uint16_t n;    /* bytes of it: "ID NUL URI NUL", 0: no link */
	uint16_t hash; /* of the link */
	uint16_t head; /* of the chain of this bucket */
	uint16_t next; /* in a chain, or the next free one */
};

struct extras {
	struct extra *at;
	char *text;
	uint32_t ntext;
	uint16_t fresh, free; /* entries up to FRESH were used; first free one, 0: none */
	uint16_t takes;       /* since the last look */
};

/* Who may name entries. */
struct extra_users {
	const struct cell *cell;
	size_t cells;
	const uint32_t *pen;
	size_t pens;
};

/* The entry for UL and LINK (as in struct extra, may be empty; not inside the texts). */
uint16_t extra_take(
	struct extras *x, uint32_t ul, struct span link, const struct extra_users *users);
/* The link of an entry; empty: none. */
static inline struct span
extra_link(const struct extras *x, uint32_t at)
{
	return span_of((const uint8_t *)x->text + x->at[at].text, x->at[at].n);
}

/* Entries in use, with the first one; 0: none. */
size_t extra_entries(const struct extras *x);
/* Bytes in use, from the first entry to the last text. */
size_t extra_used(const struct extras *x);

#endif
