/* SPDX-License-Identifier: ISC */
/* Messages and nothing else: CBOR, one behind the other, for who takes care of files himself
 * (the deposit protocol).  The destination sees them whole at every flush. */
#include "format/tapew_impl.h"

#include <stdlib.h>

static int
bare_put(struct tapew *w, const struct msg *m, struct err *e)
{
	size_t was = w->out.n;
	int rc = msg_encode(&w->out, m);

	if (rc < 0) {
		buf_cut(&w->out, was);
		w->out.failed = 0;
		return err_set(e, rc, "%s", err_name(rc));
	}
	w->stats.plain_bytes += w->out.n - was;
	return 0;
}

static int
bare_nothing(struct tapew *w, struct err *e)
{
	(void)w;
	(void)e;
	return 0;
}

static void
bare_release(struct tapew *w)
{
	free(w);
}

int
tapew_open_bare(struct tapew **out, struct dst *dst, struct err *e)
{
	static const struct tapew_ops ops = { .put = bare_put,
		.flush = bare_nothing,
		.finish = bare_nothing,
		.release = bare_release };
	struct tapew *w = calloc(1, sizeof *w);

	*out = w;
	if (!w) {
		dst_close(dst, NULL);
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	w->ops = &ops;
	w->format = TAPE_AUDIT_V2;
	w->dst = dst;
	buf_init(&w->out, 0);
	return 0;
}
