/* SPDX-License-Identifier: ISC */
/* What stands behind struct tapew: one table of functions a format, and the way to the
 * destination that all share.  A format's own struct begins with struct tapew; it appends
 * finished bytes to OUT and calls tapew_drain(), which keeps what did not get out. */
#ifndef FORMAT_TAPEW_IMPL_H
#define FORMAT_TAPEW_IMPL_H

#include "format/tapew.h"

/* So many bytes in OUT are worth a write. */
#define TAPEW_BLOCK ((size_t)64 << 10)

struct tapew_ops {
	/* Take one message; OUT holds less than TAPEW_BLOCK.  Negative: not taken. */
	int (*put)(struct tapew *w, const struct msg *m, struct err *e);
	/* Append all that was put to OUT in readable form; tapew.c drains it. */
	int (*flush)(struct tapew *w, struct err *e);
	/* Called before bytes of OUT go to the destination: may append w->tail bytes that the
	 * next ones replace.  NULL: nothing to append. */
	void (*seal)(struct tapew *w);
	void (*pressure)(struct tapew *w, int pressure); /* NULL: has none */
	/* Append the end of the recording to OUT; tapew.c drains and closes. */
	int (*finish)(struct tapew *w, struct err *e);
	void (*release)(struct tapew *w); /* free what the format holds and W itself */
};

struct tapew {
	const struct tapew_ops *ops;
	enum tape_format format;
	struct dst *dst;
	struct tapew_opts opts;   /* title is copied by tapew.c and lives as long as W */
	struct tapew_stats stats; /* messages: tapew.c; plain_bytes: the format */
	struct buf out;           /* finished bytes on their way */
	uint64_t off;             /* where in the destination out.p[0] belongs */
	size_t tail; /* the last TAIL bytes of OUT are written but stay: the next drain
			    overwrites them in the file (needs a seekable destination) */
	struct err broken; /* the last drain failed: told by the next call */
};

/* Make *W for format F.  tapew.c fills dst, opts, format before it calls append. */
int tapew_audit_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);
int tapew_cast_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);
int tapew_ttyrec_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);
int tapew_tlog_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);
int tapew_sudo_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);
int tapew_script_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e);
/* Look at the recording in SRC, repair its end in w->dst, set w->off and go on there. */
int tapew_audit_continue(struct tapew *w, struct src *src, struct err *e);
int tapew_cast_continue(struct tapew *w, struct src *src, struct err *e);

/* Write OUT to the destination.  On failure the rest stays in OUT. */
int tapew_drain(struct tapew *w, struct err *e);
/* Tell opts.lost, if there is one. */
void tapew_lost(struct tapew *w, const char *what, uint64_t count);

#endif
