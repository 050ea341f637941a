/* SPDX-License-Identifier: ISC */
/* auditlog cut: a part of a recording, from an exact screen on. */
#include "log/cut.h"

enum { OPT_FROM = 1, OPT_TO };

static const struct opt options[] = {
	{ OPT_FROM, "from", 0, "TIME",
		"begin there (without it, at the start): 1:30, 50%, a date, or\n"
		"mark:LABEL, command:N" },
	{ OPT_TO, "to", 0, "TIME", "end before that (without it, at the end)" },
	COPY_OPTIONS,
	CMD_OPTIONS_END,
};

static int
take_option(struct cut *c, int id, const char *value, struct err *e)
{
	if (id == OPT_FROM)
		return moment_parse(&c->from, value, e);
	if (id == OPT_TO)
		return moment_parse(&c->to, value, e);
	return copy_option(&c->edit.copy, id, value, e);
}

static int
run(struct cmd_run *r)
{
	struct cut c = { 0 };
	struct err e;
	int id;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&c, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	c.edit.copy.from = r->operands[0];
	c.edit.copy.to = r->operands[1];
	return cut_run(&c, r->clk);
}

const struct cmd cmd_cut = {
	.name = "cut",
	.args = "IN OUT",
	.help = "write a part of a recording, from an exact screen on",
	.options = options,
	.run = run,
	.least = 2,
	.most = 2,
};
