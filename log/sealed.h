/* SPDX-License-Identifier: ISC */
/* The seals of one recording for `verify`: a second look at the file beside its messages. */
#ifndef LOG_SEALED_H
#define LOG_SEALED_H

#include "base/jsonw.h"
#include "format/sealcheck.h"
#include "format/tape.h"

struct sealed {
	const uint8_t *public; /* the caller's; NULL: seals are only counted */
	struct sealcheck *check;
	struct src *src;
	struct sealcheck_result r;
};

/* The public key in the file PATH. */
int sealed_read_key(uint8_t public[SIGN_PUBLIC], const char *path, struct err *e);
/* FOUND as of sealcheck.h.  Standard input cannot be looked at twice: ERR_UNSUPPORTED. */
int sealed_begin(struct sealed *s, const char *path, sealcheck_found *found, void *ctx,
	struct err *e);
/* M begins at inflated offset PLAIN. */
void sealed_message(struct sealed *s, const struct msg *m, uint64_t plain);
/* After the last message of a recording that ends like END.  *MISSING: text of one more finding,
 * at r.sealed_end, or NULL. */
void sealed_end(struct sealed *s, const struct tape_end *end, const char **missing);
/* ", sealed ..." behind a verdict; nothing when there is nothing to say. */
void sealed_text(const struct sealed *s, struct buf *out);
void sealed_json(const struct sealed *s, struct jsonw *w);
void sealed_free(struct sealed *s);

#endif
