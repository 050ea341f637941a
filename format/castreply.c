/* SPDX-License-Identifier: ISC */
#include "format/castreply.h"

#include <jansson.h>

static void
take(struct buf *out, const json_t *from, const char *key)
{
	const json_t *v = json_object_get(from, key);

	buf_add(out, json_is_string(v) ? json_string_value(v) : "",
		json_string_length(v));
}

static void
take_details(struct castreply *r, const json_t *list)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < CASTREPLY_DETAILS; i++) {
		const json_t *detail = json_array_get(list, i);

		if (i)
			buf_add_str(&r->details, "; ");
		take(&r->details, detail, "field");
		buf_add_str(&r->details, ": ");
		take(&r->details, detail, "message");
	}
}

bool
castreply_parse(struct castreply *r, struct span body)
{
	json_t *j = NULL;

	*r = (struct castreply){ .url = { 0 } };
	if (body.n && body.n <= CASTREPLY_MAX)
		j = json_loadb((const char *)body.p, body.n, JSON_ALLOW_NUL, NULL);
	if (!json_is_object(j)) {
		json_decref(j);
		return false;
	}
	take(&r->url, j, "url");
	take(&r->message, j, "message");
	take(&r->title, j, "title");
	take(&r->visibility, j, "visibility");
	take(&r->type, j, "type");
	take_details(r, json_object_get(j, "details"));
	json_decref(j);
	return true;
}

void
castreply_free(struct castreply *r)
{
	buf_free(&r->url);
	buf_free(&r->message);
	buf_free(&r->title);
	buf_free(&r->visibility);
	buf_free(&r->type);
	buf_free(&r->details);
}
