/* SPDX-License-Identifier: ISC */
#include "format/single.h"

#define OUT_MAX ((size_t)256 << 20)

static const char *const lost_names[LOST_COUNT] = {
	[LOST_INPUT] = "messages of input",
	[LOST_ERROR] = "which messages of output are error output",
	[LOST_SIZES] = "sizes of the terminal",
	[LOST_CHANNELS] = "messages of other channels",
	[LOST_EVENTS] = "messages of other kinds",
	[LOST_TIMES] = "times",
	[LOST_EXIT] = "how the program ended",
	[LOST_BYTES] = "bytes that are no UTF-8",
};

bool
single_takes(struct single *s, const struct msg *m)
{
	if (!s->has_channel) {
		s->has_channel = true;
		s->channel = m->channel;
	}
	if (m->channel == s->channel)
		return true;
	s->lost[LOST_CHANNELS]++;
	return false;
}

void
single_lose(struct single *s, const struct msg *m)
{
	switch (m->type) {
	case MSG_NEW_CHANNEL:
	case MSG_NEW_CHANNEL_SUCCESSFUL:
	case MSG_SHELL:
	case MSG_CLOSE_WRITE:
	case MSG_CLOSE:
	case MSG_DISCONNECT:
		break;
	default:
		s->lost[m->type == MSG_IO ? LOST_INPUT : LOST_EVENTS]++;
	}
}

void
single_tell(const struct single *s, struct tapew *w)
{
	for (int i = 0; i < LOST_COUNT; i++)
		tapew_lost(w, lost_names[i], s->lost[i]);
}

int
single_file_open(struct single_file *f, struct tapew *w, const char *name, struct err *e)
{
	buf_init(&f->out, OUT_MAX);
	return dst_beside(w->dst, name, &f->dst, e);
}

int
single_file_drain(struct single_file *f, bool all, struct err *e)
{
	size_t at = 0;
	int rc = buf_failed(&f->out);

	if (rc)
		return err_set(e, rc, "%s", err_name(rc));
	if (f->out.n < TAPEW_BLOCK && !all)
		return 0;
	while (at < f->out.n) {
		ssize_t n = dst_write_at(f->dst, f->off, f->out.p + at, f->out.n - at, e);

		if (n < 0)
			return (int)n;
		if (n == 0)
			return err_set(e, ERR_IO, "the destination takes no bytes");
		at += (size_t)n;
		f->off += (uint64_t)n;
	}
	buf_clear(&f->out);
	return 0;
}

int
single_file_close(struct single_file *f, struct err *e)
{
	int rc = f->dst ? single_file_drain(f, true, e) : 0;

	if (rc == 0 && f->dst) {
		rc = dst_close(f->dst, e);
		f->dst = NULL;
	}
	return rc;
}

void
single_file_free(struct single_file *f)
{
	buf_free(&f->out);
}
