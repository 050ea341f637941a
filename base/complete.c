/* SPDX-License-Identifier: ISC */
#include "base/complete.h"

#include "base/complete_impl.h"

#include <string.h>

#define BRIEF_MAX 70

const char *const complete_shells[] = { "bash", "zsh", "fish", NULL };

const char *
complete_asked(int argc, char **argv)
{
	return argc == 3 && strcmp(argv[1], "--completions") == 0 ? argv[2] : NULL;
}

int
complete_print(FILE *out, const char *shell, const struct complete *c, struct err *e)
{
	static void (*const prints[])(FILE * to, const struct complete *what) = {
		complete_bash, complete_zsh, complete_fish
	};
	int i = opt_choice(shell, "--completions", complete_shells, e);

	if (i < 0)
		return i;
	prints[i](out, c);
	return 0;
}

/* What an argument is, by its name. */
static enum complete_kind
kind_of_name(const char *name)
{
	static const struct {
		const char *name;
		enum complete_kind kind;
	} kinds[] = {
		{ "FILE", COMPLETE_FILE },
		{ "IN", COMPLETE_FILE },
		{ "OUT", COMPLETE_FILE },
		{ "PATH", COMPLETE_FILE },
		{ "DIR", COMPLETE_FOLDER },
		{ "FOLDER", COMPLETE_FOLDER },
		{ "COMMAND", COMPLETE_COMMAND },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return COMPLETE_NOTHING;
}

void
complete_words(char out[COMPLETE_WORDS_MAX], const char *(*word_at)(size_t i))
{
	const char *word;
	size_t n = 0;

	out[0] = 0;
	for (size_t i = 0; word_at && (word = word_at(i)) && n < COMPLETE_WORDS_MAX; i++)
		n += (size_t)snprintf(
			out + n, COMPLETE_WORDS_MAX - n, "%s%s", n ? " " : "", word);
}

enum complete_kind
complete_kind(const struct opt *o, char words[COMPLETE_WORDS_MAX])
{
	const char *text = o->arg && strchr(o->arg, '|') ? o->arg : o->words;

	complete_words(words, o->word_at);
	if (text)
		snprintf(words, COMPLETE_WORDS_MAX, "%s", text);
	for (char *bar = strchr(words, '|'); bar; bar = strchr(bar, '|'))
		*bar = ' ';
	if (!o->arg)
		return COMPLETE_NOTHING;
	if (!*words)
		return kind_of_name(o->arg);
	return strcmp(o->arg, "LIST") == 0 ? COMPLETE_LIST : COMPLETE_WORD;
}

bool
complete_operand(const char **args, struct complete_operand *o)
{
	const char *p = *args + strspn(*args, " []");
	size_t n = strcspn(p, " []|.");

	if (!n)
		return false;
	snprintf(o->name, sizeof o->name, "%.*s", (int)n, p);
	o->kind = kind_of_name(o->name);
	p += n;
	n = strcspn(p, " []");
	o->repeats = n >= 3 && strncmp(p + n - 3, "...", 3) == 0;
	/* nothing can be known about what stands behind any number of them */
	*args = o->repeats ? "" : p + n;
	return true;
}

/* How much of HELP is its first sentence, or as many words of it as fit. */
static size_t
brief_length(const char *help)
{
	size_t n = 0;

	while (help[n] && help[n] != ';' && help[n] != '(' &&
		!(help[n] == ':' && strchr(" \n", help[n + 1])))
		n++;
	if (n > BRIEF_MAX)
		for (n = BRIEF_MAX; n && !strchr(" \n", help[n]); n--)
			continue;
	while (n && strchr(" \n,", help[n - 1]))
		n--;
	return n;
}

void
complete_brief(FILE *out, const char *help, const char *quoted, const char *before)
{
	size_t n = brief_length(help);

	for (size_t i = 0; i < n; i++) {
		if (strchr(quoted, help[i]))
			fputs(before, out);
		fputc(help[i] == '\n' ? ' ' : help[i], out);
	}
}
