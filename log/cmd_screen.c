/* SPDX-License-Identifier: ISC */
/* auditlog screen: the screen as it was at a moment, as text or as a picture; or at many. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/when.h"
#include "log/scene.h"
#include "render/sheet.h"

#include <string.h>
#include <unistd.h>

enum {
	OPT_AT = 1,
	OPT_FORMAT,
	OPT_EVERY,
	OPT_COUNT,
	OPT_ALL,
	OPT_SHEET,
	OPT_OUTPUT,
	OPT_OVERWRITE,
	OPT_THEME,
	OPT_JSON,
	OPT_TITLE
};

static const struct opt options[] = {
	{ OPT_AT, "at", 'a', "TIME",
		"when: 90, 1:30, 1h30m, 50%, @14:02, a date, or end (the default)" },
	{ OPT_FORMAT, "format", 'f', "text|ansi|svg|html|png",
		"characters only (the default), with colours and attributes, or as a\n"
		"picture or page; without it, what the name of --output says" },
	{ OPT_OUTPUT, "output", 'o', "FILE",
		"write FILE; of several, demo.png stands for demo-0001.png and so on" },
	{ OPT_OVERWRITE, "overwrite", 0, NULL, "replace files that exist" },
	{ OPT_EVERY, "every", 'e', "TIME|PERCENT",
		"a file every so often, and at the end; screens like the one before\n"
		"are left out" },
	{ OPT_ALL, "all", 0, NULL, "do not leave them out" },
	{ OPT_COUNT, "count", 'n', "N",
		"at most N files, each where the screen stood for long" },
	{ OPT_SHEET, "sheet", 's', "COLSxROWS",
		"a contact sheet: that many such screens in one picture, each with its\n"
		"time and what ran (svg, html or png)" },
	{ OPT_THEME, "theme", 0, "NAME",
		"colours: " THEME_NAMES ";\n"
		"without it those of the recording, where it has them",
		.word_at = theme_name },
	{ OPT_JSON, "json", 'j', NULL, "of several files, print one JSON object each" },
	{ OPT_TITLE, "title", 't', "TEXT",
		"title of the window (default: the name and the time)" },
	CMD_OPTIONS_END,
};

static const char *const formats[] = { [RENDER_TEXT] = "text",
	[RENDER_ANSI] = "ansi",
	[RENDER_SVG] = "svg",
	[RENDER_HTML] = "html",
	[RENDER_PNG] = "png",
	[RENDER_FORMATS] = NULL };

struct wish {
	struct scene screen;
	struct when at, every;
	bool has_at, has_every;
	struct scene_plan plan;
	int sheet_cols, sheet_rows; /* 0: no sheet */
};

/* ---- one screen ---- */

static int
go_there(struct wish *x, struct err *e)
{
	struct scene *s = &x->screen;
	struct when w = x->at;
	int64_t at = INT64_MAX, first;
	bool wall;
	int rc;

	reel_next_time(s->reel, &first, NULL); /* then the start is known */
	s->info = *tape_info(reel_tape(s->reel));
	wall = s->info.has_wall;
	rc = when_check(&w, wall, e);
	if (rc < 0)
		return rc;
	w = when_settle(&w, wall, s->info.start_ns, s->duration_ns);
	if (w.kind != WHEN_END)
		at = when_resolve(&w, s->duration_ns);
	return scene_go(s, at, e);
}

static int
put_screen(struct scene *s, struct buf *doc, struct err *e)
{
	int rc;

	if (!s->output && s->format == RENDER_PNG && isatty(STDOUT_FILENO))
		return err_set(
			e, ERR_USAGE, "a picture is nothing for a terminal: -o FILE.png");
	rc = scene_render(s, doc, e);
	return rc < 0 ? rc : scene_put(s, doc, e);
}

static int
show(struct wish *x)
{
	struct scene *s = &x->screen;
	struct buf doc = { 0 };
	struct err e;
	int rc = go_there(x, &e);

	if (rc < 0)
		return diag_fail(&e, s->in.name);
	rc = put_screen(s, &doc, &e);
	buf_free(&doc);
	return rc < 0 ? diag_fail(&e, NULL) : scene_status(s);
}

/* ---- options ---- */

static int
take_every(struct wish *x, const char *value, struct err *e)
{
	int rc = when_parse(&x->every, value, e);

	if (rc < 0)
		return rc;
	if ((x->every.kind != WHEN_NS || x->every.ns <= 0) &&
		(x->every.kind != WHEN_PERCENT || x->every.percent <= 0))
		return err_set(e, ERR_USAGE,
			"--every wants a length of time (10, 1:30) or a part (5%%), not "
			"'%.40s'",
			value);
	x->has_every = true;
	return 0;
}

static int
take_count(struct wish *x, const char *value, struct err *e)
{
	long n;
	int rc = opt_int(value, "--count", 1, SCENE_SHOTS_MAX, &n, e);

	x->plan.count = rc < 0 ? 0 : (int)n;
	return rc;
}

static int
take_option(struct wish *x, int id, const char *value, struct err *e)
{
	struct scene *s = &x->screen;

	switch (id) {
	case OPT_AT:
		x->has_at = true;
		return when_parse(&x->at, value, e);
	case OPT_FORMAT:
		s->format = opt_choice(value, "--format", formats, e);
		return s->format < 0 ? s->format : 0;
	case OPT_EVERY:
		return take_every(x, value, e);
	case OPT_COUNT:
		return take_count(x, value, e);
	case OPT_SHEET:
		return opt_size(value, SHEET_SIDE_MAX, &x->sheet_cols, &x->sheet_rows, e);
	case OPT_THEME:
		return theme_named(&s->theme, value, e);
	case OPT_ALL:
		x->plan.all = true;
		break;
	case OPT_OUTPUT:
		s->output = strcmp(value, "-") == 0 ? NULL : value;
		break;
	case OPT_OVERWRITE:
		s->mode = FDIO_ATOMIC;
		break;
	case OPT_JSON:
		s->json = true;
		break;
	case OPT_TITLE:
		s->title = value;
		break;
	default:
		break;
	}
	return 0;
}

/* What goes together, and what is left to be found out. */
static int
settle(struct wish *x, struct err *e)
{
	struct scene *s = &x->screen;
	enum render_format f;

	if (x->has_at + x->has_every + (x->plan.count > 0) + (x->sheet_cols > 0) > 1)
		return err_set(e, ERR_USAGE,
			"--at, --every, --count and --sheet do not go together");
	if (x->plan.all && !x->has_every)
		return err_set(e, ERR_USAGE, "--all goes with --every");
	if (s->json && !x->has_every && !x->plan.count)
		return err_set(e, ERR_USAGE, "--json goes with --every or --count");
	if (s->format >= 0)
		return 0;
	if (s->output && render_format_of(s->output, &f))
		s->format = (int)f;
	else if (s->output)
		return err_set(e, ERR_USAGE,
			"%s: what is it to be? --format, or one of %s", s->output,
			render_suffixes());
	else
		s->format = x->sheet_cols ? RENDER_SVG : RENDER_TEXT;
	return 0;
}

static int
look(struct wish *x)
{
	struct scene *s = &x->screen;

	if (x->sheet_cols)
		return scene_sheet(s, x->sheet_cols, x->sheet_rows);
	if (!x->has_every && !x->plan.count)
		return show(x);
	if (x->has_every) {
		x->plan.step_ns = when_resolve(&x->every, s->duration_ns);
		if (x->every.kind == WHEN_NS)
			x->plan.step_ns = x->every.ns;
		if (x->plan.step_ns <= 0)
			x->plan.step_ns = 1;
	}
	return scene_shots(s, x->plan);
}

static int
run(struct cmd_run *r)
{
	struct wish x = { .at = { .kind = WHEN_END } };
	struct err e;
	enum scene_need need = SCENE_HEAD;
	int id, status;

	x.screen.format = -1;
	x.screen.mode = FDIO_ATOMIC_NEW;
	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&x, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0 || settle(&x, &e) < 0)
		return cmd_wrong(&e);
	if (x.plan.count || x.sheet_cols)
		need = SCENE_MOMENTS;
	else if (x.at.kind == WHEN_PERCENT || x.at.either || x.has_every)
		need = SCENE_LENGTH;
	status = scene_open(&x.screen, r->operands[0], r->clk, need);
	if (status == CMD_OK)
		status = look(&x);
	scene_close(&x.screen);
	return status;
}

const struct cmd cmd_screen = {
	.name = "screen",
	.args = "FILE",
	.help = "print the screen as it was at a moment, or pictures of many",
	.options = options,
	.run = run,
	.least = 1,
	.most = 1,
};
