/* SPDX-License-Identifier: ISC */
/* A set of places in a stream of bytes, as ranges that do not touch: what is to be masked in it.
 * Asked in the order of the stream. */
#ifndef REPLAY_SPOTS_H
#define REPLAY_SPOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPOTS_MAX ((size_t)1 << 22) /* ranges: 64 MiB */

struct spots {
	struct spot {
		uint64_t start, end;
	} * v;
	size_t n, cap;
	size_t at; /* the first that does not lie before the place last asked for */
};

void spots_free(struct spots *s);
/* 1 when any of the N bytes from START is new in the set, 0, ERR_LIMIT, ERR_NOMEM. */
int spots_add(struct spots *s, uint64_t start, uint64_t n);
/* Places may be asked for in growing order; after spots_rewind() from the first again. */
bool spots_has(struct spots *s, uint64_t place);
void spots_rewind(struct spots *s);

#endif
