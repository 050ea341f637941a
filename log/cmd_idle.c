/* SPDX-License-Identifier: ISC */
/* auditlog idle: the same recording with shorter pauses. */
#include "log/edit.h"
#include "log/retime.h"

#include "base/date.h"
#include "base/when.h"

#include <stdio.h>

enum { OPT_MAX = 1 };

static const struct opt options[] = {
	{ OPT_MAX, "max", 'm', "TIME",
		"how long a pause may be: 2, 0.5, 1:30, 1h (must be given)" },
	COPY_OPTIONS,
	CMD_OPTIONS_END,
};

struct idle {
	struct edit edit; /* first: the two are one */
	struct retime_idle time;
	bool given;
};

/* A pause is where nothing is shown or typed, as for the player. */
static int
pass(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct idle *i = (struct idle *)x;

	return edit_put(x, m, retime_idle(&i->time, at_ns, m->type == MSG_IO), e);
}

static int
take_option(struct idle *i, int id, const char *value, struct err *e)
{
	if (id != OPT_MAX)
		return copy_option(&i->edit.copy, id, value, e);
	i->given = true;
	return date_parse_length(&i->time.max_ns, value, e);
}

static int
check(const struct idle *i, struct err *e)
{
	return i->given ? 0
			: err_set(e, ERR_USAGE, "how long may a pause be? --max TIME");
}

static int
run(struct cmd_run *r)
{
	struct idle i = { .edit = { .what = "idle", .pass = pass } };
	char max[WHEN_TEXT_MAX];
	struct err e;
	int id;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&i, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0 || check(&i, &e) < 0)
		return cmd_wrong(&e);
	snprintf(i.edit.how, sizeof i.edit.how, "no pause longer than %s",
		when_format(max, i.time.max_ns, 3));
	i.edit.copy.from = r->operands[0];
	i.edit.copy.to = r->operands[1];
	return edit_run(&i.edit, r->clk);
}

const struct cmd cmd_idle = {
	.name = "idle",
	.args = "IN OUT",
	.help = "write a recording whose pauses are cut to a length",
	.options = options,
	.run = run,
	.least = 2,
	.most = 2,
};
