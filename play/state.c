/* SPDX-License-Identifier: ISC */
#include "play/state.h"

#include "base/ini.h"
#include "base/opt.h"

#include <string.h>

static const struct {
	const char *key;
	size_t offset; /* of an int */
	int most;
} rows[] = {
	{ "list-width", offsetof(struct state, list_width), 1024 },
	{ "sort", offsetof(struct state, sort), 16 },
	{ "reverse", offsetof(struct state, reverse), 1 },
};
#define NROWS (sizeof rows / sizeof *rows)

static int
section(void *ctx, int line, const char *text, struct err *e)
{
	(void)ctx;
	(void)line;
	(void)text;
	(void)e;
	return 0;
}

static int
value(void *ctx, int line, const char *key, bool bang, const char *text, struct err *e)
{
	long v;

	(void)line;
	(void)bang;
	(void)e;
	for (size_t i = 0; i < NROWS; i++)
		if (strcmp(key, rows[i].key) == 0 &&
			opt_int(text, key, 0, rows[i].most, &v, NULL) == 0)
			*(int *)((char *)ctx + rows[i].offset) = (int)v;
	return 0;
}

static void
bad(void *ctx, int line, const char *key, const char *why)
{
	(void)ctx;
	(void)line;
	(void)key;
	(void)why;
}

void
state_parse(struct state *s, struct span text)
{
	struct ini ini = { section, value, bad, s, .any_key = false };

	*s = (struct state){ 0 };
	ini_parse(&ini, (const char *)text.p, text.n);
}

int
state_print(const struct state *s, struct buf *out)
{
	for (size_t i = 0; i < NROWS; i++)
		buf_addf(out, "%s = %d\n", rows[i].key,
			*(const int *)((const char *)s + rows[i].offset));
	return buf_failed(out);
}
