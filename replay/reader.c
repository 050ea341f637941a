/* SPDX-License-Identifier: ISC */
#include "replay/reader.h"

void
reader_init(struct reader *r, struct tape *t)
{
	*r = (struct reader){ .tape = t };
}

static int
move(struct reader *r, const struct tape_pos *pos, uint64_t n, struct err *e)
{
	int rc;

	if (r->n == n)
		return 0;
	r->n = READER_NOWHERE;
	rc = tape_seek(r->tape, pos, e);
	if (rc < 0)
		return rc;
	r->n = n;
	return 0;
}

int
reader_read(struct reader *r, const struct tape_pos *pos, uint64_t n, struct err *e)
{
	const struct msg *m;
	int64_t at_ns;
	int rc;

	if (r->got.m && r->got.n == n)
		return 1;
	r->got.m = NULL;
	rc = move(r, pos, n, e);
	if (rc < 0)
		return rc;
	rc = tape_next(r->tape, &m, &at_ns, e);
	if (rc > 0) {
		r->got = (struct reader_got){ m, n, at_ns, tape_tell(r->tape) };
		r->n = n + 1;
	} else if (rc < 0) {
		r->n = READER_NOWHERE;
	}
	return rc;
}
