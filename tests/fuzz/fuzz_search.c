/* SPDX-License-Identifier: ISC */
/* Any search in a recording out of any bytes: with all short cuts there are the same hits at
 * the same places, and the same screens, as without any. */
#include "base/utf8.h"
#include "replay/search.h"
#include "tests/fuzz/brew.h"
#include "tests/fuzz/must.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct reel *
open_reel(struct span file, bool slow)
{
	struct reel_opts o = { .channel = -1, .keyframe_cost = 1000, .slow = slow };
	struct tape *t;
	struct reel *r;

	if (tape_open(&t, src_mem(file), NULL, NULL) < 0 ||
		reel_open(&r, t, &o, NULL) < 0)
		return NULL;
	return r;
}

static struct search *
all_hits(struct reel *r, struct query *q, enum search_scope scope)
{
	struct search *s;

	must(search_open(&s, r, q, scope, NULL) == 0);
	for (int i = 0; i < 10000 && search_run(s, 1 << 20, NULL) > 0; i++)
		;
	return s;
}

static void
check_hit(struct search *a, struct search *b, uint64_t i)
{
	struct search_hit h, k;
	struct buf line = { 0 };

	must(search_hit(a, i, &h) && search_hit(b, i, &k));
	must(h.n == k.n && h.at_ns == k.at_ns && h.row == k.row && h.col == k.col);
	must(h.start == k.start && h.end == k.end && h.start < h.end);
	must(search_number(a, &h) == i);
	if (i % 50 == 0) {
		must(search_context(a, &h, &line) == 0);
		must(h.end <= line.n && utf8_valid(buf_span(&line)));
	}
	buf_free(&line);
}

/* A query may run away in one and, in lines that are read another way, not in the other. */
static void
compare(struct reel *fast, struct reel *slow, struct query *q, enum search_scope scope)
{
	struct search *a = all_hits(fast, q, scope), *b = all_hits(slow, q, scope);
	uint64_t n = search_state(a).hits;

	if (!search_state(a).given_up && !search_state(b).given_up) {
		must(n == search_state(b).hits);
		for (uint64_t i = 0; i < n; i += 1 + n / 200)
			check_hit(a, b, i);
	}
	search_close(a);
	search_close(b);
}

static void
go_round(struct reel *fast, struct reel *slow, struct query *q, struct span *in)
{
	uint64_t n;

	for (int i = 0; i < 50 && reel_index(fast, brew_byte(in) * 500u, NULL) > 0; i++)
		if (i % 3 == 0)
			reel_step(fast, NULL, NULL);
	while (reel_index(fast, 1 << 20, NULL) > 0)
		;
	while (reel_index(slow, 1 << 20, NULL) > 0)
		;
	n = reel_index_state(fast).messages;
	must(n == reel_index_state(slow).messages);
	for (int i = SEARCH_SHOWN; i <= SEARCH_EVENTS; i++)
		compare(fast, slow, q, (enum search_scope)i);
	for (uint64_t k = 0; k <= n; k += 1 + n / 8) {
		must(reel_seek_ordinal(fast, k, NULL, NULL, NULL) == 0);
		must(reel_seek_ordinal(slow, k, NULL, NULL, NULL) == 0);
		must(emu_hash(reel_screen(fast)) == emu_hash(reel_screen(slow)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), text;
	struct reel *fast = NULL, *slow = NULL;
	int flags = brew_byte(&in) & 1 ? QUERY_PLAIN : 0;
	char what[TEXT_MAX + 1];
	struct buf file = { 0 };
	struct query *q = NULL;
	struct tape *t;
	struct err e;

	text = brew_bytes(&in);
	snprintf(what, sizeof what, "%.*s", (int)text.n, (const char *)text.p);
	t = brew(&in, &file);
	tape_close(t);
	if (t && query_new(&q, what, flags, &e) == 0) {
		fast = open_reel(buf_span(&file), false);
		slow = open_reel(buf_span(&file), true);
		if (fast && slow)
			go_round(fast, slow, q, &in);
	}
	if (fast)
		reel_close(fast);
	if (slow)
		reel_close(slow);
	query_free(q);
	buf_free(&file);
	return 0;
}
