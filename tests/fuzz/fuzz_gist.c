/* SPDX-License-Identifier: ISC */
/* A gist out of any bytes, of any recording: what is told by it can be told, and a gist that was
 * made from the recording tells what the recording does. */
#include "base/utf8.h"
#include "replay/sift.h"
#include "tests/fuzz/brew.h"
#include "tests/fuzz/must.h"

#include <stdio.h>

#define TEXT_MAX  40
#define LINES_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct gist_key key = { 1, 100000, 3, SEARCH_SHOWN };

struct told {
	struct buf text;
	int lines;
};

static int
tell(void *ctx, const struct sift_line *l)
{
	struct told *t = ctx;

	must(l->start < l->end && l->end <= l->len);
	must(utf8_valid(span_of(l->text, l->len)));
	buf_addf(&t->text, "%llu %lld %zu\n", (unsigned long long)l->n,
		(long long)l->at_ns, l->start);
	buf_add(&t->text, l->text, l->len);
	return ++t->lines == LINES_MAX;
}

static int
open_file(void *ctx, struct tape **t, struct err *e)
{
	const struct buf *file = ctx;

	return tape_open(t, src_mem(buf_span(file)), NULL, e);
}

static int
by_gist(struct sift *s, struct span bytes, struct buf *file)
{
	struct gist g;
	struct err e;
	int rc = gist_open(&g, src_mem(bytes), &key, &e);

	if (rc < 0)
		return rc;
	rc = sift_gist(s, &g, open_file, file, &e);
	gist_close(&g);
	return rc;
}

/* Behind a good head whatever comes. */
static void
any_bytes(struct sift *s, struct span in, struct buf *file)
{
	struct dst *d = dst_mem();
	struct gist_writer w;
	struct buf bytes = { 0 };

	must(gist_begin(&w, d, &key, NULL) == 0);
	gist_abandon(&w);
	buf_add_span(&bytes, dst_mem_bytes(d));
	buf_add_span(&bytes, in);
	by_gist(s, buf_span(&bytes), file);
	buf_free(&bytes);
	dst_close(d, NULL);
}

/* Whatever pages, with good checksums and filters that let all through. */
static void
any_pages(struct sift *s, struct span in, struct buf *file)
{
	const struct tape_end end = { .state = TAPE_CLEAN };
	struct dst *d = dst_mem();
	struct gist_writer w;

	must(gist_begin(&w, d, &key, NULL) == 0);
	while (in.n) {
		bool refs = brew_byte(&in) & 1;
		struct span texts = brew_bytes(&in);

		gist_page(&w, texts, brew_bytes(&in), refs, SPAN_LIT("\n"));
	}
	must(gist_end(&w, &end, NULL) == 0);
	by_gist(s, dst_mem_bytes(d), file);
	dst_close(d, NULL);
}

static void
the_same(struct sift *s, struct buf *file)
{
	struct told *told = s->ctx, plain = { 0 };
	struct dst *d = dst_mem();
	struct gist_writer w;
	struct tape_end end;
	struct tape *t;
	bool kept = false;
	int rc, by;

	must(gist_begin(&w, d, &key, NULL) == 0);
	s->keep = &w;
	s->kept = &kept;
	s->ctx = &plain;
	must(open_file(file, &t, NULL) == 0);
	rc = sift_run(s, t, &end, NULL);
	s->keep = NULL;
	s->ctx = told;
	if (kept && (end.state == TAPE_CLEAN || end.state == TAPE_TRUNCATED)) {
		must(gist_end(&w, &end, NULL) == 0);
		by = by_gist(s, dst_mem_bytes(d), file);
		must(by == rc || by == ERR_STATE || rc == ERR_LIMIT);
		must(told->text.n <= plain.text.n);
		if (by == rc)
			must(told->text.n == plain.text.n);
		must(told->text.n == 0 ||
			memcmp(told->text.p, plain.text.p, told->text.n) == 0);
	} else {
		gist_abandon(&w);
	}
	buf_free(&plain.text);
	dst_close(d, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), text;
	struct told told = { 0 };
	struct sift s = { .scope = SEARCH_SHOWN, .line = tell, .ctx = &told };
	uint8_t how = brew_byte(&in);
	char what[TEXT_MAX + 1];
	struct buf file = { 0 };
	struct tape *t;

	text = brew_bytes(&in);
	snprintf(what, sizeof what, "%.*s", (int)text.n, (const char *)text.p);
	t = brew(&in, &file);
	tape_close(t);
	if (t && query_new(&s.query, what, how & 4 ? QUERY_FOLD : 0, NULL) == 0) {
		if (how % 4 == 0)
			any_bytes(&s, in, &file);
		else if (how % 4 == 1)
			any_pages(&s, in, &file);
		else
			the_same(&s, &file);
	}
	query_free(s.query);
	buf_free(&told.text);
	buf_free(&file);
	return 0;
}
