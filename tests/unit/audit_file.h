/* SPDX-License-Identifier: ISC */
/* Audit logs in memory, for the tests of their files: what is written, and what must be read. */
#ifndef TESTS_UNIT_AUDIT_FILE_H
#define TESTS_UNIT_AUDIT_FILE_H

#include "tests/unit/format_util.h"

#define AUDIT_MSGS 300

/* A destination that remembers every state a crash could leave at the end of a write. */
struct watch {
	struct dst dst;
	struct dst *mem;
	size_t states;
	void (*state)(void *ctx, struct span file);
	void *ctx;
};

void watch_init(struct watch *w);
struct span watch_bytes(const struct watch *w);
void watch_free(struct watch *w);

extern const enum tape_format audit_versions[2];

/* Put messages FROM to TO, flushed every FLUSH of them (0: never). */
void audit_put(struct tapew *t, size_t from, size_t to, size_t flush);
void audit_write(struct watch *w, enum tape_format f, const struct tapew_opts *o,
	size_t n, size_t flush);
/* FILE holds exactly messages 0 to N of audit_put(), in order. */
struct tape_end audit_expect(struct span file, size_t n);

#endif
