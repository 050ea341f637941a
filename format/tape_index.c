/* SPDX-License-Identifier: ISC */
/* What a tape takes from the index of its file: an entry is used only when the header it
 * points at says the same about itself. */
#include "format/tape_audit.h"

#include "base/clk.h"
#include "format/wire.h"

/* What the member at OFF says about itself; false: nothing that can be trusted. */
static bool
member_at(struct src *src, uint64_t off, struct gzidx_member *m)
{
	uint8_t h[GZ_HEADER + 2 + GZIDX_MEMBER_SIZE];
	struct span extra = span_of(h + GZ_HEADER + 2, GZIDX_MEMBER_SIZE);

	return src_read_at(src, off, h, sizeof h, NULL) == (ssize_t)sizeof h &&
	       h[0] == 0x1F && h[1] == 0x8B && h[3] == GZ_FEXTRA &&
	       h[10] == GZIDX_MEMBER_SIZE && h[11] == 0 && gzidx_member_get(extra, m);
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

/* The entry, if its member agrees; otherwise the whole index is out. */
static bool
entry_holds(struct tape_audit *a, const struct gzidx_entry *x)
{
	struct gzidx_member m;

	if (member_at(a->t.src, x->file, &m) && m.plain == x->plain &&
		m.ordinal == x->ordinal)
		return true;
	a->own.n = 0;
	return false;
}

bool
tape_audit_index_find(struct tape *t, int64_t at_ns, struct tape_access *out)
{
	struct tape_audit *a = (struct tape_audit *)t;
	const struct gzidx_entry *x = gzidx_by_time(&a->own, at_ns);

	if (!x || !entry_holds(a, x))
		return false;
	out->pos = (struct tape_pos){ x->plain, x->ordinal, x->at_ns };
	out->at_ns = x->at_ns;
	return true;
}

void
tape_audit_jump(struct tape_audit *a, uint64_t off)
{
	const struct gzidx_entry *x = gzidx_by_plain(&a->own, off);

	if (x && x->plain > plain_nearest(&a->plain, off) && entry_holds(a, x))
		plain_at(&a->plain, x->file, x->plain);
}
