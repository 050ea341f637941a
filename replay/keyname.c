/* SPDX-License-Identifier: ISC */
#include "replay/keyname.h"

#include "base/utf8.h"

#include <stdio.h>

#define ESC     0x1B
#define DEL     0x7F
#define SEQ_MAX 16 /* bytes of a sequence that is taken for one key */

static const struct {
	const char *bytes, *name, *sign;
} keys[] = {
	{ "[A", "<Up>", "\u2191" },
	{ "[B", "<Down>", "\u2193" },
	{ "[C", "<Right>", "\u2192" },
	{ "[D", "<Left>", "\u2190" },
	{ "[F", "<End>", "\u21F2" },
	{ "[H", "<Home>", "\u21F1" },
	{ "OA", "<Up>", "\u2191" },
	{ "OB", "<Down>", "\u2193" },
	{ "OC", "<Right>", "\u2192" },
	{ "OD", "<Left>", "\u2190" },
	{ "OF", "<End>", "\u21F2" },
	{ "OH", "<Home>", "\u21F1" },
	{ "[1~", "<Home>", "\u21F1" },
	{ "[4~", "<End>", "\u21F2" },
	{ "[2~", "<Ins>", "<Ins>" },
	{ "[3~", "<Del>", "\u2326" },
	{ "[5~", "<PgUp>", "\u21DE" },
	{ "[6~", "<PgDn>", "\u21DF" },
	{ "[Z", "<S-Tab>", "S-\u21E5" },
	{ "OP", "<F1>", "<F1>" },
	{ "OQ", "<F2>", "<F2>" },
	{ "OR", "<F3>", "<F3>" },
	{ "OS", "<F4>", "<F4>" },
	{ "[15~", "<F5>", "<F5>" },
	{ "[17~", "<F6>", "<F6>" },
	{ "[18~", "<F7>", "<F7>" },
	{ "[19~", "<F8>", "<F8>" },
	{ "[20~", "<F9>", "<F9>" },
	{ "[21~", "<F10>", "<F10>" },
	{ "[23~", "<F11>", "<F11>" },
	{ "[24~", "<F12>", "<F12>" },
};

static const struct {
	uint8_t byte;
	const char *name, *sign;
} plain[] = {
	{ '\r', "<Enter>", "\u23CE" },
	{ '\n', "<Enter>", "\u23CE" },
	{ '\t', "<Tab>", "\u21E5" },
	{ '\b', "<BS>", "\u232B" },
	{ DEL, "<BS>", "\u232B" },
	{ ESC, "<Esc>", "\u238B" },
	{ ' ', " ", "\u2423" },
};

static int
find(struct span seq)
{
	for (int i = 0; i < (int)(sizeof keys / sizeof *keys); i++)
		if (span_is(seq, keys[i].bytes))
			return i;
	return -1;
}

const char *
keyname_of(struct span seq)
{
	int i = find(seq);

	return i < 0 ? NULL : keys[i].name;
}

static void
set(struct keyname *out, const char *mods, const char *name, const char *sign)
{
	bool inside = *mods && name[0] == '<';

	snprintf(out->name, KEYNAME_MAX, "%s%s%s", inside ? "<" : "", mods,
		inside ? name + 1 : name);
	snprintf(out->sign, KEYNAME_MAX, "%s%s", mods, sign);
}

/* "[1;5C": an arrow with modifiers; false when it is none. */
static bool
modified(struct span seq, struct keyname *out)
{
	static const char *const mods[] = { "S-", "M-", "M-S-", "C-", "C-S-", "C-M-",
		"C-M-S-" };
	uint8_t bare[2] = { '[', 0 };
	int i;

	if (seq.n != 5 || memcmp(seq.p, "[1;", 3) != 0 || seq.p[3] < '2' ||
		seq.p[3] > '8')
		return false;
	bare[1] = seq.p[4];
	i = find(span_of(bare, 2));
	if (i >= 0)
		set(out, mods[seq.p[3] - '2'], keys[i].name, keys[i].sign);
	return i >= 0;
}

/* Bytes of the sequence that IN begins with, the escape included; 0: none that is whole. */
static size_t
sequence(struct span in)
{
	if (in.n < 3 || (in.p[1] != '[' && in.p[1] != 'O'))
		return 0;
	for (size_t i = 2; i < in.n && i < SEQ_MAX; i++) {
		if (in.p[i] >= 0x40 && in.p[i] < DEL)
			return i + 1;
		if (in.p[i] < 0x20 || in.p[i] >= DEL)
			return 0;
	}
	return 0;
}

/* A sequence that is no key of ours is shown as it is, behind its escape. */
static size_t
escape(struct span in, struct keyname *out)
{
	size_t n = sequence(in);
	struct span seq = span_of(in.p + 1, n ? n - 1 : 0);
	char raw[SEQ_MAX];
	int i = n ? find(seq) : -1;

	if (i >= 0) {
		set(out, "", keys[i].name, keys[i].sign);
	} else if (n && !modified(seq, out)) {
		snprintf(raw, sizeof raw, "%.*s", (int)seq.n, (const char *)seq.p);
		snprintf(out->name, KEYNAME_MAX, "<Esc>%s", raw);
		snprintf(out->sign, KEYNAME_MAX, "\u238B%s", raw);
	}
	return n;
}

static size_t
character(struct span in, struct keyname *out)
{
	uint32_t ch;
	int k = utf8_get(in.p, in.n, &ch, NULL);
	int n;

	if (k == 0) { /* cut */
		ch = UTF8_BAD;
		k = (int)in.n;
	}
	n = utf8_put((uint8_t *)out->name, utf8_order(ch) ? UTF8_BAD : ch);
	out->name[n] = 0;
	memcpy(out->sign, out->name, (size_t)n + 1);
	out->text = true;
	return (size_t)k;
}

size_t
keyname_next(struct span in, struct keyname *out)
{
	uint8_t c = in.p[0];
	size_t n = 0;

	out->text = c == ' ';
	if (c == ESC)
		n = escape(in, out);
	if (n)
		return n;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (plain[i].byte == c) {
			set(out, "", plain[i].name, plain[i].sign);
			return 1;
		}
	if (c >= 0x20)
		return character(in, out);
	snprintf(out->name, KEYNAME_MAX, "^%c", c + '@');
	memcpy(out->sign, out->name, sizeof out->sign);
	return 1;
}
