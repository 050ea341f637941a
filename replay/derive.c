/* SPDX-License-Identifier: ISC */
#include "replay/derive.h"

#include "base/err.h"

#define READ_OVER 65536 /* bytes: sooner than to seek */

static size_t
without_blanks(const uint8_t *p, size_t n)
{
	while (n && p[n - 1] == ' ')
		n--;
	return n;
}

/* The rows that end at byte END of the page, the first of them from FROM on: keep the last one
 * as it is, then cut its blanks. */
static void
end_rows(struct derive *d, size_t from, size_t end)
{
	struct buf *b = &d->page.texts;
	const uint8_t *nl = memrchr(b->p + from, '\n', end - from);
	size_t last = nl ? (size_t)(nl + 1 - b->p) : from;

	buf_clear(&d->row);
	buf_add(&d->row, b->p + last, end - last);
	b->n = last + without_blanks(b->p + last, end - last);
}

/* The rows that output DATA brings, as those of one message; ERR_DAMAGED: it is not plain, so
 * what is stored is not of this recording. */
static int
add_rows(struct derive *d, struct text_ref *ref, struct span data, uint64_t n,
	int64_t at_ns)
{
	struct buf *b = &d->page.texts;
	size_t from = b->n, keep = without_blanks(d->row.p, d->row.n);
	uint64_t feeds = ref->at.feeds;
	uint8_t *end;

	buf_add_span(b, buf_span(&d->row));
	if (buf_reserve(b, data.n * LINES_GROWTH + LINES_SLACK) < 0)
		return ERR_NOMEM;
	end = lines_text(&ref->at, data, b->p + from, b->p + b->n);
	if (!end)
		return ERR_DAMAGED;
	end_rows(d, from, (size_t)(end - b->p));
	feeds = ref->at.feeds - feeds;
	ref->row = feeds < (uint64_t)(ref->rows - 1 - ref->row) ? ref->row + (int)feeds
								: ref->rows - 1;
	if (!feeds && b->n - from == keep) {
		b->n = from;
		return 0;
	}
	buf_add_byte(b, '\n');
	page_rows(&d->page, n, at_ns, from, feeds, ref->row, (uint32_t)keep);
	return 0;
}

static int
add_ref(struct derive *d, struct reader *r, struct text_ref *ref, struct tape_pos *pos)
{
	uint64_t end = ref->n + ref->count;

	if (ref->pos.off > pos->off + READ_OVER || ref->n < pos->ordinal)
		*pos = ref->pos;
	buf_clear(&d->row);
	buf_add_span(&d->row, ref->row_text);
	while (pos->ordinal < end) {
		uint64_t n = pos->ordinal;
		int rc = reader_read(r, pos, n, NULL);
		const struct msg *m = r->got.m;

		if (rc <= 0)
			return rc < 0 ? rc : ERR_DAMAGED;
		*pos = r->got.after;
		if (n < ref->n || !msg_is_output(m) || m->channel != ref->channel)
			continue;
		rc = add_rows(d, ref, m->p.io.data, n + 1, r->got.at_ns);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
add_all(struct derive *d, struct reader *r)
{
	struct tape_pos pos = { .ordinal = UINT64_MAX };
	struct text_line line;
	struct text_ref ref;
	int rc = 0, what;

	while (rc == 0 && (what = page_item(&d->stored, &line, &ref)) > 0) {
		if (what == 1)
			page_line(&d->page, &line);
		else
			rc = add_ref(d, r, &ref, &pos);
	}
	if (rc == 0 && (buf_failed(&d->page.texts) || buf_failed(&d->page.heads) ||
			       buf_failed(&d->row)))
		rc = ERR_NOMEM;
	return rc;
}

int
derive_block(struct derive *d, struct reader *r, const struct text *t, size_t block,
	struct text_reader *out)
{
	int rc = text_read(&d->stored, t, block);

	return rc < 0 ? rc : derive_page(d, r, out);
}

int
derive_page(struct derive *d, struct reader *r, struct text_reader *out)
{
	int rc;

	page_clear(&d->page);
	if (!d->stored.refs) {
		page_read(out, d->stored.texts, d->stored.heads);
		return 0;
	}
	rc = add_all(d, r);
	page_read(out, buf_span(&d->page.texts), buf_span(&d->page.heads));
	return rc;
}

void
derive_end(struct derive *d)
{
	text_read_end(&d->stored);
	page_free(&d->page);
	buf_free(&d->row);
}
