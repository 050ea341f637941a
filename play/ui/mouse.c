/* SPDX-License-Identifier: ISC */
#include "play/ui/mouse.h"

#include "play/ui/terminfo.h"

#include <curses.h>

#include <stdio.h>

/* Presses, releases and moves with a button down; numbers instead of bytes. */
#define MOUSE_ON "\033[?1002h\033[?1006h"

enum { /* the first number */
	BUTTON = 3,
	RELEASED = 3, /* the old form does not say which */
	MODIFIERS = 4 | 8 | 16,
	MOVED = 32,
	WHEEL = 64,
};

void
mouse_ask(bool on)
{
	if (!terminfo_has_mouse())
		return;
	putp(on ? MOUSE_ON : MOUSE_OFF);
	fflush(stdout);
}

/* Only the first button means anything. */
static bool
button(struct mouse *m, int code, bool released)
{
	code &= ~MODIFIERS;
	if (code == WHEEL || code == (WHEEL | 1))
		m->kind = code == WHEEL ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
	else if (code & WHEEL || code & BUTTON)
		return false;
	else if (released)
		m->kind = MOUSE_RELEASE;
	else
		m->kind = code & MOVED ? MOUSE_DRAG : MOUSE_PRESS;
	return true;
}

bool
mouse_parse(struct mouse *m, const char *text)
{
	int code, col, row, n = 0;
	char last;

	*m = (struct mouse){ 0 };
	if (sscanf(text, "%4d;%5d;%5d%c%n", &code, &col, &row, &last, &n) != 4 ||
		text[n] || code < 0 || col < 1 || row < 1 || (last != 'M' && last != 'm'))
		return false;
	m->row = row - 1;
	m->col = col - 1;
	return button(m, code, last == 'm');
}

bool
mouse_parse_old(struct mouse *m, const int byte[3])
{
	int code = byte[0] - 32;
	bool released = (code & (WHEEL | BUTTON)) == RELEASED;

	*m = (struct mouse){ .col = byte[1] - 33, .row = byte[2] - 33 };
	if (code < 0 || m->row < 0 || m->col < 0)
		return false;
	return button(m, released ? code & ~BUTTON : code, released);
}
