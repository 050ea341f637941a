/* SPDX-License-Identifier: ISC */
/* Commands of the player: command.def as a table, and their text form "name [argument]". */
#ifndef PLAY_COMMAND_H
#define PLAY_COMMAND_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum command_id {
	CMD_NONE,
#define COMMAND(ID, name, arg, sentence) CMD_##ID,
#include "play/command.def"
	CMD_COUNT
};

enum command_arg { COMMAND_NONE, COMMAND_NUMBER, COMMAND_TIME, COMMAND_WORD };

#define COMMAND_ARG_MAX 40

struct command {
	enum command_id id;
	char arg[COMMAND_ARG_MAX]; /* "" where it takes none */
};

const char *command_name(enum command_id id);
/* What it is about, "Moving"; topic I of all, NULL behind the last. */
const char *command_topic(enum command_id id);
const char *command_topics(int i);
/* "back 5"; checks that the argument is there exactly when the command takes one. */
int command_parse(struct command *c, const char *text, struct err *e);
/* The sentence for a person, with the argument in its place. */
#define COMMAND_TEXT_MAX 96
const char *command_sentence(char out[COMMAND_TEXT_MAX], const struct command *c);

#endif
