/* SPDX-License-Identifier: ISC */
#include "play/ui/keys.h"

#include "play/keymap.h"

#include <curses.h>
#include <wchar.h>

#include <string.h>

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

/* Extended capabilities: a name and xterm's number of the modifiers, "kLFT3". */
static const struct {
	const char *name;
	uint32_t key;
} extended[] = {
	{ "kLFT", K_LEFT },
	{ "kRIT", K_RIGHT },
	{ "kUP", K_UP },
	{ "kDN", K_DOWN },
	{ "kHOM", K_HOME },
	{ "kEND", K_END },
	{ "kPRV", K_PGUP },
	{ "kNXT", K_PGDN },
};

static uint32_t
modifiers(char digit)
{
	int bits = digit - '1'; /* shift 1, alt 2, control 4 */

	if (bits < 1 || bits > 7)
		return 0;
	return (bits & 1 ? K_SHIFT : 0) | (bits & 2 ? K_ALT : 0) |
	       (bits & 4 ? K_CTRL : 0);
}

static uint32_t
extended_key(const char *name)
{
	for (size_t i = 0; name && i < sizeof extended / sizeof *extended; i++) {
		size_t n = strlen(extended[i].name);

		if (strncmp(name, extended[i].name, n) == 0 && strlen(name) <= n + 1)
			return extended[i].key | modifiers(name[n]);
	}
	return K_NONE;
}

static uint32_t
function_key(int code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].curses == code)
			return codes[i].key;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return K_F1 + (uint32_t)(code - KEY_F(1));
	return extended_key(keyname(code));
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

/* 0 none, else the key; curses itself has waited for the rest of a sequence. */
static uint32_t
one(void)
{
	wint_t ch;
	int rc = get_wch(&ch);

	if (rc == ERR)
		return K_NONE;
	return rc == KEY_CODE_YES ? function_key((int)ch) : character((uint32_t)ch);
}

uint32_t
keys_next(void)
{
	uint32_t key = one(), next;

	if (key != K_ESC)
		return key;
	next = one(); /* Alt sends Escape and the key at once */
	return next == K_NONE || next == K_ESC ? K_ESC : next | K_ALT;
}
