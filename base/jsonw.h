/* SPDX-License-Identifier: ISC */
/* A streaming JSON writer into a buf: no tree, compact, keys in the order given (RFC 8259).
 * Strings are those of base/json.h.  Errors stick in the buffer (buf_failed). */
#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include "base/json.h"

#define JSONW_DEPTH_MAX 32

struct jsonw {
	struct buf *out;
	uint32_t comma; /* bit d: a value was written at depth d */
	uint8_t depth;
	bool after_key;
};

void jsonw_init(struct jsonw *w, struct buf *out);
void jsonw_object(struct jsonw *w);
void jsonw_object_end(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_array_end(struct jsonw *w);
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_key_span(struct jsonw *w, struct span key);
void jsonw_text(struct jsonw *w, struct span s); /* p == NULL writes null */
void jsonw_str(struct jsonw *w, const char *s);  /* NULL writes null */
void jsonw_int(struct jsonw *w, int64_t v);
void jsonw_uint(struct jsonw *w, uint64_t v);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
void jsonw_base64(struct jsonw *w, struct span s); /* p == NULL writes null */
void jsonw_raw(struct jsonw *w, struct span json); /* already JSON */

/* key and value in one call */
void jsonw_kstr(struct jsonw *w, const char *key, const char *s);
void jsonw_ktext(struct jsonw *w, const char *key, struct span s);
void jsonw_kint(struct jsonw *w, const char *key, int64_t v);
void jsonw_kuint(struct jsonw *w, const char *key, uint64_t v);
void jsonw_kbool(struct jsonw *w, const char *key, bool v);

#endif
