/* SPDX-License-Identifier: ISC */
#include "rec/mask.h"

enum { TEXT, ESC, CSI, STRING, STRING_ESC, CHARSET };

/* Words of prompts, in lower case.  They must be followed on the same line by nothing but
 * the rest of a prompt. */
static const char *const words[] = {
	"password",
	"passphrase",
	"passcode",
	"passwort",
	"kennwort",
	"mot de passe",
	"contrase\303\261a",
	"contrasena",
	"contrasenya",
	"senha",
	"wachtwoord",
	"l\303\266senord",
	"adgangskode",
	"passord",
	"salasana",
	"parool",
	"parole",
	"parola",
	"has\305\202o",
	"heslo",
	"jelsz\303\263",
	"geslo",
	"lozinka",
	"\305\237ifre",
	"sifre",
	"kata sandi",
	"m\341\272\255t kh\341\272\251u",
	"\320\277\320\260\321\200\320\276\320\273\321\214",
	"\320\277\320\260\321\200\320\276\320\273\320\260",
	"\320\273\320\276\320\267\320\270\320\275\320\272\320\260",
	"\316\272\317\211\316\264\316\271\316\272\317\214\317\202",
	"\327\241\327\231\327\241\327\236\327\224",
	/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma) two words */
	"\331\203\331\204\331\205\330\251 "
	"\330\247\331\204\331\205\330\261\331\210\330\261",
	"\343\203\221\343\202\271\343\203\257\343\203\274\343\203\211",
	"\346\232\227\350\250\274\347\225\252\345\217\267",
	"\345\257\206\347\240\201",
	"\345\257\206\347\242\274",
	"\353\271\204\353\260\200\353\262\210\355\230\270",
	"\354\225\224\355\230\270",
	"pin",
	"verification code",
	"one-time",
	"otp",
	"secret",
	"token",
	"decryption key",
};

/* Whatever was begun and not ended must not hide the prompts behind it. */
static bool
ends_sequence(uint8_t c)
{
	return c == '\n' || c == '\r' || c == 0x18 || c == 0x1A;
}

/* One step of the skipper: true when C is text.  Sequences as in ECMA-48. */
static bool
is_text(struct mask *m, uint8_t c)
{
	if (ends_sequence(c)) {
		m->esc = TEXT;
		return true;
	}
	if (c == 0x1B) {
		m->esc = m->esc == STRING ? STRING_ESC : ESC;
		return false;
	}
	switch (m->esc) {
	case ESC:
		m->esc = c == '[' ? CSI
			 : c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X'
				 ? STRING
			 : c >= 0x20 && c < 0x30 ? CHARSET
						 : TEXT;
		return false;
	case CSI:
		if (c >= 0x40 && c < 0x7F)
			m->esc = TEXT;
		return false;
	case CHARSET:
		if (c >= 0x30)
			m->esc = TEXT;
		return false;
	case STRING:
		m->esc = c == 7 ? TEXT : STRING;
		return false;
	case STRING_ESC:
		m->esc = c == '\\' ? TEXT : STRING;
		return false;
	default:
		return true;
	}
}

/* Capital letters of two bytes: LEAD and FROM to TO, and what makes them small. */
static const struct {
	uint8_t lead, from, to, small_lead;
	int add;
} capitals[] = {
	{ 0xC3, 0x80, 0x9E, 0xC3, 0x20 }, /* Latin 1 */
	{ 0xC5, 0x9E, 0x9E, 0xC5, 1 },    /* S with cedilla */
	{ 0xCE, 0x91, 0x9F, 0xCE, 0x20 }, /* Greek */
	{ 0xCE, 0xA0, 0xA9, 0xCF, -0x20 },
	{ 0xD0, 0x90, 0x9F, 0xD0, 0x20 }, /* Cyrillic */
	{ 0xD0, 0xA0, 0xAF, 0xD1, -0x20 },
};

/* Make the last character of the line small. */
static void
fold(struct mask *m)
{
	uint8_t *c = (uint8_t *)m->line + m->n - 1;

	if (*c >= 'A' && *c <= 'Z')
		*c = (uint8_t)(*c + 32);
	for (size_t i = 0; m->n > 1 && i < sizeof capitals / sizeof *capitals; i++)
		if (c[-1] == capitals[i].lead && *c >= capitals[i].from &&
			*c <= capitals[i].to) {
			c[-1] = capitals[i].small_lead;
			*c = (uint8_t)(*c + capitals[i].add);
			return;
		}
}

static void
add(struct mask *m, uint8_t c)
{
	if (m->n == sizeof m->line) {
		memmove(m->line, m->line + sizeof m->line / 2, sizeof m->line / 2);
		m->n = sizeof m->line / 2;
	}
	m->line[m->n++] = (char)c;
	fold(m);
}

/* The size of what stands at the end of a line for the field to fill in: blanks, frames,
 * feedback (stars, dots).  0: nothing of that. */
static size_t
filler(const char *p, size_t n)
{
	static const char *const wide[] = { "\342\200\242", "\342\227\217",
		"\342\224\202", "\342\226\210" };

	if (n && strchr(" *_[]|", p[n - 1]) && p[n - 1])
		return 1;
	for (size_t i = 0; n >= 3 && i < sizeof wide / sizeof *wide; i++)
		if (memcmp(p + n - 3, wide[i], 3) == 0)
			return 3;
	return 0;
}

enum mark { NO_MARK, MARK, WEAK_MARK };

/* The end of the line without what a prompt may have behind it. */
static size_t
trim(const char *p, size_t n, enum mark *mark)
{
	static const char wide_colon[] = "\xef\xbc\x9a";
	size_t k;

	while ((k = filler(p, n)) > 0)
		n -= k;
	*mark = NO_MARK;
	if (n >= 3 && memcmp(p + n - 3, wide_colon, 3) == 0)
		*mark = MARK;
	else if (n && (p[n - 1] == ':' || p[n - 1] == '?'))
		*mark = MARK;
	else if (n && (p[n - 1] == '>' || p[n - 1] == '='))
		*mark = WEAK_MARK;
	while (*mark == WEAK_MARK && n && strchr(" ->=", p[n - 1]))
		n--;
	return n;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c & 0x80);
}

/* A shell's prompt ends with a weak mark and may hold any word: there it must stand last. */
static bool
has_word(const char *p, size_t n, const char *word, enum mark mark)
{
	size_t k = strlen(word);
	const char *at = p, *end = p + n;

	while ((at = memmem(at, (size_t)(end - at), word, k)) != NULL) {
		bool foreign = word[0] & 0x80;
		bool begins = at == p || !is_letter(at[-1]) || foreign;
		bool ends = at + k == end || !is_letter(at[k]) || foreign || k > 6;

		if (begins && (mark == MARK ? ends : at + k == end))
			return true;
		at++;
	}
	return false;
}

static bool
line_is_prompt(const struct mask *m)
{
	enum mark mark;
	size_t n = trim(m->line, m->n, &mark);

	if (mark == NO_MARK || !n)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_word(m->line, n, words[i], mark))
			return true;
	return false;
}

/* A prompt may stand alone on its line and be answered on the next. */
static void
new_line(struct mask *m)
{
	if (m->n)
		m->above = line_is_prompt(m);
	m->n = 0;
}

static void
add_text(struct mask *m, uint8_t c)
{
	if (m->returned)
		m->n = 0;
	m->returned = false;
	add(m, c);
}

void
mask_output(struct mask *m, struct span out)
{
	/* Of a long output only the end can still be on the present line. */
	if (out.n > 4 * MASK_LINE_MAX) {
		out = span_of(out.p + out.n - 4 * MASK_LINE_MAX, 4 * MASK_LINE_MAX);
		m->esc = TEXT;
		m->n = 0;
	}
	for (size_t i = 0; i < out.n; i++) {
		uint8_t c = out.p[i];

		if (!is_text(m, c))
			continue;
		if (c == '\n')
			new_line(m);
		else if (c == '\b')
			m->n -= m->n > 0;
		else if (c >= ' ' && c != 127)
			add_text(m, c);
		if (c == '\n' || c == '\r')
			m->returned = c == '\r';
	}
}

bool
mask_is_prompt(const struct mask *m)
{
	return m->n ? line_is_prompt(m) : m->above;
}

/* Enter, or a control character that ends the reading of a line. */
static bool
ends_line(struct span in)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] == '\r' || in.p[i] == '\n' || in.p[i] == 3 || in.p[i] == 4 ||
			in.p[i] == 26 || in.p[i] == 28)
			return true;
	return false;
}

enum mask_verdict
mask_input(struct mask *m, struct span in, bool hidden, const char **why)
{
	bool prompt = m->at_prompt || mask_is_prompt(m);
	enum mask_verdict v = MASK_SHOW;

	if (hidden || prompt) {
		*why = hidden ? "echo" : "prompt";
		v = m->told ? MASK_HIDE : MASK_TELL;
	}
	m->told = v != MASK_SHOW;
	m->at_prompt = prompt;
	if (ends_line(in))
		m->at_prompt = m->told = false;
	if (ends_line(in) && prompt)
		m->n = m->above = 0; /* answered; the next is printed anew */
	return v;
}
