/* SPDX-License-Identifier: ISC */
/* The numbers of CBOR (RFC 8949, section 3) that are used here. */
#ifndef FORMAT_CBOR_H
#define FORMAT_CBOR_H

enum cbor_major {
	CBOR_UINT,
	CBOR_NINT, /* the value is -1 - argument */
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_SIMPLE, /* booleans, null, floats, break */
};

enum {
	CBOR_FALSE = 0xF4,
	CBOR_TRUE = 0xF5,
	CBOR_NULL = 0xF6,
	CBOR_ARRAY_OPEN = 0x9F, /* indefinite */
	CBOR_BREAK = 0xFF,
};

#define CBOR_DEPTH_MAX \
	32 /* containers and tags inside each other, as the reference has it */

#endif
