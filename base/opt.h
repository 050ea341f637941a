/* SPDX-License-Identifier: ISC */
/* Command-line options as a table: one row an option.  The parser, --help, the option list
 * of the man page (mdoc) and completions (base/complete.h) come from it.
 * Long options may be cut to a unique prefix; "--name=value" and "--name value", "-nVALUE"
 * and "-n VALUE", bundles of short flags and "--" are understood; parsing stops at the
 * first operand (so that a recorded COMMAND keeps its own options). */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

struct opt {
	int id;           /* what opt_next returns, > 0; a row with id 0 ends the table */
	const char *name; /* long name without dashes */
	char letter;      /* short name or 0 */
	/* Name of the argument for help, NULL: takes none.  Completions know by it what it is:
	 * FILE and PATH, DIR and FOLDER, "a|b|c" (one of these), others see WORDS. */
	const char *arg;
	/* A sentence without capital and full stop; may hold newlines. */
	const char *help;
	/* "a|b|c": what the argument may be (a LIST: with commas between), NULL: anything. */
	const char *words;
	/* The same where another table has them: word I, NULL behind the last. */
	const char *(*word_at)(size_t i);
};

/* The rows that end the table of every program. */
#define OPT_ROW_HELP(ID)                                 \
	{                                                \
		ID, "help", 'h', NULL, "print this help" \
	}
#define OPT_ROW_VERSION(ID)                                   \
	{                                                     \
		ID, "version", 'V', NULL, "print the version" \
	}

struct opt_parser {
	const struct opt *table;
	char **argv;       /* argv[0] is not looked at */
	int argc, at;      /* at: next word; after the end, the first operand */
	const char *inner; /* rest of a bundle of short options */
	const char *value; /* argument of the option just returned */
};

void opt_start(struct opt_parser *p, const struct opt *table, int argc, char **argv);
/* The id of the next option, 0 at the first operand or the end, ERR_USAGE with text. */
int opt_next(struct opt_parser *p, struct err *e);

/* What --help prints: "usage: SYNOPSIS", what the program does (whole sentences), a table. */
void opt_usage(
	FILE *out, const char *synopsis, const char *what, const struct opt *table);
void opt_help(FILE *out, const struct opt *table); /* only the table */
/* Rows for mdoc; every sentence begins with a capital there and ends with a full stop. */
void opt_mdoc(FILE *out, const struct opt *table);

/* Numbers in arguments: whole string, within the range, else ERR_USAGE naming WHAT. */
int opt_int(
	const char *text, const char *what, long lo, long hi, long *out, struct err *e);
int opt_double(const char *text, const char *what, double lo, double hi, double *out,
	struct err *e);
/* "COLSxROWS" */
int opt_size(const char *text, int max, int *cols, int *rows, struct err *e);
/* Index of TEXT in the NULL-ended list NAMES, else ERR_USAGE that lists them, behind WHAT it is
 * for unless that is NULL. */
int opt_choice(
	const char *text, const char *what, const char *const *names, struct err *e);

#endif
