/* SPDX-License-Identifier: ISC */
/* Marks become command lines: when each began, what it was, how it ended.  What comes with the
 * nonce of the session and what only claims to be a shell are two machines, so that no program
 * can end or replace a verified command by printing marks; claims are told as such, and
 * bounded in number. */
#ifndef TRACE_SHELL_H
#define TRACE_SHELL_H

#include "base/buf.h"
#include "trace/echo.h"
#include "trace/marks.h"
#include "trace/source.h"

#define SHELL_ID_MAX      128
#define SHELL_CLAIMS_MAX  100 /* claimed commands at once, and ... */
#define SHELL_CLAIMS_RATE 20  /* ... in a second */

struct shell {
	bool seen, running;
	bool loose; /* its text is verified, its end will not be */
	struct trace_command cmd;
	struct buf text, cwd;      /* of the command that runs */
	struct buf line, next_cwd; /* told for the next one */
	bool has_line;
	uint8_t id[SHELL_ID_MAX]; /* of 3008 */
	size_t id_n;
};

struct shells {
	struct trace_session *session;
	struct shell claim, verified;
	struct echo echo;
	struct buf typed;
	uint64_t next_id;
	int64_t tokens, tokens_ns; /* how many more claims, in 1 / RATE seconds */
	uint64_t dropped;
	int64_t dropped_from_ns, dropped_to_ns;
};

void shells_init(struct shells *s, struct trace_session *session);
/* M happened.  True when an event was told. */
bool shells_take(struct shells *s, const struct mark *m, int64_t now_ns);
void shells_stop(struct shells *s, int64_t now_ns);

#endif
