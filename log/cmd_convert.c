/* SPDX-License-Identifier: ISC */
/* auditlog convert: a recording in another format.  OUT appears whole or not at all; what the
 * format cannot hold is counted and said. */
#include "log/cmd.h"

#include "base/diag.h"
#include "format/tapew.h"
#include "log/input.h"
#include "sys/fdio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPT_FORMAT = 1, OPT_OVERWRITE, OPT_NO_INPUT, OPT_TITLE, OPT_LEVEL, OPT_TERMINATE };

static const struct opt options[] = {
	{ OPT_FORMAT, "format", 'f', "FORMAT",
		"write audit, audit-v1, asciicast-v1, asciicast-v2, asciicast-v3,\n"
		"ttyrec or raw (the bytes of output alone); without it\n"
		"asciicast-v2 when OUT ends in .cast, ttyrec when in .ttyrec\n"
		"or .tty, else audit" },
	{ OPT_OVERWRITE, "overwrite", 0, NULL, "replace OUT when it exists" },
	{ OPT_NO_INPUT, "no-input", 0, NULL, "leave out what was typed" },
	{ OPT_TITLE, "title", 't', "TEXT", "title in the header (asciicast)" },
	{ OPT_LEVEL, "level", 'z', "1..9",
		"compression, fast to small (audit; default 6)" },
	{ OPT_TERMINATE, "terminate", 0, NULL,
		"end the gzip stream (audit): gzip -t is then content, but\n"
		"the reference decoder prints an error line at the end" },
	CMD_OPTIONS_END,
};

struct convert {
	struct input in;
	const char *from, *to;
	enum tape_format format;
	struct tapew_opts wopts;
	enum fdio_mode mode;
	struct dst *dst; /* released by the writer */
	struct tapew *writer;
	uint64_t messages, losses;
};

static const char *
out_name(const struct convert *c)
{
	return strcmp(c->to, "-") == 0 ? "standard output" : c->to;
}

static void
take_note(void *ctx, const struct tape_note *n)
{
	struct convert *c = ctx;

	if (!n->lost)
		return;
	c->losses++;
	progress_end(&c->in.progress);
	if (n->offset >= 0)
		diag_note("%s: damaged at offset %" PRId64 ": %s", c->in.name, n->offset,
			n->text);
	else
		diag_note("%s: damaged: %s", c->in.name, n->text);
}

static void
tell_lost(void *ctx, const char *what, uint64_t count)
{
	struct convert *c = ctx;

	diag_note("%s: %s cannot hold: %s (%" PRIu64 ")", out_name(c),
		tape_format_name(c->format), what, count);
}

static int
take_option(struct convert *c, int id, const char *value, struct err *e)
{
	long level;
	int r = 0;

	switch (id) {
	case OPT_FORMAT:
		r = tape_format_parse(value, &c->format, e);
		break;
	case OPT_OVERWRITE:
		c->mode = FDIO_ATOMIC;
		break;
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
	default:
		break;
	}
	return r;
}

static enum tape_format
format_by_name(const char *path)
{
	static const struct {
		const char *suffix;
		enum tape_format format;
	} suffixes[] = {
		{ ".cast", TAPE_CAST_V2 },
		{ ".ttyrec", TAPE_TTYREC },
		{ ".tty", TAPE_TTYREC },
	};
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		size_t k = strlen(suffixes[i].suffix);

		if (n > k && strcmp(path + n - k, suffixes[i].suffix) == 0)
			return suffixes[i].format;
	}
	return TAPE_AUDIT_V2;
}

static bool
is_left_out(const struct convert *c, const struct msg *m)
{
	return c->wopts.drop_input && m->type == MSG_IO &&
	       m->p.io.stream == MSG_STREAM_IN;
}

/* 0, or negative when nothing must appear at OUT; *READ tells which side failed. */
static int
copy_messages(struct convert *c, bool *read, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int r;

	*read = true;
	while ((r = input_next(&c->in, &m, &at, e)) > 0) {
		if (is_left_out(c, m))
			continue;
		if (tapew_put(c->writer, m, e) < 0) {
			*read = false;
			return e->code;
		}
		c->messages++;
	}
	if (r >= 0 || (r != ERR_DAMAGED && r != ERR_TRUNCATED))
		return r;
	/* what stands before the place where reading had to end is worth keeping */
	if (c->losses++ == 0)
		diag_note("%s: %s", c->in.name, e->text);
	return 0;
}

static int
convert_all(struct convert *c)
{
	struct err e, ignored;
	bool read;
	int r;

	/* until all is written, whoever closes the file must not let it appear */
	fdio_doom_dst(c->dst, true);
	if (tapew_open(&c->writer, c->format, c->dst, &c->wopts, &e) < 0)
		return diag_fail(&e, out_name(c));
	r = copy_messages(c, &read, &e);
	if (r < 0) {
		diag_fail(&e, read ? c->in.name : out_name(c));
		c->wopts.lost = NULL;
		tapew_close(c->writer, &ignored);
		return CMD_FAILED;
	}
	fdio_doom_dst(c->dst, false);
	r = tapew_close(c->writer, &e);
	if (r < 0)
		return diag_fail(&e, out_name(c));
	if (!c->losses)
		return CMD_OK;
	diag_note("%s: holds the %" PRIu64 " messages that could be read", out_name(c),
		c->messages);
	return CMD_DAMAGED;
}

static int
open_both(struct convert *c, const struct clk *clk)
{
	struct tape_opts topts = { .note = take_note, .ctx = c };
	struct err e;

	if (fdio_same(c->from, c->to)) {
		diag_error("%s: is the recording itself; write to another file",
			out_name(c));
		return CMD_WRONG;
	}
	if (input_open(&c->in, c->from, &topts, clk))
		return CMD_WRONG;
	if (fdio_open_dst(&c->dst, c->to, c->mode, &e) < 0) {
		diag_error("%s: %s%s", out_name(c), e.text,
			e.code == ERR_EXISTS ? " (--overwrite replaces it)" : "");
		return CMD_WRONG;
	}
	return 0;
}

static int
run(struct cmd_run *r)
{
	struct convert c = { .mode = FDIO_ATOMIC_NEW };
	struct err e;
	int id, status;

	c.wopts.lost = tell_lost;
	c.wopts.ctx = &c;
	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&c, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	c.from = r->operands[0];
	c.to = r->operands[1];
	if (c.format == TAPE_UNKNOWN)
		c.format = format_by_name(c.to);
	status = open_both(&c, r->clk);
	if (status == 0) {
		c.wopts.idle_limit_ns = tape_info(c.in.tape)->idle_limit_ns;
		status = convert_all(&c);
	}
	input_close(&c.in);
	return status;
}

const struct cmd cmd_convert = {
	.name = "convert",
	.args = "IN OUT",
	.help = "write a recording in another format",
	.options = options,
	.run = run,
	.least = 2,
	.most = 2,
};
