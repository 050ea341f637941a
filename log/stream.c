/* SPDX-License-Identifier: ISC */
#include "log/stream.h"

#include "base/diag.h"
#include "format/vendor.h"
#include "log/input.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEARN_MAX 256 /* messages of the beginning that are looked at */
#define PATIENCE  8

static void
take_note(void *ctx, const struct tape_note *n)
{
	struct stream *s = ctx;

	if (!n->lost || s->skipping)
		return;
	s->damaged = true;
	if (n->offset >= 0)
		diag_note("%s: damaged at offset %" PRId64 ": %s", s->name, n->offset,
			n->text);
	else
		diag_note("%s: damaged: %s", s->name, n->text);
}

/* The end of a pipe is the end. */
static bool
input_is_file(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

/* Behind it nothing is said any more of who and where. */
static bool
ends_beginning(const struct msg *m)
{
	return m->type == MSG_IO || m->type == MSG_DISCONNECT ||
	       vendor_of(m) == VENDOR_SESSION;
}

/* Looks at the beginning, then goes to where telling stopped. */
static int
learn(struct stream *s, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int rc = 1;

	s->skipping = true;
	for (uint64_t i = 0; rc > 0 && i < LEARN_MAX && !s->learned; i++) {
		rc = tape_next(s->tape, &m, &at, NULL);
		s->learned = rc > 0 && ends_beginning(m);
		if (rc > 0)
			siem_learn(s->siem, m, at);
		s->learned |= i + 1 == LEARN_MAX;
	}
	s->learned |= !s->live || rc < 0;
	rc = tape_rewind(s->tape, e);
	s->whole = s->row->told && tape_info(s->tape)->messages == s->row->told;
	for (uint64_t i = 0; rc == 0 && !s->whole && i < s->row->told; i++)
		if (tape_next(s->tape, &m, &at, NULL) <= 0)
			break;
	s->skipping = false;
	return rc;
}

int
stream_open(struct stream *s, struct teller *t, const struct walk_file *f,
	struct src *src, struct diary_row *row, struct err *e)
{
	struct tape_opts o = { .note = take_note, .ctx = s };
	int rc;

	o.live = s->live = t->follow && (row || input_is_file());
	s->file = *f;
	s->seen = t->round;
	s->name = row ? row->path : input_name(f->path);
	s->row = row ? row : &s->own;
	s->patience = PATIENCE;
	rc = tape_open(&s->tape, src, &o, e);
	if (rc == 0)
		rc = siem_new(&s->siem, t->format, row ? f->path : NULL, e);
	if (rc == 0) {
		siem_room(s->siem, outlet_room(t->outlet));
		rc = learn(s, e);
	}
	return rc;
}

void
stream_close(struct stream *s)
{
	if (s->tape)
		tape_close(s->tape);
	siem_free(s->siem);
	s->tape = NULL;
	s->siem = NULL;
}

static int
put(struct stream *s, struct teller *t, const struct msg *m, int64_t at, struct err *e)
{
	struct logline en;
	int rc;

	buf_clear(&t->line);
	rc = siem_put(s->siem, &t->line, m, at, s->row->told);
	if (rc < 0)
		return err_set(e, rc, "cannot tell message %" PRIu64 " of %.150s: %s",
			s->row->told, s->name, err_name(rc));
	if (rc > 0) {
		siem_logline(s->siem, buf_span(&t->line), &en);
		rc = outlet_put(t->outlet, &en, e);
	}
	if (rc < 0)
		return rc;
	s->closed = m->type == MSG_DISCONNECT;
	s->row->told++;
	s->news = t->round;
	return 0;
}

/* One that is being written may have only the first half of its beginning. */
static bool
is_ready(struct stream *s, struct err *e)
{
	if (!s->learned && s->patience-- > 0)
		learn(s, e);
	return s->learned || s->patience <= 0;
}

static void
take_end(struct stream *s, int rc, const struct err *why)
{
	struct tape_end end = tape_end(s->tape);

	if (rc < 0 && !s->damaged) {
		s->damaged = true;
		diag_note("%s: %s", s->name, why->text);
	}
	s->damaged |= end.damages > 0;
	s->row->ended = rc < 0 || s->closed || s->whole || end.state == TAPE_CLEAN;
	diary_read(s->row, &s->file);
}

static void
draw(struct stream *s, struct teller *t)
{
	double done = tape_progress(s->tape);

	progress_draw(&t->progress, done < 0 ? done : t->done + t->share * done);
}

int
stream_tell(struct stream *s, struct teller *t, struct err *e)
{
	const struct msg *m;
	struct err why;
	int64_t at;
	int rc = 0;

	if (!is_ready(s, e))
		return 0;
	while (!s->whole && (rc = tape_next(s->tape, &m, &at, &why)) > 0) {
		if (put(s, t, m, at, e) < 0)
			return e->code;
		if (progress_due(&t->progress, 1))
			draw(s, t);
		if (*t->stop)
			return 0;
	}
	take_end(s, rc, &why);
	return 0;
}
