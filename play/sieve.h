/* SPDX-License-Identifier: ISC */
/* The events of a reel that a filter lets through, found in slices: the list grows while
 * more events become known, and begins anew when the reel has thinned its own. */
#ifndef PLAY_SIEVE_H
#define PLAY_SIEVE_H

#include "play/filter.h"

struct sieve {
	struct filter filter;
	bool on;     /* else every event is through */
	uint32_t *v; /* numbers of those that are through */
	size_t n, cap;
	size_t scanned; /* events that were looked at */
	unsigned thinned;
};

void sieve_free(struct sieve *s);
/* Another filter; "" is none.  Always works; ERR_USAGE says what in TEXT means nothing. */
int sieve_set(struct sieve *s, const char *text, struct err *e);
/* Looks at up to MOST more events; false: there was none left. */
bool sieve_work(struct sieve *s, const struct reel *r, size_t most);
size_t sieve_count(const struct sieve *s, const struct reel *r);
/* NULL: no such; valid as reel_event(). */
const struct reel_event *sieve_event(
	const struct sieve *s, const struct reel *r, size_t i);
/* The first of them with an ordinal not below ORDINAL. */
size_t sieve_after(const struct sieve *s, const struct reel *r, uint64_t ordinal);

#endif
