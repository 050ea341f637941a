/* SPDX-License-Identifier: ISC */
/* Output with marks in it, whole and byte by byte: the same events, starts and ends in pairs,
 * and never one that is verified, for no input has the nonce. */
#include "trace/shell.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t sum, running;

static void
take(void *ctx, const struct trace_event *ev)
{
	const struct trace_command *c = &ev->u.command;

	(void)ctx;
	if (ev->kind == TRACE_GAP)
		return;
	if (c->verified || (c->text.p && c->text.n > MARKS_BODY_MAX) ||
		c->cwd.n > MARKS_CWD_MAX)
		abort();
	if ((ev->kind == TRACE_COMMAND_START) == (running != 0))
		abort();
	running = ev->kind == TRACE_COMMAND_START ? c->id : 0;
	sum = sum * 31 + c->id;
	for (size_t i = 0; i < c->text.n; i++)
		sum = sum * 31 + c->text.p[i];
}

static uint64_t
run(const uint8_t *data, size_t size, size_t piece)
{
	static struct marks m;
	static struct shells s;
	struct trace_session session = { .nonce = "0123456789abcdef", .take = take };
	struct span out;

	sum = running = 0;
	marks_init(&m, session.nonce);
	shells_init(&s, &session);
	while (size) {
		size_t left = piece < size ? piece : size;

		for (out = span_of(data, left); out.n;) {
			size_t n = marks_next(&m, out);

			if (!n || n > out.n)
				abort();
			echo_feed(&s.echo, span_of(out.p, n));
			if (m.mark.kind != MARK_NONE)
				shells_take(&s, &m.mark, 1);
			out = span_of(out.p + n, out.n - n);
		}
		data += left;
		size -= left;
	}
	shells_stop(&s, 2);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (run(data, size, size ? size : 1) != run(data, size, 1))
		abort();
	return 0;
}
