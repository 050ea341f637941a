/* SPDX-License-Identifier: ISC */
/* auditlog list: which recordings there are, narrowed by an expression.  What their heads and
 * ends say comes out of the catalogue, or out of the files, and then goes into it; what only
 * the recordings themselves can tell is asked of those that are left, by all processors. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/jsonw.h"
#include "base/when.h"
#include "format/seemly.h"
#include "log/crew.h"
#include "log/expr.h"
#include "log/look.h"
#include "log/out.h"
#include "log/shelf.h"

#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	OPT_JSON = 1,
	OPT_SORT,
	OPT_REVERSE,
	OPT_CATALOGUE,
	OPT_NONE,
	OPT_REBUILD,
	OPT_INDEX
};

static const struct opt options[] = {
	{ OPT_SORT, "sort", 's', "KEY",
		"by date (the default), length, user, host, size or name",
		"date|length|user|host|size|name" },
	{ OPT_REVERSE, "reverse", 'r', NULL, "the other way round" },
	{ OPT_JSON, "json", 'j', NULL, "print one JSON object a recording" },
	{ OPT_CATALOGUE, "catalogue", 0, "FILE",
		"keep the catalogue there, not in the cache folder" },
	{ OPT_NONE, "no-catalogue", 0, NULL,
		"neither read nor write one, nor the index of what is in recordings" },
	{ OPT_REBUILD, "rebuild", 0, NULL,
		"make the catalogue anew from the recordings, and the index of those "
		"read" },
	{ OPT_INDEX, "index", 'x', NULL,
		"read all that is listed, so that from now on grep and list find in it "
		"at once" },
	CMD_OPTIONS_END,
};

enum sort { SORT_DATE, SORT_LENGTH, SORT_USER, SORT_HOST, SORT_SIZE, SORT_NAME };
static const char *const sorts[] = { "date", "length", "user", "host", "size", "name",
	NULL };

struct list {
	int sort;
	bool reverse, json, index;
	struct shelf_opts shelf;
	struct hoard hoard;
	struct expr *expr;
	struct walk walk;
	struct record *v; /* one for each file */
	const struct record **shown;
	size_t n;
	uint8_t *open; /* which must be read */
	char **roots;  /* what was named on the command line */
	int nroots;
	atomic_bool failed, wrong; /* WRONG: what was named did */
};

/* --- which --- */

static struct hoard *
hoard_of(struct list *l)
{
	return l->shelf.none ? NULL : &l->hoard;
}

static void
complain(
	struct list *l, struct crew_job *job, const struct record *r, const struct err *e)
{
	char clean[PATH_MAX];

	atomic_store(r->file->named ? &l->wrong : &l->failed, true);
	diag_clean(clean, sizeof clean, r->file->path);
	buf_addf(&job->notes, "%s: %s\n", clean, e->text);
}

static void
search(void *ctx, struct crew_job *job)
{
	struct list *l = ctx;
	struct record *r = &l->v[job->at];
	const struct look how = { .hoard = hoard_of(l), .job = job };
	struct err e = { .text = "" };
	int rc;

	if (!l->open[job->at])
		return;
	rc = expr_search(l->expr, r, &how, &e);
	l->open[job->at] = rc == 1;
	if (rc < 0)
		complain(l, job, r, &e);
}

static int
choose(struct list *l, struct err *e)
{
	bool any = false;

	l->open = calloc(l->walk.n + 1, 1);
	l->shown = calloc(l->walk.n + 1, sizeof *l->shown);
	if (!l->open || !l->shown)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	for (size_t i = 0; i < l->walk.n; i++) {
		const struct record *r = &l->v[i];
		int rc = r->kind == RECORD_KNOWN ? expr_test(l->expr, r) : 0;

		if (rc == 1)
			l->shown[l->n++] = r;
		l->open[i] = rc == EXPR_OPEN;
		any |= rc == EXPR_OPEN;
	}
	if (any && crew_run(l->walk.n, 0, search, l, l->shelf.clk, STDOUT_FILENO, e) < 0)
		return e->code;
	for (size_t i = 0; i < l->walk.n; i++)
		if (l->open[i])
			l->shown[l->n++] = &l->v[i];
	return 0;
}

/* --- what is in them, for searches to come --- */

enum { SCOPES = SEARCH_EVENTS + 1 };

static void
index_one(void *ctx, struct crew_job *job)
{
	struct list *l = ctx;
	const struct record *r = l->shown[job->at / SCOPES];
	const struct look look = { .hoard = &l->hoard,
		.scope = (enum search_scope)(job->at % SCOPES),
		.job = job };
	struct look_end end;
	struct err e = { .text = "" };

	if (look_into(&look, r->file, &end, &e) < 0)
		complain(l, job, r, &e);
}

/* --- in which order --- */

static int
compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int64_t
date_of(const struct record *r)
{
	return r->has_start ? r->start_ns : r->file->mtime_ns;
}

static int
compare(const void *pa, const void *pb, void *ctx)
{
	const struct record *a = *(const struct record *const *)pa;
	const struct record *b = *(const struct record *const *)pb;
	const struct list *l = ctx;
	int c = 0;

	switch ((enum sort)l->sort) {
	case SORT_LENGTH:
		c = compare_numbers(a->duration_ns, b->duration_ns);
		break;
	case SORT_SIZE:
		c = compare_numbers(a->file->size, b->file->size);
		break;
	case SORT_USER:
		c = strcmp(a->text[FACT_USER], b->text[FACT_USER]);
		break;
	case SORT_HOST:
		c = strcmp(a->text[FACT_HOST], b->text[FACT_HOST]);
		break;
	case SORT_NAME:
		c = strcmp(a->file->path, b->file->path);
		break;
	case SORT_DATE:
		break;
	}
	if (c == 0)
		c = compare_numbers(date_of(a), date_of(b));
	if (c == 0)
		c = strcmp(a->file->path, b->file->path);
	return l->reverse ? -c : c;
}

/* --- as what --- */

enum { COLUMNS = 8 };
static const char *const titles[COLUMNS] = { "DATE", "LENGTH", "USER", "HOST", "TTY",
	"END", "COMMAND", "FILE" };
static const int widest[COLUMNS] = { 24, 12, 16, 24, 16, 16, 40, 0 };

static void
put_end(struct buf *out, const struct record *r)
{
	if (r->state != TAPE_CLEAN)
		buf_add_str(out, tape_state_name(r->state));
	else if (*r->text[FACT_SIGNAL])
		seemly_put(out, span_str(r->text[FACT_SIGNAL]), SEEMLY_ALL);
	else if (r->exit >= 0)
		buf_addf(out, "exit %" PRId64, r->exit);
}

static void
put_cell(struct buf *out, const struct record *r, int column)
{
	static const int facts[COLUMNS] = {
		[2] = FACT_USER, [3] = FACT_HOST, [4] = FACT_TTY, [6] = FACT_COMMAND
	};
	char text[WHEN_TEXT_MAX];
	size_t before = out->n;

	if (column == 0 && r->has_start)
		buf_addf(out, "%.19s", when_format_local(text, r->start_ns, 0));
	else if (column == 1)
		buf_add_str(out, when_format(text, r->duration_ns, 0));
	else if (column == 5)
		put_end(out, r);
	else if (column == 7)
		seemly_put(out, span_str(r->file->path), SEEMLY_ALL);
	else if (column)
		seemly_put(out, span_str(r->text[facts[column]]), (size_t)widest[column]);
	if (out->n == before)
		buf_add_byte(out, '-');
}

/* Characters, near enough to columns for a table. */
static int
width(struct span s)
{
	int n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xC0) != 0x80;
	return n;
}

static void
put_row(struct buf *out, const struct record *r, const int w[COLUMNS])
{
	for (int c = 0; c < COLUMNS; c++) {
		size_t from = out->n;
		int n;

		if (r)
			put_cell(out, r, c);
		else
			buf_add_str(out, titles[c]);
		n = width(span_of(out->p + from, out->n - from));
		if (c < COLUMNS - 1)
			buf_addf(out, "%*s", w[c] - n + 2, "");
	}
	buf_add_byte(out, '\n');
}

static void
measure(const struct list *l, int w[COLUMNS])
{
	struct buf b = { 0 };

	for (int c = 0; c < COLUMNS; c++)
		w[c] = (int)strlen(titles[c]);
	for (size_t i = 0; i < l->n; i++)
		for (int c = 0; c < COLUMNS - 1; c++) {
			int n;

			buf_clear(&b);
			put_cell(&b, l->shown[i], c);
			n = width(buf_span(&b));
			w[c] = n > w[c] ? n : w[c];
		}
	buf_free(&b);
}

static void
put_json(struct buf *out, const struct record *r)
{
	char text[WHEN_TEXT_MAX];
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kstr(&w, "file", r->file->path);
	jsonw_kstr(&w, "format", tape_format_name(r->format));
	jsonw_kstr(&w, "state", tape_state_name(r->state));
	if (r->has_start) {
		jsonw_kstr(&w, "start", when_format_utc(text, r->start_ns, 9));
		jsonw_kint(&w, "startNs", r->start_ns);
	}
	facts_json_seconds(&w, "duration", r->duration_ns);
	for (int f = 0; f < FACT_COUNT; f++)
		if (*r->text[f])
			jsonw_kstr(&w, fact_key((enum fact)f), r->text[f]);
	if (r->gid >= 0)
		jsonw_kint(&w, "gid", r->gid);
	if (r->exit >= 0)
		jsonw_kint(&w, "exitStatus", r->exit);
	jsonw_kint(&w, "fileSize", r->file->size);
	jsonw_object_end(&w);
	buf_add_byte(out, '\n');
}

static int
print(const struct list *l, struct err *e)
{
	int w[COLUMNS], rc = 0;
	struct out out;

	out_init(&out, STDOUT_FILENO);
	if (!l->json && l->n) {
		measure(l, w);
		put_row(&out.buf, NULL, w);
	}
	for (size_t i = 0; i < l->n && rc == 0; i++) {
		if (l->json)
			put_json(&out.buf, l->shown[i]);
		else
			put_row(&out.buf, l->shown[i], w);
		rc = out_more(&out, e);
	}
	if (rc == 0)
		rc = out_flush(&out, e);
	out_free(&out);
	return rc;
}

/* --- all of it --- */

static void
say(void *ctx, const struct err *e, const char *path)
{
	struct list *l = ctx;
	bool named = false;

	for (int i = 0; i < l->nroots; i++)
		named |= strcmp(path, l->roots[i]) == 0;
	atomic_store(named ? &l->wrong : &l->failed, true);
	diag_fail(e, path);
}

static int
list(struct list *l)
{
	struct err e;
	int rc = walk_all(&l->walk, l->roots, l->nroots, say, l, &e);

	if (rc == 0) {
		l->v = calloc(l->walk.n + 1, sizeof *l->v);
		rc = l->v ? 0 : err_set(&e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	if (rc == 0)
		rc = shelf_learn(
			&l->shelf, &l->walk, l->v, l->roots, l->nroots, say, l, &e);
	if (rc == 0)
		rc = choose(l, &e);
	if (rc == 0 && l->index)
		rc = crew_run(
			l->n * SCOPES, 0, index_one, l, l->shelf.clk, STDOUT_FILENO, &e);
	hoard_trim(&l->hoard);
	if (rc == 0) {
		qsort_r(l->shown, l->n, sizeof *l->shown, compare, l);
		rc = print(l, &e);
	}
	for (size_t i = 0; l->v && i < l->walk.n; i++)
		record_free(&l->v[i]);
	free(l->v);
	free(l->shown);
	free(l->open);
	walk_free(&l->walk);
	if (rc < 0)
		return diag_fail(&e, NULL);
	return l->wrong ? CMD_WRONG : l->failed ? CMD_FAILED : CMD_OK;
}

static int
take_option(struct list *l, int id, const char *value, struct err *e)
{
	if (id == OPT_SORT) {
		l->sort = opt_choice(value, "--sort", sorts, e);
		return l->sort < 0 ? l->sort : 0;
	}
	l->json |= id == OPT_JSON;
	l->reverse |= id == OPT_REVERSE;
	l->shelf.none |= id == OPT_NONE;
	l->shelf.afresh |= id == OPT_REBUILD;
	l->index |= id == OPT_INDEX;
	if (id == OPT_CATALOGUE)
		l->shelf.path = value;
	return 0;
}

/* Operands up to the first word of the expression. */
static int
count_folders(const struct cmd_run *r)
{
	int n = 0;

	while (n < r->noperands && !expr_begins(r->operands[n]))
		n++;
	return n;
}

/* A word that is nothing was meant as a predicate. */
static int
check_folders(char **roots, int n, struct err *e)
{
	for (int i = 0; i < n; i++)
		if (!strchr(roots[i], '/') && access(roots[i], F_OK) < 0)
			return err_set(e, ERR_USAGE,
				"'%.60s' is neither a file or folder here nor a "
				"predicate (see auditlog list --help)",
				roots[i]);
	return 0;
}

static int
usual_folder(char out[PATH_MAX], struct err *e)
{
	int rc = shelf_recordings(out, e);

	return rc == 0 && access(out, F_OK) < 0
		       ? err_set(e, ERR_NOTFOUND,
				 "nothing is in %s, where auditrec records to: "
				 "name a folder",
				 out)
		       : rc;
}

static int
run(struct cmd_run *r)
{
	struct list l = { .sort = SORT_DATE };
	char home[PATH_MAX], *standard[] = { home };
	int id, status;
	struct err e;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&l, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id == 0 && l.index && l.shelf.none)
		id = err_set(&e, ERR_USAGE, "--index is of no use with --no-catalogue");
	if (id < 0)
		return cmd_wrong(&e);
	l.roots = r->operands;
	l.nroots = count_folders(r);
	if (check_folders(l.roots, l.nroots, &e) < 0 ||
		expr_parse(&l.expr, l.roots + l.nroots, r->noperands - l.nroots,
			clk_wall(r->clk), &e) < 0)
		return cmd_wrong(&e);
	if (!l.nroots) {
		if (usual_folder(home, &e) < 0) {
			expr_free(l.expr);
			return cmd_wrong(&e);
		}
		l.roots = standard;
		l.nroots = 1;
	}
	l.shelf.clk = r->clk;
	hoard_open(&l.hoard, clk_wall(r->clk));
	l.hoard.afresh = l.shelf.afresh;
	status = list(&l);
	expr_free(l.expr);
	return status;
}

static bool
takes_value(const char *word)
{
	struct err e;

	return expr_begins(word) && predicate_find(word, &e);
}

static const char *
predicate_at(size_t i)
{
	return i < npredicates ? predicates[i].name : NULL;
}

static const struct cmd_note notes[] = {
	{ "predicates", predicate_help, predicate_mdoc },
	{ NULL, NULL, NULL },
};

const struct cmd cmd_list = {
	.name = "list",
	.args = "[DIR...] [EXPRESSION]",
	.help = "list recordings, by who, where, when, what ran and what was shown",
	.options = options,
	.run = run,
	.least = 0,
	.most = INT_MAX,
	.takes_value = takes_value,
	.notes = notes,
	.word_at = predicate_at,
};
