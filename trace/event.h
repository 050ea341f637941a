/* SPDX-License-Identifier: ISC */
/* What a source has seen, as plain structs.  Spans are borrowed: whoever takes an event copies
 * what it keeps.  Times are monotonic nanoseconds.  A span without P is a fact that is missing. */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include "base/span.h"

#include <sys/types.h>

enum trace_kind {
	TRACE_COMMAND_START, /* .command: the shell begins to run a command line */
	TRACE_COMMAND_END,   /* .command: the same again, with what is known at its end */
	TRACE_EXEC,          /* .process */
	TRACE_EXIT,          /* .process */
	TRACE_GAP,           /* .gap */
};

/* A command line of a shell. */
struct trace_command {
	uint64_t id;     /* counts up in a session; start and end have the same */
	uint64_t within; /* id of the verified command that was running, 0: none */
	struct span text;
	const char *missing; /* why TEXT is */
	bool cut;            /* TEXT is only the beginning of it */
	struct span cwd;
	bool verified;       /* told with the nonce of the session */
	const char *origin;  /* kind of marks: "osc133" */
	const char *text_by; /* who told TEXT: "shell", or "screen" */
	int64_t start_ns, end_ns;
	int status;      /* -1: not told */
	const char *why; /* the end without a status: how it came */
};

struct trace_process {
	pid_t pid, ppid; /* ppid 0: missing */
	int64_t uid;     /* -1: missing */
	struct span exe, cwd;
	struct span argv; /* words, each with NUL behind it */
	bool argv_cut;    /* there are more */
	bool sampled;     /* seen running; when it began is not known */
	int wait_status;  /* TRACE_EXIT */
};

struct trace_gap {
	const char *what, *why;
	uint64_t count; /* 0: not known */
	int64_t from_ns, to_ns;
};

struct trace_event {
	enum trace_kind kind;
	const char *source; /* its name */
	int64_t at_ns;
	union {
		struct trace_command command;
		struct trace_process process;
		struct trace_gap gap;
	} u;
};

#endif
