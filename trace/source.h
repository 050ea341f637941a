/* SPDX-License-Identifier: ISC */
/* What a source of events must offer.  A source is a struct of SIZE bytes, zeroed before
 * start() and freed after stop(); members that a source does not need are NULL.  It is asked
 * from one loop: nothing in it may wait.  Events go to take() of the session, whenever the
 * source is called. */
#ifndef TRACE_SOURCE_H
#define TRACE_SOURCE_H

#include "base/clk.h"
#include "base/err.h"
#include "trace/event.h"

/* What a source may know.  Lives as long as the sources. */
struct trace_session {
	const struct clk *clk;
	int pty;            /* master of the recorded terminal, -1: there is none */
	pid_t program;      /* 0 until it runs */
	const char *nonce;  /* of the marks, "": none */
	const char *replay; /* file of the replay source */
	bool execs;         /* another source tells of every program that is executed */
	uint64_t commands;  /* starts of commands that shells have told so far */
	void (*take)(void *ctx, const struct trace_event *ev);
	void *ctx;
};

struct trace_ops {
	const char *name;
	size_t size;
	/* 0; or a negative code with the reason in E: this source tells nothing. */
	int (*start)(void *self, struct trace_session *s, struct err *e);
	void (*began)(void *self);   /* the program runs now */
	int (*fd)(const void *self); /* readable: call ready() */
	void (*ready)(void *self);
	int64_t (*deadline)(
		const void *self); /* when to call tick() (monotonic), 0: never */
	void (*tick)(void *self, int64_t now_ns);
	/* The session shows OUT on its terminal (STREAM 1 or 2).  Returns how many bytes were looked
	 * at: it stops behind those that made it tell an event, to be called again. */
	size_t (*output)(void *self, unsigned stream, struct span out, int64_t now_ns);
	void (*input)(void *self, struct span in, int64_t now_ns); /* was typed */
	void (*stop)(
		void *self, int64_t now_ns); /* tell what is still to be told; release */
};

extern const struct trace_ops trace_marks, trace_foreground, trace_proc, trace_replay;

#endif
