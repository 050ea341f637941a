/* SPDX-License-Identifier: ISC */
/* Terminal output as in fuzz_emu: two bytes are the size, 0xFE and two bytes behind it change it.
 * At several places the screen is painted anew: it must look the same, and so must one painted
 * from that. */
#include "tests/fuzz/must.h"
#include "tests/unit/screens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RESIZE 0xfe
#define PLACES 4

static int
length(uint8_t b, int least)
{
	return least + (b < 128 ? b % 16 : b);
}

static size_t
resize(struct emu *e, const uint8_t *p, size_t n)
{
	if (n < 2)
		return n;
	emu_resize(e, length(p[0], 6), length(p[1], 3));
	return 2;
}

static void
feed(struct emu *e, const uint8_t *p, size_t n)
{
	while (n) {
		size_t len = 0;

		while (len < n && p[len] != RESIZE)
			len++;
		emu_write(e, span_of(p, len));
		if (len < n) {
			len++;
			len += resize(e, p + len, n - len);
		}
		p += len;
		n -= len;
	}
}

static void
check(const struct emu *from, struct emu *to)
{
	char why[SCREENS_WHY];
	struct buf paint = { 0 };
	bool same;

	must(emu_repaint(from, &paint) == 0);
	emu_reset(to, emu_cols(from), emu_rows(from));
	emu_write(to, buf_span(&paint));
	same = screens_same(from, to, why);
	if (!same)
		fprintf(stderr, "%s\n", why);
	must(same);
	buf_free(&paint);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct emu *a, *b, *c;

	if (!a) {
		a = emu_new(80, 24);
		b = emu_new(80, 24);
		c = emu_new(80, 24);
		must(a && b && c);
	}
	if (size < 2 || size > 16384)
		return 0;
	emu_reset(a, length(data[0], 6), length(data[1], 3));
	for (int i = 0; i < PLACES; i++) {
		size_t from = 2 + (size - 2) * (size_t)i / PLACES;
		size_t to = 2 + (size - 2) * (size_t)(i + 1) / PLACES;

		feed(a, data + from, to - from);
		check(a, b);
		check(b, c);
	}
	return 0;
}
