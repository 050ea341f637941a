/* SPDX-License-Identifier: ISC */
/* auditlog convert: a recording in another format. */
#include "log/copy.h"

#include "base/diag.h"
#include "log/formats.h"
#include "log/transcript.h"

#include <string.h>

#define TEXT_BLOCK_BYTES ((size_t)256 << 10)

enum {
	OPT_NO_INPUT = 1,
	OPT_TITLE,
	OPT_LEVEL,
	OPT_TERMINATE,
	OPT_TIMING,
	OPT_FROM,
	OPT_SIZE,
	OPT_REC,
};

static const struct opt options[] = {
	COPY_OPTIONS,
	{ OPT_NO_INPUT, "no-input", 0, NULL, "leave out what was typed" },
	{ OPT_TITLE, "title", 't', "TEXT", "title in the header (asciicast)" },
	{ OPT_LEVEL, "level", 'z', "1..9",
		"compression, fast to small (audit; default 6)" },
	{ OPT_TERMINATE, "terminate", 0, NULL,
		"end the gzip stream (audit): gzip -t is then content, but\n"
		"the reference decoder prints an error line at the end" },
	{ OPT_TIMING, "timing", 0, "FILE",
		"the times of IN, a typescript, when they do not lie beside it" },
	{ OPT_REC, "rec", 0, "ID",
		"which recording of IN, a file of tlog; without it the first" },
	{ OPT_FROM, "from", 0, "raw",
		"read IN as output and nothing else, whatever its bytes are" },
	{ OPT_SIZE, "size", 0, "COLSxROWS", "of its terminal (default 80x24)" },
	CMD_OPTIONS_END,
};

/* What --size says. */
static int
take_size(struct copy *c, const char *value, struct err *e)
{
	int cols, rows, r = opt_size(value, TAPE_RAW_SIDE_MAX, &cols, &rows, e);

	if (r < 0)
		return r;
	c->topts.cols = (uint32_t)cols;
	c->topts.rows = (uint32_t)rows;
	return 0;
}

static int
take_from(struct copy *c, const char *value, struct err *e)
{
	if (strcmp(value, tape_format_name(TAPE_RAW)) != 0)
		return err_set(e, ERR_USAGE,
			"--from: every format but raw is found out; write --from raw");
	c->topts.as = TAPE_RAW;
	return 0;
}

static int
take_option(struct copy *c, int id, const char *value, struct err *e)
{
	long level;
	int r = copy_option(c, id, value, e);

	if (r != 0)
		return r;
	switch (id) {
	case OPT_NO_INPUT:
		c->wopts.drop_input = true;
		break;
	case OPT_TITLE:
		c->wopts.title = value;
		break;
	case OPT_LEVEL:
		r = opt_int(value, "--level", 1, 9, &level, e);
		c->wopts.level = r < 0 ? 0 : (int)level;
		break;
	case OPT_TERMINATE:
		c->wopts.terminate = true;
		break;
	case OPT_TIMING:
		c->timing = value;
		break;
	case OPT_REC:
		c->topts.rec = value;
		break;
	case OPT_FROM:
		return take_from(c, value, e);
	case OPT_SIZE:
		return take_size(c, value, e);
	default:
		break;
	}
	return r;
}

static int
pass(struct copy *c, const struct msg *m, int64_t at_ns, struct err *e)
{
	(void)at_ns;
	if (c->wopts.drop_input && m->type == MSG_IO && m->p.io.stream == MSG_STREAM_IN)
		return 0;
	return copy_put(c, m, e);
}

/* --- as text --- */

/* The lines there are so far, as output. */
static int
put_lines(struct copy *c, struct transcript *t, struct err *e)
{
	struct msg m;
	int rc = 0;

	if (!t->text.n)
		return 0;
	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = buf_span(&t->text);
	rc = copy_put(c, &m, e);
	buf_clear(&t->text);
	return rc;
}

static int
pass_text(struct copy *c, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct transcript *t = c->ctx;
	int rc = transcript_take(t, m, e);

	(void)at_ns;
	return rc < 0 || t->text.n < TEXT_BLOCK_BYTES ? rc : put_lines(c, t, e);
}

static int
last_text(struct copy *c, struct err *e)
{
	int rc = transcript_end(c->ctx, e);

	return rc < 0 ? rc : put_lines(c, c->ctx, e);
}

static void
lose_nothing_more(void *ctx, const char *what, uint64_t count)
{
	(void)ctx;
	(void)what;
	(void)count;
}

/* Lines are output of their own, which needs no format. */
static int
want_text(struct copy *c, struct transcript *t, struct err *e)
{
	int rc = transcript_init(t, e);

	if (rc < 0)
		return rc;
	c->format = TAPE_RAW;
	c->pass = pass_text;
	c->last = last_text;
	c->ctx = t;
	c->wopts.lost = lose_nothing_more;
	return 0;
}

static int
convert(struct copy *c, const struct clk *clk)
{
	int status = copy_open(c, clk);

	if (status == 0)
		status = copy_run(c);
	copy_close(c);
	return status;
}

static int
run(struct cmd_run *r)
{
	struct copy c = { .pass = pass };
	struct transcript text = { 0 };
	struct err e;
	int id, status;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&c, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id == 0 && c.topts.cols && c.topts.as != TAPE_RAW)
		id = err_set(&e, ERR_USAGE, "--size is for --from raw");
	if (id < 0)
		return cmd_wrong(&e);
	c.from = r->operands[0];
	c.to = r->operands[1];
	if (c.format == TAPE_UNKNOWN)
		c.format = tape_format_of_name(c.to);
	if (c.format == TAPE_TEXT && want_text(&c, &text, &e) < 0)
		return diag_fail(&e, NULL);
	/* nobody looks at what was shown on its way from one asciicast to another */
	c.topts.quoted = c.format >= TAPE_CAST_V1 && c.format <= TAPE_CAST_V3;
	status = convert(&c, r->clk);
	if (status != CMD_WRONG && c.ctx)
		diag_note("%s: txt holds what was shown, as text, and nothing else",
			copy_out_name(&c));
	transcript_free(&text);
	return status;
}

static const struct cmd_note notes[] = {
	{ "formats", formats_help, formats_mdoc },
	{ NULL, NULL, NULL },
};

const struct cmd cmd_convert = {
	.name = "convert",
	.args = "IN OUT",
	.help = "write a recording in another format",
	.options = options,
	.run = run,
	.least = 2,
	.most = 2,
	.notes = notes,
};
