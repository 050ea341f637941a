/* SPDX-License-Identifier: ISC */
#include "rec/sink.h"

#include "store/depositor.h"

#include <unistd.h>

static int
continue_file(struct sink *s, const struct tapew_opts *o, struct err *e)
{
	struct dst *d = s->dst;
	struct src *src = fdio_dst_reader(d);
	int rc;

	if (!src) {
		dst_close(d, NULL);
		return err_set(e, ERR_UNSUPPORTED, "cannot be appended to");
	}
	if (src_size(src) == 0)
		rc = tapew_open(&s->w, s->format, d, o, e);
	else
		rc = tapew_append(&s->w, s->format, src, d, o, e);
	if (rc == ERR_FORMAT)
		err_prefix(e, "cannot be continued as %s", tape_format_name(s->format));
	src_close(src);
	return rc;
}

static int
open_deposit(struct sink *s, struct err *e)
{
	struct depositor_opts o = { .path = s->path, .id = s->deposit, .clk = s->clk };

	return depositor_open(&s->dst, &o, e);
}

static int
open_file(struct sink *s, enum fdio_mode mode, struct err *e)
{
	int rc = fdio_open_dst(&s->dst, s->path, mode, e);

	if (rc == ERR_EXISTS)
		return err_set(e, rc,
			"%.200s: exists already (--append goes on with it, --overwrite "
			"replaces it)",
			s->path);
	/* A place where one may not write is a wrong place (exit status 2). */
	if (rc == ERR_IO && e)
		rc = e->code = ERR_USAGE;
	s->made = rc == 0 && mode == FDIO_NEW;
	s->appends = mode == FDIO_APPEND;
	if (rc < 0)
		err_prefix(e, "%.200s", s->path);
	return rc;
}

int
sink_open(struct sink *s, enum fdio_mode mode, struct err *e)
{
	return s->deposit ? open_deposit(s, e) : open_file(s, mode, e);
}

int
sink_begin(struct sink *s, enum fdio_mode mode, const struct tapew_opts *o, struct err *e)
{
	int rc;

	if (s->deposit)
		rc = tapew_open_bare(&s->w, s->dst, e);
	else if (mode == FDIO_APPEND)
		rc = continue_file(s, o, e);
	else
		rc = tapew_open(&s->w, s->format, s->dst, o, e);
	if (rc < 0) {
		s->dst = NULL; /* taken over and closed */
		err_prefix(e, "%.200s", s->path);
	}
	return rc;
}

static int
failed(struct sink *s, const struct err *why)
{
	s->failing = true;
	s->why = *why;
	return why->code ? why->code : ERR_IO;
}

int
sink_put(struct sink *s, const struct msg *m, int64_t mono_ns)
{
	struct tapew_stats was = tapew_stats(s->w), is;
	struct err e = { .code = 0 };
	int rc = tapew_put(s->w, m, &e);

	is = tapew_stats(s->w);
	/* A full block went out: only what follows it is still to be flushed. */
	if (!s->oldest_ns || is.file_bytes != s->written)
		s->oldest_ns = mono_ns;
	s->written = is.file_bytes;
	if (rc >= 0)
		return 0;
	failed(s, &e);
	return is.messages != was.messages ? 0 : rc;
}

int
sink_flush(struct sink *s)
{
	struct err e = { .code = 0 };
	int rc = tapew_flush(s->w, &e);

	if (rc < 0)
		return failed(s, &e);
	s->oldest_ns = 0;
	s->written = tapew_stats(s->w).file_bytes;
	return 0;
}

int
sink_retry(struct sink *s)
{
	int rc = sink_flush(s);

	if (rc == 0)
		s->failing = false;
	return rc;
}

void
sink_count_lost(struct sink *s, const struct msg *m)
{
	struct sink_loss *g = &s->gap;

	if (!g->messages)
		g->from_ns = m->time_ns;
	g->to_ns = m->time_ns;
	g->messages++;
	if (m->type == MSG_IO)
		g->bytes += m->p.io.data.n;
	s->lost++;
}

static void
undo_deposit(struct sink *s)
{
	struct dst *d = s->dst;

	if (s->w)
		tapew_forget(s->w);
	depositor_abort(d);
	s->w = NULL;
	s->dst = NULL;
}

void
sink_undo(struct sink *s)
{
	if (s->deposit) {
		undo_deposit(s);
		return;
	}
	/* One that is appended to gets back the end that sink_begin() took off. */
	if (s->w && s->dst && !s->appends)
		fdio_doom_dst(s->dst, true);
	if (s->w)
		tapew_close(s->w, NULL);
	else
		fdio_abort_dst(s->dst);
	s->w = NULL;
	s->dst = NULL;
	if (s->made)
		unlink(s->path);
}

int
sink_close(struct sink *s)
{
	struct err e = { .code = 0 };
	int rc;

	if (!s->w)
		return 0;
	rc = tapew_close(s->w, &e);
	s->w = NULL;
	s->dst = NULL;
	if (rc < 0)
		failed(s, &e);
	return s->failing || s->lost ? ERR_IO : 0;
}
