/* SPDX-License-Identifier: ISC */
/* What stands behind struct tape: one table of functions a format.  tape.c looks at the
 * first bytes, asks the formats, and forwards.  A format's own struct begins with struct
 * tape; what is common (end state, notes, info) lives here. */
#ifndef FORMAT_TAPE_IMPL_H
#define FORMAT_TAPE_IMPL_H

#include "format/tape.h"

struct tape_ops {
	/* As the public functions of the same name. */
	int (*next)(struct tape *t, const struct msg **m, int64_t *at_ns, struct err *e);
	struct tape_pos (*tell)(const struct tape *t);
	int (*seek)(struct tape *t, const struct tape_pos *pos, struct err *e);
	int (*rewind)(struct tape *t, struct err *e);
	/* NULL: the format has no index. */
	bool (*index_find)(struct tape *t, int64_t at_ns, struct tape_access *out);
	/* NULL: tape.c divides file_off by the size of the source. */
	double (*progress)(const struct tape *t);
	/* Release what the format holds and T itself; the source is closed by tape.c. */
	void (*close)(struct tape *t);
};

struct tape {
	const struct tape_ops *ops;
	struct src *src;
	struct tape_opts opts;
	struct tape_info info;
	struct tape_end end;
	uint64_t file_off; /* bytes of the file consumed so far, for progress */
};

#define TAPE_SNIFF_MAX 4096 /* bytes of the beginning that a format is asked about */

/* Each format: is it yours?  HEAD is the beginning of the file, WHOLE says that it is all. */
bool tape_audit_sniff(struct span head, bool whole);
bool tape_cast_sniff(struct span head, bool whole);
bool tape_ttyrec_sniff(struct span head, bool whole);
bool tape_script_sniff(struct span head, bool whole);
bool tape_sudo_sniff(struct span head, bool whole);
bool tape_tlog_sniff(struct span head, bool whole);
/* Open: *T with ops, src, opts and info set.  SRC stays the caller's on failure. */
int tape_audit_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);
int tape_cast_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);
int tape_ttyrec_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);

int tape_raw_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);
int tape_tlog_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);
int tape_sudo_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);
int tape_script_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e);

/* N bytes at OFF, or as many as there are; negative. */
ssize_t tape_read_all(struct src *src, uint64_t off, void *p, size_t n, struct err *e);
/* Tell the note callback.  LOST notes count as damage: the state becomes TAPE_DAMAGED at
 * the first one and stays so. */
void tape_note(struct tape *t, int64_t offset, uint64_t ordinal, int code, bool lost,
	const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The end was reached; a damaged tape stays damaged.  TEXT: NULL or why it is no clean end. */
void tape_ended(struct tape *t, enum tape_state state, int64_t offset, const char *text);

#endif
