/* SPDX-License-Identifier: ISC */
/* Input: the characters in the order in which they were typed, and the line that they make when
 * the usual keys edit it.  The line is looked at before anything is taken out of it. */
#include "replay/redact_impl.h"

#include "base/err.h"

#include <stdlib.h>

enum { PLAIN, ESCAPE, CSI, SS3 };

enum edit {
	EDIT_NONE,
	LEFT,
	RIGHT,
	HOME,
	END,
	ERASE,
	DELETE,
	KILL,
	KILL_BACK,
	WORD_BACK
};

static const struct {
	uint8_t c;
	enum edit edit;
} controls[] = {
	{ 0x01, HOME },
	{ 0x02, LEFT },
	{ 0x04, DELETE },
	{ 0x05, END },
	{ 0x06, RIGHT },
	{ 0x08, ERASE },
	{ 0x0B, KILL },
	{ 0x15, KILL_BACK },
	{ 0x17, WORD_BACK },
	{ 0x7F, ERASE },
};

static const struct {
	char final;
	int number; /* in front of a '~' */
	enum edit edit;
} keys[] = {
	{ 'C', 0, RIGHT },
	{ 'D', 0, LEFT },
	{ 'F', 0, END },
	{ 'H', 0, HOME },
	{ '~', 1, HOME },
	{ '~', 3, DELETE },
	{ '~', 4, END },
	{ '~', 7, HOME },
	{ '~', 8, END },
};

static int
look(struct redact *r, struct lane *l)
{
	const struct hunt h = { r, &l->in, REDACT_TYPED };
	struct keyboard *k = l->keyboard;
	struct trail *t = &r->scratch;
	int rc = 0;

	if (!k->fresh)
		return 0;
	k->fresh = false;
	trail_clear(t);
	for (size_t i = 0; rc == 0 && i < k->n; i++)
		rc = trail_add_char(t, k->line[i].ch, k->line[i].origin);
	return rc < 0 ? rc : hunt_text(&h, RULE_TYPED, false, t);
}

static void
take_out(struct keyboard *k, size_t from, size_t n)
{
	memmove(k->line + from, k->line + from + n, (k->n - from - n) * sizeof *k->line);
	k->n -= n;
	k->cursor = from;
}

/* Where the word in front of the cursor begins. */
static size_t
word_begin(const struct keyboard *k)
{
	size_t i = k->cursor;

	while (i && k->line[i - 1].ch == ' ')
		i--;
	while (i && k->line[i - 1].ch != ' ')
		i--;
	return i;
}

static void
do_edit(struct keyboard *k, enum edit edit)
{
	size_t at = k->cursor, word;

	switch (edit) {
	case EDIT_NONE:
		break;
	case LEFT:
		k->cursor -= at > 0;
		break;
	case RIGHT:
		k->cursor += at < k->n;
		break;
	case HOME:
		k->cursor = 0;
		break;
	case END:
		k->cursor = k->n;
		break;
	case ERASE:
		if (at)
			take_out(k, at - 1, 1);
		break;
	case DELETE:
		if (at < k->n)
			take_out(k, at, 1);
		break;
	case KILL:
		k->n = at;
		break;
	case KILL_BACK:
		take_out(k, 0, at);
		break;
	case WORD_BACK:
		word = word_begin(k);
		take_out(k, word, at - word);
		break;
	}
}

static int
edit_line(struct redact *r, struct lane *l, enum edit edit)
{
	int rc = edit >= ERASE ? look(r, l) : 0;

	do_edit(l->keyboard, edit);
	return rc;
}

static int
end_line(struct redact *r, struct lane *l)
{
	const struct hunt h = { r, &l->in, REDACT_TYPED };
	int rc = look(r, l);

	l->keyboard->n = l->keyboard->cursor = 0;
	if (rc == 0)
		rc = flow_break(&l->keyboard->bytes, &h, RULE_BYTES);
	return rc < 0 ? rc : flow_break(&l->keyboard->flow, &h, RULE_TYPED);
}

static int
insert(struct redact *r, struct lane *l, uint32_t ch, uint64_t origin)
{
	const struct hunt h = { r, &l->in, REDACT_TYPED };
	struct keyboard *k = l->keyboard;
	int rc = 0;

	if (k->n == TYPED_EDIT_MAX) {
		rc = look(r, l);
		take_out(k, 0, TYPED_EDIT_MAX / 2);
		k->cursor = k->n;
	}
	memmove(k->line + k->cursor + 1, k->line + k->cursor,
		(k->n - k->cursor) * sizeof *k->line);
	k->line[k->cursor++] = (struct typed_char){ ch, origin };
	k->n++;
	k->fresh = true;
	if (rc == 0 && r->blank)
		rc = zone_add(&l->in, origin);
	if (rc >= 0)
		rc = flow_char(&k->bytes, &h, RULE_BYTES, ch, origin);
	return rc < 0 ? rc : flow_char(&k->flow, &h, RULE_TYPED, ch, origin);
}

static int
on_control(struct redact *r, struct lane *l, uint8_t c)
{
	enum edit edit = EDIT_NONE;

	if (c == '\r' || c == '\n' || c == 0x03)
		return end_line(r, l);
	if (c == '\t')
		return insert(r, l, ' ', TRAIL_NOWHERE);
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
		if (controls[i].c == c)
			edit = controls[i].edit;
	return edit_line(r, l, edit);
}

static int
on_key(struct redact *r, struct lane *l, char final, int number)
{
	enum edit edit = EDIT_NONE;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].final == final && (final != '~' || keys[i].number == number))
			edit = keys[i].edit;
	return edit_line(r, l, edit);
}

/* A byte of a key's sequence: true when it is one. */
static bool
in_key(struct redact *r, struct lane *l, uint8_t c, int *rc)
{
	struct keyboard *k = l->keyboard;
	uint8_t state = k->state;

	k->state = PLAIN;
	if (state == ESCAPE && (c == '[' || c == 'O')) {
		k->state = c == '[' ? CSI : SS3;
		k->number = 0;
		return true;
	}
	if (state == SS3 && c >= 0x20 && c < 0x7F) {
		*rc = on_key(r, l, (char)c, 0);
		return true;
	}
	if (state != CSI || c < 0x20 || c >= 0x7F)
		return false;
	if (c >= 0x40) {
		*rc = on_key(r, l, (char)c, k->number);
		return true;
	}
	k->state = CSI;
	if (c >= '0' && c <= '9' && k->number < 1000)
		k->number = k->number * 10 + (c - '0');
	return true;
}

static int
on_byte(struct redact *r, struct lane *l, uint8_t c)
{
	const struct hunt h = { r, &l->in, REDACT_TYPED };
	struct keyboard *k = l->keyboard;
	int rc = 0, n;
	uint32_t ch;

	if (!k->hold.n && k->state != PLAIN && in_key(r, l, c, &rc))
		return rc < 0 ? rc
			      : flow_char(&k->bytes, &h, RULE_BYTES, c, TRAIL_NOWHERE);
	if (!k->hold.n && c == 0x1B) {
		k->state = ESCAPE;
		return 0;
	}
	if (!k->hold.n && (c < 0x20 || c == 0x7F))
		return on_control(r, l, c);
	k->hold.byte[k->hold.n++] = c;
	n = utf8_get(k->hold.byte, k->hold.n, &ch, NULL);
	if (n == 0)
		return 0;
	if (n == k->hold.n) {
		k->hold.n = 0;
		return insert(
			r, l, ch, trail_origin(k->at + 1 - (uint64_t)n, (unsigned)n));
	}
	k->hold.n = 0;
	rc = insert(r, l, ch, trail_origin(k->at - (uint64_t)n, (unsigned)n));
	return rc < 0 ? rc : on_byte(r, l, c);
}

int
keyboard_write(struct redact *r, struct lane *l, struct span data)
{
	int rc = 0;

	if (!l->keyboard)
		l->keyboard = calloc(1, sizeof *l->keyboard);
	if (!l->keyboard)
		return ERR_NOMEM;
	for (size_t i = 0; rc == 0 && i < data.n; i++) {
		rc = on_byte(r, l, data.p[i]);
		l->keyboard->at++;
	}
	return rc;
}

int
keyboard_end(struct redact *r, struct lane *l)
{
	const struct hunt h = { r, &l->in, REDACT_TYPED };
	int rc;

	if (!l->keyboard)
		return 0;
	rc = end_line(r, l);
	if (rc == 0)
		rc = flow_end(&l->keyboard->flow, &h, RULE_TYPED);
	if (rc == 0)
		rc = flow_end(&l->keyboard->bytes, &h, RULE_BYTES);
	flow_free(&l->keyboard->flow);
	flow_free(&l->keyboard->bytes);
	l->keyboard->n = 0;
	return rc;
}
