/* SPDX-License-Identifier: ISC */
#include "play/command.h"

#include "base/when.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum command_arg arg;
	const char *sentence;
} table[CMD_COUNT] = {
	[CMD_NONE] = { "", COMMAND_NONE, "" },
#define COMMAND(ID, name, arg, sentence) [CMD_##ID] = { name, COMMAND_##arg, sentence },
#include "play/command.def"
};

const char *
command_name(enum command_id id)
{
	return table[id].name;
}

static const struct word {
	enum command_id id;
	const char *word, *sentence;
} words[] = {
#define WORD(ID, word, sentence) { CMD_##ID, word, sentence },
#include "play/command_words.def"
};
#define NWORDS (sizeof words / sizeof *words)

static const struct word *
find_word(enum command_id id, const char *word)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (words[i].id == id && strcmp(words[i].word, word) == 0)
			return &words[i];
	return NULL;
}

/* The rows of command.def in their order: a topic, or a command. */
static const struct {
	const char *topic;
	enum command_id id;
} order[] = {
#define TOPIC(title)                     { title, CMD_NONE },
#define COMMAND(ID, name, arg, sentence) { NULL, CMD_##ID },
#include "play/command.def"
};
#define NORDER ((int)(sizeof order / sizeof *order))

const char *
command_topic(enum command_id id)
{
	const char *topic = "";

	for (int i = 0; i < NORDER; i++) {
		if (order[i].topic)
			topic = order[i].topic;
		else if (order[i].id == id)
			return topic;
	}
	return "";
}

/* Does row I name a topic for the first time? */
static bool
is_new_topic(int i)
{
	for (int k = 0; k < i; k++)
		if (order[k].topic && strcmp(order[k].topic, order[i].topic) == 0)
			return false;
	return true;
}

const char *
command_topics(int nth)
{
	for (int i = 0; i < NORDER; i++)
		if (order[i].topic && is_new_topic(i) && nth-- == 0)
			return order[i].topic;
	return NULL;
}

static enum command_id
find_name(const char *name, size_t n)
{
	for (int i = 1; i < CMD_COUNT; i++)
		if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0)
			return (enum command_id)i;
	return CMD_NONE;
}

static bool
is_number(const char *text)
{
	char *end;

	return isfinite(strtod(text, &end)) && end != text && !*end;
}

static bool
is_time(const char *text)
{
	struct when w;

	if (*text == '+' || *text == '-')
		return when_parse(&w, text + 1, NULL) == 0 && w.kind == WHEN_NS;
	return when_parse(&w, text, NULL) == 0;
}

static int
word_error(enum command_id id, const char *arg, struct err *e)
{
	char all[ERR_TEXT_MAX] = "";

	for (size_t i = 0, n = 0; i < NWORDS && n < sizeof all; i++)
		if (words[i].id == id)
			n += (size_t)snprintf(all + n, sizeof all - n, "%s%s",
				n ? ", " : "", words[i].word);
	return err_set(e, ERR_USAGE, "%s: '%s' is none of %s", table[id].name, arg, all);
}

static int
check_arg(enum command_id id, const char *arg, struct err *e)
{
	if (table[id].arg == COMMAND_NUMBER && !is_number(arg))
		return err_set(
			e, ERR_USAGE, "%s: '%s' is no number", table[id].name, arg);
	if (table[id].arg == COMMAND_TIME && !is_time(arg))
		return err_set(e, ERR_USAGE, "%s: '%s' is no time", table[id].name, arg);
	if (table[id].arg == COMMAND_WORD && !find_word(id, arg))
		return word_error(id, arg, e);
	return 0;
}

int
command_parse(struct command *c, const char *text, struct err *e)
{
	size_t n = strcspn(text, " ");
	const char *arg = text + n + strspn(text + n, " ");
	enum command_id id = find_name(text, n);

	*c = (struct command){ .id = id };
	if (id == CMD_NONE)
		return err_set(e, ERR_USAGE, "'%.40s' is no command", text);
	if ((table[id].arg == COMMAND_NONE) != (*arg == 0))
		return err_set(e, ERR_USAGE, "%s %s", table[id].name,
			*arg ? "takes no argument" : "needs an argument");
	if (strlen(arg) >= sizeof c->arg)
		return err_set(e, ERR_USAGE, "%s: argument too long", table[id].name);
	memcpy(c->arg, arg, strlen(arg) + 1);
	return check_arg(id, arg, e);
}

const char *
command_sentence(char out[COMMAND_TEXT_MAX], const struct command *c)
{
	const struct word *w = find_word(c->id, c->arg);
	const char *s = w ? w->sentence : table[c->id].sentence, *hole = NULL;

	if (!w && table[c->id].arg != COMMAND_NONE)
		hole = strchr(s, '%');
	if (hole)
		snprintf(out, COMMAND_TEXT_MAX, "%.*s%s%s", (int)(hole - s), s, c->arg,
			hole + 1);
	else
		snprintf(out, COMMAND_TEXT_MAX, "%s", s);
	return out;
}
