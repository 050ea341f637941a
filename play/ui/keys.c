/* SPDX-License-Identifier: ISC */
#include "play/ui/keys.h"

#include "base/utf8.h"
#include "play/keymap.h"
#include "play/ui/mouse.h"

#include <curses.h>
#include <wchar.h>

#include <stdio.h>

static const struct {
	int curses;
	uint32_t key;
} codes[] = {
	{ KEY_LEFT, K_LEFT },
	{ KEY_RIGHT, K_RIGHT },
	{ KEY_UP, K_UP },
	{ KEY_DOWN, K_DOWN },
	{ KEY_PPAGE, K_PGUP },
	{ KEY_NPAGE, K_PGDN },
	{ KEY_HOME, K_HOME },
	{ KEY_FIND, K_HOME },
	{ KEY_END, K_END },
	{ KEY_SELECT, K_END },
	{ KEY_IC, K_INSERT },
	{ KEY_DC, K_DELETE },
	{ KEY_BACKSPACE, K_BACKSPACE },
	{ KEY_ENTER, K_ENTER },
	{ KEY_SLEFT, K_LEFT | K_SHIFT },
	{ KEY_SRIGHT, K_RIGHT | K_SHIFT },
	{ KEY_SR, K_UP | K_SHIFT },
	{ KEY_SF, K_DOWN | K_SHIFT },
	{ KEY_SHOME, K_HOME | K_SHIFT },
	{ KEY_SEND, K_END | K_SHIFT },
	{ KEY_BTAB, K_TAB | K_SHIFT },
};

/* The sequences that all terminals of xterm's family send, "CSI D" and with modifiers
 * "CSI 1 ; N D", whatever the description says: curses gets numbers of ours for them. */
static const struct {
	char final;
	uint32_t key;
} arrows[] = {
	{ 'A', K_UP },
	{ 'B', K_DOWN },
	{ 'C', K_RIGHT },
	{ 'D', K_LEFT },
	{ 'H', K_HOME },
	{ 'F', K_END },
};

#define OURS     (KEY_MAX + 0x200)
#define MODIFIED 8 /* numbers an arrow: plain and modifiers 2 to 8 */

void
keys_start(void)
{
	static const struct {
		const char *bytes;
		int code;
	} ends[] = { { "\033[1~", KEY_HOME }, { "\033[4~", KEY_END },
		{ "\033[7~", KEY_HOME }, { "\033[8~", KEY_END } };
	char text[16];

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		define_key(ends[i].bytes, ends[i].code);

	define_key(NULL, KEY_MOUSE); /* what begins like it is read here */
	for (int i = 0; i < (int)(sizeof arrows / sizeof *arrows); i++) {
		for (int m = 0; m < MODIFIED; m++) {
			if (m == 0)
				snprintf(text, sizeof text, "\033[%c", arrows[i].final);
			else
				snprintf(text, sizeof text, "\033[1;%d%c", m + 1,
					arrows[i].final);
			define_key(text, OURS + i * MODIFIED + m);
		}
	}
}

static uint32_t
our_key(int code)
{
	uint32_t bits =
		(uint32_t)(code - OURS) % MODIFIED; /* shift 1, alt 2, control 4 */

	return arrows[(code - OURS) / MODIFIED].key | (bits & 1 ? K_SHIFT : 0) |
	       (bits & 2 ? K_ALT : 0) | (bits & 4 ? K_CTRL : 0);
}

static uint32_t
function_key(int code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].curses == code)
			return codes[i].key;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return K_F1 + (uint32_t)(code - KEY_F(1));
	if (code >= OURS &&
		code < OURS + MODIFIED * (int)(sizeof arrows / sizeof *arrows))
		return our_key(code);
	return K_NONE;
}

static uint32_t
character(uint32_t ch)
{
	if (ch == '\t' || ch == K_ENTER || ch == K_ESC || ch == K_BACKSPACE)
		return ch;
	if (ch == '\n')
		return K_ENTER;
	if (ch == 8)
		return K_BACKSPACE;
	if (ch >= 1 && ch <= 26)
		return ('a' + ch - 1) | K_CTRL;
	return ch < 32 ? K_NONE : ch;
}

/* As get_wch(), which in a locale without a character takes the next bytes for the rest of it
 * and drops them all: keys that were typed at once with it.  A terminal that sends what is
 * not ASCII sends UTF-8. */
static int
get(wint_t *out)
{
	static uint8_t held[UTF8_MAX_LEN];
	static size_t n;
	uint32_t ch;
	bool bad;
	int c;

	while ((c = getch()) != ERR) {
		*out = (wint_t)c;
		if (c < 0x80 || c > 0xFF) {
			n = 0;
			return c < 0x80 ? OK : KEY_CODE_YES;
		}
		held[n++] = (uint8_t)c;
		if (utf8_get(held, n, &ch, &bad) == 0)
			continue;   /* more has to come */
		if (bad && n > 1) { /* C may begin another one */
			held[0] = (uint8_t)c;
			n = 1;
			if (utf8_get(held, n, &ch, &bad) == 0)
				continue;
		}
		n = 0;
		*out = ch;
		if (!bad)
			return OK;
	}
	return ERR;
}

/* 0 none, else the key; curses itself has waited for the rest of a sequence.  What means
 * nothing is passed over: 0 would end the reading while curses still holds bytes back. */
static uint32_t
one(void)
{
	wint_t ch;
	uint32_t key = K_NONE;
	int rc;

	while (key == K_NONE && (rc = get(&ch)) != ERR)
		key = rc == KEY_CODE_YES ? function_key((int)ch)
					 : character((uint32_t)ch);
	return key;
}

/* A sequence of the mouse that has not come whole: its digits must not be taken for keys. */
static struct {
	bool open;
	int n;
	char text[24];
} report;

/* KEYS_MOUSE, K_NONE: it is nothing, or more has to come. */
static uint32_t
read_report(struct mouse *m)
{
	wint_t ch = 0;

	while (report.open && get(&ch) == OK) {
		if (report.n == (int)sizeof report.text - 1 || ch < 32 || ch > 126)
			report.open = false; /* no report at all */
		else
			report.text[report.n++] = (char)ch;
		if (ch == 'M' || ch == 'm')
			report.open = false;
	}
	report.text[report.n] = 0;
	return !report.open && mouse_parse(m, report.text) ? KEYS_MOUSE : K_NONE;
}

static uint32_t
read_old_report(struct mouse *m)
{
	int byte[3];

	for (int i = 0; i < 3; i++) {
		byte[i] = getch(); /* bytes, not characters */
		if (byte[i] == ERR || byte[i] > 0xFF)
			return K_NONE;
	}
	return mouse_parse_old(m, byte) ? KEYS_MOUSE : K_NONE;
}

/* The rest of a sequence that curses does not know must not be taken for keys, unless it
 * is the mouse. */
static uint32_t
read_sequence(uint32_t introducer, struct mouse *m)
{
	wint_t ch;
	bool first = true;

	while (get(&ch) == OK && introducer == '[' && (ch < 0x40 || ch > 0x7E)) {
		if (first && ch == '<') {
			report.open = true;
			report.n = 0;
			return read_report(m);
		}
		first = false;
	}
	return introducer == '[' && first && ch == 'M' ? read_old_report(m) : K_NONE;
}

uint32_t
keys_next(struct mouse *m)
{
	uint32_t key, next;

	for (;;) {
		if (report.open) {
			key = read_report(m);
			if (key != K_NONE || report.open)
				return key;
		}
		key = one();
		if (key != K_ESC)
			return key;
		next = one(); /* Alt sends Escape and the key at once */
		if (next == K_NONE || next == K_ESC)
			return K_ESC;
		if (next != '[' && next != 'O')
			return next | K_ALT;
		key = read_sequence(next, m);
		if (key != K_NONE || report.open)
			return key;
	}
}
