/* SPDX-License-Identifier: ISC */
/* auditlog decode: one JSON object a message, as the reference decoder prints it.  Where that
 * one stops at damage, this one says so in an {"error": ...} line and goes on behind it. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/jsonw.h"
#include "log/input.h"
#include "log/out.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { OPT_REDACT = 1 };

static const struct opt options[] = {
	{ OPT_REDACT, "redact", 'r', NULL,
		"print *** for passwords and answers that are in the recording" },
	CMD_OPTIONS_END,
};

struct decode {
	struct input in;
	struct out out;
	int flags; /* of msg_json */
	bool damaged;
	struct err written; /* what a write from within a note met */
};

static void
put_error(struct decode *d, const char *text)
{
	struct jsonw w;

	jsonw_init(&w, &d->out.buf);
	jsonw_object(&w);
	jsonw_kstr(&w, "error", text);
	jsonw_object_end(&w);
	buf_add_byte(&d->out.buf, '\n');
}

/* Oddities that cost nothing are the business of verify. */
static void
take_note(void *ctx, const struct tape_note *n)
{
	struct decode *d = ctx;
	char text[ERR_TEXT_MAX + 80];

	if (!n->lost)
		return;
	d->damaged = true;
	snprintf(text, sizeof text, "%s (offset %" PRId64 ", message %" PRIu64 ")",
		n->text, n->offset, n->ordinal);
	put_error(d, n->offset < 0 ? n->text : text);
	/* any number of notes may come before the next message */
	if (d->written.code == 0)
		out_more(&d->out, &d->written);
}

static int
decode_all(struct decode *d, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int r;

	while ((r = input_next(&d->in, &m, &at, e)) > 0) {
		msg_json(&d->out.buf, m, d->flags);
		buf_add_byte(&d->out.buf, '\n');
		r = out_more(&d->out, e);
		if (r < 0 || d->written.code < 0)
			return diag_fail(r < 0 ? e : &d->written, NULL);
	}
	if (d->written.code < 0)
		return diag_fail(&d->written, NULL);
	if (r < 0 && !d->damaged) {
		d->damaged = true;
		put_error(d, e->text);
	}
	if (out_flush(&d->out, e) < 0)
		return diag_fail(e, NULL);
	return d->damaged ? CMD_DAMAGED : CMD_OK;
}

static int
run(struct cmd_run *r)
{
	struct decode d = { .flags = 0 };
	struct tape_opts topts = { .note = take_note, .ctx = &d };
	struct err e;
	int id, status;

	while ((id = cmd_next(r, &e)) > 0)
		if (id == OPT_REDACT)
			d.flags |= MSG_JSON_REDACT;
	if (id < 0)
		return cmd_wrong(&e);
	out_init(&d.out, STDOUT_FILENO);
	status = input_open(&d.in, r->operands[0], &topts, r->clk);
	if (status == 0) {
		/* the bar and the lines would run into each other */
		if (isatty(STDOUT_FILENO))
			d.in.progress.fd = -1;
		status = decode_all(&d, &e);
	}
	input_close(&d.in);
	out_free(&d.out);
	return status;
}

const struct cmd cmd_decode = {
	.name = "decode",
	.args = "FILE",
	.help = "print every message as a line of JSON",
	.options = options,
	.run = run,
	.least = 1,
	.most = 1,
};
