/* SPDX-License-Identifier: ISC */
/* Any message for a person: one line, all of it field by field, the keys that were typed.
 * Control characters never get through, and there is an end to all of it. */
#include "base/utf8.h"
#include "format/explain.h"
#include "play/detail.h"
#include "tests/fuzz/brew.h"
#include "tests/fuzz/must.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct span s, const char *controls)
{
	must(utf8_valid(s));
	while (s.n) {
		uint32_t ch;
		int k = utf8_get(s.p, s.n, &ch, NULL);

		must(!utf8_order(ch) || (ch && ch < 0x80 && strchr(controls, (int)ch)));
		s = span_of(s.p + k, s.n - (size_t)k);
	}
}

static void
check_message(struct detail *d, struct reel *r, uint64_t n, int cols)
{
	struct buf line = { 0 }, store = { 0 };
	struct msg m;
	int64_t at_ns;

	detail_set(d, r, n, cols);
	check_text(buf_span(&d->text), "\t\n");
	must(d->text.n < 2 * EXPLAIN_BYTES_MAX + 65536);
	for (size_t i = 0; i < d->n; i++)
		must(d->line[i].value + d->line[i].value_n <= d->text.n);
	if (reel_message(r, n, &m, &at_ns, &store, NULL) > 0) {
		must(msg_describe(&line, &m) == 0);
		check_text(buf_span(&line), "");
	}
	buf_free(&store);
	buf_free(&line);
}

static void
check_keys(struct reel *r)
{
	struct reel_key keys[32];
	size_t n = reel_keys(r, reel_index_state(r).messages, keys, 32, NULL);

	for (size_t i = 0; i < n; i++) {
		check_text(span_str(keys[i].name), "");
		check_text(span_str(keys[i].sign), "");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reel_opts o = { .channel = -1, .text_memory = REEL_NO_TEXT };
	struct span in = span_of(data, size);
	struct detail d = { 0 };
	struct buf file = { 0 };
	struct tape *t = brew(&in, &file);
	struct reel *r;

	if (t && reel_open(&r, t, &o, NULL) == 0) {
		while (reel_index(r, 1 << 20, NULL) > 0)
			;
		for (uint64_t i = 0; i < reel_index_state(r).messages && i < 64; i++)
			check_message(&d, r, i, brew_byte(&in) % 100);
		for (size_t i = 0; i < reel_events(r); i++)
			check_text(span_str(reel_event(r, i)->text), "");
		check_keys(r);
		reel_close(r);
	}
	detail_free(&d);
	buf_free(&file);
	return 0;
}
