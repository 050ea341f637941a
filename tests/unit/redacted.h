/* SPDX-License-Identifier: ISC */
/* Sessions in memory, redacted, and what an eye of its own finds in them: an emulator that knows
 * nothing of marks, and a plain walk over the bytes. */
#ifndef TESTS_REDACTED_H
#define TESTS_REDACTED_H

#include "replay/redact.h"

struct session {
	struct session_msg {
		struct msg m;
		struct buf store;
	} * v;
	int n;
};

void session_put(struct session *s, const struct msg *m);
void session_size(struct session *s, uint32_t cols, uint32_t rows); /* a new terminal */
void session_window(struct session *s, uint32_t cols, uint32_t rows);
void session_io(struct session *s, int stream, struct span data);
void session_out(struct session *s, const char *text);
void session_in(struct session *s, const char *text);
/* An event of ours with this payload. */
void session_event(struct session *s, const char *name, const char *json);
void session_free(struct session *s);

/* IN masked by RULES; the number of matches.  Checked besides: only characters changed, each to a
 * mask of its width, and the screens are equal but for masks. */
uint64_t session_redact(
	struct session *out, const struct session *in, const struct rules *rules);
/* One rule. */
void session_rule(struct rules *r, enum rule_kind kind, const char *pattern);

/* Is TEXT to be seen on a screen after any message, in the output without sequences, in strings,
 * in the input, or in any other field? */
bool session_holds(const struct session *s, const char *text);
/* The bytes of one direction, NUL-ended, in a buffer that the next call takes. */
const char *session_bytes(const struct session *s, int stream);

#endif
