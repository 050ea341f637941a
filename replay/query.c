/* SPDX-License-Identifier: ISC */
#include "replay/query.h"

#include "base/utf8.h"
#include "replay/needle.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAP_KIB_MAX 4096
#define DEPTH_MAX    1000

struct query {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	bool plain;
};

void
query_free(struct query *q)
{
	if (!q)
		return;
	pcre2_match_context_free(q->limits);
	pcre2_match_data_free(q->match);
	pcre2_code_free(q->code);
	free(q);
}

/* Without what stands behind a backslash: \S is no capital. */
static void
strip_escapes(const char *from, char *to)
{
	for (; *from; from++) {
		if (*from == '\\' && from[1])
			from++;
		else
			*to++ = *from;
	}
	*to = 0;
}

static bool
ignores_case(const char *text, bool plain)
{
	char letters[QUERY_MAX + 1];
	struct needle n;

	if (plain)
		snprintf(letters, sizeof letters, "%s", text);
	else
		strip_escapes(text, letters);
	return needle_init(&n, letters, NULL) < 0 || n.fold;
}

static int
compile(struct query *q, const char *text, struct err *e)
{
	uint32_t options = PCRE2_UTF;
	PCRE2_UCHAR why[128];
	PCRE2_SIZE at;
	int code;

	options |= q->plain ? PCRE2_LITERAL : PCRE2_NEVER_BACKSLASH_C;
	options |= ignores_case(text, q->plain) ? PCRE2_CASELESS : 0;
	q->code =
		pcre2_compile((PCRE2_SPTR)text, strlen(text), options, &code, &at, NULL);
	if (q->code)
		return 0;
	pcre2_get_error_message(code, why, sizeof why);
	return err_set_at(e, ERR_USAGE, (int64_t)at, "%s", (const char *)why);
}

static int
prepare(struct query *q, struct err *e)
{
	pcre2_jit_compile(q->code, PCRE2_JIT_COMPLETE); /* slower without */
	q->match = pcre2_match_data_create(1, NULL);
	q->limits = pcre2_match_context_create(NULL);
	if (!q->match || !q->limits)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (!q->plain) /* a plain text is looked for in whole blocks */
		pcre2_set_match_limit(q->limits, QUERY_STEPS_MAX);
	pcre2_set_depth_limit(q->limits, DEPTH_MAX);
	pcre2_set_heap_limit(q->limits, HEAP_KIB_MAX);
	return 0;
}

int
query_new(struct query **out, const char *text, int flags, struct err *e)
{
	struct query *q;
	int rc;

	*out = NULL;
	if (!*text)
		return err_set(e, ERR_USAGE, "nothing to search for");
	if (strlen(text) > QUERY_MAX)
		return err_set(e, ERR_LIMIT, "what to search for is longer than %d bytes",
			QUERY_MAX);
	q = calloc(1, sizeof *q);
	if (!q)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	q->plain = flags & QUERY_PLAIN;
	rc = compile(q, text, e);
	if (rc == 0)
		rc = prepare(q, e);
	if (rc < 0)
		query_free(q);
	else
		*out = q;
	return rc;
}

bool
query_plain(const struct query *q)
{
	return q->plain;
}

int
query_match(struct query *q, struct span s, size_t *start, size_t *end)
{
	const PCRE2_SIZE *at;
	int rc;

	if (*start > s.n)
		return 0;
	rc = pcre2_match(q->code, s.p, s.n, *start, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
		q->match, q->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return ERR_LIMIT;
	at = pcre2_get_ovector_pointer(q->match);
	if (at[0] < *start || at[1] <= at[0]) /* \K turns them round */
		return 0;
	*start = at[0];
	*end = at[1];
	return 1;
}
