/* SPDX-License-Identifier: ISC */
#include "replay/pack.h"

#include "base/err.h"

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>

int
pack_deflate(struct buf *out, struct span in)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
	size_t room, n = 0;

	if (!c)
		return ERR_NOMEM;
	room = libdeflate_deflate_compress_bound(c, in.n);
	if (buf_reserve(out, room) == 0)
		n = libdeflate_deflate_compress(c, in.p, in.n, out->p + out->n, room);
	libdeflate_free_compressor(c);
	out->n += n;
	return n ? 0 : ERR_NOMEM;
}

int
pack_inflate(struct buf *out, struct span in, size_t n)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	int rc = d ? buf_reserve(out, n) : ERR_NOMEM;

	if (rc == 0 && libdeflate_deflate_decompress(d, in.p, in.n, out->p + out->n, n,
			       NULL) != LIBDEFLATE_SUCCESS)
		rc = ERR_DAMAGED;
	if (d)
		libdeflate_free_decompressor(d);
	if (rc == 0)
		out->n += n;
	return rc;
}

uint32_t
pack_sum(uint32_t sum, struct span in)
{
	return libdeflate_crc32(sum, in.p, in.n);
}

#else
#include <zlib.h>

int
pack_deflate(struct buf *out, struct span in)
{
	uLong room = compressBound((uLong)in.n);

	if (buf_reserve(out, room) < 0 ||
		compress2(out->p + out->n, &room, in.p, (uLong)in.n, 1) != Z_OK)
		return ERR_NOMEM;
	out->n += room;
	return 0;
}

int
pack_inflate(struct buf *out, struct span in, size_t n)
{
	uLong got = (uLong)n;

	if (buf_reserve(out, n) < 0)
		return ERR_NOMEM;
	if (uncompress(out->p + out->n, &got, in.p, (uLong)in.n) != Z_OK || got != n)
		return ERR_DAMAGED;
	out->n += n;
	return 0;
}

uint32_t
pack_sum(uint32_t sum, struct span in)
{
	return (uint32_t)crc32(sum, in.p, (uInt)in.n);
}
#endif
