/* SPDX-License-Identifier: ISC */
/* What a tape takes from the index of its file: an entry is used only when the header it
 * points at says the same about itself. */
#include "format/tape_audit.h"

#include "base/clk.h"
#include "format/wire.h"

#define SCAN_BLOCK ((size_t)16 << 10)
#define SCAN_MAX   ((uint64_t)16 << 20) /* the last member is looked for in so many bytes */
#define HOPS_MAX   (1 << 18)
#define WORTH      ((uint64_t)1 << 20) /* plain bytes that are worth asking the index for */

/* What the member at OFF says about itself: 1; 0: nothing that can be trusted; or an error of the
 * source. */
static int
look_at_member(struct src *src, uint64_t off, struct gzidx_member *m, struct err *e)
{
	uint8_t h[GZ_HEADER + 2 + GZIDX_MEMBER_SIZE];
	struct span extra = span_of(h + GZ_HEADER + 2, GZIDX_MEMBER_SIZE);
	ssize_t n = tape_read_all(src, off, h, sizeof h, e);

	if (n < (ssize_t)sizeof h)
		return n < 0 ? (int)n : 0;
	return h[0] == 0x1F && h[1] == 0x8B && h[3] == GZ_FEXTRA &&
	       h[10] == GZIDX_MEMBER_SIZE && h[11] == 0 && gzidx_member_get(extra, m);
}

static bool
member_at(struct src *src, uint64_t off, struct gzidx_member *m)
{
	return look_at_member(src, off, m, NULL) > 0;
}

void
tape_audit_load_index(struct tape_audit *a)
{
	struct tape_info *info = &a->t.info;

	if (gzidx_read(&a->own, a->t.src, NULL) <= 0) {
		a->own.n = 0;
		return;
	}
	info->duration_ns = a->own.duration_ns;
	info->messages = a->own.messages;
}

/* The last member of ours in the file, looked for from the end; false: none near it. */
static bool
last_member(struct src *src, uint64_t *off, struct gzidx_member *m)
{
	static const uint8_t head[] = { 0x1F, 0x8B, 8, GZ_FEXTRA };
	int64_t size = src_size(src);
	uint64_t at = size > 0 ? (uint64_t)size : 0, low;
	uint8_t b[SCAN_BLOCK + sizeof head - 1];

	low = at > SCAN_MAX ? at - SCAN_MAX : 0;
	while (at > low) {
		uint64_t from = at - low > SCAN_BLOCK ? at - SCAN_BLOCK : low;
		ssize_t n = tape_read_all(src, from, b, sizeof b, NULL);
		uint64_t i = n < (ssize_t)sizeof head ? 0 : (uint64_t)n - sizeof head + 1;

		while (i-- > 0) {
			if (memcmp(b + i, head, sizeof head) != 0 ||
				!member_at(src, from + i, m))
				continue;
			*off = from + i;
			return true;
		}
		at = from;
	}
	return false;
}

/* A file without a closing header (a crash, or still being written): every member knows the
 * one before it.  Entries are gathered backwards, then turned round. */
static void
rebuild(struct tape_audit *a)
{
	struct gzidx *x = &a->own;
	struct gzidx_member m, before;
	uint64_t off = 0;
	int hops = 0;
	bool ok = last_member(a->t.src, &off, &m);

	while (ok && hops++ < HOPS_MAX) {
		gzidx_add(x, &(struct gzidx_entry){ off, m.plain, m.ordinal,
				     ns_sub(m.time_ns, a->t.info.start_ns) });
		if (!m.prev)
			break;
		ok = m.prev < off && member_at(a->t.src, m.prev, &before) &&
		     before.plain < m.plain && before.ordinal < m.ordinal &&
		     before.time_ns <= m.time_ns;
		off = m.prev;
		m = before;
	}
	for (size_t i = 0; i < x->n / 2; i++) {
		struct gzidx_entry swap = x->v[i];

		x->v[i] = x->v[x->n - 1 - i];
		x->v[x->n - 1 - i] = swap;
	}
	if (!ok)
		x->n = 0;
}

/* The index of the file or what its members give; made once. */
static void
have_index(struct tape_audit *a)
{
	bool fresh = !a->have_start;

	if (a->own.n || a->rebuilt || !a->own.v)
		return;
	a->rebuilt = true;
	if (tape_audit_start(a, NULL) == 0)
		rebuild(a);
	if (fresh)
		tape_rewind(&a->t, NULL);
}

/* 1: the entry's member agrees; otherwise 0, and the whole index is out, unless it could not be
 * read just now. */
static int
entry_holds(struct tape_audit *a, const struct gzidx_entry *x, struct err *e)
{
	struct gzidx_member m;
	int rc = look_at_member(a->t.src, x->file, &m, e);

	if (err_is_passing(rc))
		return rc;
	if (rc > 0 && m.plain == x->plain && m.ordinal == x->ordinal)
		return 1;
	a->own.n = 0;
	return 0;
}

bool
tape_audit_index_find(struct tape *t, int64_t at_ns, struct tape_access *out)
{
	struct tape_audit *a = (struct tape_audit *)t;
	const struct gzidx_entry *x;

	have_index(a);
	x = gzidx_by_time(&a->own, at_ns);
	if (!x || entry_holds(a, x, NULL) <= 0)
		return false;
	out->pos = (struct tape_pos){ x->plain, x->ordinal, x->at_ns };
	out->at_ns = x->at_ns;
	return true;
}

int
tape_audit_jump(struct tape_audit *a, uint64_t off, struct err *e)
{
	const struct gzidx_entry *x;
	int rc = 0;

	if (off - plain_nearest(&a->plain, off) > WORTH)
		have_index(a);
	x = gzidx_by_plain(&a->own, off);
	if (x && x->plain > plain_nearest(&a->plain, off))
		rc = entry_holds(a, x, e);
	if (rc > 0)
		plain_at(&a->plain, x->file, x->plain);
	return rc < 0 ? rc : 0;
}
