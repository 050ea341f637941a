/* SPDX-License-Identifier: ISC */
/* Texts of messages other than input and output.  All of a message become one text, a line for
 * each; JSON is taken apart into its strings, so that an escape hides nothing.  Masked is in
 * place: what is no part of a match stays as it is, byte for byte. */
#include "base/base64.h"
#include "base/err.h"
#include "base/hex.h"
#include "format/schema.h"
#include "replay/redact_impl.h"

#define FIELDS_MAX   (2 * MSG_LIST_MAX + 16)
#define FIELD_BYTES  ((size_t)1 << 20) /* a larger one is masked as a whole */
#define BASE64_LEAST 8

/* One text of a message, and where it stands. */
struct field {
	struct span *at;
	bool secret; /* whatever it says */
	char behind; /* what stands between it and the next */
	bool changed;
	size_t from, n; /* its masked copy in the buffer */
};

struct fields {
	struct redact *r;
	struct masked *to;
	struct field v[FIELDS_MAX];
	size_t n;
	bool count;
	/* The text of one field or several: origins are indices into MARKS. */
	struct trail text;
	size_t line;       /* where in it the line that is looked at begins */
	struct buf *marks; /* a byte for each byte of the fields: to be masked */
};

/* One unit of a text as it is written: a character or, in JSON, an escape. */
struct unit {
	uint32_t ch;
	size_t n;
};

static struct unit
plain_unit(struct span s, size_t i)
{
	struct unit u;
	int n = utf8_get(s.p + i, s.n - i, &u.ch, NULL);

	u.n = n ? (size_t)n : s.n - i;
	if (!n)
		u.ch = UTF8_BAD;
	return u;
}

static int
hex4(struct span s, size_t i, uint32_t *out)
{
	uint32_t v = 0;

	if (i + 4 > s.n)
		return -1;
	for (size_t k = i; k < i + 4; k++) {
		int digit = hex_digit((char)s.p[k]);

		if (digit < 0)
			return -1;
		v = v * 16 + (uint32_t)digit;
	}
	*out = v;
	return 0;
}

/* Behind a backslash and a u. */
static struct unit
json_code(struct span s, size_t i)
{
	struct unit u = { UTF8_BAD, 2 };
	uint32_t low;

	if (hex4(s, i + 2, &u.ch) < 0)
		return u;
	u.n = 6;
	if (u.ch >= 0xD800 && u.ch < 0xDC00 && i + 8 <= s.n && s.p[i + 6] == '\\' &&
		s.p[i + 7] == 'u' && hex4(s, i + 8, &low) == 0 && low >= 0xDC00 &&
		low < 0xE000) {
		u.ch = 0x10000 + ((u.ch - 0xD800) << 10) + (low - 0xDC00);
		u.n = 12;
	}
	return u;
}

static struct unit
json_unit(struct span s, size_t i)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *found;

	if (s.p[i] != '\\' || i + 1 >= s.n)
		return plain_unit(s, i);
	if (s.p[i + 1] == 'u')
		return json_code(s, i);
	found = s.p[i + 1] ? strchr(names, s.p[i + 1]) : NULL;
	return (struct unit){ found ? (uint8_t)values[found - names] : s.p[i + 1], 2 };
}

/* Append what stands in S from *I up to its end or (JSON) an ending quote; BASE is the place of
 * S in the marks. */
static int
add_units(struct fields *f, struct span s, size_t *i, bool json, size_t base)
{
	int rc = 0;

	while (rc == 0 && *i < s.n && !(json && s.p[*i] == '"')) {
		struct unit u = json ? json_unit(s, *i) : plain_unit(s, *i);

		rc = trail_add_char(&f->text, u.ch, base + *i + 1);
		*i += u.n;
	}
	return rc;
}

static int
on_match(void *ctx, size_t rule, size_t start, size_t end)
{
	struct fields *f = ctx;
	struct span text = span_of(f->text.text.p + f->line + start, end - start);
	const uint64_t *at = f->text.at + f->line;
	bool any = false;

	if (redact_is_masked(f->r, text))
		return 0;
	for (size_t i = start; i < end; i++)
		if (at[i] && !f->marks->p[at[i] - 1]) {
			f->marks->p[at[i] - 1] = 1;
			any = true;
		}
	if (any && f->count)
		redact_tell(f->r, rule, REDACT_EVENT, text);
	return 0;
}

static int
find_in(struct fields *f, struct span text, rules_match_fn *fn)
{
	const struct rules *rules = f->r->o.rules;
	int rc = rules_find(rules, RULE_EVENTS, false, text, fn, f);

	return rc ? rc : rules_find(rules, RULE_EVENTS, true, text, fn, f);
}

static int
some_match(void *ctx, size_t rule, size_t start, size_t end)
{
	(void)ctx;
	(void)start;
	(void)end;
	return (int)rule + 1;
}

/* The string from byte FROM of the text on: is it base64 of something to be masked? */
static int
look_into_base64(struct fields *f, size_t from)
{
	struct span s = span_of(f->text.text.p + from, f->text.text.n - from);
	struct buf plain = { 0 }, valid = { 0 };
	int rule = 0;

	if (s.n < BASE64_LEAST || base64_take(&plain, s) < s.n)
		goto out;
	utf8_clean(&valid, buf_span(&plain));
	rule = find_in(f, buf_span(&valid), some_match);
	if (rule > 0)
		rule = on_match(f, (size_t)rule - 1, from, f->text.text.n);
out:
	buf_free(&plain);
	buf_free(&valid);
	return rule;
}

/* Is what stands between the brackets a list?  One bit for each that is open. */
struct nesting {
	uint64_t lists;
};

static const char *
separator(struct nesting *n, uint8_t c)
{
	switch (c) {
	case '[':
	case '{':
		n->lists = n->lists << 1 | (c == '[');
		return NULL;
	case ']':
	case '}':
		n->lists >>= 1;
		return NULL;
	case ':':
		return ": ";
	case ',':
		return n->lists & 1 ? " " : "\n";
	default:
		return NULL;
	}
}

/* Strings of one list are words of one line; a key and its value are, too. */
static int
add_json(struct fields *f, struct span s, size_t base)
{
	struct nesting nesting = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s.n;) {
		uint8_t c = s.p[i++];
		const char *between = separator(&nesting, c);
		size_t before = f->text.text.n;

		if (between)
			rc = trail_add(&f->text, between, strlen(between), TRAIL_NOWHERE);
		if (c != '"')
			continue;
		rc = add_units(f, s, &i, true, base);
		i++;
		if (rc == 0)
			rc = look_into_base64(f, before);
	}
	return rc;
}

static bool
is_json(struct span s)
{
	return s.n >= 2 && s.p[0] == '{' && s.p[s.n - 1] == '}';
}

static int
make_text(struct fields *f)
{
	struct buf *marks = f->marks;
	int rc = 0;

	buf_clear(marks);
	trail_clear(&f->text);
	for (size_t i = 0; rc == 0 && i < f->n; i++) {
		struct span s = *f->v[i].at;
		size_t base = marks->n, at = 0;

		rc = buf_reserve(marks, s.n + 1);
		if (rc < 0)
			break;
		if (s.n)
			memset(marks->p + marks->n, 0, s.n);
		marks->n += s.n;
		if (f->v[i].secret)
			continue;
		rc = is_json(s) ? add_json(f, s, base)
				: add_units(f, s, &at, false, base);
		if (rc == 0)
			rc = trail_add(&f->text, &f->v[i].behind, 1, TRAIL_NOWHERE);
	}
	return rc;
}

/* Line by line, so that ^ and $ mean what they should; then all together. */
static int
find_fields(struct fields *f)
{
	const struct rules *rules = f->r->o.rules;
	struct span all;
	int rc = make_text(f);

	all = buf_span(&f->text.text);
	for (size_t i = 0, n; rc == 0 && i < all.n; i += n + 1) {
		const uint8_t *end = memchr(all.p + i, '\n', all.n - i);

		n = end ? (size_t)(end - all.p) - i : all.n - i;
		f->line = i;
		rc = rules_find(
			rules, RULE_EVENTS, false, span_of(all.p + i, n), on_match, f);
	}
	f->line = 0;
	return rc ? rc : rules_find(rules, RULE_EVENTS, true, all, on_match, f);
}

static void
add_field(struct fields *f, struct span *at, bool secret, char behind)
{
	if (at->p && at->n && f->n < FIELDS_MAX)
		f->v[f->n++] = (struct field){ .at = at,
			.secret = secret || at->n > FIELD_BYTES,
			.behind = behind };
}

/* The pairs become our own, so that they can be changed. */
static void
add_list(struct fields *f, struct msg_list *l, bool secret)
{
	if (!l->v || l->n > MSG_LIST_MAX)
		return;
	memcpy(f->to->pairs, l->v, l->n * sizeof *l->v);
	l->v = f->to->pairs;
	for (size_t i = 0; i < l->n; i++) {
		add_field(f, &f->to->pairs[i].question, false, ' ');
		if (secret)
			add_field(f, &f->to->pairs[i].answer, true, '\n');
	}
}

static void
gather(struct fields *f, struct msg *m)
{
	const struct msg_desc *d = msg_desc(m->type);

	if (!f->r->o.made_ids)
		add_field(f, &m->connection_id, false, '\n');
	for (size_t i = 0; d && !m->payload_null && i < d->payload->nfields; i++) {
		const struct msg_field *field = &d->payload->fields[i];
		bool secret = field->flags & MSG_F_SECRET;
		bool name = m->type == MSG_SETENV && strcmp(field->key, "name") == 0;
		void *v = msg_field_at(m, field);

		if (m->type == MSG_IO)
			continue;
		if (field->kind == MSG_TEXT || field->kind == MSG_BYTES)
			add_field(f, v, secret, name ? '=' : '\n');
		else if (field->kind == MSG_QUESTIONS || field->kind == MSG_ANSWERS)
			add_list(f, v, secret);
	}
}

static int
put_secret(struct fields *f, struct field *one)
{
	const struct redact *r = f->r;

	for (int i = 0; i < 3; i++)
		redact_put_mask(r, &f->to->text, 'x');
	if (f->count && !redact_is_masked(r, *one->at))
		redact_tell(f->r, REDACT_SECRET_FIELD, REDACT_EVENT, *one->at);
	return buf_failed(&f->to->text);
}

static int
put_masked(struct fields *f, struct field *one, const uint8_t *marks)
{
	struct span s = *one->at;
	struct buf *out = &f->to->text;
	bool json = is_json(s);

	for (size_t i = 0; i < s.n;) {
		struct unit u = json ? json_unit(s, i) : plain_unit(s, i);

		if (marks[i])
			redact_put_mask(f->r, out, u.ch);
		else
			buf_add(out, s.p + i, u.n);
		i += u.n;
	}
	return buf_failed(out);
}

static int
put_fields(struct fields *f)
{
	const uint8_t *marks = f->marks->p;
	struct buf *out = &f->to->text;
	int rc = 0;

	buf_clear(out);
	for (size_t i = 0; rc == 0 && i < f->n; i++) {
		struct field *one = &f->v[i];

		one->from = out->n;
		one->changed = one->secret || memchr(marks, 1, one->at->n);
		if (one->secret)
			rc = put_secret(f, one);
		else if (one->changed)
			rc = put_masked(f, one, marks);
		one->n = out->n - one->from;
		marks += one->at->n;
	}
	for (size_t i = 0; rc == 0 && i < f->n; i++)
		if (f->v[i].changed)
			*f->v[i].at = span_of(out->p + f->v[i].from, f->v[i].n);
	return rc;
}

int
fields_mask(struct redact *r, struct masked *to, const struct msg *m, struct msg *out,
	bool count)
{
	struct fields f = { .r = r, .to = to, .count = count, .marks = &r->marks };
	int rc;

	*out = *m;
	gather(&f, out);
	if (!f.n)
		return 0;
	rc = find_fields(&f);
	if (rc == 0)
		rc = put_fields(&f);
	trail_free(&f.text);
	return rc;
}
