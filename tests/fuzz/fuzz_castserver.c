/* SPDX-License-Identifier: ISC */
/* What comes from an asciinema server, and headers on the way to one.  A header that was made
 * to fit fits: the second time nothing changes. */
#include "format/castcheck.h"
#include "format/castreply.h"

#include <stdlib.h>

static void
count(void *ctx, const char *text)
{
	(void)text;
	++*(int *)ctx;
}

static void
check_head(struct span s)
{
	int changes = 0;
	struct castcheck c;
	struct buf once = { 0 }, twice = { 0 };

	castcheck_init(&c, dst_mem());
	c.changed = count;
	c.ctx = &changes;
	if (castcheck_head(&c, s, &once, NULL) == 0) {
		changes = 0;
		if (castcheck_head(&c, buf_span(&once), &twice, NULL) < 0 || changes)
			abort();
	}
	buf_free(&once);
	buf_free(&twice);
	buf_free(&c.kept);
	dst_close(&c.dst, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct castreply r;

	castreply_parse(&r, span_of(p, n));
	castreply_free(&r);
	check_head(span_of(p, n));
	return 0;
}
