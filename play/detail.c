/* SPDX-License-Identifier: ISC */
#include "play/detail.h"

#include "format/explain.h"
#include "play/canvas.h"

#include <stdlib.h>

#define VALUE_COLS_MIN 8

void
detail_free(struct detail *d)
{
	buf_free(&d->text);
	free(d->line);
	*d = (struct detail){ 0 };
}

static void
load(struct detail *d, struct reel *r, uint64_t ordinal)
{
	struct buf store = { 0 };
	struct err e = { 0 };
	struct msg m;
	struct explain_at at = { .ordinal = ordinal,
		.dated = tape_info(reel_tape(r))->has_wall };
	int rc = reel_message(r, ordinal, &m, &at.at_ns, &store, &e);

	buf_clear(&d->text);
	if (rc > 0)
		rc = msg_explain(&d->text, &m, at);
	d->late = err_is_passing(rc);
	if (d->late)
		buf_add_str(&d->text, "waiting\tfor the network\n");
	else if (rc < 0)
		buf_addf(&d->text, "error\t%s\n", e.code ? e.text : err_name(rc));
	buf_free(&store);
	d->ordinal = ordinal;
	d->loaded = !d->late;
	d->top = 0;
	d->cols = -1; /* its lines are none of this text */
	d->n = 0;
}

static bool
add_line(struct detail *d, struct detail_line l)
{
	size_t cap = d->cap ? d->cap * 2 : 64;
	struct detail_line *p;

	if (d->n == d->cap) {
		p = realloc(d->line, cap * sizeof *p);
		if (!p)
			return false;
		d->line = p;
		d->cap = cap;
	}
	d->line[d->n++] = l;
	return true;
}

/* The row of TEXT between FROM and END, "label TAB value", in as many lines as it needs. */
static bool
wrap_row(struct detail *d, size_t from, size_t end, int cols)
{
	const char *text = (const char *)d->text.p;
	const char *tab = memchr(text + from, '\t', end - from);
	struct detail_line l = { .label = from,
		.label_n = tab ? (uint32_t)(tab - text - (ptrdiff_t)from) : 0,
		.value = tab ? (size_t)(tab + 1 - text) : from };

	do {
		l.value_n =
			(uint32_t)canvas_text_fit(text + l.value, end - l.value, cols);
		if (!add_line(d, l))
			return false;
		l.value += l.value_n;
		l.label_n = 0;
	} while (l.value < end);
	return true;
}

static void
wrap(struct detail *d, int cols)
{
	struct span rest = buf_span(&d->text);
	int value = cols - DETAIL_LABEL_COLS;

	d->n = 0;
	d->cols = cols;
	if (value < VALUE_COLS_MIN)
		value = cols > 0 ? cols : 1;
	while (rest.n) {
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t from = (size_t)(rest.p - d->text.p),
		       n = end ? (size_t)(end - rest.p) : rest.n;

		if (!wrap_row(d, from, from + n, value))
			return;
		n += end != NULL;
		rest = span_of(rest.p + n, rest.n - n);
	}
}

void
detail_set(struct detail *d, struct reel *r, uint64_t ordinal, int cols)
{
	if (!d->loaded || d->ordinal != ordinal)
		load(d, r, ordinal);
	if (d->cols != cols)
		wrap(d, cols);
}
