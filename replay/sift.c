/* SPDX-License-Identifier: ISC */
/* What was shown goes through the index of a reel without key frames: its text store is
 * looked through and emptied whenever it has grown large, so most recordings are read once
 * more for their plain output, and none is read again and again. */
#include "replay/sift.h"

#include "base/utf8.h"
#include "format/vendor.h"
#include "replay/events.h"
#include "replay/reel_impl.h"
#include "replay/scan.h"

#define TEXT_LARGE     ((size_t)32 << 20) /* packed text that is looked through at once */
#define TYPED_LARGE    ((size_t)1 << 20)
#define SLICE_COST     ((uint64_t)1 << 20)
#define PROGRESS_EVERY 256 /* messages */

/* One pass: the scan, and the line that may still become longer. */
struct pass {
	const struct sift *s;
	struct scan scan;
	struct sift_line held; /* text in HELD_TEXT */
	struct buf held_text;
	int held_row;
	bool holds;
	const uint8_t *last; /* text of the line that was taken last, in this block */
};

static int
release(struct pass *p)
{
	if (!p->holds)
		return 0;
	p->holds = false;
	p->held.text = buf_span(&p->held_text).p;
	p->held.len = p->held_text.n;
	return p->s->line(p->s->ctx, &p->held);
}

static int
set_text(struct pass *p, struct span text)
{
	buf_clear(&p->held_text);
	return buf_add_span(&p->held_text, text);
}

/* Does L show the line that is held with more behind it? */
static bool
grows(const struct pass *p, const struct text_line *l)
{
	return p->holds && l->row == p->held_row && l->text.n >= p->held_text.n &&
	       memcmp(l->text.p, p->held_text.p, p->held_text.n) == 0;
}

/* A line with a match up to END; only what was not there before is news. */
static int
take(struct pass *p, const struct text_line *l, size_t start, size_t end)
{
	int rc;

	if (l->text.p == p->last)
		return 0; /* one match of a line is enough */
	if (end <= l->keep && !grows(p, l))
		return 0;
	p->last = l->text.p;
	if (end <= l->keep)
		return set_text(p, l->text);
	rc = release(p);
	if (rc)
		return rc;
	p->held = (struct sift_line){
		.n = l->n, .at_ns = l->at_ns, .start = start, .end = end
	};
	p->held_row = l->row;
	p->holds = true;
	return set_text(p, l->text);
}

/* The first N blocks of the store T of R. */
static int
look(struct pass *p, struct reel *r, struct text *t, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		p->last = NULL;
		rc = scan_begin(&p->scan, r, t, i);
		while (rc == 0 && (rc = scan_next(&p->scan)) > 0)
			rc = take(p, &p->scan.line, p->scan.start, p->scan.end);
	}
	return rc;
}

/* Looks through T when there is much of it, and empties it; at the end through all of it. */
static int
look_over(struct pass *p, struct reel *r, struct text *t, size_t much, bool last)
{
	int rc;

	if (last)
		return look(p, r, t, text_blocks(t));
	if (text_memory(t) < much)
		return 0;
	rc = look(p, r, t, t->blocks);
	text_drop(t);
	return rc;
}

static int
explain(int rc, struct err *e)
{
	if (rc == ERR_LIMIT)
		return err_set(e, rc, "the expression takes too long on these lines");
	return rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : rc;
}

static void
tell(const struct sift *s, const struct tape *t)
{
	if (s->progress)
		s->progress(s->ctx, tape_progress(t));
}

/* --- what was shown --- */

static int
sift_shown(struct pass *p, struct tape *t, struct tape_end *end, struct err *e)
{
	struct reel_opts o = { .channel = -1,
		.keyframe_cost = UINT64_MAX / 2,
		.text_memory = 4 * TEXT_LARGE };
	size_t large = p->s->memory ? p->s->memory : TEXT_LARGE;
	struct err broken = { 0 };
	struct reel *r;
	int more, rc = reel_open(&r, t, &o, e);

	if (rc < 0)
		return rc;
	do {
		more = reel_index_ahead(r, SLICE_COST, &broken);
		tell(p->s, reel_tape(r));
		rc = look_over(p, r, &r->text, large, more <= 0);
	} while (more > 0 && rc == 0);
	if (rc == 0)
		rc = release(p);
	rc = explain(rc, e);
	if (rc == 0 && text_limit(&r->text) != TEXT_NO_LIMIT)
		rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (rc == 0 && more < 0) {
		rc = more;
		*e = broken;
	}
	if (end)
		*end = tape_end(reel_tape(r));
	reel_close(r);
	return rc;
}

/* --- what was typed, and events --- */

/* A match in what is held: 1 with *L, 0, ERR_LIMIT when there were too many runaways. */
static int
match_held(struct pass *p, struct sift_line *l)
{
	int rc;

	l->start = 0;
	rc = query_match(p->s->query, buf_span(&p->held_text), &l->start, &l->end);
	if (rc < 0 && ++p->scan.failures <= SCAN_FAILURES_MAX)
		rc = 0;
	return rc;
}

/* As it is described, and all of the command line, of which that shows the beginning. */
static int
look_event(struct pass *p, const struct msg *m, uint64_t n, int64_t at_ns)
{
	struct sift_line l = { .n = n, .at_ns = at_ns };
	struct buf *b = &p->held_text, ran = { 0 };
	int rc;

	if (!events_is(m))
		return 0;
	buf_clear(b);
	if (msg_describe(b, m) < 0)
		return ERR_NOMEM;
	rc = match_held(p, &l);
	if (rc == 0 && vendor_ran(m, &ran)) {
		buf_clear(b);
		rc = utf8_clean(b, buf_span(&ran));
		if (rc == 0)
			rc = match_held(p, &l);
	}
	buf_free(&ran);
	if (rc <= 0)
		return rc;
	l.text = buf_span(b).p;
	l.len = b->n;
	return p->s->line(p->s->ctx, &l);
}

static int
sift_messages(struct pass *p, struct tape *t, struct tape_end *end, struct err *e)
{
	struct typed typed;
	const struct msg *m;
	uint64_t n = 0;
	int64_t at_ns;
	int more, rc = 0;

	typed_init(&typed);
	while ((more = tape_next(t, &m, &at_ns, e)) > 0 && rc == 0) {
		n++;
		if (p->s->scope == SEARCH_EVENTS) {
			rc = look_event(p, m, n, at_ns);
		} else {
			typed_note(&typed, m, n, at_ns);
			rc = look_over(p, NULL, &typed.text, TYPED_LARGE, false);
		}
		if (n % PROGRESS_EVERY == 0)
			tell(p->s, t);
	}
	if (rc == 0 && p->s->scope == SEARCH_TYPED)
		rc = look_over(p, NULL, &typed.text, 0, true);
	if (rc == 0)
		rc = release(p);
	typed_free(&typed);
	if (rc)
		more = explain(rc, e);
	if (end)
		*end = tape_end(t);
	tape_close(t);
	return more;
}

int
sift_run(const struct sift *s, struct tape *t, struct tape_end *end, struct err *e)
{
	struct pass p = { .s = s, .scan.q = s->query };
	struct err none;
	int rc;

	if (!e)
		e = &none;
	rc = s->scope == SEARCH_SHOWN ? sift_shown(&p, t, end, e)
				      : sift_messages(&p, t, end, e);
	if (rc == 0 && p.scan.failures)
		rc = err_set(e, ERR_LIMIT,
			"%u lines were left out: the expression takes too long on them",
			p.scan.failures);
	scan_end(&p.scan);
	buf_free(&p.held_text);
	return rc;
}
