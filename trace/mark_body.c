/* SPDX-License-Identifier: ISC */
/* What a mark says: numbers, fields and their escapes. */
#include "trace/marks.h"

#include <ctype.h>

/* The first field of *REST, which goes on behind its ';'. */
static struct span
field(struct span *rest)
{
	const uint8_t *semi = rest->n ? memchr(rest->p, ';', rest->n) : NULL;
	size_t n = semi ? (size_t)(semi - rest->p) : rest->n;
	struct span f = span_of(rest->p, n);

	*rest = span_of(rest->p + n + (semi != NULL), rest->n - n - (semi != NULL));
	return f;
}

/* The value behind KEY ("name="); false when F has another key. */
static bool
value(struct span f, const char *key, struct span *v)
{
	size_t n = strlen(key);

	if (f.n < n || memcmp(f.p, key, n) != 0)
		return false;
	*v = span_of(f.p + n, f.n - n);
	return true;
}

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two hexadecimal digits at P say, or -1. */
static int
hex_byte(const uint8_t *p, size_t n)
{
	if (n < 2 || hex(p[0]) < 0 || hex(p[1]) < 0)
		return -1;
	return hex(p[0]) << 4 | hex(p[1]);
}

/* "%20" */
static struct span
decode_url(uint8_t *out, size_t size, struct span in)
{
	size_t n = 0;

	for (size_t i = 0; i < in.n && n < size; i++) {
		int b = in.p[i] == '%' ? hex_byte(in.p + i + 1, in.n - i - 1) : -1;

		out[n++] = b < 0 ? in.p[i] : (uint8_t)b;
		i += b < 0 ? 0 : 2;
	}
	return span_of(out, n);
}

/* "\x3b" and "\\" */
static struct span
decode_backslash(uint8_t *out, size_t size, struct span in)
{
	size_t n = 0;

	for (size_t i = 0; i < in.n && n < size; i++) {
		size_t left = in.n - i - 1;
		int b = -1;

		out[n] = in.p[i];
		if (in.p[i] == '\\' && left >= 3 && in.p[i + 1] == 'x')
			b = hex_byte(in.p + i + 2, left - 1);
		if (b >= 0) {
			out[n] = (uint8_t)b;
			i += 3;
		} else if (in.p[i] == '\\' && left && in.p[i + 1] == '\\') {
			i++;
		}
		n++;
	}
	return span_of(out, n);
}

static bool
number(struct span s, uint64_t max, uint64_t *v)
{
	*v = 0;
	if (!s.n || s.n > 18)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!isdigit(s.p[i]))
			return false;
		*v = *v * 10 + (uint64_t)(s.p[i] - '0');
	}
	return *v <= max;
}

static int
status_of(struct span s)
{
	uint64_t v;

	return number(s, INT32_MAX, &v) ? (int)v : -1;
}

static bool
is_nonce(const struct marks *m, struct span s)
{
	return m->nonce[0] && span_is(s, m->nonce);
}

static void
set_text(struct marks *m, struct span v, bool url)
{
	m->mark.text = url ? decode_url(m->text, sizeof m->text, v)
			   : decode_backslash(m->text, sizeof m->text, v);
	m->mark.cut |= m->seen > sizeof m->body;
}

static void
set_cwd(struct marks *m, struct span v, bool url)
{
	m->mark.cwd = url ? decode_url(m->cwd, sizeof m->cwd, v)
			  : decode_backslash(m->cwd, sizeof m->cwd, v);
}

/* "file://host/path" */
static void
set_cwd_uri(struct marks *m, struct span v)
{
	const uint8_t *path;

	if (!value(v, "file://", &v))
		return;
	path = v.n ? memchr(v.p, '/', v.n) : NULL;
	if (!path)
		return;
	set_cwd(m, span_of(path, v.n - (size_t)(path - v.p)), true);
	m->mark.kind = MARK_CWD;
}

/* Parameters of 133: ours, and cmdline_url as kitty and fish have it. */
static void
parameters(struct marks *m, struct span rest)
{
	struct span v;

	while (rest.n) {
		struct span f = field(&rest);

		if (value(f, "auditrec=", &v))
			m->mark.verified = is_nonce(m, v);
		else if (value(f, "cwd_url=", &v))
			set_cwd(m, v, true);
		else if (value(f, "cmdline_url=", &v))
			set_text(m, v, true);
		else if (value(f, "hidden=", &v))
			m->mark.hidden = true;
		else if (value(f, "repeat=", &v))
			m->mark.repeat = true;
		else if (value(f, "last=", &v))
			m->mark.status = status_of(v);
		else if (value(f, "cut=", &v))
			m->mark.cut = true;
		else if (m->mark.kind == MARK_PROMPT && value(f, "k=", &v) &&
			 !span_is(v, "i"))
			m->mark.kind = MARK_NONE; /* the prompt of a further line */
	}
}

static enum mark_kind
kind_of(struct span letter)
{
	if (letter.n != 1)
		return MARK_NONE;
	switch (letter.p[0]) {
	case 'A':
	case 'N':
		return MARK_PROMPT;
	case 'B':
		return MARK_TYPED;
	case 'C':
		return MARK_START;
	case 'D':
		return MARK_END;
	default:
		return MARK_NONE;
	}
}

static void
parse_133(struct marks *m, struct span rest)
{
	struct span letter = field(&rest);

	m->mark.kind = kind_of(letter);
	if (m->mark.kind == MARK_END && rest.n && !memchr(rest.p, '=', rest.n))
		m->mark.status = status_of(rest);
	else if (m->mark.kind == MARK_END && rest.n)
		m->mark.status = status_of(field(&rest));
	parameters(m, rest);
}

static void
parse_633(struct marks *m, struct span rest)
{
	struct span all = rest, letter = field(&rest), v;

	if (span_is(letter, "E")) {
		m->mark.kind = MARK_LINE;
		set_text(m, field(&rest), false);
		m->mark.verified = is_nonce(m, rest);
	} else if (span_is(letter, "P") && value(rest, "Cwd=", &v)) {
		m->mark.kind = MARK_CWD;
		set_cwd(m, field(&v), false);
		m->mark.verified = is_nonce(m, v);
	} else if (kind_of(letter) != MARK_NONE) {
		parse_133(m, all);
	}
}

/* What 3008 says of an end, as a status of the shell. */
static void
take_exit(struct marks *m, struct span how)
{
	if (span_is(how, "success"))
		m->mark.status = 0;
	else if (span_is(how, "interrupt") && m->mark.status < 0)
		m->mark.status = 130;
}

static void
parse_3008(struct marks *m, struct span rest)
{
	struct span first = field(&rest), f, v;
	bool command = false, start = value(first, "start=", &m->mark.id);

	if (!start && !value(first, "end=", &m->mark.id))
		return;
	while (rest.n) {
		f = field(&rest);
		if (value(f, "type=", &v))
			command = span_is(v, "command");
		else if (value(f, "auditrec=", &v))
			m->mark.verified = is_nonce(m, v);
		else if (value(f, "cwd=", &v))
			set_cwd(m, v, false);
		else if (value(f, "cmdline=", &v))
			set_text(m, v, false);
		else if (value(f, "status=", &v))
			m->mark.status = status_of(v);
		else if (value(f, "exit=", &v))
			take_exit(m, v);
	}
	if (start && command)
		m->mark.kind = MARK_START;
	else if (start)
		m->mark.kind = m->mark.cwd.p ? MARK_CWD : MARK_NONE;
	else
		m->mark.kind = MARK_END;
}

void
marks_parse(struct marks *m, struct span body)
{
	struct span rest = body, name = field(&rest);
	uint64_t n;

	m->mark = (struct mark){ .kind = MARK_NONE, .status = -1 };
	if (!number(name, 9999, &n))
		return;
	switch (n) {
	case 133:
		m->mark.origin = "osc133";
		parse_133(m, rest);
		break;
	case 633:
		m->mark.origin = "osc633";
		parse_633(m, rest);
		break;
	case 3008:
		m->mark.origin = "osc3008";
		parse_3008(m, rest);
		break;
	case 7:
		m->mark.origin = "osc7";
		set_cwd_uri(m, rest);
		break;
	default:
		break;
	}
}
