/* SPDX-License-Identifier: ISC */
#include "format/gzidx.h"

#include "format/gzw.h"
#include "format/wire.h"

#include <stdlib.h>

#define SUB_HEAD     4  /* two letters, length as little endian 16 bit */
#define MEMBER_BYTES 36 /* of 'A' 'M' */
#define FOOTER_BYTES 40 /* of 'A' 'F' */
#define FOOTER_SIZE  (SUB_HEAD + FOOTER_BYTES)
#define FOOTER_MAGIC "ARindex\1"
#define PART_MAX     (GZW_EXTRA_MAX - SUB_HEAD) /* list bytes in one header */
#define ENTRY_MAX    40                         /* four integers of at most ten bytes */
#define LIST_MAX     (64 + GZIDX_ENTRIES_MAX * ENTRY_MAX)

const uint8_t gzidx_empty_end[GZIDX_EMPTY_END] = { 3 };

int
gzidx_init(struct gzidx *x)
{
	*x = (struct gzidx){ .stride = 1 };
	x->v = malloc(GZIDX_ENTRIES_MAX * sizeof *x->v);
	return x->v ? 0 : ERR_NOMEM;
}

void
gzidx_free(struct gzidx *x)
{
	free(x->v);
	*x = (struct gzidx){ 0 };
}

/* Keep every other entry, and from now on offers at half the rate. */
static void
thin(struct gzidx *x)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->n; i += 2)
		x->v[kept++] = x->v[i];
	x->n = kept;
	x->stride *= 2;
}

void
gzidx_add(struct gzidx *x, const struct gzidx_entry *e)
{
	if (x->skip) {
		x->skip--;
		return;
	}
	if (x->n == GZIDX_ENTRIES_MAX)
		thin(x);
	x->v[x->n++] = *e;
	x->skip = x->stride - 1;
}

const struct gzidx_entry *
gzidx_by_time(const struct gzidx *x, int64_t at_ns)
{
	size_t lo = 0, hi = x->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->v[mid].at_ns <= at_ns)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &x->v[lo - 1] : NULL;
}

const struct gzidx_entry *
gzidx_by_plain(const struct gzidx *x, uint64_t off)
{
	size_t lo = 0, hi = x->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->v[mid].plain <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &x->v[lo - 1] : NULL;
}

/* Integers of the list: seven bits a byte, the lowest first, the top bit says "more". */
static void
put_varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_add_byte(out, (uint8_t)(v | 0x80));
	buf_add_byte(out, (uint8_t)v);
}

static bool
get_varint(struct span *s, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; shift < 64 && s->n; shift += 7) {
		uint8_t c = *s->p++;

		s->n--;
		*v |= (uint64_t)(c & 0x7F) << shift;
		if (!(c & 0x80))
			return shift < 63 || c <= 1;
	}
	return false;
}

static void
put_list(struct buf *out, const struct gzidx *x)
{
	struct gzidx_entry last = { 0 };
	uint8_t start[8];

	put_le64(start, (uint64_t)x->start_ns);
	buf_add(out, start, sizeof start);
	put_varint(out, (uint64_t)x->duration_ns);
	put_varint(out, x->messages);
	put_varint(out, x->plain_end);
	put_varint(out, x->n);
	for (size_t i = 0; i < x->n; i++) {
		const struct gzidx_entry *e = &x->v[i];

		put_varint(out, e->file - last.file);
		put_varint(out, e->plain - last.plain);
		put_varint(out, e->ordinal - last.ordinal);
		put_varint(out, (uint64_t)(e->at_ns - last.at_ns));
		last = *e;
	}
}

static void
put_sub(struct buf *out, char kind, struct span s)
{
	const uint8_t h[SUB_HEAD] = { 'A', (uint8_t)kind, (uint8_t)s.n,
		(uint8_t)(s.n >> 8) };

	buf_add(out, h, sizeof h);
	buf_add_span(out, s);
}

static void
put_footer(struct buf *out, uint64_t at, uint64_t data_end, struct span list)
{
	uint8_t f[FOOTER_BYTES];

	memcpy(f, FOOTER_MAGIC, 8);
	put_le64(f + 8, at);
	put_le64(f + 16, data_end);
	put_le32(f + 24, (uint32_t)list.n);
	put_le32(f + 28, (uint32_t)crc32(0, list.p, (uInt)list.n));
	put_le32(f + 32, 0);
	put_le32(f + 36, (uint32_t)crc32(0, f, 36));
	put_sub(out, 'F', span_of(f, sizeof f));
}

int
gzidx_write(const struct gzidx *x, struct buf *out, uint64_t at, bool end)
{
	struct buf list = { 0 }, extra = { 0 };
	struct span rest;
	int rc;

	put_list(&list, x);
	rest = buf_span(&list);
	while (rest.n > PART_MAX - FOOTER_SIZE) {
		size_t n = rest.n < PART_MAX ? rest.n : PART_MAX;

		buf_clear(&extra);
		put_sub(&extra, 'I', span_of(rest.p, n));
		gzw_header(out, buf_span(&extra));
		buf_add(out, gzidx_empty_end, GZIDX_EMPTY_END);
		rest = span_of(rest.p + n, rest.n - n);
	}
	buf_clear(&extra);
	put_sub(&extra, 'I', rest);
	put_footer(&extra, at, x->data_end, buf_span(&list));
	gzw_header(out, buf_span(&extra));
	if (end)
		buf_add(out, gzidx_empty_end, GZIDX_EMPTY_END);
	rc = buf_failed(&list) ? buf_failed(&list) : buf_failed(&extra);
	buf_free(&list);
	buf_free(&extra);
	return rc ? rc : buf_failed(out);
}

/* Exactly N bytes from OFF: 1, 0 when there are fewer, or an error. */
static int
read_exact(struct src *src, uint64_t off, void *p, size_t n, struct err *e)
{
	for (size_t at = 0; at < n;) {
		ssize_t k = src_read_at(src, off + at, (uint8_t *)p + at, n - at, e);

		if (k < 0)
			return (int)k;
		if (k == 0)
			return 0;
		at += (size_t)k;
	}
	return 1;
}

struct footer {
	uint64_t at; /* of the first member of the list */
	uint64_t data_end;
	uint64_t self; /* of the footer */
	uint32_t len, crc;
	bool ended;
};

static bool
footer_get(const uint8_t f[FOOTER_SIZE], struct footer *o)
{
	if (f[0] != 'A' || f[1] != 'F' || f[2] != FOOTER_BYTES || f[3] != 0 ||
		memcmp(f + 4, FOOTER_MAGIC, 8) != 0)
		return false;
	o->at = get_le64(f + 12);
	o->data_end = get_le64(f + 20);
	o->len = get_le32(f + 28);
	o->crc = get_le32(f + 32);
	return get_le32(f + 40) == (uint32_t)crc32(0, f + 4, 36) &&
	       o->data_end <= o->at && o->at < o->self && o->len <= LIST_MAX;
}

/* The footer stands at the end of the file, or in front of an empty member's end. */
static int
find_footer(struct src *src, struct footer *o, struct err *e)
{
	int64_t size = src_size(src);
	uint8_t f[FOOTER_SIZE + GZIDX_EMPTY_END];

	if (size < (int64_t)(AUDIT_HEADER + sizeof f))
		return 0;
	for (int back = 0; back <= GZIDX_EMPTY_END; back += GZIDX_EMPTY_END) {
		int rc;

		o->self = (uint64_t)size - FOOTER_SIZE - (unsigned)back;
		rc = read_exact(src, o->self, f, FOOTER_SIZE + (unsigned)back, e);
		if (rc <= 0)
			return rc;
		if (back &&
			memcmp(f + FOOTER_SIZE, gzidx_empty_end, GZIDX_EMPTY_END) != 0)
			continue;
		o->ended = back > 0;
		if (footer_get(f, o))
			return 1;
	}
	return 0;
}

/* Collect the parts of the list from the members between o->at and the footer. */
static int
read_list(struct src *src, const struct footer *o, struct buf *list, struct err *e)
{
	uint8_t h[GZ_HEADER + 2 + SUB_HEAD];
	uint64_t at = o->at;

	while (list->n < o->len) {
		size_t n;
		int rc = read_exact(src, at, h, sizeof h, e);

		if (rc <= 0)
			return rc;
		n = h[14] | (size_t)h[15] << 8;
		if (h[0] != 0x1F || h[1] != 0x8B || h[3] != GZ_FEXTRA || h[12] != 'A' ||
			h[13] != 'I' || !n || n > o->len - list->n ||
			at + sizeof h + n > o->self)
			return 0;
		if (buf_reserve(list, n) < 0)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		rc = read_exact(src, at + sizeof h, list->p + list->n, n, e);
		if (rc <= 0)
			return rc;
		list->n += n;
		at += sizeof h + n + GZIDX_EMPTY_END;
	}
	return crc32(0, list->p, (uInt)list->n) == o->crc;
}

/* One step of the list; false when a sum would not fit. */
static bool
get_entry(struct span *s, const struct gzidx_entry *last, struct gzidx_entry *e)
{
	uint64_t d[4], at;

	for (int i = 0; i < 4; i++)
		if (!get_varint(s, &d[i]))
			return false;
	if (__builtin_add_overflow(last->file, d[0], &e->file) ||
		__builtin_add_overflow(last->plain, d[1], &e->plain) ||
		__builtin_add_overflow(last->ordinal, d[2], &e->ordinal) ||
		__builtin_add_overflow((uint64_t)last->at_ns, d[3], &at) ||
		at > INT64_MAX)
		return false;
	e->at_ns = (int64_t)at;
	return d[0] && (d[1] || !last->file);
}

static bool
parse_list(struct gzidx *x, struct span s, uint64_t data_end)
{
	struct gzidx_entry last = { 0 };
	uint64_t duration, count;

	if (s.n < 8)
		return false;
	x->start_ns = (int64_t)get_le64(s.p);
	s = span_of(s.p + 8, s.n - 8);
	if (!get_varint(&s, &duration) || duration > INT64_MAX ||
		!get_varint(&s, &x->messages) || !get_varint(&s, &x->plain_end) ||
		!get_varint(&s, &count) || count > GZIDX_ENTRIES_MAX)
		return false;
	x->duration_ns = (int64_t)duration;
	for (; x->n < count; x->n++) {
		if (!get_entry(&s, &last, &x->v[x->n]))
			return false;
		last = x->v[x->n];
	}
	x->data_end = data_end;
	return s.n == 0 && last.file < data_end && last.plain <= x->plain_end &&
	       last.ordinal <= x->messages && last.at_ns <= x->duration_ns;
}

int
gzidx_read(struct gzidx *x, struct src *src, struct err *e)
{
	struct buf list = { .max = LIST_MAX };
	struct footer o;
	int rc = gzidx_init(x);

	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	rc = find_footer(src, &o, e);
	if (rc > 0)
		rc = read_list(src, &o, &list, e);
	if (rc > 0 && !parse_list(x, buf_span(&list), o.data_end)) {
		x->n = 0;
		rc = 0;
	}
	x->ended = rc > 0 && o.ended;
	buf_free(&list);
	return rc;
}

void
gzidx_member_put(uint8_t out[GZIDX_MEMBER_SIZE], const struct gzidx_member *m)
{
	out[0] = 'A';
	out[1] = 'M';
	out[2] = MEMBER_BYTES;
	out[3] = 0;
	put_le64(out + 4, m->ordinal);
	put_le64(out + 12, m->plain);
	put_le64(out + 20, (uint64_t)m->time_ns);
	put_le64(out + 28, m->prev);
	put_le32(out + 36, (uint32_t)crc32(0, out + 4, 32));
}

/* The content of the first subfield of KIND in EXTRA; p == NULL: none. */
static struct span
find_sub(struct span extra, char kind)
{
	while (extra.n >= SUB_HEAD) {
		size_t n = extra.p[2] | (size_t)extra.p[3] << 8;

		if (n > extra.n - SUB_HEAD)
			break;
		if (extra.p[0] == 'A' && extra.p[1] == (uint8_t)kind)
			return span_of(extra.p + SUB_HEAD, n);
		extra = span_of(extra.p + SUB_HEAD + n, extra.n - SUB_HEAD - n);
	}
	return (struct span){ NULL, 0 };
}

bool
gzidx_member_get(struct span extra, struct gzidx_member *m)
{
	struct span s = find_sub(extra, 'M');

	if (s.n != MEMBER_BYTES || get_le32(s.p + 32) != (uint32_t)crc32(0, s.p, 32))
		return false;
	m->ordinal = get_le64(s.p);
	m->plain = get_le64(s.p + 8);
	m->time_ns = (int64_t)get_le64(s.p + 16);
	m->prev = get_le64(s.p + 24);
	return true;
}

bool
gzidx_is_closing(struct span extra)
{
	struct span s = find_sub(extra, 'F');

	return s.n == FOOTER_BYTES && memcmp(s.p, FOOTER_MAGIC, 8) == 0;
}
