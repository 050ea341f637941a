/* SPDX-License-Identifier: ISC */
/* auditlog: everything about recordings that is not interactive.  One table of subcommands;
 * a name may be cut to a unique prefix. */
#include "log/cmd.h"

#include "base/complete.h"
#include "base/diag.h"
#include "base/word.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct cmd *const cmds[] = {
	&cmd_auth,
	&cmd_cat,
	&cmd_convert,
	&cmd_cut,
	&cmd_decode,
	&cmd_events,
	&cmd_export,
	&cmd_grep,
	&cmd_idle,
	&cmd_info,
	&cmd_keygen,
	&cmd_list,
	&cmd_marks,
	&cmd_redact,
	&cmd_screen,
	&cmd_speed,
	&cmd_upload,
	&cmd_verify,
};

#define NCMDS (sizeof cmds / sizeof *cmds)

enum { OPT_HELP = 1, OPT_VERSION, OPT_COMMANDS };

static const struct opt options[] = {
	OPT_ROW_HELP(OPT_HELP),
	OPT_ROW_VERSION(OPT_VERSION),
	{ .id = 0 },
};

static void
print_help(void)
{
	printf("usage: auditlog COMMAND [OPTION...] FILE...\n\n"
	       "Read terminal recordings: audit log 1 and 2, asciicast 1 to 3, ttyrec,\n"
	       "typescripts, I/O logs of sudo, messages of tlog.\n"
	       "FILE may be - for standard input.\n\n");
	for (size_t i = 0; i < NCMDS; i++)
		printf("  %-26s%s\n", cmds[i]->name, cmds[i]->help);
	printf("\n");
	opt_help(stdout, options);
	printf("\nauditlog COMMAND --help tells the options of a command.\n"
	       "Example: auditlog screen --at 10:03 demo.audit\n");
}

/* The commands with their operands, for the man page. */
static void
print_mdoc(void)
{
	for (size_t i = 0; i < NCMDS; i++)
		printf(".It Cm %s Oo Ar option ... Oc%s%s\n%c%s.\n", cmds[i]->name,
			*cmds[i]->args ? " Ar " : "", cmds[i]->args,
			toupper((unsigned char)cmds[i]->help[0]), cmds[i]->help + 1);
}

static int
print_completions(const char *shell)
{
	struct complete_verb verbs[NCMDS + 1] = { { .name = NULL } };
	const struct complete all = {
		.program = "auditlog", .args = "", .options = options, .verbs = verbs
	};
	struct err e;

	for (size_t i = 0; i < NCMDS; i++)
		verbs[i] = (struct complete_verb){ cmds[i]->name, cmds[i]->help,
			cmds[i]->args, cmds[i]->options, cmds[i]->word_at };
	return complete_print(stdout, shell, &all, &e) < 0 ? diag_fail(&e, NULL) : CMD_OK;
}

static const char *
cmd_name(size_t i)
{
	return i < NCMDS ? cmds[i]->name : NULL;
}

static const struct cmd *
find_cmd(const char *name, struct err *e)
{
	char list[WORD_LIST_MAX];
	int i = word_choose(cmd_name, name, list);

	if (i >= 0)
		return cmds[i];
	if (list[0]) {
		err_set(e, ERR_USAGE, "'%.40s' could be %s", name, list);
		return NULL;
	}
	word_choose(cmd_name, "", list);
	err_set(e, ERR_USAGE, "'%.40s' is no command: write %s", name, list);
	return NULL;
}

static int
run_cmd(int argc, char **argv)
{
	struct err e;
	struct cmd_run r;
	const struct cmd *c = find_cmd(argv[0], &e);

	if (!c)
		return diag_fail(&e, NULL);
	cmd_start(&r, c, &clk_system, argc, argv);
	return c->run(&r);
}

static int
run(int argc, char **argv)
{
	struct opt_parser p;
	struct err e;
	char all[WORD_LIST_MAX];
	int id;

	if (complete_asked(argc, argv))
		return print_completions(complete_asked(argc, argv));
	if (argc == 2 && strcmp(argv[1], "--mdoc-commands") == 0) {
		print_mdoc();
		return CMD_OK;
	}
	opt_start(&p, options, argc, argv);
	id = opt_next(&p, &e);
	if (id < 0)
		return diag_fail(&e, NULL);
	if (id == OPT_HELP) {
		print_help();
		return CMD_OK;
	}
	if (id == OPT_VERSION) {
		printf("auditlog %s\n", PACKAGE_VERSION);
		return CMD_OK;
	}
	if (p.at >= argc) {
		word_choose(cmd_name, "", all);
		diag_error("which command? %s (see auditlog --help)", all);
		return CMD_WRONG;
	}
	return run_cmd(argc - p.at, argv + p.at);
}

int
main(int argc, char **argv)
{
	int status;

	setlocale(LC_CTYPE, "");
	/* a reader that goes away ends us without a word, whatever we were started with */
	signal(SIGPIPE, SIG_DFL);
	diag_init("auditlog");
	status = run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		diag_error("cannot write to standard output: %s", strerror(errno));
		return CMD_FAILED;
	}
	return status;
}
