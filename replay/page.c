/* SPDX-License-Identifier: ISC */
/* A head tells what it is of, the distance in messages and time from the one before, and then
 * row, bytes kept, lengths; all as numbers of variable length. */
#include "replay/page.h"

#include "base/utf8.h"
#include "term/emu.h"

enum { LINE, ROWS, REF, KINDS = 4 };

void
page_free(struct text_page *p)
{
	buf_free(&p->texts);
	buf_free(&p->heads);
	*p = (struct text_page){ 0 };
}

void
page_clear(struct text_page *p)
{
	buf_clear(&p->texts);
	buf_clear(&p->heads);
	p->last_n = 0;
	p->last_at_ns = 0;
}

/* --- numbers --- */

static void
put(struct buf *b, uint64_t v)
{
	for (; v > 0x7F; v >>= 7)
		buf_add_byte(b, (uint8_t)(v | 0x80));
	buf_add_byte(b, (uint8_t)v);
}

static uint64_t
get(struct span *s)
{
	uint64_t v = 0;

	for (int shift = 0; s->n && shift < 64; shift += 7) {
		uint8_t c = *s->p++;

		s->n--;
		v |= (uint64_t)(c & 0x7F) << shift;
		if (c < 0x80)
			break;
	}
	return v;
}

/* --- pages --- */

static void
put_place(struct text_page *p, int kind, uint64_t n, int64_t at_ns)
{
	int64_t dt = (int64_t)((uint64_t)at_ns - (uint64_t)p->last_at_ns);

	put(&p->heads, (n - p->last_n) * KINDS + (uint64_t)kind);
	put(&p->heads, (uint64_t)dt << 1 ^ (dt < 0 ? UINT64_MAX : 0));
	p->last_n = n;
	p->last_at_ns = at_ns;
}

void
page_line(struct text_page *p, const struct text_line *l)
{
	put_place(p, LINE, l->n, l->at_ns);
	put(&p->heads, (uint64_t)l->row + 1);
	put(&p->heads, (uint64_t)l->keep << 1 | l->longer);
	put(&p->heads, l->text.n);
	buf_add_span(&p->texts, l->text);
	buf_add_byte(&p->texts, '\n');
}

void
page_rows(struct text_page *p, uint64_t n, int64_t at_ns, size_t from, uint64_t feeds,
	int row, uint32_t keep)
{
	put_place(p, ROWS, n, at_ns);
	put(&p->heads, (uint64_t)row + 1);
	put(&p->heads, feeds);
	put(&p->heads, keep);
	put(&p->heads, p->texts.n - from);
}

/* The reference's text stands in the page since it began. */
void
page_ref(struct text_page *p, const struct text_ref *r)
{
	put_place(p, REF, r->n, p->last_at_ns);
	put(&p->heads, r->count);
	put(&p->heads, r->pos.off);
	put(&p->heads, (uint64_t)r->pos.time_ns);
	put(&p->heads, r->channel);
	put(&p->heads, (uint64_t)r->row);
	put(&p->heads, (uint64_t)r->rows);
	put(&p->heads, (uint64_t)r->at.cols);
	put(&p->heads, (uint64_t)r->at.len << 1 | r->at.cooked);
	put(&p->heads, r->row_text.n);
}

size_t
page_size(const struct text_page *p)
{
	return p->texts.n + p->heads.n;
}

bool
page_failed(const struct text_page *p)
{
	return buf_failed(&p->texts) || buf_failed(&p->heads);
}

/* --- reading --- */

void
page_read(struct text_reader *r, struct span texts, struct span heads)
{
	r->at = r->group_end = 0;
	r->n = 0;
	r->at_ns = 0;
	r->refs = false;
	r->texts = texts;
	r->heads = heads;
}

/* The front of a head; returns what it is of. */
static int
get_place(struct text_reader *r)
{
	uint64_t what = get(&r->heads), dt = get(&r->heads);

	r->n += what / KINDS;
	r->at_ns = (int64_t)((uint64_t)r->at_ns + (dt >> 1 ^ (0 - (dt & 1))));
	return (int)(what % KINDS);
}

static void
get_line(struct text_reader *r, struct text_line *l)
{
	uint64_t keep;

	l->n = r->n;
	l->at_ns = r->at_ns;
	l->row = (int)get(&r->heads) - 1;
	keep = get(&r->heads);
	l->keep = (uint32_t)(keep >> 1);
	l->longer = keep & 1;
	l->text = span_of(r->texts.p + r->at, (size_t)get(&r->heads));
	r->at += l->text.n + 1;
}

static void
get_rows(struct text_reader *r)
{
	int64_t row = (int64_t)get(&r->heads) - 1;

	row -= (int64_t)get(&r->heads);
	r->group_row = row < INT32_MIN ? INT32_MIN : (int)row;
	r->group_keep = (uint32_t)get(&r->heads);
	r->group_end = r->at + (size_t)get(&r->heads);
}

static void
get_ref(struct text_reader *r, struct text_ref *ref)
{
	uint64_t len;

	*ref = (struct text_ref){ .n = r->n };
	ref->count = get(&r->heads);
	ref->pos.ordinal = r->n;
	ref->pos.off = get(&r->heads);
	ref->pos.time_ns = (int64_t)get(&r->heads);
	ref->channel = get(&r->heads);
	ref->row = (int)get(&r->heads);
	ref->rows = (int)get(&r->heads);
	ref->at.cols = (int)get(&r->heads);
	len = get(&r->heads);
	ref->at.len = (int)(len >> 1);
	ref->at.cooked = len & 1;
	ref->row_text = span_of(r->texts.p + r->at, (size_t)get(&r->heads));
	r->at += ref->row_text.n + 1;
}

/* The next of the rows of one message; false: none, or it is no news. */
static bool
next_row(struct text_reader *r, struct text_line *l)
{
	const uint8_t *p = r->texts.p + r->at;
	const uint8_t *end = memchr(p, '\n', r->group_end - r->at);

	*l = (struct text_line){ .n = r->n,
		.at_ns = r->at_ns,
		.row = r->group_row < 0 ? -1 : r->group_row,
		.keep = r->group_keep,
		.longer = true,
		.text = span_of(p, (size_t)(end - p)) };
	r->group_row++;
	r->group_keep = 0;
	r->at += l->text.n + 1;
	return l->text.n > l->keep;
}

bool
page_next(struct text_reader *r, struct text_line *l, size_t from)
{
	for (;;) {
		if (r->at < r->group_end && r->group_end <= from)
			r->at = r->group_end;
		if (r->at < r->group_end) {
			if (next_row(r, l) && r->at > from)
				return true;
			continue;
		}
		if (!r->heads.n)
			return false;
		if (get_place(r) == ROWS) {
			get_rows(r);
			continue;
		}
		get_line(r, l);
		if (r->at > from)
			return true;
	}
}

int
page_item(struct text_reader *r, struct text_line *l, struct text_ref *ref)
{
	if (!r->heads.n)
		return 0;
	if (get_place(r) == REF) {
		get_ref(r, ref);
		return 2;
	}
	get_line(r, l);
	return 1;
}

/* --- what somebody else has stored --- */

/* A text of LEN bytes was read up to R's place: is it in the texts, with its newline? */
static bool
text_sound(const struct text_reader *r, size_t from, size_t len)
{
	return len < r->texts.n - from && r->texts.p[from + len] == '\n';
}

static bool
ref_sound(const struct text_ref *r)
{
	return r->row >= 0 && r->row < r->rows && r->rows <= EMU_ROWS_MAX &&
	       r->at.cols > 0 && r->at.cols <= EMU_COLS_MAX && r->at.len >= 0 &&
	       r->at.len <= r->at.cols;
}

bool
page_sound(struct span texts, struct span heads, bool refs)
{
	struct text_reader r = { 0 };
	struct text_line l;
	struct text_ref ref;

	page_read(&r, texts, heads);
	while (r.heads.n) {
		size_t from = r.at;
		bool sound;

		switch (get_place(&r)) {
		case LINE:
			get_line(&r, &l);
			sound = text_sound(&r, from, l.text.n) && l.keep <= l.text.n &&
				l.row >= -1 && l.row < EMU_ROWS_MAX;
			break;
		case REF:
			get_ref(&r, &ref);
			sound = refs && text_sound(&r, from, ref.row_text.n) &&
				ref_sound(&ref);
			break;
		default:
			return false;
		}
		if (!sound)
			return false;
	}
	return r.at == texts.n && utf8_valid(texts);
}
