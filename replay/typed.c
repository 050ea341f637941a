/* SPDX-License-Identifier: ISC */
#include "replay/typed.h"

#include "replay/keyname.h"

#define ESC 0x1B
#define DEL 0x7F

void
typed_init(struct typed *t)
{
	*t = (struct typed){ 0 };
	text_init(&t->text, TYPED_MEMORY);
}

void
typed_free(struct typed *t)
{
	text_free(&t->text);
	buf_free(&t->line);
}

static void
add_plain(struct typed *t, uint8_t c)
{
	if (c == DEL || c == '\b')
		buf_add_str(&t->line, "<BS>");
	else if (c == '\t')
		buf_add_str(&t->line, "<Tab>");
	else if (c == ESC)
		buf_add_str(&t->line, "<Esc>");
	else if (c < 0x20)
		buf_addf(&t->line, "^%c", c + '@');
	else
		utf8_feed(&t->hold, &t->line, span_of(&c, 1));
}

/* What was held as a key is none, or only its beginning. */
static void
spill(struct typed *t)
{
	for (size_t i = 0; i < t->nkey; i++)
		add_plain(t, t->key[i]);
	t->nkey = 0;
}

/* The key held is complete and known. */
static bool
named(struct typed *t)
{
	const char *name = keyname_of(span_of(t->key + 1, t->nkey - 1));

	if (!name)
		return false;
	buf_add_str(&t->line, name);
	t->nkey = 0;
	return true;
}

/* May C go on the sequence held? */
static bool
goes_on(const struct typed *t, uint8_t c)
{
	if (t->nkey == 1)
		return c == '[' || c == 'O';
	return c >= 0x20 && c < DEL && t->nkey < TYPED_KEY_MAX;
}

static void
add_byte(struct typed *t, uint8_t c)
{
	if (t->nkey && !goes_on(t, c))
		spill(t);
	if (!t->nkey && c != ESC) {
		if (c < 0x20 || c == DEL)
			utf8_end(&t->hold, &t->line);
		add_plain(t, c);
		return;
	}
	t->key[t->nkey++] = c;
	if (t->nkey > 2 && !named(t) && c >= '@')
		spill(t);
}

static void
put_line(struct typed *t, uint64_t n, int64_t at_ns)
{
	struct text_line l = { .n = n, .at_ns = at_ns, .keep = t->keep, .longer = true };

	if (t->told)
		return;
	l.text = buf_span(&t->line);
	if (buf_failed(&t->line))
		text_fail(&t->text, n);
	else if (l.text.n > t->keep)
		text_add(&t->text, &l);
	t->keep = (uint32_t)l.text.n;
}

static void
end_line(struct typed *t, uint64_t n, int64_t at_ns)
{
	spill(t);
	utf8_end(&t->hold, &t->line);
	put_line(t, n, at_ns);
	if (t->told)
		t->told(t->ctx, buf_span(&t->line));
	buf_clear(&t->line);
	t->keep = 0;
}

void
typed_note(struct typed *t, const struct msg *m, uint64_t n, int64_t at_ns)
{
	struct span in;

	if (m->type != MSG_IO || m->p.io.stream != MSG_STREAM_IN)
		return;
	in = m->p.io.data;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '\r' || in.p[i] == '\n' || t->line.n >= TYPED_LINE_MAX)
			end_line(t, n, at_ns);
		if (in.p[i] != '\r' && in.p[i] != '\n')
			add_byte(t, in.p[i]);
	}
	put_line(t, n, at_ns);
}

void
typed_end(struct typed *t)
{
	if (t->line.n || t->nkey)
		end_line(t, 0, 0);
}
