/* SPDX-License-Identifier: ISC */
#include "replay/happened.h"

#include "base/utf8.h"
#include "replay/events.h"

#define MEMORY ((size_t)128 << 20) /* more than the longest line */

void
happened_init(struct happened *h)
{
	*h = (struct happened){ 0 };
	text_init(&h->text, MEMORY);
}

void
happened_free(struct happened *h)
{
	text_free(&h->text);
	buf_free(&h->line);
	buf_free(&h->ran);
}

static void
add(struct happened *h, uint64_t n, int64_t at_ns, int row)
{
	struct text_line l = {
		.n = n, .at_ns = at_ns, .row = row, .text = buf_span(&h->line)
	};

	if (buf_failed(&h->line))
		text_fail(&h->text, n);
	else if (l.text.n)
		text_add(&h->text, &l);
	buf_clear(&h->line);
}

void
happened_note(struct happened *h, const struct msg *m, uint64_t n, int64_t at_ns)
{
	int ran;

	if (!events_is(m))
		return;
	if (msg_describe(&h->line, m) < 0)
		text_fail(&h->text, n);
	add(h, n, at_ns, HAPPENED_TOLD);
	buf_clear(&h->ran);
	ran = vendor_ran(m, &h->ran);
	if (!ran)
		return;
	if (buf_failed(&h->ran) || utf8_clean(&h->line, buf_span(&h->ran)) < 0)
		text_fail(&h->text, n);
	add(h, n, at_ns, ran);
}
