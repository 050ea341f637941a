/* SPDX-License-Identifier: ISC */
#include "trace/echo.h"

enum { TEXT, ESC, CSI, STRING, STRING_ESC };

#define BEL       7
#define PARAM_MAX 9999

void
echo_start(struct echo *e)
{
	memset(e, 0, offsetof(struct echo, ch));
	e->on = true;
}

void
echo_stop(struct echo *e)
{
	e->on = false;
}

static void
put(struct echo *e, uint32_t ch)
{
	if (e->returned || e->done || e->at >= ECHO_MAX || ch == UTF8_BAD) {
		e->unsure = true;
		return;
	}
	e->wide |= ch >= 0x300;
	if (e->at < e->n && e->wide)
		e->unsure = true;
	e->ch[e->at++] = ch;
	if (e->at > e->n)
		e->n = e->at;
}

static void
move(struct echo *e, size_t n, bool right)
{
	if (e->wide || e->returned || e->done || (right ? e->n - e->at : e->at) < n)
		e->unsure = true;
	else
		e->at = right ? e->at + n : e->at - n;
}

/* Take N characters out behind the cursor, or make room for N. */
static void
shift(struct echo *e, size_t n, bool insert)
{
	uint32_t *p = e->ch + e->at;
	size_t tail = e->n - e->at;

	if (e->wide || e->returned || e->done ||
		(insert ? n > ECHO_MAX - e->n : n > tail)) {
		e->unsure = true;
	} else if (insert) {
		memmove(p + n, p, tail * sizeof *p);
		for (size_t i = 0; i < n; i++)
			p[i] = ' ';
		e->n += n;
	} else {
		memmove(p, p + n, (tail - n) * sizeof *p);
		e->n -= n;
	}
}

static void
erase(struct echo *e)
{
	if (e->param)
		e->unsure = true;
	else if (!e->done)
		e->n = e->at;
}

static void
sequence(struct echo *e, uint8_t final)
{
	size_t n = e->param ? e->param : 1;

	switch (final) {
	case 'C':
	case 'D':
		move(e, n, final == 'C');
		break;
	case 'P':
	case '@':
		shift(e, n, final == '@');
		break;
	case 'J':
	case 'K':
		erase(e);
		break;
	case 'm':
		break;
	case 'h':
	case 'l': /* bracketed paste, cursor shape; insert mode would move what stands there */
		e->unsure |= e->private == 0;
		break;
	default:
		e->unsure = true;
		break;
	}
}

static void
control(struct echo *e, uint8_t c)
{
	switch (c) {
	case '\033':
		e->state = ESC;
		break;
	case '\b':
		move(e, 1, false);
		break;
	case '\r':
		e->returned = true;
		break;
	case '\n':
		e->unsure |= !e->returned;
		e->returned = false;
		e->done = true;
		break;
	case BEL:
	case 0:
		break;
	default:
		e->unsure = true;
		break;
	}
}

static void
escape(struct echo *e, uint8_t c)
{
	e->param = 0;
	e->private = 0;
	e->state = TEXT;
	if (c == '[')
		e->state = CSI;
	else if (c == ']')
		e->state = STRING;
	else if (c != '=' && c != '>')
		e->unsure = true;
}

static void
csi(struct echo *e, uint8_t c)
{
	if (c >= '0' && c <= '9') {
		e->param = e->param * 10 + (uint32_t)(c - '0');
		if (e->param > PARAM_MAX)
			e->param = PARAM_MAX;
	} else if (c >= '<' && c <= '?') {
		e->private = c;
	} else if (c >= 0x40 && c < 0x7F) {
		e->state = TEXT;
		sequence(e, c);
	} else if (c != ';' && c != ':') {
		e->state = TEXT;
		e->unsure = true;
	}
}

/* OSC: titles, and our own marks. */
static void
string(struct echo *e, uint8_t c)
{
	if (e->state == STRING_ESC && c != '\\') {
		e->unsure = true;
		e->state = TEXT;
	} else if (c == BEL || e->state == STRING_ESC) {
		e->state = TEXT;
	} else if (c == '\033') {
		e->state = STRING_ESC;
	}
}

/* A byte of text; characters may come in pieces. */
static void
text(struct echo *e, uint8_t c)
{
	uint32_t ch;
	bool bad;
	int k;

	if (!e->hold.n && c < 0x80) {
		put(e, c);
		return;
	}
	e->hold.byte[e->hold.n++] = c;
	k = utf8_get(e->hold.byte, e->hold.n, &ch, &bad);
	if (!k)
		return;
	if (bad || k != e->hold.n)
		e->unsure = true;
	e->hold.n = 0;
	put(e, ch);
}

void
echo_feed(struct echo *e, struct span out)
{
	for (size_t i = 0; i < out.n && e->on && !e->unsure; i++) {
		uint8_t c = out.p[i];

		if (e->state == ESC)
			escape(e, c);
		else if (e->state == CSI)
			csi(e, c);
		else if (e->state != TEXT)
			string(e, c);
		else if (c < ' ' || c == 0x7F)
			control(e, c);
		else
			text(e, c);
	}
}

/* Blanks behind the cursor: typed, or what erased characters that stood there? */
static bool
blank_tail(const struct echo *e)
{
	for (size_t i = e->at; i < e->n; i++)
		if (e->ch[i] != ' ')
			return false;
	return e->at < e->n;
}

bool
echo_text(const struct echo *e, struct buf *out)
{
	uint8_t b[UTF8_MAX_LEN];

	if (!e->on || e->unsure || !e->done || e->hold.n || blank_tail(e))
		return false;
	for (size_t i = 0; i < e->n; i++)
		buf_add(out, b, (size_t)utf8_put(b, e->ch[i]));
	return true;
}
