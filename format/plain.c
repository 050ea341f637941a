/* SPDX-License-Identifier: ISC */
#include "format/plain.h"

#include "format/gzidx.h"

#include "format/msg_decode.h"

#include <stdlib.h>

#define WINDOW      (2 * GZR_ONE_SHOT)
#define ROOM        ((size_t)64 << 10) /* less than this is not worth a call */
#define WINDOW_MAX  (MSG_DECODE_MAX + WINDOW)
#define MEMBERS_GAP ((uint64_t)32 << 10)
#define MARKS_GAP   ((uint64_t)1 << 20)

int
plain_init(struct plain *s, struct src *src, uint64_t start, gzr_plausible *plausible,
	void *ctx)
{
	*s = (struct plain){ .plausible = plausible, .ctx = ctx };
	s->members = (struct plain_points){ NULL, 0, PLAIN_MEMBERS_MAX, MEMBERS_GAP };
	s->marks = (struct plain_points){ NULL, 0, PLAIN_MARKS_MAX, MARKS_GAP };
	s->members.v = malloc(PLAIN_MEMBERS_MAX * sizeof *s->members.v);
	s->marks.v = malloc(PLAIN_MARKS_MAX * sizeof *s->marks.v);
	s->p = malloc(WINDOW);
	s->cap = WINDOW;
	if (!s->p || !s->members.v || !s->marks.v || gzr_init(&s->gz, src) < 0) {
		plain_free(s);
		return ERR_NOMEM;
	}
	s->members.v[s->members.n++] = (struct plain_point){ 0, start, NULL };
	gzr_at_header(&s->gz, start);
	return 0;
}

static void
drop_mark(struct gzr_mark *m)
{
	if (m)
		gzr_mark_free(m);
	free(m);
}

void
plain_free(struct plain *s)
{
	for (size_t i = 0; i < s->marks.n; i++)
		drop_mark(s->marks.v[i].mark);
	free(s->members.v);
	free(s->marks.v);
	free(s->p);
	gzr_free(&s->gz);
	*s = (struct plain){ 0 };
}

/* Would a point at PLAIN be new and far enough from the last one? */
static bool
points_want(const struct plain_points *l, uint64_t plain)
{
	return l->n == 0 ? plain >= l->gap : plain >= l->v[l->n - 1].plain + l->gap;
}

/* Room for one more: every other one goes when there is none. */
static void
points_add(struct plain_points *l, struct plain_point p)
{
	if (l->n == l->max) {
		size_t kept = 0;

		for (size_t i = 0; i < l->n; i++)
			if (i % 2)
				drop_mark(l->v[i].mark);
			else
				l->v[kept++] = l->v[i];
		l->n = kept;
		l->gap *= 2;
	}
	l->v[l->n++] = p;
}

static const struct plain_point *
points_find(const struct plain_points *l, uint64_t off)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->v[mid].plain <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &l->v[lo - 1] : NULL;
}

/* A member begins.  True when it shows that the window does not end as it should. */
static bool
note_member(struct plain *s)
{
	bool odd = false;
	struct gzidx_member m;

	s->is_ours = gzidx_member_get(s->gz.extra, &m);
	if (s->is_ours && s->damaged && m.plain != s->off + s->n) {
		s->off = m.plain;
		s->pos = s->n = 0;
		odd = true;
	}
	s->begin = s->off + s->n;
	s->is_ours = s->is_ours && m.plain == s->begin;
	if (points_want(&s->members, s->begin))
		points_add(&s->members,
			(struct plain_point){ s->begin, s->gz.member_at, NULL });
	return odd || (s->is_ours && s->pos < s->n);
}

/* In the middle of a long member, remember the way back.  Without memory there is none. */
static void
note_mark(struct plain *s)
{
	uint64_t at = s->off + s->n;
	struct gzr_mark *m;

	if (!points_want(&s->marks, at) || s->gz.size < MARKS_GAP)
		return;
	m = malloc(sizeof *m);
	if (m && gzr_mark(&s->gz, m))
		points_add(&s->marks, (struct plain_point){ at, m->off, m });
	else
		free(m);
}

/* Room behind the window: first by moving what is left of it to the front. */
static int
make_room(struct plain *s)
{
	uint8_t *p;
	size_t cap;

	if (s->pos && (s->pos == s->n || s->cap - s->n < GZR_ONE_SHOT)) {
		memmove(s->p, s->p + s->pos, s->n - s->pos);
		s->off += s->pos;
		s->n -= s->pos;
		s->pos = 0;
	}
	if (s->cap - s->n >= ROOM)
		return 0;
	cap = s->cap * 2 < WINDOW_MAX ? s->cap * 2 : WINDOW_MAX;
	if (cap - s->n < ROOM)
		return ERR_LIMIT;
	p = realloc(s->p, cap);
	if (!p)
		return ERR_NOMEM;
	s->p = p;
	s->cap = cap;
	return 0;
}

int
plain_more(struct plain *s, struct err *e)
{
	int rc = make_room(s);
	size_t n;

	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	for (;;) {
		rc = gzr_next(&s->gz, s->p + s->n, s->cap - s->n, &n, e);
		switch (rc) {
		case GZR_EOF:
			return PLAIN_END;
		case GZR_DATA:
			s->n += n;
			s->ended = false;
			note_mark(s);
			return PLAIN_MORE;
		case GZR_BEGIN:
			s->closing = gzidx_is_closing(s->gz.extra);
			s->ended = false;
			if (note_member(s))
				return PLAIN_SYNC;
			break;
		case GZR_END:
			s->ended = true;
			break;
		case GZR_SUM:
			s->ended = true;
			s->bad_sum = s->gz.member_at;
			s->damaged = true;
			return PLAIN_SUM;
		case GZR_BROKEN:
			s->damaged = true;
			return PLAIN_GAP;
		default:
			return rc;
		}
	}
}

void
plain_drop(struct plain *s)
{
	s->off += s->n;
	s->pos = s->n = 0;
}

int
plain_resync(struct plain *s, struct err *e)
{
	plain_drop(s);
	return gzr_find(&s->gz, s->plausible, s->ctx, e);
}

uint64_t
plain_nearest(const struct plain *s, uint64_t off)
{
	const struct plain_point *a = points_find(&s->members, off);
	const struct plain_point *b = points_find(&s->marks, off);
	uint64_t best = a ? a->plain : 0;

	if (b && b->plain > best)
		best = b->plain;
	if (plain_tell(s) <= off && plain_tell(s) > best)
		best = plain_tell(s);
	return best;
}

void
plain_at(struct plain *s, uint64_t file, uint64_t off)
{
	gzr_at_header(&s->gz, file);
	s->off = off;
	s->pos = s->n = 0;
	s->closing = s->ended = false;
}

/* Go to the best of the places known, unless reading on from here is as good. */
static int
go_near(struct plain *s, uint64_t off, struct err *e)
{
	const struct plain_point *a = points_find(&s->members, off);
	const struct plain_point *b = points_find(&s->marks, off);

	if (plain_tell(s) <= off && plain_nearest(s, off) == plain_tell(s))
		return 0;
	if (b && (!a || b->plain > a->plain)) {
		if (!gzr_return(&s->gz, b->mark))
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
		s->off = b->plain;
		s->pos = s->n = 0;
		s->closing = s->ended = false;
		return 0;
	}
	if (a)
		plain_at(s, a->file, a->plain);
	return 0;
}

int
plain_seek(struct plain *s, uint64_t off, struct err *e)
{
	int rc;

	if (off >= s->off && off <= s->off + s->n) {
		s->pos = (size_t)(off - s->off);
		return 1;
	}
	rc = go_near(s, off, e);
	while (rc >= 0 && off > s->off + s->n) {
		s->pos = s->n;
		rc = plain_more(s, e);
		if (rc == PLAIN_GAP)
			rc = plain_resync(s, e);
		if (rc == PLAIN_END)
			return 0;
	}
	if (rc < 0)
		return rc;
	if (off < s->off)
		return 0; /* it lies in a gap */
	s->pos = (size_t)(off - s->off);
	return 1;
}
