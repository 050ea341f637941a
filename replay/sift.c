/* SPDX-License-Identifier: ISC */
/* What was shown goes through the index of a reel without key frames: its text store is
 * looked through and emptied whenever it has grown large, so most recordings are read once
 * more for their plain output, and none is read again and again. */
#include "replay/sift.h"

#include "replay/happened.h"
#include "replay/reel_impl.h"
#include "replay/scan.h"

#define TEXT_LARGE     ((size_t)4 << 20) /* packed text that is looked through at once ... */
#define TEXT_MOST      ((size_t)128 << 20) /* ... which one slice may make this much */
#define LINES_LARGE    ((size_t)1 << 20)
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
	uint64_t told;       /* the event that was */
	int stopped;         /* nobody wants more, by this value */
	bool all;            /* all of the recording was read */
	bool short_of;       /* some of it was not looked at */
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
take_line(struct pass *p, const struct text_line *l, size_t start, size_t end)
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

/* An event counts once: as it is described, or else by what ran. */
static int
take_event(struct pass *p, const struct text_line *l, size_t start, size_t end)
{
	struct sift_line found = { .n = l->n,
		.at_ns = l->at_ns,
		.start = start,
		.end = end,
		.text = l->text.p,
		.len = l->text.n };

	if (l->n == p->told || l->row < p->s->ran)
		return 0;
	p->told = l->n;
	return p->s->line(p->s->ctx, &found);
}

/* The matches in the page of the scan. */
static int
matches(struct pass *p)
{
	struct scan *s = &p->scan;
	int rc;

	p->last = NULL;
	while ((rc = scan_next(s)) > 0) {
		rc = p->s->scope == SEARCH_EVENTS
			     ? take_event(p, &s->line, s->start, s->end)
			     : take_line(p, &s->line, s->start, s->end);
		if (rc)
			break;
	}
	return rc;
}

/* Nobody wants lines any more: does the gist still want the rest? */
static bool
goes_on(const struct pass *p)
{
	return !p->stopped || (p->s->keep && (p->all || !p->s->query));
}

/* The page in the scan, of R. */
static int
look_at(struct pass *p, struct reader *r)
{
	struct derive *d = &p->scan.derive;
	struct span texts = d->stored.texts, heads = d->stored.heads;
	bool refs = d->stored.refs;
	int rc =
		p->stopped ? derive_page(d, r, &p->scan.r) : scan_begin_page(&p->scan, r);

	if (rc < 0)
		return rc;
	if (p->s->keep)
		gist_page(p->s->keep, texts, heads, refs, p->scan.r.texts);
	if (!p->stopped)
		p->stopped = matches(p);
	return p->stopped < 0 ? p->stopped : 0;
}

/* The first N blocks of the store T of R. */
static int
look(struct pass *p, struct reader *r, struct text *t, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (!goes_on(p)) {
			p->short_of = true;
			return p->stopped;
		}
		rc = text_read(&p->scan.derive.stored, t, i);
		if (rc == 0)
			rc = look_at(p, r);
	}
	return rc;
}

/* Looks through T when there is much of it, and empties it; at the end through all of it. */
static int
look_over(struct pass *p, struct reader *r, struct text *t, size_t much, bool last)
{
	int rc;

	p->all = last;
	if (last)
		return look(p, r, t, text_blocks(t));
	if (text_memory(t) < much)
		return 0;
	rc = look(p, r, t, t->blocks);
	text_drop(t);
	return rc < 0 || goes_on(p) ? rc : p->stopped;
}

/* All was looked over: the last line, and what ended the search. */
static int
finish(struct pass *p)
{
	return p->stopped ? p->stopped : release(p);
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
	struct reel_opts o = { .channel = -1, .forward = true, .text_memory = TEXT_MOST };
	size_t large = p->s->memory ? p->s->memory : TEXT_LARGE;
	struct err broken = { 0 };
	struct reel *r;
	int more, rc = reel_open(&r, t, &o, e);

	if (rc < 0)
		return rc;
	if (p->s->keep)
		r->text.ref_block = GIST_SECTION;
	do {
		more = reel_index_ahead(r, SLICE_COST, &broken);
		tell(p->s, reel_tape(r));
		rc = look_over(p, &r->reader, &r->text, large, more <= 0);
	} while (more > 0 && rc == 0);
	if (rc == 0)
		rc = finish(p);
	rc = explain(rc, e);
	p->short_of |= more != 0 || text_limit(&r->text) != TEXT_NO_LIMIT;
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

struct lines_of {
	struct typed typed;
	struct happened happened;
	struct text *text; /* of the one that is asked for */
};

static void
note_message(struct pass *p, struct lines_of *l, const struct msg *m, uint64_t n,
	int64_t at_ns)
{
	if (p->s->scope == SEARCH_EVENTS)
		happened_note(&l->happened, m, n, at_ns);
	else
		typed_note(&l->typed, m, n, at_ns);
}

static int
sift_messages(struct pass *p, struct tape *t, struct tape_end *end, struct err *e)
{
	struct lines_of l;
	const struct msg *m;
	uint64_t n = 0;
	int64_t at_ns;
	int more, rc = 0;

	typed_init(&l.typed);
	happened_init(&l.happened);
	l.text = p->s->scope == SEARCH_EVENTS ? &l.happened.text : &l.typed.text;
	while (rc == 0 && (more = tape_next(t, &m, &at_ns, e)) > 0) {
		note_message(p, &l, m, ++n, at_ns);
		rc = look_over(p, NULL, l.text, LINES_LARGE, false);
		if (n % PROGRESS_EVERY == 0)
			tell(p->s, t);
	}
	p->short_of |= rc || more < 0 || text_limit(l.text) != TEXT_NO_LIMIT;
	if (rc == 0)
		rc = look_over(p, NULL, l.text, 0, true);
	if (rc == 0)
		rc = finish(p);
	if (rc == 0 && text_limit(l.text) != TEXT_NO_LIMIT)
		rc = ERR_NOMEM;
	typed_free(&l.typed);
	happened_free(&l.happened);
	if (rc)
		more = explain(rc, e);
	if (end)
		*end = tape_end(t);
	tape_close(t);
	return more;
}

/* --- all of it --- */

/* Lines that were left out are told, but not instead of what else is told. */
static int
end_pass(struct pass *p, int rc, struct err *e)
{
	if (rc == 0 && p->scan.failures)
		rc = err_set(e, ERR_LIMIT,
			"%u lines were left out: the expression takes too long on them",
			p->scan.failures);
	scan_end(&p->scan);
	buf_free(&p->held_text);
	return rc;
}

static struct pass
begin_pass(const struct sift *s)
{
	return (struct pass){ .s = s,
		.scan = { .q = s->query, .singly = s->scope == SEARCH_EVENTS },
		.stopped = !s->query };
}

int
sift_run(const struct sift *s, struct tape *t, struct tape_end *end, struct err *e)
{
	struct pass p = begin_pass(s);
	struct err none;
	int rc;

	if (!e)
		e = &none;
	rc = s->scope == SEARCH_SHOWN ? sift_shown(&p, t, end, e)
				      : sift_messages(&p, t, end, e);
	if (s->kept)
		*s->kept = rc >= 0 && !p.short_of;
	return end_pass(&p, rc, e);
}

/* --- out of its gist --- */

/* The recording, when it has to be read itself. */
static int
open_reader(struct reader *r, sift_open_fn *open, void *ctx, struct err *e)
{
	struct tape *t;
	int rc = open(ctx, &t, e);

	if (rc == 0)
		reader_init(r, t);
	return rc;
}

int
sift_gist(const struct sift *s, struct gist *g, sift_open_fn *open, void *ctx,
	struct err *e)
{
	struct pass p = begin_pass(s);
	struct text_reader *page = &p.scan.derive.stored;
	struct reader r = { 0 };
	double size = (double)src_size(g->src);
	int rc = 0, more = 0;

	while (rc == 0 && !p.stopped && (more = gist_next(g, e)) > 0) {
		if (!query_may_match(s->query, &g->filter))
			continue;
		while (rc == 0 && !p.stopped && (more = gist_read(g, page, e)) > 0) {
			if (page->refs && !r.tape)
				rc = open_reader(&r, open, ctx, e);
			if (rc == 0)
				rc = explain(look_at(&p, &r), e);
		}
		if (more < 0)
			break;
		if (s->progress)
			s->progress(s->ctx, (double)g->off / size);
	}
	if (rc == 0 && more < 0)
		rc = more;
	if (rc == 0)
		rc = explain(finish(&p), e);
	tape_close(r.tape);
	return end_pass(&p, rc, e);
}
