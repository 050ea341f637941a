/* SPDX-License-Identifier: ISC */
/* Any bytes as a file whose members, index and messages are held against each other. */
#include "format/gzcheck.h"

#include "format/tape.h"

#include <stdlib.h>

#define MESSAGES_MAX 10000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
found(void *ctx, int64_t offset, const char *text)
{
	uint64_t *n = ctx;

	/* every entry and every member can be wrong in a few ways, not in endless ones */
	if (!text[0] || offset < -1 || ++*n > 100000)
		abort();
}

static void
check_messages(struct gzcheck *c, struct src *src)
{
	struct tape *t;
	const struct msg *m;
	uint64_t n = 0;
	int64_t at;

	if (tape_open(&t, src, NULL, NULL) < 0)
		return;
	for (; n < MESSAGES_MAX; n++) {
		struct tape_pos pos = tape_tell(t);

		if (tape_next(t, &m, &at, NULL) <= 0)
			break;
		gzcheck_message(c, pos.off, pos.ordinal, at);
	}
	gzcheck_end(c, n, true);
	tape_close(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t findings = 0;
	struct gzcheck_opts o = { found, NULL, &findings };
	struct gzcheck *c = gzcheck_new(&o);
	struct src *src = src_mem(span_of(data, size));

	if (!c || !src)
		abort();
	if (gzcheck_walk(c, src, NULL) < 0)
		abort();
	if (gzcheck_member_of(c, (int64_t)size) > gzcheck_result(c).members)
		abort();
	check_messages(c, src);
	gzcheck_free(c);
	return 0;
}
