/* SPDX-License-Identifier: ISC */
/* Any words as an expression: an error names what is wrong, everything else has an answer, and
 * its opposite the opposite one. */
#include "log/expr.h"
#include "tests/fuzz/must.h"

#include <stdio.h>
#include <string.h>

#define NOW       INT64_C(1795262400000000000) /* 2026-11-21 12:00 UTC */
#define WORDS_MAX 200
#define BYTES_MAX 4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct walk_file file = { .path = (char *)(uintptr_t) "/dev/null/nowhere" };

static struct record
somebody(void)
{
	struct record r = { .file = &file,
		.kind = RECORD_KNOWN,
		.state = TAPE_CLEAN,
		.has_start = true,
		.start_ns = NOW,
		.duration_ns = INT64_C(600000000000),
		.exit = 3,
		.gid = 1000 };

	for (int i = 0; i < FACT_COUNT; i++)
		r.text[i] = "";
	r.text[FACT_USER] = "ann";
	r.text[FACT_HOST] = "box.example";
	r.text[FACT_TTY] = "/dev/pts/7";
	r.text[FACT_ADDRESS] = "10.1.2.3";
	r.text[FACT_KEY] = "SHA256:abcdef";
	return r;
}

static int
ask(const struct expr *x, bool search)
{
	struct record r = somebody();
	const struct look how = { .hoard = NULL };
	struct err e = { .text = "" };
	int rc = search ? expr_search(x, &r, &how, &e) : expr_test(x, &r);

	must(rc >= 0 || (search && e.text[0]));
	must(rc <= EXPR_OPEN && !(search && rc == EXPR_OPEN));
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[BYTES_MAX + 1], *words[WORDS_MAX + 3], *at = text;
	static char not [] = "!", open[] = "(", close[] = ")";
	struct err e = { .text = "" };
	struct expr *x, *opposite;
	int n = 2, known;

	size = size > BYTES_MAX ? BYTES_MAX : size;
	memcpy(text, data, size);
	text[size] = 0;
	words[0] = not ;
	words[1] = open;
	for (char *w; n < WORDS_MAX + 2 && (w = strsep(&at, "\n"));)
		words[n++] = w;
	words[n] = close;
	if (expr_parse(&x, words + 2, n - 2, NOW, &e) < 0) {
		must(e.code == ERR_USAGE || e.code == ERR_LIMIT);
		must(e.text[0] && !x);
		return 0;
	}
	known = ask(x, false);
	must(known == EXPR_OPEN || ask(x, true) == known);
	ask(x, true);
	if (expr_parse(&opposite, words, n + 1, NOW, &e) == 0) {
		int other = ask(opposite, false);

		must(known == EXPR_OPEN ? other == EXPR_OPEN : other == !known);
		expr_free(opposite);
	}
	expr_free(x);
	return 0;
}
