/* SPDX-License-Identifier: ISC */
#include "format/inflate.h"

#include "format/plain.h"

#include <stdlib.h>

struct inflate {
	struct src src;
	struct src *packed;
	struct plain plain;
	bool broken, cut;
};

/* What comes behind damage belongs elsewhere. */
static bool
nothing(void *ctx, struct span plain, struct span extra)
{
	(void)ctx;
	(void)plain;
	(void)extra;
	return false;
}

/* Read on until there are bytes at OFF: 1, 0 at the end, negative. */
static int
read_on(struct inflate *f, uint64_t off, struct err *e)
{
	struct plain *p = &f->plain;

	while (off >= p->off + p->n) {
		int rc;

		if (f->broken)
			return err_set(e, ERR_DAMAGED, "no valid gzip data");
		p->pos = p->n;
		rc = plain_more(p, e);
		if (rc < 0)
			return rc;
		if (rc == PLAIN_END) {
			f->cut = !p->ended;
			return 0;
		}
		f->broken = rc == PLAIN_GAP || rc == PLAIN_SUM;
	}
	return 1;
}

static ssize_t
read_at(struct src *s, uint64_t off, void *out, size_t n, struct err *e)
{
	struct inflate *f = (struct inflate *)s;
	struct plain *p = &f->plain;
	int rc = 1;

	if (off < p->off) {
		f->broken = false; /* until it is met again */
		rc = plain_seek(p, off, e);
	}
	if (rc > 0)
		rc = read_on(f, off, e);
	if (rc <= 0)
		return rc;
	p->pos = (size_t)(off - p->off);
	n = n < p->n - p->pos ? n : p->n - p->pos;
	memcpy(out, p->p + p->pos, n);
	return (ssize_t)n;
}

static int64_t
size_unknown(struct src *s)
{
	(void)s;
	return -1;
}

static void
close_inflate(struct src *s)
{
	struct inflate *f = (struct inflate *)s;

	plain_free(&f->plain);
	src_close(f->packed);
	free(f);
}

static const struct src_ops inflate_ops = { read_at, size_unknown, close_inflate };

static int
is_gzip(struct src *s, struct err *e)
{
	uint8_t magic[2];
	size_t have = 0;

	while (have < sizeof magic) {
		ssize_t n = src_read_at(s, have, magic + have, sizeof magic - have, e);

		if (n <= 0)
			return (int)n;
		have += (size_t)n;
	}
	return magic[0] == 0x1f && magic[1] == 0x8b;
}

int
inflate_src(struct src **s, struct err *e)
{
	struct inflate *f = NULL;
	int rc = is_gzip(*s, e);

	if (rc == 0)
		return 0;
	if (rc > 0 && !(f = calloc(1, sizeof *f)))
		rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (rc > 0) {
		rc = plain_init(&f->plain, *s, 0, nothing, NULL);
		if (rc < 0)
			err_set(e, rc, "%s", err_name(rc));
	}
	if (rc < 0) {
		free(f);
		src_close(*s);
		*s = NULL;
		return rc;
	}
	f->src.ops = &inflate_ops;
	f->packed = *s;
	*s = &f->src;
	return 0;
}

bool
inflate_is_cut(const struct src *s)
{
	return s->ops == &inflate_ops && ((const struct inflate *)s)->cut;
}
