/* SPDX-License-Identifier: ISC */
#include "replay/shown.h"

#include "replay/cost.h"

void
shown_init(struct shown *s, int64_t want)
{
	*s = (struct shown){ .want = want };
	if (want >= 0) {
		s->channel = (uint64_t)want;
		s->chosen = true;
	}
}

/* A terminal of 0 columns is one whose size nobody knew. */
static uint16_t
clamp(uint32_t wanted, int fallback, int max)
{
	if (!wanted)
		return (uint16_t)fallback;
	return (uint16_t)(wanted > (uint32_t)max ? (uint32_t)max : wanted);
}

static struct shown_channel *
channel_find(struct shown *s, uint64_t id)
{
	for (int i = 0; i < s->nchannels; i++)
		if (s->channels[i].id == id)
			return &s->channels[i];
	return NULL;
}

static void
channel_note(struct shown *s, const struct shown_channel *c)
{
	struct shown_channel *old = channel_find(s, c->id);
	bool pty = c->pty || (old && old->pty);

	if (!old && s->nchannels < SHOWN_CHANNELS_MAX)
		old = &s->channels[s->nchannels++];
	if (!old)
		return;
	*old = *c;
	old->pty = pty;
}

/* A terminal request makes a new terminal, a size change keeps what stands on the old one. */
static uint64_t
apply_size(struct shown *s, struct emu *e, const struct msg *m)
{
	struct shown_channel c = { .id = m->channel, .pty = m->type == MSG_PTY };
	uint64_t before = cost_of_resize(emu_cols(e), emu_rows(e));
	uint32_t cols, rows;

	if (!msg_size(m, &cols, &rows))
		return COST_MESSAGE;
	c.cols = clamp(cols, SHOWN_COLS, EMU_COLS_MAX);
	c.rows = clamp(rows, SHOWN_ROWS, EMU_ROWS_MAX);
	if (s->chosen && c.id != s->channel)
		return COST_MESSAGE;
	if (!s->chosen)
		channel_note(s, &c);
	if (c.pty) {
		s->pty = true;
		emu_reset(e, c.cols, c.rows);
	} else {
		emu_resize(e, c.cols, c.rows);
	}
	return COST_MESSAGE + before + cost_of_resize(c.cols, c.rows);
}

static void
choose(struct shown *s, struct emu *e, uint64_t id)
{
	const struct shown_channel *c = channel_find(s, id);

	s->channel = id;
	s->chosen = true;
	s->pty = c && c->pty;
	if (c && (c->cols != emu_cols(e) || c->rows != emu_rows(e)))
		emu_resize(e, c->cols, c->rows);
	s->nchannels = 0;
}

/* Output without a terminal has bare line feeds; a terminal's driver would have added the
 * carriage returns. */
static void
write_cooked(struct emu *e, struct span data)
{
	uint8_t out[4096];
	size_t n = 0;

	for (size_t i = 0; i < data.n; i++) {
		if (n + 2 > sizeof out) {
			emu_write(e, span_of(out, n));
			n = 0;
		}
		if (data.p[i] == '\n')
			out[n++] = '\r';
		out[n++] = data.p[i];
	}
	if (n)
		emu_write(e, span_of(out, n));
}

static uint64_t
apply_output(struct shown *s, struct emu *e, const struct msg *m)
{
	struct span data = m->p.io.data;

	if (!s->chosen)
		choose(s, e, m->channel);
	if (m->channel != s->channel || !data.n)
		return COST_MESSAGE;
	if (s->pty)
		emu_write(e, data);
	else
		write_cooked(e, data);
	return COST_MESSAGE + cost_of_output(data, emu_cols(e), emu_rows(e));
}

/* The next connection of an appended recording counts its channels anew. */
static void
apply_connect(struct shown *s)
{
	shown_init(s, s->want);
}

bool
shown_is_output(const struct shown *s, const struct msg *m)
{
	return s->chosen && msg_is_output(m) && m->channel == s->channel;
}

bool
shown_touches(const struct shown *s, const struct msg *m)
{
	if (msg_is_output(m))
		return !s->chosen || m->channel == s->channel;
	return m->type == MSG_PTY || m->type == MSG_WINDOW || m->type == MSG_CONNECT;
}

uint64_t
shown_apply(struct shown *s, struct emu *e, const struct msg *m)
{
	if (msg_is_output(m))
		return apply_output(s, e, m);
	if (m->type == MSG_PTY || m->type == MSG_WINDOW)
		return apply_size(s, e, m);
	if (m->type == MSG_CONNECT)
		apply_connect(s);
	return COST_MESSAGE;
}
