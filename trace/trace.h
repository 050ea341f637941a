/* SPDX-License-Identifier: ISC */
/* The sources of one session: which are wanted, which can, and the calls to all of them. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/source.h"

enum trace_id { TRACE_MARKS, TRACE_FOREGROUND, TRACE_PROC, TRACE_REPLAY, TRACE_COUNT };
#define TRACE_BIT(id)  (1u << (id))
#define TRACE_DEFAULT  (TRACE_BIT(TRACE_MARKS) | TRACE_BIT(TRACE_FOREGROUND))
#define TRACE_LIST_MAX 64

struct trace_slot {
	const struct trace_ops *ops;
	void *self; /* NULL: not active */
	char why[ERR_TEXT_MAX];
};

struct trace {
	struct trace_slot slot[TRACE_COUNT];
};

/* The set that a person wrote: "none", or names with commas; ERR_USAGE. */
int trace_list_parse(unsigned *set, const char *list, struct err *e);
void trace_list_text(char out[TRACE_LIST_MAX], unsigned set); /* "marks,foreground" */

/* Start what WANTED holds.  A source that cannot is left out; its slot says why. */
void trace_start(struct trace *t, unsigned wanted, struct trace_session *s);
bool trace_active(const struct trace *t, enum trace_id id);
const char *trace_name(enum trace_id id);
const char *trace_why_not(const struct trace *t, enum trace_id id);
void trace_began(struct trace *t);
int trace_fd(const struct trace *t, enum trace_id id); /* -1: none */
void trace_ready(struct trace *t, enum trace_id id);
int64_t trace_deadline(const struct trace *t); /* the earliest, 0: none */
void trace_tick(struct trace *t, int64_t now_ns);
/* As output() of a source: bytes looked at by all of them. */
size_t trace_output(struct trace *t, unsigned stream, struct span out, int64_t now_ns);
void trace_input(struct trace *t, struct span in, int64_t now_ns);
void trace_stop(struct trace *t, int64_t now_ns);

#endif
