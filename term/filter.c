/* SPDX-License-Identifier: ISC */
/* The states are those of a VT500 parser.  Controls inside a sequence act at once and the
 * sequence goes on; CAN and SUB drop it, ESC drops it and begins a new one.  C1 controls
 * count only as decoded characters (U+0080 to U+009F), as their ESC form; the raw bytes are
 * invalid UTF-8. */
#include "term/filter.h"

#include "base/utf8.h"

enum { GROUND, ESCAPE, ESCAPE_INTER, CSI_HEAD, CSI_ARGS, CSI_INTER, STRING, STRING_ESC };

/* What a string is; screen's title (ESC k) ends at any control as well, so that a lost
 * end cannot swallow the rest. */
enum { STR_NONE, STR_OSC, STR_OTHER, STR_TITLE };

static struct tok
token(enum tok_kind kind, uint32_t ch)
{
	return (struct tok){ .kind = kind, .ch = ch };
}

static bool
is_c0(uint32_t c)
{
	return c < 0x20;
}

static void
begin_string(struct filter *f, uint8_t kind)
{
	f->state = STRING;
	f->string = kind;
	f->nstr = 0;
	f->cut = false;
}

static void
begin_csi(struct filter *f)
{
	f->state = CSI_HEAD;
	f->leader = f->inter = 0;
	f->odd = false;
	f->nargs = 0;
	f->joined = 0;
}

static void
begin_escape(struct filter *f)
{
	f->state = ESCAPE;
	f->inter = 0;
	f->odd = false;
}

static void
keep_inter(struct filter *f, char c)
{
	f->odd |= f->inter != 0;
	f->inter = c;
}

static enum tok_kind
escape_final(struct filter *f, char c)
{
	f->state = GROUND;
	f->final = c;
	if (f->inter)
		return f->odd ? TOK_END : TOK_ESC;
	switch (c) {
	case '[':
		begin_csi(f);
		return TOK_END;
	case ']':
		begin_string(f, STR_OSC);
		return TOK_END;
	case 'P':
	case 'X':
	case '^':
	case '_':
		begin_string(f, STR_OTHER);
		return TOK_END;
	case 'k':
		begin_string(f, STR_TITLE);
		return TOK_END;
	default:
		return TOK_ESC;
	}
}

static enum tok_kind
in_escape(struct filter *f, uint8_t c)
{
	if (c < 0x30) {
		keep_inter(f, (char)c);
		f->state = ESCAPE_INTER;
		return TOK_END;
	}
	return escape_final(f, (char)c);
}

static void
arg_digit(struct filter *f, uint8_t c)
{
	int v;

	if (f->nargs == 0)
		f->arg[f->nargs++] = -1;
	if (f->nargs > FILTER_ARGS)
		return;
	v = f->arg[f->nargs - 1];
	v = (v < 0 ? 0 : v) * 10 + (c - '0');
	f->arg[f->nargs - 1] = (int16_t)(v > FILTER_NUMBER ? FILTER_NUMBER : v);
}

/* One past FILTER_ARGS means: full, drop what follows. */
static void
arg_next(struct filter *f, bool joined)
{
	if (f->nargs == 0)
		f->arg[f->nargs++] = -1;
	if (f->nargs >= FILTER_ARGS) {
		f->nargs = FILTER_ARGS + 1;
		return;
	}
	if (joined)
		f->joined |= UINT32_C(1) << f->nargs;
	f->arg[f->nargs++] = -1;
}

static enum tok_kind
csi_final(struct filter *f, char c)
{
	f->state = GROUND;
	f->final = c;
	if (f->nargs > FILTER_ARGS)
		f->nargs = FILTER_ARGS;
	return f->odd ? TOK_END : TOK_CSI;
}

static enum tok_kind
in_csi(struct filter *f, uint8_t c)
{
	if (c >= 0x40)
		return csi_final(f, (char)c);
	if (c < 0x30) {
		keep_inter(f, (char)c);
		f->state = CSI_INTER;
		return TOK_END;
	}
	if (f->state == CSI_INTER) {
		f->odd = true;
		return TOK_END;
	}
	if (c >= 0x3c) {
		f->odd |= f->state != CSI_HEAD || f->leader != 0;
		f->leader = (char)c;
		return TOK_END;
	}
	f->state = CSI_ARGS;
	if (c >= 0x3a)
		arg_next(f, c == ':');
	else
		arg_digit(f, c);
	return TOK_END;
}

static void
keep_string(struct filter *f, struct span s)
{
	size_t n = s.n;

	if (n > sizeof f->str - f->nstr) {
		n = sizeof f->str - f->nstr;
		f->cut = true;
	}
	memcpy(f->str + f->nstr, s.p, n);
	f->nstr = (uint16_t)(f->nstr + n);
}

static enum tok_kind
end_string(struct filter *f)
{
	f->state = GROUND;
	return f->string == STR_OSC ? TOK_OSC : TOK_END;
}

/* The bytes of a string up to its next control. */
static enum tok_kind
in_string(struct filter *f, struct span *in)
{
	size_t n = 0;
	uint8_t c;

	while (n < in->n && !is_c0(in->p[n]))
		n++;
	if (f->string == STR_OSC)
		keep_string(f, span_of(in->p, n));
	in->p += n;
	in->n -= n;
	if (!in->n)
		return TOK_END;
	c = in->p[0];
	if (c == 0x1b)
		f->state = STRING_ESC;
	else if (c == 0x18 || c == 0x1a || f->string == STR_TITLE)
		f->state = GROUND;
	else if (c == 0x07 && f->string == STR_OSC) {
		in->p++, in->n--;
		return end_string(f);
	}
	/* A lost end of a title: the control itself still acts. */
	if (f->state != GROUND || f->string != STR_TITLE)
		in->p++, in->n--;
	return TOK_END;
}

static struct tok
character(struct filter *f, uint32_t ch)
{
	if (ch >= 0x80 && ch < 0xa0) {
		begin_escape(f);
		return token(escape_final(f, (char)(ch - 0x40)), 0);
	}
	return token(TOK_CHAR, ch);
}

/* A character of which a part was at the end of the last input. */
static struct tok
in_held(struct filter *f, struct span *in)
{
	while (in->n) {
		uint32_t ch;
		int n;

		f->held[f->nheld++] = in->p[0];
		n = utf8_get(f->held, f->nheld, &ch, NULL);
		/* A byte that does not belong to the sequence begins anew. */
		if (n == 0 || n == f->nheld)
			in->p++, in->n--;
		if (n) {
			f->nheld = 0;
			return character(f, ch);
		}
	}
	return token(TOK_END, 0);
}

static struct tok
in_utf8(struct filter *f, struct span *in)
{
	uint32_t ch;
	int n;

	if (f->nheld)
		return in_held(f, in);
	n = utf8_get(in->p, in->n, &ch, NULL);
	if (n == 0) {
		memcpy(f->held, in->p, in->n);
		f->nheld = (uint8_t)in->n;
		n = f->nheld;
		ch = 0;
	}
	in->p += n;
	in->n -= (size_t)n;
	return f->nheld ? token(TOK_END, 0) : character(f, ch);
}

static struct tok
in_ground(struct filter *f, struct span *in)
{
	size_t n = 0;

	if (f->nheld || in->p[0] >= 0x80)
		return in_utf8(f, in);
	while (n < in->n && in->p[n] >= 0x20 && in->p[n] < 0x7f)
		n++;
	if (n) {
		struct tok t = { .kind = TOK_RUN, .run = { in->p, n } };

		in->p += n;
		in->n -= n;
		return t;
	}
	in->p++, in->n--; /* DEL */
	return token(TOK_END, 0);
}

/* A control outside strings; it may stand in the middle of a sequence. */
static struct tok
in_control(struct filter *f, struct span *in)
{
	uint8_t c = in->p[0];

	in->p++, in->n--;
	if (c == 0x1b)
		begin_escape(f);
	else if (c == 0x18 || c == 0x1a)
		f->state = GROUND;
	else if (c)
		return token(TOK_C0, c);
	return token(TOK_END, 0);
}

/* ESC in a string: with a backslash its end, else a new sequence. */
static enum tok_kind
in_string_esc(struct filter *f, struct span *in)
{
	if (in->p[0] == '\\') {
		in->p++, in->n--;
		return end_string(f);
	}
	begin_escape(f);
	return TOK_END;
}

static struct tok
in_sequence(struct filter *f, struct span *in)
{
	uint8_t c = in->p[0];

	if (c >= 0x80) { /* no part of any sequence: drop that, take this as text */
		f->state = GROUND;
		return token(TOK_END, 0);
	}
	in->p++, in->n--;
	if (c == 0x7f)
		return token(TOK_END, 0);
	if (f->state == ESCAPE || f->state == ESCAPE_INTER)
		return token(in_escape(f, c), 0);
	return token(in_csi(f, c), 0);
}

static struct tok
step(struct filter *f, struct span *in)
{
	if (f->state == STRING)
		return token(in_string(f, in), 0);
	if (f->state == STRING_ESC)
		return token(in_string_esc(f, in), 0);
	if (!f->nheld && is_c0(in->p[0]))
		return in_control(f, in);
	if (f->state == GROUND)
		return in_ground(f, in);
	return in_sequence(f, in);
}

struct tok
filter_next(struct filter *f, struct span *in)
{
	while (in->n) {
		struct tok t = step(f, in);

		if (t.kind != TOK_END)
			return t;
	}
	return token(TOK_END, 0);
}

bool
filter_in_string(const struct filter *f)
{
	return f->state == STRING;
}

bool
filter_at_text(const struct filter *f)
{
	return f->state == GROUND;
}

int
filter_arg(const struct filter *f, int i, int def)
{
	return i < f->nargs && f->arg[i] >= 0 ? f->arg[i] : def;
}

int
filter_count(const struct filter *f, int i)
{
	int n = filter_arg(f, i, 1);

	return n > 0 ? n : 1;
}

static void
put_args(struct buf *out, const struct filter *f)
{
	for (int i = 0; i < f->nargs && i < FILTER_ARGS; i++) {
		if (i)
			buf_add_byte(out, f->joined >> i & 1 ? ':' : ';');
		if (f->arg[i] >= 0)
			buf_addf(out, "%d", f->arg[i]);
	}
	if (f->nargs > FILTER_ARGS)
		buf_add_byte(out, ';');
}

static void
half_escape(struct buf *out, const struct filter *f)
{
	int n = !f->inter ? 0 : f->odd ? 2 : 1;

	buf_add_byte(out, 0x1b);
	for (int i = 0; i < n; i++)
		buf_add_byte(out, (uint8_t)f->inter);
}

/* What is odd will be ignored, whatever comes: then it need not be the same. */
static void
half_csi(struct buf *out, const struct filter *f)
{
	buf_add_str(out, f->odd ? "\033[??" : "\033[");
	if (f->odd)
		return;
	if (f->leader)
		buf_add_byte(out, (uint8_t)f->leader);
	put_args(out, f);
	if (f->inter)
		buf_add_byte(out, (uint8_t)f->inter);
}

static void
half_string(struct buf *out, const struct filter *f)
{
	static const char begin[] = {
		[STR_OSC] = ']', [STR_OTHER] = 'X', [STR_TITLE] = 'k'
	};

	buf_addf(out, "\033%c", begin[f->string]);
	if (f->string == STR_OSC)
		buf_add(out, f->str, f->nstr);
	if (f->string == STR_OSC && f->cut)
		buf_add_byte(out, 'x');
	if (f->state == STRING_ESC)
		buf_add_byte(out, 0x1b);
}

void
filter_half(const struct filter *f, struct buf *out)
{
	switch (f->state) {
	case ESCAPE:
	case ESCAPE_INTER:
		half_escape(out, f);
		break;
	case CSI_HEAD:
	case CSI_ARGS:
	case CSI_INTER:
		half_csi(out, f);
		break;
	case STRING:
	case STRING_ESC:
		half_string(out, f);
		break;
	default:
		buf_add(out, f->held, f->nheld);
		break;
	}
}
