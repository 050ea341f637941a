/* SPDX-License-Identifier: ISC */
#include "format/steps.h"

#include "base/clk.h"

#include <stdlib.h>

#define MARKS_MAX   4096
#define MARKS_GAP   1024
#define MARKS_BYTES ((uint64_t)4 << 20)

static struct steps *
steps_of(struct tape *t)
{
	return (struct steps *)t;
}

/* --- places --- */

static void
thin_marks(struct steps *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nmarks; i += 2)
		s->marks[n++] = s->marks[i];
	s->nmarks = n;
	s->gap *= 2;
	s->bytes *= 2;
}

/* Remember the place if it is far enough from the last one that was. */
static void
note_place(struct steps *s)
{
	const struct steps_place *last = s->nmarks ? &s->marks[s->nmarks - 1] : &s->first;

	if (s->place.ordinal <= last->ordinal)
		return;
	if (s->place.ordinal - last->ordinal < s->gap && s->since < s->bytes)
		return;
	s->since = 0;
	if (!s->marks)
		s->marks = calloc(MARKS_MAX, sizeof *s->marks);
	if (!s->marks)
		return; /* then the way back is longer */
	if (s->nmarks == MARKS_MAX)
		thin_marks(s);
	s->marks[s->nmarks++] = s->place;
}

static void
go_to(struct steps *s, const struct steps_place *p)
{
	s->place = *p;
	if (s->ops->moved)
		s->ops->moved(s);
}

/* The best place to read on from, to come to ORDINAL. */
static const struct steps_place *
nearest(const struct steps *s, uint64_t ordinal)
{
	const struct steps_place *best = &s->first;
	size_t lo = 0, hi = s->nmarks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->marks[mid].ordinal <= ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo)
		best = &s->marks[lo - 1];
	if (s->place.ordinal <= ordinal && s->place.ordinal >= best->ordinal)
		best = &s->place;
	return best;
}

/* --- the tape --- */

static int
next(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e)
{
	struct steps *s = steps_of(t);
	struct steps_place *p = &s->place;
	int rc = 1;

	if (p->ordinal < s->nhead) {
		s->msg = s->head[p->ordinal].msg;
	} else {
		note_place(s);
		rc = s->ops->step(s, e);
	}
	*at_ns = p->time_ns;
	*m = rc > 0 ? &s->msg : NULL;
	if (rc > 0) {
		p->ordinal++;
		s->msg.connection_id = span_str(s->id);
		s->msg.time_ns = ns_add(t->info.start_ns, p->time_ns);
		s->since += s->msg.type == MSG_IO ? s->msg.p.io.data.n : 0;
	}
	return rc;
}

static struct tape_pos
tell(const struct tape *t)
{
	const struct steps *s = (const struct steps *)t;

	return (struct tape_pos){ s->place.off, s->place.ordinal, s->place.time_ns };
}

static int
seek(struct tape *t, const struct tape_pos *pos, struct err *e)
{
	struct steps *s = steps_of(t);
	const struct steps_place *from;
	const struct msg *m;
	int64_t at;
	int rc = 1;

	if (pos->ordinal <= s->nhead) {
		go_to(s, &s->first);
		s->place.ordinal = pos->ordinal;
		return 0;
	}
	from = nearest(s, pos->ordinal);
	if (from == &s->first) {
		go_to(s, from);
		s->place.ordinal = s->nhead;
	} else if (from != &s->place) {
		go_to(s, from);
	}
	while (s->place.ordinal < pos->ordinal && rc > 0)
		rc = next(t, &m, &at, e);
	if (rc == 0 && s->place.ordinal < pos->ordinal)
		return err_set(e, ERR_STATE, "the recording became shorter");
	return rc < 0 ? rc : 0;
}

static int
rewind_steps(struct tape *t, struct err *e)
{
	return seek(t, &(struct tape_pos){ 0 }, e);
}

static double
progress(const struct tape *t)
{
	const struct steps *s = (const struct steps *)t;
	int64_t size = s->times ? src_size(s->times) : -1;

	if (size <= 0)
		return -1;
	return s->place.off >= (uint64_t)size ? 1 : (double)s->place.off / (double)size;
}

static void
close_file(struct steps *s, struct src *f)
{
	if (!f || f == s->tape.src)
		return;
	for (int i = 0; i < STEPS_FILES; i++)
		if (s->file[i] == f)
			s->file[i] = NULL;
	if (s->times == f)
		s->times = NULL;
	src_close(f);
}

void
steps_free(struct steps *s)
{
	if (s->ops->release)
		s->ops->release(s);
	for (int i = 0; i < STEPS_FILES; i++)
		close_file(s, s->file[i]);
	close_file(s, s->times);
	for (size_t i = 0; i < s->nhead; i++)
		buf_free(&s->head[i].store);
	free(s->head);
	free(s->marks);
	cast_in_free(&s->lines);
	buf_free(&s->data);
	free(s);
}

static void
close_steps(struct tape *t)
{
	steps_free(steps_of(t));
}

/* --- opening --- */

void
steps_init(struct steps *s, const struct steps_ops *ops, struct src *src,
	const struct tape_opts *o)
{
	static const struct tape_ops tape_ops = {
		.next = next,
		.tell = tell,
		.seek = seek,
		.rewind = rewind_steps,
		.progress = progress,
		.close = close_steps,
	};

	s->tape = (struct tape){ .ops = &tape_ops, .src = src, .opts = *o };
	s->tape.info.duration_ns = -1;
	s->ops = ops;
	memset(s->end, 0xff, sizeof s->end); /* UINT64_MAX: wherever the file ends */
	s->gap = MARKS_GAP;
	s->bytes = MARKS_BYTES;
	buf_init(&s->data, STEPS_BYTES_MAX);
}

void
steps_lines(struct steps *s, struct src *src)
{
	s->times = src;
	cast_in_free(&s->lines);
	cast_in_init(&s->lines, src);
}

int
steps_head(struct steps *s, const struct msg *m, struct err *e)
{
	struct steps_head *h;
	int rc;

	if (s->nhead == STEPS_HEAD_MAX)
		return err_set(e, ERR_LIMIT, "the beginning of the session is too long");
	if (!s->head)
		s->head = calloc(STEPS_HEAD_MAX, sizeof *s->head);
	if (!s->head)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	h = &s->head[s->nhead];
	rc = msg_copy(&h->msg, m, &h->store);
	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	s->nhead++;
	return 0;
}

void
steps_ready(struct steps *s)
{
	s->first = s->place;
	s->first.ordinal = 0;
	s->place = s->first;
}

/* --- for steps --- */

int
steps_line(struct steps *s, struct cast_line *l, struct err *e)
{
	int rc;

	cast_in_seek(&s->lines, s->place.off);
	rc = cast_in_line(&s->lines, l, s->tape.opts.live, e);
	s->tape.file_off = s->place.off;
	return rc;
}

void
steps_to(struct steps *s, uint64_t off)
{
	s->place.off = off;
	s->place.part = 0;
}

int
steps_bytes(struct steps *s, unsigned file, uint64_t count, uint64_t next, struct err *e)
{
	struct steps_place *p = &s->place;
	uint64_t left = count - p->part;
	uint64_t there = s->end[file] > p->at[file] ? s->end[file] - p->at[file] : 0;
	size_t want = left < STEPS_BYTES_MAX ? (size_t)left : STEPS_BYTES_MAX;
	ssize_t n;
	int rc;

	buf_clear(&s->data);
	rc = buf_reserve(&s->data, want);
	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	n = tape_read_all(s->file[file], p->at[file], s->data.p,
		want < there ? want : (size_t)there, e);
	if (n < 0)
		return (int)n;
	s->data.n = (size_t)n;
	if (s->data.n < want && (s->tape.opts.live || !s->data.n))
		return 0;
	p->at[file] += s->data.n;
	p->part += s->data.n;
	if (p->part == count)
		steps_to(s, next);
	return 1;
}

void
steps_io(struct steps *s, uint64_t stream)
{
	msg_init(&s->msg, MSG_IO);
	s->msg.p.io.stream = stream;
	s->msg.p.io.data = buf_span(&s->data);
}

void
steps_wait(struct steps *s, int64_t delay_ns)
{
	if (delay_ns > 0)
		s->place.time_ns = ns_add(s->place.time_ns, delay_ns);
	else if (delay_ns < 0)
		steps_note(s, ERR_DAMAGED, false, "a time goes backwards");
}

void
steps_note(struct steps *s, int code, bool lost, const char *text)
{
	if (s->place.off < s->noted)
		return;
	s->noted = s->place.off + 1;
	tape_note(&s->tape, (int64_t)s->place.off, s->place.ordinal, code, lost, "%s",
		text);
}
