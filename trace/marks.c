/* SPDX-License-Identifier: ISC */
/* Framing: "ESC ] BODY BEL" or "ESC ] BODY ESC \".  Outside of a mark only "ESC ]" matters;
 * memchr looks for the bracket, which is rarer than ESC where there are colours.  Other
 * control strings are walked over as text, since none can hold an ESC ] that a terminal would
 * act upon. */
#include "trace/marks.h"

enum { TEXT, ESC, NUMBER, BODY, BODY_ESC };

#define BEL 7
#define CAN 0x18
#define SUB 0x1A

void
marks_init(struct marks *m, const char *nonce)
{
	m->nonce = nonce;
	m->state = TEXT;
	m->n = m->seen = 0;
	m->mark.kind = MARK_NONE;
}

/* Whether the bytes so far may become the number of a mark. */
static bool
may_be_ours(const uint8_t *p, size_t n)
{
	static const char *const numbers[] = { "133;", "633;", "3008;", "7;" };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (n <= strlen(numbers[i]) && memcmp(p, numbers[i], n) == 0)
			return true;
	return false;
}

static void
keep(struct marks *m, uint8_t c)
{
	m->seen++;
	if (m->n < sizeof m->body)
		m->body[m->n++] = c;
	if (m->seen > MARKS_GIVEUP)
		m->state = TEXT;
}

static bool
ended(struct marks *m)
{
	m->state = TEXT;
	marks_parse(m, span_of(m->body, m->n));
	return m->mark.kind != MARK_NONE;
}

/* One byte inside of something that may be a mark; true when it was one. */
static bool
step(struct marks *m, uint8_t c)
{
	switch (m->state) {
	case ESC:
		m->n = m->seen = 0;
		m->state = c == ']' ? NUMBER : c == '\033' ? ESC : TEXT;
		return false;
	case NUMBER:
		keep(m, c);
		if (!may_be_ours(m->body, m->n))
			m->state = c == '\033' ? ESC : TEXT;
		else if (c == ';')
			m->state = BODY;
		return false;
	case BODY_ESC:
		if (c == '\\')
			return ended(m);
		m->state = ESC; /* the mark was broken off by another sequence */
		return step(m, c);
	default:
		break;
	}
	if (c == BEL)
		return ended(m);
	if (c == '\033')
		m->state = BODY_ESC;
	else if (c == CAN || c == SUB)
		m->state = TEXT;
	else
		keep(m, c);
	return false;
}

/* Behind the next "ESC ]" in OUT from I on, or its end; an ESC there may begin one. */
static size_t
skip_text(struct marks *m, struct span out, size_t i)
{
	const uint8_t *p;
	size_t from = i;

	while ((p = memchr(out.p + i, ']', out.n - i)) != NULL) {
		i = (size_t)(p - out.p) + 1;
		if (i - 1 > from && p[-1] == '\033') {
			m->n = m->seen = 0;
			m->state = NUMBER;
			return i;
		}
	}
	if (out.p[out.n - 1] == '\033')
		m->state = ESC;
	return out.n;
}

size_t
marks_next(struct marks *m, struct span out)
{
	size_t i = 0;

	m->mark.kind = MARK_NONE;
	while (i < out.n) {
		if (m->state == TEXT)
			i = skip_text(m, out, i);
		else if (step(m, out.p[i++]))
			return i;
	}
	return out.n;
}
