/* SPDX-License-Identifier: ISC */
#include "rec/mask.h"

enum { TEXT, ESC, CSI, STRING, STRING_ESC, CHARSET };

/* Words of prompts (lower case; ASCII letters only are folded).  They must be followed on
 * the same line by nothing but the rest of a prompt. */
static const char *const words[] = {
	"password",
	"passphrase",
	"passcode",
	"passwort",
	"kennwort",
	"mot de passe",
	"contrase\303\261a",
	"contrasena",
	"senha",
	"wachtwoord",
	"l\xc3\xb6senord",
	"adgangskode",
	"passord",
	"salasana",
	"has\xc5\x82o",
	"heslo",
	"jelsz\xc3\xb3",
	"\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
	"\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89",
	"\xe5\xaf\x86\xe7\xa0\x81",
	"pin",
	"verification code",
	"one-time",
	"otp",
	"secret",
	"token",
};

/* One step of the skipper: true when C is text.  Sequences as in ECMA-48. */
static bool
is_text(struct mask *m, uint8_t c)
{
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
		m->esc = c == 7 ? TEXT : c == 0x1B ? STRING_ESC : STRING;
		return false;
	case STRING_ESC:
		m->esc = c == '\\' ? TEXT : STRING;
		return false;
	default:
		break;
	}
	if (c == 0x1B) {
		m->esc = ESC;
		return false;
	}
	return true;
}

static void
add(struct mask *m, uint8_t c)
{
	if (m->n == sizeof m->line) {
		memmove(m->line, m->line + sizeof m->line / 2, sizeof m->line / 2);
		m->n = sizeof m->line / 2;
	}
	m->line[m->n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
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
		if (c == '\n' || c == '\r')
			m->n = 0;
		else if (c == '\b')
			m->n -= m->n > 0;
		else if (c >= ' ' && c != 127)
			add(m, c);
	}
}

/* The end of the line without what a prompt may have behind it: blanks, feedback, ':'. */
static size_t
trim(const char *p, size_t n, bool *mark)
{
	static const char wide_colon[] = "\xef\xbc\x9a";

	while (n && (p[n - 1] == ' ' || p[n - 1] == '*'))
		n--;
	*mark = n && (p[n - 1] == ':' || p[n - 1] == '?' || p[n - 1] == '>');
	if (*mark)
		return n - 1;
	*mark = n >= 3 && memcmp(p + n - 3, wide_colon, 3) == 0;
	return n;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c & 0x80);
}

static bool
has_word(const char *p, size_t n, const char *word)
{
	size_t k = strlen(word);
	const char *at = p;

	while ((at = memmem(at, n - (size_t)(at - p), word, k)) != NULL) {
		bool begins = at == p || !is_letter(at[-1]) || (word[0] & 0x80);

		if (begins)
			return true;
		at++;
	}
	return false;
}

bool
mask_is_prompt(const struct mask *m)
{
	bool mark;
	size_t n = trim(m->line, m->n, &mark);

	if (!mark || !n)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_word(m->line, n, words[i]))
			return true;
	return false;
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
		m->n = 0; /* answered; the next prompt is printed anew */
	return v;
}
