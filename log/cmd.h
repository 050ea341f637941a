/* SPDX-License-Identifier: ISC */
/* A subcommand of auditlog: one row of the table in main.c, one file cmd_NAME.c with its own
 * option table.  Options may stand before and behind the operands. */
#ifndef LOG_CMD_H
#define LOG_CMD_H

#include "base/clk.h"
#include "base/err.h"
#include "base/opt.h"

enum { CMD_OK = 0, CMD_DAMAGED = 1, CMD_FAILED = 1, CMD_WRONG = 2 }; /* exit status */

struct cmd_run {
	const struct cmd *cmd;
	const struct clk *clk; /* for progress only */
	struct opt_parser opts;
	char **operands; /* complete when cmd_next has returned 0 */
	int noperands;
	bool only_operands; /* "--" was met */
};

/* Something else that --help tells, and --mdoc-NAME for the man page. */
struct cmd_note {
	const char *name;
	void (*help)(FILE *out);
	void (*mdoc)(FILE *out);
};

struct cmd {
	const char *name;
	const char *args; /* "IN OUT" */
	const char *help; /* one sentence without a full stop */
	const struct opt *options;
	int (*run)(struct cmd_run *r); /* returns the exit status */
	int least, most;               /* operands */
	/* May be NULL.  The word behind such an operand is one, too, whatever it looks like. */
	bool (*takes_value)(const char *word);
	const struct cmd_note *notes; /* may be NULL; the last has no name */
	/* For completions: words that operands may be, NULL behind the last; may be NULL. */
	const char *(*word_at)(size_t i);
};

/* The rows every option table ends with; cmd_next answers them itself. */
enum { CMD_OPT_HELP = 1000, CMD_OPT_MDOC };
#define CMD_OPTIONS_END             \
	OPT_ROW_HELP(CMD_OPT_HELP), \
	{                           \
		.id = 0             \
	}

void cmd_start(struct cmd_run *r, const struct cmd *c, const struct clk *clk, int argc,
	char **argv);
/* The id of the next option (its value in r->opts.value), 0 when all words are read and the
 * number of operands is right, negative after an error that is in *E; ERR_CANCELLED when help
 * was asked for and printed. */
int cmd_next(struct cmd_run *r, struct err *e);
/* What a command returns when cmd_next() or an option's value was wrong: prints it. */
int cmd_wrong(const struct err *e);

extern const struct cmd cmd_auth;
extern const struct cmd cmd_cat;
extern const struct cmd cmd_convert;
extern const struct cmd cmd_cut;
extern const struct cmd cmd_decode;
extern const struct cmd cmd_events;
extern const struct cmd cmd_export;
extern const struct cmd cmd_grep;
extern const struct cmd cmd_idle;
extern const struct cmd cmd_info;
extern const struct cmd cmd_keygen;
extern const struct cmd cmd_list;
extern const struct cmd cmd_marks;
extern const struct cmd cmd_redact;
extern const struct cmd cmd_screen;
extern const struct cmd cmd_speed;
extern const struct cmd cmd_upload;
extern const struct cmd cmd_verify;

#endif
