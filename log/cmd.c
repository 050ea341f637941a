/* SPDX-License-Identifier: ISC */
/* Reading the words of a subcommand: options by its table, operands in between. */
#include "log/cmd.h"

#include "base/diag.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void
cmd_start(struct cmd_run *r, const struct cmd *c, const struct clk *clk, int argc,
	char **argv)
{
	*r = (struct cmd_run){ .cmd = c, .clk = clk, .operands = argv + 1 };
	opt_start(&r->opts, c->options, argc, argv);
}

static void
print_help(const struct cmd *c)
{
	printf("usage: auditlog %s [OPTION...]%s%s\n\n%c%s.\n\n", c->name,
		*c->args ? " " : "", c->args, toupper((unsigned char)c->help[0]),
		c->help + 1);
	opt_help(stdout, c->options);
	for (const struct cmd_note *n = c->notes; n && n->name; n++) {
		printf("\n%c%s:\n", toupper((unsigned char)n->name[0]), n->name + 1);
		n->help(stdout);
	}
}

/* The man page is made from the tables; this option is for its check and in no help. */
static bool
print_mdoc(const struct cmd_run *r)
{
	const char *word = r->opts.at < r->opts.argc ? r->opts.argv[r->opts.at] : "";

	if (r->opts.inner || r->only_operands || strncmp(word, "--mdoc-", 7) != 0)
		return false;
	for (const struct cmd_note *n = r->cmd->notes; n && n->name; n++)
		if (strcmp(word + 7, n->name) == 0) {
			n->mdoc(stdout);
			return true;
		}
	if (strcmp(word + 7, "options") != 0)
		return false;
	opt_mdoc(stdout, r->cmd->options);
	return true;
}

static int
check_operands(const struct cmd_run *r, struct err *e)
{
	if (r->noperands < r->cmd->least)
		return err_set(e, ERR_USAGE, "%s needs %s (see auditlog %s --help)",
			r->cmd->name, r->cmd->args, r->cmd->name);
	if (r->noperands > r->cmd->most)
		return err_set(e, ERR_USAGE, "%s: '%.60s' is one operand too many",
			r->cmd->name, r->operands[r->cmd->most]);
	return 0;
}

int
cmd_next(struct cmd_run *r, struct err *e)
{
	struct opt_parser *p = &r->opts;
	int id;

	for (;;) {
		if (print_mdoc(r))
			return err_set(e, ERR_CANCELLED, "help");
		id = r->only_operands ? 0 : opt_next(p, e);
		if (id == CMD_OPT_HELP) {
			print_help(r->cmd);
			return err_set(e, ERR_CANCELLED, "help");
		}
		if (id)
			return id;
		if (!r->only_operands && p->at > 1 &&
			strcmp(p->argv[p->at - 1], "--") == 0)
			r->only_operands = true;
		if (p->at >= p->argc)
			return check_operands(r, e);
		/* words already read make room for the operands */
		r->operands[r->noperands++] = p->argv[p->at++];
		if (p->at < p->argc && r->cmd->takes_value &&
			r->cmd->takes_value(r->operands[r->noperands - 1]))
			r->operands[r->noperands++] = p->argv[p->at++];
	}
}

int
cmd_wrong(const struct err *e)
{
	return e->code == ERR_CANCELLED ? CMD_OK : diag_fail(e, NULL);
}
