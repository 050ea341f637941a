/* SPDX-License-Identifier: ISC */
/* The header of an asciicast out of the messages at the beginning of a session.  Keys stand
 * in the order in which asciinema writes them.  When a foreign header travels along
 * (VENDOR_HEADER), what only it knows is taken from there: theme, version of the terminal,
 * tags and, for the same version of the format, members nobody knows. */
#include "format/cast.h"

#include "base/clk.h"
#include "base/theme.h"
#include "base/utf8.h"
#include "format/vendor.h"

#include <jansson.h>
#include <stdlib.h>

#define ENV_MAX       256
#define ENV_BYTES_MAX ((size_t)64 << 10) /* names and values */
#define TEXT_MAX      ((size_t)32 << 10)
#define REAL_DIGITS   15
#define EDITED_MAX    1000
#define V(n)          (1u << (n))
#define V_ALL         (V(1) | V(2) | V(3))

/* Members that are known, and which versions have a place for what they say. */
static const struct member {
	const char *key;
	unsigned held;
} header_members[] = {
	{ "version", V_ALL },
	{ "width", V_ALL },
	{ "height", V_ALL },
	{ "term", V_ALL },
	{ "timestamp", V_ALL }, /* version 1: told as the date */
	{ "idle_time_limit", V(2) | V(3) },
	{ "command", V_ALL },
	{ "title", V_ALL },
	{ "tags", V(3) },
	{ "env", V_ALL },
	{ "theme", V(2) | V(3) },
	{ "duration", V_ALL },
	{ "stdout", V_ALL },
	{ CAST_EDITED, V_ALL },
	{ NULL, 0 },
}, term_members[] = {
	{ "cols", V_ALL },
	{ "rows", V_ALL },
	{ "type", V_ALL },
	{ "version", V(3) },
	{ "theme", V(2) | V(3) },
	{ NULL, 0 },
};

void
cast_facts_init(struct cast_facts *f)
{
	*f = (struct cast_facts){ .cols = 80, .rows = 24 };
	f->env = json_object();
	f->edited = json_array();
}

void
cast_facts_free(struct cast_facts *f)
{
	json_decref(f->env);
	json_decref(f->foreign);
	json_decref(f->edited);
	buf_free(&f->term);
	buf_free(&f->command);
	buf_free(&f->title);
}

void
cast_facts_text(struct cast_facts *f, struct buf *text, bool *has, struct span s)
{
	if (s.n > TEXT_MAX) {
		s.n = TEXT_MAX;
		f->cut++;
	}
	buf_clear(text);
	*has = s.p && utf8_clean(text, s) == 0;
}

static bool
is_env_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] == '_' || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			    (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	return s.n > 0 && s.n <= 255;
}

bool
cast_facts_env(struct cast_facts *f, struct span name, struct span value)
{
	struct buf text = { 0 };
	json_t *v;
	char key[256];

	if (!is_env_name(name) || value.n > ENV_BYTES_MAX - f->env_bytes ||
		json_object_size(f->env) >= ENV_MAX)
		return false;
	f->env_bytes += value.n;
	memcpy(key, name.p, name.n);
	key[name.n] = 0;
	utf8_clean(&text, value);
	v = json_stringn(text.p ? (const char *)text.p : "", text.n);
	buf_free(&text);
	return v && json_object_set_new(f->env, key, v) == 0;
}

static struct span
text_of(const json_t *j)
{
	return span_of(json_string_value(j), json_string_length(j));
}

/* Title and idle limit: a header has seconds, an event of ours milliseconds. */
static void
take_title(struct cast_facts *f, const json_t *from)
{
	const json_t *title = json_object_get(from, "title"),
		     *s = json_object_get(from, "idle_time_limit"),
		     *ms = json_object_get(from, "idle_time_limit_ms");
	double v =
		json_is_number(s) ? json_number_value(s) : json_number_value(ms) / 1000;

	if (json_is_string(title) && !f->has_title)
		cast_facts_text(f, &f->title, &f->has_title, text_of(title));
	if (v > 0 && v < 1e9 && !f->idle_limit_ns)
		f->idle_limit_ns = (int64_t)(v * 1e6 + 0.5) * NS_PER_US;
}

void
cast_facts_session(struct cast_facts *f, const struct msg *m)
{
	json_t *j = vendor_json(m);

	take_title(f, j);
	json_decref(j);
}

void
cast_facts_header(struct cast_facts *f, const struct msg *m)
{
	json_t *j = vendor_json(m);

	if (!j)
		return;
	take_title(f, j);
	json_array_extend(f->edited, json_object_get(j, CAST_EDITED));
	json_decref(f->foreign);
	f->foreign = j;
}

bool
cast_facts_edited(struct cast_facts *f, const struct msg *m)
{
	json_t *j = vendor_json(m);

	return j && json_array_size(f->edited) < EDITED_MAX &&
	       json_array_append_new(f->edited, j) == 0;
}

/* A theme that asciinema takes: a file with any other is refused as a whole. */
static bool
is_theme(const json_t *j)
{
	struct theme t;

	return theme_parse(&t, json_string_value(json_object_get(j, "fg")),
		json_string_value(json_object_get(j, "bg")),
		json_string_value(json_object_get(j, "palette")));
}

static void
put_json(struct jsonw *w, const char *key, const json_t *j)
{
	char *text = json_dumps(
		j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));

	if (!text) {
		w->out->failed = ERR_NOMEM;
		return;
	}
	jsonw_key(w, key);
	jsonw_raw(w, span_str(text));
	free(text);
}

static const struct member *
find_member(const struct member *m, const char *key)
{
	for (; m->key; m++)
		if (strcmp(m->key, key) == 0)
			return m;
	return NULL;
}

/* Members of FROM that nobody knows: written when SAME, else counted, as are known ones
 * without a place in VERSION. */
static uint64_t
put_rest(
	struct jsonw *w, json_t *from, const struct member *known, int version, bool same)
{
	uint64_t lost = 0;

	for (void *i = json_object_iter(from); i; i = json_object_iter_next(from, i)) {
		const char *key = json_object_iter_key(i);
		const struct member *m = find_member(known, key);
		const json_t *v = json_object_iter_value(i);

		if (json_is_null(v) || (m && m->held & V(version)))
			continue;
		if (same)
			put_json(w, key, v);
		else
			lost++;
	}
	return lost;
}

static json_t *
theme_of(const struct cast_facts *f, uint64_t *lost)
{
	json_t *j = json_object_get(f->foreign, "theme");

	if (!j)
		j = json_object_get(json_object_get(f->foreign, "term"), "theme");
	if (j && !json_is_null(j) && !is_theme(j)) {
		++*lost;
		return NULL;
	}
	return json_is_null(j) ? NULL : j;
}

static uint64_t
put_term(struct jsonw *w, const struct cast_facts *f, bool same)
{
	json_t *term = json_object_get(f->foreign, "term"),
	       *version = json_object_get(term, "version"), *theme;
	uint64_t lost = 0;

	jsonw_key(w, "term");
	jsonw_object(w);
	jsonw_kuint(w, "cols", f->cols);
	jsonw_kuint(w, "rows", f->rows);
	if (f->has_term)
		jsonw_ktext(w, "type", buf_span(&f->term));
	if (json_is_string(version))
		jsonw_ktext(w, "version", text_of(version));
	theme = theme_of(f, &lost);
	if (theme)
		put_json(w, "theme", theme);
	lost += put_rest(w, term, term_members, 3, same);
	jsonw_object_end(w);
	return lost;
}

static void
put_env(struct jsonw *w, const struct cast_facts *f, int version)
{
	bool term = version < 3 && f->has_term && f->term.n &&
		    !json_object_get(f->env, "TERM");

	if (!term && !json_object_size(f->env))
		return;
	jsonw_key(w, "env");
	jsonw_object(w);
	if (term)
		jsonw_ktext(w, "TERM", buf_span(&f->term));
	for (void *i = json_object_iter(f->env); i; i = json_object_iter_next(f->env, i))
		jsonw_ktext(
			w, json_object_iter_key(i), text_of(json_object_iter_value(i)));
	jsonw_object_end(w);
}

static void
put_common(struct jsonw *w, const struct cast_facts *f, int version)
{
	if (version > 1 && f->start_ns >= NS_PER_S)
		jsonw_kint(w, "timestamp", f->start_ns / NS_PER_S);
	if (version > 1 && f->idle_limit_ns > 0) {
		struct buf num = { 0 };

		cast_num_put(&num, f->idle_limit_ns, 9, 1);
		jsonw_key(w, "idle_time_limit");
		jsonw_raw(w, buf_span(&num));
		buf_free(&num);
	}
	if (f->has_command)
		jsonw_ktext(w, "command", buf_span(&f->command));
	if (f->has_title)
		jsonw_ktext(w, "title", buf_span(&f->title));
}

uint64_t
cast_facts_put(const struct cast_facts *f, int version, struct buf *out)
{
	json_t *from = json_object_get(f->foreign, "version"), *tags, *theme;
	bool same = json_is_integer(from) && json_integer_value(from) == version;
	uint64_t lost = f->cut;
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kint(&w, "version", version);
	if (version < 3) {
		jsonw_kuint(&w, "width", f->cols);
		jsonw_kuint(&w, "height", f->rows);
		lost += put_rest(&w, json_object_get(f->foreign, "term"), term_members,
			version, false);
	} else {
		lost += put_term(&w, f, same);
	}
	put_common(&w, f, version);
	tags = json_object_get(f->foreign, "tags");
	if (version == 3 && json_is_array(tags))
		put_json(&w, "tags", tags);
	put_env(&w, f, version);
	theme = version == 2 ? theme_of(f, &lost) : NULL;
	if (theme)
		put_json(&w, "theme", theme);
	lost += put_rest(&w, f->foreign, header_members, version, same);
	if (json_array_size(f->edited))
		put_json(&w, CAST_EDITED, f->edited);
	if (version == 1)
		buf_add_str(out, ",\"stdout\":[");
	else
		jsonw_object_end(&w);
	return lost;
}
