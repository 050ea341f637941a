/* SPDX-License-Identifier: ISC */
/* UTF-8, safe across the ends of chunks (RFC 3629).  An invalid sequence becomes one
 * U+FFFD per maximal subpart (Unicode 15, section 3.9, "best practice"). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

#define UTF8_BAD     0xFFFDu
#define UTF8_MAX_LEN 4

/* One character at P (N > 0 bytes).  Returns the bytes taken (1..4) and the character in
 * *CH; an invalid maximal subpart gives its length and UTF8_BAD; 0 when the bytes are the
 * valid beginning of a longer character.  *BAD (may be NULL) tells U+FFFD itself from damage. */
int utf8_get(const uint8_t *p, size_t n, uint32_t *ch, bool *bad);
int utf8_put(
	uint8_t out[UTF8_MAX_LEN], uint32_t ch); /* bytes written; bad CH as U+FFFD */
bool utf8_valid(struct span s);
/* Orders to whoever shows the text, not text: control characters, line separators, what turns
 * the direction of the text around it, invisible tags. */
bool utf8_order(uint32_t ch);
/* How many bytes at the end of S are the valid beginning of a character: 0 to 3. */
size_t utf8_tail(struct span s);
/* Append S to OUT as valid UTF-8. */
int utf8_clean(struct buf *out, struct span s);

/* Holds back an incomplete character at the end of a chunk for the next one. */
struct utf8_hold {
	uint8_t byte[UTF8_MAX_LEN];
	uint8_t n;
};
/* Append what S completes to OUT, valid; keep the incomplete end. */
int utf8_feed(struct utf8_hold *h, struct buf *out, struct span s);
/* End of the stream: a kept beginning becomes one U+FFFD. */
int utf8_end(struct utf8_hold *h, struct buf *out);

#endif
