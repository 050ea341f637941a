/* SPDX-License-Identifier: ISC */
/* Forwards to the writer of a format and brings its bytes to the destination.  A failed
 * write is remembered: the message that caused it was taken, the next call fails. */
#include "format/tapew_impl.h"

#include <stdlib.h>

static bool
is_audit(enum tape_format f)
{
	return f == TAPE_AUDIT_V1 || f == TAPE_AUDIT_V2;
}

static bool
is_cast(enum tape_format f)
{
	return f >= TAPE_CAST_V1 && f <= TAPE_CAST_V3;
}

typedef int maker(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);

static maker *const makers[TAPE_FORMATS] = {
	[TAPE_AUDIT_V1] = tapew_audit_new,
	[TAPE_AUDIT_V2] = tapew_audit_new,
	[TAPE_CAST_V1] = tapew_cast_new,
	[TAPE_CAST_V2] = tapew_cast_new,
	[TAPE_CAST_V3] = tapew_cast_new,
	[TAPE_TTYREC] = tapew_ttyrec_new,
	[TAPE_RAW] = tapew_ttyrec_new,
	[TAPE_SUDO] = tapew_sudo_new,
	[TAPE_TLOG] = tapew_tlog_new,
	[TAPE_SCRIPT] = tapew_script_new,
	[TAPE_SCRIPT_CLASSIC] = tapew_script_new,
};

/* Free W after the format has let go of what it holds. */
static void
release(struct tapew *w)
{
	char *title;

	if (!w)
		return;
	title = (char *)w->opts.title;
	buf_free(&w->out);
	w->ops->release(w);
	free(title);
}

static int
new_writer(struct tapew **out, enum tape_format f, struct dst *dst,
	const struct tapew_opts *o, struct err *e)
{
	static const struct tapew_opts none = { 0 };
	char *title = NULL;
	struct tapew *w;
	int rc;

	*out = NULL;
	if (!dst)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (!o)
		o = &none;
	if (f == TAPE_UNKNOWN)
		return err_set(e, ERR_USAGE, "no format to write");
	if (o->title && !(title = strdup(o->title)))
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = makers[f] ? makers[f](&w, f, o, e)
		       : err_set(e, ERR_UNSUPPORTED, "cannot write %s",
				 tape_format_name(f));
	if (rc < 0) {
		free(title);
		return rc;
	}
	w->format = f;
	w->dst = dst;
	w->opts = *o;
	w->opts.title = title;
	*out = w;
	return 0;
}

int
tapew_open(struct tapew **w, enum tape_format f, struct dst *dst,
	const struct tapew_opts *o, struct err *e)
{
	int rc = new_writer(w, f, dst, o, e);

	if (rc < 0)
		dst_close(dst, NULL);
	return rc;
}

int
tapew_append(struct tapew **w, enum tape_format f, struct src *src, struct dst *dst,
	const struct tapew_opts *o, struct err *e)
{
	int rc = new_writer(w, f, dst, o, e);

	if (rc == 0) {
		rc = is_audit(f)  ? tapew_audit_continue(*w, src, e)
		     : is_cast(f) ? tapew_cast_continue(*w, src, e)
				  : err_set(e, ERR_UNSUPPORTED, "cannot append to %s",
					    tape_format_name(f));
		if (rc < 0) {
			release(*w);
			*w = NULL;
		}
	}
	if (rc < 0)
		dst_close(dst, NULL);
	return rc;
}

int
tapew_drain(struct tapew *w, struct err *e)
{
	struct err err = { .offset = -1 };
	size_t at = 0;

	if (w->out.n && !w->tail && w->ops->seal)
		w->ops->seal(w);
	while (at < w->out.n) {
		ssize_t n = dst_write_at(
			w->dst, w->off + at, w->out.p + at, w->out.n - at, &err);

		if (n <= 0) {
			if (n == 0)
				err_set(&err, ERR_IO, "the destination takes no bytes");
			break;
		}
		at += (size_t)n;
	}
	if (at < w->out.n) {
		size_t keep = w->out.n - w->tail;

		at = at < keep ? at : keep;
	} else {
		at -= w->tail;
	}
	w->off += at;
	w->stats.file_bytes += at;
	buf_consume(&w->out, at);
	if (err.code == 0) {
		buf_clear(
			&w->out); /* the tail is in the file; the format adds a new one */
		w->tail = 0;
	}
	w->broken = err;
	if (err.code < 0 && e)
		*e = err;
	return err.code;
}

int
tapew_put(struct tapew *w, const struct msg *m, struct err *e)
{
	int rc;

	if (w->broken.code < 0) {
		rc = tapew_drain(w, e);
		if (rc < 0)
			return rc;
	}
	rc = w->ops->put(w, m, e);
	if (rc < 0)
		return rc;
	w->stats.messages++;
	if (w->out.n >= TAPEW_BLOCK)
		tapew_drain(w, NULL);
	return 0;
}

int
tapew_flush(struct tapew *w, struct err *e)
{
	int rc = w->broken.code < 0 ? tapew_drain(w, e) : 0;

	if (rc == 0)
		rc = w->ops->flush(w, e);
	return rc < 0 ? rc : tapew_drain(w, e);
}

void
tapew_pressure(struct tapew *w, int pressure)
{
	if (w->ops->pressure)
		w->ops->pressure(w, pressure < 0 ? 0 : pressure > 3 ? 3 : pressure);
}

struct tapew_stats
tapew_stats(const struct tapew *w)
{
	struct tapew_stats s = w->stats;

	s.pending_bytes += w->out.n;
	return s;
}

int
tapew_close(struct tapew *w, struct err *e)
{
	int rc, rc2;

	if (!w)
		return 0;
	rc = w->broken.code < 0 ? tapew_drain(w, e) : 0;
	if (rc == 0)
		rc = w->ops->finish(w, e);
	if (rc == 0)
		rc = tapew_drain(w, e);
	rc2 = dst_close(w->dst, rc < 0 ? NULL : e);
	release(w);
	return rc < 0 ? rc : rc2;
}

void
tapew_leave(struct tapew *w)
{
	struct err ignored;

	if (w)
		dst_close(w->dst, &ignored);
	release(w);
}

void
tapew_forget(struct tapew *w)
{
	release(w);
}

void
tapew_lost(struct tapew *w, const char *what, uint64_t count)
{
	if (w->opts.lost && count)
		w->opts.lost(w->opts.ctx, what, count);
}
