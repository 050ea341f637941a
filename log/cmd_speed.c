/* SPDX-License-Identifier: ISC */
/* auditlog speed: the same recording, faster or slower. */
#include "log/edit.h"
#include "log/retime.h"

#include <stdio.h>

static const struct opt options[] = { COPY_OPTIONS, CMD_OPTIONS_END };

struct speed {
	struct edit edit; /* first: the two are one */
	int64_t factor;
};

static int
pass(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	const struct speed *s = (const struct speed *)x;

	return edit_put(x, m, retime_scale(at_ns, s->factor), e);
}

static int
run(struct cmd_run *r)
{
	struct speed s = { .edit = { .what = "speed", .pass = pass } };
	struct err e;
	int id;

	while ((id = cmd_next(r, &e)) > 0)
		if (copy_option(&s.edit.copy, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0 || retime_parse(&s.factor, r->operands[0], &e) < 0)
		return cmd_wrong(&e);
	snprintf(s.edit.how, sizeof s.edit.how, "%.20s times as fast", r->operands[0]);
	s.edit.copy.from = r->operands[1];
	s.edit.copy.to = r->operands[2];
	return edit_run(&s.edit, r->clk);
}

const struct cmd cmd_speed = {
	.name = "speed",
	.args = "FACTOR IN OUT",
	.help = "write a recording that runs faster or slower",
	.options = options,
	.run = run,
	.least = 3,
	.most = 3,
};
