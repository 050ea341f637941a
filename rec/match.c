/* SPDX-License-Identifier: ISC */
#include "rec/match.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 4096 /* as long as a line of a file */

/* The next word up to one of SEPS; false at the end.  A word that is too long is cut to
 * one that matches nothing. */
static bool
next_word(const char **p, const char *seps, char out[WORD_MAX])
{
	size_t n;

	*p += strspn(*p, seps);
	n = strcspn(*p, seps);
	snprintf(out, WORD_MAX, "%.*s", n < WORD_MAX ? (int)n : 0, *p);
	*p += n;
	return n > 0;
}

static bool
word_matches(const char *pattern, const char *name, const struct match_who *who)
{
	return name ? fnmatch(pattern, name, 0) == 0 : who->in_group(pattern);
}

/* NAME NULL: a list of groups. */
static bool
list_matches(const char *list, const char *name, const struct match_who *who)
{
	char word[WORD_MAX];
	bool yes = false;

	while (next_word(&list, ",", word)) {
		if (word[0] == '!' && word_matches(word + 1, name, who))
			return false;
		yes = yes || (word[0] != '!' && word_matches(word, name, who));
	}
	return yes;
}

static int
condition(const char *word, const struct match_who *who, struct err *e)
{
	const char *value = strchr(word, '=');
	size_t n = value ? (size_t)(value - word) : 0;

	if (!value || !value[1])
		return err_set(
			e, ERR_USAGE, "'%.80s' is no condition, write NAME=VALUE", word);
	value++;
	if (n == 4 && memcmp(word, "user", n) == 0)
		return list_matches(value, who->user, who);
	if (n == 4 && memcmp(word, "host", n) == 0)
		return list_matches(value, who->host, who);
	if (n == 5 && memcmp(word, "group", n) == 0)
		return list_matches(value, NULL, who);
	if (n == 3 && memcmp(word, "tty", n) == 0 &&
		(strcmp(value, "yes") == 0 || strcmp(value, "no") == 0))
		return who->tty == (*value == 'y');
	return err_set(e, ERR_USAGE,
		"'%.80s' is none of user=, group=, host=, tty=yes, tty=no", word);
}

int
match_section(const char *text, const struct match_who *who, struct err *e)
{
	char word[WORD_MAX];
	int n = 0, all = 1;

	if (!next_word(&text, " \t", word) || strcmp(word, "match") != 0)
		return err_set(e, ERR_USAGE,
			"a section is [match user=... group=... host=... tty=...]");
	/* All are looked at: one that is wrong must be told to everybody. */
	for (; next_word(&text, " \t", word); n++) {
		int rc = condition(word, who, e);

		if (rc < 0)
			return rc;
		all = all && rc;
	}
	return n ? all : err_set(e, ERR_USAGE, "[match] without a condition");
}

bool
match_member(const char *list, const struct match_who *who)
{
	char word[WORD_MAX];

	while (next_word(&list, ", ", word))
		if (word[0] == '@' ? who->in_group(word + 1)
				   : strcmp(word, who->user) == 0)
			return true;
	return false;
}
