/* SPDX-License-Identifier: ISC */
/* A block is its texts and, behind them, a head for each: distances in messages and time
 * from the one before, row, bytes kept, length; as numbers of variable length. */
#include "replay/text.h"

#include "base/err.h"
#include "replay/pack.h"

#include <stdlib.h>

struct text_block {
	uint64_t first_n;
	uint32_t texts, heads, packed; /* bytes */
	uint8_t *p;
};

void
text_init(struct text *t, size_t max_bytes)
{
	*t = (struct text){ .max = max_bytes ? max_bytes : TEXT_MEMORY,
		.limit = TEXT_NO_LIMIT };
}

void
text_free(struct text *t)
{
	for (size_t i = 0; i < t->blocks; i++)
		free(t->v[i].p);
	free(t->v);
	buf_free(&t->texts);
	buf_free(&t->heads);
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
	struct text_block b = { .first_n = t->first_n,
		.texts = (uint32_t)t->texts.n,
		.heads = (uint32_t)t->heads.n };

	buf_clear(&t->scratch);
	if (buf_add_span(&t->texts, buf_span(&t->heads)) < 0 || grow(t) < 0 ||
		pack_deflate(&t->scratch, buf_span(&t->texts)) < 0)
		return ERR_NOMEM;
	b.packed = (uint32_t)t->scratch.n;
	b.p = malloc(b.packed);
	if (!b.p)
		return ERR_NOMEM;
	memcpy(b.p, t->scratch.p, b.packed);
	t->v[t->blocks++] = b;
	t->bytes += b.packed + sizeof b;
	buf_clear(&t->texts);
	buf_clear(&t->heads);
	return 0;
}

static void
add_head(struct text *t, const struct text_line *l)
{
	int64_t dt;

	if (!t->heads.n) {
		t->first_n = l->n;
		t->last_n = 0;
		t->last_at_ns = 0;
	}
	dt = (int64_t)((uint64_t)l->at_ns - (uint64_t)t->last_at_ns);
	put(&t->heads, l->n - t->last_n);
	put(&t->heads, (uint64_t)dt << 1 ^ (dt < 0 ? UINT64_MAX : 0));
	put(&t->heads, (uint64_t)l->row);
	put(&t->heads, (uint64_t)l->keep << 1 | l->longer);
	put(&t->heads, l->text.n);
	t->last_n = l->n;
	t->last_at_ns = l->at_ns;
}

void
text_fail(struct text *t, uint64_t n)
{
	if (t->limit == TEXT_NO_LIMIT)
		t->limit = n;
}

void
text_add(struct text *t, const struct text_line *l)
{
	size_t texts = t->texts.n, heads = t->heads.n;

	if (t->limit != TEXT_NO_LIMIT)
		return;
	if (texts + l->text.n > TEXT_BLOCK && texts && close_block(t) < 0) {
		buf_cut(&t->texts, texts);
		text_fail(t, l->n);
		return;
	}
	texts = t->texts.n;
	heads = t->heads.n;
	add_head(t, l);
	buf_add_span(&t->texts, l->text);
	buf_add_byte(&t->texts, '\n');
	if (!buf_failed(&t->texts) && !buf_failed(&t->heads) && text_memory(t) <= t->max)
		return;
	buf_cut(&t->texts, texts);
	buf_cut(&t->heads, heads);
	text_fail(t, l->n);
}

uint64_t
text_limit(const struct text *t)
{
	return t->limit;
}

size_t
text_memory(const struct text *t)
{
	return t->bytes + t->texts.n + t->heads.n;
}

/* --- reading --- */

size_t
text_blocks(const struct text *t)
{
	return t->blocks + (t->heads.n > 0);
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
	return block < t->blocks ? t->v[block].heads : t->heads.n;
}

int
text_read(struct text_reader *r, const struct text *t, size_t block)
{
	const struct text_block *b;
	int rc;

	r->at = 0;
	r->n = 0;
	r->at_ns = 0;
	r->texts = r->heads = span_of("", 0);
	if (block > t->blocks)
		return ERR_NOTFOUND;
	if (block == t->blocks) {
		r->texts = buf_span(&t->texts);
		r->heads = buf_span(&t->heads);
		return 0;
	}
	b = &t->v[block];
	buf_clear(&r->store);
	rc = pack_inflate(&r->store, span_of(b->p, b->packed), b->texts + b->heads);
	if (rc < 0)
		return rc;
	r->texts = span_of(r->store.p, b->texts);
	r->heads = span_of(r->store.p + b->texts, b->heads);
	return 0;
}

bool
text_next(struct text_reader *r, struct text_line *l)
{
	uint64_t dt;

	if (!r->heads.n)
		return false;
	r->n += get(&r->heads);
	dt = get(&r->heads);
	r->at_ns = (int64_t)((uint64_t)r->at_ns + (dt >> 1 ^ (0 - (dt & 1))));
	l->n = r->n;
	l->at_ns = r->at_ns;
	l->row = (int)get(&r->heads);
	dt = get(&r->heads);
	l->keep = (uint32_t)(dt >> 1);
	l->longer = dt & 1;
	l->text = span_of(r->texts.p + r->at, (size_t)get(&r->heads));
	r->at += l->text.n + 1;
	return true;
}

void
text_read_end(struct text_reader *r)
{
	buf_free(&r->store);
	*r = (struct text_reader){ 0 };
}
