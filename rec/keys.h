/* SPDX-License-Identifier: ISC */
/* Keys that auditrec takes for itself: a marker key and a pause key.  They are only looked
 * for in input that a person can have typed: short reads outside a bracketed paste. */
#ifndef REC_KEYS_H
#define REC_KEYS_H

#include "base/err.h"
#include "base/span.h"

#define KEYS_LEN_MAX   8
#define KEYS_TYPED_MAX 64u /* a longer read is a paste, and passed on as it is */

struct key {
	uint8_t byte[KEYS_LEN_MAX];
	uint8_t n; /* 0: no key */
};

enum keys_action { KEYS_NONE, KEYS_MARK, KEYS_PAUSE };

struct keys {
	struct key mark, pause;
	bool pasting; /* inside a bracketed paste */
};

/* "^X", "C-x", "M-x", "F1" to "F12", one character; "" or "none": no key. */
int keys_parse(struct key *k, const char *text, struct err *e);
/* The first key in IN: how many bytes stand before it (all, without one). */
enum keys_action keys_find(
	struct keys *k, struct span in, size_t *before, size_t *length);

#endif
