/* SPDX-License-Identifier: ISC */
/* Lines to a descriptor, or to files of which each is new.  What a full disk did not take stays
 * in the buffer, from the byte on where it stopped: no line is ever cut. */
#include "sys/outlet_impl.h"

#include "base/when.h"
#include "sys/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK     ((size_t)256 << 10) /* written at once */
#define KEPT_MAX  ((size_t)1 << 20)   /* while it cannot be written */
#define NAMES_MAX 1000                /* files of one process in one second */
#define NAME_ROOM 4096

struct file {
	struct outlet l;
	int fd; /* -1: the next line begins a file */
	bool named;
	struct buf out;
	uint64_t bytes; /* put into the present file */
	int64_t period;
	char name[NAME_ROOM]; /* of the present file */
};

static int
open_file(struct file *f, int64_t now, struct err *e)
{
	char time[WHEN_TEXT_MAX], again[16] = "";

	when_format_stamp(time, now);
	for (int i = 1; i < NAMES_MAX; i++) {
		int n = snprintf(f->name, sizeof f->name, "%s.%s.%ld%s", f->l.o.path,
			time, (long)getpid(), again);

		if (n < 0 || (size_t)n >= sizeof f->name)
			return err_set(e, ERR_USAGE, "%.80s...: the name is too long",
				f->l.o.path);
		f->fd = open(f->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND,
			0600);
		if (f->fd >= 0 || errno != EEXIST)
			break;
		snprintf(again, sizeof again, ".%d", i);
	}
	if (f->fd < 0)
		return err_sys(e, ERR_IO, "cannot make %.200s", f->name);
	f->bytes = 0;
	f->period = outlet_period(f->l.o.every, now);
	return 0;
}

static int
file_flush(struct outlet *l, struct err *e)
{
	struct file *f = (struct file *)l;

	while (f->out.n && f->fd >= 0) {
		ssize_t k = fdio_write(f->fd, f->out.p, f->out.n, -1);

		if (k < 0)
			return err_sys(e, ERR_IO, "%.200s: cannot write", l->name);
		buf_consume(&f->out, (size_t)k);
	}
	return 0;
}

static int
end_file(struct file *f, struct err *e)
{
	int rc = file_flush(&f->l, e);

	if (rc < 0 || !f->named || f->fd < 0)
		return rc;
	if (close(f->fd) < 0)
		rc = err_sys(e, ERR_IO, "%.200s", f->name);
	f->fd = -1;
	return rc;
}

static bool
is_over(const struct file *f, size_t more, int64_t now)
{
	uint64_t max = f->l.o.max_bytes;

	return (max && f->bytes && f->bytes + more > max) ||
	       outlet_period(f->l.o.every, now) != f->period;
}

static int
file_put(struct outlet *l, const struct logline *en, struct err *e)
{
	struct file *f = (struct file *)l;
	int64_t now = f->named ? clk_wall(l->o.clk) : 0;
	int rc = 0;

	if (f->named && f->fd >= 0 && is_over(f, en->line.n, now))
		rc = end_file(f, e);
	if (rc == 0 && f->fd < 0)
		rc = open_file(f, now, e);
	if (rc == 0 && f->out.n >= BLOCK)
		rc = file_flush(l, e);
	if (rc < 0 && (f->fd < 0 || f->out.n + en->line.n > KEPT_MAX))
		return rc;
	rc = buf_add_span(&f->out, en->line);
	if (rc < 0)
		return err_set(e, rc, "%.200s: %s", l->name, err_name(rc));
	f->bytes += en->line.n;
	return 0;
}

static int
file_close(struct outlet *l, struct err *e)
{
	struct file *f = (struct file *)l;
	int rc = end_file(f, e);

	if (f->named && f->fd >= 0)
		close(f->fd);
	buf_free(&f->out);
	free(f);
	return rc;
}

static const struct outlet_ops file_ops = { file_put, file_flush, file_close };

int
outlet_open_file(struct outlet **out, const struct outlet_opts *o, struct err *e)
{
	struct file *f = calloc(1, sizeof *f);

	if (!f)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	f->l = (struct outlet){ .ops = &file_ops, .o = *o };
	f->named = o->kind == OUTLET_FILE;
	f->fd = f->named ? -1 : STDOUT_FILENO;
	f->l.name = f->named ? f->name : "standard output";
	snprintf(f->name, sizeof f->name, "%s", f->named ? o->path : "");
	*out = &f->l;
	return 0;
}
