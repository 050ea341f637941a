/* SPDX-License-Identifier: ISC */
/* A block is its texts and, behind them, a head for each: what it is, distances in messages and
 * time from the one before, row, bytes kept, length; as numbers of variable length. */
#include "replay/text.h"

#include "base/err.h"
#include "replay/pack.h"

#include <stdlib.h>

#define PACK_LEAST 512 /* bytes; fewer are stored as they are */

enum { LINE, ROWS, REF, KINDS = 4 };

struct text_block {
	uint64_t first_n;
	uint32_t texts, heads, packed; /* bytes; packed 0: they are not */
	bool refs;
	struct tape_pos pos;
	uint8_t *p;
};

void
text_init(struct text *t, size_t max_bytes)
{
	*t = (struct text){ .max = max_bytes ? max_bytes : TEXT_MEMORY,
		.limit = TEXT_NO_LIMIT };
}

void
text_page_free(struct text_page *p)
{
	buf_free(&p->texts);
	buf_free(&p->heads);
	*p = (struct text_page){ 0 };
}

void
text_page_clear(struct text_page *p)
{
	buf_clear(&p->texts);
	buf_clear(&p->heads);
	p->last_n = 0;
	p->last_at_ns = 0;
}

void
text_free(struct text *t)
{
	for (size_t i = 0; i < t->blocks; i++)
		free(t->v[i].p);
	free(t->v);
	text_page_free(&t->open);
	buf_free(&t->scratch);
	*t = (struct text){ 0 };
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
text_page_line(struct text_page *p, const struct text_line *l)
{
	put_place(p, LINE, l->n, l->at_ns);
	put(&p->heads, (uint64_t)(l->row + 1));
	put(&p->heads, (uint64_t)l->keep << 1 | l->longer);
	put(&p->heads, l->text.n);
	buf_add_span(&p->texts, l->text);
	buf_add_byte(&p->texts, '\n');
}

void
text_page_rows(struct text_page *p, uint64_t n, int64_t at_ns, size_t from,
	uint64_t feeds, int row, uint32_t keep)
{
	put_place(p, ROWS, n, at_ns);
	put(&p->heads, (uint64_t)(row + 1));
	put(&p->heads, feeds);
	put(&p->heads, keep);
	put(&p->heads, p->texts.n - from);
}

/* The reference's text stands in the page since it began. */
static void
page_ref(struct text_page *p, const struct text_ref *r)
{
	put_place(p, REF, r->n, p->last_at_ns);
	put(&p->heads, r->count);
	put(&p->heads, r->channel);
	put(&p->heads, (uint64_t)r->row);
	put(&p->heads, (uint64_t)r->rows);
	put(&p->heads, (uint64_t)r->at.cols);
	put(&p->heads, (uint64_t)r->at.len << 1 | r->at.cooked);
	put(&p->heads, r->row_text.n);
}

static size_t
page_size(const struct text_page *p)
{
	return p->texts.n + p->heads.n;
}

static bool
page_failed(const struct text_page *p)
{
	return buf_failed(&p->texts) || buf_failed(&p->heads);
}

/* --- storing --- */

static int
grow(struct text *t)
{
	size_t cap = t->cap ? t->cap * 2 : 64;
	struct text_block *v;

	if (t->blocks < t->cap)
		return 0;
	v = realloc(t->v, cap * sizeof *v);
	if (!v)
		return ERR_NOMEM;
	t->v = v;
	t->cap = cap;
	return 0;
}

/* Pack the open block and begin another. */
static int
close_block(struct text *t)
{
	struct text_page *o = &t->open;
	struct text_block b = { .first_n = t->first_n,
		.texts = (uint32_t)o->texts.n,
		.heads = (uint32_t)o->heads.n,
		.refs = t->refs,
		.pos = t->pos };
	bool pack = page_size(o) >= PACK_LEAST;

	buf_clear(&t->scratch);
	if (buf_add_span(&o->texts, buf_span(&o->heads)) < 0 || grow(t) < 0 ||
		(pack && pack_deflate(&t->scratch, buf_span(&o->texts)) < 0))
		return ERR_NOMEM;
	if (!pack)
		buf_add_span(&t->scratch, buf_span(&o->texts));
	b.packed = pack ? (uint32_t)t->scratch.n : 0;
	b.p = malloc(t->scratch.n);
	if (!b.p || buf_failed(&t->scratch)) {
		free(b.p);
		return ERR_NOMEM;
	}
	memcpy(b.p, t->scratch.p, t->scratch.n);
	t->v[t->blocks++] = b;
	t->bytes += t->scratch.n + sizeof b;
	text_page_clear(o);
	t->refs = false;
	t->meant = 0;
	t->changes = 0;
	return 0;
}

void
text_fail(struct text *t, uint64_t n)
{
	if (t->limit == TEXT_NO_LIMIT)
		t->limit = n;
}

/* Something for message N, of MORE bytes, is about to come: is there room? */
static bool
make_room(struct text *t, uint64_t n, size_t more)
{
	size_t texts = t->open.texts.n;

	if (t->limit != TEXT_NO_LIMIT)
		return false;
	if (t->open.heads.n && texts + t->meant + more > TEXT_BLOCK &&
		close_block(t) < 0) {
		buf_cut(&t->open.texts, texts);
		text_fail(t, n);
		return false;
	}
	if (!t->open.heads.n)
		t->first_n = n;
	return true;
}

/* What was put into the open block from TEXTS and HEADS on for message N; take it back if it
 * must not be. */
static bool
keep(struct text *t, uint64_t n, size_t texts, size_t heads)
{
	t->changes++;
	if (!page_failed(&t->open) && text_memory(t) <= t->max)
		return true;
	buf_cut(&t->open.texts, texts);
	buf_cut(&t->open.heads, heads);
	text_fail(t, n);
	return false;
}

void
text_add(struct text *t, const struct text_line *l)
{
	size_t texts, heads;

	if (!make_room(t, l->n, l->text.n))
		return;
	texts = t->open.texts.n;
	heads = t->open.heads.n;
	text_page_line(&t->open, l);
	keep(t, l->n, texts, heads);
}

void
text_ref_begin(struct text *t, const struct text_ref *r, const struct tape_pos *pos)
{
	size_t texts;

	if (!make_room(t, r->n + 1, r->row_text.n))
		return;
	texts = t->open.texts.n;
	buf_add_span(&t->open.texts, r->row_text);
	buf_add_byte(&t->open.texts, '\n');
	if (!keep(t, r->n + 1, texts, t->open.heads.n))
		return;
	t->ref = *r;
	t->ref.row_text.p = NULL;
	t->ref.count = 0;
	t->follows = true;
	if (!t->refs)
		t->pos = *pos;
	t->refs = true;
}

void
text_ref_more(struct text *t, uint64_t n, size_t bytes)
{
	if (!t->follows)
		return;
	t->ref.count = n - t->ref.n;
	t->meant += bytes;
	t->changes++;
}

void
text_ref_end(struct text *t)
{
	size_t heads = t->open.heads.n;

	if (!t->follows)
		return;
	t->follows = false;
	page_ref(&t->open, &t->ref);
	keep(t, t->ref.n + 1, t->open.texts.n - t->ref.row_text.n - 1, heads);
}

bool
text_ref_full(const struct text *t)
{
	return t->meant > TEXT_REF_BLOCK;
}

uint64_t
text_limit(const struct text *t)
{
	return t->limit;
}

size_t
text_memory(const struct text *t)
{
	return t->bytes + page_size(&t->open);
}

/* --- reading --- */

size_t
text_blocks(const struct text *t)
{
	return t->blocks + (t->open.heads.n > 0 || t->follows);
}

uint64_t
text_block_first(const struct text *t, size_t block)
{
	return block < t->blocks ? t->v[block].first_n : t->first_n;
}

size_t
text_block_of(const struct text *t, uint64_t n)
{
	size_t lo = 0, hi = text_blocks(t);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (text_block_first(t, mid) < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? lo - 1 : 0; /* the one before may end with N */
}

size_t
text_block_size(const struct text *t, size_t block)
{
	return block < t->blocks ? SIZE_MAX : t->changes;
}

void
text_read_page(struct text_reader *r, struct span texts, struct span heads)
{
	r->at = r->group_end = 0;
	r->n = 0;
	r->at_ns = 0;
	r->refs = false;
	r->texts = texts;
	r->heads = heads;
}

/* The open block; a reference that still grows has no head yet. */
static int
read_open(struct text_reader *r, const struct text *t)
{
	r->texts = buf_span(&t->open.texts);
	r->heads = buf_span(&t->open.heads);
	r->refs = t->refs;
	r->pos = t->pos;
	if (!t->follows)
		return 0;
	text_page_clear(&r->store);
	buf_add_span(&r->store.heads, r->heads);
	r->store.last_n = t->open.last_n;
	r->store.last_at_ns = t->open.last_at_ns;
	page_ref(&r->store, &t->ref);
	r->heads = buf_span(&r->store.heads);
	return page_failed(&r->store) ? ERR_NOMEM : 0;
}

int
text_read(struct text_reader *r, const struct text *t, size_t block)
{
	const struct text_block *b;
	const uint8_t *p;
	int rc = 0;

	text_read_page(r, span_of("", 0), span_of("", 0));
	if (block > t->blocks)
		return ERR_NOTFOUND;
	if (block == t->blocks)
		return read_open(r, t);
	b = &t->v[block];
	p = b->p;
	text_page_clear(&r->store);
	if (b->packed) {
		rc = pack_inflate(
			&r->store.texts, span_of(b->p, b->packed), b->texts + b->heads);
		p = r->store.texts.p;
	}
	if (rc < 0)
		return rc;
	r->texts = span_of(p, b->texts);
	r->heads = span_of(p + b->texts, b->heads);
	r->refs = b->refs;
	r->pos = b->pos;
	return 0;
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
text_next(struct text_reader *r, struct text_line *l, size_t from)
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
text_item(struct text_reader *r, struct text_line *l, struct text_ref *ref)
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

void
text_read_end(struct text_reader *r)
{
	text_page_free(&r->store);
	*r = (struct text_reader){ 0 };
}
