/* SPDX-License-Identifier: ISC */
/* auditlog verify: is the recording whole?  Every message is read, every checksum compared,
 * the order of time looked at, and the index held against what it points to. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/when.h"
#include "log/facts.h"
#include "log/input.h"
#include "log/out.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const struct opt options[] = { CMD_OPTIONS_END };

struct verify {
	const char *path;
	struct input in;
	struct out *out;
	struct facts facts;
	int64_t at_ns;
	uint64_t found; /* things that are wrong */
};

#define SHOWN_MAX 100 /* findings that are printed, of one recording */

static void
report(struct verify *v, int64_t offset, uint64_t ordinal, const char *text)
{
	char when[WHEN_TEXT_MAX], line[ERR_TEXT_MAX + 200], clean[2 * sizeof line];
	int n;

	if (++v->found > SHOWN_MAX)
		return;
	n = snprintf(line, sizeof line, "%s: ", input_name(v->path));
	if (n > (int)sizeof line / 2)
		n = snprintf(line, sizeof line, "recording: ");
	if (offset >= 0)
		n += snprintf(line + n, sizeof line - (size_t)n, "offset %" PRId64 ", ",
			offset);
	snprintf(line + n, sizeof line - (size_t)n, "message %" PRIu64 ", %s: %s",
		ordinal, when_format(when, v->at_ns, 3), text);
	diag_clean(clean, sizeof clean, line);
	buf_addf(&v->out->buf, "%s\n", clean);
}

static void
take_note(void *ctx, const struct tape_note *n)
{
	report(ctx, n->offset, n->ordinal, n->text);
}

static void
check_order(struct verify *v, const struct msg *m, uint64_t before)
{
	char text[120];

	if (v->facts.backwards == before)
		return;
	snprintf(text, sizeof text, "time goes back by %.6f s",
		(double)ns_sub(v->facts.last_ns, m->time_ns) / (double)NS_PER_S);
	report(v, -1, v->facts.messages - 1, text);
}

static int
read_all(struct verify *v, struct err *e)
{
	const struct msg *m;
	int r;

	while ((r = input_next(&v->in, &m, &v->at_ns, e)) > 0) {
		uint64_t before = v->facts.backwards;

		facts_take(&v->facts, m, v->at_ns);
		check_order(v, m, before);
	}
	return r;
}

static void
conclude(struct verify *v)
{
	struct tape_end end = tape_end(v->in.tape);
	char state[INPUT_STATE_MAX], length[WHEN_TEXT_MAX], clean[PATH_MAX];

	if (v->found > SHOWN_MAX)
		buf_addf(
			&v->out->buf, "... and %" PRIu64 " more\n", v->found - SHOWN_MAX);
	if (end.state != TAPE_DAMAGED && v->found)
		end = (struct tape_end){ .state = TAPE_DAMAGED, .offset = -1 };
	diag_clean(clean, sizeof clean, input_name(v->path));
	buf_addf(&v->out->buf, "%s: %s (%s, %" PRIu64 " messages, %s)\n", clean,
		input_state(&end, state), tape_format_name(tape_info(v->in.tape)->format),
		v->facts.messages, when_format(length, v->at_ns, 3));
	if (end.state != TAPE_CLEAN)
		v->found++;
}

static int
verify(struct verify *v, const struct clk *clk)
{
	struct tape_opts topts = { .note = take_note, .ctx = v };
	struct err e = { .code = 0 };

	if (input_open(&v->in, v->path, &topts, clk))
		return CMD_WRONG;
	facts_init(&v->facts);
	if (read_all(v, &e) < 0 && tape_end(v->in.tape).state != TAPE_DAMAGED)
		report(v, e.offset, v->facts.messages, e.text);
	conclude(v);
	facts_free(&v->facts);
	input_close(&v->in);
	return v->found ? CMD_DAMAGED : CMD_OK;
}

static int
run(struct cmd_run *r)
{
	struct out out;
	struct err e;
	int id, status = CMD_OK;

	while ((id = cmd_next(r, &e)) > 0)
		;
	if (id < 0)
		return cmd_wrong(&e);
	out_init(&out, STDOUT_FILENO);
	for (int i = 0; i < r->noperands; i++) {
		struct verify v = { .path = r->operands[i], .out = &out };
		int one = verify(&v, r->clk);

		status = one > status ? one : status;
		if (out_flush(&out, &e) < 0) {
			status = diag_fail(&e, NULL);
			break;
		}
	}
	out_free(&out);
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "FILE...",
	.help = "Check that recordings are whole and undamaged",
	.options = options,
	.run = run,
	.least = 1,
	.most = INT_MAX,
};
