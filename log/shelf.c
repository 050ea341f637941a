/* SPDX-License-Identifier: ISC */
#include "log/shelf.h"

#include "base/diag.h"
#include "log/crew.h"
#include "store/catalogue.h"
#include "store/open.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(RECORD_NUMBERS == CATALOGUE_NUMBERS, "a record must fit");

struct shelf {
	const struct walk *w;
	struct record *v;
	struct catalogue *c;
	const char *path; /* of it */
	char folder[PATH_MAX],
		real[PATH_MAX]; /* the last one and what it is really called */
	size_t *todo, ntodo;    /* files that must be read */
	pthread_mutex_t lock;   /* of SAY */
	walk_say *say;
	void *ctx;
	unsigned foreign;
};

/* $VAR/auditrec/NAME, or $HOME/OTHERWISE/auditrec/NAME (XDG base directory specification). */
static int
place(char out[PATH_MAX], const char *var, const char *otherwise, const char *name,
	struct err *e)
{
	const char *x = getenv(var), *home = getenv("HOME");
	int n = -1;

	if (x && x[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/auditrec%s", x, name);
	else if (home && home[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/%s/auditrec%s", home, otherwise, name);
	if (n < 0 || n >= PATH_MAX)
		return err_set(e, ERR_NOTFOUND, "no home folder: set HOME or %s", var);
	return 0;
}

int
shelf_recordings(char out[PATH_MAX], struct err *e)
{
	return place(out, "XDG_STATE_HOME", ".local/state", "", e);
}

int
shelf_cache(char out[PATH_MAX], const char *name, struct err *e)
{
	return place(out, "XDG_CACHE_HOME", ".cache", name, e);
}

/* --- the catalogue --- */

/* Goes on without it. */
static void
give_up(struct shelf *s, const struct err *e)
{
	diag_note("%s: %s; going on without a catalogue%s", s->path, e->text,
		e->code == ERR_DAMAGED ? " (--rebuild makes it anew)" : "");
	catalogue_close(s->c, NULL);
	s->c = NULL;
}

static void
open_catalogue(struct shelf *s, const struct shelf_opts *o, char path[PATH_MAX])
{
	struct err e;
	int rc = 0;

	if (o->none)
		return;
	s->path = o->path;
	if (!s->path) {
		rc = shelf_cache(path, "/catalogue.sqlite", &e);
		s->path = rc < 0 ? "catalogue" : path;
	} else if (!catalogue_may_be(s->path)) {
		rc = err_set(&e, ERR_FORMAT, "is no catalogue, and stays as it is");
	}
	if (rc == 0)
		rc = catalogue_open(&s->c, s->path, RECORD_VERSION, o->afresh, &e);
	if (rc < 0)
		give_up(s, &e);
}

/* F as the catalogue knows it; false: it has no name there. */
static bool
row_of(struct shelf *s, const struct walk_file *f, char path[PATH_MAX],
	struct catalogue_row *row)
{
	const char *slash = strrchr(f->path, '/'), *name = slash ? slash + 1 : f->path;
	char folder[PATH_MAX];
	int n = slash ? (int)(slash - f->path + 1) : 0;

	*row = (struct catalogue_row){
		.path = path, .inode = f->inode, .size = f->size, .mtime_ns = f->mtime_ns
	};
	if (store_is_url(f->path))
		return snprintf(path, PATH_MAX, "%s", f->path) < PATH_MAX;
	if (f->size < 0 ||
		snprintf(folder, sizeof folder, "%.*s.", n, f->path) >= PATH_MAX)
		return false;
	if (strcmp(folder, s->folder) != 0) {
		snprintf(s->folder, sizeof s->folder, "%s", folder);
		if (!realpath(folder, s->real))
			s->real[0] = 0;
	}
	return s->real[0] && snprintf(path, PATH_MAX, "%s/%s", s->real, name) < PATH_MAX;
}

static void
look_up(struct shelf *s, size_t i)
{
	struct catalogue_row row;
	char path[PATH_MAX];
	struct err e;
	int rc = 0;

	if (s->c && row_of(s, &s->w->v[i], path, &row))
		rc = catalogue_get(s->c, &row, &e);
	if (rc < 0)
		give_up(s, &e);
	if (rc <= 0 || !record_unpack(&s->v[i], &s->w->v[i], row.numbers, row.text))
		s->todo[s->ntodo++] = i;
}

static void
put_away(struct shelf *s, const struct record *r)
{
	struct catalogue_row row;
	char path[PATH_MAX];
	struct err e;

	if (!s->c || r->kind == RECORD_UNKNOWN || !row_of(s, r->file, path, &row))
		return;
	record_pack(r, row.numbers);
	row.text = span_of(r->texts, r->texts_n);
	if (catalogue_put(s->c, &row, &e) < 0)
		give_up(s, &e);
}

static void
close_catalogue(struct shelf *s, char **roots, int nroots)
{
	struct err e;
	char real[PATH_MAX];
	int rc = 0;

	/* whoever has new files may have lost some, too */
	for (int i = 0; s->c && s->ntodo && i < nroots && rc == 0; i++)
		if (realpath(roots[i], real) && real[1])
			rc = catalogue_prune(s->c, real, &e);
	if (rc < 0)
		give_up(s, &e);
	if (s->c && catalogue_close(s->c, &e) < 0)
		diag_note("%s: %s; nothing was added to the catalogue", s->path, e.text);
}

/* --- the files --- */

static void
read_one(void *ctx, struct crew_job *job)
{
	struct shelf *s = ctx;
	size_t i = s->todo[job->at];
	const struct walk_file *f = &s->w->v[i];
	struct err e;
	int rc = record_read(&s->v[i], f, job, &e);

	pthread_mutex_lock(&s->lock);
	if (rc == ERR_FORMAT && !f->named)
		s->foreign++;
	else if (rc < 0)
		s->say(s->ctx, &e, f->path);
	pthread_mutex_unlock(&s->lock);
}

static int
learn(struct shelf *s, const struct shelf_opts *o, struct err *e)
{
	int rc;

	for (size_t i = 0; i < s->w->n; i++) {
		look_up(s, i);
		/* an explicit name that is no recording is told of every time */
		if (s->v[i].kind == RECORD_NONE && s->w->v[i].named)
			s->todo[s->ntodo++] = i;
		s->foreign += s->v[i].kind == RECORD_NONE && !s->w->v[i].named;
	}
	pthread_mutex_init(&s->lock, NULL);
	rc = crew_run(s->ntodo, 0, read_one, s, o->clk, STDOUT_FILENO, e);
	pthread_mutex_destroy(&s->lock);
	for (size_t i = 0; i < s->ntodo && rc == 0; i++)
		put_away(s, &s->v[s->todo[i]]);
	return rc;
}

int
shelf_learn(const struct shelf_opts *o, const struct walk *w, struct record *v,
	char **roots, int nroots, walk_say *say, void *ctx, struct err *e)
{
	struct shelf s = { .w = w, .v = v, .say = say, .ctx = ctx };
	char path[PATH_MAX];
	int rc;

	s.todo = calloc(w->n + 1, sizeof *s.todo);
	if (!s.todo)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	open_catalogue(&s, o, path);
	rc = learn(&s, o, e);
	close_catalogue(&s, roots, nroots);
	free(s.todo);
	if (s.foreign)
		diag_note("left out %u file%s in folders: no recordings", s.foreign,
			s.foreign == 1 ? "" : "s");
	return rc;
}
