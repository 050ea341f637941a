/* SPDX-License-Identifier: ISC */
/* Rules as a growing array.  Patterns are secrets: no error text has one in it. */
#include "replay/rules.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdlib.h>

static const char *const kinds[] = { "text", "regex", "lines", NULL };

static const struct {
	const char *name;
	int scope;
} scopes[] = {
	{ "shown", RULE_SHOWN },
	{ "typed", RULE_TYPED },
	{ "events", RULE_EVENTS },
};

static const struct preset {
	const char *set, *name;
	enum rule_kind kind;
	int scope;
	const char *pattern, *doc;
} presets[] = {
#define PRESET(set, name, kind, scope, pattern, doc) \
	{ set, name, RULE_##kind, scope, pattern, doc },
#include "replay/presets.def"
};

#define NPRESETS (sizeof presets / sizeof *presets)

void
rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		query_free(r->v[i].query);
	free(r->v);
	*r = (struct rules){ 0 };
}

const char *
rule_kind_name(enum rule_kind k)
{
	return kinds[k];
}

static bool
good_name(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (!isalnum((unsigned char)s[n]) && !strchr("-_.", s[n]))
			return false;
	return n > 0 && n <= RULE_NAME_MAX;
}

static int
name_rule(const struct rules *r, struct rule *rule, const char *name, struct err *e)
{
	if (name && !good_name(name))
		return err_set(e, ERR_USAGE,
			"a rule's name has 1 to %d letters, digits and - _ .",
			RULE_NAME_MAX);
	if (name)
		snprintf(rule->name, sizeof rule->name, "%s", name);
	else
		snprintf(rule->name, sizeof rule->name, "%s-%zu", kinds[rule->kind],
			r->n + 1);
	return 0;
}

int
rules_add(struct rules *r, const char *name, enum rule_kind kind, int scope,
	const char *pattern, bool exact, struct err *e)
{
	bool lines = kind == RULE_LINES || (kind == RULE_TEXT && strchr(pattern, '\n'));
	struct rule rule = { .kind = kind, .scope = scope, .lines = lines };
	int flags = (kind == RULE_TEXT ? QUERY_PLAIN : 0) | (lines ? QUERY_FAR : 0) |
		    (exact ? QUERY_EXACT : 0);
	struct rule *v;
	int rc = name_rule(r, &rule, name, e);

	if (rc < 0)
		return rc;
	if (r->n >= RULES_MAX)
		return err_set(e, ERR_LIMIT, "more than %d rules", RULES_MAX);
	if (kind == RULE_TEXT && (scope & (RULE_SHOWN | RULE_TYPED)))
		rule.scope |= RULE_BYTES;
	if (!utf8_valid(span_str(pattern)))
		return err_set(e, ERR_USAGE, "a rule is UTF-8");
	rc = query_new(&rule.query, pattern, flags, e);
	if (rc < 0)
		return rc;
	v = realloc(r->v, (r->n + 1) * sizeof *v);
	if (!v) {
		query_free(rule.query);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	r->v = v;
	r->v[r->n++] = rule;
	return 0;
}

static int
kind_of(const char *text)
{
	for (int k = 0; kinds[k]; k++)
		if (strcmp(text, kinds[k]) == 0)
			return k;
	return -1;
}

static int
scope_of(const char *text)
{
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		if (strcmp(text, scopes[i].name) == 0)
			return scopes[i].scope;
	return 0;
}

/* "regex" or "text@shown,typed"; ERR_USAGE. */
static int
parse_kind(char *text, enum rule_kind *kind, int *scope, struct err *e)
{
	char *at = strchr(text, '@'), *rest = at ? at + 1 : NULL, *word;
	int k;

	if (at)
		*at = 0;
	k = kind_of(text);
	if (k < 0)
		return err_set(
			e, ERR_USAGE, "behind the name stands text, regex or lines");
	*kind = (enum rule_kind)k;
	*scope = at ? 0 : RULE_EVERYWHERE;
	while ((word = strsep(&rest, ","))) {
		int one = scope_of(word);

		if (!one)
			return err_set(
				e, ERR_USAGE, "behind @ stand shown, typed, events");
		*scope |= one;
	}
	return 0;
}

/* NAME KIND PATTERN; the pattern is all that is left, blanks at its end included. */
static int
read_line(struct rules *r, char *line, struct err *e)
{
	static const char blank[] = " \t";
	enum rule_kind kind = RULE_TEXT;
	char *name, *word;
	int scope = 0, rc;

	line += strspn(line, blank);
	if (!*line || *line == '#')
		return 0;
	name = strsep(&line, blank);
	if (line)
		line += strspn(line, blank);
	word = strsep(&line, blank);
	if (line)
		line += strspn(line, blank);
	if (!word || !line || !*line)
		return err_set(e, ERR_USAGE, "a rule is NAME KIND PATTERN");
	rc = parse_kind(word, &kind, &scope, e);
	return rc < 0 ? rc : rules_add(r, name, kind, scope, line, false, e);
}

int
rules_read(struct rules *r, struct span text, struct err *e)
{
	struct err why;
	int rc = 0;
	char line[QUERY_MAX + 256];

	for (int number = 1; rc == 0 && text.n; number++) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n, k = n;

		if (k && text.p[k - 1] == '\r')
			k--;
		if (k >= sizeof line || memchr(text.p, 0, k))
			return err_set(e, ERR_USAGE, "line %d is no rule", number);
		memcpy(line, text.p, k);
		line[k] = 0;
		rc = read_line(r, line, &why);
		if (rc < 0)
			return err_set(e, rc, "line %d: %s", number, why.text);
		n += end != NULL;
		text = span_of(text.p + n, text.n - n);
	}
	return rc;
}

int
rules_preset(struct rules *r, const char *name, struct err *e)
{
	bool all = strcmp(name, "all") == 0, found = false;

	for (size_t i = 0; i < NPRESETS; i++) {
		const struct preset *p = &presets[i];
		int rc;

		if (!all && strcmp(name, p->set) != 0)
			continue;
		found = true;
		rc = rules_add(r, p->name, p->kind, p->scope, p->pattern, true, e);
		if (rc < 0)
			return rc;
	}
	if (!found)
		return err_set(e, ERR_USAGE, "'%.40s' is no preset (see --help)", name);
	return 0;
}

/* The first rule of a set, and its last. */
static bool
begins_set(size_t i)
{
	return i == 0 || strcmp(presets[i].set, presets[i - 1].set) != 0;
}

static bool
ends_set(size_t i)
{
	return i + 1 == NPRESETS || begins_set(i + 1);
}

void
rules_print_presets(FILE *out)
{
	for (size_t i = 0; i < NPRESETS; i++)
		fprintf(out, "  %-16s%s%s\n", begins_set(i) ? presets[i].set : "",
			presets[i].doc, ends_set(i) ? "" : ";");
}

void
rules_mdoc_presets(FILE *out)
{
	for (size_t i = 0; i < NPRESETS; i++) {
		const char *doc = presets[i].doc;

		if (begins_set(i))
			fprintf(out, ".It Cm %s\n%c%s", presets[i].set,
				toupper((unsigned char)doc[0]), doc + 1);
		else
			fprintf(out, "%s", doc);
		fputs(ends_set(i) ? ".\n" : ";\n", out);
	}
}

/* One rule.  Where it runs away all of the text is taken for a match. */
static int
find_one(const struct rules *r, size_t rule, struct span text, rules_match_fn *fn,
	void *ctx)
{
	size_t start = 0, end;
	int rc;

	while ((rc = query_match(r->v[rule].query, text, &start, &end)) > 0) {
		rc = fn(ctx, rule, start, end);
		if (rc)
			return rc;
		start = end;
	}
	return rc < 0 && text.n ? fn(ctx, rule, 0, text.n) : 0;
}

int
rules_find(const struct rules *r, int scope, bool lines, struct span text,
	rules_match_fn *fn, void *ctx)
{
	for (size_t i = 0; i < r->n; i++) {
		int rc = 0;

		if ((r->v[i].scope & scope) && lines == r->v[i].lines)
			rc = find_one(r, i, text, fn, ctx);
		if (rc)
			return rc;
	}
	return 0;
}

bool
rules_has_lines(const struct rules *r, int scope)
{
	for (size_t i = 0; i < r->n; i++)
		if ((r->v[i].scope & scope) && r->v[i].lines)
			return true;
	return false;
}
