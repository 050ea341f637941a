/* SPDX-License-Identifier: ISC */
/* What the files of the three shells share.  Internal to base/complete*.c. */
#ifndef BASE_COMPLETE_IMPL_H
#define BASE_COMPLETE_IMPL_H

#include "base/complete.h"

enum complete_kind {
	COMPLETE_NOTHING, /* free text */
	COMPLETE_FILE,
	COMPLETE_FOLDER,
	COMPLETE_WORD,    /* one of the words */
	COMPLETE_LIST,    /* words with commas between */
	COMPLETE_COMMAND, /* another command line */
};

#define COMPLETE_NAME_MAX 40

#define COMPLETE_WORDS_MAX 1000

/* What the argument of O is, and the words of WORD and LIST with blanks between, else "". */
enum complete_kind complete_kind(const struct opt *o, char words[COMPLETE_WORDS_MAX]);

/* The words of a command's operands in the same way. */
void complete_words(char out[COMPLETE_WORDS_MAX], const char *(*word_at)(size_t i));

/* The next operand of *ARGS: false at the end.  NAME without brackets. */
struct complete_operand {
	char name[COMPLETE_NAME_MAX];
	enum complete_kind kind;
	bool repeats;
};
bool complete_operand(const char **args, struct complete_operand *o);

/* The first sentence of HELP in one line, with BEFORE in front of each character of QUOTED. */
void complete_brief(FILE *out, const char *help, const char *quoted, const char *before);

void complete_bash(FILE *out, const struct complete *c);
void complete_zsh(FILE *out, const struct complete *c);
void complete_fish(FILE *out, const struct complete *c);

#endif
