/* SPDX-License-Identifier: ISC */
/* A block is a page: its texts and, behind them, its heads. */
#include "replay/text.h"

#include "base/err.h"
#include "replay/pack.h"

#include <stdlib.h>

#define PACK_LEAST 512 /* bytes; fewer are stored as they are */

struct text_block {
	uint64_t first_n;
	uint32_t texts, heads, packed; /* bytes; packed 0: they are not */
	bool refs;
	uint8_t *p;
};

void
text_init(struct text *t, size_t max_bytes)
{
	*t = (struct text){ .max = max_bytes ? max_bytes : TEXT_MEMORY,
		.limit = TEXT_NO_LIMIT,
		.ref_block = TEXT_REF_BLOCK };
}

void
text_free(struct text *t)
{
	for (size_t i = 0; i < t->blocks; i++)
		free(t->v[i].p);
	free(t->v);
	page_free(&t->open);
	buf_free(&t->scratch);
	*t = (struct text){ 0 };
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
		.refs = t->refs };
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
	page_clear(o);
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
	page_line(&t->open, l);
	keep(t, l->n, texts, heads);
}

void
text_ref_begin(struct text *t, const struct text_ref *r)
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
	return t->meant > t->ref_block;
}

void
text_drop(struct text *t)
{
	for (size_t i = 0; i < t->blocks; i++)
		free(t->v[i].p);
	t->blocks = t->bytes = 0;
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

/* The open block; a reference that still grows has no head yet. */
static int
read_open(struct text_reader *r, const struct text *t)
{
	r->texts = buf_span(&t->open.texts);
	r->heads = buf_span(&t->open.heads);
	r->refs = t->refs;
	if (!t->follows)
		return 0;
	page_clear(&r->store);
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

	page_read(r, span_of("", 0), span_of("", 0));
	if (block > t->blocks)
		return ERR_NOTFOUND;
	if (block == t->blocks)
		return read_open(r, t);
	b = &t->v[block];
	p = b->p;
	page_clear(&r->store);
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
	return 0;
}

void
text_read_end(struct text_reader *r)
{
	page_free(&r->store);
	*r = (struct text_reader){ 0 };
}
