/* SPDX-License-Identifier: ISC */
/* Where the store of shown text reaches, it names the messages that may bring a hit, and only they
 * are played and looked at.  Elsewhere searching is playing without a viewer: forward message by
 * message; backward from key frame to key frame, each stretch played to its end for its last hit. */
#include "replay/reel.h"

#include "replay/reel_impl.h"
#include "replay/scan.h"
#include "replay/watch.h"

#include <stdlib.h>

struct find {
	struct watch watch;
	reel_cancel *cancel;
	void *ctx;
	uint64_t asked; /* cost at the last question */
	double done;    /* the answer never goes back */
	uint64_t from;  /* offset in the recording where it began */
	bool backward;
	uint64_t stretch; /* backward: offset where the present stretch begins */
	uint64_t hit_n;
	struct query *query; /* NULL: without the store */
	struct scan scan;
	uint64_t *maybe; /* messages of a block that may bring a hit, ascending */
	size_t nmaybe, maybe_cap;
};

static double
find_done(const struct find *f, const struct reel *r)
{
	uint64_t at = r->cur.pos.off, end = r->timeline.next.pos.off;
	double file;

	if (f->backward)
		return f->from ? (double)(f->from - f->stretch) / (double)f->from : 0;
	if (reel_ended(r->times_rc))
		return end > f->from ? (double)(at - f->from) / (double)(end - f->from)
				     : 0;
	file = tape_progress(r->reader.tape); /* nobody has been at the end yet */
	return file < 0 ? 0 : file;
}

static int
ask_now(struct find *f, const struct reel *r, struct err *e)
{
	double done = find_done(f, r);

	f->asked = r->cost;
	if (f->done < done)
		f->done = done < 1 ? done : 1;
	if (f->cancel && f->cancel(f->ctx, f->done))
		return err_set(e, ERR_CANCELLED, "%s", err_name(ERR_CANCELLED));
	return 0;
}

static int
ask(struct find *f, const struct reel *r, struct err *e)
{
	return r->cost - f->asked < REEL_CANCEL_EVERY ? 0 : ask_now(f, r, e);
}

/* Apply one message and look: 1 with *HIT, 0 at the end, negative. */
static int
feed_and_look(struct find *f, struct reel *r, bool *hit, struct err *e)
{
	int rc = ask(f, r, e), news;

	if (rc == 0)
		rc = reel_feed(r, e);
	if (rc <= 0)
		return rc;
	news = watch_look(&f->watch, r->emu);
	if (news < 0)
		return err_set(e, news, "%s", err_name(news));
	*hit = news > 0;
	return 1;
}

/* --- with the store --- */

static int
add_maybe(struct find *f, uint64_t n)
{
	if (f->nmaybe && f->maybe[f->nmaybe - 1] == n)
		return 0;
	if (f->nmaybe == f->maybe_cap) {
		size_t cap = f->maybe_cap ? f->maybe_cap * 2 : 64;
		uint64_t *v = realloc(f->maybe, cap * sizeof *v);

		if (!v)
			return ERR_NOMEM;
		f->maybe = v;
		f->maybe_cap = cap;
	}
	f->maybe[f->nmaybe++] = n;
	return 0;
}

/* Collect the messages FROM to END of a block. */
static int
read_block(struct find *f, struct reel *r, size_t block, uint64_t from, uint64_t end)
{
	const struct scan *s = &f->scan;
	int rc = scan_begin(&f->scan, &r->reader, &r->text, block);

	f->nmaybe = 0;
	while (rc == 0 && (rc = scan_next(&f->scan)) > 0) {
		rc = 0;
		if (s->line.n < from || s->line.n > end || s->line.row < 0 ||
			(s->end <= s->line.keep && s->line.longer))
			continue;
		rc = add_maybe(f, s->line.n);
	}
	return rc;
}

/* Does message number N - 1 bring a hit? 1, 0, negative. */
static int
verify(struct find *f, struct reel *r, uint64_t n, struct err *e)
{
	struct goal g = { .n = n - 1 };
	bool hit = false;
	int rc = reel_go(r, &g, NULL, NULL, e);

	if (rc < 0)
		return rc;
	watch_reset(&f->watch, r->emu);
	rc = feed_and_look(f, r, &hit, e);
	f->hit_n = n;
	return rc < 0 ? rc : hit;
}

/* One block, in the direction of the search. */
static int
try_block(struct find *f, struct reel *r, size_t block, uint64_t from, uint64_t end,
	struct err *e)
{
	int rc = ask_now(f, r, e);

	if (rc == 0)
		rc = read_block(f, r, block, from, end);
	if (rc == ERR_NOMEM)
		err_set(e, rc, "%s", err_name(rc));
	for (size_t i = 0; rc == 0 && i < f->nmaybe; i++)
		rc = verify(f, r, f->maybe[f->backward ? f->nmaybe - 1 - i : i], e);
	return rc;
}

/* Messages FROM to END, which the store has. */
static int
find_in_text(struct find *f, struct reel *r, uint64_t from, uint64_t end, struct err *e)
{
	size_t first = text_block_of(&r->text, from), last = first, n;
	int rc = 0;

	while (last < text_blocks(&r->text) && text_block_first(&r->text, last) <= end)
		last++;
	n = last - first;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = try_block(
			f, r, f->backward ? last - 1 - i : first + i, from, end, e);
	return rc;
}

/* --- by playing --- */

static int
find_forward(struct find *f, struct reel *r, struct err *e)
{
	struct goal known = { .n = reel_text_end(r) };
	bool hit = false;
	int rc = 0;

	if (f->query && r->cur.n < known.n) {
		rc = find_in_text(f, r, r->cur.n + 1, known.n, e);
		if (rc == 0)
			rc = reel_go(r, &known, NULL, NULL, e);
		if (rc != 0)
			return rc;
	}
	rc = 1;
	watch_reset(&f->watch, r->emu);
	while (rc > 0 && !hit)
		rc = feed_and_look(f, r, &hit, e);
	f->hit_n = r->cur.n;
	return rc;
}

/* The last hit between the state R stands at and the one after END messages. */
static int
find_last(struct find *f, struct reel *r, uint64_t end, int *row, int *col, struct err *e)
{
	bool hit = false, any = false;
	int rc;

	watch_reset(&f->watch, r->emu);
	while (r->cur.n < end) {
		rc = feed_and_look(f, r, &hit, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
		if (!hit)
			continue;
		any = true;
		f->hit_n = r->cur.n;
		*row = f->watch.row;
		*col = f->watch.col;
	}
	return any;
}

static int
find_backward(struct find *f, struct reel *r, struct err *e)
{
	uint64_t end = r->cur.n ? r->cur.n - 1 : 0;
	uint64_t known = f->query ? reel_text_end(r) : 0;
	int rc = 0, row = 0, col = 0;

	while (rc == 0 && end > known) {
		const struct keyframe *k = keyframes_by_ordinal(&r->keyframes, end - 1);
		uint64_t begin = k->still.n;

		f->stretch = k->still.pos.off;
		rc = reel_load_keyframe(r, k, e);
		if (rc == 0)
			rc = find_last(f, r, end, &row, &col, e);
		end = begin;
	}
	if (rc == 0 && end > 0)
		return find_in_text(f, r, 1, end, e);
	if (rc > 0) {
		struct goal g = { .n = f->hit_n };

		rc = reel_go(r, &g, NULL, NULL, e);
		rc = rc < 0 ? rc : 1;
	}
	f->watch.row = row;
	f->watch.col = col;
	return rc;
}

/* The search has cleaned rows that the viewer has not seen: loading makes all dirty. */
static int
make_dirty(struct reel *r, struct err *e)
{
	int rc = reel_put_aside(r, &r->aside, e);

	return rc < 0 ? rc : reel_bring_back(r, &r->aside, e);
}

static int
find_run(struct find *f, struct reel *r, struct err *e)
{
	int rc = reel_put_aside(r, &r->aside, e);

	if (rc < 0)
		return rc;
	f->from = r->cur.pos.off;
	f->asked = r->cost;
	rc = f->backward ? find_backward(f, r, e) : find_forward(f, r, e);
	if (rc > 0)
		return make_dirty(r, e) < 0 ? ERR_NOMEM : 1;
	reel_bring_back(r, &r->aside, rc ? NULL : e);
	return rc;
}

int
reel_find(struct reel *r, const char *text, int dir, int *row, int *col,
	reel_cancel *cancel, void *ctx, struct err *e)
{
	struct find *f = calloc(1, sizeof *f);
	int rc;

	if (!f)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	f->cancel = cancel;
	f->ctx = ctx;
	f->backward = dir < 0;
	rc = watch_init(&f->watch, text, e);
	if (rc == 0 && query_new(&f->scan.q, text, QUERY_PLAIN, NULL) == 0)
		f->query = f->scan.q;
	if (rc == 0)
		rc = find_run(f, r, e);
	if (rc > 0 && row)
		*row = f->watch.row;
	if (rc > 0 && col)
		*col = f->watch.col;
	watch_free(&f->watch);
	scan_end(&f->scan);
	query_free(f->query);
	free(f->maybe);
	free(f);
	return rc;
}
