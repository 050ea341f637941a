/* SPDX-License-Identifier: ISC */
/* The emulator against small sequences: what is on a screen of 10 x 4 after the bytes, by the
 * rules of xterm (and tmux, where they agree).  Blanks at the end of lines and empty lines at
 * the end of the screen are not written. */
#include "tests/unit/unit.h"

#include "term/emu.h"

#define ESC "\033"
#define CSI "\033["

struct micro {
	const char *name, *in, *screen;
	int row, col;
};

static const struct micro micros[] = {
	/* text and wrapping */
	{ "plain", "hello", "hello", 0, 5 },
	{ "cr lf", "ab\r\ncd", "ab\ncd", 1, 2 },
	{ "lf alone", "ab\ncd", "ab\n  cd", 1, 4 },
	{ "vt and ff are lf", "a\vb\fc", "a\n b\n  c", 2, 3 },
	{ "bs", "abc\b\bX", "aXc", 0, 2 },
	{ "bs stops at the left", "a\b\b\bX", "X", 0, 1 },
	{ "nul and del are nothing", "a\177b", "ab", 0, 2 },
	{ "last column waits", "0123456789", "0123456789", 0, 9 },
	{ "wrap", "0123456789A", "0123456789\nA", 1, 1 },
	{ "wrap waits over sgr", "0123456789" CSI "1mA", "0123456789\nA", 1, 1 },
	{ "cr cancels the wait", "0123456789\rA", "A123456789", 0, 1 },
	{ "bs at the wait", "0123456789\bX", "01234567X9", 0, 9 },
	{ "cup cancels the wait", "0123456789" CSI "1;10HX", "012345678X", 0, 9 },
	{ "el at the wait", "0123456789" CSI "KX", "012345678X", 0, 9 },
	{ "lf at the wait", "0123456789\nX", "0123456789\n         X", 1, 9 },
	{ "no wrap", CSI "?7l0123456789ABC", "012345678C", 0, 9 },
	{ "no wrap, bytes one by one", CSI "?7l012345678" CSI "mA" CSI "mB", "012345678B",
		0, 9 },
	{ "wrap back on", CSI "?7l0123456789" CSI "?7hAB", "012345678A\nB", 1, 1 },
	{ "scroll at the bottom", "1\r\n2\r\n3\r\n4\r\n5", "2\n3\n4\n5", 3, 1 },
	{ "scroll by wrapping", CSI "4;1H0123456789X", "\n\n0123456789\nX", 3, 1 },
	{ "insert mode", "abc\r" CSI "4hXY", "XYabc", 0, 2 },
	{ "insert drops the end", "0123456789\r" CSI "4hX", "X012345678", 0, 1 },
	{ "insert off", "abc\r" CSI "4h" CSI "4lX", "Xbc", 0, 1 },
	{ "newline mode", CSI "20hab\ncd", "ab\ncd", 1, 2 },
	/* wide characters and marks */
	{ "wide", "\xe4\xb8\x96x", "\xe4\xb8\x96x", 0, 3 },
	{ "wide does not fit", "012345678\xe4\xb8\x96", "012345678\n\xe4\xb8\x96", 1, 2 },
	{ "wide at the end waits", "01234567\xe4\xb8\x96X", "01234567\xe4\xb8\x96\nX", 1,
		1 },
	{ "left half overwritten", "\xe4\xb8\x96\rX", "X", 0, 1 },
	{ "right half overwritten", "\xe4\xb8\x96\bX", " X", 0, 2 },
	{ "wide over two halves", "\xe4\xb8\x96\xe4\xb8\x96" CSI "2G\xe7\x95\x8c",
		" \xe7\x95\x8c", 0, 3 },
	{ "erase cuts wide", "\xe4\xb8\x96\xe4\xb8\x96" CSI "2G" CSI "2X.", " .", 0, 2 },
	{ "delete cuts wide",
		"\xe4\xb8\x96"
		"abc" CSI "2G" CSI "P",
		" abc", 0, 1 },
	{ "insert cuts wide",
		"\xe4\xb8\x96"
		"abc" CSI "2G" CSI "@",
		"   abc", 0, 1 },
	{ "insert pushes half out", "01234567\xe4\xb8\x96\r" CSI "@", " 01234567", 0, 0 },
	{ "emoji of Unicode 14", "\xf0\x9f\xab\xa0x", "\xf0\x9f\xab\xa0x", 0, 3 },
	{ "emoji of Unicode 15", "\xf0\x9f\xab\xa8x", "\xf0\x9f\xab\xa8x", 0, 3 },
	{ "emoji of Unicode 16", "\xf0\x9f\xab\xa9x", "\xf0\x9f\xab\xa9x", 0, 3 },
	{ "emoji of Unicode 17", "\xf0\x9f\xab\xafx", "\xf0\x9f\xab\xafx", 0, 3 },
	{ "mark", "e\xcc\x81x", "e\xcc\x81x", 0, 2 },
	{ "mark at the wait", "0123456789\xcc\x81X", "0123456789\xcc\x81\nX", 1, 1 },
	{ "mark on wide", "\xe4\xb8\x96\xcc\x81x", "\xe4\xb8\x96\xcc\x81x", 0, 3 },
	{ "mark without a base", "\xcc\x81x", "x", 0, 1 },
	{ "mark on a blank", CSI "3G\xcc\x81x", "  \xcc\x81x", 0, 3 },
	{ "zwj is a mark",
		"a\xe2\x80\x8d"
		"b",
		"a\xe2\x80\x8d"
		"b",
		0, 2 },
	{ "zwj melts emoji", "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9x",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9x", 0, 3 },
	{ "zwj melts four",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
		"\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6x",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
		"\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6x",
		0, 3 },
	{ "zwj at the last column", CSI "9G\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9x",
		"        \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\nx", 1, 1 },
	{ "zwj does not melt narrow ones", "\xf0\x9f\x91\xa8\xe2\x80\x8dx",
		"\xf0\x9f\x91\xa8\xe2\x80\x8dx", 0, 3 },
	{ "zwj on a narrow base: its width stays",
		"\xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88x",
		"\xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88x", 0, 2 },
	{ "vs16 does not widen", "\xe2\x9d\xa4\xef\xb8\x8fx", "\xe2\x9d\xa4\xef\xb8\x8fx",
		0, 2 },
	{ "skin tones stand beside", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbdx",
		"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbdx", 0, 5 },
	{ "flags are two narrow letters", "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaax",
		"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaax", 0, 3 },
	{ "keycap", "1\xef\xb8\x8f\xe2\x83\xa3x", "1\xef\xb8\x8f\xe2\x83\xa3x", 0, 2 },
	{ "marks beyond seven characters are dropped",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87x",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86x", 0, 2 },
	{ "directions are left out",
		"a\xe2\x80\xae"
		"b\xe2\x80\xac\xef\xbb\xbf",
		"ab", 0, 2 },
	/* bad UTF-8 */
	{ "lone continuation", "a\x80z", "a\xef\xbf\xbdz", 0, 3 },
	{ "overlong", "\xc0\xafz", "\xef\xbf\xbd\xef\xbf\xbdz", 0, 3 },
	{ "cut by ascii", "\xe4\xb8z", "\xef\xbf\xbdz", 0, 2 },
	{ "cut by escape", "\xe4\xb8" CSI "1mz", "\xef\xbf\xbdz", 0, 2 },
	{ "surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 0, 3 },
	{ "c1 csi",
		"ab\xc2\x9b"
		"2DX",
		"Xb", 0, 1 },
	{ "c1 nel", "ab\xc2\x85X", "ab\nX", 1, 1 },
	/* cursor */
	{ "cup", CSI "2;3HX", "\n  X", 1, 3 },
	{ "cup default", "ab" CSI "HX", "Xb", 0, 1 },
	{ "cup zero", "ab" CSI "0;0HX", "Xb", 0, 1 },
	{ "cup beyond", CSI "99;99HX", "\n\n\n         X", 3, 9 },
	{ "hvp", CSI "2;3fX", "\n  X", 1, 3 },
	{ "cuu cud cuf cub", CSI "2B" CSI "3C" CSI "A" CSI "DX", "\n  X", 1, 3 },
	{ "big number", CSI "99999999999999999999CX", "         X", 0, 9 },
	{ "cnl cpl", "ab" CSI "2EX" CSI "FY", "ab\nY\nX", 1, 1 },
	{ "cha hpa", CSI "4GX" CSI "2`Y", " Y X", 0, 2 },
	{ "vpa vpr", CSI "3dX" CSI "eY", "\n\nX\n Y", 3, 2 },
	{ "tab", "\tX", "        X", 0, 9 },
	{ "tab stops at the end", "\t\t\tX", "         X", 0, 9 },
	{ "hts", CSI "4G" ESC "H\r\tX", "   X", 0, 4 },
	{ "tbc", CSI "3g\tX", "         X", 0, 9 },
	{ "tbc of one", CSI "9G" CSI "g\r\tX", "         X", 0, 9 },
	{ "tab stops of double lines", ESC "#6\tX", "    X", 0, 4 },
	{ "cht cbt", CSI "IX" CSI "2ZY", "Y       X", 0, 1 },
	{ "ri", CSI "2;1H" ESC "MX", "X", 0, 1 },
	{ "ri scrolls", "ab" ESC "M\rX", "X\nab", 0, 1 },
	{ "ind nel", "a" ESC "Db" ESC "EX", "a\n b\nX", 2, 1 },
	{ "decsc decrc", "ab" ESC "7" CSI "3;3HX" ESC "8Y", "abY\n\n  X", 0, 3 },
	{ "csi s csi u", "ab" CSI "s" CSI "3;3HX" CSI "uY", "abY\n\n  X", 0, 3 },
	{ "decrc without decsc", "abc" ESC "8X", "Xbc", 0, 1 },
	{ "decsc keeps the wait", "0123456789" ESC "7" CSI "H" ESC "8X", "0123456789\nX",
		1, 1 },
	/* erasing */
	{ "el 0", "abcdef" CSI "3G" CSI "K", "ab", 0, 2 },
	{ "el 1", "abcdef" CSI "3G" CSI "1K", "   def", 0, 2 },
	{ "el 2", "abcdef" CSI "3G" CSI "2K", "", 0, 2 },
	{ "ed 0", "aa\r\nbb\r\ncc" CSI "2;2H" CSI "J", "aa\nb", 1, 1 },
	{ "ed 1", "aa\r\nbb\r\ncc" CSI "2;1H" CSI "1J", "\n b\ncc", 1, 0 },
	{ "ed 2", "aa\r\nbb" CSI "2J", "", 1, 2 },
	{ "ed 3 is history only", "aa" CSI "3J", "aa", 0, 2 },
	{ "ech", "abcdef\r" CSI "3X", "   def", 0, 0 },
	{ "ech beyond", "abc\r" CSI "99X", "", 0, 0 },
	{ "dch", "abcdef\r" CSI "2P", "cdef", 0, 0 },
	{ "ich", "abcdef\r" CSI "2@", "  abcdef", 0, 0 },
	{ "il", "1\r\n2\r\n3" CSI "2;1H" CSI "L", "1\n\n2\n3", 1, 0 },
	{ "dl", "1\r\n2\r\n3" CSI "1;1H" CSI "M", "2\n3", 0, 0 },
	{ "dl beyond", "1\r\n2\r\n3" CSI "2;1H" CSI "99M", "1", 1, 0 },
	{ "su", "1\r\n2\r\n3" CSI "S", "2\n3", 2, 1 },
	{ "sd", "1\r\n2\r\n3" CSI "T", "\n1\n2\n3", 2, 1 },
	{ "mouse tracking is no sd", "1" CSI "1;2;3;4;5T", "1", 0, 1 },
	{ "decaln", ESC "#8", "EEEEEEEEEE\nEEEEEEEEEE\nEEEEEEEEEE\nEEEEEEEEEE", 0, 0 },
	{ "decsca and decsed", CSI "1\"qab" CSI "\"qcd" CSI "?2J", "ab", 0, 4 },
	{ "decsel", CSI "1\"qab" CSI "0\"qcd\r" CSI "?K", "ab", 0, 0 },
	{ "ed takes guarded cells", CSI "1\"qab" CSI "2J", "", 0, 2 },
	/* regions */
	{ "region homes", "ab" CSI "2;3rX", "Xb", 0, 1 },
	{ "region scrolls", "1\r\n2\r\n3\r\n4" CSI "2;3r" CSI "3;1H\nX", "1\n3\nX\n4", 2,
		1 },
	{ "below the region", "1\r\n2\r\n3\r\n4" CSI "1;2r" CSI "4;1H\nX", "1\n2\n3\nX",
		3, 1 },
	{ "ri in the region", "1\r\n2\r\n3\r\n4" CSI "2;3r" CSI "2;1H" ESC "MX",
		"1\nX\n2\n4", 1, 1 },
	{ "region of one line is none", "ab" CSI "2;2rX", "abX", 0, 3 },
	{ "region upside down", "ab" CSI "3;1rX", "abX", 0, 3 },
	{ "region beyond", CSI "2;99r" CSI "4;1HX\nY", "\n\nX\n Y", 3, 2 },
	{ "cuu stops at the region", CSI "2;3r" CSI "3;1H" CSI "9AX", "\nX", 1, 1 },
	{ "cud stops at the region", CSI "2;3r" CSI "2;1H" CSI "9BX", "\n\nX", 2, 1 },
	{ "cud outside does not", CSI "2;3r" CSI "4;1H" CSI "9AX", "\nX", 1, 1 },
	{ "origin", CSI "2;3r" CSI "?6hX" CSI "9;1HY", "\nX\nY", 2, 1 },
	{ "origin off homes", CSI "2;3r" CSI "?6h" CSI "?6lX", "X", 0, 1 },
	{ "il outside the region", "1\r\n2\r\n3" CSI "2;3r" CSI "1;1H" CSI "L", "1\n2\n3",
		0, 0 },
	{ "margins", CSI "?69h" CSI "3;5s" CSI "1;3Habcd", "  abc\n  d", 1, 3 },
	{ "margins scroll", "abcdef\r\nABCDEF" CSI "?69h" CSI "2;3s" CSI "S",
		"aBCdef\nA  DEF", 0, 0 },
	{ "margins and ich", "abcdef" CSI "?69h" CSI "2;4s" CSI "1;2H" CSI "@", "a bcef",
		0, 1 },
	{ "decic decdc", "abc\r\nABC\r" CSI "H" CSI "2'}" CSI "'~", " abc\n ABC", 0, 0 },
	/* screens */
	{ "1049", "ab" CSI "?1049hX", "  X", 0, 3 },
	{ "1049 and back", "ab" CSI "?1049hX" CSI "?1049lY", "abY", 0, 3 },
	{ "1049 clears", CSI "?1049hX" CSI "?1049l" CSI "?1049h", "", 0, 0 },
	{ "47 keeps", CSI "?47hX" CSI "?47l" CSI "?47h", "X", 0, 1 },
	{ "1047 clears on leaving", CSI "?1047hX" CSI "?1047l" CSI "?1047h", "", 0, 1 },
	{ "two modes at once", "ab" CSI "?25;1049hX", "  X", 0, 3 },
	{ "decsc of each screen",
		"ab" ESC "7" CSI "?47h" CSI "2;2H" ESC "7" CSI "?47l" ESC "8X", "abX", 0,
		3 },
	{ "ris", "ab" CSI "2;3r" ESC "cX", "X", 0, 1 },
	{ "ris leaves the alternate screen", CSI "?1049hX" ESC "c", "", 0, 0 },
	{ "decstr", CSI "4h" CSI "2;3r" CSI "!pab\rX", "Xb", 0, 1 },
	/* character sets */
	{ "drawing", ESC "(0qx" ESC "(Bq", "\xe2\x94\x80\xe2\x94\x82q", 0, 3 },
	{ "so si", ESC ")0q\016q\017q", "q\xe2\x94\x80q", 0, 3 },
	{ "single shift", ESC "*0" ESC "Nqq", "\xe2\x94\x80q", 0, 2 },
	{ "uk", ESC "(A#", "\xc2\xa3", 0, 1 },
	{ "ls2", ESC "*0" ESC "nq", "\xe2\x94\x80", 0, 1 },
	{ "rep", "ab" CSI "3b", "abbbb", 0, 5 },
	{ "rep of drawing", ESC "(0q" CSI "2b", "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80", 0,
		3 },
	{ "rep of wide", "\xe4\xb8\x96" CSI "b", "\xe4\xb8\x96\xe4\xb8\x96", 0, 4 },
	{ "rep of nothing", CSI "5b", "", 0, 0 },
	{ "rep of a mark alone", "\xcc\x81" CSI "5b", "", 0, 0 },
	{ "rep is bounded", "a" CSI "9999b", "aaaaaaaaaa\na", 1, 1 },
	/* strings */
	{ "osc bel", ESC "]0;title\aX", "X", 0, 1 },
	{ "osc st", ESC "]0;title" ESC "\\X", "X", 0, 1 },
	{ "osc unknown", ESC "]1337;File=inline=1:AAAA\aX", "X", 0, 1 },
	{ "osc 4 10 52", ESC "]4;1;?\a" ESC "]10;red" ESC "\\" ESC "]52;c;QQ==\aX", "X",
		0, 1 },
	{ "dcs", ESC "Pq#0;2;0;0;0~~@@" ESC "\\X", "X", 0, 1 },
	{ "apc", ESC "_Gf=24;AAAA" ESC "\\X", "X", 0, 1 },
	{ "pm sos", ESC "^x" ESC "\\" ESC "Xy" ESC "\\X", "X", 0, 1 },
	{ "screen's title", ESC "kname" ESC "\\X", "X", 0, 1 },
	{ "screen's title without end", ESC "kname\r\nX", "\nX", 1, 1 },
	{ "string ended by escape", ESC "]0;abc" CSI "2CX", "  X", 0, 3 },
	{ "string ended by can", ESC "]0;abc\030X", "X", 0, 1 },
	/* odd sequences */
	{ "can in csi", CSI "3\030X", "X", 0, 1 },
	{ "esc in csi", CSI "3" CSI "2CX", "  X", 0, 3 },
	{ "control in csi", "ab" CSI "2\bDX", "Xb", 0, 1 },
	{ "utf-8 in csi", CSI "1\xc3\xa4X", "\xc3\xa4X", 0, 2 },
	{ "unknown csi", CSI "?1;2c" CSI ">4;2m" CSI "?4m" CSI "=1cX", "X", 0, 1 },
	{ "unknown intermediates", CSI "1$}" CSI "1 !q" CSI "1*xX", "X", 0, 1 },
	{ "unknown esc", ESC "=" ESC ">" ESC "%G" ESC "lX", "X", 0, 1 },
	{ "queries", CSI "6n" CSI "c" CSI ">0q" ESC "Z\005X", "X", 0, 1 },
	{ "many arguments",
		CSI
		"1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1mX",
		"X", 0, 1 },
	{ "double width", ESC "#601234X", "01234\nX", 1, 1 },
	{ "double width cup", ESC "#6" CSI "1;9HX", "    X", 0, 4 },
	{ "double width scrolls along", CSI "2;1H" ESC "#6" CSI "S" CSI "H012345X",
		"01234\n5X", 1, 2 },
	{ "double width moves with inserted lines",
		ESC "#6" CSI "L0123456" CSI "2;1H0123456", "0123456\n01234\n56", 2, 2 },
	{ "double width goes with deleted lines", ESC "#6" CSI "M0123456", "0123456", 0,
		7 },
	{ "double width ends where all is erased", ESC "#6ab" CSI "2J" CSI "H0123456",
		"0123456", 0, 7 },
	{ "double width stays where a part is", ESC "#6ab" CSI "J" CSI "2K\r0123456",
		"01234\n56", 1, 2 },
	{ "inserting in double width", ESC "#601234\r" CSI "@", " 0123", 0, 0 },
	{ "double width is left behind", ESC "#6" CSI "2;9HX", "\n        X", 1, 9 },
};

/* The screen as in the table. */
static const char *
screen_text(struct emu *e, struct buf *b)
{
	size_t end = 0;

	buf_clear(b);
	for (int row = 0; row < emu_rows(e); row++) {
		size_t n = b->n;

		ck_assert_int_eq(emu_row_text(e, row, b, NULL), 0);
		if (b->n > n)
			end = b->n;
		buf_add_byte(b, '\n');
	}
	buf_cut(b, end);
	return buf_cstr(b);
}

static void
check_micro(const struct micro *m, bool slow, size_t piece)
{
	struct emu *e = emu_new(10, 4);
	struct span in = span_str(m->in);
	struct emu_cursor at;
	struct buf b = { 0 };

	emu_set_slow(e, slow);
	for (size_t i = 0; i < in.n; i += piece)
		emu_write(e, span_of(in.p + i, in.n - i < piece ? in.n - i : piece));
	at = emu_cursor(e);
	ck_assert_msg(!strcmp(screen_text(e, &b), m->screen),
		"%s: screen is\n%s\nnot\n%s", m->name, buf_cstr(&b), m->screen);
	ck_assert_msg(at.row == m->row && at.col == m->col,
		"%s: cursor at %d,%d not %d,%d", m->name, at.row, at.col, m->row, m->col);
	buf_free(&b);
	emu_free(e);
}

START_TEST(micro)
{
	check_micro(&micros[_i], false, SIZE_MAX);
	check_micro(&micros[_i], true, SIZE_MAX);
	check_micro(&micros[_i], false, 1);
}
END_TEST

static const struct {
	const char *in, *title;
} titles[] = {
	{ ESC "]0;abc\a", "abc" },
	{ ESC "]2;a;b" ESC "\\", "a;b" },
	{ ESC "]1;icon\a", "" },
	{ ESC "]0;a\001b\177c\xc2\x9b"
	      "d\xff"
	      "e\a",
		"abcd\xef\xbf\xbd"
		"e" },
	{ ESC "]0;\xe2\x80\xaex\xe2\x80\xacy\a", "xy" },
	{ ESC "]0;one\a" ESC "]0;\a", "" },
	{ ESC "]0;one\a" ESC "]0;two\030", "one" },
	{ ESC "]0;one\a" ESC "c", "one" },
};

START_TEST(title)
{
	struct emu *e = emu_new(10, 4);

	emu_write(e, span_str(titles[_i].in));
	ck_assert_str_eq(emu_title(e), titles[_i].title);
	emu_free(e);
}
END_TEST

START_TEST(title_is_bounded)
{
	struct emu *e = emu_new(10, 4);

	emu_write(e, span_str(ESC "]0;"));
	for (int i = 0; i < 10000; i++)
		emu_write(e, span_str("\xc3\xa4"));
	emu_write(e, span_str("\a"));
	ck_assert_uint_lt(strlen(emu_title(e)), EMU_TITLE_MAX);
	ck_assert_uint_gt(strlen(emu_title(e)), EMU_TITLE_MAX - 8);
	ck_assert_uint_eq(strlen(emu_title(e)) % 2, 0);
	emu_free(e);
}
END_TEST

START_TEST(modes)
{
	struct emu *e = emu_new(10, 4);

	ck_assert(emu_cursor(e).visible);
	emu_write(e, span_str(CSI "?12;25l" CSI "4 q\a\a" CSI "?2026h" CSI "?1049h"));
	ck_assert(!emu_cursor(e).visible && !emu_cursor(e).blink);
	ck_assert_int_eq(emu_cursor(e).shape, 2);
	ck_assert(emu_cursor(e).chosen);
	ck_assert_uint_eq(emu_bells(e), 2);
	ck_assert(emu_in_frame(e) && emu_alt_screen(e));
	emu_write(e, span_str(CSI "?12;25h" CSI "5 q" CSI "?2026l" CSI "?1049l"));
	ck_assert(emu_cursor(e).visible && emu_cursor(e).blink);
	ck_assert_int_eq(emu_cursor(e).shape, 3);
	ck_assert(!emu_in_frame(e) && !emu_alt_screen(e));
	emu_clean(e);
	emu_write(e, span_str(CSI "?5h"));
	ck_assert(emu_reversed(e) && emu_dirty(e, 0) && emu_dirty(e, 3));
	emu_write(e, span_str(CSI "?5l"));
	ck_assert(!emu_reversed(e));
	emu_write(e, span_str(CSI "?5h" ESC "c"));
	ck_assert(!emu_reversed(e));
	emu_free(e);
}
END_TEST

static const struct {
	const char *in;
	int shape;
	bool blink, chosen;
} shapes[] = {
	{ "", 1, true, false },
	{ CSI "1 q", 1, true, true },
	{ CSI "2 q", 1, false, true },
	{ CSI "3 q", 2, true, true },
	{ CSI "4 q", 2, false, true },
	{ CSI "5 q", 3, true, true },
	{ CSI "6 q", 3, false, true },
	{ CSI "6 q" CSI "7 q", 3, false, true },
	{ CSI "6 q" CSI " q", 1, true, false },
	{ CSI "6 q" CSI "0 q", 1, true, false },
	{ CSI "6 q" ESC "c", 1, true, false },
	{ CSI "?12l", 1, false, false },
};

START_TEST(cursor_shape)
{
	struct emu *e = emu_new(10, 4);

	emu_write(e, span_str(shapes[_i].in));
	ck_assert_int_eq(emu_cursor(e).shape, shapes[_i].shape);
	ck_assert_int_eq(emu_cursor(e).blink, shapes[_i].blink);
	ck_assert_int_eq(emu_cursor(e).chosen, shapes[_i].chosen);
	emu_free(e);
}
END_TEST

START_TEST(sizes)
{
	static const struct {
		int64_t cols, rows;
		int want_cols, want_rows;
	} t[] = { { 0, 0, 1, 1 }, { -5, 3, 1, 3 },
		{ 65535, 65535, EMU_COLS_MAX, EMU_ROWS_MAX },
		{ INT64_MAX, INT64_MIN, EMU_COLS_MAX, 1 }, { 1, 1, 1, 1 },
		{ 132, 50, 132, 50 } };
	struct emu *e = emu_new(10, 4);
	bool clamped = t[_i].cols != t[_i].want_cols || t[_i].rows != t[_i].want_rows;

	ck_assert_int_eq(emu_resize(e, t[_i].cols, t[_i].rows), clamped);
	ck_assert_int_eq(emu_cols(e), t[_i].want_cols);
	ck_assert_int_eq(emu_rows(e), t[_i].want_rows);
	emu_write(e,
		span_str("\xe4\xb8\x96" ESC "#6abc\xcc\x81" ESC "#8" CSI "99;99Hx\r\n"));
	emu_free(e);
}
END_TEST

static const struct {
	const char *before;
	int cols, rows;
	const char *after, *screen;
	int row, col;
} resizes[] = {
	{ "abc\r\ndef", 5, 2, "X", "abc\ndefX", 1, 4 },
	{ "1\r\n2\r\n3\r\n4", 10, 2, "X", "3\n4X", 1, 2 },
	{ "1\r\n2\r\n3\r\n4" CSI "1;1H", 10, 2, "X", "X\n2", 0, 1 },
	{ "abcdef", 3, 4, "X", "abX", 0, 2 },
	{ "ab\xe4\xb8\x96", 3, 4, "", "ab", 0, 2 },
	{ "a", 12, 6, CSI "6;12HX", "a\n\n\n\n\n           X", 5, 11 },
	{ CSI "2;3r" CSI "?6h", 10, 3, CSI "9;1HX", "\n\nX", 2, 1 },
	{ "main" CSI "?1049halt", 8, 3, CSI "?1049lX", "mainX", 0, 5 },
	{ "1\r\n2\r\n3\r\n4" ESC "7" CSI "?1049h", 10, 2, CSI "?1049lX", "3\n4X", 1, 2 },
	{ "a\xcc\x81"
	  "b",
		20, 8, "c\xcc\x81",
		"a\xcc\x81"
		"bc\xcc\x81",
		0, 3 },
	{ "0123456789", 5, 4, "X", "0123X", 0, 4 },
	/* Lines are not folded anew (reflow), as in xterm: what stood on the screen stays
	 * where it was, so that a program that believes in places is right. */
	{ "0123456789AB", 20, 4, "X", "0123456789\nABX", 1, 3 },
	{ "0123456789AB", 5, 4, "X", "01234\nABX", 1, 3 },
	{ ESC "7" CSI "4;10H" ESC "7", 2, 2, ESC "8X", "\n X", 1, 1 },
	{ ESC "#6", 1, 1, "ab", "b", 0, 0 },
	{ "1\r\n2\r\n3\r\n4\r\n5\r\n6", 10, 6, "X", "1\n2\n3\n4\n5\n6X", 5, 2 },
	{ "1\r\n2\r\n3\r\n4\r\n5" CSI "3J", 10, 6, "X", "2\n3\n4\n5X", 3, 2 },
	{ "1\r\n2\r\n3\r\n4\r\n5" CSI "?1049h", 10, 5, CSI "?1049lX", "1\n2\n3\n4\n5X", 4,
		2 },
	{ "a", 30, 4, "\t\t\tX", "a                       X", 0, 25 },
	{ CSI "?69h" CSI "3;5s", 10, 3, "0123456789", "0123456789", 0, 9 },
};

START_TEST(resized)
{
	struct emu *e = emu_new(10, 4);
	struct buf b = { 0 };

	emu_write(e, span_str(resizes[_i].before));
	emu_resize(e, resizes[_i].cols, resizes[_i].rows);
	emu_write(e, span_str(resizes[_i].after));
	ck_assert_str_eq(screen_text(e, &b), resizes[_i].screen);
	ck_assert_int_eq(emu_cursor(e).row, resizes[_i].row);
	ck_assert_int_eq(emu_cursor(e).col, resizes[_i].col);
	buf_free(&b);
	emu_free(e);
}
END_TEST

/* A smaller window and back again: what left at the top returns. */
START_TEST(there_and_back)
{
	struct emu *e = emu_new(10, 4);
	uint64_t h;

	emu_write(e, span_str("one\r\ntwo\r\nthree\r\nfour"));
	h = emu_hash(e);
	emu_resize(e, 10, 2);
	emu_resize(e, 10, 4);
	ck_assert(emu_hash(e) == h);
	emu_free(e);
}
END_TEST

START_TEST(dirty_rows)
{
	struct emu *e = emu_new(10, 4);
	struct buf b = { 0 };

	emu_clean(e);
	emu_write(e, span_str(CSI "2;1Hx"));
	ck_assert(!emu_dirty(e, 0) && emu_dirty(e, 1) && !emu_dirty(e, 2));
	emu_clean(e);
	emu_write(e, span_str(CSI "4;1H\n"));
	ck_assert(emu_dirty(e, 0) && emu_dirty(e, 3));
	emu_clean(e);
	ck_assert_int_eq(emu_pack(e, &b), 0);
	ck_assert_int_eq(emu_unpack(e, buf_span(&b)), 0);
	ck_assert(emu_dirty(e, 0) && emu_dirty(e, 3));
	buf_free(&b);
	emu_free(e);
}
END_TEST

START_TEST(row_text_columns)
{
	struct emu *e = emu_new(6, 1);
	struct buf b = { 0 };
	uint32_t at[EMU_COLS_MAX + 1];

	emu_write(e, span_str("a\xe4\xb8\x96" CSI "5Gz"));
	ck_assert_int_eq(emu_row_text(e, 0, &b, at), 0);
	ck_assert_str_eq(buf_cstr(&b), "a\xe4\xb8\x96 z");
	ck_assert_uint_eq(at[0], 0);
	ck_assert_uint_eq(at[1], 1);
	ck_assert_uint_eq(at[3], 4);
	ck_assert_uint_eq(at[4], 5);
	ck_assert_uint_eq(at[5], 6);
	ck_assert_uint_eq(at[6], 6);
	buf_free(&b);
	emu_free(e);
}
END_TEST

/* Marks beyond the pool are dropped, their characters stay. */
START_TEST(marks_are_bounded)
{
	struct emu *e = emu_new(80, 24);
	char text[EMU_CELL_TEXT_MAX];

	for (int i = 0; i < 5000; i++)
		emu_write(e, span_str("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86"
				      "\xcc\x87"));
	ck_assert_uint_lt(emu_save_size(e), 250000);
	ck_assert_int_eq(emu_cell_text(e, emu_row(e, 22), text) > 0, 1);
	ck_assert_int_eq(text[0], 'e');
	emu_free(e);
}
END_TEST

/* Three bytes that fill a very large screen, again and again: soon without drawing. */
START_TEST(fills_are_bounded)
{
	struct emu *e = emu_new(EMU_COLS_MAX, EMU_ROWS_MAX);
	int drawn = 0;

	for (int i = 0; i < 2000; i++) {
		emu_write(e, span_str(CSI "2K" ESC "#8"));
		drawn += emu_row(e, 0)[1].ch == 'E';
	}
	ck_assert_int_gt(drawn, 1);
	ck_assert_int_lt(drawn, 200);
	emu_free(e);
}
END_TEST

#define LOOP(c, test, table) \
	tcase_add_loop_test(c, test, 0, (int)(sizeof table / sizeof *table))

static TCase *
sequences_case(void)
{
	TCase *c = tcase_create("sequences");

	LOOP(c, micro, micros);
	LOOP(c, title, titles);
	tcase_add_test(c, title_is_bounded);
	tcase_add_test(c, modes);
	LOOP(c, cursor_shape, shapes);
	return c;
}

static TCase *
sizes_case(void)
{
	TCase *c = tcase_create("sizes");

	tcase_add_loop_test(c, sizes, 0, 6);
	LOOP(c, resized, resizes);
	tcase_add_test(c, there_and_back);
	tcase_add_test(c, dirty_rows);
	tcase_add_test(c, row_text_columns);
	tcase_add_test(c, marks_are_bounded);
	tcase_add_test(c, fills_are_bounded);
	return c;
}

UNIT_MAIN("term", sequences_case, sizes_case)
