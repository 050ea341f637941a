/* SPDX-License-Identifier: ISC */
/* Finds the format of a recording and forwards to it (tape_impl.h). */
#include "format/tape_impl.h"

#include <stdarg.h>
#include <stdio.h>

const char *
tape_state_name(enum tape_state s)
{
	static const char *const names[] = { "open", "clean", "truncated", "damaged" };

	return names[s];
}

ssize_t
tape_read_all(struct src *src, uint64_t off, void *p, size_t n, struct err *e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t k =
			src_read_at(src, off + have, (uint8_t *)p + have, n - have, e);

		if (k < 0)
			return k;
		if (k == 0)
			break;
		have += (size_t)k;
	}
	return (ssize_t)have;
}

static int
open_some(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	uint8_t bytes[TAPE_SNIFF_MAX];
	ssize_t n = tape_read_all(src, 0, bytes, sizeof bytes, e);
	struct span head = span_of(bytes, n > 0 ? (size_t)n : 0);
	bool whole = head.n < sizeof bytes;

	if (n < 0)
		return (int)n;
	if (n == 0)
		return err_set_at(e, ERR_FORMAT, 0, "the file is empty");
	if (o->as == TAPE_RAW)
		return tape_raw_open(t, src, o, e);
	if (o->timing)
		return tape_script_open(t, src, o, e);
	if (o->rec && !tape_tlog_sniff(head, whole))
		return err_set(e, ERR_USAGE,
			"is no file of tlog, of which one recording could be chosen");
	if (tape_audit_sniff(head, whole))
		return tape_audit_open(t, src, o, e);
	if (tape_sudo_sniff(head, whole))
		return tape_sudo_open(t, src, o, e);
	if (tape_tlog_sniff(head, whole))
		return tape_tlog_open(t, src, o, e);
	if (tape_cast_sniff(head, whole))
		return tape_cast_open(t, src, o, e);
	if (tape_script_sniff(head, whole))
		return tape_script_open(t, src, o, e);
	if (tape_ttyrec_sniff(head, whole))
		return tape_ttyrec_open(t, src, o, e);
	return err_set_at(e, ERR_FORMAT, 0,
		"neither an audit log nor an asciicast nor any other recording");
}

int
tape_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	static const struct tape_opts none = { 0 };
	int rc;

	*t = NULL;
	if (!src)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	rc = open_some(t, src, o ? o : &none, e);
	if (rc < 0) {
		src_close(src);
		src_close(o ? o->timing : NULL);
	}
	return rc;
}

void
tape_close(struct tape *t)
{
	struct src *src;

	if (!t)
		return;
	src = t->src;
	t->ops->close(t);
	src_close(src);
}

const struct tape_info *
tape_info(const struct tape *t)
{
	return &t->info;
}

struct tape_end
tape_end(const struct tape *t)
{
	return t->end;
}

int
tape_next(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e)
{
	return t->ops->next(t, m, at_ns, e);
}

struct tape_pos
tape_tell(const struct tape *t)
{
	return t->ops->tell(t);
}

int
tape_seek(struct tape *t, const struct tape_pos *pos, struct err *e)
{
	return t->ops->seek(t, pos, e);
}

int
tape_rewind(struct tape *t, struct err *e)
{
	return t->ops->rewind(t, e);
}

bool
tape_index_find(struct tape *t, int64_t at_ns, struct tape_access *out)
{
	return t->ops->index_find && t->ops->index_find(t, at_ns, out);
}

double
tape_progress(const struct tape *t)
{
	int64_t size;

	if (t->ops->progress)
		return t->ops->progress(t);
	size = src_size(t->src);
	if (size < 0)
		return -1;
	return size == 0 || t->file_off >= (uint64_t)size
		       ? 1
		       : (double)t->file_off / (double)size;
}

void
tape_note(struct tape *t, int64_t offset, uint64_t ordinal, int code, bool lost,
	const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (lost && t->end.damages++ == 0) {
		t->end.state = TAPE_DAMAGED;
		t->end.offset = offset;
		snprintf(t->end.text, sizeof t->end.text, "%s", text);
	}
	if (t->opts.note)
		t->opts.note(t->opts.ctx,
			&(struct tape_note){ offset, ordinal, code, text, lost });
}

void
tape_ended(struct tape *t, enum tape_state state, int64_t offset, const char *text)
{
	if (t->end.state == TAPE_DAMAGED)
		return;
	t->end.state = state;
	t->end.offset = offset;
	snprintf(t->end.text, sizeof t->end.text, "%s", text ? text : "");
}
