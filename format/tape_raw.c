/* SPDX-License-Identifier: ISC */
/* Bytes of output and nothing else as a tape: all of them at the beginning. */
#include "format/steps.h"

#include <stdlib.h>

static int
step(struct steps *s, struct err *e)
{
	int rc = steps_bytes(s, 0, UINT64_MAX, 0, e);

	if (rc > 0)
		steps_io(s, MSG_STREAM_OUT);
	else if (rc == 0 && !s->tape.opts.live)
		tape_ended(&s->tape, TAPE_CLEAN, (int64_t)s->place.at[0], NULL);
	return rc;
}

static int
make_head(struct steps *s, const struct tape_opts *o, struct err *e)
{
	struct msg m;
	int rc;

	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	m.p.new_channel.channel_type = SPAN_LIT("session");
	rc = steps_head(s, &m, e);
	if (rc < 0)
		return rc;
	msg_init(&m, MSG_PTY);
	m.p.pty.columns = o->cols ? o->cols : 80;
	m.p.pty.rows = o->rows ? o->rows : 24;
	rc = steps_head(s, &m, e);
	if (rc < 0)
		return rc;
	msg_init(&m, MSG_SHELL);
	return steps_head(s, &m, e);
}

int
tape_raw_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	static const struct steps_ops ops = { .step = step };
	struct steps *s = calloc(1, sizeof *s);
	uint8_t head[256];
	ssize_t n;
	int rc;

	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	steps_init(s, &ops, src, o);
	s->file[0] = src;
	n = src_read_at(src, 0, head, sizeof head, e);
	rc = n < 0 ? (int)n : make_head(s, o, e);
	if (rc < 0) {
		steps_free(s);
		return rc;
	}
	cast_make_id(s->id, span_of(head, (size_t)n));
	s->tape.info.format = TAPE_RAW;
	steps_ready(s);
	*t = &s->tape;
	return 0;
}
