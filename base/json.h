/* SPDX-License-Identifier: ISC */
/* Strings of JSON, written and recognised.  They are escaped as serde_json does it: two-character
 * escapes for " \ \b \t \n \f \r, \u00xx in lower case for other control characters, all else
 * raw UTF-8; bytes that are no UTF-8 become U+FFFD. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

/* The quoted, escaped string alone.  What is an order to a terminal (utf8_order) comes out as
 * \uXXXX, so that JSON can be looked at anywhere; bad UTF-8 becomes U+FFFD. */
void json_quote(struct buf *out, struct span s);
/* The same with only the escapes that JSON asks for: for files, not for eyes. */
void json_quote_data(struct buf *out, struct span s);
/* Likewise, of text that is known to be valid UTF-8. */
void json_quote_valid(struct buf *out, struct span s);

/* How many bytes at the front of S stand for themselves in a string: ASCII without quotes,
 * backslashes and control characters. */
size_t json_plain(struct span s);

#define JSON_OTHER SIZE_MAX
/* S stands behind the first quote of a string: bytes up to the last one, if all of it is what
 * json_quote_valid() would have written, else JSON_OTHER. */
size_t json_written(struct span s);
/* The text of such a string, without its quotes, appended to OUT: 0 or the buffer's error. */
int json_unquote(struct buf *out, struct span s);

#endif
