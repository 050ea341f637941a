/* SPDX-License-Identifier: ISC */
#include "replay/needle.h"

#include "base/utf8.h"

/* Capitals and the distance to their small letters, which have as many bytes in UTF-8. */
static const struct {
	uint32_t first, last, distance;
} folds[] = {
	{ 'A', 'Z', 32 },
	{ 0xC0, 0xD6, 32 },
	{ 0xD8, 0xDE, 32 },
	{ 0x391, 0x3A1, 32 },
	{ 0x3A3, 0x3A9, 32 },
	{ 0x400, 0x40F, 80 },
	{ 0x410, 0x42F, 32 },
};
#define NFOLDS (sizeof folds / sizeof *folds)

/* The letters of ordinary text from the most to the less frequent. */
static const char frequent[] = " etaoinsrhldcumfpgwybvkxjqz-./0123456789";

static uint32_t
small(uint32_t ch)
{
	for (size_t i = 0; i < NFOLDS; i++)
		if (ch >= folds[i].first && ch <= folds[i].last)
			return ch + folds[i].distance;
	return ch;
}

static uint32_t
capital(uint32_t ch)
{
	for (size_t i = 0; i < NFOLDS; i++) {
		uint32_t c = ch - folds[i].distance;

		if (c >= folds[i].first && c <= folds[i].last)
			return c;
	}
	return ch;
}

static void
fold(uint8_t *p, size_t n)
{
	uint32_t ch;
	bool bad;
	int k;

	for (size_t i = 0; i < n; i += (size_t)k) {
		k = 1;
		if (p[i] < 0x80) {
			p[i] |= p[i] >= 'A' && p[i] <= 'Z' ? 0x20 : 0;
			continue;
		}
		k = utf8_get(p + i, n - i, &ch, &bad);
		if (k > 0 && !bad)
			utf8_put(p + i, small(ch));
		k = k ? k : 1;
	}
}

static int
frequency(uint32_t ch)
{
	const char *p = ch < 0x80 ? strchr(frequent, (int)ch) : NULL;

	return p && *p ? (int)(sizeof frequent - (size_t)(p - frequent)) : 0;
}

static void
choose_rare(struct needle *n)
{
	int best = frequency(' ');
	uint32_t ch;
	bool bad;
	int k;

	for (size_t i = 0; i < n->n; i += (size_t)k) {
		k = utf8_get(n->text + i, n->n - i, &ch, &bad);
		if (k == 0 || bad)
			return;
		if (frequency(small(ch)) >= best)
			continue;
		best = frequency(small(ch));
		n->rare[0] = ch;
		n->rare[1] = n->fold ? capital(ch) : ch;
	}
}

int
needle_init(struct needle *n, const char *text, struct err *e)
{
	*n = (struct needle){ .n = strlen(text) };
	if (!n->n)
		return err_set(e, ERR_USAGE, "nothing to search for");
	if (n->n > NEEDLE_MAX)
		return err_set(e, ERR_USAGE, "text to search for is longer than %d bytes",
			NEEDLE_MAX);
	memcpy(n->text, text, n->n);
	fold(n->text, n->n);
	n->fold = memcmp(n->text, text, n->n) == 0;
	memcpy(n->text, text, n->n);
	choose_rare(n);
	return 0;
}

bool
needle_maybe(const struct needle *n, const struct cell *row, int cols)
{
	uint32_t a = n->rare[0], b = n->rare[1];

	if (!a)
		return true;
	for (int i = 0; i < cols; i++)
		if (row[i].ch == a || row[i].ch == b || row[i].ch & CELL_CH_POOL)
			return true;
	return false;
}

void
needle_fold(const struct needle *n, struct buf *row)
{
	if (n->fold)
		fold(row->p, row->n);
}

bool
needle_find(const struct needle *n, struct span row, size_t *at)
{
	const uint8_t *p;

	if (*at >= row.n)
		return false;
	p = memmem(row.p + *at, row.n - *at, n->text, n->n);
	if (!p)
		return false;
	*at = (size_t)(p - row.p);
	return true;
}
