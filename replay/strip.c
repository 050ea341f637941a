/* SPDX-License-Identifier: ISC */
/* The filter of the terminal decides what a byte is; it is fed byte by byte.  Characters are put
 * together here, so that a broken one does not run into what comes behind it. */
#include "replay/strip.h"

static void
take(struct strip *s, struct span *in)
{
	in->p++;
	in->n--;
	s->at++;
}

/* One byte through the filter, which is in no character. */
static void
control(struct strip *s, uint8_t c, struct piece *p)
{
	struct span one = span_of(&c, 1);

	p->kind = PIECE_CONTROL;
	while (one.n && p->tok.kind == TOK_END)
		p->tok = filter_next(&s->filter, &one);
	p->raw[p->nraw++] = c;
}

/* C1 as two bytes: the filter takes it for its escape sequence. */
static void
c1(struct strip *s, uint32_t ch, struct piece *p)
{
	uint8_t utf8[UTF8_MAX_LEN];
	struct span two = span_of(utf8, (size_t)utf8_put(utf8, ch));

	p->kind = PIECE_CONTROL;
	p->nraw = two.n;
	memcpy(p->raw, utf8, two.n);
	p->tok = filter_next(&s->filter, &two);
}

static bool
is_c1(uint32_t ch)
{
	return ch >= 0x80 && ch < 0xA0;
}

/* A byte of a character above ASCII, or one that breaks it off and stays.  False: more are
 * needed. */
static bool
character(struct strip *s, struct span *in, struct piece *p)
{
	int n;

	s->hold.byte[s->hold.n++] = in->p[0];
	n = utf8_get(s->hold.byte, s->hold.n, &p->ch, NULL);
	if (n == 0) {
		take(s, in);
		return false;
	}
	if (n == s->hold.n)
		take(s, in);
	s->hold.n = 0;
	p->breaks = s->broke;
	s->broke = false;
	p->origin = trail_origin(s->at - (uint64_t)n, (unsigned)n);
	p->kind = filter_in_string(&s->filter) ? PIECE_BODY : PIECE_TEXT;
	if (p->kind == PIECE_TEXT && is_c1(p->ch))
		c1(s, p->ch, p);
	return true;
}

/* In the middle of a sequence the filter gives the sequence up at such a byte and takes it for
 * text again. */
static void
leave_sequence(struct strip *s)
{
	if (filter_at_text(&s->filter) || filter_in_string(&s->filter))
		return;
	s->filter = (struct filter){ 0 };
	s->broke = true;
}

bool
strip_next(struct strip *s, struct span *in, struct piece *p)
{
	p->nraw = 0;
	p->breaks = false;
	p->tok = (struct tok){ .kind = TOK_END };
	while (in->n) {
		uint8_t c = in->p[0];
		bool string = filter_in_string(&s->filter);

		if (c >= 0x80)
			leave_sequence(s);
		if (c >= 0x80 || s->hold.n) {
			if (character(s, in, p))
				return true;
			continue;
		}
		take(s, in);
		if (c >= 0x20 && c != 0x7F && (string || filter_at_text(&s->filter))) {
			p->kind = string ? PIECE_BODY : PIECE_TEXT;
			p->ch = c;
			p->origin = trail_origin(s->at - 1, 1);
			return true;
		}
		control(s, c, p);
		return true;
	}
	return false;
}
