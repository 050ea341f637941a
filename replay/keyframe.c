/* SPDX-License-Identifier: ISC */
#include "replay/keyframe.h"

#include <stdlib.h>

void
keyframes_init(struct keyframes *k, size_t max_bytes, uint64_t spacing)
{
	*k = (struct keyframes){ 0 };
	k->max = max_bytes ? max_bytes : KEYFRAMES_MEMORY;
	k->wished = spacing > 0;
	k->spacing = spacing ? spacing : KEYFRAMES_SPACING;
}

void
keyframes_free(struct keyframes *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->v[i].packed);
	for (int i = 0; i < KEYFRAMES_RAW; i++)
		free(k->raw[i].p);
	free(k->v);
	buf_free(&k->scratch);
	*k = (struct keyframes){ 0 };
}

static size_t
weight(const struct keyframe *f)
{
	return sizeof *f + f->size;
}

static void
thin(struct keyframes *k)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->n; i++) {
		if (i % 2) {
			k->bytes -= weight(&k->v[i]);
			free(k->v[i].packed);
		} else {
			k->v[kept++] = k->v[i];
		}
	}
	k->n = kept;
	k->spacing *= 2;
}

static int
grow(struct keyframes *k)
{
	size_t cap = k->cap ? k->cap * 2 : 64;
	struct keyframe *v;

	if (k->n < k->cap)
		return 0;
	v = realloc(k->v, cap * sizeof *v);
	if (!v)
		return ERR_NOMEM;
	k->v = v;
	k->cap = cap;
	return 0;
}

static int
add(struct keyframes *k, const struct still *s, const struct emu *e)
{
	struct keyframe f = { .still = *s };

	buf_clear(&k->scratch);
	if (emu_pack(e, &k->scratch) < 0 || grow(k) < 0)
		return ERR_NOMEM;
	f.size = k->scratch.n;
	f.packed = malloc(f.size ? f.size : 1);
	if (!f.packed)
		return ERR_NOMEM;
	if (f.size)
		memcpy(f.packed, k->scratch.p, f.size);
	k->v[k->n++] = f;
	k->bytes += weight(&f);
	while (k->bytes > k->max && k->n > 1)
		thin(k);
	return 0;
}

/* Packing a large screen takes long: it stays a small part of the work. */
static uint64_t
distance(const struct keyframes *k, const struct emu *e)
{
	uint64_t least = k->wished ? 0 : emu_save_size(e) / KEYFRAMES_PACK_BYTES;

	return k->spacing > least ? k->spacing : least;
}

bool
keyframes_due(const struct keyframes *k, const struct emu *e, uint64_t cost)
{
	return !k->n || k->since + cost >= distance(k, e);
}

int
keyframes_note(
	struct keyframes *k, const struct still *s, const struct emu *e, uint64_t cost)
{
	if (!keyframes_due(k, e, cost)) {
		k->since += cost;
		return 0;
	}
	k->since = 0;
	if (add(k, s, e) < 0 && !k->n)
		return ERR_NOMEM;
	return 0;
}

const struct keyframe *
keyframes_by_ordinal(const struct keyframes *k, uint64_t n)
{
	size_t lo = 0, hi = k->n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->v[mid].still.n <= n)
			lo = mid;
		else
			hi = mid;
	}
	return &k->v[lo];
}

const struct keyframe *
keyframes_by_time(const struct keyframes *k, int64_t at_ns)
{
	size_t lo = 0, hi = k->n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->v[mid].still.at_ns <= at_ns)
			lo = mid;
		else
			hi = mid;
	}
	return &k->v[lo];
}

/* Keep the state of E, which is that after N messages, in place of the one unused longest. */
static void
keep_raw(struct keyframes *k, uint64_t n, const struct emu *e)
{
	struct keyframe_raw *old = &k->raw[0];
	size_t size = emu_save_size(e);
	uint8_t *p;

	if (size > KEYFRAMES_RAW_SIZE)
		return;
	for (int i = 1; i < KEYFRAMES_RAW; i++)
		if (k->raw[i].used < old->used)
			old = &k->raw[i];
	p = realloc(old->p, size);
	if (!p)
		return;
	*old = (struct keyframe_raw){ .n = n, .used = ++k->tick, .p = p, .size = size };
	emu_save(e, p);
}

int
keyframes_load(struct keyframes *k, const struct keyframe *f, struct emu *e)
{
	uint64_t n = f->still.n;

	for (int i = 0; i < KEYFRAMES_RAW; i++) {
		struct keyframe_raw *r = &k->raw[i];

		if (r->p && r->n == n) {
			r->used = ++k->tick;
			emu_load(e, r->p, r->size);
			return 0;
		}
	}
	if (emu_unpack(e, span_of(f->packed, f->size)) < 0)
		return ERR_NOMEM;
	keep_raw(k, n, e);
	return 0;
}
