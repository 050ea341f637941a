/* SPDX-License-Identifier: ISC */
/* Any bytes as the CBOR of a message.  What can be decoded without a flaw must come back the
 * same after encoding. */
#include "format/cborr.h"
#include "format/msg_decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_decoder d, d2;
	struct buf cbor = { 0 };
	struct msg m, back;
	struct cborr r;
	ssize_t n;

	cborr_init(&r, span_of(data, size));
	cborr_skip(&r);
	msg_decoder_init(&d);
	msg_decoder_init(&d2);
	n = msg_decode(&d, span_of(data, size), &m);
	if (n > (ssize_t)size)
		abort();
	if (n > 0 && !d.flaw.code && msg_encode(&cbor, &m) == 0 &&
		(msg_decode(&d2, span_of(cbor.p, cbor.n), &back) != (ssize_t)cbor.n ||
			!msg_equal(&m, &back)))
		abort();
	buf_free(&cbor);
	msg_decoder_free(&d);
	msg_decoder_free(&d2);
	return 0;
}
