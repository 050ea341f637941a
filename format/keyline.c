/* SPDX-License-Identifier: ISC */
#include "format/keyline.h"

#include "base/base64.h"

/* The next line that is no comment and not empty. */
static struct span
next_line(struct span *text)
{
	struct span line = { text->p, 0 };

	while (text->n && (line.n == 0 || line.p[0] == '#')) {
		const uint8_t *nl = memchr(text->p, '\n', text->n);
		size_t n = nl ? (size_t)(nl - text->p) : text->n;

		line = span_of(text->p, n);
		n += nl != NULL;
		*text = span_of(text->p + n, text->n - n);
	}
	return line.n && line.p[0] == '#' ? span_of(line.p, 0) : line;
}

int
keyline_next(uint8_t key[KEYLINE_KEY], struct span *text, const char *word, struct err *e)
{
	struct span line = next_line(text);
	size_t n = strlen(word), m = line.n - n - 1;
	struct buf raw;
	int rc = 1;

	if (!line.n)
		return 0;
	if (line.n < n + 2 || memcmp(line.p, word, n) != 0 || line.p[n] != ' ')
		return err_set(e, ERR_FORMAT, "is no key file (%s ...)", word);
	buf_init(&raw, 64);
	if (base64_take(&raw, span_of(line.p + n + 1, m)) != m || raw.n != KEYLINE_KEY)
		rc = err_set(e, ERR_FORMAT, "does not hold a key of 32 bytes");
	else
		memcpy(key, raw.p, KEYLINE_KEY);
	if (raw.p)
		explicit_bzero(raw.p, raw.n);
	buf_free(&raw);
	return rc;
}

int
keyline_read(uint8_t key[KEYLINE_KEY], struct span text, const char *word, struct err *e)
{
	int rc = keyline_next(key, &text, word, e);

	if (rc == 0)
		return err_set(e, ERR_FORMAT, "is no key file (%s ...)", word);
	return rc < 0 ? rc : 0;
}

void
keyline_write(struct buf *out, const char *word, const uint8_t key[KEYLINE_KEY])
{
	buf_addf(out, "%s ", word);
	base64_put(out, span_of(key, KEYLINE_KEY));
	buf_add_byte(out, '\n');
}
