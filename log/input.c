/* SPDX-License-Identifier: ISC */
/* Opening what a command was given, and reading it with a bar for the person who waits. */
#include "log/input.h"

#include "base/diag.h"
#include "store/open.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_UNREADABLE 2

const char *
input_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

int
input_open_src(struct src **s, const char *path)
{
	struct err e;

	if (store_open_src(s, path, &e) == 0)
		return 0;
	diag_fail(&e, input_name(path));
	return EXIT_UNREADABLE;
}

int
input_open_tape(struct input *in, const char *path, struct src *s,
	const struct tape_opts *o, const struct clk *clk)
{
	struct err e;

	*in = (struct input){ .name = input_name(path), .size = src_size(s) };
	if (tape_open(&in->tape, s, o, &e) < 0) {
		diag_fail(&e, in->name);
		return EXIT_UNREADABLE;
	}
	progress_start(&in->progress, clk, STDERR_FILENO);
	return 0;
}

int
input_open(struct input *in, const char *path, const struct tape_opts *o,
	const struct clk *clk)
{
	struct src *s;

	*in = (struct input){ .name = input_name(path) };
	if (input_open_src(&s, path))
		return EXIT_UNREADABLE;
	return input_open_tape(in, path, s, o, clk);
}

void
input_close(struct input *in)
{
	progress_end(&in->progress);
	if (in->tape)
		tape_close(in->tape);
	in->tape = NULL;
}

int
input_next(struct input *in, const struct msg **m, int64_t *at_ns, struct err *e)
{
	int r = tape_next(in->tape, m, at_ns, e);

	if (r > 0 && progress_due(&in->progress, 1))
		progress_draw(&in->progress, tape_progress(in->tape));
	else if (r <= 0)
		progress_end(&in->progress);
	return r;
}

const char *
input_state(const struct tape_end *end, char out[INPUT_STATE_MAX])
{
	int n = snprintf(out, INPUT_STATE_MAX, "%s", tape_state_name(end->state));

	if (end->state == TAPE_CLEAN)
		return out;
	if (end->offset >= 0)
		n += snprintf(out + n, INPUT_STATE_MAX - (size_t)n, " at offset %" PRId64,
			end->offset);
	if (end->text[0])
		snprintf(out + n, INPUT_STATE_MAX - (size_t)n, ": %s", end->text);
	return out;
}
