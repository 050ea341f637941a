/* SPDX-License-Identifier: ISC */
/* The table of rules, a function for each kind of them, and the destination: its first line is
 * gathered and rewritten, the rest goes through. */
#include "format/castcheck.h"

#include "base/utf8.h"
#include "format/cast.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMED_MAX   5 /* variables that are named when they are left out */
#define CHANGE_MAX  300
#define COLOUR_LEN  7 /* #rrggbb */
#define REAL_DIGITS 15

const struct castcheck_rule castcheck_rules[] = {
	{ "width", "columns", CASTCHECK_NUMBER, 1, 720, 80 },
	{ "height", "rows", CASTCHECK_NUMBER, 1, 200, 24 },
	{ "title", "title", CASTCHECK_TEXT, 0, 128, 0 },
	{ "command", "command", CASTCHECK_TEXT, 0, 255, 0 },
	{ "env", "environment", CASTCHECK_ENV, 0, 0, 0 },
	{ "env.TERM", "name of the terminal", CASTCHECK_TEXT, 0, 64, 0 },
	{ "env.SHELL", "name of the shell", CASTCHECK_TEXT, 0, 255, 0 },
	{ "idle_time_limit", "limit of pauses", CASTCHECK_POSITIVE, 0, 0, 0 },
	{ "theme", "colours of the terminal", CASTCHECK_THEME, 0, 0, 0 },
};
const size_t castcheck_nrules = sizeof castcheck_rules / sizeof *castcheck_rules;

static const struct {
	const char *field;
	size_t chars;
} form[] = {
	{ "title", 128 },
	{ "description", 4096 },
};

const char *const castcheck_visibilities[] = { "public", "unlisted", "private", NULL };

/* --- texts --- */

/* The bytes of the first MAX characters. */
static size_t
head_bytes(struct span s, size_t max)
{
	size_t i = 0;

	while (i < s.n && max--) {
		uint32_t ch;
		int k = utf8_get(s.p + i, s.n - i, &ch, NULL);

		i += k ? (size_t)k : s.n - i;
	}
	return i;
}

int
castcheck_form(const char *field, const char *text, struct err *e)
{
	struct span s = span_str(text);

	if (!utf8_valid(s))
		return err_set(e, ERR_USAGE, "the %s is no UTF-8", field);
	for (size_t i = 0; i < sizeof form / sizeof *form; i++)
		if (strcmp(form[i].field, field) == 0 &&
			head_bytes(s, form[i].chars) < s.n)
			return err_set(e, ERR_USAGE,
				"the %s is longer than the %zu characters a server takes",
				field, form[i].chars);
	return 0;
}

/* --- rules --- */

/* One rule at work; V is the value of its field. */
struct at_work {
	struct castcheck *c;
	const struct castcheck_rule *r;
	json_t *in; /* the object that holds the field */
	const char *key;
	json_t *v;
	bool changed;
	char text[CHANGE_MAX];
};

#define TELL(w, ...) ((w)->changed = true, snprintf((w)->text, CHANGE_MAX, __VA_ARGS__))

static void
leave_out(struct at_work *w)
{
	TELL(w, "%s left out, no server takes it as it is", w->r->name);
	json_object_del(w->in, w->key);
}

static void
check_number(struct at_work *w)
{
	json_int_t v = json_integer_value(w->v), to = v;

	if (!v)
		to = w->r->otherwise;
	else if (v < w->r->lo)
		to = w->r->lo;
	else if (v > w->r->hi)
		to = w->r->hi;
	if (to == v)
		return;
	TELL(w, "%s: %" JSON_INTEGER_FORMAT " became %" JSON_INTEGER_FORMAT, w->r->name,
		v, to);
	json_object_set_new(w->in, w->key, json_integer(to));
}

static void
check_positive(struct at_work *w)
{
	if (!json_is_number(w->v) || json_number_value(w->v) <= 0)
		leave_out(w);
}

/* A text without NUL: the server's database has no place for that. */
static bool
is_text(const json_t *v)
{
	const char *p = json_string_value(v);

	return p && strlen(p) == json_string_length(v);
}

static void
check_text(struct at_work *w)
{
	const char *p = json_string_value(w->v);
	struct span s = span_of(p, json_string_length(w->v));
	size_t n;

	if (!is_text(w->v)) {
		leave_out(w);
		return;
	}
	n = head_bytes(s, (size_t)w->r->hi);
	if (n == s.n)
		return;
	TELL(w, "%s cut to %ld characters", w->r->name, w->r->hi);
	json_object_set_new(w->in, w->key, json_stringn(p, n));
}

static bool
is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; *p; p += strcspn(p, ",")) {
		p += strspn(p, ", ");
		if (strncmp(p, name, n) == 0 && strchr(", ", p[n]))
			return true;
	}
	return false;
}

static bool
is_env_name(const char *name)
{
	return *name && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

/* Those that no server takes, and those that nobody wants there: only the first are told. */
static void
check_env(struct at_work *w)
{
	const char *name;
	char names[160] = "";
	size_t left = 0, n = 0;
	json_t *v;
	void *next;

	if (!json_is_object(w->v)) {
		leave_out(w);
		return;
	}
	json_object_foreach_safe(w->v, next, name, v)
	{
		bool fits = is_env_name(name) && is_text(v);

		if (fits && (!w->c->env || is_listed(w->c->env, name))) {
			buf_addf(&w->c->kept, "%s%s", w->c->kept.n ? ", " : "", name);
			continue;
		}
		if (!fits && left++ < NAMED_MAX && n < sizeof names)
			n += (size_t)snprintf(names + n, sizeof names - n, "%s%s",
				left > 1 ? ", " : "", name);
		json_object_del(w->v, name);
		w->changed = true;
	}
	if (left)
		TELL(w, "%zu variable%s of the environment left out (%s%s)", left,
			left > 1 ? "s" : "", names, left > NAMED_MAX ? " ..." : "");
}

/* COUNT colours with ':' between; their letters must be small ones. */
static size_t
count_colours(const char *p)
{
	size_t count = 0;

	for (;; p += COLOUR_LEN + 1) {
		if (p[0] != '#' || strspn(p + 1, "0123456789abcdef") != COLOUR_LEN - 1)
			return 0;
		count++;
		if (p[COLOUR_LEN] != ':')
			return p[COLOUR_LEN] ? 0 : count;
	}
}

/* The text of KEY in small letters, put back; how many colours it holds. */
static size_t
check_colours(struct at_work *w, const char *key)
{
	const char *text = json_string_value(json_object_get(w->v, key));
	char low[16 * (COLOUR_LEN + 1)] = "";
	size_t n = text ? strlen(text) : 0;

	if (!n || n >= sizeof low)
		return 0;
	for (size_t i = 0; i <= n; i++)
		low[i] = (char)tolower((unsigned char)text[i]);
	if (strcmp(low, text) != 0) {
		TELL(w, "%s: written in small letters", w->r->name);
		json_object_set_new(w->v, key, json_string(low));
	}
	return count_colours(low);
}

static void
check_theme(struct at_work *w)
{
	size_t palette = check_colours(w, "palette");

	if (check_colours(w, "fg") != 1 || check_colours(w, "bg") != 1 ||
		(palette != 8 && palette != 16))
		leave_out(w);
}

static void
apply(struct castcheck *c, const struct castcheck_rule *r, json_t *head, bool *changed)
{
	static void (*const kinds[])(struct at_work * w) = {
		[CASTCHECK_NUMBER] = check_number,
		[CASTCHECK_POSITIVE] = check_positive,
		[CASTCHECK_TEXT] = check_text,
		[CASTCHECK_ENV] = check_env,
		[CASTCHECK_THEME] = check_theme,
	};
	bool inner = strncmp(r->field, "env.", 4) == 0;
	struct at_work w = { .c = c, .r = r };

	w.in = inner ? json_object_get(head, "env") : head;
	w.key = inner ? r->field + 4 : r->field;
	w.v = json_object_get(w.in, w.key);
	if (!w.v)
		return;
	kinds[r->kind](&w);
	if (!w.changed)
		return;
	*changed = true;
	if (w.text[0] && c->changed)
		c->changed(c->ctx, w.text);
}

int
castcheck_head(struct castcheck *c, struct span line, struct buf *out, struct err *e)
{
	json_t *head = json_loadb((const char *)line.p, line.n, JSON_ALLOW_NUL, NULL);
	bool changed = false;
	char *text = NULL;

	if (!json_is_object(head)) {
		json_decref(head);
		return err_set(e, ERR_FORMAT, "the first line is no header");
	}
	for (size_t i = 0; i < castcheck_nrules; i++)
		apply(c, &castcheck_rules[i], head, &changed);
	if (changed)
		text = json_dumps(head, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
	json_decref(head);
	if (changed && !text)
		return err_set(e, ERR_NOMEM, "out of memory");
	buf_add_span(out, changed ? span_str(text) : line);
	free(text);
	return buf_failed(out) ? err_set(e, buf_failed(out), "out of memory") : 0;
}

/* --- the destination --- */

/* Bytes behind the limit are dropped: what is too large is told and never sent. */
static int
pass(struct castcheck *c, struct span s, struct err *e)
{
	uint64_t room = c->limit > c->passed ? c->limit - c->passed : 0;

	c->bytes += s.n;
	if (s.n > room)
		s.n = (size_t)room;
	while (s.n) {
		ssize_t n = dst_write_at(c->to, c->passed, s.p, s.n, e);

		if (n < 0)
			return (int)n;
		c->passed += (uint64_t)n;
		s = span_of(s.p + n, s.n - (size_t)n);
	}
	return 0;
}

static int
pass_events(struct castcheck *c, struct span s, struct err *e)
{
	for (size_t i = 0; i < s.n; i++)
		c->events += s.p[i] == '\n';
	return pass(c, s, e);
}

static int
take_head(struct castcheck *c, struct span s, struct err *e)
{
	const uint8_t *end = memchr(s.p, '\n', s.n);
	size_t n = end ? (size_t)(end - s.p) : s.n;
	struct buf line = { 0 };
	int r;

	if (buf_add(&c->head, s.p, n) < 0)
		return err_set(e, c->head.failed, "the header is too long");
	if (!end)
		return 0;
	c->past_head = true;
	r = castcheck_head(c, buf_span(&c->head), &line, e);
	if (r == 0 && buf_add_byte(&line, '\n') < 0)
		r = err_set(e, ERR_NOMEM, "out of memory");
	if (r == 0)
		r = pass(c, buf_span(&line), e);
	buf_free(&line);
	return r ? r : pass_events(c, span_of(end + 1, s.n - n - 1), e);
}

static ssize_t
write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct castcheck *c = (struct castcheck *)d;
	struct span s = span_of(p, n);
	int r;

	if (off != c->taken)
		return err_set(e, ERR_STATE, "cannot go back");
	if (n == 0)
		return 0;
	r = c->past_head ? pass_events(c, s, e) : take_head(c, s, e);
	if (r < 0)
		return r;
	c->taken += n;
	return (ssize_t)n;
}

static int
close_both(struct dst *d, struct err *e)
{
	struct castcheck *c = (struct castcheck *)d;
	int r = dst_close(c->to, e);

	c->to = NULL;
	buf_free(&c->head);
	return r;
}

void
castcheck_init(struct castcheck *c, struct dst *to)
{
	static const struct dst_ops ops = { write_at, NULL, NULL, close_both };

	*c = (struct castcheck){ .dst.ops = &ops, .to = to, .limit = CASTCHECK_BYTES };
	buf_init(&c->head, CAST_HEADER_MAX);
}
