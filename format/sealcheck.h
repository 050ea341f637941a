/* SPDX-License-Identifier: ISC */
/* The seals of a recording (seal.h) against the bytes of its file, in one pass beside the
 * reading of its messages.  Memory does not grow with the file. */
#ifndef FORMAT_SEALCHECK_H
#define FORMAT_SEALCHECK_H

#include "base/io.h"
#include "format/seal.h"

struct sealcheck;

/* Told of everything that is not as it was signed: the bytes FROM to TO of the file, which lie
 * between two seals; TEXT says what is wrong. */
typedef void sealcheck_found(void *ctx, uint64_t from, uint64_t to, const char *text);

/* SRC is borrowed.  PUBLIC NULL: seals are only counted. */
struct sealcheck *sealcheck_new(struct src *src, const uint8_t public[SIGN_PUBLIC],
	sealcheck_found *found, void *ctx);
/* Every message, in order; it begins at inflated offset PLAIN. */
void sealcheck_message(struct sealcheck *c, const struct msg *m, uint64_t plain);

struct sealcheck_result {
	uint64_t seals, good;
	uint64_t wrong;        /* findings */
	bool final;            /* the last one says that the recording ended there */
	uint64_t sealed_end;   /* everything before it is vouched for, findings apart */
	int64_t sealed_ns;     /* when that was signed */
	uint64_t behind;       /* messages behind the last seal */
	char key[SIGN_KEY_ID]; /* of the last seal */
};
/* After the last message, which ends at inflated offset PLAIN_END, where nothing is behind it.
 * Negative: the file could not be read, so nothing is known of it. */
int sealcheck_end(struct sealcheck *c, uint64_t plain_end, struct sealcheck_result *r,
	struct err *e);
void sealcheck_free(struct sealcheck *c);

#endif
