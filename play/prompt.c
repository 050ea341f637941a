/* SPDX-License-Identifier: ISC */
#include "play/prompt.h"

#include "base/utf8.h"
#include "play/keymap.h"

#include <string.h>

static bool
is_tail(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static int
left_of(const struct prompt *p, int at)
{
	while (at > 0 && is_tail(p->text[--at]))
		;
	return at;
}

static int
right_of(const struct prompt *p, int at)
{
	if (at < p->n)
		at++;
	while (at < p->n && is_tail(p->text[at]))
		at++;
	return at;
}

static int
word_left(const struct prompt *p, int at)
{
	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	return at;
}

void
prompt_cut(struct prompt *p, int from, int to)
{
	memmove(p->text + from, p->text + to, (size_t)(p->n - to) + 1);
	p->n -= to - from;
	p->at = from;
}

static enum prompt_result
insert(struct prompt *p, uint32_t ch)
{
	uint8_t bytes[UTF8_MAX_LEN];
	int k = utf8_put(bytes, ch);

	if (p->n + k >= PROMPT_MAX)
		return PROMPT_IGNORED;
	memmove(p->text + p->at + k, p->text + p->at, (size_t)(p->n - p->at) + 1);
	memcpy(p->text + p->at, bytes, (size_t)k);
	p->n += k;
	p->at += k;
	return PROMPT_EDITED;
}

static void
set_text(struct prompt *p, const char *text)
{
	p->n = p->at = (int)strlen(text);
	memmove(p->text, text, (size_t)p->n + 1);
}

static enum prompt_result
history(struct prompt *p, int step)
{
	int to = p->back + step;

	if (to < 0 || to > p->nhistory)
		return PROMPT_IGNORED;
	if (p->back == 0)
		memcpy(p->draft, p->text, sizeof p->draft);
	p->back = to;
	set_text(p, to ? p->history[to - 1] : p->draft);
	return PROMPT_EDITED;
}

static enum prompt_result
enter(struct prompt *p)
{
	if (p->n && (!p->nhistory || strcmp(p->history[0], p->text) != 0)) {
		memmove(p->history[1], p->history[0], sizeof p->history - PROMPT_MAX);
		memcpy(p->history[0], p->text, PROMPT_MAX);
		p->nhistory += p->nhistory < PROMPT_HISTORY;
	}
	return PROMPT_ENTERED;
}

void
prompt_start(struct prompt *p)
{
	p->text[0] = 0;
	p->n = p->at = p->back = 0;
}

void
prompt_fill(struct prompt *p, const char *text)
{
	prompt_start(p);
	while (*text && p->n < PROMPT_MAX - 1)
		p->text[p->n++] = *text++;
	p->text[p->n] = 0;
	p->at = p->n;
}

enum prompt_result
prompt_key(struct prompt *p, uint32_t key)
{
	switch (key) {
	case K_ENTER:
	case 'j' | K_CTRL:
		return enter(p);
	case K_ESC:
	case 'c' | K_CTRL:
	case 'g' | K_CTRL:
		return PROMPT_LEFT;
	case K_BACKSPACE:
	case 'h' | K_CTRL:
		if (p->n == 0) /* as in less */
			return PROMPT_LEFT;
		prompt_cut(p, left_of(p, p->at), p->at);
		return PROMPT_EDITED;
	case K_DELETE:
	case 'd' | K_CTRL:
		prompt_cut(p, p->at, right_of(p, p->at));
		return PROMPT_EDITED;
	case K_LEFT:
	case 'b' | K_CTRL:
		p->at = left_of(p, p->at);
		return PROMPT_EDITED;
	case K_RIGHT:
	case 'f' | K_CTRL:
		p->at = right_of(p, p->at);
		return PROMPT_EDITED;
	case K_HOME:
	case 'a' | K_CTRL:
		p->at = 0;
		return PROMPT_EDITED;
	case K_END:
	case 'e' | K_CTRL:
		p->at = p->n;
		return PROMPT_EDITED;
	case 'u' | K_CTRL:
		prompt_cut(p, 0, p->at);
		return PROMPT_EDITED;
	case 'k' | K_CTRL:
		p->text[p->n = p->at] = 0;
		return PROMPT_EDITED;
	case 'w' | K_CTRL:
		prompt_cut(p, word_left(p, p->at), p->at);
		return PROMPT_EDITED;
	case K_UP:
		return history(p, 1);
	case K_DOWN:
		return history(p, -1);
	default:
		return key >= 32 && key < 0x110000 && key != 127 ? insert(p, key)
								 : PROMPT_IGNORED;
	}
}

int
prompt_cursor_chars(const struct prompt *p)
{
	int chars = 0;

	for (int i = 0; i < p->at; i++)
		chars += !is_tail(p->text[i]);
	return chars;
}
