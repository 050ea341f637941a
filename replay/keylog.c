/* SPDX-License-Identifier: ISC */
#include "replay/keylog.h"

#include "format/vendor.h"

#include <stdlib.h>

#define KEY_BYTES 4 /* of input that are decoded for each key that is asked for */

void
keylog_init(struct keylog *k)
{
	*k = (struct keylog){ 0 };
	buf_init(&k->bytes, KEYLOG_BYTES_MAX);
}

void
keylog_free(struct keylog *k)
{
	free(k->v);
	buf_free(&k->bytes);
	*k = (struct keylog){ 0 };
}

static bool
make_room(struct keylog *k)
{
	size_t cap = k->cap ? k->cap * 2 : 64;
	struct keylog_record *p;

	if (k->n < k->cap)
		return true;
	if (k->cap >= KEYLOG_RECORDS_MAX)
		return false;
	p = realloc(k->v, cap * sizeof *p);
	if (!p)
		return false;
	k->v = p;
	k->cap = cap;
	return true;
}

void
keylog_note(struct keylog *k, const struct msg *m, uint64_t n, int64_t at_ns)
{
	struct keylog_record rec = {
		.n = n, .at_ns = at_ns, .off = (uint32_t)k->bytes.n
	};
	struct span in = SPAN_LIT("");

	if (m->type == MSG_IO && m->p.io.stream == MSG_STREAM_IN)
		in = m->p.io.data;
	rec.masked = vendor_of(m) == VENDOR_INPUT_MASKED;
	if ((!in.n && !rec.masked) || k->full)
		return;
	if (in.n > KEYLOG_MESSAGE_MAX)
		in = span_of(in.p + in.n - KEYLOG_MESSAGE_MAX, KEYLOG_MESSAGE_MAX);
	rec.len = (uint16_t)in.n;
	if (!make_room(k) || buf_add_span(&k->bytes, in) < 0)
		k->full = true;
	else
		k->v[k->n++] = rec;
}

/* The first record of message BEFORE or later. */
static size_t
record_of(const struct keylog *k, uint64_t before)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->v[mid].n < before)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Where to begin so that MAX keys come out, whatever they are, and the first ones may be lost:
 * they may be the end of a sequence. */
static size_t
begin_of(const struct keylog *k, size_t end, size_t max)
{
	size_t i = end, bytes = 0, masked = 0;

	while (i > 0 && bytes < max * KEY_BYTES && masked < max) {
		i--;
		bytes += k->v[i].len;
		masked += k->v[i].masked;
	}
	return i;
}

struct ring { /* of the last keys */
	struct reel_key *v;
	size_t n, max;
};

static void
ring_add(struct ring *ring, const struct reel_key *key)
{
	ring->v[ring->n++ % ring->max] = *key;
}

/* The record that byte OFF belongs to, from record I on. */
static size_t
owner(const struct keylog *k, size_t i, size_t off)
{
	while (k->v[i].off + (size_t)k->v[i].len <= off)
		i++;
	return i;
}

/* Records I to END have input without masked input between them: one run of bytes. */
static void
decode_run(const struct keylog *k, size_t i, size_t end, struct ring *ring)
{
	size_t off = k->v[i].off, to = k->v[end - 1].off + (size_t)k->v[end - 1].len;

	while (off < to) {
		struct keyname name;
		struct reel_key key = { .kind = REEL_KEY_NAMED };
		size_t n = keyname_next(span_of(k->bytes.p + off, to - off), &name);

		i = owner(k, i, off);
		key.at_ns = k->v[i].at_ns;
		if (name.text)
			key.kind = REEL_KEY_TEXT;
		memcpy(key.name, name.name, sizeof key.name);
		memcpy(key.sign, name.sign, sizeof key.sign);
		ring_add(ring, &key);
		off += n;
	}
}

/* Turn the ring so that its oldest key is the first. */
static size_t
ring_end(struct ring *ring)
{
	size_t n = ring->n < ring->max ? ring->n : ring->max, shift;

	if (ring->n <= ring->max || !ring->max)
		return n;
	shift = ring->n % ring->max;
	while (shift--) {
		struct reel_key first = ring->v[0];

		memmove(ring->v, ring->v + 1, (n - 1) * sizeof *ring->v);
		ring->v[n - 1] = first;
	}
	return n;
}

size_t
keylog_last(const struct keylog *k, uint64_t before, struct reel_key *out, size_t max)
{
	size_t end = record_of(k, before), i = begin_of(k, end, max), run;
	struct ring ring = { out, 0, max };

	while (i < end && max) {
		struct reel_key masked = { k->v[i].at_ns, REEL_KEY_MASKED, "***",
			"\u2022\u2022\u2022" };

		if (k->v[i].masked) {
			ring_add(&ring, &masked);
			i++;
			continue;
		}
		for (run = i; run < end && !k->v[run].masked; run++)
			;
		decode_run(k, i, run, &ring);
		i = run;
	}
	return ring_end(&ring);
}
