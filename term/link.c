/* SPDX-License-Identifier: ISC */
/* Links and colours of underlines: into the pen, and out of the cells again. */
#include "term/emu.h"

#include "base/utf8.h"
#include "term/block.h"
#include "term/width.h"

#define LINK_TEXT (3 * FILTER_STRING) /* a broken byte becomes three */
#define ELLIPSIS  0x2026

struct text {
	size_t n;
	uint8_t p[LINK_TEXT + 16];
};

static void
take(struct core *c, struct span link)
{
	const uint32_t pens[] = { c->pen.extra, c->saved[0].pen.extra,
		c->saved[1].pen.extra };

	c->pen.extra = grid_extra(&c->grid, c->pen.ul, link, pens, 3);
}

void
link_underline(struct core *c)
{
	struct span link = extra_link(&c->grid.extras, c->pen.extra);
	struct text t;

	t.n = link.n;
	memcpy(t.p, link.p, link.n);
	take(c, span_of(t.p, t.n));
}

static void
add_clean(struct text *t, struct span s)
{
	while (s.n) {
		uint32_t ch;
		int used = utf8_get(s.p, s.n, &ch, NULL);

		if (!used) /* cut in the middle */
			break;
		if (ch >= 0x20 && (ch < 0x7f || ch >= 0xa0) && !width_hidden(ch))
			t->n += (size_t)utf8_put(t->p + t->n, ch);
		s.p += used;
		s.n -= (size_t)used;
	}
}

void
link_set(struct core *c, struct span id, struct span uri, bool cut)
{
	struct text t = { 0 };

	c->pen.attr &= (uint16_t)~CELL_LINK;
	if (uri.n || cut) {
		c->pen.attr |= CELL_LINK;
		add_clean(&t, id);
		t.p[t.n++] = 0;
		add_clean(&t, uri);
		if (cut)
			t.n += (size_t)utf8_put(t.p + t.n, ELLIPSIS);
		t.p[t.n++] = 0;
	}
	take(c, span_of(t.p, t.n));
}

/* The URI behind the id; "" when the link was not kept. */
static const char *
uri_of(const struct extras *x, uint32_t at)
{
	const char *id = x->text + x->at[at].text;

	return x->at[at].n ? id + strlen(id) + 1 : "";
}

const char *
emu_cell_link(const struct emu *e, const struct cell *c)
{
	return c->attr & CELL_LINK ? uri_of(&e->core->grid.extras, c->extra) : NULL;
}

uint32_t
emu_cell_underline(const struct emu *e, const struct cell *c)
{
	return e->core->grid.extras.at[c->extra].ul;
}

/* Entries that differ in their colour may be one link. */
static bool
same_link(const struct extras *x, uint32_t a, uint32_t b)
{
	struct span s = extra_link(x, a), t = extra_link(x, b);

	return x->at[a].hash == x->at[b].hash && span_eq(s, t);
}

struct numbers {
	uint16_t of[EXTRA_MAX + 1];   /* by entry; 0: not met yet */
	uint16_t link[EXTRA_MAX + 1]; /* an entry of each number */
	uint16_t n;
};

static int
number(struct numbers *m, const struct extras *x, uint32_t at)
{
	if (!at || m->of[at])
		return m->of[at];
	for (uint16_t i = 1; i <= m->n && !m->of[at]; i++)
		if (same_link(x, m->link[i], at))
			m->of[at] = i;
	if (!m->of[at]) {
		m->of[at] = ++m->n;
		m->link[m->n] = (uint16_t)at;
	}
	return m->of[at];
}

/* Cells of a row from COL on that have the link of the first. */
static int
stretch(const struct emu *e, const struct cell *row, int col)
{
	const struct extras *x = &e->core->grid.extras;
	int end = col;

	while (end < emu_cols(e) && row[end].attr & CELL_LINK &&
		(row[end].extra == row[col].extra ||
			same_link(x, row[end].extra, row[col].extra)))
		end++;
	return end - col;
}

size_t
emu_links(const struct emu *e, struct emu_link *out, size_t max)
{
	const struct extras *x = &e->core->grid.extras;
	struct numbers m = { .n = 0 };
	size_t n = 0;

	for (int row = 0; row < emu_rows(e); row++)
		for (int col = 0, cols; col < emu_cols(e); col += cols ? cols : 1) {
			const struct cell *c = emu_row(e, row) + col;

			cols = stretch(e, emu_row(e, row), col);
			if (!cols || n++ >= max)
				continue;
			out[n - 1] = (struct emu_link){ row, col, cols,
				number(&m, x, c->extra), uri_of(x, c->extra),
				x->at[c->extra].n ? x->text + x->at[c->extra].text : "" };
		}
	return n;
}
