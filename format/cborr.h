/* SPDX-License-Identifier: ISC */
/* Pulling CBOR (RFC 8949) out of a run of bytes that may end too early.  Everything well
 * formed is understood: any integer size, indefinite lengths, chunked strings; tags are
 * passed over.  The first failure sticks in STATUS and every later call returns false.
 * Nothing is allocated but for chunked strings, which are joined in a buffer of the caller. */
#ifndef FORMAT_CBORR_H
#define FORMAT_CBORR_H

#include "base/buf.h"
#include "format/cbor.h"

enum cborr_status {
	CBORR_OK,
	CBORR_SHORT, /* the bytes end inside the item; NEED tells more */
	CBORR_BAD,   /* not CBOR, or nested too deep */
	CBORR_NOMEM, /* a chunked string did not fit its buffer */
};

struct cborr {
	const uint8_t *p, *end;
	const uint8_t *start;
	enum cborr_status status;
	uint64_t need; /* CBORR_SHORT: at least so many bytes from start, 0 unknown */
	int depth; /* of the containers that are open; cborr_skip goes down from here */
};

struct cbor_item {
	enum cbor_major major;
	uint8_t info;    /* CBOR_SIMPLE: which simple value or float size */
	bool indefinite; /* strings, arrays and maps */
	uint64_t v;      /* the argument: value, length, count, bits of a float */
};

void cborr_init(struct cborr *r, struct span bytes);
/* The head of the next item, tags passed over.  A break is CBORR_BAD. */
bool cborr_item(struct cborr *r, struct cbor_item *it);
/* Is there another element in a container of IT's size?  COUNT: elements (or pairs) so far;
 * counts up, takes the break of an indefinite one. */
bool cborr_more(struct cborr *r, const struct cbor_item *it, uint64_t *count);
/* The content of the string whose head is IT: a part of the bytes, or of JOIN when it comes
 * in chunks (appended there; valid until JOIN changes). */
bool cborr_string(
	struct cborr *r, const struct cbor_item *it, struct buf *join, struct span *s);
/* Pass over the rest of the item whose head is IT, over a whole item. */
bool cborr_skip_rest(struct cborr *r, const struct cbor_item *it);
bool cborr_skip(struct cborr *r);

static inline bool
cbor_is_null(const struct cbor_item *it) /* null or undefined */
{
	return it->major == CBOR_SIMPLE && (it->info == 22 || it->info == 23);
}
/* The value of a float of any size; false: it is none. */
bool cbor_float(const struct cbor_item *it, double *v);

#endif
