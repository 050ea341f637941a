/* SPDX-License-Identifier: ISC */
/* Terminal output as a recording may hold it.  The first two bytes are the size; 0xFE (never
 * in UTF-8) and two bytes behind it change it.  Two emulators, one of them without short
 * cuts and fed byte by byte, must agree; a snapshot from the middle must lead to the same
 * end. */
#include "base/utf8.h"
#include "term/emu.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RESIZE 0xfe
/* Half of the sizes are small, where the edges are. */
static int
length(uint8_t b)
{
	return b < 128 ? b % 16 : b;
}

static size_t
resize(struct emu *e, const uint8_t *p, size_t n)
{
	if (n < 2)
		return n;
	emu_resize(e, length(p[0]), length(p[1]));
	return 2;
}

static void
feed(struct emu *e, const uint8_t *p, size_t n, size_t piece)
{
	while (n) {
		size_t len = 0;

		while (len < n && len < piece && p[len] != RESIZE)
			len++;
		emu_write(e, span_of(p, len));
		if (len < n && p[len] == RESIZE) {
			len++;
			len += resize(e, p + len, n - len);
		}
		p += len;
		n -= len;
	}
}

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* Stretches of links lie on the screen, one behind the other. */
static void
check_links(const struct emu *e)
{
	static struct emu_link l[256];
	size_t n = emu_links(e, l, 256);
	int end = 0;

	for (size_t i = 0; i < n && i < 256; i++) {
		int at = l[i].row * emu_cols(e) + l[i].col;

		must(l[i].cols > 0 && l[i].col + l[i].cols <= emu_cols(e));
		must(at >= end && l[i].row < emu_rows(e));
		must(utf8_valid(span_str(l[i].uri)) && utf8_valid(span_str(l[i].id)));
		must((l[i].number == 0) == (l[i].uri[0] == 0));
		end = at + l[i].cols;
	}
}

static void
check(struct emu *e, struct emu *slow, const uint8_t *p, size_t n)
{
	struct buf packed = { 0 };
	size_t half = n / 2;
	uint64_t h;

	feed(e, p, half, SIZE_MAX);
	must(emu_pack(e, &packed) == 0);
	feed(e, p + half, n - half, SIZE_MAX);
	h = emu_hash(e);
	check_links(e);
	must(emu_unpack(e, buf_span(&packed)) == 0);
	feed(e, p + half, n - half, SIZE_MAX);
	must(emu_hash(e) == h);
	feed(slow, p, half, 1);
	feed(slow, p + half, n - half, 1);
	must(emu_hash(slow) == h);
	buf_free(&packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct emu *e, *slow;

	if (!e) {
		e = emu_new(80, 24);
		slow = emu_new(80, 24);
		must(e && slow);
		emu_set_slow(slow, true);
	}
	if (size < 2 || size > 65536)
		return 0;
	emu_reset(e, length(data[0]), length(data[1]));
	emu_reset(slow, length(data[0]), length(data[1]));
	check(e, slow, data + 2, size - 2);
	return 0;
}
