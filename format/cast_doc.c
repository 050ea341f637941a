/* SPDX-License-Identifier: ISC */
/* The members of a JSON document, one by one, without holding the document: a header of any
 * version is read this way, and of version 1 what stands around its array of events. */
#include "format/cast.h"

#define KEY_LEN_MAX ((size_t)4 << 10)

enum { SEEN_VERSION = 1, SEEN_WIDTH = 2, SEEN_HEIGHT = 4 };

static unsigned
key_bit(struct span key)
{
	static const struct {
		const char *key;
		unsigned bit;
	} known[] = { { "\"version\"", SEEN_VERSION }, { "\"width\"", SEEN_WIDTH },
		{ "\"height\"", SEEN_HEIGHT }, { "\"duration\"", 0 } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (span_is(key, known[i].key))
			return known[i].bit;
	return CAST_SEEN_OTHER;
}

static int
expect(struct cast_in *in, uint8_t want, struct err *e)
{
	uint8_t c;
	int rc = cast_in_peek(in, &c, e);

	if (rc < 0)
		return rc;
	if (rc == 0 || c != want)
		return err_set_at(e, ERR_FORMAT, (int64_t)in->off,
			"no asciicast: '%c' expected at byte %llu", want,
			(unsigned long long)in->off);
	cast_in_skip(in, 1);
	return 0;
}

static int
value(struct cast_in *in, size_t max, struct cast_line *v, struct err *e)
{
	uint8_t c;
	int rc = cast_in_peek(in, &c, e);

	*v = (struct cast_line){ 0 };
	if (rc > 0)
		rc = cast_in_value(in, v, max, e);
	if (rc < 0)
		return rc;
	if (rc == 0 || !v->ended || v->overlong)
		return err_set_at(e, v->overlong ? ERR_LIMIT : ERR_FORMAT,
			(int64_t)in->off, "asciicast header is %s",
			v->overlong ? "too long" : "cut off");
	return 0;
}

/* One member: its text goes to RAW.  CAST_MEMBERS_STDOUT in front of an array of that name. */
static int
member(struct cast_in *in, struct buf *raw, unsigned *seen, struct err *e)
{
	struct cast_line v;
	size_t before = raw->n;
	bool is_stdout;
	uint8_t c;
	int rc = value(in, KEY_LEN_MAX, &v, e);

	if (rc < 0)
		return rc;
	if (!v.text.n || v.text.p[0] != '"')
		return err_set_at(
			e, ERR_FORMAT, (int64_t)v.off, "no asciicast: no member name");
	is_stdout = span_is(v.text, "\"stdout\"");
	if (raw->n > 1)
		buf_add_byte(raw, ',');
	buf_add_span(raw, v.text);
	buf_add_byte(raw, ':');
	*seen |= is_stdout ? 0 : key_bit(v.text);
	cast_in_skip(in, v.text.n);
	rc = expect(in, ':', e);
	if (rc == 0 && is_stdout && cast_in_peek(in, &c, NULL) > 0 && c == '[') {
		buf_cut(raw, before);
		return CAST_MEMBERS_STDOUT;
	}
	if (rc == 0)
		rc = value(in, CAST_HEADER_MAX, &v, e);
	if (rc < 0)
		return rc;
	buf_add_span(raw, v.text);
	cast_in_skip(in, v.text.n);
	if (buf_failed(raw))
		return err_set(e, ERR_LIMIT, "asciicast header is too long");
	return CAST_MEMBERS_END;
}

int
cast_doc_members(struct cast_in *in, struct buf *raw, unsigned *seen, struct err *e)
{
	for (;;) {
		uint8_t c = 0;
		int rc = cast_in_peek(in, &c, e);

		if (rc < 0)
			return rc;
		if (rc && c == '}')
			return CAST_MEMBERS_END;
		if (rc && c == ',') {
			cast_in_skip(in, 1);
			continue;
		}
		rc = member(in, raw, seen, e);
		if (rc != CAST_MEMBERS_END)
			return rc;
	}
}

int
cast_doc_header(
	struct cast_in *in, struct buf *raw, uint64_t *first, bool *whole, struct err *e)
{
	const unsigned all = SEEN_VERSION | SEEN_WIDTH | SEEN_HEIGHT;
	struct cast_line skipped;
	unsigned seen = 0;
	int rc = expect(in, '{', e);

	*whole = false;
	buf_add_byte(raw, '{');
	if (rc == 0)
		rc = cast_doc_members(in, raw, &seen, e);
	*first = in->off + 1;
	while (rc == CAST_MEMBERS_STDOUT && (seen & all) != all) {
		rc = cast_in_value(in, &skipped, 0, e);
		if (rc < 0)
			return rc;
		*whole = true;
		cast_in_seek(in, skipped.next);
		rc = skipped.ended ? cast_doc_members(in, raw, &seen, e)
				   : CAST_MEMBERS_END;
	}
	if (rc < 0)
		return rc;
	buf_add_byte(raw, '}');
	return buf_failed(raw) ? err_set(e, ERR_LIMIT, "asciicast header is too long")
			       : 0;
}
