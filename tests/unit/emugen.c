/* SPDX-License-Identifier: ISC */
/* Pieces are drawn by weight; everything hostile known about emulators is among them. */
#include "tests/unit/emugen.h"

static const char *const fixed[] = {
	"\r\n",
	"\r\n",
	"\n",
	"\r",
	"\b",
	"\t",
	"\a",
	"\v",
	"\f",
	"\016",
	"\017",
	"\030",
	"\032",
	"\0337",
	"\0338",
	"\033D",
	"\033E",
	"\033M",
	"\033H",
	"\033c",
	"\033N",
	"\033O",
	"\033n",
	"\033o",
	"\033(0",
	"\033(B",
	"\033)0",
	"\033*0",
	"\033+A",
	"\033#3",
	"\033#4",
	"\033#5",
	"\033#6",
	"\033#8",
	"\033=",
	"\033>",
	"\033%G",
	"\033[s",
	"\033[u",
	"\033[?69h",
	"\033[?69l",
	"\033[?6h",
	"\033[?6l",
	"\033[?7h",
	"\033[?7l",
	"\033[4h",
	"\033[4l",
	"\033[20h",
	"\033[20l",
	"\033[?1049h",
	"\033[?1049l",
	"\033[?47h",
	"\033[?47l",
	"\033[?1047h",
	"\033[?1047l",
	"\033[?1048h",
	"\033[?1048l",
	"\033[!p",
	"\033[m",
	"\033[1\"q",
	"\033[0\"q",
	"\033[?2J",
	"\033[?K",
	"\033[5b",
	"\033[r",
	"\033[2J",
	"\033[H",
	"\033[K",
	"\033[?2026h",
	"\033[?2026l",
	"\033]0;title\a",
	"\033]2;t\xc3\xa4\033\\",
	"\033]8;;http://a/\a",
	"\033]8;;\033\r",
	"\033]8;;\a",
	"\033]8;id=7;http://b/\a",
	"\033[4:4;58:2::9:8:7m",
	"\033[59m",
	"\033P$qm\033\\",
	"\033_x\033\\",
	"\033^y\033\\",
	"\033Xz\033\\",
	"\033kname\033\\",
	"\033]52;c;QQ==\a",
	"\033[?12;25h",
	"\033[?5h",
	"\033[?5l",
	"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
	"\033[38:2::1:2:3m",
	"\033[38;2;1;2;3m",
	"\033[58;5;1m",
	"\033[48;5;200m",
	"\033[2m",
	"\xcc\x81",
	"\xe2\x80\x8d",
	"\xef\xb8\x8f",
	"\xe4\xb8\x96",
	"\xf0\x9f\x98\x80",
	"\xc2\x9b",
	"\xc2\x85",
	"\xc3\xa4",
	"\xe4\xb8",
	"\xf0\x9f",
	"\xff",
	"\x80",
	"\xed\xa0\x80",
	"\xf4\x90\x80\x80",
	"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87",
};

static void
put_text(struct emugen *g, struct buf *out)
{
	int n = 1 + emugen_below(g, emugen_below(g, 20) ? 30 : 600);

	while (n--)
		buf_add_byte(out, (uint8_t)(' ' + emugen_below(g, 95)));
}

static int
number(struct emugen *g)
{
	static const int odd[] = { 0, 1, 2, 3, 80, 255, 256, 9999, 65535, 2147483647 };

	return emugen_below(g, 4) ? emugen_below(g, 12) : odd[emugen_below(g, 10)];
}

static void
put_csi(struct emugen *g, struct buf *out)
{
	static const char leads[] = "?>=<", inters[] = " !\"$'*",
			  finals[] = "@ABCDEFGHIJKLMPSTXZ";
	int n = emugen_below(g, 30) ? emugen_below(g, 4) : 60;

	buf_add_str(out, "\033[");
	if (!emugen_below(g, 5))
		buf_add_byte(out, (uint8_t)leads[emugen_below(g, 4)]);
	for (int i = 0; i < n; i++)
		buf_addf(out, "%.*d%s", emugen_below(g, 2), number(g),
			i + 1 == n           ? ""
			: emugen_below(g, 6) ? ";"
					     : ":");
	if (!emugen_below(g, 12))
		buf_add_byte(out, (uint8_t)inters[emugen_below(g, 6)]);
	if (emugen_below(g, 3))
		buf_add_byte(
			out, (uint8_t)finals[emugen_below(g, (int)sizeof finals - 1)]);
	else
		buf_add_byte(out, (uint8_t)(0x40 + emugen_below(g, 63)));
}

static void
put_raw(struct emugen *g, struct buf *out)
{
	int n = 1 + emugen_below(g, 40);

	while (n--)
		buf_add_byte(out, (uint8_t)emugen_next(g));
}

static void
put_char(struct emugen *g, struct buf *out)
{
	uint8_t b[4];
	uint32_t ch = (uint32_t)emugen_next(g) % (emugen_below(g, 2) ? 0x3000 : 0x110000);

	/* Surrogates on purpose, too. */
	b[0] = (uint8_t)(0xe0 | (ch >> 12 & 0x0f));
	b[1] = (uint8_t)(0x80 | (ch >> 6 & 0x3f));
	b[2] = (uint8_t)(0x80 | (ch & 0x3f));
	buf_add(out, b, 3);
}

void
emugen_put(struct emugen *g, struct buf *out, size_t n)
{
	size_t end = out->n + n;

	while (out->n < end) {
		int kind = emugen_below(g, 100);

		if (kind < 30)
			put_text(g, out);
		else if (kind < 60)
			buf_add_str(out, fixed[emugen_below(g,
						 (int)(sizeof fixed / sizeof *fixed))]);
		else if (kind < 90)
			put_csi(g, out);
		else if (kind < 95)
			put_char(g, out);
		else
			put_raw(g, out);
	}
}

/* Plain most of the time. */
static const char *const plain[] = { "a", "word ", "some longer text, with blanks   ",
	"\t", "\a", "\033[1;31m", "\033[m", "\033[0m", "\033[48;2;1;2;3m",
	"\033[4;58;5;3m", "\033[0;4m", "\033[K", "\033[0K", "\xC3\xA4", "\xE6\x9C\xAC",
	"\xF0\x9F\x98\x80", "\xE2\x94\x80", "\r\r\n", "\xFF", "\xE2\x94", "x  \t ", "" };
static const char *const edge[] = { "\r", "\n", "\b", "\v", "\033", "\033[", "\033[3",
	"\033[1K", "\033[?25l", "\033[?7l", "\033[?7h", "\033[4h", "\033[4l", "\033[20h",
	"\033[20l", "\033[2;3r", "\033[r", "\033[H", "\033[2J", "\033[A", "\033[M",
	"\033[L", "\033[3S", "\033[2T", "\033M", "\033(0", "\033(B", "\016", "\017",
	"\033N", "e\xCC\x81", "\xE2\x80\x8B", "\xC2\x9B", "\x7F", "\033#8", "\033#3",
	"\033H", "\033[3g", "\033c", "\033[?1049h", "\033[?1049l", "\033[5b", "\0337",
	"\0338", "\033[?69h", "\033[2;7s", "\033[?69l", "\033]0;title\a",
	"\033]8;;http://x\a", "\033]8;;\a", "\033[59m", "\030", "\033[!p", "\033[10G" };

#define PICK(g, list) list[emugen_below(g, (int)(sizeof list / sizeof *list))]

void
emugen_line(struct emugen *g, struct buf *out, int odd)
{
	for (int i = emugen_below(g, 7); i > 0; i--) {
		if (emugen_below(g, 1000) < odd)
			buf_add_str(out, PICK(g, edge));
		buf_add_str(out, PICK(g, plain));
		if (!emugen_below(g, 20))
			buf_addf(out, "%0*d", emugen_below(g, 150), 7);
	}
	buf_add_str(out, "\r\n");
}
