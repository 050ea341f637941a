/* SPDX-License-Identifier: ISC */
/* auditlog grep: in which recordings something was shown, typed or happened, and when; each
 * line with what is needed to go there. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/jsonw.h"
#include "base/when.h"
#include "base/word.h"
#include "format/facts.h"
#include "format/seemly.h"
#include "log/crew.h"
#include "log/input.h"
#include "log/look.h"

#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum {
	OPT_SHOWN = 1,
	OPT_TYPED,
	OPT_EVENTS,
	OPT_FOLD,
	OPT_FIXED,
	OPT_NAMES,
	OPT_COUNT,
	OPT_MAX,
	OPT_NO_PLAY,
	OPT_JSON,
	OPT_NONE,
	OPT_REBUILD
};

static const struct opt options[] = {
	{ OPT_SHOWN, "shown", 's', NULL, "look at what was on the screen (the default)" },
	{ OPT_TYPED, "typed", 't', NULL, "look at what was typed" },
	{ OPT_EVENTS, "events", 'e', NULL,
		"look at events as the player lists them: commands, programs, markers" },
	{ OPT_FOLD, "ignore-case", 'i', NULL, "capitals are as good as small letters" },
	{ OPT_FIXED, "fixed-strings", 'F', NULL, "PATTERN is a text, not an expression" },
	{ OPT_NAMES, "files-with-matches", 'l', NULL, "print only the names of files" },
	{ OPT_COUNT, "count", 'c', NULL, "print only how many lines, for every file" },
	{ OPT_MAX, "max-count", 'm', "N", "print no more than N lines of each file" },
	{ OPT_NO_PLAY, "no-play", 'P', NULL,
		"leave out the command behind each line that shows it in the player" },
	{ OPT_JSON, "json", 'j', NULL, "print one JSON object a line" },
	{ OPT_NONE, "no-index", 0, NULL, "read all of the recordings; make no index" },
	{ OPT_REBUILD, "rebuild", 0, NULL, "make the index anew from the recordings" },
	CMD_OPTIONS_END,
};

#define STOP 1 /* enough of this file */

enum { FOUND = 0, NOT_FOUND = 1 }; /* exit status, as that of grep(1) */

struct grep {
	enum search_scope scope;
	int flags; /* of the query */
	bool names, count, no_play, json, no_index, afresh;
	long max; /* lines of a file */
	const char *pattern;
	struct query *query;
	struct hoard hoard;
	const struct clk *clk;
	struct walk walk;
	atomic_bool found, failed;
	atomic_uint foreign; /* files in folders that are no recordings */
};

/* One file. */
struct one {
	struct grep *g;
	struct crew_job *job;
	const char *path;
	long n;
};

static const char *const scope_names[] = {
	[SEARCH_SHOWN] = "shown", [SEARCH_TYPED] = "typed", [SEARCH_EVENTS] = "events"
};

/* Rounded up: at that time it is there. */
static const char *
place(char out[WHEN_TEXT_MAX], int64_t at_ns)
{
	return when_format(out, ns_add(at_ns, NS_PER_MS - 1), 3);
}

static void
put_play(struct buf *out, const char *path, const char *at)
{
	buf_addf(out, "auditplay --at %s ", at);
	word_quote_path(out, path);
}

static void
put_json(struct one *o, const struct sift_line *l)
{
	struct buf *out = &o->job->out, play = { 0 };
	char at[WHEN_TEXT_MAX];
	struct jsonw w;

	put_play(&play, o->path, place(at, l->at_ns));
	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kstr(&w, "file", o->path);
	jsonw_kstr(&w, "scope", scope_names[o->g->scope]);
	facts_json_seconds(&w, "at", l->at_ns);
	jsonw_kuint(&w, "message", l->n - 1);
	jsonw_ktext(&w, "line", span_of(l->text, l->len));
	jsonw_ktext(&w, "match", span_of(l->text + l->start, l->end - l->start));
	jsonw_ktext(&w, "play", buf_span(&play));
	jsonw_object_end(&w);
	buf_add_byte(out, '\n');
	buf_free(&play);
}

static void
put_line(struct one *o, const struct sift_line *l)
{
	struct buf *out = &o->job->out;
	char at[WHEN_TEXT_MAX];

	seemly_put(out, span_str(input_name(o->path)), SEEMLY_ALL);
	buf_addf(out, "\t%s\t", place(at, l->at_ns));
	seemly_put(out, span_of(l->text, l->len), SEEMLY_ALL);
	if (!o->g->no_play) {
		buf_add_byte(out, '\t');
		put_play(out, o->path, at);
	}
	buf_add_byte(out, '\n');
}

static int
found(void *ctx, const struct sift_line *l)
{
	struct one *o = ctx;

	o->n++;
	atomic_store(&o->g->found, true);
	if (o->g->names)
		return STOP;
	if (!o->g->count && o->g->json)
		put_json(o, l);
	else if (!o->g->count)
		put_line(o, l);
	if (!crew_more(o->job))
		return STOP;
	return o->n >= o->g->max ? STOP : 0;
}

static void
put_sum(struct one *o)
{
	struct buf *out = &o->job->out;
	struct jsonw w;

	if (o->g->names && !o->n)
		return;
	if (o->g->json) {
		jsonw_init(&w, out);
		jsonw_object(&w);
		jsonw_kstr(&w, "file", o->path);
		if (o->g->count)
			jsonw_kint(&w, "count", o->n);
		jsonw_object_end(&w);
	} else {
		seemly_put(out, span_str(input_name(o->path)), SEEMLY_ALL);
		if (o->g->count)
			buf_addf(out, "\t%ld", o->n);
	}
	buf_add_byte(out, '\n');
}

static void
complain(struct one *o, const char *text)
{
	char clean[PATH_MAX];

	atomic_store(&o->g->failed, true);
	diag_clean(clean, sizeof clean, input_name(o->path));
	buf_addf(&o->job->notes, "%s: %s\n", clean, text);
}

static void
work(void *ctx, struct crew_job *job)
{
	struct grep *g = ctx;
	const struct walk_file *f = &g->walk.v[job->at];
	struct one o = { .g = g, .job = job, .path = f->path };
	struct look look = { .hoard = g->no_index ? NULL : &g->hoard,
		.query = g->query,
		.scope = g->scope,
		.line = found,
		.ctx = &o,
		.job = job };
	char state[INPUT_STATE_MAX];
	struct look_end end;
	struct err e;
	int rc = look_into(&look, f, &end, &e);

	if (rc == ERR_FORMAT && !end.opened && !f->named) {
		atomic_fetch_add(&g->foreign, 1);
		return;
	}
	if ((g->names || g->count) && end.opened)
		put_sum(&o);
	if (end.tape.state == TAPE_DAMAGED)
		complain(&o, input_state(&end.tape, state));
	else if (rc < 0)
		complain(&o, e.text);
}

static void
say(void *ctx, const struct err *e, const char *path)
{
	struct grep *g = ctx;

	atomic_store(&g->failed, true);
	diag_fail(e, path);
}

static int
search(struct grep *g, char **roots, int nroots)
{
	unsigned foreign;
	struct err e;
	int rc = query_new(&g->query, g->pattern, g->flags, &e);

	if (rc < 0) {
		err_prefix(&e, "PATTERN");
		diag_fail(&e, NULL);
		return CMD_WRONG;
	}
	rc = walk_all(&g->walk, roots, nroots, say, g, &e);
	if (rc == 0)
		rc = crew_run(g->walk.n, 0, work, g, g->clk, STDOUT_FILENO, &e);
	hoard_trim(&g->hoard);
	query_free(g->query);
	walk_free(&g->walk);
	if (rc < 0) {
		diag_fail(&e, NULL);
		return CMD_WRONG;
	}
	foreign = atomic_load(&g->foreign);
	if (foreign)
		diag_note("left out %u file%s that %s", foreign, foreign == 1 ? "" : "s",
			foreign == 1 ? "is no recording" : "are no recordings");
	if (atomic_load(&g->failed))
		return CMD_WRONG;
	return atomic_load(&g->found) ? FOUND : NOT_FOUND;
}

static int
take_option(struct grep *g, int id, const char *value, struct err *e)
{
	switch (id) {
	case OPT_SHOWN:
		g->scope = SEARCH_SHOWN;
		break;
	case OPT_TYPED:
		g->scope = SEARCH_TYPED;
		break;
	case OPT_EVENTS:
		g->scope = SEARCH_EVENTS;
		break;
	case OPT_FOLD:
		g->flags = (g->flags & ~QUERY_EXACT) | QUERY_FOLD;
		break;
	case OPT_FIXED:
		g->flags |= QUERY_PLAIN;
		break;
	case OPT_MAX:
		return opt_int(value, "--max-count", 1, LONG_MAX, &g->max, e);
	default:
		g->names |= id == OPT_NAMES;
		g->count |= id == OPT_COUNT;
		g->no_play |= id == OPT_NO_PLAY;
		g->json |= id == OPT_JSON;
		g->no_index |= id == OPT_NONE;
		g->afresh |= id == OPT_REBUILD;
	}
	return 0;
}

static int
run(struct cmd_run *r)
{
	struct grep g = { .flags = QUERY_EXACT, .max = LONG_MAX, .clk = r->clk };
	struct err e;
	int id;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&g, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	g.pattern = r->operands[0];
	hoard_open(&g.hoard, clk_wall(r->clk));
	g.hoard.afresh = g.afresh;
	return search(&g, r->operands + 1, r->noperands - 1);
}

const struct cmd cmd_grep = {
	.name = "grep",
	.args = "PATTERN FILE|DIR...",
	.help = "find what was shown, typed or run, and when",
	.options = options,
	.run = run,
	.least = 2,
	.most = INT_MAX,
};
