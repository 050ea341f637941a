/* SPDX-License-Identifier: ISC */
/* auditlog screen: the screen as it was at a moment, as plain text or with its colours. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/when.h"
#include "log/input.h"
#include "log/out.h"
#include "render/render.h"
#include "replay/reel.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPT_AT = 1, OPT_FORMAT };

static const struct opt options[] = {
	{ OPT_AT, "at", 'a', "TIME",
		"when: 90, 1:30, 1:02:03.250, 50% or end (the default)" },
	{ OPT_FORMAT, "format", 'f', "text|ansi|svg|html|png",
		"characters only (the default), with colours and attributes, or as a\n"
		"picture or page" },
	CMD_OPTIONS_END,
};

static const char *const formats[] = { [RENDER_TEXT] = "text",
	[RENDER_ANSI] = "ansi",
	[RENDER_SVG] = "svg",
	[RENDER_HTML] = "html",
	[RENDER_PNG] = "png",
	[RENDER_FORMATS] = NULL };

struct screen {
	struct when at;
	int format;
	struct progress progress;
};

/* Reads over the recording for its length, which a percentage needs. */
static int
find_duration(struct screen *s, struct reel *r, int64_t *duration, struct err *e)
{
	struct reel_index_state st;
	int more = 1;

	while (!reel_index_state(r).times_done && more > 0) {
		more = reel_index(r, (uint64_t)1 << 20, e);
		if (progress_due(&s->progress, PROGRESS_LOOK))
			progress_draw(&s->progress, reel_index_state(r).progress);
	}
	st = reel_index_state(r);
	*duration = st.duration_ns;
	/* a damaged recording is as long as what can be read of it */
	return more < 0 && st.messages == 0 ? more : 0;
}

static bool
show_progress(void *ctx, double done)
{
	struct screen *s = ctx;

	if (progress_due(&s->progress, PROGRESS_LOOK))
		progress_draw(&s->progress, done);
	return false;
}

static int
go_there(struct screen *s, struct reel *r, struct err *e)
{
	const struct tape_info *info = tape_info(reel_tape(r));
	int64_t at = INT64_MAX, duration = INT64_MAX, first;
	struct when w = s->at;
	int rc = 0;

	if (w.kind == WHEN_PERCENT || w.either)
		rc = find_duration(s, r, &duration, e);
	if (rc < 0)
		return rc;
	reel_next_time(r, &first, NULL); /* then the start is known */
	rc = when_check(&w, info->has_wall, e);
	if (rc < 0)
		return rc;
	w = when_settle(&w, info->has_wall, info->start_ns, duration);
	if (w.kind != WHEN_END)
		at = when_resolve(&w, duration);
	rc = reel_seek_time(r, at, show_progress, s, e);
	progress_end(&s->progress);
	return rc;
}

static int
put_screen(const struct screen *s, const struct reel *r, const char *name,
	struct buf *out, struct err *e)
{
	const char *slash = strrchr(name, '/');
	char title[256], at[WHEN_TEXT_MAX];
	struct render_opts o = { .title = title, .cursor = true };

	snprintf(title, sizeof title, "%s %s", slash ? slash + 1 : name,
		when_format(at, reel_time(r), 3));
	if (s->format == RENDER_PNG && isatty(STDOUT_FILENO))
		return err_set(
			e, ERR_USAGE, "a picture is nothing for a terminal: > FILE.png");
	return render_screen(out, reel_screen(r), (enum render_format)s->format, &o, e);
}

static int
show(struct screen *s, struct reel *r, const char *name)
{
	struct tape_end end;
	struct err e;
	struct out out;
	int rc = go_there(s, r, &e), status = CMD_OK;

	if (rc < 0)
		return diag_fail(&e, name);
	out_init(&out, STDOUT_FILENO);
	if (put_screen(s, r, name, &out.buf, &e) < 0 || out_flush(&out, &e) < 0)
		status = diag_fail(&e, NULL);
	out_free(&out);
	end = tape_end(reel_tape(r));
	if (status == CMD_OK && end.state == TAPE_DAMAGED) {
		char state[INPUT_STATE_MAX];

		diag_note("%s: %s", name, input_state(&end, state));
		status = CMD_DAMAGED;
	}
	return status;
}

static int
take_option(struct screen *s, int id, const char *value, struct err *e)
{
	if (id == OPT_AT)
		return when_parse(&s->at, value, e);
	s->format = opt_choice(value, "--format", formats, e);
	return s->format < 0 ? s->format : 0;
}

static int
run(struct cmd_run *r)
{
	struct screen s = { .at = { .kind = WHEN_END } };
	struct reel_opts ropts = { .channel = -1, .text_memory = REEL_NO_TEXT };
	struct input in;
	struct reel *reel;
	struct err e;
	int id, status;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&s, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	status = input_open(&in, r->operands[0], NULL, r->clk);
	if (status)
		return status;
	s.progress = in.progress;
	if (reel_open(&reel, in.tape, &ropts, &e) < 0) {
		diag_fail(&e, in.name);
		return CMD_WRONG;
	}
	status = show(&s, reel, in.name);
	reel_close(reel);
	return status;
}

const struct cmd cmd_screen = {
	.name = "screen",
	.args = "FILE",
	.help = "print the screen as it was at a moment",
	.options = options,
	.run = run,
	.least = 1,
	.most = 1,
};
