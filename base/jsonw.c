/* SPDX-License-Identifier: ISC */
#include "base/jsonw.h"

#include "base/base64.h"

#include <inttypes.h>

void
jsonw_init(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw){ .out = out };
}

/* Comma before a value or key, where one is due. */
static void
lead(struct jsonw *w)
{
	uint32_t bit = UINT32_C(1) << (w->depth & 31);

	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->comma & bit)
		buf_add_byte(w->out, ',');
	w->comma |= bit;
}

static void
open_level(struct jsonw *w, char c)
{
	lead(w);
	buf_add_byte(w->out, (uint8_t)c);
	if (w->depth < JSONW_DEPTH_MAX - 1)
		w->depth++;
	w->comma &= ~(UINT32_C(1) << w->depth);
}

static void
close_level(struct jsonw *w, char c)
{
	if (w->depth)
		w->depth--;
	buf_add_byte(w->out, (uint8_t)c);
}

void
jsonw_object(struct jsonw *w)
{
	open_level(w, '{');
}

void
jsonw_object_end(struct jsonw *w)
{
	close_level(w, '}');
}

void
jsonw_array(struct jsonw *w)
{
	open_level(w, '[');
}

void
jsonw_array_end(struct jsonw *w)
{
	close_level(w, ']');
}

void
jsonw_key_span(struct jsonw *w, struct span key)
{
	lead(w);
	json_quote(w->out, key);
	buf_add_byte(w->out, ':');
	w->after_key = true;
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	jsonw_key_span(w, span_str(key));
}

void
jsonw_text(struct jsonw *w, struct span s)
{
	lead(w);
	if (s.p)
		json_quote(w->out, s);
	else
		buf_add_str(w->out, "null");
}

void
jsonw_str(struct jsonw *w, const char *s)
{
	jsonw_text(w, span_str(s));
}

void
jsonw_int(struct jsonw *w, int64_t v)
{
	lead(w);
	buf_addf(w->out, "%" PRId64, v);
}

void
jsonw_uint(struct jsonw *w, uint64_t v)
{
	lead(w);
	buf_addf(w->out, "%" PRIu64, v);
}

void
jsonw_bool(struct jsonw *w, bool v)
{
	lead(w);
	buf_add_str(w->out, v ? "true" : "false");
}

void
jsonw_null(struct jsonw *w)
{
	lead(w);
	buf_add_str(w->out, "null");
}

void
jsonw_base64(struct jsonw *w, struct span s)
{
	lead(w);
	if (!s.p) {
		buf_add_str(w->out, "null");
		return;
	}
	buf_add_byte(w->out, '"');
	base64_put(w->out, s);
	buf_add_byte(w->out, '"');
}

void
jsonw_raw(struct jsonw *w, struct span json)
{
	lead(w);
	buf_add_span(w->out, json);
}

void
jsonw_kstr(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	jsonw_str(w, s);
}

void
jsonw_ktext(struct jsonw *w, const char *key, struct span s)
{
	jsonw_key(w, key);
	jsonw_text(w, s);
}

void
jsonw_kint(struct jsonw *w, const char *key, int64_t v)
{
	jsonw_key(w, key);
	jsonw_int(w, v);
}

void
jsonw_kuint(struct jsonw *w, const char *key, uint64_t v)
{
	jsonw_key(w, key);
	jsonw_uint(w, v);
}

void
jsonw_kbool(struct jsonw *w, const char *key, bool v)
{
	jsonw_key(w, key);
	jsonw_bool(w, v);
}
