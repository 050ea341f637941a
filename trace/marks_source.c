/* SPDX-License-Identifier: ISC */
/* The source "marks": each of the two outputs has its own parser, both speak to one shell. */
#include "trace/shell.h"

struct marks_source {
	struct shells shells;
	struct marks stream[2];
};

static int
marks_start(void *self, struct trace_session *session, struct err *e)
{
	struct marks_source *s = self;

	if (session->pty < 0)
		return err_set(e, ERR_UNSUPPORTED, "the session has no terminal");
	shells_init(&s->shells, session);
	for (int i = 0; i < 2; i++)
		marks_init(&s->stream[i], session->nonce);
	return 0;
}

static size_t
marks_output(void *self, unsigned stream, struct span out, int64_t now)
{
	struct marks_source *s = self;
	struct marks *m = &s->stream[stream == 2];
	size_t done = 0;

	while (done < out.n) {
		size_t n = marks_next(m, span_of(out.p + done, out.n - done));

		echo_feed(&s->shells.echo, span_of(out.p + done, n));
		done += n;
		if (m->mark.kind != MARK_NONE && shells_take(&s->shells, &m->mark, now))
			break;
	}
	return done;
}

static void
marks_stop(void *self, int64_t now)
{
	struct marks_source *s = self;

	shells_stop(&s->shells, now);
}

const struct trace_ops trace_marks = {
	.name = "marks",
	.size = sizeof(struct marks_source),
	.start = marks_start,
	.output = marks_output,
	.stop = marks_stop,
};
