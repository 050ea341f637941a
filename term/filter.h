/* SPDX-License-Identifier: ISC */
/* Cuts hostile bytes into tokens: runs of printable ASCII, characters, controls and whole
 * sequences with bounded, clamped parameters.  A sequence that is not complete stays inside
 * (the result never depends on where the input was cut), strings are kept up to a limit and
 * swallowed, invalid UTF-8 becomes U+FFFD.  Nothing but whole, tame tokens goes on. */
#ifndef TERM_FILTER_H
#define TERM_FILTER_H

#include "base/buf.h"

#define FILTER_ARGS   32
#define FILTER_NUMBER 9999 /* parameters are clamped to this */
#define FILTER_STRING 1024 /* bytes of a string that are kept */

enum tok_kind {
	TOK_END,  /* input used up */
	TOK_RUN,  /* printable ASCII: run */
	TOK_CHAR, /* one character above ASCII: ch */
	TOK_C0,   /* ch */
	TOK_ESC,  /* inter, final */
	TOK_CSI,  /* leader, inter, final, arg[0..nargs) */
	TOK_OSC,  /* str, cut when it was longer than FILTER_STRING */
};

struct filter {
	uint8_t state;
	uint8_t string; /* kind of string, 0: none */
	uint8_t nheld;  /* bytes of a UTF-8 sequence so far */
	uint8_t held[4];
	char leader; /* one of < = > ?, 0: none */
	char inter;  /* intermediate, 0: none */
	bool odd;    /* more leaders or intermediates than are kept: ignore */
	char final;
	bool cut; /* string was longer than is kept */
	uint8_t nargs;
	uint32_t joined;          /* bit i: arg i follows its predecessor with ':' */
	int16_t arg[FILTER_ARGS]; /* -1: missing */
	uint16_t nstr;
	char str[FILTER_STRING];
};

struct tok {
	enum tok_kind kind;
	struct span run; /* inside the input */
	uint32_t ch;
};

/* All zero is a fresh filter. */
/* The next token of *IN, whose front is consumed.  The parameters of ESC, CSI and OSC
 * tokens are in *F until the next call. */
struct tok filter_next(struct filter *f, struct span *in);

/* Is what comes next inside a string (OSC, DCS and their like), whatever becomes of it? */
bool filter_in_string(const struct filter *f);
bool filter_at_text(const struct filter *f); /* outside of all sequences */

/* Bytes that bring a fresh filter to the state of F: the sequence or character that is half
 * read, with its parameters clamped.  Appended to OUT. */
void filter_half(const struct filter *f, struct buf *out);

/* Argument I, or DEF when it is missing or (ZERO) 0. */
int filter_arg(const struct filter *f, int i, int def);
int filter_count(const struct filter *f, int i); /* missing and 0 are 1 */

#endif
