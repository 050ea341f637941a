/* SPDX-License-Identifier: ISC */
#include "store/journal.h"

#include "base/hex.h"
#include "format/sha256.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_ (JOURNAL_UPLOAD_MAX + 64)
#define WORDS_MAX 5

bool
journal_is_word(const char *text, size_t size)
{
	size_t n = 0;

	while (text[n] > ' ' && text[n] <= '~')
		n++;
	return n > 0 && n < size && !text[n];
}

/* --- reading --- */

static bool
number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && !*end && *out <= max;
}

static bool
hash(const char *text, uint8_t out[SHA256_BYTES])
{
	return strlen(text) == SHA256_TEXT - 1 &&
	       strspn(text, "0123456789abcdef") == SHA256_TEXT - 1 &&
	       hex_get(out, text, SHA256_BYTES) == SHA256_BYTES;
}

/* Room for part NUMBER, those between not sent. */
static struct journal_part *
part_at(struct journal *j, uint64_t number)
{
	if (number > j->nparts) {
		struct journal_part *p = realloc(j->part, number * sizeof *p);

		if (!p)
			return NULL;
		memset(p + j->nparts, 0, (number - j->nparts) * sizeof *p);
		j->part = p;
		j->nparts = number;
	}
	return &j->part[number - 1];
}

static bool
take_open(struct journal *j, char **w)
{
	(void)w;
	j->open = true;
	return true;
}

static bool
take_finished(struct journal *j, char **w)
{
	if (!number(w[1], INT64_MAX, &j->size))
		return false;
	j->open = false;
	j->finished = true;
	return true;
}

static bool
take_stamp(struct journal *j, char **w)
{
	if (!journal_is_word(w[1], sizeof j->stamp))
		return false;
	snprintf(j->stamp, sizeof j->stamp, "%s", w[1]);
	return true;
}

static bool
take_upload(struct journal *j, char **w)
{
	if (!journal_is_word(w[1], sizeof j->upload))
		return false;
	snprintf(j->upload, sizeof j->upload, "%s", w[1]);
	j->nparts = 0;
	return true;
}

static bool
take_part(struct journal *j, char **w)
{
	struct journal_part *p, in = { .sent = true };
	uint64_t n;

	if (!number(w[1], JOURNAL_PARTS_MAX, &n) || n == 0 ||
		!number(w[2], INT64_MAX, &in.size) || !hash(w[3], in.sha256) ||
		!journal_is_word(w[4], sizeof in.etag))
		return false;
	snprintf(in.etag, sizeof in.etag, "%s", w[4]);
	p = part_at(j, n);
	if (p)
		*p = in;
	return p != NULL;
}

static bool
take_done(struct journal *j, char **w)
{
	if (!journal_is_word(w[1], sizeof j->etag))
		return false;
	snprintf(j->etag, sizeof j->etag, "%s", w[1]);
	j->done = true;
	return true;
}

static const struct {
	const char *name;
	int words;
	bool (*take)(struct journal *j, char **w);
} lines[] = {
	{ "open", 1, take_open },
	{ "finished", 2, take_finished },
	{ "stamp", 2, take_stamp },
	{ "upload", 2, take_upload },
	{ "part", 5, take_part },
	{ "done", 2, take_done },
};

static bool
take_line(struct journal *j, struct span line)
{
	char text[LINE_MAX_], *w[WORDS_MAX], *rest = NULL;
	int n = 0;

	if (line.n >= sizeof text || memchr(line.p, 0, line.n))
		return false;
	memcpy(text, line.p, line.n);
	text[line.n] = 0;
	for (char *t = strtok_r(text, " ", &rest); t; t = strtok_r(NULL, " ", &rest)) {
		if (n == WORDS_MAX)
			return false;
		w[n++] = t;
	}
	if (n == 0)
		return false;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (n == lines[i].words && strcmp(w[0], lines[i].name) == 0)
			return lines[i].take(j, w);
	return false;
}

int
journal_read(struct journal *j, struct span text, struct err *e)
{
	const uint8_t *end;

	*j = (struct journal){ 0 };
	if (text.n > JOURNAL_FILE_MAX)
		return err_set(e, ERR_LIMIT, "is too large");
	while (text.n && (end = memchr(text.p, '\n', text.n))) {
		size_t n = (size_t)(end - text.p);

		if (!take_line(j, span_of(text.p, n)))
			break;
		text = span_of(end + 1, text.n - n - 1);
		j->used += n + 1;
	}
	return 0;
}

void
journal_free(struct journal *j)
{
	free(j->part);
	*j = (struct journal){ 0 };
}

/* --- writing --- */

void
journal_put_open(struct buf *out)
{
	buf_add_str(out, "open\n");
}

void
journal_put_finished(struct buf *out, uint64_t size)
{
	buf_addf(out, "finished %" PRIu64 "\n", size);
}

void
journal_put_stamp(struct buf *out, const char *stamp)
{
	buf_addf(out, "stamp %s\n", stamp);
}

void
journal_put_upload(struct buf *out, const char *upload)
{
	buf_addf(out, "upload %s\n", upload);
}

void
journal_put_part(struct buf *out, unsigned n, const struct journal_part *p)
{
	char text[SHA256_TEXT];

	sha256_text(text, p->sha256);
	buf_addf(out, "part %u %" PRIu64 " %s %s\n", n, p->size, text, p->etag);
}

void
journal_put_done(struct buf *out, const char *etag)
{
	buf_addf(out, "done %s\n", etag);
}
