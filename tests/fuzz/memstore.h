/* SPDX-License-Identifier: ISC */
/* A store in memory that fails when it is told to, and forgets what was not durable. */
#ifndef TESTS_FUZZ_MEMSTORE_H
#define TESTS_FUZZ_MEMSTORE_H

#include "store/store.h"

#define MEMSTORE_FILES 16

struct memfile {
	char id[STORE_ID_LEN + 1]; /* "": there is none */
	struct buf bytes;
	uint64_t durable;
	bool open; /* not finished */
};

struct memstore {
	struct store store;
	struct memfile file[MEMSTORE_FILES];
	uint64_t room; /* bytes that may still be appended */
	bool lazy;     /* nothing becomes durable */
	bool broken;   /* what would become durable is lost, with an error */
};

void memstore_init(struct memstore *m);
void memstore_free(struct memstore *m);
struct memfile *memstore_find(struct memstore *m, const char *id); /* NULL: none */
/* The machine dies: of each open file what is durable stays, and KEEP bytes behind it. */
void memstore_crash(struct memstore *m, size_t keep);

#endif
