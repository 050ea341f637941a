/* SPDX-License-Identifier: ISC */
/* Reading one recording, writing another.  OUT is doomed on every way out of here but that
 * behind its last message, so that none leaves half a file. */
#include "log/copy.h"

#include "base/diag.h"

#include <inttypes.h>
#include <string.h>

const char *
copy_out_name(const struct copy *c)
{
	return strcmp(c->to, "-") == 0 ? "standard output" : c->to;
}

static void
take_note(void *ctx, const struct tape_note *n)
{
	struct copy *c = ctx;

	if ((!n->lost && n->code != ERR_NOTFOUND) || c->quiet)
		return;
	c->losses += n->lost;
	progress_end(&c->in.progress);
	if (!n->lost)
		diag_note("%s: %s", c->in.name, n->text);
	else if (n->offset >= 0)
		diag_note("%s: damaged at offset %" PRId64 ": %s", c->in.name, n->offset,
			n->text);
	else
		diag_note("%s: damaged: %s", c->in.name, n->text);
}

static void
tell_lost(void *ctx, const char *what, uint64_t count)
{
	struct copy *c = ctx;

	if (c->writer)
		diag_note("%s: %s cannot hold: %s (%" PRIu64 ")", copy_out_name(c),
			tape_format_name(c->format), what, count);
}

int
copy_option(struct copy *c, int id, const char *value, struct err *e)
{
	int r;

	switch (id) {
	case COPY_OPT_FORMAT:
		r = tape_format_parse(value, &c->format, e);
		return r < 0 ? r : 1;
	case COPY_OPT_OVERWRITE:
		c->mode = FDIO_ATOMIC;
		return 1;
	default:
		return 0;
	}
}

/* A file must not appear as long as it is doomed. */
static void
doom(struct copy *c, bool doomed)
{
	if (c->dst)
		fdio_doom_dst(c->dst, doomed);
}

static int
open_file(struct copy *c)
{
	const char *folder = tape_kind(c->format)->folder;
	struct err e;
	int r;

	if (fdio_reads(c->reads[0], c->to)) {
		diag_error("%s: belongs to the recording itself; write to another file",
			copy_out_name(c));
		return CMD_WRONG;
	}

	if (folder)
		r = fdio_open_folder(&c->dst, c->to, folder, &e);
	else
		r = fdio_open_dst(&c->dst, c->to, c->mode, &e);
	if (r < 0) {
		diag_error("%s: %s%s", copy_out_name(c), e.text,
			e.code != ERR_EXISTS ? ""
			: folder             ? " (a folder is never replaced)"
					     : " (--overwrite replaces it)");
		return CMD_WRONG;
	}
	for (int i = 0; i < 2; i++)
		if (c->reads[i])
			fdio_guard_dst(c->dst, c->reads[i]);
	return 0;
}

/* Writing so much costs as much as making it, unless it is compressed. */
static bool
is_large(enum tape_format f)
{
	return f == TAPE_RAW || (f >= TAPE_CAST_V1 && f <= TAPE_CAST_V3);
}

static int
open_out(struct copy *c)
{
	struct dst *to = c->given;
	struct err e;

	if (!to && open_file(c))
		return CMD_WRONG;
	/* what dresses it reads it again or dooms it: that is for the file itself */
	if (!to)
		to = is_large(c->format) && !c->dress ? fdio_behind(c->dst) : c->dst;
	c->given = NULL;
	/* who fails to open closes it: it must not appear then */
	doom(c, true);
	if (!c->wopts.lost) {
		c->wopts.lost = tell_lost;
		c->wopts.ctx = c;
	}
	c->wopts.idle_limit_ns = tape_info(c->in.tape)->idle_limit_ns;
	if ((c->dress && c->dress(c, &to, &e) < 0) ||
		tapew_open(&c->writer, c->format, to, &c->wopts, &e) < 0)
		return diag_fail(&e, copy_out_name(c));
	doom(c, false);
	return 0;
}

/* What is written so far must not appear. */
static void
drop(struct copy *c)
{
	struct tapew *w = c->writer;
	struct err ignored;

	doom(c, true);
	c->writer = NULL; /* nobody wants to know any more what it cannot hold */
	tapew_close(w, &ignored);
}

static int
open_in(struct copy *c, const struct clk *clk)
{
	struct tape_opts topts = c->topts;
	struct src *s = c->source;
	struct err e;

	c->in = (struct input){ .name = input_name(c->from) };
	topts.note = take_note;
	topts.ctx = c;
	c->source = NULL;
	if (!s && input_open_src(&s, c->from))
		return CMD_WRONG;
	if (c->timing && input_open_src(&topts.timing, c->timing)) {
		src_close(s);
		return CMD_WRONG;
	}
	if (c->look && c->look(c, s, &e) < 0) {
		src_close(s);
		src_close(topts.timing);
		diag_fail(&e, c->in.name);
		return CMD_WRONG;
	}
	c->reads[0] = s;
	c->reads[1] = topts.timing;
	return input_open_tape(&c->in, c->from, s, &topts, clk);
}

int
copy_open(struct copy *c, const struct clk *clk)
{
	if (c->mode == FDIO_NEW)
		c->mode = FDIO_ATOMIC_NEW;
	if (c->format == TAPE_UNKNOWN)
		c->format = tape_format_of_name(c->to);
	if (c->format == TAPE_UNKNOWN)
		c->format = TAPE_AUDIT_V2;
	if (!c->given && (fdio_same(c->from, c->to) ||
				 (c->timing && fdio_same(c->timing, c->to)))) {
		diag_error("%s: is the recording itself; write to another file",
			copy_out_name(c));
		return CMD_WRONG;
	}
	return open_in(c, clk) ? CMD_WRONG : open_out(c);
}

int
copy_put(struct copy *c, const struct msg *m, struct err *e)
{
	if (tapew_put(c->writer, m, e) < 0) {
		c->wrote_badly = true;
		return e->code;
	}
	c->messages++;
	return 0;
}

static int
read_on(struct copy *c, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int r, p;

	while ((r = input_next(&c->in, &m, &at, e)) > 0) {
		p = c->pass ? c->pass(c, m, at, e) : copy_put(c, m, e);
		if (p < 0)
			return p;
		if (p > 0)
			break;
	}
	if (r < 0 && r != ERR_DAMAGED && r != ERR_TRUNCATED)
		return r;
	/* what stands before the place where reading had to end is worth keeping */
	if (r < 0 && c->losses++ == 0)
		diag_note("%s: %s", c->in.name, e->text);
	return 0;
}

static int
pass_on(struct copy *c, struct err *e)
{
	int r;

	do {
		r = read_on(c, e);
		if (r == 0 && c->last)
			r = c->last(c, e);
	} while (r > 0);
	return r;
}

int
copy_switch(struct copy *c, const char *from, struct src *source, const struct clk *clk,
	struct err *e)
{
	input_close(&c->in);
	c->from = from;
	c->source = source;
	c->look = NULL;
	/* why is said */
	return open_in(c, clk) ? err_set(e, ERR_IO, "could be read a moment ago") : 0;
}

static int
give_up(struct copy *c, const struct err *why)
{
	diag_fail(why, c->wrote_badly ? copy_out_name(c) : c->in.name);
	drop(c);
	return why->code == ERR_USAGE || why->code == ERR_EXISTS ? CMD_WRONG : CMD_FAILED;
}

int
copy_run(struct copy *c)
{
	struct err e;
	int r = pass_on(c, &e);

	if (r < 0)
		return give_up(c, &e);
	r = tapew_close(c->writer, &e);
	c->writer = NULL;
	if (r < 0)
		return diag_fail(&e, copy_out_name(c));
	if (!c->losses)
		return CMD_OK;
	diag_note("%s: holds the %" PRIu64 " messages that could be read",
		copy_out_name(c), c->messages);
	return CMD_DAMAGED;
}

void
copy_close(struct copy *c)
{
	if (c->writer)
		drop(c);
	dst_close(c->given, NULL);
	c->given = NULL;
	input_close(&c->in);
}
