/* SPDX-License-Identifier: ISC */
#include "play/find.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_BYTES ((size_t)128 << 10) /* of stored text: a few ms, however many hits */

static void
finder_close(struct finder *s)
{
	search_close(s->search);
	query_free(s->query);
	*s = (struct finder){ 0 };
}

static void
finder_open(struct finder *s, struct reel *r)
{
	int rc = query_new(&s->query, s->text, s->plain ? QUERY_PLAIN : 0, &s->err);

	if (rc == 0)
		rc = search_open(&s->search, r, s->query, s->scope, &s->err);
	if (rc == 0)
		return;
	query_free(s->query);
	s->query = NULL;
	s->search = NULL;
}

void
find_init(struct find *f, struct player *p)
{
	*f = (struct find){ .player = p, .dir = 1 };
}

void
find_done(struct find *f)
{
	finder_close(&f->now);
	finder_close(&f->draft);
	free(f->marks.v);
	f->marks.v = NULL;
}

const struct finder *
find_active(const struct find *f)
{
	const struct finder *s = f->writing && *f->draft.text ? &f->draft : &f->now;

	return *s->text ? s : NULL;
}

bool
find_same(const struct finder *s, const char *text, bool plain, enum search_scope scope)
{
	return s->plain == plain && s->scope == scope && strcmp(s->text, text) == 0;
}

static void
another(struct find *f)
{
	f->serial++;
	f->marks.valid = false;
}

static uint64_t
here(const struct find *f)
{
	return reel_ordinal(player_reel(f->player));
}

void
find_write(struct find *f, const char *text, bool plain, enum search_scope scope)
{
	struct finder *s = &f->draft;

	f->writing = true;
	if (find_same(s, text, plain, scope))
		return;
	finder_close(s);
	another(f);
	if (!*text)
		return;
	memcpy(s->text, text, strlen(text) + 1);
	s->plain = plain;
	s->scope = scope;
	finder_open(s, player_reel(f->player));
	if (s->search)
		search_aim(s->search, here(f), f->dir);
	find_idle(f);
}

void
find_forget_draft(struct find *f)
{
	if (!f->writing)
		return;
	f->writing = false;
	finder_close(&f->draft);
	another(f);
}

void
find_take_draft(struct find *f)
{
	finder_close(&f->now);
	f->now = f->draft;
	f->draft = (struct finder){ 0 };
	f->writing = f->has_hit = f->here = false;
	another(f);
}

/* --- searching on --- */

static struct finder *
active(struct find *f)
{
	return f->writing && *f->draft.text ? &f->draft : &f->now;
}

/* 1 there is more in what is indexed, 0, negative. */
static int
run(struct finder *s)
{
	int rc;

	if (!s->search || s->err.code)
		return s->err.code;
	rc = search_run(s->search, SLICE_BYTES, &s->err);
	if (!err_is_passing(rc))
		return rc;
	s->err.code = 0;
	return 0;
}

/* Slices of nothing are none: the index comes first then. */
bool
find_idle(struct find *f)
{
	struct finder *s = active(f);
	struct search_state was, is;

	if (!s->search || s->err.code)
		return false;
	was = search_state(s->search);
	if (run(s) > 0)
		return true;
	is = search_state(s->search);
	return is.done > was.done || is.hits != was.hits;
}

/* May the index bring more text of this scope? */
static bool
grows(const struct find *f, const struct finder *s)
{
	struct reel_index_state st = reel_index_state(player_reel(f->player));

	if (player_view(f->player).error)
		return false;
	return s->scope == SEARCH_SHOWN ? !st.done : !st.times_done;
}

/* --- going to a hit --- */

static void
aim(struct find *f, uint64_t from)
{
	f->from = from;
	search_aim(f->now.search, from, f->going);
}

void
find_go(struct find *f, int dir)
{
	f->going = dir;
	f->wrapped = false;
	f->beside = find_at_hit(f);
	if (f->now.search)
		aim(f, here(f));
}

void
find_stop(struct find *f)
{
	f->going = 0;
}

/* A message may bring several: the next of those that came with the present one. */
static bool
beside(struct find *f, struct search_hit *hit)
{
	struct search *s = f->now.search;
	uint64_t i = search_number(s, &f->hit);

	if (f->going < 0 && i == 0)
		return false;
	return search_hit(s, f->going < 0 ? i - 1 : i + 1, hit) && hit->n == f->hit.n;
}

static int
nearest(struct find *f, struct search_hit *hit)
{
	int rc = search_near(f->now.search, f->from, f->going, hit);
	struct search_hit other;

	if (rc == SEARCH_WAIT || !f->beside || f->wrapped || !beside(f, &other))
		return rc;
	*hit = other;
	return 1;
}

/* Look at what is indexed: as nearest(), or negative. */
static int
look(struct find *f, struct search_hit *hit)
{
	int rc = run(&f->now);

	if (rc < 0)
		return rc;
	if (f->wrapped && f->going < 0 && grows(f, &f->now))
		return 0; /* nobody knows yet which is the last */
	return nearest(f, hit);
}

void
find_choose(struct find *f, const struct search_hit *hit)
{
	find_stop(f);
	f->hit = *hit;
	f->has_hit = f->lit = true;
	f->here = f->wrapped = false;
}

static enum find_way
end(struct find *f, enum find_way way)
{
	f->going = 0;
	return way;
}

static enum find_way
arrive(struct find *f, const struct search_hit *hit)
{
	bool wrapped = f->wrapped;

	f->hit_dir = f->going;
	find_choose(f, hit);
	f->wrapped = wrapped;
	return end(f, FIND_THERE);
}

enum find_way
find_pursue(struct find *f)
{
	struct search_hit hit;
	bool indexed = false;
	int rc;

	if (!f->now.search)
		return end(f, FIND_FAILED);
	for (;;) {
		bool more = f->going > 0 ? !f->wrapped : f->wrapped;

		rc = look(f, &hit);
		if (rc < 0)
			return end(f, FIND_FAILED);
		if (rc == 1)
			return arrive(f, &hit);
		if (rc == SEARCH_WAIT)
			return FIND_ON;
		if (more && grows(f, &f->now)) {
			if (indexed)
				return FIND_ON;
			indexed = true;
			if (player_index(f->player, f->now.scope == SEARCH_SHOWN))
				continue;
		}
		if (f->wrapped)
			return end(f, FIND_NOWHERE);
		f->wrapped = true;
		aim(f, f->going > 0 ? 0 : UINT64_MAX);
	}
}

/* --- what is known of it --- */

/* The recording is still being made. */
static bool
live(const struct find *f)
{
	return player_view(f->player).live;
}

static double
indexed(const struct find *f, const struct finder *s)
{
	struct reel_index_state st = reel_index_state(player_reel(f->player));

	return s->scope != SEARCH_SHOWN && st.times_done ? 1 : st.progress;
}

static bool
events_lost(const struct find *f)
{
	return reel_index_state(player_reel(f->player)).events_dropped > 0;
}

struct find_state
find_state(const struct find *f)
{
	const struct finder *s = find_active(f);
	struct find_state st = { .all = true };
	struct search_state found;

	if (!s || !s->search)
		return st;
	found = search_state(s->search);
	st.hits = found.hits;
	st.full = found.full || (s->scope == SEARCH_EVENTS && events_lost(f));
	st.given_up = found.given_up;
	st.all = s->err.code || (found.done >= 1 && !grows(f, s) && !live(f));
	/* Of what has no end yet nobody knows how much was searched. */
	st.done = st.all || live(f) ? 1 : found.done * indexed(f, s);
	return st;
}

void
find_stay(struct find *f)
{
	f->has_hit = false;
	f->here = true;
	f->here_n = here(f);
}

bool
find_at_hit(const struct find *f)
{
	return f->has_hit && f->hit.n == here(f);
}

bool
find_number(const struct find *f, uint64_t *number)
{
	if (!f->has_hit || !f->now.search)
		return false;
	*number = search_number(f->now.search, &f->hit) + 1;
	return *number <= search_state(f->now.search).hits;
}

bool
find_get(struct find *f, uint64_t i, struct search_hit *hit)
{
	struct search *s = active(f)->search;

	return s && search_hit(s, i, hit);
}

int
find_line(struct find *f, const struct search_hit *hit, struct buf *out)
{
	return search_context(active(f)->search, hit, out);
}

uint64_t
find_rank(struct find *f, const struct search_hit *hit)
{
	return search_number(active(f)->search, hit);
}

bool
find_current(struct find *f, uint64_t *i)
{
	struct search *s = active(f)->search;
	struct search_hit hit;

	if (!s)
		return false;
	if (!f->writing && find_at_hit(f))
		hit = f->hit;
	else if (search_near(s, here(f) + 1, -1, &hit) != 1)
		return false;
	*i = search_number(s, &hit);
	return true;
}

bool
find_typed(struct find *f, struct buf *out)
{
	struct buf line = { 0 };
	bool is = f->lit && find_at_hit(f) && f->now.scope == SEARCH_TYPED &&
		  search_context(f->now.search, &f->hit, &line) == 0 &&
		  f->hit.end <= line.n;

	if (is)
		buf_add(out, line.p + f->hit.start, f->hit.end - f->hit.start);
	buf_free(&line);
	return is;
}

bool
find_marking(const struct find *f)
{
	return f->lit || (f->writing && *f->draft.text);
}

void
find_slots(const struct find *f, uint32_t *slots, int n)
{
	const struct finder *s = find_active(f);

	for (int i = 0; i < n; i++)
		slots[i] = 0;
	if (s && s->search && find_marking(f))
		search_slots(s->search, player_view(f->player).duration_ns, slots, n);
}

/* --- the present screen --- */

static bool
add_mark(struct find *f, const struct find_mark *m)
{
	if (f->marks.count == f->marks.cap) {
		int cap = f->marks.cap ? f->marks.cap * 2 : 64;
		struct find_mark *v;

		if (cap > FIND_MARKS_MAX)
			return false;
		v = realloc(f->marks.v, (size_t)cap * sizeof *v);
		if (!v)
			return false;
		f->marks.v = v;
		f->marks.cap = cap;
	}
	f->marks.v[f->marks.count++] = *m;
	return true;
}

/* The column of the character that begins at byte AT. */
static int
column(const uint32_t *colmap, int cols, size_t at)
{
	int c = 0;

	while (c + 1 < cols && colmap[c + 1] <= at)
		c++;
	return c;
}

/* The one behind the character that ends there. */
static int
column_behind(const struct cell *cells, const uint32_t *colmap, int cols, size_t at)
{
	int c = 0;

	while (c < cols && (colmap[c] < at || !cells[c].width))
		c++;
	return c;
}

/* False: it takes too long, or there are too many. */
static bool
mark_row(struct find *f, const struct finder *s, const struct emu *e, int row,
	struct buf *line)
{
	uint32_t colmap[EMU_COLS_MAX + 1];
	size_t start = 0, stop = 0;
	int rc;

	buf_clear(line);
	if (emu_row_text(e, row, line, colmap) < 0)
		return false;
	while ((rc = query_match(s->query, buf_span(line), &start, &stop)) > 0) {
		int col = column(colmap, emu_cols(e), start);
		int behind = column_behind(emu_row(e, row), colmap, emu_cols(e), stop);
		struct find_mark m = { row, col, behind - col };

		if (m.cols > 0 && !add_mark(f, &m))
			return false;
		start = stop;
	}
	return rc == 0;
}

static void
mark_screen(struct find *f)
{
	const struct emu *e = reel_screen(player_reel(f->player));
	const struct finder *s = find_active(f);
	struct buf line = { 0 };

	f->marks.valid = true;
	f->marks.n = here(f);
	f->marks.count = 0;
	if (s && s->query && s->scope == SEARCH_SHOWN)
		for (int i = 0; i < emu_rows(e); i++)
			if (!mark_row(f, s, e, i, &line))
				break;
	buf_free(&line);
}

const struct find_mark *
find_marks_shown(struct find *f, int *n)
{
	*n = 0;
	if (!find_marking(f))
		return NULL;
	if (!f->marks.valid || f->marks.n != here(f))
		mark_screen(f);
	*n = f->marks.count;
	return f->marks.v;
}

static bool
is_hit(const struct find *f, const struct find_mark *m)
{
	return m->row == f->hit.row && m->col == f->hit.col;
}

const struct find_mark *
find_mark_here(struct find *f)
{
	int n;
	const struct find_mark *v = find_marks_shown(f, &n);

	for (int i = 0; i < n && find_at_hit(f); i++)
		if (is_hit(f, &v[i]))
			return &v[i];
	return n && f->here && f->here_n == here(f) ? &v[0] : NULL;
}
