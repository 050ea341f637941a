/* SPDX-License-Identifier: ISC */
#include "store/meta.h"

#include "base/base64.h"
#include "base/jsonw.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdio.h>

#define WORD_BEGIN "=?UTF-8?B?"
#define WORD_END   "?="

int
meta_write(struct buf *out, const struct meta *m)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kint(&w, "startTime", m->start_s);
	jsonw_kstr(&w, "remoteAddr", m->remote_addr);
	jsonw_kbool(&w, "authenticated", m->authenticated);
	jsonw_kstr(&w, "username", m->username);
	jsonw_kstr(&w, "country", m->country);
	jsonw_object_end(&w);
	buf_add_byte(out, '\n');
	return buf_failed(out);
}

void
meta_text(char *out, size_t size, struct span text)
{
	size_t n = text.n < size - 1 ? text.n : size - 1;

	n -= n < text.n ? utf8_tail(span_of(text.p, n)) : 0;
	memcpy(out, text.p, n);
	out[n] = 0;
}

static void
get_text(const json_t *o, const char *key, char *out, size_t size)
{
	const json_t *v = json_object_get(o, key);

	if (json_is_string(v))
		meta_text(
			out, size, span_of(json_string_value(v), json_string_length(v)));
}

int
meta_read(struct meta *m, struct span json, struct err *e)
{
	json_error_t why;
	json_t *o = NULL;

	*m = (struct meta){ 0 };
	if (json.n <= META_FILE_MAX)
		o = json_loadb(
			(const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(o)) {
		json_decref(o);
		return err_set(e, ERR_FORMAT, "is no metadata of a recording");
	}
	m->start_s = json_integer_value(json_object_get(o, "startTime"));
	m->authenticated = json_is_true(json_object_get(o, "authenticated"));
	get_text(o, "remoteAddr", m->remote_addr, sizeof m->remote_addr);
	get_text(o, "username", m->username, sizeof m->username);
	get_text(o, "country", m->country, sizeof m->country);
	json_decref(o);
	return 0;
}

/* May TEXT stand in a header, and be signed, without anybody changing a blank in it? */
static bool
is_plain(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~' ||
			(text[i] == ' ' && (i == 0 || i == n - 1 || text[i + 1] == ' ')))
			return false;
	return strncmp(text, "=?", 2) != 0;
}

int
meta_header(struct buf *out, const char *text)
{
	if (is_plain(text))
		return buf_add_str(out, text);
	buf_add_str(out, WORD_BEGIN);
	base64_put(out, span_str(text));
	return buf_add_str(out, WORD_END);
}

void
meta_from_header(char *out, size_t size, struct span value)
{
	size_t begin = strlen(WORD_BEGIN), end = strlen(WORD_END);
	struct buf plain = { .max = META_FILE_MAX };
	struct span word;

	if (value.n > begin + end && memcmp(value.p, WORD_BEGIN, begin) == 0 &&
		memcmp(value.p + value.n - end, WORD_END, end) == 0) {
		word = span_of(value.p + begin, value.n - begin - end);
		if (base64_take(&plain, word) == word.n && !buf_failed(&plain))
			value = buf_span(&plain);
	}
	meta_text(out, size, value);
	buf_free(&plain);
}
