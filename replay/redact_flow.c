/* SPDX-License-Identifier: ISC */
/* Text of a stream without what controls the terminal.  Rules for lines look at each line when it
 * is complete, those for several at blocks that overlap. */
#include "base/base64.h"
#include "base/hex.h"
#include "replay/redact_impl.h"

#define LINE_MAX_BYTES 8192
#define LINE_KEEP      2048
#define BLOCK_MAX      ((size_t)64 << 10)
#define BLOCK_KEEP     ((size_t)16 << 10)
#define BASE64_LEAST   8

void
flow_free(struct flow *f)
{
	trail_free(&f->line);
	trail_free(&f->block);
}

static int
add_block(struct flow *f, const struct hunt *h, int scope, uint32_t ch, uint64_t origin)
{
	int r;

	if (!h->r->has_lines)
		return 0;
	r = trail_add_char(&f->block, ch, origin);
	if (r == 0 && f->block.text.n >= BLOCK_MAX) {
		r = hunt_text(h, scope, true, &f->block);
		trail_shorten(&f->block, BLOCK_KEEP);
	}
	return r;
}

int
flow_char(struct flow *f, const struct hunt *h, int scope, uint32_t ch, uint64_t origin)
{
	int r = trail_add_char(&f->line, ch, origin);

	if (r == 0 && f->line.text.n >= LINE_MAX_BYTES) {
		r = hunt_text(h, scope, false, &f->line);
		trail_shorten(&f->line, LINE_KEEP);
	}
	return r < 0 ? r : add_block(f, h, scope, ch, origin);
}

int
flow_break(struct flow *f, const struct hunt *h, int scope)
{
	int r = 0;

	if (f->line.text.n)
		r = hunt_text(h, scope, false, &f->line);
	trail_clear(&f->line);
	return r < 0 ? r : add_block(f, h, scope, '\n', TRAIL_NOWHERE);
}

int
flow_end(struct flow *f, const struct hunt *h, int scope)
{
	int r = flow_break(f, h, scope);

	if (r == 0 && f->block.text.n)
		r = hunt_text(h, scope, true, &f->block);
	trail_clear(&f->block);
	return r;
}

/* What one byte of decoded text was before: up to three characters of T. */
struct decoded {
	struct buf text;
	struct buf from; /* size_t: index in T of each byte, and behind the last */
};

static void
put_decoded(struct decoded *d, uint8_t c, size_t from)
{
	buf_add_byte(&d->text, c);
	buf_add(&d->from, &from, sizeof from);
}

struct decoded_hunt {
	const struct hunt *h;
	const struct trail *t;
	const size_t *from;
};

static int
on_decoded(void *ctx, size_t rule, size_t start, size_t end)
{
	const struct decoded_hunt *d = ctx;

	return hunt_range(d->h, rule, d->t, d->from[start], d->from[end]);
}

/* The same length, valid UTF-8. */
static void
make_valid(struct buf *b)
{
	for (size_t i = 0; i < b->n;) {
		uint32_t ch;
		bool bad;
		int n = utf8_get(b->p + i, b->n - i, &ch, &bad);

		if (n == 0)
			n = (int)(b->n - i), bad = true;
		if (bad)
			memset(b->p + i, '?', (size_t)n);
		i += (size_t)n;
	}
}

static int
hunt_decoded(struct decoded *d, const struct hunt *h, int scope, const struct trail *t,
	size_t end)
{
	struct decoded_hunt hunt = { h, t, NULL };
	int r = buf_failed(&d->text);

	buf_add(&d->from, &end, sizeof end);
	r = r ? r : buf_failed(&d->from);
	make_valid(&d->text);
	hunt.from = (const size_t *)(const void *)d->from.p;
	for (int lines = 0; r == 0 && lines < 2; lines++)
		r = rules_find(h->r->o.rules, scope, lines, buf_span(&d->text),
			on_decoded, &hunt);
	buf_clear(&d->text);
	buf_clear(&d->from);
	return r;
}

/* Bytes as two digits behind a MARK: %41 of URLs, \x41 of marks of shells. */
static int
hunt_digits(struct decoded *d, const struct hunt *h, int scope, const struct trail *t,
	const char *mark)
{
	size_t n = t->text.n, k = strlen(mark);
	const uint8_t *p = t->text.p;

	if (!memmem(p, n, mark, k))
		return 0;
	for (size_t i = 0; i < n;) {
		uint8_t byte = p[i];
		bool coded = i + k + 2 <= n && memcmp(p + i, mark, k) == 0 &&
			     hex_get(&byte, (const char *)p + i + k, 1);

		put_decoded(d, byte, i);
		i += coded ? k + 2 : 1;
	}
	return hunt_decoded(d, h, scope, t, n);
}

static bool
is_base64(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '+' || c == '/';
}

struct run_hunt {
	const struct hunt *h;
	const struct trail *t;
	size_t start, end;
};

static int
on_run(void *ctx, size_t rule, size_t start, size_t end)
{
	const struct run_hunt *d = ctx;

	(void)start;
	(void)end;
	return hunt_range(d->h, rule, d->t, d->start, d->end);
}

/* A match in what a run of base64 stands for masks all of the run. */
static int
hunt_base64(struct decoded *d, const struct hunt *h, int scope, const struct trail *t,
	size_t start, size_t end)
{
	struct run_hunt hunt = { h, t, start, end };
	int r;

	base64_take(&d->text, span_of(t->text.p + start, end - start));
	make_valid(&d->text);
	r = buf_failed(&d->text);
	for (int lines = 0; r == 0 && lines < 2; lines++)
		r = rules_find(
			h->r->o.rules, scope, lines, buf_span(&d->text), on_run, &hunt);
	buf_clear(&d->text);
	return r;
}

static int
hunt_runs(struct decoded *d, const struct hunt *h, int scope, const struct trail *t)
{
	const uint8_t *p = t->text.p;
	int r = 0;

	for (size_t i = 0, k; r == 0 && i < t->text.n; i = k + (k == i)) {
		for (k = i; k < t->text.n && is_base64(p[k]); k++)
			;
		if (k - i >= BASE64_LEAST)
			r = hunt_base64(d, h, scope, t, i, k);
	}
	return r;
}

int
flow_decoded(struct trail *t, const struct hunt *h, int scope)
{
	struct decoded d = { 0 };
	int r = hunt_digits(&d, h, scope, t, "%");

	if (r == 0)
		r = hunt_digits(&d, h, scope, t, "\\x");
	if (r == 0)
		r = hunt_runs(&d, h, scope, t);
	buf_free(&d.text);
	buf_free(&d.from);
	return r;
}
