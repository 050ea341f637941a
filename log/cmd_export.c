/* SPDX-License-Identifier: ISC */
/* auditlog export: a recording as one page for a browser, with the player in it and the events
 * beside.  Pauses are made shorter here and not by the player, so that recording and events
 * go by the same time. */
#include "base/clk.h"
#include "base/diag.h"
#include "log/chronicle.h"
#include "log/copy.h"
#include "log/page.h"
#include "log/retime.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	OPT_HTML = 1,
	OPT_TITLE,
	OPT_INPUT,
	OPT_NO_INPUT,
	OPT_IDLE,
	OPT_THEME,
	OPT_PLAYER
};

static const struct opt options[] = {
	{ OPT_HTML, "html", 0, NULL,
		"as a page for a browser, which is all there is (the default)" },
	{ OPT_TITLE, "title", 't', "TEXT", "title of the page" },
	{ OPT_INPUT, "input", 0, NULL, "show what was typed, too: it may hold secrets" },
	{ OPT_NO_INPUT, "no-input", 0, NULL, "leave it out (the default)" },
	{ OPT_IDLE, "idle-time-limit", 'i', "SECONDS",
		"make longer pauses this long (default: what the recording\n"
		"wishes; 0: leave them)" },
	{ OPT_THEME, "theme", 0, "NAME",
		"colours of the terminal: " THEME_NAMES ";\n"
		"without it those of the recording, where it has them",
		.word_at = theme_name },
	{ OPT_PLAYER, "player", 0, "DIR",
		"take the web player out of this folder, which tools/get-player\n"
		"fills" },
	{ COPY_OPT_OVERWRITE, "overwrite", 0, NULL, "replace OUT when it exists" },
	CMD_OPTIONS_END,
};

#define IDLE_SECONDS_MAX 1e6
#define PAGE_LARGE       ((uint64_t)100 << 20) /* of asciicast: worth a word */

struct export_job {
	struct copy copy;
	struct webplayer player;
	struct chronicle chronicle;
	const char *title, *player_dir;
	const struct theme *theme; /* NULL: the recording's */
	bool input, idle_given;
	struct retime_idle idle; /* its max_ns 0: pauses stay */
	int64_t base_ns;         /* wall clock of the first message */
	uint64_t page_bytes, cast_bytes;
};

static int
take_option(struct export_job *x, int id, const char *value, struct err *e)
{
	double seconds;
	int r = copy_option(&x->copy, id, value, e);

	if (r != 0)
		return r;
	switch (id) {
	case OPT_TITLE:
		x->title = value;
		break;
	case OPT_INPUT:
	case OPT_NO_INPUT:
		x->input = id == OPT_INPUT;
		break;
	case OPT_IDLE:
		r = opt_double(
			value, "--idle-time-limit", 0, IDLE_SECONDS_MAX, &seconds, e);
		x->idle.max_ns = r < 0 ? 0 : (int64_t)(seconds * NS_PER_S);
		x->idle_given = true;
		break;
	case OPT_THEME:
		return theme_named(&x->theme, value, e);
	case OPT_PLAYER:
		x->player_dir = value;
		break;
	default:
		break;
	}
	return r;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* Events stand on the page and not in the asciicast; only bytes that are on neither are lost. */
static void
tell_lost(void *ctx, const char *what, uint64_t count)
{
	struct export_job *x = ctx;

	if (strncmp(what, "messages of other", 17) == 0)
		diag_note("%s: does not show %s (%" PRIu64 ")", copy_out_name(&x->copy),
			what, count);
}

static int
page_data(void *ctx, struct buf *out)
{
	struct export_job *x = ctx;
	struct tape_end end = tape_end(x->copy.in.tape);

	return chronicle_put(&x->chronicle, out, x->title, &end);
}

static int
dress(struct copy *c, struct dst **d, struct err *e)
{
	struct export_job *x = c->ctx;
	const struct tape_info *info = tape_info(c->in.tape);
	const char *name = base_name(c->in.name);
	struct page_opts o = { .player = &x->player,
		.title = x->title ? x->title : name,
		.theme = x->theme ? x->theme : theme_default(),
		.own_theme = !x->theme,
		.data = page_data,
		.ctx = x,
		.page_bytes = &x->page_bytes,
		.cast_bytes = &x->cast_bytes };

	chronicle_init(&x->chronicle, name, info, x->input);
	if (!x->idle_given)
		x->idle.max_ns = info->idle_limit_ns;
	return page_open(d, *d, &o, e);
}

static int
pass(struct copy *c, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct export_job *x = c->ctx;
	struct msg moved = *m;
	bool seen = msg_is_output(m) || (m->type == MSG_IO && x->input);
	int64_t page_ns = at_ns;

	if (!c->messages)
		x->base_ns = m->time_ns;
	if (x->idle.max_ns > 0)
		page_ns = retime_idle(&x->idle, at_ns, seen);
	chronicle_note(&x->chronicle, m, at_ns, page_ns);
	moved.time_ns = ns_add(x->base_ns, page_ns);
	return copy_put(c, &moved, e);
}

/* What whoever opens it has to wait and to have room for. */
static void
say_size(const struct export_job *x)
{
	diag_note("%s: %" PRIu64 " MB, and %" PRIu64 " MB in the browser's memory: "
		  "it will take a moment to open",
		copy_out_name(&x->copy), x->page_bytes / 1000000 + 1,
		x->cast_bytes / 1000000);
}

static int
export_page(struct export_job *x, const struct clk *clk)
{
	struct err e;
	int status;

	if (webplayer_load(&x->player, x->player_dir, &e) < 0)
		return diag_fail(&e, NULL);
	status = copy_open(&x->copy, clk);
	if (status == 0)
		status = copy_run(&x->copy);
	if (status == 0 && x->chronicle.left_out)
		diag_note("%s: %" PRIu64 " events are not in its list", x->copy.to,
			x->chronicle.left_out);
	if (status == 0 && x->cast_bytes > PAGE_LARGE)
		say_size(x);
	copy_close(&x->copy);
	chronicle_free(&x->chronicle);
	webplayer_free(&x->player);
	return status;
}

static int
run(struct cmd_run *r)
{
	struct export_job x = { .copy = { .pass = pass, .dress = dress } };
	struct err e;
	int id;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&x, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	x.copy.ctx = &x;
	x.copy.from = r->operands[0];
	x.copy.to = r->operands[1];
	x.copy.format = TAPE_CAST_V2;
	x.copy.wopts.drop_input = !x.input;
	x.copy.wopts.title = x.title;
	x.copy.wopts.lost = tell_lost;
	x.copy.wopts.ctx = &x;
	return export_page(&x, r->clk);
}

const struct cmd cmd_export = {
	.name = "export",
	.args = "FILE OUT.html",
	.help = "make a page for a browser: player and events in one file",
	.options = options,
	.run = run,
	.least = 2,
	.most = 2,
};
