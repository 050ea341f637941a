/* SPDX-License-Identifier: ISC */
#include "play/filter.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 128
#define TYPE     "type:"

void
filter_free(struct filter *f)
{
	buf_free(&f->line);
	*f = (struct filter){ 0 };
}

static bool
begins(const char *name, const char *word)
{
	return name && strncmp(name, word, strlen(word)) == 0;
}

/* One name: of a kind, a message type or an event of ours; false: of nothing. */
static bool
add_type(struct filter_types *t, const char *name)
{
	bool known = false;

	for (int i = 0; i < KIND_COUNT; i++)
		if (begins(kind_row((enum kind_id)i)->name, name))
			t->kind[i] = known = true;
	for (size_t i = 0; i < msg_ndescs && i < FILTER_TYPES_MAX; i++)
		if (begins(msg_descs[i].id, name))
			t->type[i] = known = true;
	for (int i = VENDOR_NONE + 1; i < VENDOR_COUNT; i++)
		if (begins(vendor_name((enum vendor_id)i), name))
			t->vendor[i] = known = true;
	return known;
}

static int
add_types(struct filter_types *t, char *names, struct err *e)
{
	char *save = NULL;
	int rc = 0;

	for (char *name = strtok_r(names, ",", &save); name;
		name = strtok_r(NULL, ",", &save)) {
		t->any = true;
		if (!add_type(t, name))
			rc = err_set(e, ERR_USAGE, "no type of event begins with '%.40s'",
				name);
	}
	return rc;
}

static int
add_word(struct filter *f, const char *text, bool absent, struct err *e)
{
	struct filter_word *w = &f->word[f->nwords];

	if (f->nwords == FILTER_WORDS_MAX)
		return err_set(e, ERR_USAGE, "more than %d words", FILTER_WORDS_MAX);
	w->absent = absent;
	f->nwords++;
	return needle_init(&w->needle, text, e);
}

static int
add(struct filter *f, char *word, struct err *e)
{
	bool absent = word[0] == '-' && word[1];

	if (absent)
		word++;
	if (strncmp(word, TYPE, strlen(TYPE)) == 0)
		return add_types(absent ? &f->without : &f->with, word + strlen(TYPE), e);
	return add_word(f, word, absent, e);
}

int
filter_parse(struct filter *f, const char *text, struct err *e)
{
	char word[WORD_MAX];
	int rc = 0, one;

	filter_free(f);
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");

		snprintf(word, sizeof word, "%.*s", (int)n, text);
		one = add(f, word, e);
		rc = one < 0 ? one : rc;
		text += n;
	}
	return rc;
}

bool
filter_all(const struct filter *f)
{
	return !f->nwords && !f->with.any && !f->without.any;
}

static bool
has_type(const struct filter_types *t, const struct reel_event *e)
{
	const struct msg_desc *d = msg_desc(e->type);
	size_t i = d ? (size_t)(d - msg_descs) : FILTER_TYPES_MAX;

	if (t->kind[kind_of(e->type, e->vendor)])
		return true;
	if (e->vendor > VENDOR_NONE && e->vendor < VENDOR_COUNT)
		return t->vendor[e->vendor]; /* the message it travels in says nothing */
	return i < FILTER_TYPES_MAX && t->type[i];
}

static bool
has_word(struct filter *f, const struct needle *n, const char *line)
{
	size_t at = 0;

	buf_clear(&f->line);
	if (buf_add_str(&f->line, line) < 0)
		return true;
	needle_fold(n, &f->line);
	return needle_find(n, buf_span(&f->line), &at);
}

bool
filter_match_text(struct filter *f, const char *line)
{
	for (int i = 0; i < f->nwords; i++)
		if (has_word(f, &f->word[i].needle, line) == f->word[i].absent)
			return false;
	return true;
}

bool
filter_match(struct filter *f, const struct reel_event *e)
{
	if (f->with.any && !has_type(&f->with, e))
		return false;
	if (f->without.any && has_type(&f->without, e))
		return false;
	return filter_match_text(f, e->text);
}
