/* SPDX-License-Identifier: ISC */
#include "log/look.h"

struct looking {
	const struct look *l;
	const struct walk_file *file;
	uint64_t told; /* lines so far */
	uint64_t skip; /* lines that were told out of a gist, before it was no use */
	bool has_gist;
};

static int
pass_on(void *ctx, const struct sift_line *line)
{
	struct looking *g = ctx;

	if (g->skip) {
		g->skip--;
		return 0;
	}
	g->told++;
	return g->l->line(g->l->ctx, line);
}

static void
note_progress(void *ctx, double done)
{
	const struct looking *g = ctx;

	if (g->l->job)
		crew_part(g->l->job, done);
}

static int
open_tape(void *ctx, struct tape **t, struct err *e)
{
	const struct looking *g = ctx;
	struct src *s;
	int rc = walk_open(g->file, &s, e);

	return rc < 0 ? rc : tape_open(t, s, NULL, e);
}

/* False: there is no gist that can be used. */
static bool
by_gist(struct looking *g, const struct sift *s, struct look_end *end, int *rc,
	struct err *e)
{
	struct gist gist;

	if (!g->l->hoard || !hoard_get(g->l->hoard, g->file, s->scope, &gist))
		return false;
	*rc = s->query ? sift_gist(s, &gist, open_tape, g, e) : 0;
	*end = (struct look_end){ true, { .state = gist.state, .offset = -1 } };
	gist_close(&gist);
	g->skip = g->told;
	g->has_gist = *rc == ERR_STATE;
	return *rc >= 0 || *rc == ERR_LIMIT;
}

static int
by_reading(
	struct looking *g, const struct sift *wanted, struct look_end *end, struct err *e)
{
	struct sift s = *wanted;
	struct hoard_new new;
	struct tape *t;
	bool kept = false;
	int rc = open_tape(g, &t, e);

	end->opened = rc == 0;
	if (rc < 0)
		return rc;
	if (g->l->hoard && !g->has_gist &&
		hoard_begin(g->l->hoard, g->file, s.scope, &new)) {
		s.keep = &new.w;
		s.kept = &kept;
	}
	if (!s.keep && !s.query) {
		tape_close(t);
		return 0;
	}
	rc = sift_run(&s, t, &end->tape, e);
	if (s.keep)
		hoard_end(g->l->hoard, &new, &end->tape, kept);
	return rc;
}

int
look_into(const struct look *l, const struct walk_file *f, struct look_end *end,
	struct err *e)
{
	struct looking g = { .l = l, .file = f };
	struct sift s = { .scope = l->scope,
		.ran = l->ran,
		.line = pass_on,
		.progress = note_progress,
		.ctx = &g };
	int rc = 0;

	*end = (struct look_end){ false, { .state = TAPE_OPEN, .offset = -1 } };
	if (l->query) {
		s.query = query_twin(l->query);
		if (!s.query)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	if (!by_gist(&g, &s, end, &rc, e))
		rc = by_reading(&g, &s, end, e);
	query_free(s.query);
	return rc;
}
