/* SPDX-License-Identifier: ISC */
#include "replay/query.h"

#include "base/utf8.h"
#include "replay/needle.h"
#include "replay/needs.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAP_KIB_MAX    4096
#define DEPTH_MAX       1000
#define QUERY_STEPS_FAR 500000 /* through a block: milliseconds */

struct query {
	pcre2_code *code;
	pcre2_code *ahead; /* for blocks of lines; NULL: none */
	pcre2_match_data *match;
	pcre2_match_context *limits, *far;
	bool plain;
	bool twin; /* only MATCH is its own */
	struct needs *needs;
};

void
query_free(struct query *q)
{
	if (!q)
		return;
	pcre2_match_data_free(q->match);
	if (q->twin) {
		free(q);
		return;
	}
	free(q->needs);
	pcre2_match_context_free(q->limits);
	pcre2_match_context_free(q->far);
	pcre2_code_free(q->ahead);
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
ignores_case(const char *text, int flags)
{
	char letters[QUERY_MAX + 1];
	struct needle n;

	if (flags & (QUERY_EXACT | QUERY_FOLD))
		return flags & QUERY_FOLD;
	if (flags & QUERY_PLAIN)
		snprintf(letters, sizeof letters, "%s", text);
	else
		strip_escapes(text, letters);
	return needle_init(&n, letters, NULL) < 0 || n.fold;
}

static int
compile(struct query *q, const char *text, int flags, struct err *e)
{
	uint32_t options = PCRE2_UTF;
	PCRE2_UCHAR why[128];
	PCRE2_SIZE at;
	int code;

	options |= q->plain ? PCRE2_LITERAL : PCRE2_NEVER_BACKSLASH_C;
	options |= ignores_case(text, flags) ? PCRE2_CASELESS : 0;
	q->code =
		pcre2_compile((PCRE2_SPTR)text, strlen(text), options, &code, &at, NULL);
	if (q->code)
		return 0;
	pcre2_get_error_message(code, why, sizeof why);
	return err_set_at(e, ERR_USAGE, (int64_t)at, "%s", (const char *)why);
}

/* What follows a backslash in an expression that may run over several lines. */
static bool
escape_is_local(char c)
{
	return c > 0 && !strchr("AZzGKQECXgkR", c) && c != 'N' && c != 'p' && c != 'P';
}

/* Behind an item C would make it keep all it has taken. */
static bool
is_possessive(const char *s)
{
	return strchr("*+?}", s[0]) && s[1] == '+';
}

/* A copy for blocks of lines: [^ does not run over a newline.  False: in a block the expression
 * might not match where it does in a line. */
static bool
for_lines(const char *s, char *to)
{
	for (; *s; s++) {
		*to++ = *s;
		if ((uint8_t)*s < 0x20 || is_possessive(s))
			return false;
		if (*s == '\\') {
			if (!escape_is_local(*++s))
				return false;
			*to++ = *s;
		} else if (*s == '(' && (s[1] == '*' || (s[1] == '?' && s[2] != ':'))) {
			return false;
		} else if (*s == '[' && s[1] == '^') {
			if (s[2] == ']')
				return false;
			*to++ = *++s;
			*to++ = '\\';
			*to++ = 'n';
		}
	}
	*to = 0;
	return true;
}

static void
compile_ahead(struct query *q, const char *text, int flags)
{
	uint32_t options = PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	char lines[3 * QUERY_MAX + 1];
	PCRE2_SIZE at;
	int code;

	options |= ignores_case(text, flags) ? PCRE2_CASELESS : 0;
	if (c && pcre2_set_newline(c, PCRE2_NEWLINE_LF) == 0 && for_lines(text, lines))
		q->ahead = pcre2_compile(
			(PCRE2_SPTR)lines, PCRE2_ZERO_TERMINATED, options, &code, &at, c);
	pcre2_compile_context_free(c);
	if (q->ahead)
		pcre2_jit_compile(q->ahead, PCRE2_JIT_COMPLETE);
}

static int
prepare(struct query *q, const char *text, int flags, struct err *e)
{
	if (!q->plain)
		compile_ahead(q, text, flags);
	pcre2_jit_compile(q->code, PCRE2_JIT_COMPLETE); /* slower without */
	q->match = pcre2_match_data_create(1, NULL);
	q->limits = pcre2_match_context_create(NULL);
	q->far = pcre2_match_context_create(NULL);
	q->needs = malloc(sizeof *q->needs);
	if (!q->match || !q->limits || !q->far || !q->needs)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	needs_of(q->needs, text, q->plain, ignores_case(text, flags));
	pcre2_set_match_limit(
		q->limits, flags & QUERY_FAR ? QUERY_STEPS_FAR : QUERY_STEPS_MAX);
	pcre2_set_depth_limit(q->limits, DEPTH_MAX);
	pcre2_set_heap_limit(q->limits, HEAP_KIB_MAX);
	if (!q->plain) /* a plain text runs through a block without steps back */
		pcre2_set_match_limit(q->far, QUERY_STEPS_FAR);
	pcre2_set_depth_limit(q->far, DEPTH_MAX);
	pcre2_set_heap_limit(q->far, HEAP_KIB_MAX);
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
	rc = compile(q, text, flags, e);
	if (rc == 0)
		rc = prepare(q, text, flags, e);
	if (rc < 0)
		query_free(q);
	else
		*out = q;
	return rc;
}

struct query *
query_twin(const struct query *q)
{
	struct query *twin = malloc(sizeof *twin);

	if (!twin)
		return NULL;
	*twin = *q;
	twin->twin = true;
	twin->match = pcre2_match_data_create(1, NULL);
	if (twin->match)
		return twin;
	free(twin);
	return NULL;
}

bool
query_may_match(const struct query *q, const struct gram_filter *f)
{
	return needs_met(q->needs, f);
}

bool
query_whole(const struct query *q)
{
	return q->plain || q->ahead;
}

static int
match(struct query *q, const pcre2_code *code, pcre2_match_context *limits, struct span s,
	size_t start)
{
	int rc = pcre2_match(code, s.p, s.n, start, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
		q->match, limits);

	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc < 0 ? ERR_LIMIT : 1;
}

int
query_ahead(struct query *q, struct span lines, size_t *at)
{
	int rc = 0;

	if (*at <= lines.n)
		rc = match(q, q->plain ? q->code : q->ahead, q->far, lines, *at);
	if (rc > 0)
		*at = pcre2_get_ovector_pointer(q->match)[0];
	return rc;
}

int
query_match(struct query *q, struct span s, size_t *start, size_t *end)
{
	const PCRE2_SIZE *at;
	int rc = *start <= s.n ? match(q, q->code, q->limits, s, *start) : 0;

	if (rc <= 0)
		return rc;
	at = pcre2_get_ovector_pointer(q->match);
	if (at[0] < *start || at[1] <= at[0]) /* \K turns them round */
		return 0;
	*start = at[0];
	*end = at[1];
	return 1;
}
