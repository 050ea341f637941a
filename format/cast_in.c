/* SPDX-License-Identifier: ISC */
/* Lines and JSON values out of a source, through one sliding buffer.  What was returned is
 * consumed by the next call, so that its text stays where it is until then. */
#include "format/cast.h"

#define BLOCK ((size_t)64 << 10)

void
cast_in_init(struct cast_in *in, struct src *src)
{
	*in = (struct cast_in){ .src = src };
	buf_init(&in->buf, CAST_LINE_MAX + 2 * BLOCK);
}

void
cast_in_free(struct cast_in *in)
{
	buf_free(&in->buf);
}

void
cast_in_seek(struct cast_in *in, uint64_t off)
{
	if (off >= in->off && off - in->off <= in->buf.n) {
		cast_in_skip(in, (size_t)(off - in->off));
		in->seen = 0;
		return;
	}
	buf_clear(&in->buf);
	in->off = off;
	in->seen = 0;
}

void
cast_in_skip(struct cast_in *in, size_t n)
{
	buf_consume(&in->buf, n);
	in->off += n;
	in->seen = in->seen > n ? in->seen - n : 0;
}

/* Read more behind what is there: 1, 0 at the end, negative. */
static int
fill(struct cast_in *in, struct err *e)
{
	ssize_t got;
	int rc = buf_reserve(&in->buf, BLOCK);

	if (rc < 0)
		return err_set(e, rc, "cannot read: %s", err_name(rc));
	got = src_read_at(in->src, in->off + in->buf.n, in->buf.p + in->buf.n, BLOCK, e);
	if (got <= 0)
		return (int)got;
	in->buf.n += (size_t)got;
	return 1;
}

static void
set_line(struct cast_in *in, struct cast_line *l, size_t n, bool ended)
{
	l->next = in->off + n + ended;
	l->ended = ended;
	if (l->overlong)
		n = 0;
	l->text = span_of(in->buf.p, n);
	if (n && in->buf.p[n - 1] == '\r')
		l->text.n--;
	in->seen = 0;
}

int
cast_in_line(struct cast_in *in, struct cast_line *l, bool live, struct err *e)
{
	*l = (struct cast_line){ .off = in->off };
	for (;;) {
		const uint8_t *nl = NULL;
		int rc;

		if (in->seen < in->buf.n)
			nl = memchr(in->buf.p + in->seen, '\n', in->buf.n - in->seen);
		if (nl) {
			set_line(in, l, (size_t)(nl - in->buf.p), true);
			return 1;
		}
		in->seen = in->buf.n;
		if (in->buf.n > CAST_LINE_MAX) {
			l->overlong = true;
			cast_in_skip(in, in->buf.n);
		}
		rc = fill(in, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
	}
	if ((!in->buf.n && !l->overlong) || (live && !l->overlong))
		return 0;
	set_line(in, l, in->buf.n, false);
	return 1;
}

int
cast_in_peek(struct cast_in *in, uint8_t *c, struct err *e)
{
	for (;;) {
		size_t i = 0;
		int rc;

		while (i < in->buf.n && memchr(" \t\r\n", in->buf.p[i], 4))
			i++;
		cast_in_skip(in, i);
		if (in->buf.n) {
			*c = in->buf.p[0];
			return 1;
		}
		rc = fill(in, e);
		if (rc <= 0)
			return rc;
	}
}

struct json_scan {
	unsigned depth;
	bool quoted, escaped, scalar, done;
};

/* Pass over C, a byte of a value; false when it stands behind the value. */
static bool
scan_byte(struct json_scan *s, uint8_t c)
{
	if (s->quoted) {
		if (s->escaped)
			s->escaped = false;
		else if (c == '\\')
			s->escaped = true;
		else if (c == '"') {
			s->quoted = false;
			s->done = s->depth == 0;
		}
	} else if (s->scalar && memchr(",:]} \t\r\n", c, 8)) {
		s->done = true;
		return false;
	} else if (c == '"') {
		s->quoted = true;
	} else if (c == '[' || c == '{') {
		s->depth++;
	} else if (c == ']' || c == '}') {
		if (s->depth)
			s->depth--;
		s->done = s->depth == 0;
	} else if (s->depth == 0) {
		s->scalar = true;
	}
	return true;
}

int
cast_in_value(struct cast_in *in, struct cast_line *v, size_t max, struct err *e)
{
	struct json_scan s = { 0 };
	size_t i = 0;

	*v = (struct cast_line){ .off = in->off };
	while (!s.done) {
		int rc;

		while (i < in->buf.n && !s.done)
			i += scan_byte(&s, in->buf.p[i]);
		if (s.done)
			break;
		if (!max || v->overlong || i > max) {
			v->overlong = max != 0;
			cast_in_skip(in, i);
			i = 0;
		}
		rc = fill(in, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
	}
	v->ended = s.done;
	v->overlong |= max && i > max;
	v->text = span_of(in->buf.p, v->overlong || !max ? 0 : i);
	v->next = in->off + i;
	return 1;
}
