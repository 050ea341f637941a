/* SPDX-License-Identifier: ISC */
/* Buffered output with few, large writes. */
#include "log/out.h"

#include "sys/fdio.h"

#define OUT_BLOCK ((size_t)256 << 10)

void
out_init(struct out *o, int fd)
{
	o->fd = fd;
	o->name = NULL;
	buf_init(&o->buf, 0);
}

int
out_flush(struct out *o, struct err *e)
{
	int r;

	if (buf_failed(&o->buf))
		return err_set(e, buf_failed(&o->buf), "cannot make the output: %s",
			err_name(buf_failed(&o->buf)));
	r = fdio_write_all(o->fd, o->buf.p, o->buf.n, e);
	buf_clear(&o->buf);
	if (r < 0)
		err_prefix(e, "%s", o->name ? o->name : "standard output");
	return r;
}

int
out_more(struct out *o, struct err *e)
{
	if (o->buf.n < OUT_BLOCK && !buf_failed(&o->buf))
		return 0;
	return out_flush(o, e);
}

void
out_free(struct out *o)
{
	buf_free(&o->buf);
}
