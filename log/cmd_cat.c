/* SPDX-License-Identifier: ISC */
/* auditlog cat: several recordings one behind the other. */
#include "log/join.h"

#include "base/date.h"

enum { OPT_GAP = 1, OPT_KEEP_TIMES };

static const struct opt options[] = {
	{ OPT_GAP, "gap", 'g', "TIME",
		"so much between the end of one and the start of the next\n"
		"(without it, nothing)" },
	{ OPT_KEEP_TIMES, "keep-times", 'k', NULL, "as far apart as they were recorded" },
	COPY_OPTIONS,
	CMD_OPTIONS_END,
};

static int
take_option(struct join *j, int id, const char *value, struct err *e)
{
	if (id == OPT_GAP)
		return date_parse_length(&j->gap_ns, value, e);
	if (id == OPT_KEEP_TIMES)
		j->keep_times = true;
	return copy_option(&j->edit.copy, id, value, e);
}

static int
run(struct cmd_run *r)
{
	struct join j = { 0 };
	struct err e;
	int id, n;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&j, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	n = r->noperands - 1;
	j.edit.copy.to = r->operands[n];
	return join_run(&j, r->operands, (size_t)n, r->clk);
}

const struct cmd cmd_cat = {
	.name = "cat",
	.args = "IN... OUT",
	.help = "join recordings, one behind the other",
	.options = options,
	.run = run,
	.least = 2,
	.most = 10000,
};
