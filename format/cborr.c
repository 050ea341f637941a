/* SPDX-License-Identifier: ISC */
#include "format/cborr.h"

#include <math.h>

void
cborr_init(struct cborr *r, struct span bytes)
{
	*r = (struct cborr){ .p = bytes.p, .end = bytes.p + bytes.n, .start = bytes.p };
}

static bool
fail(struct cborr *r, enum cborr_status status)
{
	if (r->status == CBORR_OK)
		r->status = status;
	return false;
}

/* There must be N more bytes. */
static bool
have(struct cborr *r, uint64_t n)
{
	uint64_t at = (uint64_t)(r->p - r->start);

	if (n <= (uint64_t)(r->end - r->p))
		return true;
	if (r->status == CBORR_OK)
		r->need = n > UINT64_MAX - at ? UINT64_MAX : at + n;
	return fail(r, CBORR_SHORT);
}

/* The argument behind the first byte. */
static bool
argument(struct cborr *r, struct cbor_item *it)
{
	unsigned n;

	it->v = it->info;
	if (it->info < 24)
		return true;
	if (it->info == 31) {
		it->indefinite = true;
		it->v = 0;
		return it->major >= CBOR_BYTES && it->major <= CBOR_MAP
			       ? true
			       : fail(r, CBORR_BAD);
	}
	if (it->info > 27)
		return fail(r, CBORR_BAD);
	n = 1u << (it->info - 24);
	if (!have(r, n))
		return false;
	for (it->v = 0; n; n--)
		it->v = it->v << 8 | *r->p++;
	return true;
}

static bool
one_item(struct cborr *r, struct cbor_item *it)
{
	uint8_t c;

	if (r->status != CBORR_OK || !have(r, 1))
		return false;
	c = *r->p++;
	it->major = (enum cbor_major)(c >> 5);
	it->info = c & 31;
	it->indefinite = false;
	if (!argument(r, it))
		return false;
	if (it->major == CBOR_SIMPLE && it->info == 24 && it->v < 32)
		return fail(r, CBORR_BAD);
	return true;
}

bool
cborr_item(struct cborr *r, struct cbor_item *it)
{
	int tags = 0;

	while (one_item(r, it)) {
		if (it->major != CBOR_TAG)
			return true;
		if (++tags + r->depth > CBOR_DEPTH_MAX)
			return fail(r, CBORR_BAD);
	}
	return false;
}

bool
cborr_more(struct cborr *r, const struct cbor_item *it, uint64_t *count)
{
	if (r->status != CBORR_OK)
		return false;
	if (!it->indefinite)
		return (*count)++ < it->v;
	if (!have(r, 1))
		return false;
	if (*r->p == CBOR_BREAK) {
		r->p++;
		return false;
	}
	(*count)++;
	return true;
}

static bool
take(struct cborr *r, uint64_t n, struct span *s)
{
	if (!have(r, n))
		return false;
	*s = span_of(r->p, (size_t)n);
	r->p += n;
	return true;
}

bool
cborr_string(
	struct cborr *r, const struct cbor_item *it, struct buf *join, struct span *s)
{
	size_t from = join ? join->n : 0;
	struct cbor_item chunk;
	uint64_t count = 0;

	if (!it->indefinite)
		return take(r, it->v, s);
	while (cborr_more(r, it, &count)) {
		if (!one_item(r, &chunk))
			return false;
		if (chunk.major != it->major || chunk.indefinite)
			return fail(r, CBORR_BAD);
		if (!take(r, chunk.v, s))
			return false;
		if (join && buf_add_span(join, *s) < 0)
			return fail(r, CBORR_NOMEM);
	}
	if (join)
		*s = span_of(buf_span(join).p + from, join->n - from);
	return r->status == CBORR_OK;
}

bool
cborr_skip_rest(struct cborr *r, const struct cbor_item *it)
{
	uint64_t count = 0;
	struct span s;

	if (it->major == CBOR_BYTES || it->major == CBOR_TEXT)
		return cborr_string(r, it, NULL, &s);
	if (it->major != CBOR_ARRAY && it->major != CBOR_MAP)
		return r->status == CBORR_OK;
	if (++r->depth > CBOR_DEPTH_MAX)
		return fail(r, CBORR_BAD);
	while (cborr_more(r, it, &count))
		if (!cborr_skip(r) || (it->major == CBOR_MAP && !cborr_skip(r)))
			return false;
	r->depth--;
	return r->status == CBORR_OK;
}

bool
cborr_skip(struct cborr *r)
{
	struct cbor_item it;

	return cborr_item(r, &it) && cborr_skip_rest(r, &it);
}

static double
half(uint16_t bits)
{
	int exp = bits >> 10 & 31, mant = bits & 1023;
	double v = exp == 0    ? ldexp(mant, -24)
		   : exp != 31 ? ldexp(mant + 1024, exp - 25)
		   : mant == 0 ? INFINITY
			       : NAN;

	return bits & 0x8000 ? -v : v;
}

bool
cbor_float(const struct cbor_item *it, double *v)
{
	uint32_t bits = (uint32_t)it->v;
	float f;

	if (it->major != CBOR_SIMPLE || it->info < 25 || it->info > 27)
		return false;
	if (it->info == 25) {
		*v = half((uint16_t)it->v);
	} else if (it->info == 26) {
		memcpy(&f, &bits, sizeof f);
		*v = (double)f;
	} else {
		memcpy(v, &it->v, sizeof *v);
	}
	return true;
}
