/* SPDX-License-Identifier: ISC */
/* Completions for bash, zsh and fish, made from the option tables of a program. */
#ifndef BASE_COMPLETE_H
#define BASE_COMPLETE_H

#include "base/opt.h"

/* A program's commands ("auditlog convert"). */
struct complete_verb {
	const char *name, *help;
	const char *args; /* operands, as below; "" none */
	const struct opt *options;
	const char *(*word_at)(
		size_t i); /* what the operands may be besides; may be NULL */
};

struct complete {
	const char *program;
	/* Operands: words with blanks between.  FILE, IN, OUT and PATH are files, DIR and FOLDER
	 * folders, COMMAND is what begins another command line; others are free text.
	 * Brackets do not matter, of A|B only A counts, "..." at the end repeats. */
	const char *args;
	const struct opt *options;
	const struct complete_verb *verbs; /* the last has no name; NULL: none */
};

extern const char *const complete_shells[]; /* "bash", "zsh", "fish", NULL */
/* The SHELL of "PROGRAM --completions SHELL", which is in no help; NULL: something else. */
const char *complete_asked(int argc, char **argv);
/* The file for SHELL; ERR_USAGE when there is no such. */
int complete_print(FILE *out, const char *shell, const struct complete *c, struct err *e);

#endif
